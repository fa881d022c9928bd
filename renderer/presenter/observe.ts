import type { Pod } from '#shared/kube/types.ts';
import type { Change } from '#shared/protocol/index.ts';
import { transitions } from '../graph/diff.ts';
import type { Mirror } from '../store/mirror.ts';
import { clusterHappenings, nodeHappenings, workloadHappenings } from './clusterFacts.ts';
import type { Happening } from './happening.ts';
import { arrival, leave, nameOfKey, placement, podChange, removal } from './podFacts.ts';

/** What has to be remembered from earlier frames: names of the pods that went from each node since a pod last came there. */
export interface Past {
  readonly left: ReadonlyMap<string, readonly string[]>;
}

/** Nothing has happened yet. */
export const NO_PAST: Past = { left: new Map() };

const REMEMBERED = 6;

/** What happened from one mirror to the next, to be told. Pure; nothing across epochs, for that is another history. */
export function observe(
  past: Past,
  before: Mirror,
  after: Mirror,
  changes: readonly Change[],
): { past: Past; told: Happening[] } {
  if (!before.ready || before.epoch !== after.epoch) return { past: NO_PAST, told: [] };
  const left = new Map(past.left);
  const told: Happening[] = [...clusterHappenings(before, after)];
  for (const { key } of changes) {
    if (key.startsWith('Node/')) told.push(...nodeHappenings(nameOfKey(key), before, after));
    else if (key.startsWith('Deployment/')) told.push(...workloadHappenings(key, before, after));
  }
  const steps = transitions(before, after, changes);
  for (const step of steps) {
    if (step.type !== 'gone' || !step.node || after.faults[step.node]) continue;
    left.set(step.node, [...(left.get(step.node) ?? []), nameOfKey(step.pod)].slice(-REMEMBERED));
  }
  for (const step of steps) {
    if (step.type === 'created') told.push(...arrival(step.pod, before, after));
    else if (step.type === 'bound') {
      told.push(placement(step.pod, step.node, before, left.get(step.node) ?? [], after));
      left.delete(step.node);
    } else if (step.type === 'leaving') told.push(leave(step.pod, step.how, after));
    else if (step.type === 'gone') told.push(...removal(step.pod, before));
  }
  for (const { key } of changes) {
    if (!key.startsWith('Pod/')) continue;
    const was = before.pods.get(key);
    const is: Pod | undefined = after.pods.get(key);
    if (is && (!was || was.metadata.uid === is.metadata.uid)) told.push(...podChange(key, was, is));
  }
  return { past: { left }, told };
}
