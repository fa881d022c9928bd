import { deepEqual } from '#shared/core/json.ts';
import { labelOf } from '#shared/kube/labels.ts';
import type { Container, NodeSelectorTerm, Pod, PodSpec, Toleration } from '#shared/kube/types.ts';
import { type FieldError, forbidden, inclusiveRange, invalid } from './errors.ts';
import { subdomainName, validateMetadata, validateMetadataUpdate } from './metadata.ts';
import { validatePodSpec } from './podSpec.ts';

const MAX_INT32 = 2_147_483_647;
const UPDATABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

function validateBoth(pod: Pod): FieldError[] {
  const spec = pod.spec ?? { containers: [] };
  const errors = validateMetadata(pod.metadata, true, subdomainName);
  errors.push(...validatePodSpec(spec, 'spec'));
  (spec.volumes ?? []).forEach((volume, index) => {
    if (spec.serviceAccountName) return;
    (volume.projected?.sources ?? []).forEach((source, at) => {
      if (source.serviceAccountToken === undefined) return;
      const field = `spec.volumes[${index}].projected.sources[${at}].serviceAccountToken`;
      errors.push(forbidden(field, 'must not be specified when serviceAccountName is not set'));
    });
  });
  for (const name of ['containers', 'initContainers'] as const) {
    (spec[name] ?? []).forEach((container, index) => {
      const image = container.image ?? '';
      if (image === image.trim()) return;
      errors.push(invalid(`spec.${name}[${index}].image`, image, 'must not have leading or trailing whitespace'));
    });
  }
  return errors;
}

/** A new pod. Models ValidatePodCreate. */
export function validatePod(pod: Pod): FieldError[] {
  const errors = validateBoth(pod);
  if ((pod.spec?.ephemeralContainers?.length ?? 0) > 0) {
    errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  }
  if (pod.spec?.nodeName && (pod.spec.schedulingGates?.length ?? 0) > 0) {
    errors.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  }
  return errors;
}

