import type { Status } from '#shared/kube/types.ts';

/** The answer to a question about a pod whose scheduler has no profile here. */
export function noProfile(scheduler: string): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason: 'NotFound',
    code: 404,
    message: `no scheduler profile is named ${JSON.stringify(scheduler)}`,
  };
}
