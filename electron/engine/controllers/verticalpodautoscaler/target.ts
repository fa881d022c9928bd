import { err, ok, type Result } from '#shared/core/result.ts';
import type { VerticalPodAutoscaler } from '#shared/kube/kinds.ts';
import { controllerOf } from '#shared/kube/pod.ts';
import { servedKind } from '#shared/kube/registry.ts';
import type { LabelSelector } from '#shared/kube/types.ts';
import { type FindObject, podSelectorOf } from '#shared/kube/vpa.ts';

const WELL_KNOWN: readonly string[] = [
  'DaemonSet',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'ReplicationController',
  'Job',
  'CronJob',
];

/** Selector of the pods an autoscaler is about, or why it has none, as its condition ConfigUnsupported says. Models the feeder's getSelector. */
export function selectorOf(vpa: VerticalPodAutoscaler, find: FindObject): Result<LabelSelector, string> {
  const { targetRef } = vpa.spec;
  const unreadable = (why: string) => err(`Cannot read targetRef. Reason: ${why}`);
  if (targetRef === undefined) return unreadable('targetRef not defined. If this is a v1beta1 object switch to v1.');
  const { apiVersion = '', kind, name } = targetRef;
  const namespace = vpa.metadata.namespace ?? '';
  if (!WELL_KNOWN.includes(kind)) {
    const known = servedKind(apiVersion, kind);
    const why = known === undefined ? 'no matches for kind' : 'the server could not find the requested resource';
    return unreadable(`Unhandled targetRef ${apiVersion} / ${kind} / ${name}, last error ${why}`);
  }
  const workload = find(kind, namespace, name);
  if (workload === undefined) return unreadable(`${kind} ${namespace}/${name} does not exist`);
  const selector = podSelectorOf(workload);
  if (selector === undefined) return unreadable(`${kind} ${namespace}/${name} has no selector`);
  if (controllerOf(workload) !== undefined)
    return err('The targetRef controller has a parent but it should point to a topmost well-known or scalable controller');
  return ok(selector);
}
