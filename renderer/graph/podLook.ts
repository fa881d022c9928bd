import { podPriority } from '#shared/kube/pod.ts';
import type { Pod } from '#shared/kube/types.ts';
import { type Lineage, ownerKeyOf, replicaSetKeyOf } from '../store/lineage.ts';

/** How a pod's state is shown. `unready`: running, but not (yet) ready. */
export type PodState = 'pending' | 'creating' | 'running' | 'unready' | 'terminating' | 'failed' | 'succeeded';

const BAD_WAITS = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/** State of a pod as the canvas tells it apart. */
export function podState(pod: Pod): PodState {
  if (pod.metadata.deletionTimestamp) return 'terminating';
  const phase = pod.status?.phase;
  if (phase === 'Failed') return 'failed';
  if (phase === 'Succeeded') return 'succeeded';
  if (!pod.spec.nodeName) return 'pending';
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  if (statuses.some((status) => BAD_WAITS.has(status.state?.waiting?.reason ?? ''))) return 'failed';
  if (phase !== 'Running') return 'creating';
  const ready = pod.status?.conditions?.find((condition) => condition.type === 'Ready');
  return ready?.status === 'True' ? 'running' : 'unready';
}

/** Class and colour of a pod's picture. */
export interface PodLook {
  state: PodState;
  className: string;
  color: string;
  old: boolean;
}

const PALETTE = ['--w1', '--w2', '--w3', '--w4', '--w5', '--w6', '--w7'] as const;

/** CSS colour of an owner's n-th revision: the owner's hue, turned and darkened a little from one revision to the next. */
export function ownerColor(index: number, revision: number): string {
  const base = `var(${PALETTE[index % PALETTE.length]})`;
  const round = Math.floor(index / PALETTE.length) % 2;
  const step = revision > 1 ? (revision - 1) % 4 : 0;
  if (round === 0 && step === 0) return base;
  const lightness = round === 1 ? 0.8 : step % 2 === 1 ? 0.84 : 1.08;
  return `oklch(from ${base} calc(l * ${lightness}) c calc(h + ${step * 22 + round * 25}))`;
}

/** Everything the picture of a pod needs; `lineage` and `owners` are the mirror's. */
export function podLook(pod: Pod, owners: ReadonlyMap<string, number>, lineage: ReadonlyMap<string, Lineage>): PodLook {
  const state = podState(pod);
  const set = replicaSetKeyOf(pod);
  const family = set === null ? undefined : lineage.get(set);
  const old = family !== undefined && !family.current;
  const priority = podPriority(pod);
  const rank = priority > 0 ? ' hi' : priority < 0 ? ' lo' : '';
  return {
    state,
    className: `pod ${state}${rank}${old ? ' old' : ''}`,
    color: ownerColor(owners.get(ownerKeyOf(pod)) ?? 0, family?.revision ?? 1),
    old,
  };
}
