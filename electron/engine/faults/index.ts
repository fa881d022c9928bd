import { compareStrings } from '#shared/core/compare.ts';

/** What has happened to a machine. `crashed`: containers and kubelet are gone. `partitioned`: both live on but reach no API server. */
export type FaultKind = 'crashed' | 'partitioned';

/** Told after a node's fault changed; undefined = healthy. */
export type FaultListener = (node: string, before: FaultKind | undefined, after: FaultKind | undefined) => void;

/** Faults of the machines of one cluster. They are no API state: the cluster learns of them only through missing heartbeats. */
export interface Faults {
  /** Fault of a node, undefined when it is well. */
  of(node: string): FaultKind | undefined;
  /** The machine stops at once. False when it was already down. */
  crash(node: string): boolean;
  /** The network between the machine and the API server breaks. False when it already is, or the machine is down. */
  partition(node: string): boolean;
  /** The machine is well again. False when it was. */
  recover(node: string): boolean;
  /** All faults by node name, in name order. */
  all(): Record<string, FaultKind>;
  /** Registers a listener; returns the function that unregisters it. */
  subscribe(listener: FaultListener): () => void;
}

/** An empty registry of faults. */
export function createFaults(): Faults {
  const faults = new Map<string, FaultKind>();
  const listeners = new Set<FaultListener>();
  const set = (node: string, after: FaultKind | undefined): boolean => {
    const before = faults.get(node);
    if (before === after) return false;
    if (after === undefined) faults.delete(node);
    else faults.set(node, after);
    for (const listener of [...listeners]) listener(node, before, after);
    return true;
  };
  return {
    of: (node) => faults.get(node),
    crash: (node) => set(node, 'crashed'),
    partition: (node) => (faults.has(node) ? false : set(node, 'partitioned')),
    recover: (node) => set(node, undefined),
    all: () => Object.fromEntries([...faults].sort(([a], [b]) => compareStrings(a, b))),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
