import { deepEqual, isRecord } from '#shared/core/json.ts';
import { milliValue, printQuantity, quantityFromMilli, quantityFromValue, value } from '#shared/kube/quantity.ts';
import { printTaint } from '#shared/kube/taints.ts';
import type { Container, NodeSelectorTerm, PodSpec, PriorityClass, Taint } from '#shared/kube/types.ts';
import type { Suggestion, SuggestionKind } from '#shared/protocol/index.ts';

/** A change of a pod's spec; the same function changes its owner's template. */
export interface Edit {
  readonly kind: SuggestionKind;
  readonly values: Suggestion['values'];
  readonly changes: number;
  apply(spec: PodSpec): PodSpec;
}

/** An edit that is one change. */
function edit(kind: SuggestionKind, values: Suggestion['values'], apply: (spec: PodSpec) => PodSpec, changes = 1): Edit {
  return { kind, values, changes, apply };
}

/** A copy without some fields. */
export function without<T extends object, K extends keyof T>(object: T, ...fields: K[]): Omit<T, K> {
  const copy = { ...object };
  for (const field of fields) delete copy[field];
  return copy;
}

/** The JSON merge patch (RFC 7386) that makes `after` of `before`; undefined when they are equal. */
export function mergePatch(before: unknown, after: unknown): unknown {
  if (deepEqual(before, after)) return undefined;
  if (!isRecord(before) || !isRecord(after)) return after === undefined ? null : after;
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys({ ...before, ...after })) {
    const difference = mergePatch(before[key], after[key]);
    if (difference !== undefined) patch[key] = difference;
  }
  return patch;
}

/** A spec without scheduling gates. */
export function ungated(spec: PodSpec): PodSpec {
  return spec.schedulingGates === undefined ? spec : without(spec, 'schedulingGates');
}

/** Lets the pod onto nodes with these taints. */
export function tolerate(taints: readonly Taint[]): Edit {
  const added = taints.map(({ key, value: wanted, effect }) =>
    wanted ? { key, operator: 'Equal', value: wanted, effect } : { key, operator: 'Exists', effect },
  );
  const apply = (spec: PodSpec): PodSpec => ({ ...spec, tolerations: [...(spec.tolerations ?? []), ...added] });
  return edit('tolerate', { taint: taints.map(printTaint).join(', ') }, apply, taints.length);
}

/** Each entry of the node selector left out alone, then all of them. */
export function selectorEdits(spec: PodSpec): Edit[] {
  const entries = Object.entries(spec.nodeSelector ?? {});
  const drop = (keys: readonly string[]) =>
    edit(
      'dropNodeSelector',
      { selector: keys.map((key) => `${key}=${spec.nodeSelector?.[key] ?? ''}`).join(', ') },
      (given) => {
        const left = Object.entries(given.nodeSelector ?? {}).filter(([key]) => !keys.includes(key));
        const rest = without(given, 'nodeSelector');
        return left.length === 0 ? rest : { ...rest, nodeSelector: Object.fromEntries(left) };
      },
      keys.length,
    );
  const keys = entries.map(([key]) => key);
  return [...keys.map((key) => drop([key])), ...(keys.length > 1 ? [drop(keys)] : [])];
}

type Affinity = NonNullable<PodSpec['affinity']>;

/** A spec with another affinity; one that says nothing is left out. */
function withAffinity(spec: PodSpec, part: keyof Affinity, required: unknown): PodSpec {
  const affinity: Record<string, unknown> = { ...spec.affinity };
  const kept = without(
    (affinity[part] ?? {}) as { requiredDuringSchedulingIgnoredDuringExecution?: unknown },
    'requiredDuringSchedulingIgnoredDuringExecution',
  );
  const next = required === undefined ? kept : { ...kept, requiredDuringSchedulingIgnoredDuringExecution: required };
  delete affinity[part];
  if (Object.keys(next).length > 0) affinity[part] = next;
  const rest = without(spec, 'affinity');
  return Object.keys(affinity).length === 0 ? rest : { ...rest, affinity: affinity as Affinity };
}

function printExpression({ key, operator, values }: { key: string; operator: string; values?: string[] }): string {
  return `${key} ${operator}${values && values.length > 0 ? ` ${values.join(',')}` : ''}`;
}

/** Each expression of the required node affinity left out alone, then the whole of it. */
export function nodeAffinityEdits(spec: PodSpec): Edit[] {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const edits: Edit[] = [];
  const count = terms.reduce((sum, term) => sum + (term.matchExpressions?.length ?? 0) + (term.matchFields?.length ?? 0), 0);
  if (count > 1) {
    terms.forEach((term, at) => {
      (term.matchExpressions ?? []).forEach((expression, index) => {
        const matchExpressions = (term.matchExpressions ?? []).filter((_, other) => other !== index);
        // A term without any expression matches nothing: the other terms are all that would be left.
        const next: NodeSelectorTerm[] =
          matchExpressions.length === 0 && (term.matchFields?.length ?? 0) === 0
            ? []
            : terms.map((one, other) => (other === at ? { ...one, matchExpressions } : one));
        if (next.length > 0)
          edits.push(
            edit('dropNodeAffinity', { term: printExpression(expression) }, (given) =>
              withAffinity(given, 'nodeAffinity', { nodeSelectorTerms: next }),
            ),
          );
      });
    });
  }
  if (terms.length > 0) {
    const all = terms.flatMap((term) => [...(term.matchExpressions ?? []), ...(term.matchFields ?? [])]).map(printExpression);
    edits.push(
      edit(
        'dropNodeAffinity',
        { term: all.join('; ') },
        (given) => withAffinity(given, 'nodeAffinity', undefined),
        Math.max(1, count),
      ),
    );
  }
  return edits;
}

