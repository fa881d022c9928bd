import { useMemo } from 'react';
import { matchLabelSelector, matchLabels } from '#shared/kube/labels.ts';
import type { HorizontalPodAutoscaler, LabelSelector, ObjectKey, Pod } from '#shared/kube/types.ts';
import { objectKey } from '#shared/kube/types.ts';
import type { AutoscalerHistoryView, AutoscalerSettings } from '#shared/protocol/index.ts';
import { type Translate, useT } from '../../i18n/index.ts';
import { useCluster } from '../../store/cluster.ts';
import { useMetrics, useMetricsWatch } from '../../store/metrics.ts';
import { useSettings } from '../../store/settings.ts';
import { workloadOf } from '../../store/workloads.ts';
import { targetKeyOf } from '../model/autoscalerState.ts';
import {
  type AutoscalerWhy,
  type CountedPods,
  countPods,
  type MetricRow,
  metricText,
  type Tolerances,
  tolerancesOf,
  type Wish,
  whyOf,
} from '../model/autoscaling.ts';
import { printClock } from '../time.ts';

const NO_POINTS: AutoscalerHistoryView['points'] = [];

/** The syncs of an autoscaler, watched while the component is there. */
export function useSyncs(hpa: HorizontalPodAutoscaler | null): AutoscalerHistoryView['points'] {
  useMetricsWatch(hpa ? objectKey(hpa) : null);
  const key = hpa ? `${hpa.metadata.namespace ?? ''}/${hpa.metadata.name}` : '';
  return useMetrics((state) => state.autoscalers.get(key)?.points ?? NO_POINTS);
}

/** Pods that the target's selector chooses. */
export function podsOfTarget(hpa: HorizontalPodAutoscaler): Pod[] {
  const mirror = useCluster.getState();
  const key: ObjectKey | undefined = targetKeyOf(hpa);
  const target = key ? workloadOf(mirror, key) : undefined;
  const selector = target && 'selector' in target.spec ? target.spec.selector : undefined;
  if (!target || !selector) return [];
  const matches = (labels: Pod['metadata']['labels']): boolean =>
    target.kind === 'ReplicationController'
      ? matchLabels(selector as Record<string, string>, labels)
      : matchLabelSelector(selector as LabelSelector, labels);
  return [...mirror.pods.values()].filter(
    ({ metadata }) => metadata.namespace === hpa.metadata.namespace && matches(metadata.labels),
  );
}

interface Line {
  readonly id: string;
  readonly text: string;
  readonly formula?: string;
  readonly tone?: 'warn' | 'bad' | 'ok';
}

/** What was assumed of pods that could not be measured. */
function assumed({ counted, unready, missing }: CountedPods, above: boolean, t: Translate): string {
  return [
    t('autoscaling:countedPods', { count: counted }),
    ...(unready > 0 ? [t(above ? 'autoscaling:unreadyAbove' : 'autoscaling:unreadyBelow', { count: unready })] : []),
    ...(missing > 0 ? [t(above ? 'autoscaling:missingAbove' : 'autoscaling:missingBelow', { count: missing })] : []),
  ].join(' ');
}

function round(ratio: number): string {
  return String(Math.round(ratio * 1000) / 1000);
}

function verdictOf(wish: Wish, { up, down }: Tolerances, t: Translate): string {
  const ratio = round(wish.counted);
  if (wish.within) return t('autoscaling:withinTolerance', { ratio, low: round(1 - down), high: round(1 + up) });
  if (wish.turned) return t('autoscaling:turnedRound', { ratio });
  return t('autoscaling:asksFor', { count: wish.replicas });
}

function metricLines(why: AutoscalerWhy, tolerances: Tolerances, t: Translate): Line[] {
  return why.metrics.flatMap(({ row, pods, wish }): Line[] => {
    const name = row.of ? `${row.name} (${row.of})` : row.name;
    if (!wish || row.value === undefined) return [{ id: row.id, text: t('autoscaling:metricUnknown', { name }), tone: 'bad' }];
    const words = { name, value: metricText(row.unit, row.value), target: metricText(row.unit, row.target) };
    const said = t(row.rule === 'total' ? 'autoscaling:metricIsTotal' : 'autoscaling:metricIs', words);
    const verdict = verdictOf(wish, tolerances, t);
    const formula = `desired = ${wish.formula}`;
    const odd = row.rule === 'average' && pods.unready + pods.missing > 0;
    if (!odd) return [{ id: row.id, text: `${said} ${verdict}`, formula }];
    const counting = assumed(pods, row.value > row.target, t);
    return [
      { id: row.id, text: said },
      { id: `pods-${row.id}`, text: `${counting} ${verdict}`, formula, tone: 'warn' },
    ];
  });
}

