import { deepEqual } from '#shared/core/json.ts';
import type { StatefulSet } from '#shared/kube/kinds.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import { checkDnsLabel } from '#shared/kube/names.ts';
import type { PersistentVolumeClaim } from '#shared/kube/storage.ts';
import type { PodTemplateSpec } from '#shared/kube/types.ts';
import { type FieldError, forbidden, invalid, invalidEach, notNegative, notSupported, required } from './errors.ts';
import { validateLabelSelector } from './labels.ts';
import { validateMetadata, validateMetadataUpdate } from './metadata.ts';
import { validateTemplate } from './podSpec.ts';
import { validateClaimSpec } from './storage.ts';

type Spec = StatefulSet['spec'];
type Volume = NonNullable<NonNullable<PodTemplateSpec['spec']>['volumes']>[number];

const RETENTIONS = ['Retain', 'Delete'];
const FIXED =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
/** Name of a claim that only the controller knows; it stands where the template's volumes are checked. */
const CLAIM_TO_COME = 'claim';

/** What an update leaves out: rules that came later than objects that may be stored. Models StatefulSetValidationOptions. */
interface Leniency {
  readonly serviceName?: boolean;
  readonly claimTemplates?: boolean;
  readonly podTemplate?: boolean;
}

function validateStrategy(strategy: Spec['updateStrategy']): FieldError[] {
  const field = 'spec.updateStrategy';
  const type = strategy?.type ?? '';
  const rolling = strategy?.rollingUpdate;
  const shown =
    rolling === undefined ? null : { Partition: rolling.partition ?? 0, MaxUnavailable: rolling.maxUnavailable ?? null };
  switch (type) {
    case '':
      return [required(field)];
    case 'OnDelete':
      return rolling === undefined
        ? []
        : [invalid(`${field}.rollingUpdate`, shown, "only allowed for updateStrategy 'RollingUpdate'")];
    case 'RollingUpdate':
      return notNegative(`${field}.rollingUpdate.partition`, rolling?.partition);
    default:
      return [invalid(field, { Type: type, RollingUpdate: shown }, "must be 'RollingUpdate' or 'OnDelete'")];
  }
}

function validatePodManagement(policy: string | undefined): FieldError[] {
  const field = 'spec.podManagementPolicy';
  if (!policy) return [required(field)];
  return policy === 'OrderedReady' || policy === 'Parallel'
    ? []
    : [invalid(field, policy, "must be 'OrderedReady' or 'Parallel'")];
}

function validateRetention(policy: Spec['persistentVolumeClaimRetentionPolicy']): FieldError[] {
  if (policy === undefined) return [];
  return (['whenDeleted', 'whenScaled'] as const).flatMap((when) => {
    const value = policy[when] ?? '';
    const field = `spec.persistentVolumeClaimRetentionPolicy.${when}`;
    return RETENTIONS.includes(value) ? [] : [notSupported(field, value, RETENTIONS)];
  });
}

function claimTemplates(spec: Spec): PersistentVolumeClaim[] {
  return (spec.volumeClaimTemplates ?? []) as unknown as PersistentVolumeClaim[];
}

/** The template as its pods will have it: every claim template is a volume, and takes the place of one of the same name. */
function withClaimVolumes(template: PodTemplateSpec, spec: Spec): PodTemplateSpec {
  const names = [...new Set(claimTemplates(spec).map(({ metadata }) => metadata?.name ?? ''))];
  if (names.length === 0) return template;
  const claims = names.map((name): Volume => ({ name, persistentVolumeClaim: { claimName: CLAIM_TO_COME } }));
  const others = (template.spec?.volumes ?? []).filter((volume) => !names.includes(volume.name));
  return {
    ...template,
    spec: { ...template.spec, containers: template.spec?.containers ?? [], volumes: [...claims, ...others] },
  };
}

/** The template a selector must choose. Models ValidatePodTemplateSpecForStatefulSet. */
function validateOwnTemplate(spec: Spec, skip: boolean): FieldError[] {
  const field = 'spec.template';
  const template: PodTemplateSpec = spec.template ?? {};
  const errors: FieldError[] = [];
  const labels = template.metadata?.labels;
  const { matchLabels, matchExpressions } = spec.selector ?? {};
  const empty = Object.keys(matchLabels ?? {}).length + (matchExpressions?.length ?? 0) === 0;
  if (!empty && !matchLabelSelector(spec.selector, labels))
    errors.push(invalid(`${field}.metadata.labels`, labels ?? null, '`selector` does not match template `labels`'));
  if (!skip) errors.push(...validateTemplate(withClaimVolumes(template, spec), field));
  return errors;
}

