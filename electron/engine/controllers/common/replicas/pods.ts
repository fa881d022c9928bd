import { err } from '#shared/core/result.ts';
import { controllerReference } from '#shared/kube/pod.ts';
import type { KubeObject, Pod, PodTemplateSpec, Status } from '#shared/kube/types.ts';
import type { ApiResult, Client, EventRecorder } from '../../../client/types.ts';

/** Longest generateName that still leaves room for the suffix. */
const MAX_PREFIX = 58;

/** A workload with a pod template. */
export interface Templated extends KubeObject {
  readonly spec: { readonly template: PodTemplateSpec };
}

/** Creates one pod, from the workload's template unless told otherwise, and tells it by an event. Models RealPodControl.CreatePods. */
export function createPod(client: Client, recorder: EventRecorder, owner: Templated, pod = podOf(owner)): ApiResult<Pod> {
  const created = client.create(pod);
  if (created.ok) {
    recorder.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.value.metadata.name}`);
    return created;
  }
  if (isTerminatingRefusal(created.error)) return created;
  recorder.event(owner, 'Warning', 'FailedCreate', `Error creating: ${created.error.message}`);
  return created;
}

/** Whether a creation was refused because its namespace is being deleted. */
export function isTerminatingRefusal(status: Status): boolean {
  return status.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') ?? false;
}

/** The pod a workload's template asks for; the API server completes its name. Models controller.GetPodFromTemplate. */
export function podOf(owner: Templated): Pod {
  const { metadata = {}, spec } = owner.spec.template;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      generateName: `${owner.metadata.name.slice(0, MAX_PREFIX)}-`,
      namespace: owner.metadata.namespace ?? '',
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ...(metadata.finalizers === undefined ? {} : { finalizers: metadata.finalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: spec ?? { containers: [] },
    status: {},
  };
}

/** Deletes one pod and tells it by an event; one that is gone already is no failure. Models RealPodControl.DeletePod. */
export function deletePod(client: Client, recorder: EventRecorder, owner: KubeObject, pod: Pod): ApiResult<null> {
  const { namespace = '', name } = pod.metadata;
  const deleted = client.delete({ kind: 'Pod', namespace, name });
  if (deleted.ok) {
    recorder.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
    return { ok: true, value: null };
  }
  if (deleted.error.reason === 'NotFound') return { ok: true, value: null };
  recorder.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${deleted.error.message}`);
  return err(deleted.error);
}
