import { checkDnsLabel, checkDnsSubdomain, checkQualifiedName } from '#shared/kube/names.ts';
import { isSidecar, podRequestQuantities } from '#shared/kube/pod.ts';
import { compareQuantity, parseQuantity, printQuantity } from '#shared/kube/quantity.ts';
import type { PodSpec, PodTemplateSpec } from '#shared/kube/types.ts';
import { validateAffinity } from './affinity.ts';
import { validateContainers, validateHostNetworkPorts, validateInitContainers } from './container.ts';
import { type FieldError, forbidden, inclusiveRange, invalid, invalidEach, notSupported, required } from './errors.ts';
import { sortedKeys, validateLabels } from './labels.ts';
import { validateAnnotations } from './metadata.ts';
import { validateAmount } from './resources.ts';
import { validateGates, validateSpreads, validateTolerations } from './scheduling.ts';
import { validateVolumes } from './volumes.ts';

const MAX_INT32 = 2_147_483_647;
const DEFAULT_GRACE_SECONDS = 30;

/** One of a closed list, or a complaint; a missing value is one too. */
function oneOf(value: string | undefined, supported: readonly string[], field: string): FieldError[] {
  if (!value) return [required(field)];
  return supported.includes(value) ? [] : [notSupported(field, value, supported)];
}

/** Policies of preemption. Models ValidatePreemptionPolicy. */
export function validatePreemptionPolicy(policy: string, field: string): FieldError[] {
  return oneOf(policy, ['PreemptLowerPriority', 'Never'], field);
}

/** Rules of a pod spec, in a pod or a template. The order of complaints is upstream's. Models ValidatePodSpec. */
export function validatePodSpec(spec: PodSpec, field: string): FieldError[] {
  const volumes = spec.volumes ?? [];
  const containers = spec.containers ?? [];
  const context = {
    volumes: new Set(volumes.map((volume) => volume.name)),
    gracePeriodSeconds: spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS,
  };
  return [
    ...validateVolumes(volumes, `${field}.volumes`),
    ...validateContainers(containers, context, `${field}.containers`),
    ...validateInitContainers(spec.initContainers ?? [], containers, context, `${field}.initContainers`),
    ...validatePodResources(spec, `${field}.resources`),
    ...(spec.hostNetwork === true ? validateHostNetworkPorts(containers, `${field}.containers`) : []),
    ...oneOf(spec.restartPolicy, ['Always', 'OnFailure', 'Never'], `${field}.restartPolicy`),
    ...oneOf(spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'], `${field}.dnsPolicy`),
    ...validateLabels(spec.nodeSelector, `${field}.nodeSelector`),
    ...validateAffinity(spec.affinity, `${field}.affinity`),
    ...validateDns(spec, field),
    ...(spec.readinessGates ?? []).flatMap((gate, index) =>
      invalidEach(`${field}.readinessGates[${index}].conditionType`, gate.conditionType, checkQualifiedName(gate.conditionType)),
    ),
    ...validateGates(spec.schedulingGates ?? [], `${field}.schedulingGates`),
    ...validateSpreads(spec.topologySpreadConstraints ?? [], `${field}.topologySpreadConstraints`),
    ...validateScalars(spec, field),
  ];
}

/** The fields after the lists: names, deadline, tolerations, priority, overhead. */
function validateScalars(spec: PodSpec, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.serviceAccountName) {
    errors.push(
      ...invalidEach(`${field}.serviceAccountName`, spec.serviceAccountName, checkDnsSubdomain(spec.serviceAccountName)),
    );
  }
  if (spec.nodeName) errors.push(...invalidEach(`${field}.nodeName`, spec.nodeName, checkDnsSubdomain(spec.nodeName)));
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > MAX_INT32)) {
    errors.push(invalid(`${field}.activeDeadlineSeconds`, deadline, inclusiveRange(1, MAX_INT32)));
  }
  for (const name of ['hostname', 'subdomain'] as const) {
    const text = spec[name];
    if (text) errors.push(...invalidEach(`${field}.${name}`, text, checkDnsLabel(text)));
  }
  errors.push(...validateTolerations(spec.tolerations ?? [], `${field}.tolerations`));
  (spec.hostAliases ?? []).forEach((alias, index) => {
    for (const host of alias.hostnames ?? []) {
      errors.push(...invalidEach(`${field}.hostAliases[${index}].hostnames`, host, checkDnsSubdomain(host)));
    }
  });
  if (spec.priorityClassName) {
    errors.push(...invalidEach(`${field}.priorityClassName`, spec.priorityClassName, checkDnsSubdomain(spec.priorityClassName)));
  }
  if (spec.runtimeClassName) {
    errors.push(...invalidEach(`${field}.runtimeClassName`, spec.runtimeClassName, checkDnsSubdomain(spec.runtimeClassName)));
  }
  if (spec.preemptionPolicy !== undefined)
    errors.push(...validatePreemptionPolicy(spec.preemptionPolicy, `${field}.preemptionPolicy`));
  for (const name of sortedKeys(spec.overhead)) {
    errors.push(...validateAmount(name, spec.overhead?.[name] ?? '', `${field}.overhead[${name}]`));
  }
  return errors;
}

