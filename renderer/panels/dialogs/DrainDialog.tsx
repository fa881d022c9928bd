import { useEffect, useState } from 'react';
import type { CommandPreview, DrainOptions, DrainPreview } from '#shared/protocol/index.ts';
import { Button, CheckField, Dialog, TextField } from '../../components/index.ts';
import { nextPlace } from '../../explain/advice.ts';
import { useT } from '../../i18n/index.ts';
import { ask } from '../../store/actions.ts';
import { useCluster } from '../../store/cluster.ts';
import { closeDialog, openDock } from '../../store/view.ts';
import { SuggestionLine } from '../inspector/Advice.tsx';
import { useCommandPreview } from '../useAdvice.ts';
import { Refusal, useSubmit } from './useSubmit.tsx';

function useDrainPreview(node: string, options: DrainOptions): { preview: DrainPreview | null; failure: string | null } {
  const revision = useCluster((state) => state.revision);
  const [answer, setAnswer] = useState<{ preview: DrainPreview | null; failure: string | null }>({
    preview: null,
    failure: null,
  });
  const wanted = JSON.stringify(options);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new revision makes the preview out of date
  useEffect(() => {
    let current = true;
    void ask({ type: 'drainPreview', node, options: JSON.parse(wanted) as DrainOptions }).then((result) => {
      if (!current) return;
      setAnswer(result.ok ? { preview: result.value, failure: null } : { preview: null, failure: result.error.message });
    });
    return () => {
      current = false;
    };
  }, [node, wanted, revision]);
  return answer;
}

function PreviewLists({ preview, forecast }: { preview: DrainPreview; forecast: CommandPreview | null }) {
  const t = useT();
  const next = new Map(forecast?.leave.map((left) => [left.pod, left]));
  const blocked = preview.evict.some((pod) => pod.blocked);
  return (
    <div className="drain-preview">
      {preview.errors.length > 0 ? (
        <section className="notice bad">
          <h3 className="section-title">{t('dialogs:drainRefused')}</h3>
          <ul className="mono plain-list">
            {preview.errors.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
      ) : null}
      <section>
        <h3 className="section-title">
          {preview.evict.length === 0 ? t('dialogs:drainNothing') : t('dialogs:drainEvicts', { count: preview.evict.length })}
        </h3>
        <ul className="plain-list scroll">
          {preview.evict.map((pod) => (
            <li key={pod.pod} className={pod.blocked ? 'blocked' : ''}>
              <span className="mono">{pod.pod}</span>
              {pod.budget ? (
                <span className={pod.blocked ? 'bad-text' : 'muted'}>
                  {t(pod.blocked ? 'dialogs:drainBlocked' : 'dialogs:drainBudget', {
                    budget: pod.budget,
                    allowed: pod.allowed ?? 0,
                  })}
                </span>
              ) : null}
              <NextPlace left={next.get(pod.pod)} />
            </li>
          ))}
        </ul>
        {blocked ? <p className="note">{t('dialogs:drainRetries')}</p> : null}
        {forecast && forecast.remedies.length > 0 ? (
          <>
            <h3 className="section-title">{t('advice:waysAround')}</h3>
            <ul className="advice-list">
              {forecast.remedies.map((remedy) => (
                <SuggestionLine key={`${remedy.kind}|${JSON.stringify(remedy.values)}`} suggestion={remedy} />
              ))}
            </ul>
          </>
        ) : null}
      </section>
      {preview.skipped.length > 0 ? (
        <section>
          <h3 className="section-title">{t('dialogs:drainSkips', { count: preview.skipped.length })}</h3>
          <ul className="plain-list">
            {preview.skipped.map((pod) => (
              <li key={pod.pod}>
                <span className="mono">{pod.pod}</span> <span className="muted">{pod.reason}</span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {preview.warnings.length > 0 ? (
        <section className="notice">
          <h3 className="section-title">{t('dialogs:drainWarnings')}</h3>
          <ul className="mono plain-list">
            {preview.warnings.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
      ) : null}
    </div>
  );
}

/** Where a pod that is evicted would go; nothing while a budget keeps it. */
function NextPlace({ left }: { left: CommandPreview['leave'][number] | undefined }) {
  const t = useT();
  if (left === undefined || left.blocked) return null;
  const text = nextPlace(t, left);
  return (
    <span className={`next-place ${left.to === undefined ? 'bad-text' : ''}`} title={text}>
      {text}
    </span>
  );
}

/** Drain with its flags and a preview of what would move, stay, or be in the way; the preview follows the cluster. */
export function DrainDialog({ node }: { node: string }) {
  const t = useT();
  const [flags, setFlags] = useState({ ignoreDaemonSets: true, deleteEmptyDirData: false, force: false, disableEviction: false });
  const [grace, setGrace] = useState('');
  const [timeout, setTimeoutText] = useState('');
  const options: DrainOptions = {
    ...flags,
    ...(/^-?\d+$/.test(grace.trim()) ? { gracePeriodSeconds: Number(grace) } : {}),
    ...(/^\d+(\.\d+)?$/.test(timeout.trim()) ? { timeoutSeconds: Number(timeout) } : {}),
  };
  const { preview, failure } = useDrainPreview(node, options);
  const forecast = useCommandPreview({ type: 'drain', node, options });
  const { error, busy, submit } = useSubmit();
  const flag = (name: keyof typeof flags) => (checked: boolean) => setFlags((before) => ({ ...before, [name]: checked }));
  return (
    <Dialog
      title={t('dialogs:drainTitle', { node })}
      description={t('dialogs:drainLead')}
      width={600}
      onClose={closeDialog}
      footer={
        <>
          <Button onClick={closeDialog}>{t('dialogs:cancel')}</Button>
          <Button
            tone="primary"
            disabled={busy}
            onClick={() => submit({ type: 'drain', node, options }, () => openDock('output'))}
          >
            {t('dialogs:drainStart')}
          </Button>
        </>
      }
    >
      {preview ? <PreviewLists preview={preview} forecast={forecast} /> : null}
      <Refusal error={error ?? failure} />
      <div className="drain-flags">
        <CheckField
          label={t('dialogs:drainIgnoreDaemonSets')}
          checked={flags.ignoreDaemonSets}
          onChecked={flag('ignoreDaemonSets')}
        />
        <CheckField
          label={t('dialogs:drainEmptyDir')}
          checked={flags.deleteEmptyDirData}
          onChecked={flag('deleteEmptyDirData')}
        />
        <CheckField label={t('dialogs:drainForce')} checked={flags.force} onChecked={flag('force')} />
        <CheckField
          label={t('dialogs:drainDisableEviction')}
          checked={flags.disableEviction}
          onChecked={flag('disableEviction')}
        />
        <div className="form-grid">
          <TextField label={t('dialogs:drainGrace')} mono inputMode="numeric" value={grace} onText={setGrace} placeholder="-1" />
          <TextField
            label={t('dialogs:drainTimeout')}
            mono
            inputMode="numeric"
            value={timeout}
            onText={setTimeoutText}
            placeholder="0"
          />
        </div>
      </div>
    </Dialog>
  );
}
