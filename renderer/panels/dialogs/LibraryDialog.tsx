import { useEffect, useState } from 'react';
import type { LibraryEntry } from '#shared/protocol/index.ts';
import { Dialog } from '../../components/index.ts';
import { type MessageKey, useT } from '../../i18n/index.ts';
import { ask, sendControl } from '../../store/actions.ts';
import { closeDialog } from '../../store/view.ts';

const TOPICS: readonly { id: string; label: MessageKey }[] = [
  { id: 'scheduling', label: 'dialogs:topicScheduling' },
  { id: 'disruption', label: 'dialogs:topicDisruption' },
  { id: 'workloads', label: 'dialogs:topicWorkloads' },
  { id: 'pods', label: 'dialogs:topicPods' },
  { id: 'autoscaling', label: 'dialogs:topicAutoscaling' },
  { id: 'admission', label: 'dialogs:topicAdmission' },
  { id: 'nodes', label: 'dialogs:topicNodes' },
  { id: 'storage', label: 'dialogs:topicStorage' },
  { id: '', label: 'dialogs:topicOther' },
];

/** Topic of an entry as the list knows it; '' for one without, or with a topic of a newer host. */
function topicOf(entry: LibraryEntry): string {
  return TOPICS.some(({ id }) => id === entry.topic) ? (entry.topic ?? '') : '';
}

function LibraryGroup({ title, entries }: { title: string; entries: readonly LibraryEntry[] }) {
  if (entries.length === 0) return null;
  return (
    <section className="library-group">
      <h3 className="section-title">{title}</h3>
      <ul className="library">
        {entries.map((entry) => (
          <li key={entry.id}>
            <button
              type="button"
              className="library-card"
              data-scenario={entry.id}
              onClick={() => {
                closeDialog();
                void sendControl({ type: 'openLibrary', id: entry.id });
              }}
            >
              <b>{entry.title}</b>
              <span className="muted">{entry.description}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The scenarios that come with the program, by topic, and the files opened lately. */
export function LibraryDialog() {
  const t = useT();
  const [entries, setEntries] = useState<readonly LibraryEntry[]>([]);
  const [recent, setRecent] = useState<readonly string[]>([]);
  const [text, setText] = useState('');
  useEffect(() => {
    void ask({ type: 'library' }).then((answer) => answer.ok && setEntries(answer.value.entries));
    void ask({ type: 'recent' }).then((answer) => answer.ok && setRecent(answer.value.paths));
  }, []);
  const wanted = text.trim().toLowerCase();
  const shown = entries.filter((entry) => `${entry.title} ${entry.description}`.toLowerCase().includes(wanted));
  return (
    <Dialog title={t('dialogs:libraryTitle')} description={t('dialogs:libraryLead')} width={760} onClose={closeDialog}>
      <input
        className="input"
        type="search"
        autoFocus
        placeholder={t('dialogs:librarySearch')}
        aria-label={t('dialogs:librarySearch')}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {shown.length === 0 && entries.length > 0 ? <p className="empty">{t('dialogs:libraryNone')}</p> : null}
      {TOPICS.map(({ id, label }) => (
        <LibraryGroup key={id} title={t(label)} entries={shown.filter((entry) => topicOf(entry) === id)} />
      ))}
      {recent.length > 0 ? (
        <section>
          <h3 className="section-title">{t('dialogs:recent')}</h3>
          <ul className="plain-list">
            {recent.map((path) => (
              <li key={path}>
                <button
                  type="button"
                  className="link mono"
                  onClick={() => {
                    closeDialog();
                    void sendControl({ type: 'openFile', path });
                  }}
                >
                  {path}
                </button>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </Dialog>
  );
}
