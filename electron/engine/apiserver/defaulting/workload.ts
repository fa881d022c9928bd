/** Pods of a workload that does not say how many. */
export const REPLICAS = 1;
/** Old revisions that a workload keeps. */
export const REVISION_HISTORY_LIMIT = 10;

interface Strategy {
  type?: string;
  rollingUpdate?: { maxUnavailable?: number | string; maxSurge?: number | string };
}

/** An update strategy, `RollingUpdate` unless it says otherwise, with the given bounds where that one has none. */
export function defaultRollingUpdate<T extends Strategy>(
  strategy: T | undefined,
  maxUnavailable: number | string,
  maxSurge: number | string,
): T & { type: string } {
  const type = strategy?.type || 'RollingUpdate';
  if (type !== 'RollingUpdate') return { ...strategy, type } as T & { type: string };
  const rolling = strategy?.rollingUpdate;
  const rollingUpdate = {
    ...rolling,
    maxUnavailable: rolling?.maxUnavailable ?? maxUnavailable,
    maxSurge: rolling?.maxSurge ?? maxSurge,
  };
  return { ...strategy, type, rollingUpdate } as T & { type: string };
}
