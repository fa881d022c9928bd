import { compareStrings } from '#shared/core/compare.ts';
import { matchRequirements } from '#shared/kube/labels.ts';
import type { Pod } from '#shared/kube/types.ts';
import { splitKey } from '../common/keys.ts';
import type { Memory } from './memory.ts';

/**
 * Keys of the autoscalers of a namespace that control any of the pods, by the selectors they had at their last sync, in byte order.
 * One that has never been synced controls nothing yet. Models hpasControllingPodsUnderSelector.
 */
export function controlling(memories: ReadonlyMap<string, Memory>, namespace: string, pods: readonly Pod[]): string[] {
  const keys: string[] = [];
  for (const [key, { selector }] of memories) {
    if (selector === undefined || splitKey(key).namespace !== namespace) continue;
    if (pods.some((pod) => matchRequirements(selector, pod.metadata.labels))) keys.push(key);
  }
  return keys.sort(compareStrings);
}
