import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import type { ObjectKey } from '#shared/kube/types.ts';
import { useT } from '../../i18n/index.ts';
import { useCluster } from '../../store/cluster.ts';
import { refOfKey, select, useView } from '../../store/view.ts';
import { type EventRow, eventRows, eventRowsAbout, filterEvents } from '../model/events.ts';
import { printAge } from '../time.ts';

/** Rows of the stored events about one object, newest first. */
export function useEventRowsAbout(key: ObjectKey): readonly EventRow[] {
  const events = useCluster((state) => state.events);
  const startTime = useCluster((state) => state.session?.startTime);
  return useMemo(
    () => eventRowsAbout(events.values(), refOfKey(key), Date.parse(startTime ?? '') || 0),
    [events, startTime, key],
  );
}

/** Rows of all stored events, newest first. */
function useEventRows(): readonly EventRow[] {
  const events = useCluster((state) => state.events);
  const startTime = useCluster((state) => state.session?.startTime);
  return useMemo(() => eventRows(events.values(), Date.parse(startTime ?? '') || 0), [events, startTime]);
}

/** Events of some objects; null = all. Scrolls smoothly with thousands of rows. */
export function EventsTable({ rows, showObject = true }: { rows: readonly EventRow[]; showObject?: boolean }) {
  const t = useT();
  const scroller = useRef<HTMLElement>(null);
  const nowSeconds = useCluster((state) => Math.floor(state.nowMs / 1000));
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 26,
    overscan: 12,
  });
  return (
    <div className={`events ${showObject ? '' : 'narrow'}`}>
      <div className="event-head" aria-hidden>
        <span>{t('panels:eventAge')}</span>
        <span>{t('panels:eventReason')}</span>
        {showObject ? <span>{t('panels:eventObject')}</span> : null}
        <span>{t('panels:eventMessage')}</span>
      </div>
      <section className="event-scroll" ref={scroller} tabIndex={0} aria-label={t('panels:events')}>
        <ul style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <li
                key={row.key}
                ref={virtual.measureElement}
                data-index={item.index}
                className={`event-row ${row.type === 'Warning' ? 'warning' : ''}`}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <span className="mono muted">
                  {printAge(nowSeconds * 1000 - row.lastMs)}
                  {row.count > 1 ? ` ×${row.count}` : ''}
                </span>
                <span className="reason" title={row.from}>
                  <i aria-hidden />
                  <span className="visually-hidden">{row.type}</span> {row.reason}
                </span>
                {showObject ? (
                  <span>
                    <button type="button" className="link mono" onClick={() => select(row.aboutKey)}>
                      {row.about.kind.toLowerCase()}/{row.about.name}
                    </button>
                  </span>
                ) : null}
                <span className="event-message" title={row.message}>
                  {row.message}
                </span>
              </li>
            );
          })}
        </ul>
      </section>
    </div>
  );
}

/** All events with filters, as `kubectl get events` words them. */
export function EventsTab() {
  const t = useT();
  const rows = useEventRows();
  const selection = useView((state) => state.selection);
  const [text, setText] = useState('');
  const [warningsOnly, setWarningsOnly] = useState(false);
  const [selectionOnly, setSelectionOnly] = useState(false);
  const shown = useMemo(() => {
    const about: ReadonlySet<ObjectKey> | null = selectionOnly && selection.length > 0 ? new Set(selection) : null;
    return filterEvents(rows, { about, warningsOnly, text });
  }, [rows, selection, selectionOnly, warningsOnly, text]);
  return (
    <div className="events-tab">
      <div className="events-bar">
        <input
          className="input small"
          type="search"
          value={text}
          placeholder={t('panels:eventsFilter')}
          aria-label={t('panels:eventsFilter')}
          onChange={(event) => setText(event.target.value)}
        />
        <label className="inline-check">
          <input type="checkbox" checked={warningsOnly} onChange={(event) => setWarningsOnly(event.target.checked)} />
          {t('panels:eventsWarnings')}
        </label>
        <label className="inline-check">
          <input type="checkbox" checked={selectionOnly} onChange={(event) => setSelectionOnly(event.target.checked)} />
          {t('panels:eventsOfSelection')}
        </label>
        <span className="muted count">{shown.length}</span>
      </div>
      {shown.length === 0 ? (
        <p className="empty">{rows.length === 0 ? t('panels:eventsNone') : t('panels:eventsNoneMatch')}</p>
      ) : (
        <EventsTable rows={shown} />
      )}
    </div>
  );
}
