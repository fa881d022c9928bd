import { Pause, Play, Plus, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import {
  type NamedScheduler,
  type SchedulerConfiguration,
  schedulerNameOf,
  validateConfiguration,
} from '#shared/kube/schedulerConfig/index.ts';
import type { Problem, SchedulerView } from '#shared/protocol/index.ts';
import { parseSchedulers, printSchedulers } from '#shared/scenario/index.ts';
import { Button, Dialog, IconButton, SelectField, Tabs, TextField } from '../../components/index.ts';
import { type Translate, useT } from '../../i18n/index.ts';
import { ask, sendCommand } from '../../store/actions.ts';
import { useCluster } from '../../store/cluster.ts';
import { showToast } from '../../store/toasts.ts';
import { closeDialog, openDialog } from '../../store/view.ts';
import { type Preset, plainConfiguration, presetConfiguration, presets } from '../model/schedulerForm.ts';
import { ProblemLines, YamlEditor } from '../yaml/YamlEditor.tsx';
import { SchedulerForm } from './SchedulerForm.tsx';
import { Refusal } from './useSubmit.tsx';

/** The schedulers, asked again whenever their list in the control plane changes. */
export function useSchedulers(): readonly SchedulerView[] {
  const stamp = useCluster((state) =>
    state.components.map(({ name, running, profiles }) => (profiles ? `${name} ${running} ${profiles.join(' ')}` : '')).join('|'),
  );
  const epoch = useCluster((state) => state.epoch);
  const [schedulers, setSchedulers] = useState<readonly SchedulerView[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: stamp and epoch say when the answer is out of date
  useEffect(() => {
    let current = true;
    void ask({ type: 'schedulers' }).then((answer) => {
      if (current && answer.ok) setSchedulers(answer.value.schedulers);
    });
    return () => {
      current = false;
    };
  }, [stamp, epoch]);
  return schedulers;
}

/** What is being edited: the text, the configuration it last was, and what is wrong with it. */
interface Draft {
  name: string;
  isNew: boolean;
  configuration: SchedulerConfiguration;
  text: string;
  problems: readonly Problem[];
}

/** The text of one configuration by itself; its name stands beside it, not in it. */
function textOf(configuration: SchedulerConfiguration): string {
  return printSchedulers([{ name: schedulerNameOf(configuration, true), configuration }]);
}

function draftOf(name: string, configuration: SchedulerConfiguration, isNew: boolean): Draft {
  const problems = validateConfiguration(configuration).map(
    ({ field, message }): Problem => ({ severity: 'error', path: field, message }),
  );
  return { name, isNew, configuration, text: textOf(configuration), problems };
}

function readText(draft: Draft, text: string, t: Translate): Draft {
  const read = parseSchedulers(text, draft.name);
  if (!read.ok) return { ...draft, text, problems: read.error };
  const [only] = read.value;
  if (only === undefined || read.value.length > 1) {
    return { ...draft, text, problems: [{ severity: 'error', message: t('schedulers:yamlOne', { count: read.value.length }) }] };
  }
  return { ...draft, text, configuration: only.configuration, problems: [] };
}

function SchedulerList({
  schedulers,
  draft,
  choose,
  add,
}: {
  schedulers: readonly SchedulerView[];
  draft: Draft | null;
  choose: (scheduler: SchedulerView) => void;
  add: () => void;
}) {
  const t = useT();
  return (
    <nav className="scheduler-list" aria-label={t('schedulers:list')}>
      <ul>
        {schedulers.map((scheduler) => {
          const { name, running, profiles } = scheduler;
          return (
            <li key={name} className={!draft?.isNew && draft?.name === name ? 'chosen' : ''}>
              <button type="button" className="scheduler-name" onClick={() => choose(scheduler)}>
                <span className={`led ${running ? 'ready' : 'notReady'}`} />
                <span>
                  <b className="mono">{name}</b>
                  <span className="muted">
                    {running ? t('schedulers:serves', { names: profiles.join(', ') }) : t('schedulers:stopped')}
                  </span>
                </span>
              </button>
              <IconButton
                label={t(running ? 'schedulers:stop' : 'schedulers:start', { name })}
                onClick={() => void sendCommand({ type: running ? 'stopComponent' : 'startComponent', component: name })}
              >
                {running ? <Pause size={14} /> : <Play size={14} />}
              </IconButton>
              {name === 'kube-scheduler' ? null : (
                <IconButton
                  label={t('schedulers:remove', { name })}
                  onClick={() => void sendCommand({ type: 'removeScheduler', name })}
                >
                  <Trash2 size={14} />
                </IconButton>
              )}
            </li>
          );
        })}
      </ul>
      <Button tone="quiet" icon={<Plus size={14} />} onClick={add}>
        {t('schedulers:add')}
      </Button>
    </nav>
  );
}

function Editor({ draft, setDraft, save }: { draft: Draft; setDraft: (draft: Draft) => void; save: () => void }) {
  const t = useT();
  const [tab, setTab] = useState<'form' | 'yaml'>('form');
  const broken = draft.problems.some((problem) => problem.line !== undefined);
  const put = (configuration: SchedulerConfiguration): void => setDraft(draftOf(draft.name, configuration, draft.isNew));
  return (
    <Tabs
      label={t('schedulers:title')}
      value={tab}
      onChange={setTab}
      trailing={
        <SelectField
          label={t('schedulers:preset')}
          value=""
          options={[
            { value: '', label: t('schedulers:presetChoose') },
            ...presets.map((preset) => ({ value: preset, label: t(`schedulers:preset_${preset}`) })),
          ]}
          onValue={(preset) => (preset === '' ? undefined : put(presetConfiguration(preset as Preset, draft.configuration)))}
        />
      }
      tabs={[
        {
          id: 'form',
          label: t('schedulers:form'),
          body: broken ? (
            <p className="notice">{t('schedulers:yamlBroken')}</p>
          ) : (
            <SchedulerForm configuration={draft.configuration} onConfiguration={put} />
          ),
        },
        {
          id: 'yaml',
          label: t('schedulers:yaml'),
          body: (
            <YamlEditor
              label={t('schedulers:yamlLabel', { name: draft.name })}
              initial={draft.text}
              check={(text) => readText(draft, text, t).problems}
              onText={(text) => setDraft(readText(draft, text, t))}
              onSave={save}
            />
          ),
        },
      ]}
    />
  );
}

function freeName(schedulers: readonly SchedulerView[]): string {
  const taken = new Set(schedulers.flatMap(({ name, profiles }) => [name, ...profiles]));
  let name = 'my-scheduler';
  for (let i = 2; taken.has(name); i++) name = `my-scheduler-${i}`;
  return name;
}

/** Every scheduler of the cluster: added, stopped, removed; its configuration as a form and as YAML, applied as one command. */
export function SchedulerDialog({ name }: { name?: string }) {
  const t = useT();
  const schedulers = useSchedulers();
  const [draft, setDraft] = useState<Draft | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const stored = schedulers.find((scheduler) => !draft?.isNew && scheduler.name === draft?.name);
  const choose = ({ name: chosen, configuration }: NamedScheduler): void => {
    setRefusal(null);
    setDraft(draftOf(chosen, configuration, false));
  };
  // Shows the asked-for scheduler first, and another one when the shown one is gone.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new list of schedulers matters
  useEffect(() => {
    if (draft?.isNew || stored) return;
    const first = schedulers.find((scheduler) => scheduler.name === name) ?? schedulers[0];
    if (first) choose(first);
  }, [schedulers]);
  const changed = draft !== null && (draft.isNew || (stored !== undefined && draft.text !== textOf(stored.configuration)));
  const apply = (): void => {
    if (!draft || draft.problems.length > 0) return;
    const { isNew, configuration } = draft;
    void sendCommand(
      { type: isNew ? 'addScheduler' : 'configureScheduler', name: draft.name, configuration: { ...configuration } },
      { quiet: true },
    ).then((answer) => {
      if (!answer.ok) {
        const causes = (answer.error.causes ?? []).map((cause) => `${cause.field ?? ''}: ${cause.message ?? ''}`);
        return setRefusal(causes.length > 0 ? causes.join('\n') : answer.error.message);
      }
      setRefusal(null);
      showToast({ tone: 'info', title: t(isNew ? 'schedulers:added' : 'schedulers:applied', { name: draft.name }) });
      closeDialog();
    });
  };
  return (
    <Dialog
      title={t('schedulers:title')}
      description={t('schedulers:lead')}
      width={900}
      onClose={closeDialog}
      footer={
        <>
          <Button
            disabled={!draft || draft.problems.length > 0}
            onClick={() =>
              openDialog({
                type: 'compare',
                ...(draft && changed ? { edited: { name: draft.name, configuration: draft.configuration } } : {}),
              })
            }
          >
            {t('schedulers:compare')}
          </Button>
          <span className="foot-gap" />
          <Button disabled={!changed || !stored} onClick={() => stored && choose(stored)}>
            {t('schedulers:revert')}
          </Button>
          <Button tone="primary" disabled={!changed || (draft?.problems.length ?? 0) > 0} onClick={apply}>
            {t(draft?.isNew ? 'schedulers:create' : 'schedulers:apply')}
          </Button>
        </>
      }
    >
      <div className="scheduler-dialog">
        <SchedulerList
          schedulers={schedulers}
          draft={draft}
          choose={choose}
          add={() => {
            const free = freeName(schedulers);
            setRefusal(null);
            setDraft(draftOf(free, plainConfiguration(free), true));
          }}
        />
        {draft ? (
          <div className="scheduler-body">
            {draft.isNew ? (
              <TextField
                label={t('schedulers:newName')}
                hint={t('schedulers:newNameHint')}
                mono
                value={draft.name}
                onText={(text) => setDraft({ ...draft, name: text.trim() })}
              />
            ) : null}
            <Editor
              key={draft.isNew ? ' new' : `${draft.name} ${stored ? textOf(stored.configuration) : ''}`}
              draft={draft}
              setDraft={setDraft}
              save={apply}
            />
            <ProblemLines problems={draft.problems} />
            <Refusal error={refusal} />
          </div>
        ) : null}
      </div>
    </Dialog>
  );
}
