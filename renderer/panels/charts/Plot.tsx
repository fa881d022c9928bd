import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import UPlot from 'uplot';
import { printClock } from '../time.ts';
import { type ChartData, type Marks, markSteps, timeRange, topOf } from './series.ts';

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}

function useDrawnTheme(): string {
  return useSyncExternalStore(watchTheme, () => document.documentElement.dataset.theme ?? '');
}

/** `mm:ss` of a virtual second. */
function clock(second: number): string {
  return printClock(second * 1000).replace(/\.\d+$/, '');
}

interface Pointed {
  readonly index: number;
  readonly left: number;
  readonly flip: boolean;
}

interface Options {
  data: ChartData;
  format: (value: number) => string;
  marks: Marks;
  width: number;
  height: number;
  point: (pointed: Pointed | null) => void;
}

function optionsOf({ data, format, marks, width, height, point }: Options): UPlot.Options {
  const incrs = markSteps(marks);
  const font = `11px ${token('--font')}`;
  const line = token('--line');
  const axis = { stroke: token('--tx3'), font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: false, range: (_, least, most) => timeRange(least, most) },
      y: { range: (_, __, most) => [0, topOf(most)] },
    },
    axes: [
      { ...axis, size: 24, space: 60, values: (_, ticks) => ticks.map(clock) },
      {
        ...axis,
        size: 48,
        space: 26,
        ...(incrs ? { incrs } : {}),
        values: (_, ticks) => ticks.map(format),
      },
    ],
    series: [
      {},
      ...data.series.map((series): UPlot.Series => {
        const color = token(series.color);
        return {
          label: series.label,
          stroke: color,
          width: 1.75,
          ...(series.dash ? { dash: [...series.dash] } : {}),
          ...(series.fill ? { fill: `color-mix(in srgb, ${color} 16%, transparent)` } : {}),
          ...(series.step && UPlot.paths.stepped ? { paths: UPlot.paths.stepped({ align: 1 }) } : {}),
          points: { show: data.times.length < 2, size: 5, stroke: color, fill: color },
        };
      }),
    ],
    hooks: {
      setCursor: [
        (plot) => {
          const { idx, left = -1 } = plot.cursor;
          point(
            idx === null || idx === undefined || left < 0 ? null : { index: idx, left, flip: left > plot.over.clientWidth / 2 },
          );
        },
      ],
    },
  };
}

function aligned({ times, series }: ChartData): UPlot.AlignedData {
  return [times.map((ms) => ms / 1000), ...series.map(({ values }) => [...values])];
}

/** The drawing of a chart. It is built anew only when its lines or the theme change; new points and sizes are put into it. */
export function Plot({
  data,
  format,
  marks,
  height,
}: {
  data: ChartData;
  format: (value: number) => string;
  marks: Marks;
  height: number;
}) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const theme = useDrawnTheme();
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const latest = useRef({ data, format });
  latest.current = { data, format };
  const few = data.times.length < 2;
  const lines = data.series.map((series) => `${series.id}|${series.label}|${series.color}`).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: lines, the theme and the number of points decide how it is drawn
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const now = latest.current.data;
    const options = optionsOf({
      data: now,
      format: (value) => latest.current.format(value),
      marks,
      width: Math.max(80, element.clientWidth),
      height,
      point: setPointed,
    });
    const drawn = new UPlot(options, aligned(now), element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => {
      const width = Math.max(80, element.clientWidth);
      if (width !== drawn.width) drawn.setSize({ width, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [lines, theme, marks, height, few]);
  useEffect(() => plot.current?.setData(aligned(data)), [data]);
  const at = pointed ? data.times[pointed.index] : undefined;
  return (
    <div className="plot" ref={host} style={{ height }} aria-hidden>
      {pointed && at !== undefined ? (
        <div className={`plot-tip ${pointed.flip ? 'flip' : ''}`} style={{ left: pointed.left + 48 }}>
          <b className="mono">{clock(at / 1000)}</b>
          {data.series.map((series) => {
            const value = series.values[pointed.index];
            return value === null || value === undefined ? null : (
              <span key={series.id}>
                <i className="swatch" style={{ background: `var(${series.color})` }} />
                {series.label} <b>{format(value)}</b>
              </span>
            );
          })}
        </div>
      ) : null}
    </div>
  );
}
