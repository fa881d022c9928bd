import { useT } from '../../i18n/index.ts';
import { type LoadDraft, shareAt } from '../model/load.ts';

const [WIDTH, HEIGHT] = [300, 56];
const SAMPLES = 120;
/** How far the preview looks ahead, in virtual seconds. */
export const PREVIEW_S = 600;

/** The load of the next ten minutes, in small. */
export function LoadCurve({ draft, nowSeconds, peakText }: { draft: LoadDraft; nowSeconds: number; peakText: string }) {
  const t = useT();
  const x = (index: number): number => (WIDTH * index) / SAMPLES;
  const y = (share: number): number => HEIGHT - 3 - (HEIGHT - 8) * share;
  const points = Array.from({ length: SAMPLES + 1 }, (_, index) => {
    const share = shareAt(draft, nowSeconds + (PREVIEW_S * index) / SAMPLES);
    return `${x(index).toFixed(1)},${y(share).toFixed(1)}`;
  });
  const now = Math.round(shareAt(draft, nowSeconds) * 100);
  const end = Math.round(shareAt(draft, nowSeconds + PREVIEW_S) * 100);
  return (
    <div className="load-curve" role="img" aria-label={t('autoscaling:curveSummary', { now, end, peak: peakText })}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
        <polygon points={`0,${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`} />
        <polyline points={points.join(' ')} />
      </svg>
      <span className="load-peak mono">{peakText}</span>
      <span className="load-now">{t('autoscaling:now')}</span>
      <span className="load-end">{t('autoscaling:inMinutes', { count: PREVIEW_S / 60 })}</span>
    </div>
  );
}
