import { isTerminal } from '#shared/kube/pod.ts';
import { DEFAULT_PROFILE } from '#shared/kube/schedulerConfig/index.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { ComponentView, QueueEntry } from '#shared/protocol/index.ts';

/** Pods without a node whose schedulerName no running scheduler serves, as the queue shows pods. In the order of the mirror. */
export function unservedPods(pods: ReadonlyMap<string, Pod>, components: readonly ComponentView[]): QueueEntry[] {
  const served = new Set(components.flatMap(({ running, profiles }) => (running ? (profiles ?? []) : [])));
  const found: QueueEntry[] = [];
  // Before the first frame there are no components to judge by.
  if (components.length === 0) return found;
  for (const pod of pods.values()) {
    if (pod.spec.nodeName || served.has(pod.spec.schedulerName ?? DEFAULT_PROFILE) || isTerminal(pod)) continue;
    const { namespace = '', name } = pod.metadata;
    found.push({ key: `${namespace}/${name}`, namespace, name, priority: pod.spec.priority ?? 0, attempts: 0, plugins: [] });
  }
  return found;
}
