import { err, ok, type Result } from '#shared/core/result.ts';
import type { LimitRange, VerticalPodAutoscaler } from '#shared/kube/kinds.ts';
import type { AnyObject, Pod, Status } from '#shared/kube/types.ts';
import { containerBounds } from '#shared/kube/vpa.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../types.ts';
import { autoscalerOf, withAdvice } from './pods.ts';
import { verticalAutoscalerFault } from './rules.ts';

const AUTO_DEPRECATED =
  'UpdateMode "Auto" is deprecated and will be removed in a future API version. Use explicit update modes like "Recreate", ' +
  '"Initial", or "InPlaceOrRecreate" instead. See https://github.com/kubernetes/autoscaler/issues/8424 for more details.';

function denied(why: string): Status {
  const message = `admission webhook "vpa.k8s.io" denied the request: ${why}`;
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: 'Forbidden', code: 403 };
}

function admitAutoscaler(object: AnyObject, request: AdmissionRequest): Result<AnyObject, Status> {
  const vpa = object as unknown as VerticalPodAutoscaler;
  const fault = verticalAutoscalerFault(vpa, request.operation === 'CREATE');
  if (fault !== undefined) return err(denied(fault));
  if (vpa.spec.updatePolicy?.updateMode === 'Auto') request.warn(AUTO_DEPRECATED);
  return ok(object);
}

/**
 * The vpa's admission controller, upstream a mutating webhook: new pods get the requests that their autoscaler advises, autoscalers themselves are
 * looked over. Models vertical-pod-autoscaler/pkg/admission-controller.
 */
export const verticalPodAutoscaler: AdmissionPlugin = {
  name: 'VerticalPodAutoscaler',
  mutate(object, request, access) {
    if (request.subresource !== undefined) return ok(object);
    if (object.kind === 'VerticalPodAutoscaler') return admitAutoscaler(object, request);
    if (request.loaded === true) return ok(object);
    if (object.kind !== 'Pod' || request.operation !== 'CREATE' || request.reinvocation?.second === true) return ok(object);
    const pod = object as unknown as Pod;
    const vpa = autoscalerOf(pod, object.metadata.namespace ?? '', access);
    if (vpa === undefined) return ok(object);
    const ranges = access.list('LimitRange', object.metadata.namespace ?? '') as unknown as readonly LimitRange[];
    const changed = withAdvice(pod, vpa, containerBounds(ranges));
    request.by?.(vpa.metadata.name);
    // Plugins before it look at the changed pod once more, as after any webhook.
    request.reinvocation?.changed('VerticalPodAutoscaler');
    return ok(changed as unknown as AnyObject);
  },
};
