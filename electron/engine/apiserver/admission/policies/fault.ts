import type { Status } from '#shared/kube/types.ts';

/** 500 of something that went wrong on the way to a decision. Models apierrors.NewInternalError. */
export function internalFault(why: string): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${why}`,
    reason: 'InternalError',
    details: { causes: [{ message: why }] },
    code: 500,
  };
}
