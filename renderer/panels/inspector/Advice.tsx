import { useEffect, useState } from 'react';
import type { ObjectKey } from '#shared/kube/types.ts';
import type { Suggestion } from '#shared/protocol/index.ts';
import { Button } from '../../components/index.ts';
import { adviceEffect, adviceTitle } from '../../explain/advice.ts';
import { useT } from '../../i18n/index.ts';
import { sendCommand } from '../../store/actions.ts';
import { useView } from '../../store/view.ts';
import { useSuggestions } from '../useAdvice.ts';

function pointAt(node: string | null): void {
  useView.setState({ pointedNode: node });
}

/** One suggestion with the button that carries it out; its node shines on the canvas while it is pointed at. */
export function SuggestionLine({ suggestion }: { suggestion: Suggestion }) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const title = adviceTitle(t, suggestion);
  const node = suggestion.node ?? suggestion.on ?? null;
  return (
    <li onPointerEnter={() => pointAt(node)} onPointerLeave={() => pointAt(null)}>
      <div className="advice-words">
        <b>{title}</b>
        <span className="muted">{adviceEffect(t, suggestion)}</span>
      </div>
      <Button
        disabled={busy}
        aria-label={t('advice:applyWhat', { what: title })}
        onClick={() => {
          setBusy(true);
          pointAt(null);
          void sendCommand(suggestion.command).then(() => setBusy(false));
        }}
      >
        {t('advice:apply')}
      </Button>
    </li>
  );
}

/** What would help a pending pod, smallest change first. */
export function Advice({ podKey }: { podKey: ObjectKey }) {
  const t = useT();
  const suggestions = useSuggestions(podKey);
  // A line that goes away under the pointer is not told that the pointer has left it.
  useEffect(() => () => pointAt(null), []);
  return (
    <section className="advice" aria-label={t('advice:title')}>
      <h3 className="section-title">{t('advice:title')}</h3>
      {suggestions === null ? <p className="note">{t('advice:searching')}</p> : null}
      {suggestions?.length === 0 ? <p className="note">{t('advice:none')}</p> : null}
      {suggestions && suggestions.length > 0 ? (
        <ul className="advice-list" title={t('advice:lead')}>
          {suggestions.map((suggestion) => (
            <SuggestionLine key={`${suggestion.kind}|${JSON.stringify(suggestion.values)}`} suggestion={suggestion} />
          ))}
        </ul>
      ) : null}
    </section>
  );
}
