import { useEffect, useRef } from 'react';
import { Button } from '../../components/index.ts';
import { useT } from '../../i18n/index.ts';
import { sendCommand } from '../../store/actions.ts';
import { useOutput } from '../../store/output.ts';

const DRAIN = /^kubectl drain (\S+)/;

/** Each command given in this window as the kubectl line that does the same, with what it printed. */
export function OutputTab() {
  const t = useT();
  const entries = useOutput((state) => state.entries);
  const end = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new output scrolls into view
  useEffect(() => {
    // Newer browsers return a promise from this, which React would take for the effect's end.
    end.current?.scrollIntoView({ block: 'end' });
  }, [entries]);
  if (entries.length === 0) return <p className="empty">{t('panels:outputNone')}</p>;
  return (
    <div className="output mono" role="log" tabIndex={0} aria-label={t('panels:output')}>
      {entries.map((entry) => {
        const drained = entry.exitCode === null ? DRAIN.exec(entry.line)?.[1] : undefined;
        return (
          <div key={entry.commandId} className="output-entry">
            {entry.line ? (
              <div className="output-line">
                <span className="prompt">$</span> {entry.line}
              </div>
            ) : null}
            {entry.output.map((line, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: output lines never move
              <div key={index} className={line.stream}>
                {line.text}
              </div>
            ))}
            {entry.exitCode === null ? (
              <div className="output-state">
                {t('panels:outputRunning')}
                {drained ? (
                  <Button tone="quiet" onClick={() => void sendCommand({ type: 'cancelDrain', node: drained })}>
                    {t('panels:outputStop')}
                  </Button>
                ) : null}
              </div>
            ) : entry.exitCode !== 0 ? (
              <div className="output-state bad">{t('panels:outputExit', { code: entry.exitCode })}</div>
            ) : null}
          </div>
        );
      })}
      <div ref={end} />
    </div>
  );
}
