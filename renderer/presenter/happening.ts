import type { ObjectKey } from '#shared/kube/types.ts';
import type { ReasonCount } from '../explain/pending.ts';

/** What can be told. Each has its words in i18n `presenter:<kind>`. */
export type Kind =
  | 'arrived'
  | 'gated'
  | 'ungated'
  | 'placed'
  | 'unplaced'
  | 'nominated'
  | 'preempted'
  | 'evicted'
  | 'stopping'
  | 'removed'
  | 'running'
  | 'failed'
  | 'finished'
  | 'crashLoop'
  | 'imagePull'
  | 'joined'
  | 'left'
  | 'crashed'
  | 'recovered'
  | 'notReady'
  | 'ready'
  | 'cordoned'
  | 'uncordoned'
  | 'tainted'
  | 'draining'
  | 'scaled'
  | 'rollout'
  | 'shift'
  | 'rolledOut'
  | 'stuck'
  | 'stopped'
  | 'started'
  | 'oomKilled'
  | 'restarted'
  | 'unready'
  | 'pressure'
  | 'shutting'
  | 'off'
  | 'relieved'
  | 'blocked'
  | 'jobDone'
  | 'jobFailed'
  | 'fired'
  | 'autoscaled'
  | 'refused'
  | 'quiet';

/** Why it happened; each has its words in i18n `presenter:why_<id>`. */
export type Why =
  | 'priority'
  | 'replaces'
  | 'wanted'
  | 'pinned'
  | 'madeWay'
  | 'roomAfter'
  | 'reasons'
  | 'clears'
  | 'outranked'
  | 'outrankedBy'
  | 'taint'
  | 'unreachable'
  | 'notReadyNode'
  | 'drain'
  | 'asked'
  | 'oldRevision'
  | 'fewer'
  | 'deleted'
  | 'gates'
  | 'exit'
  | 'backOff'
  | 'image'
  | 'unnoticed'
  | 'heartbeat'
  | 'cordon'
  | 'taintEffect'
  | 'drainHow'
  | 'newImage'
  | 'template'
  | 'pace'
  | 'recreate'
  | 'allReady'
  | 'deadline'
  | 'halt'
  | 'onlyNode'
  | 'onlyFit'
  | 'onlyFitAfter'
  | 'drawn'
  | 'scored'
  | 'scoredFor'
  | 'memoryLimit'
  | 'noMemory'
  | 'livenessProbe'
  | 'startupProbe'
  | 'readinessProbe'
  | 'backOffOom'
  | 'lowOn'
  | 'shutDown'
  | 'orderly'
  | 'endedInOrder'
  | 'kubeletSays'
  | 'kubeletAlarm'
  | 'kubeletCalm'
  | 'budget'
  | 'someBudget'
  | 'allSucceeded'
  | 'backoffLimit'
  | 'jobDeadline'
  | 'schedule'
  | 'byHand'
  | 'aboveTarget'
  | 'belowTarget'
  | 'overMost'
  | 'underLeast'
  | 'quota'
  | 'refusal'
  | 'sameName'
  | 'sameStorage'
  | 'allAtOnce'
  | 'firstInOrder'
  | 'nextInOrder'
  | 'highestFirst'
  | 'orderedUpdate'
  | 'daemonNode'
  | 'jobPods'
  | 'jobPod';

/** One thing that happened, or several of a kind that are told together. */
export interface Happening {
  kind: Kind;
  /** Happenings of the same group are told as one. */
  group: string;
  /** The one it is about, as people call it. */
  name: string;
  /** Name of the family its pods are of. */
  family: string;
  pods: readonly ObjectKey[];
  nodes: readonly string[];
  /** Objects other than pods and nodes that are meant: `Deployment/default/web`. */
  others: readonly ObjectKey[];
  why: Why | null;
  values: Readonly<Record<string, string | number>>;
  reasons: readonly ReasonCount[];
}

/** A happening with what is not said left empty. */
export function happening(kind: Kind, group: string, name: string, parts: Partial<Happening> = {}): Happening {
  return {
    kind,
    group: `${kind}|${group}`,
    name,
    family: name,
    pods: [],
    nodes: [],
    others: [],
    why: null,
    values: {},
    reasons: [],
    ...parts,
  };
}

/** How many it is about. */
export function countOf({ pods, nodes }: Happening): number {
  return Math.max(1, pods.length || nodes.length);
}

const GOOD = new Set<Kind>(['placed', 'running', 'rolledOut', 'recovered', 'ready', 'relieved', 'jobDone']);
const WARN = new Set<Kind>([
  'unplaced',
  'preempted',
  'nominated',
  'evicted',
  'draining',
  'cordoned',
  'tainted',
  'gated',
  'restarted',
  'unready',
  'blocked',
  'shutting',
]);
const BAD = new Set<Kind>([
  'crashed',
  'notReady',
  'failed',
  'crashLoop',
  'imagePull',
  'stuck',
  'stopped',
  'oomKilled',
  'pressure',
  'off',
  'jobFailed',
  'refused',
]);

/** The tone a caption has. */
export function toneOf({ kind }: Happening): 'plain' | 'good' | 'warn' | 'bad' {
  if (GOOD.has(kind)) return 'good';
  if (WARN.has(kind)) return 'warn';
  return BAD.has(kind) ? 'bad' : 'plain';
}

/** How much is lost when it is not told: 0 little, 2 much. */
export function weightOf({ kind }: Happening): 0 | 1 | 2 {
  if (kind === 'arrived' || kind === 'running' || kind === 'joined' || kind === 'finished') return 0;
  return kind === 'placed' || kind === 'stopping' || kind === 'shift' || kind === 'removed' || kind === 'ungated' ? 1 : 2;
}

/** Two happenings of one group as one: the later one's words about all of them. The reason stays only while it is the same for all. */
export function merge(before: Happening, after: Happening): Happening {
  const pods = union(before.pods, after.pods);
  const nodes = union(before.nodes, after.nodes);
  const same = pods.length === after.pods.length && nodes.length === after.nodes.length;
  const alike = same || (before.why === after.why && sameWords(before, after));
  return {
    ...after,
    name: before.name,
    pods,
    nodes,
    others: union(before.others, after.others),
    why: alike ? (after.why ?? before.why) : null,
    values: alike ? { ...before.values, ...after.values } : after.values,
    reasons: alike ? after.reasons : [],
  };
}

function sameWords(a: Happening, b: Happening): boolean {
  return JSON.stringify([a.values, a.reasons]) === JSON.stringify([b.values, b.reasons]);
}

function union<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  return [...a, ...b.filter((one) => !a.includes(one))];
}
