import type { KubeObject, LabelSelector, Pod } from '#shared/kube/types.ts';
import { compileSelector, type LabelTest, nothing } from '../../framework/labelselector.ts';
import { memo, type PodInfo, type PodTemplate } from '../../framework/podinfo.ts';

/** One term of pod affinity or anti-affinity, parsed. Models framework.AffinityTerm. */
export interface AffinityTerm {
  readonly topologyKey: string;
  readonly selector: LabelTest;
  readonly namespaces: ReadonlySet<string>;
  readonly namespaceSelector: LabelTest;
  /** 0 for required terms. */
  readonly weight: number;
}

/** All terms of a pod. */
export interface PodTerms {
  readonly affinity: readonly AffinityTerm[];
  readonly antiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly AffinityTerm[];
  readonly preferredAntiAffinity: readonly AffinityTerm[];
}

interface RawTerm {
  readonly topologyKey: string;
  readonly labelSelector?: LabelSelector;
  readonly namespaces?: readonly string[];
  readonly namespaceSelector?: LabelSelector;
}

function parseTerm(pod: Pod, term: RawTerm, weight: number): AffinityTerm {
  const given = term.namespaces ?? [];
  const own = given.length === 0 && term.namespaceSelector === undefined;
  return {
    topologyKey: term.topologyKey,
    selector: compileSelector(term.labelSelector),
    namespaces: new Set(own ? [pod.metadata.namespace ?? ''] : given),
    namespaceSelector: compileSelector(term.namespaceSelector),
    weight,
  };
}

function parse(pod: Pod): PodTerms {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const required = (terms: readonly RawTerm[] | undefined) => (terms ?? []).map((term) => parseTerm(pod, term, 0));
  const preferred = (terms: readonly { weight: number; podAffinityTerm: RawTerm }[] | undefined) =>
    (terms ?? []).map(({ weight, podAffinityTerm }) => parseTerm(pod, podAffinityTerm, weight));
  return {
    affinity: required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    antiAffinity: required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferredAffinity: preferred(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    preferredAntiAffinity: preferred(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
  };
}

const parsed = new WeakMap<PodTemplate, PodTerms>();

/** Terms of a pod, parsed once for all pods made alike. */
export function termsOf(info: PodInfo): PodTerms {
  return memo(parsed, info.template, () => parse(info.pod));
}

/** Resolves the namespace selectors of the incoming pod's terms to the namespaces there are. Models mergeAffinityTermNamespacesIfNotEmpty. */
export function resolveNamespaces(terms: readonly AffinityTerm[], namespaces: () => readonly KubeObject[]): AffinityTerm[] {
  return terms.map((term) => {
    if (term.namespaceSelector.empty || term.namespaceSelector === nothing) return term;
    const matching = namespaces().filter(({ metadata }) => term.namespaceSelector.matches(metadata.labels));
    return {
      ...term,
      namespaces: new Set([...term.namespaces, ...matching.map(({ metadata }) => metadata.name)]),
      namespaceSelector: nothing,
    };
  });
}

/** Whether a pod is meant by a term; `namespaceLabels` are those of the pod's namespace. Models AffinityTerm.Matches. */
export function termMatches(
  term: AffinityTerm,
  pod: Pod,
  namespaceLabels: Readonly<Record<string, string>> | undefined,
): boolean {
  const there = term.namespaces.has(pod.metadata.namespace ?? '') || term.namespaceSelector.matches(namespaceLabels ?? {});
  return there && term.selector.matches(pod.metadata.labels);
}

/** Whether a pod is meant by every term; no terms mean nobody. */
export function matchesAll(terms: readonly AffinityTerm[], pod: Pod): boolean {
  return terms.length > 0 && terms.every((term) => termMatches(term, pod, undefined));
}
