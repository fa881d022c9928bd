import { deepEqual } from '#shared/core/json.ts';
import { ok } from '#shared/core/result.ts';
import type { AnyObject, Container, Pod, Toleration } from '#shared/kube/types.ts';
import type { AdmissionPlugin } from '../types.ts';

/** `nvidia.com/gpu`: resources that are neither Kubernetes' own nor a quota's. Models helper.IsExtendedResourceName. */
function isExtended(name: string): boolean {
  const slash = name.indexOf('/');
  if (slash < 0 || name.startsWith('requests.')) return false;
  const domain = name.slice(0, slash);
  return domain !== 'kubernetes.io' && !domain.endsWith('.kubernetes.io');
}

/** Adds a toleration in the place of a like one. Models helper.AddOrUpdateTolerationInPod. */
function withToleration(list: readonly Toleration[], added: Toleration): readonly Toleration[] {
  const place = list.findIndex(
    (one) =>
      one.key === added.key &&
      (one.effect ?? '') === (added.effect ?? '') &&
      one.operator === added.operator &&
      (one.value ?? '') === (added.value ?? ''),
  );
  if (place < 0) return [...list, added];
  return deepEqual(list[place], added) ? list : list.with(place, added);
}

/** Pods that ask for a special resource tolerate nodes set aside for it. Off unless enabled. Models plugin/pkg/admission/extendedresourcetoleration. */
export const extendedResourceToleration: AdmissionPlugin = {
  name: 'ExtendedResourceToleration',
  mutate(object, request) {
    if (object.kind !== 'Pod' || request.operation === 'DELETE' || request.subresource !== undefined) return ok(object);
    const { spec } = object as unknown as Pod;
    const containers: Container[] = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
    const names = new Set(containers.flatMap(({ resources }) => Object.keys(resources?.requests ?? {}).filter(isExtended)));
    const before: readonly Toleration[] = spec.tolerations ?? [];
    let tolerations = before;
    for (const key of [...names].sort()) tolerations = withToleration(tolerations, { key, operator: 'Exists' });
    return ok(tolerations === before ? object : ({ ...object, spec: { ...spec, tolerations } } as AnyObject));
  },
};
