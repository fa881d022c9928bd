import { findUntolerated } from '#shared/kube/taints.ts';
import type { KubeObject, LabelSelector, Node, Pod } from '#shared/kube/types.ts';
import { compileSelector, type LabelTest } from '../../framework/labelselector.ts';
import { Recent } from '../../framework/ledger.ts';
import type { NodeTest } from '../../framework/nodeselector.ts';
import type { ObjectSource } from '../../framework/plugin.ts';
import { memo, type PodInfo, type PodTemplate } from '../../framework/podinfo.ts';

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

/** Where the constraints of a profile get their selector from, for one pod. */
interface Selecting {
  readonly services: readonly KubeObject[];
  readonly owner: KubeObject | undefined;
}

const ownerKinds: readonly string[] = ['ReplicaSet', 'StatefulSet', 'ReplicationController'];

function selecting(pod: Pod, objects: ObjectSource): Selecting {
  const namespace = pod.metadata.namespace ?? '';
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
  const known = owner !== undefined && ownerKinds.includes(owner.kind);
  return {
    services: objects.list('Service', namespace),
    owner: known ? objects.get(owner.kind, namespace, owner.name) : undefined,
  };
}

/** Templates whose constraints are remembered. */
const maxRemembered = 64;

/**
 * The constraints of one hardness for each pod: its own, or those of the profile with the selector of the pod's services and owner when it has none
 * at all. The same array as long as nothing changed, so that counts can be kept for it.
 */
export class ConstraintSource {
  readonly #defaults: readonly RawConstraint[];
  readonly #hardness: Hardness;
  readonly #objects: ObjectSource;
  readonly #own = new WeakMap<PodTemplate, readonly Constraint[]>();
  readonly #byDefault = new Recent<PodTemplate, Selecting & { readonly constraints: readonly Constraint[] }>(maxRemembered);
  /** The same for templates that differ in nothing that counts here, as those of a StatefulSet's pods, whose counts are then kept together. */
  readonly #alike = new Recent<string, readonly Constraint[]>(maxRemembered);

  constructor(defaults: readonly RawConstraint[], hardness: Hardness, objects: ObjectSource) {
    this.#hardness = hardness;
    this.#defaults = defaults.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === hardness);
    this.#objects = objects;
  }

  of({ pod, template }: PodInfo): readonly Constraint[] {
    if ((pod.spec.topologySpreadConstraints?.length ?? 0) > 0) return memo(this.#own, template, () => this.#ownOf(pod));
    if (this.#defaults.length === 0) return none;
    const now = selecting(pod, this.#objects);
    const known = this.#byDefault.get(template);
    if (known !== undefined && known.services === now.services && known.owner === now.owner) return known.constraints;
    const constraints = this.#defaultsOf(pod, now);
    this.#byDefault.set(template, { ...now, constraints });
    return constraints;
  }

  #defaultsOf(pod: Pod, from: Selecting): readonly Constraint[] {
    const parts = defaultSelectors(pod, from);
    const { nodeSelector, affinity, tolerations } = pod.spec;
    const key = JSON.stringify([pod.metadata.namespace, parts, nodeSelector, affinity?.nodeAffinity, tolerations]);
    const known = this.#alike.get(key);
    if (known !== undefined) return known;
    const selector = joined(parts);
    const constraints = selector.empty ? none : this.#defaults.map((raw) => parse(raw, selector));
    this.#alike.set(key, constraints);
    return constraints;
  }

  #ownOf(pod: Pod): readonly Constraint[] {
    const own = (pod.spec.topologySpreadConstraints ?? []) as readonly RawConstraint[];
    const wanted = own.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === this.#hardness);
    return wanted.map((raw) => parse(raw, compileSelector(withLabelKeys(raw.labelSelector, raw.matchLabelKeys ?? [], pod))));
  }
}

const none: readonly Constraint[] = [];

/** The selectors of the pod's services, as one, and of the set that owns it. Models plugins/helper DefaultSelector. */
function defaultSelectors(pod: Pod, { services, owner }: Selecting): LabelSelector[] {
  let matchLabels: Record<string, string> = {};
  for (const service of services) {
    const selector = (service as { spec?: { selector?: Record<string, string> } }).spec?.selector;
    if (selector === undefined || Object.keys(selector).length === 0) continue;
    if (compileSelector({ matchLabels: selector }).matches(pod.metadata.labels)) matchLabels = { ...matchLabels, ...selector };
  }
  const selector = (owner as { spec?: { selector?: LabelSelector } } | undefined)?.spec?.selector;
  if (selector === undefined) return [{ matchLabels }];
  const plain = owner?.kind === 'ReplicationController' ? { matchLabels: selector as Record<string, string> } : selector;
  return [{ matchLabels }, plain];
}

/** Matches what all of them match; empty when all are. */
function joined(selectors: readonly LabelSelector[]): LabelTest {
  const tests = selectors.map((selector) => compileSelector(selector));
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

/**
 * Which pods of a namespace a selector means, asked once for each template. Terminating pods do not count, and an empty selector counts nobody.
 * Models countPodsMatchSelector.
 */
export class PodMatcher {
  readonly #selector: LabelTest;
  readonly #namespace: string;
  readonly #known = new WeakMap<PodTemplate, boolean>();

  constructor(selector: LabelTest, namespace: string) {
    this.#selector = selector;
    this.#namespace = namespace;
  }

  count(pods: readonly PodInfo[]): number {
    if (this.#selector.empty) return 0;
    let count = 0;
    for (const info of pods) if (!info.terminating && this.meansMoved(info)) count++;
    return count;
  }

  /** The same for a pod that a what-if run moves, where upstream asks neither for termination nor for an empty selector. */
  meansMoved({ pod, template }: PodInfo): boolean {
    let means = this.#known.get(template);
    if (means === undefined) {
      means = (pod.metadata.namespace ?? '') === this.#namespace && this.#selector.matches(pod.metadata.labels);
      this.#known.set(template, means);
    }
    return means;
  }
}
