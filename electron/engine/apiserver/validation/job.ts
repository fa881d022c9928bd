import { compareStrings } from '#shared/core/compare.ts';
import { deepEqual } from '#shared/core/json.ts';
import type { Job, JobSpec } from '#shared/kube/kinds.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import { checkDnsLabel, checkDnsSubdomain } from '#shared/kube/names.ts';
import type { LabelSelector, PodTemplateSpec } from '#shared/kube/types.ts';
import { NAME_LABELS, UID_LABELS } from '../kinds/job.ts';
import { type FieldError, IMMUTABLE, invalid, invalidEach, notNegative, notSupported, required, tooLong } from './errors.ts';
import { validateFailurePolicy, validateSuccessPolicy } from './jobPolicies.ts';
import { validateLabelSelector } from './labels.ts';
import { subdomainName, validateMetadata, validateMetadataUpdate } from './metadata.ts';
import { validateTemplate } from './podSpec.ts';

const MAX_INDEXED_PARALLELISM = 100_000;
const MAX_FAILED_INDEXES = 100_000;
const MANY_COMPLETIONS = 100_000;
const MAX_PARALLELISM_OF_MANY = 10_000;
const MAX_FAILED_OF_MANY = 10_000;
const MANAGED_BY_BYTES = 63;
const REPLACEMENTS = ['Failed', 'TerminatingOrFailed'];
const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

/** Maps print with sorted keys. */
function sortedMap(map: Record<string, string> | undefined): Record<string, string> | undefined {
  if (map === undefined) return undefined;
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => compareStrings(a, b)));
}

function shownSelector(selector: LabelSelector | undefined): LabelSelector | undefined {
  const matchLabels = sortedMap(selector?.matchLabels);
  return selector === undefined || matchLabels === undefined ? selector : { ...selector, matchLabels };
}

/** The labels and the selector the server makes must be what the pods will have. Models validateGeneratedSelector. */
function validateGenerated(job: Job): FieldError[] {
  const { selector, template, manualSelector } = job.spec;
  if (manualSelector === true || selector === undefined) return [];
  const { uid = '', name } = job.metadata;
  const labels = template.metadata?.labels;
  const errors: FieldError[] = [];
  const wanted: [string, string][] = [
    [UID_LABELS[1], uid],
    [NAME_LABELS[1], name],
    [UID_LABELS[0], uid],
    [NAME_LABELS[0], name],
  ];
  for (const [key, value] of wanted) {
    const field = `spec.template.metadata.labels[${key}]`;
    if (labels?.[key] === undefined) errors.push(required(field, `must be '${value}'`));
    else if (labels[key] !== value) errors.push(invalid(field, sortedMap(labels), `must be '${value}'`));
  }
  const sound = validateLabelSelector(selector, '').length === 0;
  if (sound && !matchLabelSelector(selector, Object.fromEntries(wanted))) {
    errors.push(invalid('spec.selector', shownSelector(selector), '`selector` not auto-generated'));
  }
  return errors;
}

