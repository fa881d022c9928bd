import { deepEqual } from '#shared/core/json.ts';
import { checkDnsLabel, checkQualifiedName } from '#shared/kube/names.ts';
import { HIGHEST_USER_PRIORITY, SYSTEM_PRIORITY_CLASSES } from '#shared/kube/priority.ts';
import type { KubeEvent, Lease, Namespace, Node, PriorityClass } from '#shared/kube/types.ts';
import { type FieldError, forbidden, IMMUTABLE, invalid, invalidEach, notNegative } from './errors.ts';
import { sortedKeys } from './labels.ts';
import { subdomainName, validateMetadata, validateMetadataUpdate } from './metadata.ts';
import { validatePreemptionPolicy } from './podSpec.ts';
import { validateAmount } from './resources.ts';
import { validateTaints } from './scheduling.ts';

/** A namespace. Models ValidateNamespace. */
export function validateNamespace(namespace: Namespace): FieldError[] {
  const finalizers = namespace.spec?.finalizers ?? [];
  return [
    ...validateMetadata(namespace.metadata, false, checkDnsLabel),
    ...finalizers.flatMap((one, index) => invalidEach(`spec.finalizers[${index}]`, one, checkQualifiedName(one))),
  ];
}

/** A node: taints of its spec (upstream reports them below metadata) and amounts of its status. Models ValidateNode. */
export function validateNode(node: Node): FieldError[] {
  return [
    ...validateMetadata(node.metadata, false, subdomainName),
    ...validateTaints(node.spec?.taints ?? [], 'metadata.taints'),
    ...validateNodeAmounts(node),
  ];
}

function validateNodeAmounts(node: Node): FieldError[] {
  return (['capacity', 'allocatable'] as const).flatMap((part) => {
    const list = node.status?.[part];
    return sortedKeys(list).flatMap((name) => validateAmount(name, list?.[name] ?? '', `status.${part}.${name}`));
  });
}

/** A changed node: everything again, and what may be set only once. Models ValidateNodeUpdate. */
export function validateNodeUpdate(now: Node, before: Node): FieldError[] {
  const errors = [...validateNode(now), ...validateMetadataUpdate(now.metadata, before.metadata)];
  errors.push(...validateTaints(now.spec?.taints ?? [], 'metadata.taints'));
  const old = before.spec ?? {};
  if ((old.podCIDRs?.length ?? 0) > 0 && !deepEqual(now.spec?.podCIDRs, old.podCIDRs)) {
    errors.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
  }
  if (old.providerID && now.spec?.providerID !== old.providerID) {
    errors.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'));
  }
  return errors;
}

/** A lease. Models ValidateLease. */
export function validateLease(lease: Lease): FieldError[] {
  const spec: Lease['spec'] = lease.spec ?? {};
  const errors = validateMetadata(lease.metadata, true, subdomainName);
  const duration = spec.leaseDurationSeconds;
  if (duration !== undefined && duration <= 0)
    errors.push(invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0'));
  errors.push(...notNegative('spec.leaseTransitions', spec.leaseTransitions));
  return errors;
}

/** A priority class: user classes stay below the system's, whose names are reserved. Models ValidatePriorityClass. */
export function validatePriorityClass(one: PriorityClass): FieldError[] {
  const errors = validateMetadata(one.metadata, false, subdomainName);
  const { name } = one.metadata;
  if (name?.startsWith('system-')) {
    const problem = systemClassProblem(one);
    if (problem !== undefined) {
      const rule = "priority class names with 'system-' prefix are reserved for system use only. error: ";
      errors.push(forbidden('metadata.name', rule + problem));
    }
  } else if ((one.value ?? 0) > HIGHEST_USER_PRIORITY) {
    errors.push(forbidden('value', `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`));
  }
  if (one.preemptionPolicy !== undefined) errors.push(...validatePreemptionPolicy(one.preemptionPolicy, 'preemptionPolicy'));
  return errors;
}

function systemClassProblem(one: PriorityClass): string | undefined {
  const { name } = one.metadata;
  const value = Object.hasOwn(SYSTEM_PRIORITY_CLASSES, name) ? SYSTEM_PRIORITY_CLASSES[name] : undefined;
  if (value === undefined) return `${name} is not a known system priority class`;
  if (one.value !== value) return `value of ${name} PriorityClass must be ${value}`;
  return one.globalDefault === true ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

/** A changed priority class: value and policy are fixed. Models ValidatePriorityClassUpdate. */
export function validatePriorityClassUpdate(now: PriorityClass, before: PriorityClass): FieldError[] {
  const errors = validateMetadataUpdate(now.metadata, before.metadata);
  if ((now.value ?? 0) !== (before.value ?? 0)) errors.push(forbidden('value', 'may not be changed in an update.'));
  if (now.preemptionPolicy !== before.preemptionPolicy) errors.push(invalid('preemptionPolicy', now.preemptionPolicy, IMMUTABLE));
  return errors;
}

/** An event lives in the namespace of what it is about, or in `default` when that has none. Models legacyValidateEvent. */
export function validateEvent(event: KubeEvent): FieldError[] {
  const errors = validateMetadata(event.metadata, true, subdomainName);
  const about = event.involvedObject?.namespace ?? '';
  const home = event.metadata.namespace ?? '';
  const fits = about === '' ? home === 'default' || home === 'kube-system' : about === home;
  if (!fits) errors.push(invalid('involvedObject.namespace', about, 'does not match event.namespace'));
  return errors;
}
