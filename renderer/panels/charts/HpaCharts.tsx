import { useMemo } from 'react';
import type { HorizontalPodAutoscaler } from '#shared/kube/types.ts';
import type { AutoscalerHistoryView } from '#shared/protocol/index.ts';
import { type Translate, useT } from '../../i18n/index.ts';
import { type MetricRow, metricRows, metricText } from '../model/autoscaling.ts';
import { Chart } from './Chart.tsx';
import type { ChartData } from './series.ts';

type Points = AutoscalerHistoryView['points'];

function replicaData(points: Points, hpa: HorizontalPodAutoscaler, t: Translate): ChartData {
  const { minReplicas: min = 1, maxReplicas: max } = hpa.spec;
  return {
    times: points.map(({ atMs }) => atMs),
    series: [
      {
        id: 'current',
        label: t('autoscaling:current'),
        values: points.map(({ current }) => current),
        color: '--ac',
        step: true,
        fill: true,
      },
      { id: 'desired', label: t('autoscaling:desired'), values: points.map(({ desired }) => desired), color: '--ok', step: true },
      { id: 'max', label: t('autoscaling:max'), values: points.map(() => max), color: '--bad', dash: [2, 3] },
      { id: 'min', label: t('autoscaling:min'), values: points.map(() => min), color: '--warn', dash: [6, 4] },
    ],
  };
}

function metricData(points: Points, index: number, t: Translate): ChartData {
  return {
    times: points.map(({ atMs }) => atMs),
    series: [
      {
        id: 'value',
        label: t('autoscaling:value'),
        values: points.map(({ metrics }) => metrics[index]?.value ?? null),
        color: '--ac',
        fill: true,
      },
      {
        id: 'target',
        label: t('autoscaling:target'),
        values: points.map(({ metrics }) => metrics[index]?.target ?? null),
        color: '--warn',
        dash: [6, 4],
        step: true,
      },
    ],
  };
}

function MetricChart({ points, row, index, height }: { points: Points; row: MetricRow; index: number; height: number }) {
  const t = useT();
  const data = useMemo(() => metricData(points, index, t), [points, index, t]);
  const format = (amount: number): string => metricText(row.unit, amount);
  const summary =
    row.value === undefined
      ? t('autoscaling:metricUnknown', { name: row.name })
      : t('autoscaling:metricSummary', { name: row.name, value: format(row.value), target: format(row.target) });
  return (
    <Chart
      title={row.name}
      data={data}
      format={format}
      summary={summary}
      marks={row.unit === 'percent' ? 'whole' : 'round'}
      height={height}
    />
  );
}

/** Sizes of an autoscaler's target, and each of its metrics against its target, at every sync. */
export function HpaCharts({ hpa, points, height = 112 }: { hpa: HorizontalPodAutoscaler; points: Points; height?: number }) {
  const t = useT();
  const data = useMemo(() => replicaData(points, hpa, t), [points, hpa, t]);
  const last = points.at(-1);
  const { minReplicas: min = 1, maxReplicas: max } = hpa.spec;
  const summary = last
    ? t('autoscaling:replicaSummary', { current: last.current, desired: last.desired, min, max })
    : t('autoscaling:notMeasured');
  return (
    <div className="charts">
      <Chart title={t('autoscaling:replicas')} data={data} format={String} summary={summary} marks="whole" height={height} />
      {metricRows(hpa).map((row, index) => (
        <MetricChart key={row.id} points={points} row={row} index={index} height={height} />
      ))}
    </div>
  );
}
