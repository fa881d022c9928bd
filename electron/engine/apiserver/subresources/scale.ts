import { err, ok } from '#shared/core/result.ts';
import { printLabelSelector } from '#shared/kube/labels.ts';
import { type KindInfo, kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, LabelSelector, ObjectRef, Status } from '#shared/kube/types.ts';
import * as status from '../status.ts';
import type { Answer, RequestOptions, ServerCore } from '../types.ts';
import { invalidKindStatus } from '../validation/index.ts';

/** The Scale object of a scalable one. Models registry/apps/deployment/storage scaleFromDeployment. */
export function scaleOf(object: AnyObject): AnyObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const spec = object.spec as { replicas?: number };
  const seen = object.status as { replicas?: number } | undefined;
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as AnyObject['metadata'],
    spec: spec.replicas === undefined || spec.replicas === 0 ? {} : { replicas: spec.replicas },
    status: { replicas: seen?.replicas ?? 0, selector: printLabelSelector(selectorOf(object)) },
  };
}

/** A ReplicationController selects by plain labels. */
function selectorOf({ kind, spec }: AnyObject): LabelSelector | undefined {
  const { selector } = spec as { selector?: LabelSelector | Record<string, string> };
  return kind === 'ReplicationController' && selector !== undefined
    ? { matchLabels: selector as Record<string, string> }
    : (selector as LabelSelector | undefined);
}

function invalidScale(name: string, replicas: number): Status {
  const message = `Invalid value: ${replicas}: must be greater than or equal to 0`;
  return invalidKindStatus('Scale.autoscaling', name, [{ field: 'spec.replicas', type: 'FieldValueInvalid', message }]);
}

/** The kind when its objects can be scaled, else the Status that says no. */
export function scalable(kind: string): KindInfo | undefined {
  const info = kindInfo(kind);
  return info?.hasScale === true ? info : undefined;
}

/** Sets spec.replicas and answers the Scale. `resourceVersion`, when given, must be the stored one. */
export function setScale(
  server: ServerCore,
  ref: ObjectRef,
  replicas: number,
  options: RequestOptions & { resourceVersion?: string | undefined },
): Answer {
  const info = scalable(ref.kind);
  if (info === undefined) return err(status.unknownResource());
  const old = server.get(ref.kind, ref.namespace, ref.name);
  if (old === undefined) return err(status.notFound(info, ref.name));
  if (options.resourceVersion !== undefined && options.resourceVersion !== old.metadata.resourceVersion) {
    return err(status.staleVersion(info, ref.name));
  }
  if (!Number.isInteger(replicas) || replicas < 0) return err(invalidScale(ref.name, replicas));
  const next = { ...old, spec: { ...(old.spec as object), replicas } };
  const answer = server.update(info, next, options);
  return answer.ok ? ok(scaleOf(answer.value)) : answer;
}
