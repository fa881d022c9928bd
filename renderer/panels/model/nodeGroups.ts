import { parse } from 'yaml';
import { isRecord } from '#shared/core/json.ts';
import type { AnyObject, ObjectKey } from '#shared/kube/types.ts';

/** Key of the object in which the cluster autoscaler tells how it is. */
export const CLUSTER_AUTOSCALER_STATUS: ObjectKey = 'ConfigMap/kube-system/cluster-autoscaler-status';

/** One group of machines that the cluster autoscaler orders and gives back. `target`: the size it wants; `ordered`: machines under way. */
export interface NodeGroupRow {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly total: number;
  readonly ready: number;
  readonly target: number;
  readonly ordered: number;
  /** Machines that could be given back. */
  readonly candidates: number;
  readonly backedOff: boolean;
}

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isRecord(inner) ? inner[name] : undefined), value);
}

function count(value: unknown, ...path: string[]): number {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : 0;
}

/** The groups that the cluster autoscaler's status object tells of; none when there is no such object or it cannot be read. */
export function nodeGroupRows(status: AnyObject | undefined): NodeGroupRow[] {
  const text = at(status, 'data', 'status');
  if (typeof text !== 'string') return [];
  let read: unknown;
  try {
    read = parse(text);
  } catch {
    return [];
  }
  const groups = at(read, 'nodeGroups');
  return (Array.isArray(groups) ? groups : []).map((group: unknown) => ({
    name: String(at(group, 'name') ?? ''),
    min: count(group, 'health', 'minSize'),
    max: count(group, 'health', 'maxSize'),
    total: count(group, 'health', 'nodeCounts', 'registered', 'total'),
    ready: count(group, 'health', 'nodeCounts', 'registered', 'ready'),
    target: count(group, 'health', 'cloudProviderTarget'),
    ordered: count(group, 'health', 'nodeCounts', 'unregistered'),
    candidates: count(group, 'scaleDown', 'candidates'),
    backedOff: at(group, 'scaleUp', 'status') === 'Backoff',
  }));
}
