import { useEffect, useState } from 'react';
import type { Problem, QueryReply } from '#shared/protocol/index.ts';
import { Button, Dialog } from '../../components/index.ts';
import { useT } from '../../i18n/index.ts';
import { ask, sendControl } from '../../store/actions.ts';
import { useCluster } from '../../store/cluster.ts';
import { saveFile } from '../../store/files.ts';
import { closeDialog } from '../../store/view.ts';

function problemText(problem: Problem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const path = problem.path ? `${problem.path}: ` : '';
  return `${place}${place ? ': ' : ''}${path}${problem.message}${problem.hint ? ` (${problem.hint})` : ''}`;
}

/** All problems of a file at once: where, what, and what was expected. */
export function ProblemsDialog({ title, problems }: { title: string; problems: readonly Problem[] }) {
  const t = useT();
  return (
    <Dialog
      title={title}
      description={t('dialogs:problemsLead')}
      width={680}
      onClose={closeDialog}
      footer={
        <>
          <Button onClick={() => void navigator.clipboard?.writeText(problems.map(problemText).join('\n'))}>
            {t('dialogs:problemsCopy')}
          </Button>
          <Button tone="primary" onClick={closeDialog}>
            {t('dialogs:close')}
          </Button>
        </>
      }
    >
      <ul className="problems">
        {problems.map((problem) => (
          <li key={problemText(problem)} className={problem.severity}>
            <div className="problem-where mono">
              {problem.file ? <span>{problem.file}</span> : null}
              {problem.line ? (
                <span>{t('dialogs:problemWhere', { line: problem.line, column: problem.column ?? 1 })}</span>
              ) : null}
              {problem.object ? <span>{problem.object}</span> : null}
              {problem.path ? <b>{problem.path}</b> : null}
            </div>
            <div>{problem.message}</div>
            {problem.hint ? <div className="muted">{problem.hint}</div> : null}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

/** Asks before unsaved work is left behind. */
export function UnsavedDialog({ proceed }: { proceed: () => void }) {
  const t = useT();
  const leave = (): void => {
    closeDialog();
    proceed();
  };
  return (
    <Dialog
      title={t('dialogs:unsavedTitle')}
      description={t('dialogs:unsavedLead')}
      onClose={closeDialog}
      footer={
        <>
          <Button onClick={closeDialog}>{t('dialogs:cancel')}</Button>
          <Button onClick={leave}>{t('dialogs:unsavedDiscard')}</Button>
          <Button tone="primary" onClick={() => void saveFile('save').then((saved) => (saved ? leave() : undefined))}>
            {t('dialogs:unsavedSave')}
          </Button>
        </>
      }
    >
      {null}
    </Dialog>
  );
}

/** Offers the autosaved session of a run that ended badly. */
export function RestoreDialog() {
  const t = useT();
  const autosave = useCluster((state) => state.session?.autosave);
  if (!autosave) return null;
  const answer = (type: 'restoreAutosave' | 'discardAutosave') => () => {
    closeDialog();
    void sendControl({ type });
  };
  return (
    <Dialog
      title={t('dialogs:restoreTitle')}
      description={t('dialogs:restoreLead', {
        title: autosave.title,
        count: autosave.commands,
        time: new Date(autosave.savedAt).toLocaleString(),
      })}
      onClose={closeDialog}
      footer={
        <>
          <Button onClick={answer('discardAutosave')}>{t('dialogs:restoreDiscard')}</Button>
          <Button tone="primary" onClick={answer('restoreAutosave')}>
            {t('dialogs:restoreStart')}
          </Button>
        </>
      }
    >
      {null}
    </Dialog>
  );
}

/** Version and what it is held against. */
export function AboutDialog() {
  const t = useT();
  const [about, setAbout] = useState<QueryReply<'about'> | null>(null);
  useEffect(() => {
    void ask({ type: 'about' }).then((answer) => answer.ok && setAbout(answer.value));
  }, []);
  return (
    <Dialog
      title={t('dialogs:aboutTitle')}
      width={420}
      onClose={closeDialog}
      footer={
        <Button tone="primary" onClick={closeDialog}>
          {t('dialogs:close')}
        </Button>
      }
    >
      {about ? (
        <>
          <p>{t('dialogs:aboutLead', { kubernetes: about.kubernetes })}</p>
          <p className="muted">
            {t('dialogs:aboutVersion', { version: about.version, protocol: about.protocol, host: about.host })}
          </p>
        </>
      ) : null}
    </Dialog>
  );
}
