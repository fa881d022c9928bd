import { isRecord } from '#shared/core/json.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { qosClass } from '#shared/kube/pod.ts';
import type { AnyObject, Pod, Status, Toleration } from '#shared/kube/types.ts';
import { internalError } from '../../status.ts';
import { areListed, mergeTolerations } from '../tolerations.ts';
import type { AdmissionAccess, AdmissionPlugin, AdmissionRequest } from '../types.ts';

const DEFAULTS = 'scheduler.alpha.kubernetes.io/defaultTolerations';
const WHITELIST = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist';
/** Pods with requests stay on nodes that run short of memory. */
const MEMORY_PRESSURE: Toleration = { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' };

/** Tolerations in an annotation of a namespace; none for a missing or empty one, an error for what is no list of them. */
function annotated(namespace: string, key: string, access: AdmissionAccess): Result<Toleration[], Status> {
  const text = access.get('Namespace', '', namespace)?.metadata.annotations?.[key] ?? '';
  if (text === '') return ok([]);
  try {
    const value = JSON.parse(text) as unknown;
    if (value === null) return ok([]);
    if (Array.isArray(value) && value.every(isRecord)) return ok(value as Toleration[]);
  } catch {
    // Told below.
  }
  return err(internalError(`annotation ${key} of namespace ${namespace} is not a JSON list of tolerations`));
}

function isPod(object: AnyObject | null, request: AdmissionRequest): boolean {
  if (request.subresource !== undefined || (request.operation !== 'CREATE' && request.operation !== 'UPDATE')) return false;
  return object?.kind === 'Pod';
}

function merged(object: AnyObject, request: AdmissionRequest, access: AdmissionAccess): Result<AnyObject, Status> {
  const pod = object as unknown as Pod;
  let tolerations: readonly Toleration[] = pod.spec.tolerations ?? [];
  if (request.operation === 'CREATE') {
    const defaults = annotated(pod.metadata.namespace ?? '', DEFAULTS, access);
    if (!defaults.ok) return defaults;
    if (defaults.value.length > 0)
      tolerations = tolerations.length > 0 ? mergeTolerations(defaults.value, tolerations) : defaults.value;
  }
  if (qosClass(pod.spec) !== 'BestEffort') tolerations = mergeTolerations(tolerations, [MEMORY_PRESSURE]);
  const before = pod.spec.tolerations ?? [];
  if (tolerations.length === before.length && tolerations.every((one, i) => one === before[i])) return ok(object);
  return ok({ ...object, spec: { ...pod.spec, tolerations: [...tolerations] } } as AnyObject);
}

function conflict(object: AnyObject, access: AdmissionAccess): Status | null {
  const pod = object as unknown as Pod;
  const tolerations = pod.spec.tolerations ?? [];
  if (tolerations.length === 0) return null;
  const whitelist = annotated(pod.metadata.namespace ?? '', WHITELIST, access);
  if (!whitelist.ok) return whitelist.error;
  if (areListed(tolerations, whitelist.value)) return null;
  return internalError(
    'pod tolerations (possibly merged with namespace default tolerations) conflict with its namespace whitelist',
  );
}

/**
 * Namespaces give their pods tolerations and say which ones they may have. Off unless enabled.
 * Models plugin/pkg/admission/podtolerationrestriction, without the cluster-wide lists of its configuration file.
 */
export const podTolerationRestriction: AdmissionPlugin = {
  name: 'PodTolerationRestriction',
  mutate(object, request, access) {
    if (!isPod(object, request)) return ok(object);
    const next = merged(object, request, access);
    if (!next.ok) return next;
    const refusal = conflict(next.value, access);
    return refusal === null ? next : err(refusal);
  },
  validate(request, access) {
    return request.object !== null && isPod(request.object, request) ? conflict(request.object, access) : null;
  },
};
