import { lazy, Suspense } from 'react';
import { useT } from '../../i18n/index.ts';
import type { ChartData, ChartSeries, Marks } from './series.ts';

/** The drawing library is read when the first chart is looked at. */
const Plot = lazy(async () => ({ default: (await import('./Plot.tsx')).Plot }));

function Key({ series }: { series: ChartSeries }) {
  return (
    <span className="chart-key">
      <svg width="18" height="8" aria-hidden>
        <line
          x1="0"
          y1="4"
          x2="18"
          y2="4"
          strokeWidth="2"
          style={{ stroke: `var(${series.color})` }}
          {...(series.dash ? { strokeDasharray: series.dash.join(' ') } : {})}
        />
      </svg>
      {series.label}
    </span>
  );
}

/** Lines over virtual time with a title, a key and, for those who do not see it, the same in words. */
export function Chart({
  title,
  data,
  format,
  summary,
  marks = 'round',
  height = 132,
}: {
  title: string;
  data: ChartData;
  format: (value: number) => string;
  summary: string;
  marks?: Marks;
  height?: number;
}) {
  const t = useT();
  return (
    <figure className="chart" role="img" aria-label={summary}>
      <figcaption>
        <b>{title}</b>
        <span className="chart-keys">
          {data.series.map((series) => (
            <Key key={series.id} series={series} />
          ))}
        </span>
      </figcaption>
      {data.times.length === 0 ? (
        <p className="chart-none muted" style={{ height }}>
          {t('autoscaling:notMeasured')}
        </p>
      ) : (
        <Suspense fallback={<div style={{ height }} />}>
          <Plot data={data} format={format} marks={marks} height={height} />
        </Suspense>
      )}
    </figure>
  );
}
