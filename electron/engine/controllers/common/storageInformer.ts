import type { KubeObject } from '#shared/kube/types.ts';
import type { ComponentContext, Informer } from '../../client/types.ts';

/** Informer of a storage kind in its own type. */
export function storageInformer<T extends KubeObject>(ctx: ComponentContext, kind: T['kind']): Informer<T> {
  return ctx.informer(kind as string) as unknown as Informer<T>;
}
