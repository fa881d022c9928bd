import { compareStrings } from '#shared/core/compare.ts';
import { podLimitQuantities, podPriority, podRequestQuantities } from '#shared/kube/pod.ts';
import { canonicalQuantity, printQuantity, value } from '#shared/kube/quantity.ts';
import type { PodUse } from './pressure.ts';
import { type Observations, printUnits, resourceOf, type Threshold, unitsOf } from './thresholds.ts';

const EPHEMERAL_STORAGE = 'ephemeral-storage';

type Order = (a: PodUse, b: PodUse) => number;

function requested(use: PodUse, resource: string): number {
  return podRequestQuantities(use.pod).get(resource)?.value ?? 0;
}

/** Pods that use more than they asked for come first. Models exceedMemoryRequests and exceedDiskRequests. */
function exceeding(resource: string, used: (use: PodUse) => number): Order {
  const exceeds = (use: PodUse): number => Number(used(use) > requested(use, resource));
  return (a, b) => exceeds(b) - exceeds(a);
}

const byPriority: Order = (a, b) => podPriority(a.pod) - podPriority(b.pod);

/** The most beyond the request first. Models the comparisons memory and disk. */
function aboveRequest(resource: string, used: (use: PodUse) => number): Order {
  const above = (use: PodUse): number => used(use) - requested(use, resource);
  return (a, b) => above(b) - above(a);
}

const byName: Order = (a, b) =>
  compareStrings(a.pod.metadata.namespace ?? '', b.pod.metadata.namespace ?? '') ||
  compareStrings(a.pod.metadata.name, b.pod.metadata.name);

const memory = ({ memoryBytes }: PodUse): number => memoryBytes;
const disk = ({ diskBytes }: PodUse): number => diskBytes;
const inodes = ({ inodes: count }: PodUse): number => count;
const pids: Order = (a, b) => b.pids - a.pids;

/** Inodes cannot be requested. */
const ORDERS: Readonly<Record<string, readonly Order[]>> = {
  memory: [exceeding('memory', memory), byPriority, aboveRequest('memory', memory)],
  [EPHEMERAL_STORAGE]: [exceeding(EPHEMERAL_STORAGE, disk), byPriority, aboveRequest(EPHEMERAL_STORAGE, disk)],
  inodes: [exceeding('inodes', inodes), byPriority, aboveRequest('inodes', inodes)],
  pids: [byPriority, pids],
};

/** Pods in the order in which they are evicted for want of a resource; equals by name. Models rankMemoryPressure, rankDiskPressureFunc, rankPIDPressure. */
export function evictionOrder(pods: readonly PodUse[], resource: string): PodUse[] {
  const orders = [...(ORDERS[resource] ?? []), byName];
  return [...pods].sort((a, b) => {
    for (const order of orders) {
      const difference = order(a, b);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

/** Threshold to act on first: memory before all others, otherwise as they are configured. Models byEvictionPriority. */
export function firstThreshold(thresholds: readonly Threshold[]): Threshold | undefined {
  return thresholds.find(({ signal }) => resourceOf(signal) === 'memory') ?? thresholds[0];
}

/** Why the pod is evicted, in the kubelet's words, with its trailing space. Models evictionMessage. */
export function evictionMessage(
  use: PodUse,
  resource: string,
  thresholds: readonly Threshold[],
  observations: Observations,
): string {
  let message = `The node was low on resource: ${resource}. `;
  const met = thresholds.find(({ signal }) => resourceOf(signal) === resource);
  const seen = met === undefined ? undefined : observations.get(met.signal);
  if (met !== undefined && seen !== undefined) {
    const quantity = printUnits(unitsOf(met.limit, seen.capacity), resource);
    message += `Threshold quantity: ${quantity}, available: ${printUnits(seen.available, resource)}. `;
  }
  for (const { name, units } of containerUse(use, resource)) {
    const container = use.pod.spec.containers.find((one) => one.name === name);
    const request = (container?.resources?.requests as Record<string, string> | undefined)?.[resource];
    if (container === undefined || units <= value(request)) continue;
    const asked = request === undefined ? '0' : canonicalQuantity(request);
    message += `Container ${name} was using ${printUnits(units, resource)}, request is ${asked}, has larger consumption of ${resource}. `;
  }
  return message;
}

/** What single containers use. The disk that a pod takes is its first container's. */
function containerUse(use: PodUse, resource: string): { name: string; units: number }[] {
  if (resource === 'memory') return use.containers.map(({ name, memoryBytes = 0 }) => ({ name, units: memoryBytes }));
  const [first] = use.pod.spec.containers;
  return resource === EPHEMERAL_STORAGE && first !== undefined ? [{ name: first.name, units: use.diskBytes }] : [];
}

/** Why a pod is evicted for using more of the disk than it may, whatever is left of it. Models localStorageEviction. */
export function storageLimitMessage(use: PodUse): string | undefined {
  const limit = podLimitQuantities(use.pod).get(EPHEMERAL_STORAGE);
  if (limit === undefined) return undefined;
  if (use.diskBytes > limit.value)
    return `Pod ephemeral local storage usage exceeds the total limit of containers ${printQuantity(limit)}. `;
  const [first] = use.pod.spec.containers;
  const own = (first?.resources?.limits as Record<string, string> | undefined)?.[EPHEMERAL_STORAGE];
  if (first === undefined || own === undefined || use.diskBytes <= value(own)) return undefined;
  return `Container ${first.name} exceeded its local ephemeral storage limit "${canonicalQuantity(own)}". `;
}
