import type { Command } from '#shared/protocol/index.ts';
import { nextPlace } from '../../explain/advice.ts';
import { useT } from '../../i18n/index.ts';
import { useCommandPreview } from '../useAdvice.ts';

/** Who would leave because of a taint, when, and to where. */
export function TaintPreview({ command }: { command: Extract<Command, { type: 'taint' }> | null }) {
  const t = useT();
  const preview = useCommandPreview(command);
  if (preview === null) return null;
  const lost = preview.pending.filter(({ before, to }) => before !== undefined && to === undefined);
  return (
    <div className="drain-preview">
      <section>
        <h3 className="section-title">
          {preview.leave.length === 0 ? t('advice:nobodyLeaves') : t('advice:leavers', { count: preview.leave.length })}
        </h3>
        <ul className="plain-list scroll">
          {preview.leave.map((left) => (
            <li key={left.pod}>
              <span className="mono">{left.pod}</span>
              <span className="muted">
                {left.afterSeconds > 0 ? t('advice:inSeconds', { seconds: left.afterSeconds }) : t('advice:atOnce')}
              </span>
              <span className={`next-place ${left.to === undefined ? 'bad-text' : ''}`}>{nextPlace(t, left)}</span>
            </li>
          ))}
        </ul>
      </section>
      {preview.stay.length > 0 ? (
        <p className="note" title={preview.stay.map(({ pod }) => pod).join(', ')}>
          {t('advice:stayers', { count: preview.stay.length })}
        </p>
      ) : null}
      {lost.length > 0 ? (
        <p className="note" title={lost.map(({ pod }) => pod).join(', ')}>
          {t('advice:waitersLose', { count: lost.length })}
        </p>
      ) : null}
    </div>
  );
}
