import type { Pod } from '#shared/kube/types.ts';
import type { Change, Signal } from '#shared/protocol/index.ts';
import { transitions } from '../graph/diff.ts';
import type { Mirror } from '../store/mirror.ts';
import { clusterHappenings, nodeHappenings, workloadHappenings } from './clusterFacts.ts';
import { blockedBy, eventHappenings, familyKeyOfPod, refusalKey } from './eventFacts.ts';
import type { Happening } from './happening.ts';
import { jobHappenings } from './jobFacts.ts';
import { arrival, leave, nameOfKey, placement, podChange, removal } from './podFacts.ts';

/**
 * What has to be remembered from earlier frames: names of the pods that went from each node since a pod last came there; refused creations and
 * blocked evictions that were told, for they are tried again and again.
 */
export interface Past {
  readonly left: ReadonlyMap<string, readonly string[]>;
  readonly refused: ReadonlySet<string>;
  readonly blocked: ReadonlySet<string>;
}

/** Nothing has happened yet. */
export const NO_PAST: Past = { left: new Map(), refused: new Set(), blocked: new Set() };

const REMEMBERED = 6;

/** What happened from one mirror to the next, to be told. Pure; nothing across epochs, for that is another history. */
export function observe(
  past: Past,
  before: Mirror,
  after: Mirror,
  changes: readonly Change[],
  signals: readonly Signal[] = [],
): { past: Past; told: Happening[] } {
  if (!before.ready || before.epoch !== after.epoch) return { past: NO_PAST, told: [] };
  const left = new Map(past.left);
  const told: Happening[] = [...clusterHappenings(before, after)];
  for (const { key } of changes) {
    if (key.startsWith('Node/')) told.push(...nodeHappenings(nameOfKey(key), before, after));
    else if (key.startsWith('Deployment/')) told.push(...workloadHappenings(key, before, after));
    else if (key.startsWith('Job/')) told.push(...jobHappenings(key, before, after));
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
  for (const { key } of changes) if (key.startsWith('Event/')) told.push(...eventHappenings(key, before, after));
  const blocked = new Set([...past.blocked].filter((key) => !isGoing(after.pods.get(key))));
  for (const signal of signals) {
    const found = signal.type === 'output' ? blockedBy(signal.line, after) : null;
    if (found && !blocked.has(found.pod)) {
      blocked.add(found.pod);
      told.push(found.told);
    }
  }
  const arrived = steps.filter((step) => step.type === 'created').map((step) => familyKeyOfPod(step.pod, after));
  const refused = new Set([...past.refused].filter((one) => !arrived.some((family) => one.startsWith(family))));
  return { past: { left, refused, blocked }, told: settled(told, refused) };
}

function isGoing(pod: Pod | undefined): boolean {
  return !pod || pod.metadata.deletionTimestamp !== undefined;
}

/** Leaves out refusals that were told before (noting the new ones), and a change of replicas that the autoscaler accounts for. */
function settled(told: readonly Happening[], refused: Set<string>): Happening[] {
  const scaledByItself = new Set(told.filter((one) => one.kind === 'autoscaled').map((one) => one.others[0]));
  return told.filter((one) => {
    if (one.kind === 'scaled') return !scaledByItself.has(one.others[0]);
    if (one.kind !== 'refused') return true;
    const key = refusalKey(one);
    if (refused.has(key)) return false;
    refused.add(key);
    return true;
  });
}
