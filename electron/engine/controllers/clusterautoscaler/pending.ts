import { compareStrings } from '#shared/core/compare.ts';
import { podCondition } from '#shared/kube/conditions.ts';
import { controllerOf, isTerminal, podPriority } from '#shared/kube/pod.ts';
import type { Pod } from '#shared/kube/types.ts';

/** Whether a scheduler has tried the pod and found no node. Models kubernetes.ListUnschedulablePods. */
export function isUnschedulable(pod: Pod): boolean {
  if (pod.spec.nodeName || pod.metadata.deletionTimestamp !== undefined || isTerminal(pod)) return false;
  const condition = podCondition(pod, 'PodScheduled');
  return condition?.status === 'False' && condition.reason === 'Unschedulable';
}

/** Whether the pod is not worth a machine. Models core/utils IsExpendablePod. */
export function isExpendable(pod: Pod, cutoff: number): boolean {
  const preempts = (pod.spec.preemptionPolicy ?? 'PreemptLowerPriority') === 'PreemptLowerPriority';
  return preempts && podPriority(pod) < cutoff;
}

/** Pods that differ in nothing the scheduler looks at, and the first of them by which they are judged. */
export interface PodGroup {
  readonly sample: Pod;
  readonly pods: readonly Pod[];
}

const decisive = ({ nodeName: _node, ...spec }: Pod['spec']): object => ({
  ...spec,
  // Every pod has a token volume of its own name.
  volumes: spec.volumes?.map(({ name, ...volume }) => (name.startsWith('kube-api-access-') ? volume : { name, ...volume })),
  containers: spec.containers.map(({ resources, ports }) => ({ resources, ports })),
  initContainers: spec.initContainers?.map(({ resources, restartPolicy }) => ({ resources, restartPolicy })),
});

/** Pods of one controller with equal specs together; the most important first, then by name. Models equivalence.BuildPodGroups. */
export function groupPods(pods: readonly Pod[]): PodGroup[] {
  const groups = new Map<string, Pod[]>();
  for (const pod of byImportance(pods)) {
    const owner = controllerOf(pod)?.uid ?? pod.metadata.uid ?? pod.metadata.name;
    const key = JSON.stringify([owner, pod.metadata.namespace, pod.metadata.labels, decisive(pod.spec)]);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [pod]);
    else known.push(pod);
  }
  return [...groups.values()].flatMap((all) => (all[0] === undefined ? [] : [{ sample: all[0], pods: all }]));
}

/** Higher priority first, then by namespace and name. */
export function byImportance(pods: readonly Pod[]): Pod[] {
  const key = ({ metadata }: Pod) => `${metadata.namespace ?? ''}/${metadata.name}`;
  return [...pods].sort((a, b) => podPriority(b) - podPriority(a) || compareStrings(key(a), key(b)));
}

/** The pod as one that has no node yet. */
export function unplaced(pod: Pod): Pod {
  const { nodeName: _node, ...spec } = pod.spec;
  return { ...pod, spec };
}

/** The pod as one that runs on a node. */
export function placedOn(pod: Pod, node: string): Pod {
  return { ...pod, spec: { ...pod.spec, nodeName: node } };
}
