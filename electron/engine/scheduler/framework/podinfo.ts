import { type Amounts, podRequests } from '#shared/kube/pod.ts';
import type { Container, Pod, PodSpec } from '#shared/kube/types.ts';
import {
  cpuIndex,
  ephemeralIndex,
  firstScalarIndex,
  isScalarResource,
  memoryIndex,
  type ResourceTable,
  type ResourceVector,
} from './resources.ts';

/** A port a pod takes on its node's address. `ip` is never empty: `0.0.0.0` stands for all. */
export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/** A pod with everything parsed that cycles look at again and again. Immutable; one per version of the pod. Models framework.PodInfo. */
export interface PodInfo {
  readonly pod: Pod;
  /** Shared by all pods that no plugin can tell apart but by name, uid, owner and node. */
  readonly template: PodTemplate;
  /** `namespace/name`. */
  readonly key: string;
  readonly uid: string;
  readonly priority: number;
  /** What the pod asks for: milli-CPU, bytes, devices, by index of the resource table. */
  readonly requests: ResourceVector;
  /** The same CPU and memory with the scorer's assumptions for containers that name none. */
  readonly nonZeroCpuMilli: number;
  readonly nonZeroMemoryBytes: number;
  readonly hostPorts: readonly HostPort[];
  readonly terminating: boolean;
  readonly hasAffinity: boolean;
  readonly hasRequiredAntiAffinity: boolean;
}

/** Amounts by name as a vector; resources the scheduler does not count are left out. */
export function toVector(table: ResourceTable, amounts: Amounts): ResourceVector {
  const vector: ResourceVector = [amounts.cpu ?? 0, amounts.memory ?? 0, amounts['ephemeral-storage'] ?? 0];
  for (const name in amounts) {
    if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage' || !isScalarResource(name)) continue;
    const index = table.indexOf(name);
    while (vector.length < index) vector.push(0);
    vector[index] = amounts[name] ?? 0;
  }
  return vector;
}

/** True when no resource at all is asked for. */
export function isEmptyRequest(requests: ResourceVector): boolean {
  if ((requests[cpuIndex] ?? 0) !== 0 || (requests[memoryIndex] ?? 0) !== 0 || (requests[ephemeralIndex] ?? 0) !== 0)
    return false;
  for (let i = firstScalarIndex; i < requests.length; i++) if ((requests[i] ?? 0) !== 0) return false;
  return true;
}

/** True for an init container that keeps running beside the others. */
export function isSidecar(container: Container): boolean {
  return (container as Container & { restartPolicy?: string }).restartPolicy === 'Always';
}

/** Host ports of containers and sidecars. Models pkg/scheduler/util GetHostPorts. */
export function hostPortsOf(pod: Pod): readonly HostPort[] {
  const ports: HostPort[] = [];
  const add = (container: Container) => {
    for (const { hostPort, hostIP, protocol } of container.ports ?? []) {
      if (hostPort === undefined || hostPort <= 0) continue;
      ports.push({ ip: hostIP || '0.0.0.0', protocol: protocol || 'TCP', port: hostPort });
    }
  };
  for (const container of pod.spec.containers) add(container);
  for (const container of pod.spec.initContainers ?? []) if (isSidecar(container)) add(container);
  return ports;
}

/** Whether two ports cannot live on one node. Models framework.HostPortInfo.CheckConflict. */
export function portsConflict(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0');
}

/**
 * What namespace, labels and spec (without the node) say about a pod, parsed once for all pods made alike. Plugins hang what they derive from these
 * on the template's identity. Models the scheduling signature of upstream's opportunistic batching.
 */
export interface PodTemplate {
  readonly priority: number;
  readonly requests: ResourceVector;
  readonly nonZeroCpuMilli: number;
  readonly nonZeroMemoryBytes: number;
  readonly hostPorts: readonly HostPort[];
  readonly hasAffinity: boolean;
  readonly hasRequiredAntiAffinity: boolean;
}

/** What was derived from a template, made on first use. */
export function memo<T>(known: WeakMap<PodTemplate, T>, template: PodTemplate, make: () => T): T {
  let value = known.get(template);
  if (value === undefined) {
    value = make();
    known.set(template, value);
  }
  return value;
}

function createTemplate(pod: Pod, table: ResourceTable): PodTemplate {
  const requests = podRequests(pod);
  const nonZero = podRequests(pod, { nonZero: true });
  const affinity = pod.spec.affinity;
  return {
    priority: pod.spec.priority ?? 0,
    requests: toVector(table, requests),
    nonZeroCpuMilli: nonZero.cpu ?? 0,
    nonZeroMemoryBytes: nonZero.memory ?? 0,
    hostPorts: hostPortsOf(pod),
    hasAffinity: affinity?.podAffinity !== undefined || affinity?.podAntiAffinity !== undefined,
    hasRequiredAntiAffinity: (affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.length ?? 0) > 0,
  };
}

