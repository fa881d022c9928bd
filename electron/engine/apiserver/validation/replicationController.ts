import type { ReplicationController } from '#shared/kube/kinds.ts';
import { matchLabels } from '#shared/kube/labels.ts';
import { type FieldError, forbidden, invalid, notNegative, notSupported, required } from './errors.ts';
import { subdomainName, validateMetadata, validateMetadataUpdate } from './metadata.ts';
import { validateTemplate } from './podSpec.ts';

type Spec = ReplicationController['spec'];

function isEmpty(selector: Spec['selector']): boolean {
  return Object.keys(selector ?? {}).length === 0;
}

/** Models ValidatePodTemplateSpecForRC. */
function validateOwnTemplate({ template, selector }: Spec): FieldError[] {
  const field = 'spec.template';
  if (template === undefined) return [required(field)];
  const errors: FieldError[] = [];
  const labels = template.metadata?.labels;
  if (!isEmpty(selector) && !matchLabels(selector, labels))
    errors.push(invalid(`${field}.metadata.labels`, labels, '`selector` does not match template `labels`'));
  errors.push(...validateTemplate(template, field));
  const { restartPolicy, activeDeadlineSeconds } = template.spec ?? {};
  if (restartPolicy !== 'Always') errors.push(notSupported(`${field}.spec.restartPolicy`, restartPolicy ?? '', ['Always']));
  if (activeDeadlineSeconds !== undefined)
    errors.push(
      forbidden(`${field}.spec.activeDeadlineSeconds`, 'activeDeadlineSeconds in ReplicationController is not Supported'),
    );
  return errors;
}

/** Models ValidateReplicationControllerSpec. */
function validateSpec(controller: ReplicationController): FieldError[] {
  const spec = (controller.spec ?? {}) as Spec;
  return [
    ...notNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...(isEmpty(spec.selector) ? [required('spec.selector')] : []),
    ...notNegative('spec.replicas', spec.replicas),
    ...validateOwnTemplate(spec),
  ];
}

/** A new ReplicationController. Models ValidateReplicationController. */
export function validateReplicationController(controller: ReplicationController): FieldError[] {
  return [...validateMetadata(controller.metadata, true, subdomainName), ...validateSpec(controller)];
}

/** A changed ReplicationController; its selector may change. Models rcStrategy.ValidateUpdate, which asks the rules of a new one, too. */
export function validateReplicationControllerUpdate(now: ReplicationController, before: ReplicationController): FieldError[] {
  return [...validateReplicationController(now), ...validateMetadataUpdate(now.metadata, before.metadata), ...validateSpec(now)];
}
