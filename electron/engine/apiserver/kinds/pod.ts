import type { AnyObject, Pod } from '#shared/kube/types.ts';
import { specChanged } from './common.ts';
import type { KindStrategy } from './strategy.ts';

const DEFAULT_GRACE_SECONDS = 30;

/**
 * A pod that nobody runs, or that has finished, goes at once; else it gets the period asked for or its own. Less than nothing counts as one
 * second. Models registry/core/pod podStrategy.CheckGracefulDelete.
 */
function graceSeconds(object: AnyObject, asked: number | undefined): number {
  const pod = object as unknown as Pod;
  if (pod.spec.nodeName === undefined || pod.spec.nodeName === '') return 0;
  if (pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded') return 0;
  const period = asked ?? pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  return period < 0 ? 1 : period;
}

/** Models registry/core/pod podStrategy and podStatusStrategy. */
export const podStrategy: KindStrategy = {
  generation: specChanged,
  graceSeconds,
  prepareForStatusUpdate(next, old) {
    const { ownerReferences: _sent, ...metadata } = next.metadata;
    const owners = old.metadata.ownerReferences;
    const oldClass = (old as unknown as Pod).status.qosClass;
    const status = (next as unknown as Pod).status;
    return {
      ...next,
      metadata: owners === undefined ? metadata : { ...metadata, ownerReferences: owners },
      status: oldClass === undefined ? status : { ...status, qosClass: oldClass },
    };
  },
};