/** `namespace/name`. */
export function keyOfPod(pod: Pod): string {
  return `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
}

/** Parses a pod; `template` where another pod made alike has been parsed. */
export function createPodInfo(pod: Pod, table: ResourceTable, template = createTemplate(pod, table)): PodInfo {
  const { priority, requests, nonZeroCpuMilli, nonZeroMemoryBytes, hostPorts, hasAffinity, hasRequiredAntiAffinity } = template;
  return {
    pod,
    template,
    key: keyOfPod(pod),
    uid: pod.metadata.uid ?? '',
    priority,
    requests,
    nonZeroCpuMilli,
    nonZeroMemoryBytes,
    hostPorts,
    terminating: pod.metadata.deletionTimestamp !== undefined,
    hasAffinity,
    hasRequiredAntiAffinity,
  };
}

/** Templates remembered; beyond that all are forgotten and learned anew. */
const maxTemplates = 4096;

/** True when what the kubelet reports of its containers (a resize) counts beside the spec. */
function isResized({ status }: Pod): boolean {
  const counted = (one: object) => 'resources' in one || 'allocatedResources' in one;
  return (status?.containerStatuses?.some(counted) ?? false) || (status?.initContainerStatuses?.some(counted) ?? false);
}

/** Two versions of one pod differ in nothing that a template holds. Identity of the parts suffices: stored objects share what did not change. */
function isAlike(before: Pod, after: Pod): boolean {
  const { labels, namespace } = before.metadata;
  if (labels !== after.metadata.labels || namespace !== after.metadata.namespace) return false;
  if (before.spec === after.spec) return true;
  const was = before.spec as unknown as Record<string, unknown>;
  const is = after.spec as unknown as Record<string, unknown>;
  for (const field in was) if (field !== 'nodeName' && was[field] !== is[field]) return false;
  for (const field in is) if (field !== 'nodeName' && !(field in was)) return false;
  return true;
}

/** Volumes that never decide where a pod runs: the kubelet makes them on any node. Each pod's token volume has a name of its own. */
const isMadeAnywhere = ({ projected, emptyDir, configMap, secret, downwardAPI }: NonNullable<PodSpec['volumes']>[number]) =>
  (projected ?? emptyDir ?? configMap ?? secret ?? downwardAPI) !== undefined;

const withoutMounts = ({ volumeMounts: _mounts, ...container }: Container) => container;

/** The spec without what differs between pods made alike: the node, and mounts and volumes that no plugin looks at. */
function decisiveSpec(spec: PodSpec): object {
  const { volumes, containers, initContainers } = spec;
  const decisive = volumes?.filter((volume) => !isMadeAnywhere(volume)) ?? [];
  return {
    ...spec,
    nodeName: undefined,
    volumes: decisive.length > 0 ? decisive : undefined,
    containers: containers?.map(withoutMounts),
    initContainers: initContainers?.map(withoutMounts),
  };
}

/** Makes PodInfos and remembers the one of each pod version, for as long as that version lives. */
export class PodInfos {
  readonly table: ResourceTable;
  readonly #known = new WeakMap<Pod, PodInfo>();
  readonly #templates = new Map<string, PodTemplate>();

  constructor(table: ResourceTable) {
    this.table = table;
  }

  of(pod: Pod): PodInfo {
    return this.#known.get(pod) ?? this.#remember(pod, this.#templateOf(pod));
  }

  /** The info of a version that follows another one: parsed only where they differ. */
  next(before: Pod, after: Pod): PodInfo {
    const known = this.#known.get(after);
    if (known !== undefined) return known;
    const last = this.#known.get(before);
    if (last === undefined || isResized(before) || isResized(after) || !isAlike(before, after)) return this.of(after);
    return this.#remember(after, last.template);
  }

  #remember(pod: Pod, template: PodTemplate): PodInfo {
    const info = createPodInfo(pod, this.table, template);
    this.#known.set(pod, info);
    return info;
  }

  #templateOf(pod: Pod): PodTemplate {
    if (isResized(pod)) return createTemplate(pod, this.table);
    const { namespace, labels } = pod.metadata;
    const key = JSON.stringify([namespace, labels, decisiveSpec(pod.spec)]);
    let template = this.#templates.get(key);
    if (template === undefined) {
      template = createTemplate(pod, this.table);
      if (this.#templates.size >= maxTemplates) this.#templates.clear();
      this.#templates.set(key, template);
    }
    return template;
  }
}