/** Models apimachinery IsDomainPrefixedPath and the limit of its length. */
function validateManagedBy(value: string | undefined, field: string): FieldError[] {
  if (value === undefined) return [];
  const errors: FieldError[] = [];
  const slash = value.indexOf('/');
  if (value === '') errors.push(required(field));
  else if (slash <= 0 || slash === value.length - 1) {
    errors.push(invalid(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  } else {
    const host = value.slice(0, slash);
    const path = value.slice(slash + 1);
    errors.push(...invalidEach(field, host, checkDnsSubdomain(host)));
    if (!new RegExp(`^${HTTP_PATH}$`).test(path)) {
      errors.push(invalid(field, path, `Invalid path (regex used for validation is '${HTTP_PATH}')`));
    }
  }
  if (value.length > MANAGED_BY_BYTES) errors.push(tooLong(field, MANAGED_BY_BYTES));
  return errors;
}

function validateIndexed(spec: JobSpec, field: string): FieldError[] {
  const { completions, parallelism = 0, maxFailedIndexes: maxFailed } = spec;
  const errors: FieldError[] = [];
  const atMost = (name: 'parallelism' | 'maxFailedIndexes', limit: number, where: string): void => {
    const value = spec[name];
    if (value !== undefined && value > limit) {
      errors.push(invalid(`${field}.${name}`, value, `must be less than or equal to ${limit}${where}`));
    }
  };
  if (completions === undefined) errors.push(required(`${field}.completions`, 'when completion mode is Indexed'));
  if (parallelism > MAX_INDEXED_PARALLELISM) atMost('parallelism', MAX_INDEXED_PARALLELISM, ' when completion mode is Indexed');
  if (completions !== undefined && maxFailed !== undefined && maxFailed > completions) {
    errors.push(invalid(`${field}.maxFailedIndexes`, maxFailed, 'must be less than or equal to completions'));
  }
  atMost('maxFailedIndexes', MAX_FAILED_INDEXES, '');
  if ((completions ?? 0) > MANY_COMPLETIONS && spec.backoffLimitPerIndex !== undefined) {
    const many = ` when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
    if (maxFailed === undefined) {
      errors.push(required(`${field}.maxFailedIndexes`, `must be specified when completions is above ${MANY_COMPLETIONS}`));
    }
    atMost('parallelism', MAX_PARALLELISM_OF_MANY, many);
    atMost('maxFailedIndexes', MAX_FAILED_OF_MANY, many);
  }
  return errors;
}

function validateModes(spec: JobSpec, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const mode = spec.completionMode;
  if (mode !== undefined && mode !== 'NonIndexed' && mode !== 'Indexed') {
    errors.push(notSupported(`${field}.completionMode`, mode, ['NonIndexed', 'Indexed']));
  }
  if (mode === 'Indexed') errors.push(...validateIndexed(spec, field));
  if (mode !== undefined && mode !== 'NonIndexed') return errors;
  for (const name of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
    if (spec[name] !== undefined) errors.push(invalid(`${field}.${name}`, spec[name], 'requires indexed completion mode'));
  }
  return errors;
}

function validateReplacement(spec: JobSpec, field: string): FieldError[] {
  const policy = spec.podReplacementPolicy;
  const words = spec.podFailurePolicy === undefined ? REPLACEMENTS : ['Failed'];
  return policy === undefined || words.includes(policy) ? [] : [notSupported(field, policy, words)];
}

function validateRestartPolicy(spec: JobSpec, field: string): FieldError[] {
  const policy = spec.template.spec?.restartPolicy ?? '';
  if (policy === '' || policy === 'Always') return [required(field, 'valid values: "OnFailure", "Never"')];
  if (policy !== 'OnFailure' && policy !== 'Never') return [notSupported(field, policy, ['OnFailure', 'Never'])];
  if (spec.podFailurePolicy === undefined || policy === 'Never') return [];
  return [invalid(field, policy, 'only "Never" is supported when podFailurePolicy is specified')];
}

/** The fields of a Job's spec but for its selector. Models validateJobSpec. */
export function validateJobFields(spec: JobSpec, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const counts = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished'] as const;
  for (const name of [...counts, 'backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
    errors.push(...notNegative(`${field}.${name}`, spec[name]));
  }
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(required(`${field}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  }
  errors.push(...validateManagedBy(spec.managedBy, `${field}.managedBy`));
  errors.push(...validateModes(spec, field));
  if (spec.podFailurePolicy !== undefined) errors.push(...validateFailurePolicy(spec, `${field}.podFailurePolicy`));
  if (spec.successPolicy !== undefined) {
    const at = `${field}.successPolicy`;
    if (spec.completionMode === 'Indexed') errors.push(...validateSuccessPolicy(spec, at));
    else errors.push(invalid(at, shownSuccessPolicy(spec.successPolicy), 'requires indexed completion mode'));
  }
  errors.push(...validateReplacement(spec, `${field}.podReplacementPolicy`));
  errors.push(...validateTemplate(spec.template, `${field}.template`));
  errors.push(...validateRestartPolicy(spec, `${field}.template.spec.restartPolicy`));
  return errors;
}

function validateJobSpec(spec: JobSpec): FieldError[] {
  const errors = validateJobFields(spec, 'spec');
  const { selector } = spec;
  if (selector === undefined) errors.push(required('spec.selector'));
  const faults = validateLabelSelector(selector, 'spec.selector');
  errors.push(...faults);
  const labels = spec.template.metadata?.labels;
  if (faults.length === 0 && !matchLabelSelector(selector, labels)) {
    errors.push(invalid('spec.template.metadata.labels', sortedMap(labels), '`selector` does not match template `labels`'));
  }
  return errors;
}

/** A new Job, with the selector and labels the server has given it. Models ValidateJob. */
export function validateJob(job: Job): FieldError[] {
  const { name } = job.metadata;
  const errors = [
    ...validateMetadata(job.metadata, true, subdomainName),
    ...validateGenerated(job),
    ...validateJobSpec(job.spec),
  ];
  const completions = job.spec.completions ?? 0;
  if (job.spec.completionMode === 'Indexed' && completions > 0) {
    const longest = `${name}-${completions - 1}`;
    if (checkDnsLabel(longest).length > 0) {
      errors.push(invalid('metadata.name', name, `will not able to create pod with invalid DNS label: ${longest}`));
    }
  }
  return errors;
}

/** A changed Job. Models jobStrategy.ValidateUpdate: the whole of ValidateJob, then ValidateJobUpdate. */
export function validateJobUpdate(now: Job, before: Job): FieldError[] {
  const errors = [...validateJob(now), ...validateMetadataUpdate(now.metadata, before.metadata), ...validateJobSpec(now.spec)];
  const fixed = (name: keyof JobSpec & string, shown: unknown): void => {
    if (!deepEqual(now.spec[name], before.spec[name])) errors.push(invalid(`spec.${name}`, shown, IMMUTABLE));
  };
  if (now.spec.completionMode !== 'Indexed') fixed('completions', now.spec.completions);
  else if (now.spec.completions !== undefined && now.spec.completions !== before.spec.completions) {
    if (now.spec.completions !== now.spec.parallelism) {
      errors.push(invalid('spec.completions', now.spec.completions, 'can only be modified in tandem with spec.parallelism'));
    }
  }
  fixed('selector', shownSelector(now.spec.selector));
  if (!deepEqual(withFreeFields(before, now.spec.template), now.spec.template)) {
    errors.push(invalid('spec.template', now.spec.template, IMMUTABLE));
  }
  fixed('completionMode', now.spec.completionMode);
  fixed('podFailurePolicy', shownFailurePolicy(now.spec.podFailurePolicy));
  fixed('backoffLimitPerIndex', now.spec.backoffLimitPerIndex);
  fixed('managedBy', now.spec.managedBy);
  fixed('successPolicy', shownSuccessPolicy(now.spec.successPolicy));
  return errors;
}

/**
 * The old template with what a suspended Job without pods may change taken from the new one: where its pods may go, and what they ask.
 * Models validatePodTemplateUpdate with the gates MutableSchedulingDirectivesForSuspendedJobs and MutablePodResourcesForSuspendedJobs.
 */
function withFreeFields(before: Job, now: PodTemplateSpec): PodTemplateSpec {
  const old = before.spec.template;
  if (before.spec.suspend !== true || (before.status?.active ?? 0) > 0) return old;
  if (old.spec === undefined || now.spec === undefined) return old;
  const spec: Record<string, unknown> = { ...old.spec };
  const metadata: Record<string, unknown> = { ...old.metadata };
  const take = (target: Record<string, unknown>, source: Record<string, unknown>, name: string): void => {
    if (source[name] === undefined) delete target[name];
    else target[name] = source[name];
  };
  for (const name of ['nodeSelector', 'tolerations', 'schedulingGates']) take(spec, { ...now.spec }, name);
  for (const name of ['annotations', 'labels']) take(metadata, { ...now.metadata }, name);
  const affinity: Record<string, unknown> = { ...old.spec.affinity };
  take(affinity, { ...now.spec.affinity }, 'nodeAffinity');
  if (Object.keys(affinity).length > 0 || now.spec.affinity !== undefined) spec.affinity = affinity;
  else delete spec.affinity;
  for (const name of ['containers', 'initContainers'] as const) {
    const containers = old.spec[name]?.map((container, index) => {
      const resources = now.spec?.[name]?.[index]?.resources;
      const claims = container.resources?.claims;
      const { claims: _new, ...asked } = resources ?? {};
      return { ...container, resources: { ...asked, ...(claims === undefined ? {} : { claims }) } };
    });
    if (containers !== undefined) spec[name] = containers;
  }
  return { ...old, metadata, spec } as unknown as PodTemplateSpec;
}

/** As the API server's own structure prints. */
function shownSuccessPolicy(policy: JobSpec['successPolicy']): unknown {
  if (policy === undefined) return undefined;
  const rules = policy.rules?.map((rule) => ({
    SucceededIndexes: rule.succeededIndexes ?? null,
    SucceededCount: rule.succeededCount ?? null,
  }));
  return { Rules: rules ?? [] };
}

function shownFailurePolicy(policy: JobSpec['podFailurePolicy']): unknown {
  if (policy === undefined) return undefined;
  const rules = policy.rules?.map(({ action, onExitCodes: codes, onPodConditions: patterns }) => ({
    Action: action,
    OnExitCodes:
      codes === undefined
        ? null
        : { ContainerName: codes.containerName ?? null, Operator: codes.operator, Values: codes.values ?? null },
    OnPodConditions: patterns?.map(({ type, status }) => ({ Type: type, Status: status })) ?? null,
  }));
  return { Rules: rules ?? [] };
}
