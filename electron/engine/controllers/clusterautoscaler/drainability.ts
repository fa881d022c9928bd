import { matchLabelSelector } from '#shared/kube/labels.ts';
import { controllerOf, isTerminal } from '#shared/kube/pod.ts';
import type { Pod, PodDisruptionBudget } from '#shared/kube/types.ts';

const PREFIX = 'cluster-autoscaler.kubernetes.io/';
const SAFE_TO_EVICT = `${PREFIX}safe-to-evict`;
const SAFE_LOCAL_VOLUMES = `${PREFIX}safe-to-evict-local-volumes`;
const MIRROR = 'kubernetes.io/config.mirror';
/** A pod that has been going for this long beyond its grace period holds nothing up. Models PodLongTerminatingExtraThreshold. */
const LONG_TERMINATING_MS = 30_000;
const REPLICATED: readonly string[] = ['ReplicationController', 'ReplicaSet', 'StatefulSet', 'Job', 'DaemonSet'];

/** Why a pod keeps its node. Models drain.BlockingPodReason. */
export type BlockingReason =
  | 'NotSafeToEvictAnnotation'
  | 'NotReplicated'
  | 'UnmovableKubeSystemPod'
  | 'LocalStorageRequested'
  | 'NotEnoughPdb';

/** What becomes of a pod when its node goes. `leave`: it needs no new place. */
export type PodFate =
  | { readonly kind: 'move' }
  | { readonly kind: 'leave' }
  | { readonly kind: 'block'; readonly reason: BlockingReason };

/** What the rules know besides the pod. */
export interface DrainRules {
  readonly budgets: readonly PodDisruptionBudget[];
  readonly skipNodesWithLocalStorage: boolean;
  readonly skipNodesWithSystemPods: boolean;
  readonly nowMs: number;
  parseMs(timestamp: string): number;
}

const MOVE: PodFate = { kind: 'move' };
const LEAVE: PodFate = { kind: 'leave' };
const block = (reason: BlockingReason): PodFate => ({ kind: 'block', reason });

function isLongTerminating({ metadata }: Pod, { nowMs, parseMs }: DrainRules): boolean {
  // The time of deletion already has the grace period in it.
  return metadata.deletionTimestamp !== undefined && parseMs(metadata.deletionTimestamp) + LONG_TERMINATING_MS < nowMs;
}

/** Whether a pod keeps data on its machine that nobody has declared dispensable. Models drain.HasBlockingLocalStorage. */
function hasLocalStorage({ metadata, spec }: Pod): boolean {
  const safe = (metadata.annotations?.[SAFE_LOCAL_VOLUMES] ?? '').split(',').map((name) => name.trim());
  return (spec.volumes ?? []).some(
    ({ name, hostPath, emptyDir }) =>
      (hostPath !== undefined || (emptyDir !== undefined && emptyDir.medium !== 'Memory')) && !safe.includes(name),
  );
}

/** Budgets of the pod's namespace that cover it. */
export function budgetsOf({ metadata }: Pod, budgets: readonly PodDisruptionBudget[]): PodDisruptionBudget[] {
  return budgets.filter(
    (budget) => budget.metadata.namespace === metadata.namespace && matchLabelSelector(budget.spec.selector, metadata.labels),
  );
}

/** The first rule that speaks decides. Models simulator/drainability/rules Default. */
export function fateOf(pod: Pod, rules: DrainRules): PodFate {
  const { metadata } = pod;
  if (metadata.annotations?.[MIRROR] !== undefined || isLongTerminating(pod, rules)) return LEAVE;
  const owner = controllerOf(pod);
  const safe = metadata.annotations?.[SAFE_TO_EVICT];
  const budgets = budgetsOf(pod, rules.budgets);
  const spent = budgets.some((budget) => (budget.status?.disruptionsAllowed ?? 0) < 1);
  if (owner?.kind === 'DaemonSet') return LEAVE;
  if (isTerminal(pod)) return MOVE;
  if (safe !== 'true') {
    if (owner === undefined || !REPLICATED.includes(owner.kind)) return block('NotReplicated');
    if (rules.skipNodesWithSystemPods && metadata.namespace === 'kube-system' && budgets.length === 0)
      return block('UnmovableKubeSystemPod');
    if (safe === 'false') return block('NotSafeToEvictAnnotation');
    if (rules.skipNodesWithLocalStorage && hasLocalStorage(pod)) return block('LocalStorageRequested');
  }
  return spent ? block('NotEnoughPdb') : MOVE;
}
