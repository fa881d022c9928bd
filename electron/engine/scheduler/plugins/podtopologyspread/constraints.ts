import { findUntolerated } from '#shared/kube/taints.ts';
import type { KubeObject, LabelSelector, Node, Pod } from '#shared/kube/types.ts';
import { compileSelector, type LabelTest } from '../../framework/labelselector.ts';
import type { NodeTest } from '../../framework/nodeselector.ts';
import type { ObjectSource } from '../../framework/plugin.ts';
import type { PodInfo } from '../../framework/podinfo.ts';

/** A constraint as manifests and profiles give it. */
export interface RawConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: string;
  readonly labelSelector?: LabelSelector;
  readonly minDomains?: number;
  readonly nodeAffinityPolicy?: string;
  readonly nodeTaintsPolicy?: string;
  readonly matchLabelKeys?: readonly string[];
}

/** A constraint, parsed. */
export interface Constraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly selector: LabelTest;
  readonly minDomains: number;
  readonly honorsAffinity: boolean;
  readonly honorsTaints: boolean;
}

export type Hardness = 'DoNotSchedule' | 'ScheduleAnyway';

export const hostnameLabel = 'kubernetes.io/hostname';

/** What applies when neither pod nor profile says otherwise. Models podtopologyspread systemDefaultConstraints. */
export const systemDefaults: readonly RawConstraint[] = [
  { topologyKey: hostnameLabel, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
];

/** Adds the pod's own values of some label keys to a selector. */
function withLabelKeys(selector: LabelSelector | undefined, keys: readonly string[], pod: Pod): LabelSelector | undefined {
  const labels = pod.metadata.labels ?? {};
  const found = keys.filter((key) => Object.hasOwn(labels, key));
  if (selector === undefined || found.length === 0) return selector;
  const own = found.map((key) => ({ key, operator: 'In', values: [labels[key] ?? ''] }));
  return { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...own] };
}

function parse(raw: RawConstraint, selector: LabelTest): Constraint {
  return {
    maxSkew: raw.maxSkew,
    topologyKey: raw.topologyKey,
    selector,
    minDomains: raw.minDomains ?? 1,
    honorsAffinity: raw.nodeAffinityPolicy !== 'Ignore',
    honorsTaints: raw.nodeTaintsPolicy === 'Honor',
  };
}

/** The pod's constraints of one hardness; those of the profile with the selector of the pod's services and owner when it has none at all. */
export function constraintsOf(
  pod: Pod,
  defaults: readonly RawConstraint[],
  hardness: Hardness,
  objects: ObjectSource,
): Constraint[] {
  const own = (pod.spec.topologySpreadConstraints ?? []) as readonly RawConstraint[];
  if (own.length > 0) {
    const wanted = own.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === hardness);
    return wanted.map((raw) => parse(raw, compileSelector(withLabelKeys(raw.labelSelector, raw.matchLabelKeys ?? [], pod))));
  }
  const wanted = defaults.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === hardness);
  if (wanted.length === 0) return [];
  const selector = defaultSelector(pod, objects);
  return selector.empty ? [] : wanted.map((raw) => parse(raw, selector));
}

type Selecting = KubeObject & { spec?: { selector?: LabelSelector } };

/** Joins the selectors of the pod's services and of the set that owns it; empty when there are none. Models plugins/helper DefaultSelector. */
function defaultSelector(pod: Pod, objects: ObjectSource): LabelTest {
  const namespace = pod.metadata.namespace ?? '';
  let matchLabels: Record<string, string> = {};
  for (const service of objects.list('Service', namespace)) {
    const selector = (service as { spec?: { selector?: Record<string, string> } }).spec?.selector;
    if (selector === undefined || Object.keys(selector).length === 0) continue;
    if (compileSelector({ matchLabels: selector }).matches(pod.metadata.labels)) matchLabels = { ...matchLabels, ...selector };
  }
  const tests = [compileSelector({ matchLabels })];
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner?.kind === 'ReplicaSet' || owner?.kind === 'StatefulSet' || owner?.kind === 'ReplicationController') {
    const found = objects.get(owner.kind, namespace, owner.name) as Selecting | undefined;
    const selector = found?.spec?.selector;
    if (selector !== undefined) {
      const plain = owner.kind === 'ReplicationController' ? { matchLabels: selector as Record<string, string> } : selector;
      tests.push(compileSelector(plain));
    }
  }
  return { empty: tests.every(({ empty }) => empty), matches: (labels) => tests.every((test) => test.matches(labels)) };
}

/** Whether a node takes part in a constraint at all. Models matchNodeInclusionPolicies. */
export function included(constraint: Constraint, pod: Pod, node: Node, required: NodeTest): boolean {
  if (constraint.honorsAffinity && !required(node)) return false;
  return (
    !constraint.honorsTaints || findUntolerated(node.spec.taints, pod.spec.tolerations, ['NoSchedule', 'NoExecute']) === undefined
  );
}

/** Whether a node has the label of every constraint. */
export function hasAllKeys(node: Node, constraints: readonly Constraint[]): boolean {
  return constraints.every(({ topologyKey }) => node.metadata.labels?.[topologyKey] !== undefined);
}

/** Pods of the namespace that a selector means; terminating ones do not count, and an empty selector counts nobody. Models countPodsMatchSelector. */
export function countMatching(pods: readonly PodInfo[], selector: LabelTest, namespace: string): number {
  if (selector.empty) return 0;
  let count = 0;
  for (const { pod, terminating } of pods) {
    if (!terminating && (pod.metadata.namespace ?? '') === namespace && selector.matches(pod.metadata.labels)) count++;
  }
  return count;
}
