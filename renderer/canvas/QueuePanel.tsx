import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { DEFAULT_PROFILE, MAIN_SCHEDULER } from '#shared/kube/schedulerConfig/index.ts';
import type { QueueEntry } from '#shared/protocol/index.ts';
import { PodGlyph } from '../components/index.ts';
import { mainPendingReason } from '../explain/pending.ts';
import { plainReason } from '../explain/reasons.ts';
import { podLook } from '../graph/podLook.ts';
import { formatSpan } from '../graph/time.ts';
import { unservedPods } from '../graph/unserved.ts';
import { type MessageKey, useT } from '../i18n/index.ts';
import { useCluster } from '../store/cluster.ts';
import { useView } from '../store/view.ts';
import { WorkloadList } from './WorkloadList.tsx';

type QueueLane = 'active' | 'backoff' | 'unschedulable' | 'gated' | 'inFlight';
type LaneId = QueueLane | 'unserved';
const LANES: readonly { id: QueueLane; label: MessageKey }[] = [
  { id: 'inFlight', label: 'canvas:laneInFlight' },
  { id: 'active', label: 'canvas:laneActive' },
  { id: 'backoff', label: 'canvas:laneBackoff' },
  { id: 'unschedulable', label: 'canvas:laneUnschedulable' },
  { id: 'gated', label: 'canvas:laneGated' },
];
const SHOWN = 12;
const MORE = 50;

/** Seconds left of a back-off, in virtual time, written straight into the element. */
function Countdown({ untilMs }: { untilMs: number }) {
  const t = useT();
  const element = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const show = (nowMs: number): void => {
      if (!element.current) return;
      element.current.textContent =
        untilMs > nowMs ? t('canvas:retriesIn', { span: formatSpan(untilMs - nowMs) }) : t('canvas:retriesNow');
    };
    show(useCluster.getState().nowMs);
    return useCluster.subscribe((state) => show(state.nowMs));
  }, [untilMs, t]);
  return <span ref={element} />;
}

function Note({ lane, entry }: { lane: LaneId; entry: QueueEntry }) {
  const t = useT();
  const pod = useCluster((state) => state.pods.get(`Pod/${entry.namespace}/${entry.name}`));
  if (lane === 'unserved') return t('canvas:asksFor', { name: pod?.spec.schedulerName ?? DEFAULT_PROFILE });
  if (entry.nominatedNode) return t('canvas:nominated', { node: entry.nominatedNode });
  if (lane === 'backoff' && entry.untilMs !== undefined) return <Countdown untilMs={entry.untilMs} />;
  if (lane === 'unschedulable' || lane === 'gated') {
    const reason = pod ? mainPendingReason(pod) : null;
    return reason ? plainReason(t, entry.plugins[0] ?? '', reason) : entry.plugins.join(', ');
  }
  return t('canvas:priority', { priority: entry.priority });
}

const Item = memo(function Item({ lane, entry }: { lane: LaneId; entry: QueueEntry }) {
  const key = `Pod/${entry.namespace}/${entry.name}`;
  const pod = useCluster((state) => state.pods.get(key));
  const owners = useCluster((state) => state.owners);
  const lineage = useCluster((state) => state.lineage);
  const selected = useView((state) => state.selection.includes(key));
  return (
    <li>
      <button type="button" className={`queue-item ${selected ? 'selected' : ''}`} data-key={key} aria-pressed={selected}>
        {pod ? <PodGlyph look={podLook(pod, owners, lineage)} /> : <span className="pod pending" />}
        <span className="queue-text">
          <span className="queue-name">{entry.name}</span>
          <span className="queue-note">
            {entry.scheduler !== undefined && entry.scheduler !== MAIN_SCHEDULER ? `${entry.scheduler} · ` : ''}
            <Note lane={lane} entry={entry} />
          </span>
        </span>
      </button>
    </li>
  );
});

const NOTHING: readonly QueueEntry[] = [];

function Lane({ id, label, entries }: { id: LaneId; label: MessageKey; entries: readonly QueueEntry[] }) {
  const t = useT();
  const [limit, setLimit] = useState(SHOWN);
  if ((id === 'inFlight' || id === 'unserved') && entries.length === 0) return null;
  return (
    <section className={`lane lane-${id} ${entries.length === 0 ? 'is-empty' : ''}`} aria-label={t(label)} data-lane={id}>
      <h3 className="lane-head">
        <span>{t(label)}</span>
        <i>{entries.length || ''}</i>
      </h3>
      <ul>
        {entries.slice(0, limit).map((entry) => (
          <Item key={entry.key} lane={id} entry={entry} />
        ))}
      </ul>
      {entries.length > limit ? (
        <button type="button" className="link lane-more" onClick={() => setLimit(limit + MORE)}>
          {t('canvas:more', { count: entries.length - limit })}
        </button>
      ) : null}
    </section>
  );
}

function SchedulerLane({ id, label }: { id: QueueLane; label: MessageKey }) {
  return <Lane id={id} label={label} entries={useCluster((state) => state.queue[id]) ?? NOTHING} />;
}

/** Pods that no running scheduler has in its queue: theirs is stopped, or there is none of that name. */
function UnservedLane() {
  const pods = useCluster((state) => state.pods);
  const components = useCluster((state) => state.components);
  const entries = useMemo(() => unservedPods(pods, components), [pods, components]);
  return <Lane id="unserved" label="canvas:laneUnserved" entries={entries} />;
}

/** The scheduler's lanes and the workloads, in front of the canvas on its left. */
export function QueuePanel() {
  const t = useT();
  return (
    <div className="queue-panel">
      <section className="queue-lanes" aria-label={t('canvas:queue')}>
        {LANES.map((lane) => (
          <SchedulerLane key={lane.id} id={lane.id} label={lane.label} />
        ))}
        <UnservedLane />
      </section>
      <WorkloadList />
    </div>
  );
}
