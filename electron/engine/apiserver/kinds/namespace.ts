import type { AnyObject, Namespace } from '#shared/kube/types.ts';
import type { KindStrategy } from './strategy.ts';

/** Finalizer every namespace carries in its spec until its content is gone. */
export const NAMESPACE_FINALIZER = 'kubernetes';

/** Models registry/core/namespace namespaceStrategy. */
export const namespaceStrategy: KindStrategy = {
  prepareForCreate(object) {
    const finalizers = (object as unknown as Namespace).spec?.finalizers ?? [];
    const complete = finalizers.includes(NAMESPACE_FINALIZER) ? finalizers : [...finalizers, NAMESPACE_FINALIZER];
    return { ...object, spec: { ...(object.spec as object | undefined), finalizers: complete }, status: { phase: 'Active' } };
  },
  prepareForUpdate(next: AnyObject, old: AnyObject): AnyObject {
    return { ...next, spec: old.spec };
  },
};
