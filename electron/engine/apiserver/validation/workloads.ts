import { deepEqual } from '#shared/core/json.ts';
import { parsePercent } from '#shared/kube/intOrPercent.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import { regexError } from '#shared/kube/names.ts';
import type { Deployment, LabelSelector, PodDisruptionBudget, PodTemplateSpec, ReplicaSet } from '#shared/kube/types.ts';
import { type FieldError, forbidden, IMMUTABLE, invalid, notNegative, notSupported, required } from './errors.ts';
import { validateLabelSelector } from './labels.ts';
import { subdomainName, validateMetadata, validateMetadataUpdate } from './metadata.ts';
import { validateTemplate } from './podSpec.ts';

const PERCENT_ERROR = regexError(
  "a valid percent string must be a numeric string followed by an ending '%'",
  '[0-9]+%',
  '1%',
  '93%',
);

/** A number from 0, or a percentage. Models ValidatePositiveIntOrPercent. */
export function validateShare(value: number | string, field: string): FieldError[] {
  if (typeof value === 'number') return notNegative(field, value);
  return /^[0-9]+%$/.test(value) ? [] : [invalid(field, value, PERCENT_ERROR)];
}

/** A percentage of at most a hundred. Models IsNotMoreThan100Percent. */
export function shareNotOverHundred(value: number | string, field: string): FieldError[] {
  const percent = typeof value === 'string' && /^[0-9]+%$/.test(value) ? parsePercent(value) : undefined;
  return percent !== undefined && percent > 100 ? [invalid(field, value, 'must not be greater than 100%')] : [];
}

/** Whether a number or percentage comes to nothing. Models getIntOrPercentValue. */
export function isZeroShare(value: number | string): boolean {
  return typeof value === 'number' ? value === 0 : (parsePercent(value) ?? 0) === 0;
}

function isEmpty(selector: LabelSelector): boolean {
  return Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions?.length ?? 0) === 0;
}

function validateSelector(selector: LabelSelector | undefined): FieldError[] {
  if (selector === undefined) return [required('spec.selector')];
  const errors = validateLabelSelector(selector, 'spec.selector');
  if (isEmpty(selector)) errors.push(invalid('spec.selector', selector, 'empty selector is invalid for deployment'));
  return errors;
}

/** The template a selector must choose. Models ValidatePodTemplateSpecForReplicaSet. */
function validateOwnTemplate(
  template: PodTemplateSpec | undefined,
  selector: LabelSelector | undefined,
  selectorIsSound: boolean,
): FieldError[] {
  const field = 'spec.template';
  if (!selectorIsSound) return [invalid('spec.selector', selector, 'invalid label selector')];
  const errors: FieldError[] = [];
  const labels = template?.metadata?.labels;
  const matches = (selector !== undefined && isEmpty(selector)) || matchLabelSelector(selector, labels);
  if (!matches) errors.push(invalid(`${field}.metadata.labels`, labels, '`selector` does not match template `labels`'));
  errors.push(...validateTemplate(template ?? {}, field));
  const policy = template?.spec?.restartPolicy;
  if (policy !== 'Always') errors.push(notSupported(`${field}.spec.restartPolicy`, policy ?? '', ['Always']));
  if (template?.spec?.activeDeadlineSeconds !== undefined) {
    errors.push(forbidden(`${field}.spec.activeDeadlineSeconds`, 'activeDeadlineSeconds in ReplicaSet is not Supported'));
  }
  return errors;
}

function selectorAndTemplate(selector: LabelSelector | undefined, template: PodTemplateSpec | undefined): FieldError[] {
  const errors = validateSelector(selector);
  const sound = validateLabelSelector(selector, 'spec.selector').length === 0;
  return [...errors, ...validateOwnTemplate(template, selector, sound)];
}

function validateReplicaSetSpec(set: ReplicaSet): FieldError[] {
  const spec = set.spec as ReplicaSet['spec'] | undefined;
  return [
    ...notNegative('spec.replicas', spec?.replicas),
    ...notNegative('spec.minReadySeconds', spec?.minReadySeconds),
    ...selectorAndTemplate(spec?.selector, spec?.template),
  ];
}

/** A new ReplicaSet. Models ValidateReplicaSet. */
export function validateReplicaSet(set: ReplicaSet): FieldError[] {
  return [...validateMetadata(set.metadata, true, subdomainName), ...validateReplicaSetSpec(set)];
}

function immutableSelector(now: LabelSelector | undefined, before: LabelSelector | undefined): FieldError[] {
  return deepEqual(now, before) ? [] : [invalid('spec.selector', now, IMMUTABLE)];
}

/** A changed ReplicaSet. Models ValidateReplicaSetUpdate. */
export function validateReplicaSetUpdate(now: ReplicaSet, before: ReplicaSet): FieldError[] {
  return [
    ...validateMetadataUpdate(now.metadata, before.metadata),
    ...validateReplicaSetSpec(now),
    ...immutableSelector(now.spec.selector, before.spec.selector),
  ];
}

/** Counts of a ReplicaSet's status. Models ValidateReplicaSetStatus. */
export function validateReplicaSetStatus(now: ReplicaSet, before: ReplicaSet): FieldError[] {
  const status = now.status ?? { replicas: 0 };
  const errors = validateMetadataUpdate(now.metadata, before.metadata);
  for (const name of ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'] as const) {
    errors.push(...notNegative(`status.${name}`, status[name]));
  }
  const total = status.replicas ?? 0;
  for (const name of ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const) {
    const count = status[name] ?? 0;
    if (count > total) errors.push(invalid(`status.${name}`, count, 'cannot be greater than status.replicas'));
  }
  if ((status.availableReplicas ?? 0) > (status.readyReplicas ?? 0)) {
    errors.push(invalid('status.availableReplicas', status.availableReplicas, 'cannot be greater than readyReplicas'));
  }
  return errors;
}

