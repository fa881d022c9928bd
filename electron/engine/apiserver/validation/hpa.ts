import { checkDnsLabel } from '#shared/kube/names.ts';
import { parseQuantity } from '#shared/kube/quantity.ts';
import type { HorizontalPodAutoscaler, HpaScalingRules } from '#shared/kube/types.ts';
import { type FieldError, forbidden, invalid, invalidEach, NOT_NEGATIVE, notNegative, notSupported, required } from './errors.ts';
import { checkPathSegment, subdomainName, validateMetadata, validateMetadataUpdate } from './metadata.ts';
import { validateContainerResourceName } from './resources.ts';

type Spec = HorizontalPodAutoscaler['spec'];
type Metric = NonNullable<Spec['metrics']>[number];
type Reference = Partial<Spec['scaleTargetRef']>;
type Target = Partial<NonNullable<Metric['resource']>['target']>;
type Identifier = Partial<NonNullable<Metric['pods']>['metric']>;
type Policy = Partial<NonNullable<HpaScalingRules['policies']>[number]>;

const MAX_PERIOD_SECONDS = 1800;
const MAX_WINDOW_SECONDS = 3600;
const TARGET_TYPES: readonly string[] = ['Utilization', 'Value', 'AverageValue'];
const POLICY_TYPES: readonly string[] = ['Percent', 'Pods'];
const SELECT_POLICIES: readonly string[] = ['Disabled', 'Max', 'Min'];
const ONE_SOURCE = 'must populate the given metric source only';
const SOURCE_MISSING = 'must populate information for the given metric source';

/** What may be said about the API version of a reference. */
interface ReferenceOptions {
  /** Any text, even one that is no version. */
  readonly any: boolean;
  /** Versions of the core group, and none at all. */
  readonly coreGroup: boolean;
}

/** Complaint about an apiVersion, undefined when it may stand. Models ValidateAPIVersion. */
function apiVersionFault(apiVersion: string, options: ReferenceOptions): string | undefined {
  if (options.any) return undefined;
  const parts = apiVersion === '/' ? [''] : apiVersion.split('/');
  if (parts.length > 2) return `unexpected GroupVersion string: ${apiVersion}`;
  const group = parts.length === 2 ? parts[0] : '';
  return group === '' && !options.coreGroup ? 'apiVersion must specify API group' : undefined;
}

/** Models ValidateCrossVersionObjectReference. */
function validateReference(reference: Reference | undefined, field: string, options: ReferenceOptions): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ['kind', 'name'] as const) {
    const text = reference?.[name] ?? '';
    if (text === '') errors.push(required(`${field}.${name}`));
    else errors.push(...invalidEach(`${field}.${name}`, text, checkPathSegment(text)));
  }
  const apiVersion = reference?.apiVersion ?? '';
  const fault = apiVersionFault(apiVersion, options);
  if (fault !== undefined) errors.push(invalid(`${field}.apiVersion`, apiVersion, fault));
  return errors;
}

function sign(text: string): number {
  const parsed = parseQuantity(text);
  if (!parsed.ok || parsed.value.nano === 0n) return 0;
  return parsed.value.nano > 0n ? 1 : -1;
}

function validateIdentifier(metric: Identifier | undefined, field: string): FieldError[] {
  const name = metric?.name ?? '';
  if (name === '') return [required(`${field}.name`, 'must specify a metric name')];
  return invalidEach(`${field}.name`, name, checkPathSegment(name));
}

