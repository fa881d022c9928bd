import type { Node } from '#shared/kube/types.ts';
import type { EventRow } from './events.ts';

/** The kubelet's words in the Ready condition while its machine goes down in order, and in its event. */
const SHUTTING_DOWN = 'node is shutting down';
const SHUTDOWN_EVENT = 'Shutdown manager detected shutdown event';
/** Events with which a kubelet says that its machine goes down, stays up after all, or is back. */
const TELLING = new Set(['Shutdown', 'Rebooted', 'Starting']);

/**
 * Whether a machine that is off was shut down in order, and has not failed: its node says so until the cluster notices, afterwards the kubelet's last
 * event does (as long as it is kept). `rows`: the events about the node, newest first.
 */
export function wasShutDown(node: Node, rows: readonly EventRow[]): boolean {
  const ready = node.status.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'False' && ready.message === SHUTTING_DOWN) return true;
  return rows.find(({ reason }) => TELLING.has(reason))?.message === SHUTDOWN_EVENT;
}
