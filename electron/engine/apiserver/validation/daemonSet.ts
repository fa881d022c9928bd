import { deepEqual } from '#shared/core/json.ts';
import type { ControllerRevision, DaemonSet } from '#shared/kube/kinds.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import type { LabelSelector } from '#shared/kube/types.ts';
import { type FieldError, forbidden, IMMUTABLE, invalid, notNegative, notSupported, required } from './errors.ts';
import { validateLabelSelector } from './labels.ts';
import { subdomainName, validateMetadata, validateMetadataUpdate } from './metadata.ts';
import { validateTemplate } from './podSpec.ts';
import { isZeroShare, shareNotOverHundred, validateShare } from './workloads.ts';

type Spec = DaemonSet['spec'];
type RollingUpdate = NonNullable<NonNullable<Spec['updateStrategy']>['rollingUpdate']>;

/** Exactly one of the two limits may be other than zero. Models ValidateRollingUpdateDaemonSet. */
function validateRollingUpdate(rolling: RollingUpdate, field: string): FieldError[] {
  const unavailable = rolling.maxUnavailable ?? 0;
  const surge = rolling.maxSurge ?? 0;
  const atUnavailable = `${field}.maxUnavailable`;
  const atSurge = `${field}.maxSurge`;
  const errors = [
    ...validateShare(unavailable, atUnavailable),
    ...validateShare(surge, atSurge),
    ...shareNotOverHundred(unavailable, atUnavailable),
    ...shareNotOverHundred(surge, atSurge),
  ];
  if (!isZeroShare(unavailable) && !isZeroShare(surge))
    errors.push(invalid(atSurge, surge, 'may not be set when maxUnavailable is non-zero'));
  if (isZeroShare(unavailable) && isZeroShare(surge)) errors.push(required(atUnavailable, 'cannot be 0 when maxSurge is 0'));
  return errors;
}

function validateStrategy(strategy: Spec['updateStrategy'], field: string): FieldError[] {
  const rolling = strategy?.rollingUpdate;
  switch (strategy?.type) {
    case 'OnDelete':
      return [];
    case 'RollingUpdate':
      return rolling === undefined
        ? [required(`${field}.rollingUpdate`)]
        : validateRollingUpdate(rolling, `${field}.rollingUpdate`);
    default: {
      const limits =
        rolling === undefined ? null : { MaxUnavailable: rolling.maxUnavailable ?? 0, MaxSurge: rolling.maxSurge ?? 0 };
      return [notSupported(field, { Type: strategy?.type ?? '', RollingUpdate: limits }, ['RollingUpdate', 'OnDelete'])];
    }
  }
}

function validateSelectorAndTemplate(spec: Spec): FieldError[] {
  const selector = spec.selector as LabelSelector | undefined;
  const template = (spec.template ?? {}) as Spec['template'];
  const errors = validateLabelSelector(selector, 'spec.selector');
  const labels = template.metadata?.labels;
  const empty =
    selector !== undefined && Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions?.length ?? 0) === 0;
  // A selector that cannot be read matches nothing to complain about; a missing one matches no labels at all.
  if (errors.length === 0 && !empty && !(selector !== undefined && matchLabelSelector(selector, labels)))
    errors.push(invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  if (empty) errors.push(invalid('spec.selector', selector, 'empty selector is invalid for daemonset'));
  errors.push(...validateTemplate(template, 'spec.template'));
  const { restartPolicy, activeDeadlineSeconds } = template.spec ?? {};
  if (restartPolicy !== 'Always') errors.push(notSupported('spec.template.spec.restartPolicy', restartPolicy ?? '', ['Always']));
  if (activeDeadlineSeconds !== undefined)
    errors.push(forbidden('spec.template.spec.activeDeadlineSeconds', 'activeDeadlineSeconds in DaemonSet is not Supported'));
  return errors;
}

/** Models ValidateDaemonSetSpec. */
function validateSpec(set: DaemonSet): FieldError[] {
  const spec = (set.spec ?? {}) as Spec;
  return [
    ...validateSelectorAndTemplate(spec),
    ...notNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...validateStrategy(spec.updateStrategy, 'spec.updateStrategy'),
    ...notNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
  ];
}

/** A new DaemonSet. Models ValidateDaemonSet. */
export function validateDaemonSet(set: DaemonSet): FieldError[] {
  return [...validateMetadata(set.metadata, true, subdomainName), ...validateSpec(set)];
}

/** A changed DaemonSet: upstream asks the rules of a new one, too, so complaints come twice. Models daemonSetStrategy.ValidateUpdate. */
export function validateDaemonSetUpdate(now: DaemonSet, before: DaemonSet): FieldError[] {
  return [
    ...validateDaemonSet(now),
    ...validateMetadataUpdate(now.metadata, before.metadata),
    ...validateSpec(now),
    ...(deepEqual(now.spec.selector, before.spec.selector) ? [] : [invalid('spec.selector', now.spec.selector, IMMUTABLE)]),
  ];
}

const COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
] as const;

/** Counts of a DaemonSet's status. Models ValidateDaemonSetStatusUpdate. */
export function validateDaemonSetStatus(now: DaemonSet, before: DaemonSet): FieldError[] {
  const status = (now.status ?? {}) as Partial<DaemonSet['status']>;
  const errors = validateMetadataUpdate(now.metadata, before.metadata);
  for (const name of COUNTS) errors.push(...notNegative(`status.${name}`, status[name]));
  const stored = before.status?.collisionCount;
  if (stored !== undefined && (status.collisionCount ?? -1) < stored)
    errors.push(invalid('status.collisionCount', status.collisionCount ?? 0, 'cannot be decremented'));
  return errors;
}

/** A new ControllerRevision. Models ValidateControllerRevisionCreate. */
export function validateControllerRevision(revision: ControllerRevision): FieldError[] {
  return [
    ...validateMetadata(revision.metadata, true, subdomainName),
    ...(revision.data === undefined || revision.data === null ? [required('data', 'data is mandatory')] : []),
    ...notNegative('revision', revision.revision),
  ];
}

/** A changed ControllerRevision: only its number and metadata may differ. Models ValidateControllerRevisionUpdate. */
export function validateControllerRevisionUpdate(now: ControllerRevision, before: ControllerRevision): FieldError[] {
  return [
    ...validateMetadataUpdate(now.metadata, before.metadata),
    ...validateControllerRevision(now),
    ...(deepEqual(now.data, before.data) ? [] : [invalid('data', now.data, IMMUTABLE)]),
  ];
}
