import { deepEqual } from '#shared/core/json.ts';
import type { DaemonSet } from '#shared/kube/kinds.ts';
import { controllerReference } from '#shared/kube/pod.ts';
import type { Pod, PodSpec, Toleration } from '#shared/kube/types.ts';
import { REVISION_HASH_LABEL } from '../common/history.ts';
import { podOf } from '../common/replicas/pods.ts';

/** Annotation of a DaemonSet with the number of changes of its template. */
export const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';
/** Label of a daemon pod with that number at its creation. */
export const POD_TEMPLATE_GENERATION = 'pod-template-generation';
const NODE_NAME_FIELD = 'metadata.name';

const exists = (key: string, effect: 'NoSchedule' | 'NoExecute'): Toleration => ({
  key: `node.kubernetes.io/${key}`,
  operator: 'Exists',
  effect,
});

/** What every daemon pod tolerates, in the order in which it is added. */
const TOLERATIONS: readonly Toleration[] = [
  exists('not-ready', 'NoExecute'),
  exists('unreachable', 'NoExecute'),
  exists('disk-pressure', 'NoSchedule'),
  exists('memory-pressure', 'NoSchedule'),
  exists('pid-pressure', 'NoSchedule'),
  exists('unschedulable', 'NoSchedule'),
];
const NETWORK_UNAVAILABLE = exists('network-unavailable', 'NoSchedule');

/** Whether two tolerations are about the same taints, whatever time they grant. Models v1.Toleration.MatchToleration. */
function sameTaints(a: Toleration, b: Toleration): boolean {
  return (
    (a.key ?? '') === (b.key ?? '') &&
    (a.effect ?? '') === (b.effect ?? '') &&
    (a.operator ?? '') === (b.operator ?? '') &&
    (a.value ?? '') === (b.value ?? '')
  );
}

/** Adds the toleration at the end, or in the place of one about the same taints. Models AddOrUpdateTolerationInPodSpec. */
function withToleration(list: readonly Toleration[], added: Toleration): readonly Toleration[] {
  if (list.some((one) => deepEqual(one, added))) return list;
  if (!list.some((one) => sameTaints(one, added))) return [...list, added];
  return list.map((one) => (sameTaints(one, added) ? added : one));
}

/** Tolerations of a daemon pod: its own and those of every daemon pod. Models AddOrUpdateDaemonPodTolerations. */
export function daemonTolerations(spec: Pick<PodSpec, 'tolerations' | 'hostNetwork'>): readonly Toleration[] {
  const added = spec.hostNetwork === true ? [...TOLERATIONS, NETWORK_UNAVAILABLE] : TOLERATIONS;
  return added.reduce(withToleration, spec.tolerations ?? []);
}

/** The template generation of a DaemonSet; undefined when it is not a number. */
export function templateGeneration(set: DaemonSet): string | undefined {
  const text = set.metadata.annotations?.[TEMPLATE_GENERATION];
  return text !== undefined && /^[+-]?[0-9]+$/.test(text) ? String(Number(text)) : undefined;
}

/** Required affinity that binds the pod to its node; it takes the place of the template's own. Models ReplaceDaemonSetPodNodeNameNodeAffinity. */
function boundTo(affinity: PodSpec['affinity'], node: string): NonNullable<PodSpec['affinity']> {
  const nodeSelectorTerms = [{ matchFields: [{ key: NODE_NAME_FIELD, operator: 'In' as const, values: [node] }] }];
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
  return { ...affinity, nodeAffinity: { ...affinity?.nodeAffinity, ...required } };
}

/** The pod a DaemonSet wants on a node. `hash`: of the present revision. Models CreatePodTemplate of pkg/controller/daemon/util. */
export function daemonPod(set: DaemonSet, node: string, hash: string): Pod {
  const pod = podOf(set);
  const generation = templateGeneration(set);
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {
        ...pod.metadata.labels,
        ...(generation === undefined ? {} : { [POD_TEMPLATE_GENERATION]: generation }),
        ...(hash === '' ? {} : { [REVISION_HASH_LABEL]: hash }),
      },
      ownerReferences: [controllerReference(set)],
    },
    spec: { ...pod.spec, affinity: boundTo(pod.spec.affinity, node), tolerations: [...daemonTolerations(pod.spec)] },
  };
}

/** The node a daemon pod runs on or is meant for; undefined when it does not say. Models GetTargetNodeName. */
export function targetNode(pod: Pod): string | undefined {
  if (pod.spec.nodeName) return pod.spec.nodeName;
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const { matchFields = [] } of required?.nodeSelectorTerms ?? []) {
    const named = matchFields.find(({ key, operator }) => key === NODE_NAME_FIELD && operator === 'In');
    if (named !== undefined) return named.values?.length === 1 ? named.values[0] : undefined;
  }
  return undefined;
}

/** Whether the pod was made of the DaemonSet's present template. Models IsPodUpdated. */
export function isUpdated(pod: Pod, hash: string, generation: string | undefined): boolean {
  const labels = pod.metadata.labels ?? {};
  return (
    (hash !== '' && labels[REVISION_HASH_LABEL] === hash) ||
    (generation !== undefined && labels[POD_TEMPLATE_GENERATION] === generation)
  );
}
