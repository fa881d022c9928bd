import { deepEqual, isRecord } from '#shared/core/json.ts';
import type { AnyObject, Pod, PodTemplateSpec, Status } from '#shared/kube/types.ts';
import { invalidStatus } from '../../validation/index.ts';
import { forbiddenStatus } from '../status.ts';
import type { AdmissionAccess, AdmissionPlugin, AdmissionRequest } from '../types.ts';
import { compareLevels, type LevelVersion, OPEN_POLICY, type Policy, policyOf, printLevel } from './policy.ts';
import { printDetails, printReasons, violationsOf } from './registry.ts';
import type { CheckedPod } from './visit.ts';

/** Pods of a namespace that a new level is tried on. Models the plugin's default NamespaceMaxPodsToCheck. */
const MAX_PODS = 3000;
const SECCOMP = 'container.seccomp.security.alpha.kubernetes.io/';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';

function templateOf(object: AnyObject): PodTemplateSpec | undefined {
  if (object.kind === 'PodTemplate') return object.template as PodTemplateSpec | undefined;
  const spec = isRecord(object.spec) ? object.spec : {};
  if (object.kind !== 'CronJob') return spec.template as PodTemplateSpec | undefined;
  const job = isRecord(spec.jobTemplate) ? spec.jobTemplate : {};
  return isRecord(job.spec) ? (job.spec.template as PodTemplateSpec | undefined) : undefined;
}

/** Kinds that make pods. */
const TEMPLATED: readonly string[] = [
  'ReplicationController',
  'PodTemplate',
  'ReplicaSet',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
];

function namespacePolicy(name: string, access: AdmissionAccess): Policy {
  const labels = access.get('Namespace', '', name)?.metadata.labels;
  return labels === undefined ? OPEN_POLICY : policyOf(labels).policy;
}

/** Whether an update of a pod touches what the checks look at: images, the number of containers, seccomp annotations. */
function isSignificant(now: Pod, before: Pod): boolean {
  const [notes, oldNotes] = [now.metadata.annotations ?? {}, before.metadata.annotations ?? {}];
  if (notes[SECCOMP_POD] !== oldNotes[SECCOMP_POD]) return true;
  const changed = (list: readonly { name: string; image?: string }[] | undefined, old: typeof list): boolean =>
    (list?.length ?? 0) !== (old?.length ?? 0) ||
    (list ?? []).some(({ name, image }, i) => image !== old?.[i]?.image || notes[SECCOMP + name] !== oldNotes[SECCOMP + name]);
  const { containers, initContainers, ephemeralContainers } = now.spec;
  return (
    changed(containers, before.spec.containers) ||
    changed(initContainers, before.spec.initContainers) ||
    changed(
      ephemeralContainers as readonly { name: string; image?: string }[] | undefined,
      before.spec.ephemeralContainers as readonly { name: string; image?: string }[] | undefined,
    )
  );
}

function warnOf(request: AdmissionRequest, pod: CheckedPod, warn: LevelVersion): void {
  const violations = violationsOf(pod, warn);
  if (violations.length > 0) request.warn(`would violate PodSecurity "${printLevel(warn)}": ${printDetails(violations)}`);
}

function validatePod(request: AdmissionRequest, object: AnyObject, access: AdmissionAccess): Status | null {
  const policy = namespacePolicy(object.metadata.namespace ?? '', access);
  if (policy.enforce.level === 'privileged' && policy.warn.level === 'privileged') return null;
  const pod = object as unknown as Pod;
  if (request.operation === 'UPDATE' && request.old !== null && !isSignificant(pod, request.old as unknown as Pod)) return null;
  const violations = violationsOf(pod, policy.enforce);
  if (violations.length > 0)
    return forbiddenStatus(object, `violates PodSecurity "${printLevel(policy.enforce)}": ${printDetails(violations)}`);
  warnOf(request, pod, policy.warn);
  return null;
}

/** Templates are never refused: their pods will be. */
function validateTemplate(request: AdmissionRequest, object: AnyObject, access: AdmissionAccess): null {
  const { warn } = namespacePolicy(object.metadata.namespace ?? '', access);
  const template = templateOf(object);
  if (warn.level === 'privileged' || template?.spec === undefined) return null;
  warnOf(request, { metadata: template.metadata ?? {}, spec: template.spec }, warn);
  return null;
}

function validateNamespace(request: AdmissionRequest, object: AnyObject, access: AdmissionAccess): Status | null {
  const { policy, errors } = policyOf(object.metadata.labels);
  if (request.operation === 'CREATE') return errors.length > 0 ? invalidStatus(object, errors) : null;
  const before = policyOf(request.old?.metadata.labels);
  if (errors.length > 0 && !deepEqual(errors, before.errors)) return invalidStatus(object, errors);
  const [now, old] = [policy.enforce, before.policy.enforce];
  if (deepEqual(now, old) || now.level === 'privileged') return null;
  if (now.version === old.version && compareLevels(now.level, old.level) < 1) return null;
  for (const text of podWarnings(object.metadata.name, now, access)) request.warn(text);
  return null;
}

/** What a new level says of the pods that are there. Models Admission.EvaluatePodsInNamespace. */
function podWarnings(namespace: string, enforce: LevelVersion, access: AdmissionAccess): string[] {
  const pods = access.list('Pod', namespace);
  const found = new Map<string, { first: string; count: number }>();
  for (const pod of prioritized(pods).slice(0, MAX_PODS)) {
    const reasons = printReasons(violationsOf(pod as unknown as Pod, enforce));
    if (reasons === '') continue;
    const seen = found.get(reasons);
    if (seen === undefined) found.set(reasons, { first: pod.metadata.name, count: 1 });
    else {
      seen.count++;
      if (pod.metadata.name < seen.first) seen.first = pod.metadata.name;
    }
  }
  const told = [...found].map(([reasons, { first, count }]) => {
    const others = count === 1 ? '' : ` (and ${count - 1} other ${count === 2 ? 'pod' : 'pods'})`;
    return `${first}${others}: ${reasons}`;
  });
  const cut =
    pods.length > MAX_PODS
      ? [`new PodSecurity enforce level only checked against the first ${MAX_PODS} of ${pods.length} existing pods`]
      : [];
  const head = `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${printLevel(enforce)}"`;
  return [...cut, ...(told.length > 0 ? [head] : []), ...told.sort()];
}

/** One pod of each controller first, so that every kind of pod is looked at. */
function prioritized(pods: readonly AnyObject[]): AnyObject[] {
  const seen = new Set<string>();
  const later: AnyObject[] = [];
  const first = pods.filter((pod) => {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
    if (owner === undefined || !seen.has(owner)) {
      if (owner !== undefined) seen.add(owner);
      return true;
    }
    later.push(pod);
    return false;
  });
  return [...first, ...later];
}

/**
 * Pod Security Standards by the labels of namespaces: pods that break the enforced level are refused, those that break the warned one and the
 * templates of workloads bring a warning. Nothing is exempt. Models plugin/pkg/admission/security/podsecurity and pod-security-admission.
 */
export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  validate(request, access) {
    const { object } = request;
    if (object === null || request.subresource !== undefined || request.operation === 'DELETE') return null;
    if (object.kind === 'Pod') return validatePod(request, object, access);
    if (object.kind === 'Namespace') return validateNamespace(request, object, access);
    return TEMPLATED.includes(object.kind) ? validateTemplate(request, object, access) : null;
  },
};
