import { useState } from 'react';
import { MAIN_SCHEDULER, type NamedScheduler } from '#shared/kube/schedulerConfig/index.ts';
import type { Comparison, Problem, SchedulerView, Variant } from '#shared/protocol/index.ts';
import { parseSchedulers, printSchedulers } from '#shared/scenario/index.ts';
import { Button, Dialog, SelectField, TextField } from '../../components/index.ts';
import { type Translate, useT } from '../../i18n/index.ts';
import { ask } from '../../store/actions.ts';
import { sameValue } from '../../store/same.ts';
import { closeDialog } from '../../store/view.ts';
import { type Preset, plainConfiguration, presetConfiguration, presets } from '../model/schedulerForm.ts';
import { ProblemLines, YamlEditor } from '../yaml/YamlEditor.tsx';
import { CompareReport } from './CompareReport.tsx';
import { useSchedulers } from './SchedulerDialog.tsx';
import { Refusal, useSubmit } from './useSubmit.tsx';

type Choice = 'present' | 'edited' | 'yaml' | Preset;

/** The schedulers a choice stands for; a YAML text is read by its own side. */
function schedulersOf(
  choice: Choice,
  present: readonly SchedulerView[],
  edited: NamedScheduler | undefined,
  written: readonly NamedScheduler[],
): NamedScheduler[] {
  const now = present.map(({ name, configuration }) => ({ name, configuration }));
  if (choice === 'present') return now;
  if (choice === 'yaml') return [...written];
  if (choice === 'edited') {
    if (edited === undefined) return now;
    return now.some(({ name }) => name === edited.name)
      ? now.map((one) => (one.name === edited.name ? edited : one))
      : [...now, edited];
  }
  const main = now.find(({ name }) => name === MAIN_SCHEDULER)?.configuration ?? plainConfiguration('default-scheduler');
  return [{ name: MAIN_SCHEDULER, configuration: presetConfiguration(choice, main) }];
}

function labelOf(t: Translate, choice: Choice, edited: NamedScheduler | undefined): string {
  if (choice === 'present') return t('schedulers:present');
  if (choice === 'yaml') return t('schedulers:yaml');
  if (choice === 'edited') return t('schedulers:edited', { name: edited?.name ?? '' });
  return t(`schedulers:preset_${choice}`);
}

/** As messages carry it: plain objects. */
function variantOf(label: string, schedulers: readonly NamedScheduler[]): Variant {
  return { label, schedulers: schedulers.map(({ name, configuration }) => ({ name, configuration: { ...configuration } })) };
}

/** Runs the scenario under two configurations and shows the figures, the machines and the pods that differ. */
export function CompareDialog({ edited }: { edited?: NamedScheduler }) {
  const t = useT();
  const present = useSchedulers();
  const [left, setLeft] = useState<Choice>('present');
  const [right, setRight] = useState<Choice>(edited ? 'edited' : 'packing');
  const [written, setWritten] = useState<{ schedulers: readonly NamedScheduler[]; problems: readonly Problem[] } | null>(null);
  const [answer, setAnswer] = useState<{ comparison: Comparison | null; failure: string | null; busy: boolean }>({
    comparison: null,
    failure: null,
    busy: false,
  });
  const [until, setUntil] = useState('');
  const untilMs = /^\d+(\.\d+)?$/.test(until.trim()) && Number(until) > 0 ? Number(until) * 1000 : undefined;
  const { error, busy, submit } = useSubmit();
  const choices: readonly Choice[] = ['present', ...(edited ? (['edited'] as const) : []), ...presets, 'yaml'];
  const options = choices.map((value) => ({ value, label: labelOf(t, value, edited) }));
  const start = present.filter(({ name }) => name === MAIN_SCHEDULER).map(({ name, configuration }) => ({ name, configuration }));
  const own = written?.schedulers ?? start;
  const usesYaml = left === 'yaml' || right === 'yaml';
  const blocked = usesYaml && (written?.problems.length ?? 0) > 0;
  const read = (text: string): readonly Problem[] => {
    const parsed = parseSchedulers(text, t('schedulers:yaml'));
    setWritten((before) => ({
      schedulers: parsed.ok ? parsed.value : (before?.schedulers ?? start),
      problems: parsed.ok ? [] : parsed.error,
    }));
    return parsed.ok ? [] : parsed.error;
  };
  const run = (): void => {
    if (blocked) return;
    setAnswer((before) => ({ ...before, busy: true, failure: null }));
    const side = (choice: Choice): Variant => variantOf(labelOf(t, choice, edited), schedulersOf(choice, present, edited, own));
    void ask({ type: 'compare', a: side(left), b: side(right), ...(untilMs === undefined ? {} : { untilMs }) }).then((result) => {
      if (result.ok) setAnswer({ comparison: result.value, failure: null, busy: false });
      else if (result.error.code !== 'cancelled') setAnswer({ comparison: null, failure: result.error.message, busy: false });
    });
  };
  const storedOf = (name: string) => present.find((one) => one.name === name)?.configuration;
  const chosen = schedulersOf(right, present, edited, own).filter(
    ({ name, configuration }) => !sameValue(storedOf(name), configuration),
  );
  const use = (): void => {
    const commands = chosen.map(({ name, configuration }) => ({
      type: storedOf(name) ? ('configureScheduler' as const) : ('addScheduler' as const),
      name,
      configuration: { ...configuration },
    }));
    const [first] = commands;
    if (first) submit(commands.length === 1 ? first : { type: 'sequence', commands });
  };
  return (
    <Dialog
      title={t('schedulers:compareTitle')}
      description={t('schedulers:compareLead')}
      width={940}
      onClose={closeDialog}
      footer={
        <>
          <Button disabled={busy || blocked || chosen.length === 0} onClick={use}>
            {t('schedulers:use')}
          </Button>
          <span className="foot-gap" />
          <Button onClick={closeDialog}>{t('dialogs:close')}</Button>
          <Button tone="primary" disabled={answer.busy || blocked || present.length === 0} onClick={run}>
            {t(answer.busy ? 'schedulers:running' : 'schedulers:run')}
          </Button>
        </>
      }
    >
      <div className="form-grid compare-choice">
        <SelectField label={t('schedulers:left')} value={left} options={options} onValue={setLeft} />
        <SelectField label={t('schedulers:right')} value={right} options={options} onValue={setRight} />
        <TextField
          label={t('schedulers:until')}
          hint={t('schedulers:untilHint')}
          mono
          inputMode="numeric"
          value={until}
          onText={setUntil}
        />
      </div>
      {usesYaml && start.length > 0 ? (
        <div className="compare-yaml">
          <YamlEditor
            label={t('schedulers:yamlLabel', { name: MAIN_SCHEDULER })}
            initial={printSchedulers(own)}
            check={read}
            onText={read}
            onSave={run}
          />
          <ProblemLines problems={written?.problems ?? []} />
        </div>
      ) : null}
      <Refusal error={error ?? answer.failure} />
      {answer.comparison ? <CompareReport comparison={answer.comparison} stale={answer.busy} /> : null}
    </Dialog>
  );
}
