import type { StatefulSet } from '#shared/kube/kinds.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import { specChanged } from './common.ts';
import type { KindStrategy } from './strategy.ts';

/** The object without maxUnavailable, which 1.36 does not store: its gate MaxUnavailableStatefulSet is off. Models dropStatefulSetDisabledFields. */
export function withoutMaxUnavailable<T extends AnyObject | StatefulSet>(object: T): T {
  const spec = object.spec as StatefulSet['spec'] | undefined;
  const rolling = spec?.updateStrategy?.rollingUpdate;
  if (rolling?.maxUnavailable === undefined) return object;
  const { maxUnavailable: _dropped, ...rollingUpdate } = rolling;
  return { ...object, spec: { ...spec, updateStrategy: { ...spec?.updateStrategy, rollingUpdate } } } as T;
}

/** Models registry/apps/statefulset statefulSetStrategy. */
export const statefulSetStrategy: KindStrategy = {
  generation: specChanged,
  prepareForUpdate(next, old) {
    const stored = (old.spec as StatefulSet['spec'] | undefined)?.updateStrategy?.rollingUpdate?.maxUnavailable;
    return stored === undefined ? withoutMaxUnavailable(next) : next;
  },
};

/** A new StatefulSet: status at its beginning, switched-off fields dropped. Models PrepareForCreate. */
export function prepareStatefulSet(set: StatefulSet): StatefulSet {
  return { ...withoutMaxUnavailable(set), status: { replicas: 0, availableReplicas: 0 } };
}