/** Each required term of pod affinity or anti-affinity left out. */
export function podAffinityEdits(spec: PodSpec, part: 'podAffinity' | 'podAntiAffinity'): Edit[] {
  const terms = spec.affinity?.[part]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.map((term, index) => {
    const labels = Object.entries(term.labelSelector?.matchLabels ?? {}).map(([key, wanted]) => `${key}=${wanted}`);
    const words = [...labels, ...(term.labelSelector?.matchExpressions ?? []).map(printExpression)].join(', ');
    const left = terms.filter((_, other) => other !== index);
    return edit(
      part === 'podAffinity' ? 'dropPodAffinity' : 'dropPodAntiAffinity',
      { term: words, topologyKey: term.topologyKey },
      (given) => withAffinity(given, part, left.length === 0 ? undefined : left),
    );
  });
}

/** Larger skews for each hard constraint, smallest first, and the constraint made a wish. */
export function spreadEdits(spec: PodSpec, mostSkew: number): { relax: Edit[]; soften: Edit }[] {
  const all = spec.topologySpreadConstraints ?? [];
  return all.flatMap((constraint, index) => {
    if (constraint.whenUnsatisfiable !== 'DoNotSchedule') return [];
    const { topologyKey } = constraint;
    const replace = (next: object) => (given: PodSpec) => ({
      ...given,
      topologySpreadConstraints: (given.topologySpreadConstraints ?? []).map((one, other) =>
        other === index ? { ...one, ...next } : one,
      ),
    });
    const skews = Array.from({ length: Math.max(0, mostSkew) }, (_, step) => constraint.maxSkew + 1 + step);
    const relax = skews.map((maxSkew) =>
      edit('relaxSpread', { topologyKey, from: constraint.maxSkew, maxSkew }, replace({ maxSkew })),
    );
    const soften = edit('softenSpread', { topologyKey }, (given) => {
      const changed = replace({ whenUnsatisfiable: 'ScheduleAnyway' })(given);
      // minDomains is for hard constraints only.
      const constraints = changed.topologySpreadConstraints.map((one, other) =>
        other === index ? without(one as typeof one & { minDomains?: number }, 'minDomains') : one,
      );
      return { ...changed, topologySpreadConstraints: constraints };
    });
    return [{ relax, soften }];
  });
}

/** All host ports given up. */
export function hostPortEdit(spec: PodSpec): Edit | undefined {
  const ports = spec.containers.flatMap((one) => (one.ports ?? []).flatMap(({ hostPort }) => (hostPort ? [hostPort] : [])));
  if (ports.length === 0 || spec.hostNetwork === true) return undefined;
  const apply = (given: PodSpec): PodSpec => ({
    ...given,
    containers: given.containers.map((one) =>
      one.ports === undefined ? one : { ...one, ports: one.ports.map((port) => without(port, 'hostPort')) },
    ),
  });
  return edit('dropHostPort', { port: ports.join(', ') }, apply, ports.length);
}

/** The class named in the pod, with what admission makes of it. */
export function priorityEdit(priority: PriorityClass, before: number): Edit {
  return edit('raisePriority', { name: priority.metadata.name, value: priority.value, before }, (spec) => ({
    ...spec,
    priorityClassName: priority.metadata.name,
    priority: priority.value,
    preemptionPolicy: priority.preemptionPolicy ?? 'PreemptLowerPriority',
  }));
}

/** Has the default scheduler take the pod. */
export function defaultSchedulerEdit(spec: PodSpec): Edit {
  return edit('useDefaultScheduler', { name: spec.schedulerName ?? '' }, (given) => ({
    ...given,
    schedulerName: 'default-scheduler',
  }));
}

/** How much less CPU (milli) and memory (bytes) is to be asked for. */
export interface Reduction {
  readonly cpu: number;
  readonly memory: number;
}

const MEBI = 1024 * 1024;
const amountOf = (container: Container, resource: 'cpu' | 'memory'): number => {
  const given = container.resources?.requests?.[resource];
  return given === undefined ? 0 : resource === 'cpu' ? milliValue(given) : value(given);
};

/** Requests lowered in the container that asks for most; undefined when it does not ask for that much. */
export function lowerRequestEdit(spec: PodSpec, reduction: Reduction): Edit | undefined {
  if (spec.resources !== undefined) return undefined;
  const texts: string[] = [];
  const targets = new Map<string, Record<string, string>>();
  for (const resource of ['cpu', 'memory'] as const) {
    if (reduction[resource] <= 0) continue;
    const largest = [...spec.containers].sort((a, b) => amountOf(b, resource) - amountOf(a, resource))[0];
    if (largest === undefined) return undefined;
    const left = amountOf(largest, resource) - reduction[resource];
    // Round numbers, rounded down so that they fit.
    const step = resource === 'cpu' ? (left >= 100 ? 50 : 10) : left >= 128 * MEBI ? 64 * MEBI : MEBI;
    const round = Math.floor(left / step) * step;
    if (round <= 0) return undefined;
    const text = printQuantity(resource === 'cpu' ? quantityFromMilli(round) : quantityFromValue(round, 'BinarySI'));
    targets.set(largest.name, { ...targets.get(largest.name), [resource]: text });
    texts.push(`${resource} ${largest.resources?.requests?.[resource] ?? '0'} → ${text}`);
  }
  if (texts.length === 0) return undefined;
  const apply = (given: PodSpec): PodSpec => ({
    ...given,
    containers: given.containers.map((one) => {
      const target = targets.get(one.name);
      return target === undefined
        ? one
        : { ...one, resources: { ...one.resources, requests: { ...one.resources?.requests, ...target } } };
    }),
  });
  return edit('lowerRequest', { change: texts.join(', ') }, apply, texts.length);
}
