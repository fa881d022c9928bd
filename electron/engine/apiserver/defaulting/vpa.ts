import type { VerticalPodAutoscaler } from '#shared/kube/kinds.ts';
import type { KubeObject } from '#shared/kube/types.ts';

/** An autoscaler without an update policy recreates pods. Models the mutating part of the vpa admission controller for its own objects. */
export function defaultVerticalAutoscaler(vpa: VerticalPodAutoscaler): VerticalPodAutoscaler {
  const spec = (vpa.spec as VerticalPodAutoscaler['spec'] | undefined) ?? {};
  return { ...vpa, spec: { ...spec, updatePolicy: spec.updatePolicy ?? { updateMode: 'Recreate' } } };
}

/** A new custom resource begins without status. */
export function withoutStatus<T extends KubeObject>(object: T): T {
  const { status: _given, ...rest } = object as T & { status?: unknown };
  return rest as unknown as T;
}