function validateTarget(target: Target | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const type = target?.type ?? '';
  if (type === '') errors.push(required(`${field}.type`, 'must specify a metric target type'));
  if (!TARGET_TYPES.includes(type)) {
    errors.push(invalid(`${field}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  }
  for (const name of ['value', 'averageValue'] as const) {
    const amount = target?.[name];
    if (amount !== undefined && sign(amount) !== 1) errors.push(invalid(`${field}.${name}`, amount, 'must be positive'));
  }
  const utilization = target?.averageUtilization;
  if (utilization !== undefined && utilization < 1) {
    errors.push(invalid(`${field}.averageUtilization`, utilization, 'must be greater than 0'));
  }
  return errors;
}

function validateObjectSource(source: NonNullable<Metric['object']>, field: string, options: ReferenceOptions): FieldError[] {
  const errors = validateReference(source.describedObject, `${field}.describedObject`, options);
  errors.push(...validateIdentifier(source.metric, `${field}.metric`), ...validateTarget(source.target, `${field}.target`));
  if (source.target?.value === undefined && source.target?.averageValue === undefined) {
    errors.push(required(`${field}.target.averageValue`, 'must set either a target value or averageValue'));
  }
  return errors;
}

function validateExternalSource(source: NonNullable<Metric['external']>, field: string): FieldError[] {
  const errors = validateIdentifier(source.metric, `${field}.metric`);
  errors.push(...validateTarget(source.target, `${field}.target`));
  const { value, averageValue } = source.target ?? {};
  if (value === undefined && averageValue === undefined) {
    errors.push(required(`${field}.target.averageValue`, 'must set either a target value for metric or a per-pod target'));
  }
  if (value !== undefined && averageValue !== undefined) {
    errors.push(forbidden(`${field}.target.value`, 'may not set both a target value for metric and a per-pod target'));
  }
  return errors;
}

function validatePodsSource(source: NonNullable<Metric['pods']>, field: string): FieldError[] {
  const errors = validateIdentifier(source.metric, `${field}.metric`);
  errors.push(...validateTarget(source.target, `${field}.target`));
  if (source.target?.averageValue === undefined) {
    errors.push(required(`${field}.target.averageValue`, 'must specify a positive target averageValue'));
  }
  return errors;
}

/** The target of a resource, of a pod or of one container. */
function validateResourceTarget(target: Target | undefined, field: string): FieldError[] {
  const errors = validateTarget(target, field);
  const { averageUtilization, averageValue } = target ?? {};
  if (averageUtilization === undefined && averageValue === undefined) {
    errors.push(required(`${field}.averageUtilization`, 'must set either a target raw value or a target utilization'));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    errors.push(forbidden(`${field}.averageValue`, 'may not set both a target raw value and a target utilization'));
  }
  return errors;
}

function validateResourceSource(source: NonNullable<Metric['resource']>, field: string): FieldError[] {
  const nameless = source.name === undefined || source.name === '';
  return [
    ...(nameless ? [required(`${field}.name`, 'must specify a resource name')] : []),
    ...validateResourceTarget(source.target, `${field}.target`),
  ];
}

function validateContainerSource(source: NonNullable<Metric['containerResource']>, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!source.name) errors.push(required(`${field}.name`, 'must specify a resource name'));
  else errors.push(...validateContainerResourceName(source.name, `${field}.name`));
  if (!source.container) errors.push(required(`${field}.container`, 'must specify a container'));
  else errors.push(...invalidEach(`${field}.container`, source.container, checkDnsLabel(source.container)));
  return [...errors, ...validateResourceTarget(source.target, `${field}.target`)];
}

/** Which field a metric of each type fills in. Keys in byte order: the API lists them so. */
const SOURCES: Readonly<Record<string, 'containerResource' | 'external' | 'object' | 'pods' | 'resource'>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};
const SOURCE_TYPES = Object.keys(SOURCES);

/** The sources in the order in which they are looked at, each with its rules. */
function presentSources(metric: Metric, field: string, options: ReferenceOptions): [name: string, rules: () => FieldError[]][] {
  const { object, external, pods, resource, containerResource } = metric;
  const present: [string, () => FieldError[]][] = [];
  if (object) present.push(['object', () => validateObjectSource(object, `${field}.object`, options)]);
  if (external) present.push(['external', () => validateExternalSource(external, `${field}.external`)]);
  if (pods) present.push(['pods', () => validatePodsSource(pods, `${field}.pods`)]);
  if (resource) present.push(['resource', () => validateResourceSource(resource, `${field}.resource`)]);
  if (containerResource) {
    present.push(['containerResource', () => validateContainerSource(containerResource, `${field}.containerResource`)]);
  }
  return present;
}

/** Only the first source is looked into; a type that is none is told twice. Models validateMetricSpec. */
function validateMetric(metric: Metric, field: string, options: ReferenceOptions): FieldError[] {
  const errors: FieldError[] = [];
  const type = (metric.type as string | undefined) ?? '';
  const wrongType = notSupported(`${field}.type`, type, SOURCE_TYPES);
  const expected = Object.hasOwn(SOURCES, type) ? SOURCES[type] : undefined;
  if (type === '') errors.push(required(`${field}.type`, 'must specify a metric source type'));
  if (expected === undefined) errors.push(wrongType);
  const present = presentSources(metric, field, options);
  errors.push(...(present[0]?.[1]() ?? []));
  if (expected === undefined) errors.push(wrongType);
  else if (!present.some(([name]) => name === expected)) errors.push(required(`${field}.${expected}`, SOURCE_MISSING));
  if (present.length === 1) return errors;
  const extra = present.filter(([name]) => name !== expected);
  return [...errors, ...extra.map(([name]) => forbidden(`${field}.${name}`, ONE_SOURCE))];
}

function validateMetrics(spec: Partial<Spec>, options: ReferenceOptions): FieldError[] {
  const field = 'spec.metrics';
  const metrics = spec.metrics ?? [];
  const errors = metrics.flatMap((metric, at) => validateMetric(metric, `${field}[${at}]`, options));
  if (spec.minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')) {
    const why = 'must specify at least one Object or External metric to support scaling to zero replicas';
    errors.push(forbidden(field, why));
  }
  return errors;
}

function validatePolicy(policy: Policy, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const type = policy.type ?? '';
  if (!POLICY_TYPES.includes(type)) errors.push(notSupported(`${field}.type`, type, POLICY_TYPES));
  for (const name of ['value', 'periodSeconds'] as const) {
    const amount = policy[name] ?? 0;
    if (amount <= 0) errors.push(invalid(`${field}.${name}`, amount, 'must be greater than zero'));
  }
  const period = policy.periodSeconds ?? 0;
  if (period > MAX_PERIOD_SECONDS) {
    errors.push(invalid(`${field}.periodSeconds`, period, `must be less than or equal to ${MAX_PERIOD_SECONDS}`));
  }
  return errors;
}

/** Models validateScalingRules. */
function validateRules(rules: HpaScalingRules | undefined, field: string): FieldError[] {
  if (rules === undefined) return [];
  const errors: FieldError[] = [];
  const window = rules.stabilizationWindowSeconds;
  const at = `${field}.stabilizationWindowSeconds`;
  if (window !== undefined && window < 0) errors.push(invalid(at, window, 'must be greater than or equal to zero'));
  if (window !== undefined && window > MAX_WINDOW_SECONDS) {
    errors.push(invalid(at, window, `must be less than or equal to ${MAX_WINDOW_SECONDS}`));
  }
  if (rules.selectPolicy !== undefined && !SELECT_POLICIES.includes(rules.selectPolicy)) {
    errors.push(notSupported(`${field}.selectPolicy`, rules.selectPolicy, SELECT_POLICIES));
  }
  const policies = rules.policies ?? [];
  if (policies.length === 0) errors.push(required(`${field}.policies`, 'must specify at least one Policy'));
  errors.push(...policies.flatMap((policy, index) => validatePolicy(policy, `${field}.policies[${index}]`)));
  if (rules.tolerance !== undefined && sign(rules.tolerance) < 0) {
    errors.push(invalid(`${field}.tolerance`, rules.tolerance, NOT_NEGATIVE));
  }
  return errors;
}

function validateSpec(spec: Partial<Spec>, lowest: number, target: ReferenceOptions, described: ReferenceOptions): FieldError[] {
  const errors: FieldError[] = [];
  const { minReplicas, maxReplicas = 0, behavior } = spec;
  if (minReplicas !== undefined && minReplicas < lowest) {
    errors.push(invalid('spec.minReplicas', minReplicas, `must be greater than or equal to ${lowest}`));
  }
  if (maxReplicas < 1) errors.push(required('spec.maxReplicas', 'must be set and greater than 0'));
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    errors.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
  }
  errors.push(...validateReference(spec.scaleTargetRef, 'spec.scaleTargetRef', target), ...validateMetrics(spec, described));
  errors.push(...validateRules(behavior?.scaleUp, 'spec.behavior.scaleUp'));
  errors.push(...validateRules(behavior?.scaleDown, 'spec.behavior.scaleDown'));
  return errors;
}

/** ReplicationController is the one scalable kind of the core group. */
function targetOptions(spec: Partial<Spec>): ReferenceOptions {
  return { any: false, coreGroup: spec.scaleTargetRef?.kind === 'ReplicationController' };
}

/** A new autoscaler. Models ValidateHorizontalPodAutoscaler with the feature gates of 1.36 (no scaling to zero). */
export function validateAutoscaler(hpa: HorizontalPodAutoscaler): FieldError[] {
  const described = { any: false, coreGroup: true };
  return [
    ...validateMetadata(hpa.metadata, true, subdomainName),
    ...validateSpec(hpa.spec, 1, targetOptions(hpa.spec), described),
  ];
}

/** A changed autoscaler: what was stored before a rule existed may stay. Models ValidateHorizontalPodAutoscalerUpdate. */
export function validateAutoscalerUpdate(now: HorizontalPodAutoscaler, before: HorizontalPodAutoscaler): FieldError[] {
  const old = before.spec.scaleTargetRef as Reference | undefined;
  const next = now.spec.scaleTargetRef as Reference | undefined;
  const sameKind = (old?.apiVersion ?? '') === (next?.apiVersion ?? '') && (old?.kind ?? '') === (next?.kind ?? '');
  const target = sameKind ? { any: true, coreGroup: true } : targetOptions(now.spec);
  const strict = { any: false, coreGroup: true };
  const wrongBefore = (before.spec.metrics ?? []).some(
    ({ type, object }) =>
      type === 'Object' && object && apiVersionFault(object.describedObject?.apiVersion ?? '', strict) !== undefined,
  );
  return [
    ...validateMetadataUpdate(now.metadata, before.metadata),
    ...validateSpec(now.spec, before.spec.minReplicas === 0 ? 0 : 1, target, { ...strict, any: wrongBefore }),
  ];
}

/** Counts of the status. Models ValidateHorizontalPodAutoscalerStatusUpdate. */
export function validateAutoscalerStatus(now: HorizontalPodAutoscaler, before: HorizontalPodAutoscaler): FieldError[] {
  return [
    ...validateMetadataUpdate(now.metadata, before.metadata),
    ...notNegative('status.currentReplicas', now.status?.currentReplicas),
    ...notNegative('status.desiredReplicas', now.status?.desiredReplicas),
  ];
}