function validateDns(spec: PodSpec, field: string): FieldError[] {
  const servers = spec.dnsConfig?.nameservers ?? [];
  const errors: FieldError[] = [];
  if (spec.dnsPolicy === 'None') {
    const text = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
    if (servers.length === 0) errors.push(required(`${field}.dnsConfig.nameservers`, text));
  }
  if (servers.length > 3)
    errors.push(invalid(`${field}.dnsConfig.nameservers`, servers, 'must not have more than 3 nameservers'));
  return errors;
}

/** Requests and limits of the pod as a whole, against each other and against the containers'. Models validatePodResources. */
function validatePodResources(spec: PodSpec, field: string): FieldError[] {
  const own = spec.resources;
  if (own === undefined) return [];
  const errors: FieldError[] = [];
  const { resources: _own, overhead: _overhead, ...rest } = spec;
  const together = podRequestQuantities({ spec: rest });
  for (const part of ['limits', 'requests'] as const) {
    for (const name of sortedKeys(own[part])) {
      const at = `${field}.${part}[${name}]`;
      if (name !== 'cpu' && name !== 'memory' && !name.startsWith('hugepages-')) {
        errors.push(notSupported(at, name, ['cpu', 'hugepages-', 'memory']));
      }
      errors.push(...validateAmount(name, own[part]?.[name] ?? '', at));
      if (part === 'requests') errors.push(...validatePodRequest(spec, name, together, field));
    }
  }
  for (const name of sortedKeys(own.limits)) errors.push(...validateContainerLimits(spec, name, own.limits?.[name] ?? '0'));
  return errors;
}

function validatePodRequest(
  spec: PodSpec,
  name: string,
  together: ReturnType<typeof podRequestQuantities>,
  field: string,
): FieldError[] {
  const request = parseQuantity(spec.resources?.requests?.[name] ?? '');
  if (!request.ok) return [];
  const errors: FieldError[] = [];
  const limitText = spec.resources?.limits?.[name];
  const limit = limitText === undefined ? undefined : parseQuantity(limitText);
  if (limit?.ok === true && compareQuantity(request.value, limit.value) > 0) {
    const text = `must be less than or equal to ${name} limit of ${printQuantity(limit.value)}`;
    errors.push(invalid(`${field}.requests`, printQuantity(request.value), text));
  }
  const asked = together.get(name);
  if (asked !== undefined && compareQuantity(request.value, asked) < 0) {
    const text = `must be greater than or equal to aggregate container requests of ${printQuantity(asked)}`;
    errors.push(invalid(`${field}.requests[${name}]`, printQuantity(request.value), text));
  }
  return errors;
}

/** No container may be allowed more than the pod. */
function validateContainerLimits(spec: PodSpec, name: string, podLimitText: string): FieldError[] {
  const podLimit = parseQuantity(podLimitText);
  if (!podLimit.ok) return [];
  const check = (list: PodSpec['containers'], field: string, counts: (index: number) => boolean): FieldError[] =>
    list.flatMap((container, index) => {
      const text = container.resources?.limits?.[name];
      const limit = text === undefined ? undefined : parseQuantity(text);
      if (limit?.ok !== true || !counts(index) || compareQuantity(limit.value, podLimit.value) <= 0) return [];
      const detail = `must be less than or equal to pod limits of ${printQuantity(podLimit.value)}`;
      return [invalid(`${field}[${index}].resources.limits[${name}]`, printQuantity(limit.value), detail)];
    });
  const inits = spec.initContainers ?? [];
  return [
    ...check(spec.containers ?? [], 'spec.containers', () => true),
    ...check(inits, 'spec.initContainers', (index) => inits[index] !== undefined && isSidecar(inits[index])),
  ];
}

/** A template: labels, annotations and a spec without containers that only a running pod can have. Models ValidatePodTemplateSpec. */
export function validateTemplate(template: PodTemplateSpec, field: string): FieldError[] {
  const errors = validateLabels(template.metadata?.labels, `${field}.labels`);
  errors.push(...validateAnnotations(template.metadata?.annotations, `${field}.annotations`));
  errors.push(...validatePodSpec(template.spec ?? { containers: [] }, `${field}.spec`));
  if ((template.spec?.ephemeralContainers?.length ?? 0) > 0) {
    errors.push(forbidden(`${field}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'));
  }
  return errors;
}