/** A changed pod: nearly all of its spec is fixed. Models ValidatePodUpdate. */
export function validatePodUpdate(now: Pod, before: Pod): FieldError[] {
  const errors = [...validateMetadataUpdate(now.metadata, before.metadata), ...validateBoth(now)];
  for (const name of ['containers', 'initContainers'] as const) {
    if ((now.spec[name] ?? []).length === (before.spec[name] ?? []).length) continue;
    errors.push(forbidden(`spec.${name}`, 'pod updates may not add or remove containers'));
    return errors;
  }
  errors.push(...validateDeadline(now.spec.activeDeadlineSeconds, before.spec.activeDeadlineSeconds));
  if (!onlyAdded(now.spec.tolerations ?? [], before.spec.tolerations ?? [])) {
    errors.push(forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'));
  }
  errors.push(...validateGateRemoval(now.spec, before.spec));
  if (isGated(before.spec)) errors.push(...validateNarrowing(now.spec, before.spec));
  if (!deepEqual(withFreeFields(now.spec, before.spec), before.spec)) {
    errors.push(forbidden('spec', `pod updates may not change fields other than ${UPDATABLE}`));
  }
  return errors;
}

function isGated(spec: PodSpec): boolean {
  return (spec.schedulingGates?.length ?? 0) > 0;
}

function validateDeadline(now: number | undefined, before: number | undefined): FieldError[] {
  const field = 'spec.activeDeadlineSeconds';
  if (now === undefined)
    return before === undefined ? [] : [invalid(field, null, 'must not update from a positive integer to nil value')];
  if (now < 0 || now > MAX_INT32) return [invalid(field, now, inclusiveRange(0, MAX_INT32))];
  if (before !== undefined && before < now) return [invalid(field, now, 'must be less than or equal to previous value')];
  return [];
}

/** Every old toleration is still there, but for its seconds. */
function onlyAdded(now: readonly Toleration[], before: readonly Toleration[]): boolean {
  const identity = ({ key = '', operator = '', value = '', effect = '' }: Toleration): string =>
    JSON.stringify([key, operator, value, effect]);
  const present = new Set(now.map(identity));
  return before.every((toleration) => present.has(identity(toleration)));
}

function validateGateRemoval(now: PodSpec, before: PodSpec): FieldError[] {
  const old = new Set((before.schedulingGates ?? []).map((gate) => gate.name));
  return (now.schedulingGates ?? []).flatMap((gate, index) => {
    if (old.has(gate.name)) return [];
    const text = `only deletion is allowed, but found new scheduling gate '${gate.name}'`;
    return [forbidden(`spec.schedulingGates[${index}].name`, text)];
  });
}

type Affinity = NonNullable<PodSpec['affinity']>;

function requiredTerms(affinity: Affinity | undefined): readonly NodeSelectorTerm[] {
  return affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
}

/** A gated pod may still be narrowed to fewer nodes, never widened. Models validateNodeSelectorMutation and validateNodeAffinityMutation. */
function validateNarrowing(now: PodSpec, before: PodSpec): FieldError[] {
  const errors: FieldError[] = [];
  const kept = Object.entries(before.nodeSelector ?? {}).every(([key, value]) => labelOf(now.nodeSelector, key) === value);
  if (!kept) {
    const text = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
    errors.push(invalid('spec.nodeSelector', now.nodeSelector, text));
  }
  const old = requiredTerms(before.affinity);
  const next = requiredTerms(now.affinity);
  const field = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms';
  if (old.length > 0 && old.length !== next.length) {
    const text = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed';
    return [...errors, invalid(field, next.map(showTerm), text)];
  }
  old.forEach((term, index) => {
    const other = next[index] ?? {};
    if (onlyExtends(other, term)) return;
    errors.push(invalid(`${field}[${index}]`, showTerm(other), 'only additions are allowed (no mutations or deletions)'));
  });
  return errors;
}

/** What was demanded is still demanded first; a term that demanded nothing matches nothing and must stay so. */
function onlyExtends(next: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const demands = (term: NodeSelectorTerm): number => (term.matchExpressions?.length ?? 0) + (term.matchFields?.length ?? 0);
  if (demands(old) === 0) return demands(next) === 0;
  return (['matchExpressions', 'matchFields'] as const).every((name) => {
    const wanted = old[name] ?? [];
    return deepEqual((next[name] ?? []).slice(0, wanted.length), wanted);
  });
}

/** A term as the API server's own structure prints. */
function showTerm(term: NodeSelectorTerm): unknown {
  const show = (list: NodeSelectorTerm['matchFields']): unknown =>
    list === undefined
      ? null
      : list.map(({ key, operator, values }) => ({ Key: key, Operator: operator, Values: values ?? null }));
  return { MatchExpressions: show(term.matchExpressions), MatchFields: show(term.matchFields) };
}

/** The new spec with every field an update may touch put back: what still differs is forbidden. */
function withFreeFields(now: PodSpec, before: PodSpec): PodSpec {
  const images = (list: readonly Container[] | undefined, old: readonly Container[] | undefined): Container[] | undefined =>
    list?.map((container, index) => {
      const image = old?.[index]?.image;
      return image === undefined ? container : { ...container, image };
    });
  const put: Record<string, unknown> = {
    ...now,
    containers: images(now.containers, before.containers),
    initContainers: images(now.initContainers, before.initContainers),
    activeDeadlineSeconds: before.activeDeadlineSeconds,
    tolerations: before.tolerations,
    schedulingGates: before.schedulingGates,
  };
  if ((before.terminationGracePeriodSeconds ?? 0) < 0 && now.terminationGracePeriodSeconds === 1) {
    put.terminationGracePeriodSeconds = before.terminationGracePeriodSeconds;
  }
  if (isGated(before)) putBackPlacement(put, now, before);
  return put as unknown as PodSpec;
}

/** Node selector and node affinity of a gated pod have been judged by themselves. */
function putBackPlacement(put: Record<string, unknown>, now: PodSpec, before: PodSpec): void {
  put.nodeSelector = before.nodeSelector;
  const affinity = { ...now.affinity, nodeAffinity: before.affinity?.nodeAffinity };
  const nothingElse = affinity.podAffinity === undefined && affinity.podAntiAffinity === undefined;
  put.affinity = before.affinity === undefined && nothingElse ? undefined : affinity;
}
