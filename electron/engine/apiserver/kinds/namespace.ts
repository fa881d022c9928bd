import type { AnyObject } from '#shared/kube/types.ts';
import type { KindStrategy } from './strategy.ts';

/** Models registry/core/namespace namespaceStrategy. */
export const namespaceStrategy: KindStrategy = {
  prepareForUpdate(next: AnyObject, old: AnyObject): AnyObject {
    return { ...next, spec: old.spec };
  },
};
