import { isRecord } from '#shared/core/json.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { printQuantity, quantityFromValue, value } from '#shared/kube/quantity.ts';
import type { Node, Pod } from '#shared/kube/types.ts';
import type { ContainerUsage } from '../metrics/types.ts';
import { type NodeSignal, type Observation, type Observations, parseLimit, type Threshold, unitsOf } from './thresholds.ts';

/**
 * Annotation of a node: what its machine uses outside of pods, as JSON of quantities or percentages of the capacity:
 * `{"memory": "3Gi", "disk": "80%", "inodes": "95%", "pid": "30000"}`. Pods that go leave room beside it.
 */
export const PRESSURE_ANNOTATION = 'stowage.dev/pressure';
/** Annotations of a pod: what it takes of the machine's disk (bytes, inodes) and how many processes it has. */
export const DISK_ANNOTATION = 'stowage.dev/disk';
export const INODES_ANNOTATION = 'stowage.dev/inodes';
export const PIDS_ANNOTATION = 'stowage.dev/pids';

/** Resources of a machine that run out. */
export const PRESSURES = ['memory', 'disk', 'inodes', 'pid'] as const;
export type Pressure = (typeof PRESSURES)[number];
/** Whole units of each; what is not said is nothing. */
export type OutsideUse = Readonly<Partial<Record<Pressure, number>>>;

/** Signals of each resource. Images and pods share one disk, as on a node without a file system of its own for images. */
const SIGNALS_OF: Readonly<Record<Pressure, readonly NodeSignal[]>> = {
  memory: ['memory.available'],
  disk: ['nodefs.available', 'imagefs.available'],
  inodes: ['nodefs.inodesFree', 'imagefs.inodesFree'],
  pid: ['pid.available'],
};

const GIBIBYTE = 1024 ** 3;
/** Disk of a machine whose node does not say, and bytes for which there is an inode. */
const DISK_BYTES = 100 * GIBIBYTE;
const BYTES_PER_INODE = 16_384;
/** Models the kernel's usual pid_max. */
const PIDS = 32_768;

/** Use of one pod at one moment. */
export interface PodUse {
  readonly pod: Pod;
  readonly containers: readonly ContainerUsage[];
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly inodes: number;
  readonly pids: number;
}

/** Use of a pod: its containers' memory, and what its annotations say of disk and processes. */
export function podUse(pod: Pod, containers: readonly ContainerUsage[]): PodUse {
  const annotations = pod.metadata.annotations ?? {};
  return {
    pod,
    containers,
    memoryBytes: containers.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0),
    diskBytes: value(annotations[DISK_ANNOTATION]),
    inodes: value(annotations[INODES_ANNOTATION]),
    // Each container is one program beside the sandbox's own.
    pids: annotations[PIDS_ANNOTATION] === undefined ? pod.spec.containers.length + 1 : value(annotations[PIDS_ANNOTATION]),
  };
}

/** What a machine has of each resource; undefined when its node says nothing of it. */
export function capacityOf(node: Node, pressure: Pressure): number | undefined {
  const capacity = node.status.capacity ?? node.status.allocatable;
  if (pressure === 'memory') return value(capacity?.memory) || undefined;
  if (pressure === 'pid') return PIDS;
  const disk = value(capacity?.['ephemeral-storage']) || DISK_BYTES;
  return pressure === 'disk' ? disk : Math.floor(disk / BYTES_PER_INODE);
}

/** What pods and images use of each resource. */
export function ownUse(node: Node, pods: readonly PodUse[], pressure: Pressure): number {
  const sum = (read: (use: PodUse) => number): number => pods.reduce((total, use) => total + read(use), 0);
  switch (pressure) {
    case 'memory':
      return sum(({ memoryBytes }) => memoryBytes);
    case 'disk':
      return sum(({ diskBytes }) => diskBytes) + imageBytes(node);
    case 'inodes':
      return sum(({ inodes }) => inodes);
    default:
      return sum(({ pids }) => pids);
  }
}

function imageBytes(node: Node): number {
  return (node.status.images ?? []).reduce((total, { sizeBytes }) => total + (sizeBytes ?? 0), 0);
}

