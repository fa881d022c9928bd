import { type Amounts, podRequests } from '#shared/kube/pod.ts';
import type { Container, Pod } from '#shared/kube/types.ts';
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

/** Parses a pod. */
export function createPodInfo(pod: Pod, table: ResourceTable): PodInfo {
  const requests = podRequests(pod);
  const nonZero = podRequests(pod, { nonZero: true });
  const affinity = pod.spec.affinity;
  return {
    pod,
    key: `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`,
    uid: pod.metadata.uid ?? '',
    priority: pod.spec.priority ?? 0,
    requests: toVector(table, requests),
    nonZeroCpuMilli: nonZero.cpu ?? 0,
    nonZeroMemoryBytes: nonZero.memory ?? 0,
    hostPorts: hostPortsOf(pod),
    terminating: pod.metadata.deletionTimestamp !== undefined,
    hasAffinity: affinity?.podAffinity !== undefined || affinity?.podAntiAffinity !== undefined,
    hasRequiredAntiAffinity: (affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.length ?? 0) > 0,
  };
}

/** Makes PodInfos and remembers the one of each pod version, for as long as that version lives. */
export class PodInfos {
  readonly table: ResourceTable;
  readonly #known = new WeakMap<Pod, PodInfo>();

  constructor(table: ResourceTable) {
    this.table = table;
  }

  of(pod: Pod): PodInfo {
    const known = this.#known.get(pod);
    if (known !== undefined) return known;
    const info = createPodInfo(pod, this.table);
    this.#known.set(pod, info);
    return info;
  }
}
