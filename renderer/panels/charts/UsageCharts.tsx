import { useMemo } from 'react';
import type { ObjectKey } from '#shared/kube/types.ts';
import { bytesText, cpuText } from '../../graph/units.ts';
import { type Translate, useT } from '../../i18n/index.ts';
import { type UsagePoint, useUsageSeries } from '../../store/metrics.ts';
import { Chart } from './Chart.tsx';
import type { ChartData, ChartSeries } from './series.ts';

type Resource = 'cpu' | 'memory';

function dataOf(points: readonly UsagePoint[], resource: Resource, node: boolean, t: Translate): ChartData {
  const cpu = resource === 'cpu';
  const limits = points.map((point) => (cpu ? point.cpuLimit : point.memoryLimit) ?? null);
  const series: ChartSeries[] = [
    {
      id: 'used',
      label: t('autoscaling:used'),
      values: points.map((point) => (cpu ? point.cpuMilli : point.memoryBytes)),
      color: '--ac',
      fill: true,
    },
    {
      id: 'requested',
      label: t(node ? 'autoscaling:allocatable' : 'autoscaling:requested'),
      values: points.map((point) => (cpu ? point.cpuRequest : point.memoryRequest)),
      color: '--ok',
      dash: [6, 4],
      step: true,
    },
  ];
  if (limits.some((limit) => limit !== null)) {
    series.push({ id: 'limit', label: t('autoscaling:limit'), values: limits, color: '--bad', dash: [2, 3], step: true });
  }
  return { times: points.map(({ atMs }) => atMs), series };
}

function UsageChart({ points, resource, node }: { points: readonly UsagePoint[]; resource: Resource; node: boolean }) {
  const t = useT();
  const data = useMemo(() => dataOf(points, resource, node, t), [points, resource, node, t]);
  const cpu = resource === 'cpu';
  const format = cpu ? cpuText : bytesText;
  const last = points.at(-1);
  const [used, asked] = last ? (cpu ? [last.cpuMilli, last.cpuRequest] : [last.memoryBytes, last.memoryRequest]) : [0, 0];
  const title = t(cpu ? 'autoscaling:cpuUse' : 'autoscaling:memoryUse');
  const words = { what: title, used: format(used), asked: format(asked) };
  const summary = last ? t(node ? 'autoscaling:nodeSummary' : 'autoscaling:useSummary', words) : t('autoscaling:notMeasured');
  return <Chart title={title} data={data} format={format} summary={summary} marks={cpu ? 'round' : 'bytes'} height={112} />;
}

/** CPU and memory of a workload (against what its pods ask for and may have) or of a node (against what it can give) over time. */
export function UsageCharts({ id }: { id: ObjectKey }) {
  const points = useUsageSeries(id);
  const node = id.startsWith('Node/');
  return (
    <div className="charts">
      <UsageChart points={points} resource="cpu" node={node} />
      <UsageChart points={points} resource="memory" node={node} />
    </div>
  );
}
