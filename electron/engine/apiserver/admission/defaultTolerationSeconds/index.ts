import { ok } from '#shared/core/result.ts';
import type { Pod, Toleration } from '#shared/kube/types.ts';
import type { AdmissionPlugin } from '../types.ts';

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
/** How long a pod stays bound to a node in trouble when it does not say itself. */
const DEFAULT_SECONDS = 300;

function covers(toleration: Toleration, key: string): boolean {
  const keyFits = !toleration.key || toleration.key === key;
  return keyFits && (!toleration.effect || toleration.effect === 'NoExecute');
}

/** Gives pods five minutes on nodes that are not ready or unreachable. Models plugin/pkg/admission/defaulttolerationseconds. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  mutate(object, request) {
    if (object.kind !== 'Pod' || request.subresource !== undefined || request.operation === 'DELETE') return ok(object);
    const { spec } = object as unknown as Pod;
    if (spec === undefined) return ok(object);
    const present = spec.tolerations ?? [];
    const added = [NOT_READY, UNREACHABLE]
      .filter((key) => !present.some((toleration) => covers(toleration, key)))
      .map((key): Toleration => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: DEFAULT_SECONDS }));
    return ok(added.length === 0 ? object : { ...object, spec: { ...spec, tolerations: [...present, ...added] } });
  },
};