function limitLine(limited: NonNullable<AutoscalerWhy['limited']>, why: AutoscalerWhy, t: Translate): Line {
  const { rate, reason } = limited;
  const tone = 'warn' as const;
  if (reason === 'TooManyReplicas') return { id: 'limit', text: t('autoscaling:tooMany', { max: why.max }), tone };
  if (reason === 'TooFewReplicas') return { id: 'limit', text: t('autoscaling:tooFew', { min: why.min }), tone };
  if (!rate) return { id: 'limit', text: reason, tone };
  if (rate.select === 'Disabled') return { id: 'limit', text: t('autoscaling:rateDisabled'), tone };
  const text = t(reason === 'ScaleUpLimit' ? 'autoscaling:rateUp' : 'autoscaling:rateDown', { limit: rate.limit ?? why.desired });
  const chosen = rate.policies.length > 1 ? ` · selectPolicy: ${rate.select}` : '';
  return {
    id: 'limit',
    text,
    tone,
    formula: `${rate.policies.map((policy) => `${policy.text} = ${policy.allows}`).join(' · ')}${chosen}`,
  };
}

/** The last decision in sentences and numbers, one after the other. */
export function whyLines(why: AutoscalerWhy, tolerances: Tolerances, t: Translate): Line[] {
  if (why.failure !== undefined) return [{ id: 'failure', text: t('autoscaling:failure'), formula: why.failure, tone: 'bad' }];
  const lines = metricLines(why, tolerances, t);
  if (why.metrics.length > 1 && why.wanted !== undefined)
    lines.push({ id: 'largest', text: t('autoscaling:largest', { count: why.wanted }) });
  if (why.stabilized) {
    const { up, seconds } = why.stabilized;
    lines.push({ id: 'stable', text: t(up ? 'autoscaling:stableUp' : 'autoscaling:stableDown', { seconds }), tone: 'warn' });
  }
  if (why.limited) lines.push(limitLine(why.limited, why, t));
  const moved = why.desired - why.current;
  lines.push({
    id: 'result',
    text:
      moved === 0
        ? t('autoscaling:stays', { count: why.current })
        : t(moved > 0 ? 'autoscaling:grows' : 'autoscaling:shrinks', { from: why.current, to: why.desired }),
    tone: 'ok',
  });
  return lines;
}

/** Why an autoscaler's target has the size it has: the arithmetic of its last sync. */
export function AutoscalerReasons({ hpa }: { hpa: HorizontalPodAutoscaler }) {
  const settings = useSettings()?.hpa;
  return settings ? <Reasons hpa={hpa} settings={settings} /> : null;
}

function Reasons({ hpa, settings }: { hpa: HorizontalPodAutoscaler; settings: AutoscalerSettings }) {
  const t = useT();
  const points = useSyncs(hpa);
  const pods = useCluster((state) => state.pods);
  const startTime = useCluster((state) => state.session?.startTime);
  const last = points.at(-1);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the pods of the target change with the mirror's
  const why = useMemo(() => {
    const chosen = podsOfTarget(hpa);
    const startMs = Date.parse(startTime ?? '') || 0;
    const current = last?.current ?? hpa.status?.currentReplicas ?? 0;
    const at = { atMs: last?.atMs ?? 0, startMs };
    const count = (row: MetricRow): CountedPods => countPods(chosen, row.name === 'cpu', current, at, settings);
    return whyOf(hpa, points, count, settings);
  }, [hpa, points, pods, startTime, settings]);
  if (!last && why.failure === undefined) return <p className="note">{t('autoscaling:notLookedYet')}</p>;
  return (
    <div className="hpa-why">
      {last ? (
        <p className="muted small">{t('autoscaling:syncAt', { time: printClock(last.atMs).replace(/\.\d+$/, '') })}</p>
      ) : null}
      <ol>
        {whyLines(why, tolerancesOf(hpa, settings), t).map((line) => (
          <li key={line.id} className={line.tone ?? ''}>
            {line.text}
            {line.formula ? <code className="mono">{line.formula}</code> : null}
          </li>
        ))}
      </ol>
    </div>
  );
}
