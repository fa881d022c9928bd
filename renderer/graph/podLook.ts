import { podPriority } from '#shared/kube/pod.ts';
import type { ContainerStatus, Pod } from '#shared/kube/types.ts';
import { type Lineage, ownerKeyOf, templateKeyOf } from '../store/lineage.ts';

/**
 * How a pod's state is shown. `init`: its init containers run; `unready`: running, but not (yet) ready; `crashing`: waits before it is started
 * again; `evicted`: ended from outside (by its kubelet, for a more important pod, with its machine); `failed`: by itself, or cannot start.
 */
export type PodState =
  | 'pending'
  | 'creating'
  | 'init'
  | 'running'
  | 'unready'
  | 'crashing'
  | 'terminating'
  | 'failed'
  | 'evicted'
  | 'succeeded';

const FROM_OUTSIDE = new Set(['Evicted', 'Preempting', 'Preempted', 'NodeShutdown', 'Terminated', 'Shutdown', 'NodeLost']);

const BAD_WAITS = new Set([
  'ImagePullBackOff',
  'ErrImagePull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

const NO_STATUSES: readonly ContainerStatus[] = [];

function troubleOf(statuses: readonly ContainerStatus[]): 'crashing' | 'failed' | undefined {
  let found: 'crashing' | undefined;
  for (const status of statuses) {
    const reason = status.state?.waiting?.reason;
    if (reason === undefined) continue;
    if (BAD_WAITS.has(reason)) return 'failed';
    if (reason === 'CrashLoopBackOff') found = 'crashing';
  }
  return found;
}

function hasBegun(status: ContainerStatus): boolean {
  return status.state?.running !== undefined || status.state?.terminated !== undefined;
}

/** State of a pod as the canvas tells it apart. */
export function podState(pod: Pod): PodState {
  if (pod.metadata.deletionTimestamp) return 'terminating';
  const phase = pod.status?.phase;
  if (phase === 'Failed') return FROM_OUTSIDE.has(pod.status?.reason ?? '') ? 'evicted' : 'failed';
  if (phase === 'Succeeded') return 'succeeded';
  if (!pod.spec.nodeName) return 'pending';
  const { initContainerStatuses = NO_STATUSES, containerStatuses = NO_STATUSES } = pod.status ?? {};
  const trouble = troubleOf(initContainerStatuses) ?? troubleOf(containerStatuses);
  if (trouble) return trouble;
  if (phase !== 'Running') return initContainerStatuses.some(hasBegun) ? 'init' : 'creating';
  const ready = pod.status?.conditions?.find((condition) => condition.type === 'Ready');
  return ready?.status === 'True' ? 'running' : 'unready';
}

/** Class and colour of a pod's picture. */
export interface PodLook {
  state: PodState;
  className: string;
  color: string;
  old: boolean;
  revision: number;
  priority: number;
}

/** As in styles/tokens.css (--w1 to --w7), the same in both themes; literal, because pods are painted on <canvas> too. */
const PALETTE = ['#5b8def', '#f0883e', '#3fb68b', '#c879d8', '#e3b341', '#46b3c7', '#ef6f8d'] as const;

/** CSS colour of an owner's n-th revision: the owner's hue, turned and darkened a little from one revision to the next. */
export function ownerColor(index: number, revision: number): string {
  const base = PALETTE[index % PALETTE.length] ?? PALETTE[0];
  const round = Math.floor(index / PALETTE.length) % 2;
  const step = revision > 1 ? (revision - 1) % 4 : 0;
  if (round === 0 && step === 0) return base;
  const lightness = round === 1 ? 0.8 : step % 2 === 1 ? 0.84 : 1.08;
  return `oklch(from ${base} calc(l * ${lightness}) c calc(h + ${step * 22 + round * 25}))`;
}

/** Everything the picture of a pod needs; `lineage` and `owners` are the mirror's. */
export function podLook(pod: Pod, owners: ReadonlyMap<string, number>, lineage: ReadonlyMap<string, Lineage>): PodLook {
  const state = podState(pod);
  const template = templateKeyOf(pod);
  const family = template === null ? undefined : lineage.get(template);
  const old = family !== undefined && !family.current;
  const priority = podPriority(pod);
  const rank = priority > 0 ? ' hi' : priority < 0 ? ' lo' : '';
  return {
    state,
    className: `pod ${state}${rank}${old ? ' old' : ''}`,
    color: ownerColor(owners.get(ownerKeyOf(pod)) ?? 0, family?.revision ?? 1),
    old,
    revision: family?.revision ?? 0,
    priority,
  };
}
