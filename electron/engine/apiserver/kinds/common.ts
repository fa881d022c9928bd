import { deepEqual } from '#shared/core/json.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import type { KindStrategy } from './strategy.ts';

/** Whether the desired state differs. */
export function specChanged(next: AnyObject, old: AnyObject): boolean {
  return !deepEqual(next.spec, old.spec);
}

/** Kinds with nothing of their own. */
export const plainStrategy: KindStrategy = {};

/** Kinds that count changes of their spec. */
export const countedStrategy: KindStrategy = { generation: specChanged };
