import { type Amounts, podRequests } from '#shared/kube/pod.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { NodeInfo } from '../../framework/nodeinfo.ts';
import { cpuIndex, isScalarResource, memoryIndex, type ResourceTable } from '../../framework/resources.ts';

/** A resource that a scorer looks at. A missing weight means 1. */
export interface ResourceSpec {
  readonly name: string;
  readonly weight?: number;
}

/** CPU and memory, equally. */
export const defaultResources: readonly ResourceSpec[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

/** A resource of the scorer with its place in the resource table and what the incoming pod asks of it. */
export interface ScoredResource {
  readonly name: string;
  readonly index: number;
  readonly weight: number;
  readonly request: number;
  /** Resources the pod does not ask for and which only some nodes have do not count. */
  readonly ignored: boolean;
}

/** Requests of the incoming pod as the Fit scorer counts them: assumptions for containers that name none, pod-level resources left out. */
export function nonZeroRequests(pod: Pod): Amounts {
  if (pod.spec.resources === undefined) return podRequests(pod, { nonZero: true });
  const { resources: _podLevel, ...spec } = pod.spec;
  return podRequests({ ...pod, spec }, { nonZero: true });
}

/** Joins the configured resources with the pod's requests. */
export function scoredResources(table: ResourceTable, resources: readonly ResourceSpec[], requests: Amounts): ScoredResource[] {
  return resources.map(({ name, weight }) => {
    const request = requests[name] ?? 0;
    return { name, index: table.indexOf(name), weight: weight ?? 1, request, ignored: request === 0 && isScalarResource(name) };
  });
}

/** What is taken of a resource without the incoming pod; CPU and memory with the scorer's assumptions unless `real`. */
export function usedOf(node: NodeInfo, index: number, real: boolean): number {
  if (!real && index === cpuIndex) return node.nonZeroCpuMilli;
  if (!real && index === memoryIndex) return node.nonZeroMemoryBytes;
  return node.requested[index] ?? 0;
}