/** The annotation's text as amounts by name; the error is for people. */
export function readPressure(text: string): Result<Readonly<Partial<Record<Pressure, string>>>, string> {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return err('it is no JSON; write for example {"memory": "3Gi"}');
  }
  if (!isRecord(given)) return err('it must be an object such as {"memory": "3Gi"}');
  const amounts: Partial<Record<Pressure, string>> = {};
  for (const [name, amount] of Object.entries(given)) {
    const pressure = PRESSURES.find((known) => known === name);
    if (pressure === undefined) return err(`unknown field "${name}": it may be one of ${PRESSURES.join(', ')}`);
    const written = typeof amount === 'number' ? String(amount) : amount;
    if (typeof written !== 'string' || parseLimit(written) === undefined)
      return err(`${name} must be a quantity such as 3Gi or a percentage such as 90%`);
    amounts[pressure] = written;
  }
  return ok(amounts);
}

/** What the node's annotation says is used outside of pods; an unreadable one says nothing. */
export function outsideUse(node: Node): OutsideUse | undefined {
  const text = node.metadata.annotations?.[PRESSURE_ANNOTATION];
  if (text === undefined) return undefined;
  const read = readPressure(text);
  if (!read.ok) return {};
  const use: Partial<Record<Pressure, number>> = {};
  for (const pressure of PRESSURES) {
    const written = read.value[pressure];
    const limit = written === undefined ? undefined : parseLimit(written);
    const capacity = capacityOf(node, pressure);
    if (limit !== undefined && capacity !== undefined) use[pressure] = unitsOf(limit, capacity);
  }
  return use;
}

/** What is left of everything on a machine. Models makeSignalObservations. */
export function observe(node: Node, pods: readonly PodUse[], thresholds: readonly Threshold[]): Observations {
  const outside = outsideUse(node) ?? {};
  const seen = new Map<NodeSignal, Observation>();
  for (const pressure of PRESSURES) {
    const capacity = capacityOf(node, pressure);
    if (capacity === undefined) continue;
    const available = Math.max(0, capacity - ownUse(node, pods, pressure) - (outside[pressure] ?? 0));
    for (const signal of SIGNALS_OF[pressure]) seen.set(signal, { available, capacity });
  }
  const pod = podMemory(node, pods, thresholds);
  if (pod !== undefined) seen.set('allocatableMemory.available', pod);
  return seen;
}

/** Memory of all pods together: allocatable is their limit less the hard threshold. */
function podMemory(node: Node, pods: readonly PodUse[], thresholds: readonly Threshold[]): Observation | undefined {
  const hard = thresholds.find(({ signal, graceMs }) => signal === 'memory.available' && graceMs === undefined);
  const total = capacityOf(node, 'memory');
  const allocatable = value(node.status.allocatable?.memory);
  if (hard === undefined || total === undefined || allocatable === 0) return undefined;
  const capacity = Math.min(total, allocatable + unitsOf(hard.limit, total));
  return { capacity, available: Math.max(0, capacity - ownUse(node, pods, 'memory')) };
}

/** What somebody wants to be left of a resource: a quantity, a percentage, or (undefined) less than the threshold allows. */
export interface WantedPressure {
  readonly pressure: Pressure;
  readonly available: string | undefined;
}

/**
 * Amount that has to be used outside of pods so that this much is left now, as text for the annotation. Without an amount it is half of the highest
 * threshold of the resource. The error is for people.
 */
export function outsideFor(
  node: Node,
  pods: readonly PodUse[],
  thresholds: readonly Threshold[],
  { pressure, available }: WantedPressure,
): Result<string, string> {
  const capacity = capacityOf(node, pressure);
  if (capacity === undefined) return err(`the node does not say how much ${pressure} it has`);
  const limits = thresholds
    .filter(({ signal }) => SIGNALS_OF[pressure].includes(signal))
    .map(({ limit }) => unitsOf(limit, capacity));
  const limit = available === undefined ? undefined : parseLimit(available);
  if (available !== undefined && limit === undefined)
    return err(`available must be a quantity such as 50Mi or a percentage such as 5%, not ${JSON.stringify(available)}`);
  const highest = limits.length === 0 ? undefined : Math.max(...limits);
  if (limit === undefined && highest === undefined)
    return err(`the kubelet has no threshold for ${SIGNALS_OF[pressure][0]}: say how much is to be left`);
  const left = limit === undefined ? Math.floor((highest ?? 0) / 2) : unitsOf(limit, capacity);
  const units = Math.max(0, capacity - ownUse(node, pods, pressure) - left);
  return ok(printQuantity(quantityFromValue(units, pressure === 'memory' || pressure === 'disk' ? 'BinarySI' : 'DecimalSI')));
}
