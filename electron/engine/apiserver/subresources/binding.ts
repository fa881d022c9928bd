import { err, ok } from '#shared/core/result.ts';
import { setCondition } from '#shared/kube/conditions.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, Node, Pod } from '#shared/kube/types.ts';
import { withMeta } from '../meta.ts';
import * as status from '../status.ts';
import type { Answer, RequestOptions, ServerCore } from '../types.ts';

/** Labels of the node that a pod takes on when it is bound. Models plugin/pkg/admission/podtopologylabels. */
const TOPOLOGY_LABELS = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'];

/** The pod's labels together with the topology labels of its node; undefined when it has none at all. */
function labelsOnNode(labels: Readonly<Record<string, string>> | undefined, node: Node | undefined) {
  const found = TOPOLOGY_LABELS.filter((label) => node?.metadata.labels?.[label] !== undefined);
  if (found.length === 0) return labels;
  const merged: Record<string, string> = { ...labels };
  for (const label of found) merged[label] = node?.metadata.labels?.[label] ?? '';
  return merged;
}

/**
 * Binds a pod to a node, which need not exist. 404 without the pod, 409 when it is bound, gated or being deleted.
 * Models registry/core/pod/storage BindingREST.assignPod.
 */
export function bindPod(server: ServerCore, namespace: string, name: string, nodeName: string, options: RequestOptions): Answer {
  const info = kindInfo('Pod');
  const old = server.get('Pod', namespace, name);
  if (info === undefined) return err(status.unknownResource());
  if (old === undefined) return err(status.notFound(info, name));
  const pod = old as unknown as Pod;
  const refuse = (why: string): Answer => err(status.conflict('pods/binding', '', name, why));
  if (pod.metadata.deletionTimestamp !== undefined) return refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== '') {
    return refuse(`pod ${name} is already assigned to node "${pod.spec.nodeName}"`);
  }
  if ((pod.spec.schedulingGates?.length ?? 0) > 0) return refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  const node = server.get('Node', '', nodeName) as unknown as Node | undefined;
  const now = server.timestamp();
  const conditions = setCondition(pod.status.conditions, { type: 'PodScheduled', status: 'True', lastTransitionTime: now }, now);
  // The nomination has served its purpose (ClearingNominatedNodeNameAfterBinding).
  const { nominatedNodeName: _served, ...rest } = pod.status;
  const bound = {
    ...old,
    spec: { ...pod.spec, nodeName },
    status: { ...rest, conditions },
  };
  const labels = labelsOnNode(old.metadata.labels, node);
  const next = (labels === old.metadata.labels ? bound : withMeta(bound, { labels })) as unknown as AnyObject;
  return ok(server.commit(old, next, options.dryRun));
}
