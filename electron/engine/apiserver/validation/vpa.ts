import type { VerticalPodAutoscaler } from '#shared/kube/kinds.ts';
import { UPDATE_MODES } from '#shared/kube/vpa.ts';
import { type FieldError, notSupported, required } from './errors.ts';

const SCALING_MODES: readonly string[] = ['Auto', 'Off'];
const CONTROLLED_VALUES: readonly string[] = ['RequestsAndLimits', 'RequestsOnly'];
const CHANGE_REQUIREMENTS: readonly string[] = ['TargetHigherThanRequests', 'TargetLowerThanRequests'];

function oneOf(field: string, value: string | undefined, allowed: readonly string[]): FieldError[] {
  return value === undefined || allowed.includes(value) ? [] : [notSupported(field, value, allowed)];
}

/** What the custom resource's schema demands. Models the CustomResourceDefinition of autoscaling.k8s.io. */
export function validateVerticalAutoscaler({ spec }: VerticalPodAutoscaler): FieldError[] {
  const errors: FieldError[] = [];
  const { targetRef, updatePolicy, resourcePolicy } = spec;
  for (const name of ['kind', 'name'] as const)
    if (targetRef !== undefined && !targetRef[name]) errors.push(required(`spec.targetRef.${name}`));
  errors.push(...oneOf('spec.updatePolicy.updateMode', updatePolicy?.updateMode, UPDATE_MODES));
  for (const [i, one] of (updatePolicy?.evictionRequirements ?? []).entries()) {
    const field = `spec.updatePolicy.evictionRequirements[${i}]`;
    if (one.changeRequirement === undefined) errors.push(required(`${field}.changeRequirement`));
    if (one.resources === undefined) errors.push(required(`${field}.resources`));
    errors.push(...oneOf(`${field}.changeRequirement`, one.changeRequirement, CHANGE_REQUIREMENTS));
  }
  for (const [i, policy] of (resourcePolicy?.containerPolicies ?? []).entries()) {
    const field = `spec.resourcePolicy.containerPolicies[${i}]`;
    errors.push(...oneOf(`${field}.mode`, policy.mode, SCALING_MODES));
    errors.push(...oneOf(`${field}.controlledValues`, policy.controlledValues, CONTROLLED_VALUES));
  }
  return errors;
}
