import { useEffect, useState } from 'react';
import type { DrainOptions, DrainPreview } from '#shared/protocol/index.ts';
import { Button, CheckField, Dialog, TextField } from '../../components/index.ts';
import { useT } from '../../i18n/index.ts';
import { ask } from '../../store/actions.ts';
import { useCluster } from '../../store/cluster.ts';
import { closeDialog, openDock } from '../../store/view.ts';
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

function PreviewLists({ preview }: { preview: DrainPreview }) {
  const t = useT();
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
            </li>
          ))}
        </ul>
        {blocked ? <p className="note">{t('dialogs:drainRetries')}</p> : null}
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
      {preview ? <PreviewLists preview={preview} /> : null}
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
