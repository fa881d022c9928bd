import { ok } from '#shared/core/result.ts';
import type { AnyObject, LimitRange, PersistentVolumeClaim, Pod, Status } from '#shared/kube/types.ts';
import { deletionOf } from '../../meta.ts';
import { forbiddenStatus } from '../status.ts';
import type { AdmissionAccess, AdmissionPlugin, AdmissionRequest } from '../types.ts';
import { claimComplaints, podComplaints } from './constraints.ts';
import { withDefaults } from './defaults.ts';

/**
 * The limit ranges that apply to a request, in order of their names: new pods, resizes, and claims that are made or changed; not what is
 * being deleted. Models limitranger SupportsAttributes and runLimitFunc.
 */
function rangesFor(request: AdmissionRequest, object: AnyObject, access: AdmissionAccess): readonly LimitRange[] {
  const { kind } = object;
  if (kind !== 'Pod' && kind !== 'PersistentVolumeClaim') return [];
  const resize = request.subresource === 'resize';
  if (request.subresource !== undefined && !resize) return [];
  if (kind === 'Pod' && request.operation === 'UPDATE' && !resize) return [];
  if (request.operation !== 'CREATE' && request.operation !== 'UPDATE') return [];
  if (request.old !== null && deletionOf(request.old).timestamp !== undefined) return [];
  return access.list('LimitRange', object.metadata.namespace ?? '') as unknown as readonly LimitRange[];
}

/** Several complaints in one text, each only once. Models utilerrors.NewAggregate. */
function together(complaints: readonly string[]): string {
  const texts = [...new Set(complaints)];
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}

function validate(request: AdmissionRequest, access: AdmissionAccess): Status | null {
  const { object } = request;
  if (object === null || object.spec === undefined) return null;
  for (const range of rangesFor(request, object, access)) {
    const complaints =
      object.kind === 'Pod'
        ? podComplaints(range, object as unknown as Pod)
        : claimComplaints(range, object as unknown as PersistentVolumeClaim);
    if (complaints.length > 0) return forbiddenStatus(object, together(complaints));
  }
  return null;
}

/**
 * Gives containers the default requests and limits of their namespace and refuses pods and claims outside of its limits.
 * Models plugin/pkg/admission/limitranger.
 */
export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  mutate(object, request, access) {
    if (object.kind !== 'Pod' || object.spec === undefined) return ok(object);
    let pod = object as unknown as Pod;
    for (const range of rangesFor(request, object, access)) pod = withDefaults(range, pod);
    return ok(pod as unknown as AnyObject);
  },
  validate,
};