function validateStrategy(strategy: Deployment['spec']['strategy']): FieldError[] {
  const field = 'spec.strategy';
  const rolling = strategy?.rollingUpdate;
  if (strategy?.type === 'Recreate') {
    if (rolling === undefined) return [];
    return [forbidden(`${field}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")];
  }
  if (strategy?.type !== 'RollingUpdate') {
    const shown = {
      Type: strategy?.type ?? '',
      RollingUpdate:
        rolling === undefined ? null : { MaxUnavailable: rolling.maxUnavailable ?? 0, MaxSurge: rolling.maxSurge ?? 0 },
    };
    return [notSupported(field, shown, ['Recreate', 'RollingUpdate'])];
  }
  if (rolling === undefined) return [required(`${field}.rollingUpdate`, 'this should be defaulted and never be nil')];
  const unavailable = rolling.maxUnavailable ?? 0;
  const surge = rolling.maxSurge ?? 0;
  const at = `${field}.rollingUpdate.maxUnavailable`;
  const errors = [...validateShare(unavailable, at), ...validateShare(surge, `${field}.rollingUpdate.maxSurge`)];
  if (isZeroShare(unavailable) && isZeroShare(surge)) errors.push(invalid(at, unavailable, 'may not be 0 when `maxSurge` is 0'));
  errors.push(...shareNotOverHundred(unavailable, at));
  return errors;
}

function validateDeploymentSpec(deployment: Deployment): FieldError[] {
  const spec = deployment.spec as Deployment['spec'] | undefined;
  const errors = notNegative('spec.replicas', spec?.replicas);
  errors.push(...selectorAndTemplate(spec?.selector, spec?.template));
  errors.push(...validateStrategy(spec?.strategy));
  errors.push(...notNegative('spec.minReadySeconds', spec?.minReadySeconds));
  errors.push(...notNegative('spec.revisionHistoryLimit', spec?.revisionHistoryLimit));
  const deadline = spec?.progressDeadlineSeconds;
  errors.push(...notNegative('spec.progressDeadlineSeconds', deadline));
  if (deadline !== undefined && deadline <= (spec?.minReadySeconds ?? 0)) {
    errors.push(invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  }
  return errors;
}

/** A new Deployment. Models ValidateDeployment. */
export function validateDeployment(deployment: Deployment): FieldError[] {
  return [...validateMetadata(deployment.metadata, true, subdomainName), ...validateDeploymentSpec(deployment)];
}

/** A changed Deployment. Models ValidateDeploymentUpdate and the strategy's fixed selector. */
export function validateDeploymentUpdate(now: Deployment, before: Deployment): FieldError[] {
  return [
    ...validateMetadataUpdate(now.metadata, before.metadata),
    ...validateDeploymentSpec(now),
    ...immutableSelector(now.spec.selector, before.spec.selector),
  ];
}

/** Counts of a Deployment's status. Models ValidateDeploymentStatusUpdate. */
export function validateDeploymentStatus(now: Deployment, before: Deployment): FieldError[] {
  const status = now.status ?? {};
  const errors = validateMetadataUpdate(now.metadata, before.metadata);
  const counts = [
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
  ] as const;
  for (const name of counts) errors.push(...notNegative(`status.${name}`, status[name]));
  const total = status.replicas ?? 0;
  for (const name of ['updatedReplicas', 'readyReplicas', 'availableReplicas'] as const) {
    if ((status[name] ?? 0) > total)
      errors.push(invalid(`status.${name}`, status[name], 'cannot be greater than status.replicas'));
  }
  if ((status.availableReplicas ?? 0) > (status.readyReplicas ?? 0)) {
    errors.push(invalid('status.availableReplicas', status.availableReplicas, 'cannot be greater than readyReplicas'));
  }
  if ((status.collisionCount ?? 0) < (before.status?.collisionCount ?? 0)) {
    errors.push(invalid('status.collisionCount', status.collisionCount ?? null, 'cannot be decremented'));
  }
  return errors;
}

/** A disruption budget, new or changed. Models ValidatePodDisruptionBudget. */
export function validateBudget(budget: PodDisruptionBudget): FieldError[] {
  const spec = budget.spec ?? {};
  const errors: FieldError[] = [];
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    const shown = {
      MinAvailable: spec.minAvailable,
      Selector: spec.selector ?? null,
      MaxUnavailable: spec.maxUnavailable,
      UnhealthyPodEvictionPolicy: spec.unhealthyPodEvictionPolicy ?? null,
    };
    errors.push(invalid('spec', shown, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const name of ['minAvailable', 'maxUnavailable'] as const) {
    const share = spec[name];
    if (share !== undefined) errors.push(...validateShare(share, `spec.${name}`), ...shareNotOverHundred(share, `spec.${name}`));
  }
  errors.push(...validateLabelSelector(spec.selector, 'spec.selector'));
  const policies = ['AlwaysAllow', 'IfHealthyBudget'];
  const policy = spec.unhealthyPodEvictionPolicy;
  if (policy !== undefined && !policies.includes(policy))
    errors.push(notSupported('spec.unhealthyPodEvictionPolicy', policy, policies));
  return errors;
}

/** Counts of a budget's status. Models ValidatePodDisruptionBudgetStatusUpdate. */
export function validateBudgetStatus(budget: PodDisruptionBudget): FieldError[] {
  return (['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const).flatMap((name) =>
    notNegative(`status.${name}`, budget.status?.[name]),
  );
}
