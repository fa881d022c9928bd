import { compareStrings } from '#shared/core/compare.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { SYSTEM_PRIORITY_CLASSES } from '#shared/kube/priority.ts';
import type { AnyObject, Pod, PriorityClass, Status } from '#shared/kube/types.ts';
import { forbiddenStatus } from '../status.ts';
import type { AdmissionAccess, AdmissionPlugin, AdmissionRequest } from '../types.ts';

/** What a pod's class amounts to. */
interface Resolved {
  className: string;
  priority: number;
  preemptionPolicy: string;
}

/** The class that pods without a class get: of several (possible only by a race) the lowest value, then the first name. */
function globalDefault(access: AdmissionAccess): PriorityClass | undefined {
  return access
    .list('PriorityClass')
    .map((object) => object as unknown as PriorityClass)
    .filter((one) => one.globalDefault === true)
    .sort((a, b) => a.value - b.value || compareStrings(a.metadata.name, b.metadata.name))[0];
}

function fromClass(one: PriorityClass): Resolved {
  return {
    className: one.metadata.name,
    priority: one.value,
    preemptionPolicy: one.preemptionPolicy ?? 'PreemptLowerPriority',
  };
}

function resolve(pod: Pod, access: AdmissionAccess): Resolved | undefined {
  const wanted = pod.spec.priorityClassName ?? '';
  if (wanted === '') {
    const chosen = globalDefault(access);
    return chosen === undefined ? { className: '', priority: 0, preemptionPolicy: 'PreemptLowerPriority' } : fromClass(chosen);
  }
  const stored = access.get('PriorityClass', '', wanted);
  if (stored !== undefined) return fromClass(stored as unknown as PriorityClass);
  const built = SYSTEM_PRIORITY_CLASSES[wanted];
  return built === undefined ? undefined : { className: wanted, priority: built, preemptionPolicy: 'PreemptLowerPriority' };
}

function admitPod(request: AdmissionRequest, object: AnyObject, access: AdmissionAccess): Result<AnyObject, Status> {
  const pod = object as unknown as Pod;
  if (pod.spec === undefined) return ok(object);
  if (request.operation === 'UPDATE') return ok(keepPriority(object, request.old));
  const resolved = resolve(pod, access);
  if (resolved === undefined)
    return err(forbiddenStatus(object, `no PriorityClass with name ${pod.spec.priorityClassName} was found`));
  const refuse = (what: string): Result<AnyObject, Status> =>
    err(forbiddenStatus(object, `${what} from the given PriorityClass name`));
  if (pod.spec.priority !== undefined && pod.spec.priority !== resolved.priority) {
    return refuse(
      `the integer value of priority (${pod.spec.priority}) must not be provided in pod spec; priority admission controller computed ${resolved.priority}`,
    );
  }
  if (pod.spec.preemptionPolicy !== undefined && pod.spec.preemptionPolicy !== resolved.preemptionPolicy) {
    return refuse(
      `the string value of PreemptionPolicy (${pod.spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${resolved.preemptionPolicy}`,
    );
  }
  const spec = {
    ...pod.spec,
    ...(resolved.className !== '' ? { priorityClassName: resolved.className } : {}),
    priority: resolved.priority,
    preemptionPolicy: resolved.preemptionPolicy,
  };
  return ok({ ...object, spec });
}

/** An update that leaves priority and policy out keeps what the pod has. */
function keepPriority(object: AnyObject, old: AnyObject | null): AnyObject {
  const now = (object as unknown as Pod).spec;
  const before = (old as unknown as Pod | null)?.spec;
  if (before === undefined) return object;
  const priority = now.priority ?? before.priority;
  const preemptionPolicy = now.preemptionPolicy ?? before.preemptionPolicy;
  if (priority === now.priority && preemptionPolicy === now.preemptionPolicy) return object;
  return {
    ...object,
    spec: {
      ...now,
      ...(priority !== undefined ? { priority } : {}),
      ...(preemptionPolicy !== undefined ? { preemptionPolicy } : {}),
    },
  };
}

function validateClass(request: AdmissionRequest, access: AdmissionAccess): Status | null {
  const one = request.object as PriorityClass | null;
  if (one === null || one.globalDefault !== true) return null;
  const present = globalDefault(access);
  if (present === undefined || (request.operation === 'UPDATE' && present.metadata.name === one.metadata.name)) return null;
  return forbiddenStatus(
    request.object as AnyObject,
    `PriorityClass ${present.metadata.name} is already marked as default. Only one default can exist`,
  );
}

/** Turns a pod's priority class into numbers and keeps the default class unique. Models plugin/pkg/admission/priority. */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  mutate(object, request, access) {
    if (object.kind !== 'Pod' || request.subresource !== undefined) return ok(object);
    return admitPod(request, object, access);
  },
  validate(request, access) {
    const kind = request.object?.kind;
    if (kind !== 'PriorityClass' || request.subresource !== undefined || request.operation === 'DELETE') return null;
    return validateClass(request, access);
  },
};
