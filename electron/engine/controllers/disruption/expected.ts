import { err, ok, type Result } from '#shared/core/result.ts';
import { scaleIntOrPercent } from '#shared/kube/intOrPercent.ts';
import { controllerOf } from '#shared/kube/pod.ts';
import { qualifiedResource, servedKind } from '#shared/kube/registry.ts';
import type { KubeObject, OwnerReference, Pod, PodDisruptionBudget } from '#shared/kube/types.ts';

/** Looks up an object of any kind; undefined when it is not there. */
export type Find = (kind: string, namespace: string, name: string) => KubeObject | undefined;

/** What a budget expects. `unmanaged`: pods without a controller, where the number cannot be known. */
export interface Expectation {
  expected: number;
  desiredHealthy: number;
  unmanaged: string[];
}

/** Pods a budget counts on and needs healthy. The error is the event's text. Models getExpectedPodCount. */
export function expectationOf(budget: PodDisruptionBudget, pods: readonly Pod[], find: Find): Result<Expectation, string> {
  const { minAvailable, maxUnavailable } = budget.spec;
  if (maxUnavailable === undefined && typeof minAvailable === 'number') {
    return ok({ expected: pods.length, desiredHealthy: minAvailable, unmanaged: [] });
  }
  if (maxUnavailable === undefined && minAvailable === undefined) return ok({ expected: 0, desiredHealthy: 0, unmanaged: [] });
  const scale = expectedScale(pods, find);
  if (!scale.ok) return scale;
  const { expected, unmanaged } = scale.value;
  const share = scaleIntOrPercent(maxUnavailable ?? minAvailable, expected, true);
  if (!share.ok) return share;
  const desiredHealthy = maxUnavailable === undefined ? share.value : Math.max(0, expected - share.value);
  return ok({ expected, desiredHealthy, unmanaged });
}

/** Sum of the sizes of the pods' controllers, each counted once. Models getExpectedScale. */
function expectedScale(pods: readonly Pod[], find: Find): Result<{ expected: number; unmanaged: string[] }, string> {
  const sizes = new Map<string, number>();
  const seen = new Set<string>();
  const unmanaged: string[] = [];
  for (const pod of pods) {
    const reference = controllerOf(pod);
    if (reference === undefined) {
      unmanaged.push(pod.metadata.name);
      continue;
    }
    if (seen.has(reference.uid)) continue;
    seen.add(reference.uid);
    const size = controllerSize(reference, pod.metadata.namespace ?? '', find);
    if (!size.ok) return size;
    if (size.value === undefined) return err(`found no controllers for pod "${pod.metadata.name}"`);
    sizes.set(size.value.uid, size.value.replicas);
  }
  return ok({ expected: [...sizes.values()].reduce((sum, size) => sum + size, 0), unmanaged });
}

interface Size {
  uid: string;
  replicas: number;
}

function sizeOf(object: KubeObject): Size {
  const { replicas } = (object as { spec?: { replicas?: number } }).spec ?? {};
  return { uid: object.metadata.uid ?? '', replicas: replicas ?? 1 };
}

/** The size behind a controller reference: a Deployment's for its ReplicaSets, otherwise whatever has a scale. Models the finders. */
function controllerSize(reference: OwnerReference, namespace: string, find: Find): Result<Size | undefined, string> {
  const info = servedKind(reference.apiVersion, reference.kind);
  if (info === undefined) {
    const [group, version] = reference.apiVersion.includes('/') ? reference.apiVersion.split('/') : ['', reference.apiVersion];
    const name = group === '' ? reference.kind : `${reference.kind}.${group}`;
    return err(`no matches for kind "${name}" in version "${version}"`);
  }
  const owner = find(info.kind, namespace, reference.name);
  const present = owner?.metadata.uid === reference.uid ? owner : undefined;
  if (present !== undefined && info.kind === 'ReplicaSet') {
    const above = controllerOf(present);
    if (above?.kind === 'Deployment') {
      const deployment = find('Deployment', namespace, above.name);
      if (deployment?.metadata.uid === above.uid) return ok(sizeOf(deployment));
    }
  }
  if (!info.hasScale) return err(`${qualifiedResource(info)} does not implement the scale subresource`);
  return ok(present === undefined ? undefined : sizeOf(present));
}
