import type { StoredChange } from '#engine/types.ts';
import type { KubeEvent } from '#shared/kube/types.ts';

/** One line of the event table, as `kubectl get events` words it; `atMs` is virtual time since the start. */
export interface EventRow {
  atMs: number;
  namespace: string;
  type: string;
  reason: string;
  object: string;
  message: string;
  count: number;
  /** Milliseconds since the first of `count` equal events. */
  overMs: number;
}

function timeMs(text: string | undefined | null): number | undefined {
  return text ? Date.parse(text) : undefined;
}

/** The row that a write of an Event leaves: a new event, or one more of the same; undefined for any other write. */
export function eventRow(change: StoredChange): EventRow | undefined {
  if (change.object?.kind !== 'Event') return undefined;
  const event = change.object as unknown as KubeEvent;
  const count = event.series?.count ?? event.count ?? 1;
  const before = change.before as unknown as KubeEvent | null;
  if (before && (before.series?.count ?? before.count ?? 1) === count) return undefined;
  const { involvedObject: about } = event;
  const first = timeMs(event.firstTimestamp) ?? timeMs(event.eventTime as string | undefined);
  const last = timeMs(event.series?.lastObservedTime as string | undefined) ?? timeMs(event.lastTimestamp) ?? first;
  return {
    atMs: change.atMs,
    namespace: event.metadata.namespace ?? '',
    type: event.type ?? '',
    reason: event.reason ?? '',
    object: `${(about.kind ?? '').toLowerCase()}/${about.name ?? ''}`,
    message: (event.message ?? '').trim(),
    count,
    overMs: first !== undefined && last !== undefined ? Math.max(0, last - first) : 0,
  };
}

/** Virtual time as minutes, seconds and milliseconds: `1m05.250s`, `12.250s`. */
export function clockText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const seconds = ((ms % 60_000) / 1_000).toFixed(3);
  return minutes > 0 ? `${minutes}m${seconds.padStart(6, '0')}s` : `${seconds}s`;
}

/** Rows under kubectl's headings, three spaces between columns. LAST SEEN is virtual time, with kubectl's `(xN over D)` for repeated events. */
export function printEvents(rows: readonly EventRow[]): string {
  const namespaces = new Set(rows.map((row) => row.namespace));
  const withNamespace = namespaces.size > 1;
  const table = rows.map((row) => {
    const repeated = row.count > 1 ? ` (x${row.count} over ${Math.round(row.overMs / 1_000)}s)` : '';
    const cells = [`${clockText(row.atMs)}${repeated}`, row.type, row.reason, row.object, row.message];
    return withNamespace ? [row.namespace, ...cells] : cells;
  });
  const head = ['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'];
  const lines = [withNamespace ? ['NAMESPACE', ...head] : head, ...table];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)));
  return lines
    .map((cells) => cells.map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column]! + 3))).join(''))
    .join('\n');
}
