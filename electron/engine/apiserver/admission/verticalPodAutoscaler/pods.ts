import type { VerticalPodAutoscaler } from '#shared/kube/kinds.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import type { Container, Pod, ResourceList } from '#shared/kube/types.ts';
import {
  type Advice,
  adviceFor,
  type ContainerBounds,
  isRequestsOnly,
  isTarget,
  podSelectorOf,
  proportionalLimits,
  strongest,
  topController,
  updateModeOf,
} from '#shared/kube/vpa.ts';
import type { AdmissionAccess } from '../types.ts';

/** Annotations that tell what was done to a pod. */
export const UPDATES = 'vpaUpdates';
export const OBSERVED_CONTAINERS = 'vpaObservedContainers';

/** The autoscaler that counts for a new pod. Models vpa.Matcher GetMatchingVPA. */
export function autoscalerOf(pod: Pod, namespace: string, access: AdmissionAccess): VerticalPodAutoscaler | undefined {
  const all = access.list('VerticalPodAutoscaler', namespace) as unknown as readonly VerticalPodAutoscaler[];
  const willing = all.filter((vpa) => updateModeOf(vpa) !== 'Off');
  if (willing.length === 0) return undefined;
  const find = (kind: string, within: string, name: string) => access.get(kind, within, name);
  const inside = { ...pod, metadata: { ...pod.metadata, namespace } };
  const top = topController(inside, find);
  const workload = top === undefined ? undefined : find(top.kind, namespace, top.name);
  const selector = workload === undefined ? undefined : podSelectorOf(workload);
  if (!matchLabelSelector(selector, pod.metadata.labels)) return undefined;
  return strongest(willing.filter((vpa) => isTarget(vpa, top)));
}

function adjusted(vpa: VerticalPodAutoscaler, { container, target, notes }: Advice): { container: Container; words: string[] } {
  const limits = isRequestsOnly(vpa, container.name) ? {} : proportionalLimits(container, target);
  const words = [
    ...notes,
    ...Object.keys(target).map((name) => `${name} request`),
    ...Object.keys(limits).map((name) => `${name} limit`),
  ];
  const before = container.resources;
  const resources = {
    ...before,
    requests: { ...before?.requests, ...target },
    ...(before?.limits === undefined ? {} : { limits: { ...before.limits, ...limits } as ResourceList }),
  } as NonNullable<Container['resources']>;
  return { container: { ...container, resources }, words };
}

/** The pod with the requests that are advised, and with words about it. Models resource/pod/patch. */
export function withAdvice(pod: Pod, vpa: VerticalPodAutoscaler, bounds: ContainerBounds): Pod {
  const advice = adviceFor(vpa, pod, bounds).filter(({ target }) => Object.keys(target).length > 0);
  const updates = advice.map((one) => ({ ...adjusted(vpa, one), index: one.index }));
  const containers = pod.spec.containers.map(
    (container, index) => updates.find((update) => update.index === index)?.container ?? container,
  );
  const text = updates.map(({ index, words }) => `container ${index}: ${words.join(', ')}`).join('; ');
  const annotations = {
    ...pod.metadata.annotations,
    ...(text === '' ? {} : { [UPDATES]: `Pod resources updated by ${vpa.metadata.name}: ${text}` }),
    [OBSERVED_CONTAINERS]: pod.spec.containers.map(({ name }) => name).join(', '),
  };
  return { ...pod, metadata: { ...pod.metadata, annotations }, spec: { ...pod.spec, containers } };
}
