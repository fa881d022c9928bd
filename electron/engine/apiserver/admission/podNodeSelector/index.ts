import { err, ok, type Result } from '#shared/core/result.ts';
import type { AnyObject, Pod, Status } from '#shared/kube/types.ts';
import { internalError } from '../../status.ts';
import { forbiddenStatus } from '../status.ts';
import type { AdmissionAccess, AdmissionPlugin, AdmissionRequest } from '../types.ts';

const ANNOTATION = 'scheduler.alpha.kubernetes.io/node-selector';

/** The selector of a namespace, written `a=b,c=d`. Models labels.ConvertSelectorToLabelsMap. */
function selectorOf(namespace: string, access: AdmissionAccess): Result<Record<string, string>, Status> {
  const text = access.get('Namespace', '', namespace)?.metadata.annotations?.[ANNOTATION] ?? '';
  const labels: Record<string, string> = {};
  for (const part of text === '' ? [] : text.split(',')) {
    const pair = part.split('=');
    if (pair.length !== 2) return err(internalError(`invalid selector: ${part}`));
    labels[(pair[0] ?? '').trim()] = (pair[1] ?? '').trim();
  }
  return ok(labels);
}

function isNewPod(object: AnyObject | null, request: AdmissionRequest): object is AnyObject {
  return object?.kind === 'Pod' && request.operation === 'CREATE' && request.subresource === undefined;
}

function conflict(object: AnyObject, wanted: Readonly<Record<string, string>>): Status | null {
  const own = (object as unknown as Pod).spec.nodeSelector ?? {};
  const clash = Object.keys(wanted).some((key) => own[key] !== undefined && own[key] !== wanted[key]);
  return clash ? forbiddenStatus(object, 'pod node label selector conflicts with its namespace node label selector') : null;
}

/** Pods run on the nodes of their namespace. Off unless enabled. Models plugin/pkg/admission/podnodeselector without its configuration file. */
export const podNodeSelector: AdmissionPlugin = {
  name: 'PodNodeSelector',
  mutate(object, request, access) {
    if (!isNewPod(object, request)) return ok(object);
    const wanted = selectorOf(object.metadata.namespace ?? '', access);
    if (!wanted.ok) return wanted;
    if (Object.keys(wanted.value).length === 0) return ok(object);
    const refusal = conflict(object, wanted.value);
    if (refusal !== null) return err(refusal);
    const { spec } = object as unknown as Pod;
    return ok({ ...object, spec: { ...spec, nodeSelector: { ...wanted.value, ...spec.nodeSelector } } } as AnyObject);
  },
  validate(request, access) {
    const { object } = request;
    if (!isNewPod(object, request)) return null;
    const wanted = selectorOf(object.metadata.namespace ?? '', access);
    return wanted.ok ? conflict(object, wanted.value) : wanted.error;
  },
};
