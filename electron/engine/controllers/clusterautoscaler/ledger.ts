import { isRecord } from '#shared/core/json.ts';
import type { ConfigMap } from '#shared/kube/kinds.ts';
import type { Client } from '../../client/types.ts';
import { sameStatus } from '../common/same.ts';

/** Where the simulated cloud writes down what is on order: an object, so that no restart loses a machine. */
export const LEDGER = { namespace: 'kube-system', name: 'stowage-node-groups' };
const MACHINES = 'machines';
const LAST_SCALE_UP = 'lastScaleUpMs';

/** A machine on order. Times are virtual milliseconds. */
export interface Machine {
  readonly group: string;
  readonly name: string;
  readonly orderedMs: number;
  readonly readyMs: number;
}

/** The cloud's books. */
export interface Ledger {
  readonly machines: readonly Machine[];
  /** When a group last grew; undefined: never. */
  readonly lastScaleUpMs: number | undefined;
}

const EMPTY: Ledger = { machines: [], lastScaleUpMs: undefined };

function isMachine(value: unknown): value is Machine {
  return (
    isRecord(value) &&
    typeof value.group === 'string' &&
    typeof value.name === 'string' &&
    Number.isSafeInteger(value.orderedMs) &&
    Number.isSafeInteger(value.readyMs)
  );
}

/** The books as they stand; what somebody has scribbled into them counts as nothing. */
export function readLedger(map: ConfigMap | undefined): Ledger {
  if (map?.data === undefined) return EMPTY;
  const last = map.data[LAST_SCALE_UP];
  const lastScaleUpMs = last !== undefined && /^\d+$/.test(last) ? Number(last) : undefined;
  try {
    const machines: unknown = JSON.parse(map.data[MACHINES] ?? '[]');
    return { machines: Array.isArray(machines) ? machines.filter(isMachine) : [], lastScaleUpMs };
  } catch {
    return { machines: [], lastScaleUpMs };
  }
}

/** Writes the books; false when the API refused. */
export function writeLedger(client: Client, before: ConfigMap | undefined, ledger: Ledger): boolean {
  const data: Record<string, string> = { [MACHINES]: JSON.stringify(ledger.machines) };
  if (ledger.lastScaleUpMs !== undefined) data[LAST_SCALE_UP] = String(ledger.lastScaleUpMs);
  if (sameStatus(before?.data, data)) return true;
  if (before !== undefined) return client.update({ ...before, data }).ok;
  return client.create<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: LEDGER, data }).ok;
}
