import type { KubeEvent, ObjectKey, ObjectRef } from '#shared/kube/types.ts';
import { keyOf } from '#shared/kube/types.ts';

/** One row of the events table, newest first. Times are virtual milliseconds since the scenario's start. */
export interface EventRow {
  key: ObjectKey;
  lastMs: number;
  type: string;
  reason: string;
  message: string;
  count: number;
  about: ObjectRef;
  aboutKey: ObjectKey;
  from: string;
}

function timeOf(event: KubeEvent): string | undefined {
  return event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
}

/** Row of one stored Event. `startMs`: the scenario's start as epoch milliseconds. */
export function eventRow(event: KubeEvent, startMs: number): EventRow {
  const object = event.involvedObject;
  const about: ObjectRef = {
    kind: object.kind ?? '',
    namespace: object.kind === 'Node' ? '' : (object.namespace ?? ''),
    name: object.name ?? '',
  };
  const parsed = Date.parse(timeOf(event) ?? '');
  return {
    key: `Event/${event.metadata.namespace ?? ''}/${event.metadata.name}`,
    lastMs: Number.isNaN(parsed) ? 0 : parsed - startMs,
    type: event.type ?? 'Normal',
    reason: event.reason ?? '',
    message: event.message ?? '',
    count: event.series?.count ?? event.count ?? 1,
    about,
    aboutKey: keyOf(about),
    from: event.reportingComponent || event.source?.component || '',
  };
}

/** Rows already made; an Event is replaced when it changes, so its row holds as long as the object does. */
const made = new WeakMap<KubeEvent, { startMs: number; row: EventRow; revision: number }>();

function rowOf(event: KubeEvent, startMs: number): { row: EventRow; revision: number } {
  const known = made.get(event);
  if (known?.startMs === startMs) return known;
  const fresh = { startMs, row: eventRow(event, startMs), revision: Number(event.metadata.resourceVersion ?? 0) };
  made.set(event, fresh);
  return fresh;
}

/** Is the Event about this object? */
function isAbout(event: KubeEvent, ref: ObjectRef): boolean {
  const object = event.involvedObject;
  return object.name === ref.name && object.kind === ref.kind && (ref.namespace === '' || object.namespace === ref.namespace);
}

/** Rows of the Events about one object, newest first. */
export function eventRowsAbout(events: Iterable<KubeEvent>, ref: ObjectRef, startMs: number): EventRow[] {
  const own: KubeEvent[] = [];
  for (const event of events) if (isAbout(event, ref)) own.push(event);
  return eventRows(own, startMs);
}

/** Rows of many Events: newest first; equal times by latest write first. */
export function eventRows(events: Iterable<KubeEvent>, startMs: number): EventRow[] {
  const rows = [...events].map((event) => rowOf(event, startMs));
  rows.sort((a, b) => b.row.lastMs - a.row.lastMs || b.revision - a.revision);
  return rows.map(({ row }) => row);
}

/** Keeps the rows that match: one of these objects (empty = all), warnings only, text in reason, message or name. */
export function filterEvents(
  rows: readonly EventRow[],
  filter: { about: ReadonlySet<ObjectKey> | null; warningsOnly: boolean; text: string },
): readonly EventRow[] {
  const text = filter.text.trim().toLowerCase();
  return rows.filter(
    (row) =>
      (filter.about === null || filter.about.has(row.aboutKey)) &&
      (!filter.warningsOnly || row.type === 'Warning') &&
      (text === '' || `${row.reason} ${row.message} ${row.about.name}`.toLowerCase().includes(text)),
  );
}