function validateSelectorAndTemplate(spec: Spec, skipTemplate: boolean): FieldError[] {
  const field = 'spec.selector';
  const selector = spec.selector as Spec['selector'] | undefined;
  const faults = validateLabelSelector(selector, field);
  const errors = selector === undefined ? [required(field)] : [...faults];
  if (selector !== undefined && Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions?.length ?? 0) === 0)
    errors.push(invalid(field, selector, 'empty selector is invalid for statefulset'));
  if (faults.length > 0) errors.push(invalid(field, selector, ''));
  else errors.push(...validateOwnTemplate(spec, skipTemplate));
  const { restartPolicy, activeDeadlineSeconds } = spec.template?.spec ?? {};
  if (restartPolicy !== 'Always') errors.push(notSupported('spec.template.spec.restartPolicy', restartPolicy ?? '', ['Always']));
  if (activeDeadlineSeconds !== undefined)
    errors.push(forbidden('spec.template.spec.activeDeadlineSeconds', 'activeDeadlineSeconds in StatefulSet is not Supported'));
  return errors;
}

/** Models ValidateStatefulSetSpec. */
function validateSpec(set: StatefulSet, skip: Leniency): FieldError[] {
  const spec = (set.spec ?? {}) as Spec;
  const claims = skip.claimTemplates === true ? [] : claimTemplates(spec);
  return [
    ...validatePodManagement(spec.podManagementPolicy),
    ...validateStrategy(spec.updateStrategy),
    ...validateRetention(spec.persistentVolumeClaimRetentionPolicy),
    ...claims.flatMap((claim, index) => validateClaimSpec(claim.spec ?? {}, `spec.volumeClaimTemplates[${index}].spec`)),
    ...notNegative('spec.replicas', spec.replicas),
    ...notNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...notNegative('spec.ordinals.start', spec.ordinals?.start),
    ...(skip.serviceName !== true && spec.serviceName
      ? invalidEach('spec.serviceName', spec.serviceName, checkDnsLabel(spec.serviceName))
      : []),
    ...validateSelectorAndTemplate(spec, skip.podTemplate === true),
  ];
}

/** A new StatefulSet, whose name is a DNS label. Models ValidateStatefulSet. */
export function validateStatefulSet(set: StatefulSet): FieldError[] {
  return [...validateMetadata(set.metadata, true, checkDnsLabel), ...validateSpec(set, {})];
}

/**
 * A changed StatefulSet. A stored one that would not be accepted today does not stand in the way of other changes. Models
 * ValidateStatefulSetUpdate.
 */
export function validateStatefulSetUpdate(now: StatefulSet, before: StatefulSet): FieldError[] {
  const lenient = { serviceName: true, claimTemplates: true };
  const podTemplate = validateSpec(before, lenient).length > 0;
  const errors = [...validateMetadataUpdate(now.metadata, before.metadata), ...validateSpec(now, { ...lenient, podTemplate })];
  if (!deepEqual(fixedPart(now.spec), fixedPart(before.spec))) errors.push(forbidden('spec', FIXED));
  return errors;
}

/** What of a spec may never change. */
function fixedPart(spec: Spec): unknown {
  const {
    replicas: _replicas,
    ordinals: _ordinals,
    template: _template,
    updateStrategy: _strategy,
    revisionHistoryLimit: _limit,
    persistentVolumeClaimRetentionPolicy: _policy,
    minReadySeconds: _ready,
    ...fixed
  } = spec;
  return { ...fixed, serviceName: fixed.serviceName ?? '' };
}

const COUNTS = [
  'replicas',
  'readyReplicas',
  'currentReplicas',
  'updatedReplicas',
  'availableReplicas',
  'observedGeneration',
  'collisionCount',
] as const;

/** Counts of a StatefulSet's status. Models ValidateStatefulSetStatusUpdate. */
export function validateStatefulSetStatus(now: StatefulSet, before: StatefulSet): FieldError[] {
  const status = now.status ?? { replicas: 0 };
  const errors = COUNTS.flatMap((name) => notNegative(`status.${name}`, status[name]));
  const total = status.replicas ?? 0;
  for (const name of ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'] as const) {
    const count = status[name] ?? 0;
    if (count > total) errors.push(invalid(`status.${name}`, count, 'cannot be greater than status.replicas'));
  }
  const available = status.availableReplicas ?? 0;
  if (available > (status.readyReplicas ?? 0))
    errors.push(invalid('status.availableReplicas', available, 'cannot be greater than status.readyReplicas'));
  errors.push(...validateMetadataUpdate(now.metadata, before.metadata));
  const collisions = status.collisionCount ?? 0;
  if (collisions < (before.status?.collisionCount ?? 0))
    errors.push(invalid('status.collisionCount', collisions, 'cannot be decremented'));
  return errors;
}
