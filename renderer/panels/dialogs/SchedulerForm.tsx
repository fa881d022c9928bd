import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { DEFAULT_PROFILE, type SchedulerConfiguration } from '#shared/kube/schedulerConfig/index.ts';
import { IconButton, SelectField, TextField } from '../../components/index.ts';
import { useT } from '../../i18n/index.ts';
import {
  addProfile,
  changeProfile,
  type PluginRow,
  type ProfileDraft,
  pluginRows,
  profilesOf,
  removeProfile,
  type Scoring,
  scoringOf,
  setNumber,
  setPluginOn,
  setPluginScores,
  setPluginWeight,
  setScoring,
} from '../model/schedulerForm.ts';
import { RowList } from './rows.tsx';

/** A whole number, undefined for an empty field; anything else leaves things as they are. */
function readNumber(text: string, low: number, high: number): number | undefined | null {
  if (text.trim() === '') return undefined;
  const value = Number(text);
  return Number.isInteger(value) && value >= low && value <= high ? value : null;
}

/** A field for a whole number that may be empty. */
function NumberField({
  label,
  hint,
  value,
  placeholder,
  range,
  onValue,
}: {
  label: string;
  hint?: string;
  value: number | undefined;
  placeholder: string;
  range: readonly [number, number];
  onValue: (value: number | undefined) => void;
}) {
  return (
    <TextField
      label={label}
      hint={hint}
      mono
      inputMode="numeric"
      placeholder={placeholder}
      value={value === undefined ? '' : String(value)}
      onText={(text) => {
        const next = readNumber(text, ...range);
        if (next !== null) onValue(next);
      }}
    />
  );
}

type Change = (change: (profile: ProfileDraft) => ProfileDraft) => void;

function PluginLine({ row, change }: { row: PluginRow; change: Change }) {
  const t = useT();
  const { name } = row;
  return (
    <tr className={row.on ? '' : 'off'}>
      <th scope="row">{name}</th>
      <td className="tick">
        <input
          type="checkbox"
          aria-label={t('schedulers:pluginOn', { name })}
          title={row.needed ? t('schedulers:neededPlugin') : undefined}
          checked={row.on}
          disabled={row.needed}
          onChange={(event) => change((profile) => setPluginOn(profile, name, event.target.checked))}
        />
      </td>
      <td className="tick">
        {row.canScore ? (
          <input
            type="checkbox"
            aria-label={t('schedulers:pluginScores', { name })}
            checked={row.scores}
            disabled={!row.on}
            onChange={(event) => change((profile) => setPluginScores(profile, name, event.target.checked))}
          />
        ) : null}
      </td>
      <td className="tick">
        {row.canScore ? (
          <input
            type="number"
            className={`input mono weight ${row.weight === row.defaultWeight ? '' : 'changed'}`}
            aria-label={t('schedulers:pluginWeight', { name })}
            min={1}
            max={1000}
            value={row.weight}
            disabled={!row.scores}
            onChange={(event) => {
              const weight = readNumber(event.target.value, 1, 1000);
              if (typeof weight === 'number') change((profile) => setPluginWeight(profile, name, weight));
            }}
          />
        ) : null}
      </td>
    </tr>
  );
}

function Plugins({ profile, change }: { profile: ProfileDraft; change: Change }) {
  const t = useT();
  return (
    <table className="grid small plugin-table">
      <thead>
        <tr>
          <th scope="col">{t('schedulers:plugin')}</th>
          <th scope="col" className="tick">
            {t('schedulers:on')}
          </th>
          <th scope="col" className="tick">
            {t('schedulers:scores')}
          </th>
          <th scope="col" className="tick">
            {t('schedulers:weight')}
          </th>
        </tr>
      </thead>
      <tbody>
        {pluginRows(profile).map((row) => (
          <PluginLine key={row.name} row={row} change={change} />
        ))}
      </tbody>
    </table>
  );
}

function ScoringFields({ profile, change }: { profile: ProfileDraft; change: Change }) {
  const t = useT();
  const scoring = scoringOf(profile);
  const set = (next: Partial<Scoring>): void => change((before) => setScoring(before, { ...scoringOf(before), ...next }));
  return (
    <>
      <div className="form-grid three">
        <SelectField
          label={t('schedulers:strategy')}
          value={scoring.type}
          options={[
            { value: 'LeastAllocated', label: t('schedulers:leastAllocated') },
            { value: 'MostAllocated', label: t('schedulers:mostAllocated') },
            { value: 'RequestedToCapacityRatio', label: t('schedulers:ratio') },
          ]}
          onValue={(type) => set({ type })}
        />
        <NumberField
          label={t('schedulers:cpuWeight')}
          value={scoring.cpu}
          placeholder="0"
          range={[0, 100]}
          onValue={(cpu = 0) => set({ cpu })}
        />
        <NumberField
          label={t('schedulers:memoryWeight')}
          value={scoring.memory}
          placeholder="0"
          range={[0, 100]}
          onValue={(memory = 0) => set({ memory })}
        />
      </div>
      {scoring.type === 'RequestedToCapacityRatio' ? (
        <RowList
          title={t('schedulers:shape')}
          rows={scoring.shape}
          empty={{ utilization: 100, score: 10 }}
          onRows={(shape) => set({ shape })}
        >
          {(row, put) =>
            (['utilization', 'score'] as const).map((field) => (
              <input
                key={field}
                type="number"
                className="input mono"
                min={0}
                max={field === 'score' ? 10 : 100}
                aria-label={t(field === 'score' ? 'schedulers:score' : 'schedulers:utilization')}
                title={t(field === 'score' ? 'schedulers:score' : 'schedulers:utilization')}
                value={row[field]}
                onChange={(event) => put({ ...row, [field]: Number(event.target.value) })}
              />
            ))
          }
        </RowList>
      ) : null}
    </>
  );
}

/** A configuration as a form: its profiles one at a time, and what all of them share. */
export function SchedulerForm({
  configuration,
  onConfiguration,
}: {
  configuration: SchedulerConfiguration;
  onConfiguration: (configuration: SchedulerConfiguration) => void;
}) {
  const t = useT();
  const [chosen, setChosen] = useState(0);
  const profiles = profilesOf(configuration);
  const index = Math.min(chosen, profiles.length - 1);
  const written: ProfileDraft = configuration.profiles?.[index] ?? {};
  const change: Change = (by) => onConfiguration(changeProfile(configuration, index, by));
  const shared = (field: string) => (value: number | undefined) => onConfiguration(setNumber(configuration, field, value));
  const more = (): void => {
    const taken = new Set(profiles.map(({ schedulerName }) => schedulerName));
    let name = 'my-profile';
    for (let i = 2; taken.has(name); i++) name = `my-profile-${i}`;
    onConfiguration(addProfile(configuration, name));
    setChosen(profiles.length);
  };
  return (
    <div className="scheduler-form">
      <div className="profile-line">
        {profiles.map(({ schedulerName }, i) => (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: a profile's name is being edited, its place is what it is known by
            key={i}
            type="button"
            className="chip choice"
            aria-pressed={i === index}
            onClick={() => setChosen(i)}
          >
            {schedulerName || '?'}
          </button>
        ))}
        <IconButton label={t('schedulers:addProfile')} onClick={more}>
          <Plus size={14} />
        </IconButton>
        {profiles.length > 1 ? (
          <IconButton label={t('schedulers:removeProfile')} onClick={() => onConfiguration(removeProfile(configuration, index))}>
            <Trash2 size={14} />
          </IconButton>
        ) : null}
      </div>
      <div className="form-grid">
        <TextField
          label={t('schedulers:profileName')}
          mono
          placeholder={DEFAULT_PROFILE}
          value={profiles[index]?.schedulerName ?? ''}
          onText={(schedulerName) => change((profile) => ({ ...profile, schedulerName: schedulerName.trim() }))}
        />
        <NumberField
          label={t('schedulers:percentage')}
          hint={t('schedulers:percentageHint')}
          value={written.percentageOfNodesToScore ?? configuration.percentageOfNodesToScore}
          placeholder="0"
          range={[0, 100]}
          onValue={(value) => change((profile) => setNumber(profile, 'percentageOfNodesToScore', value))}
        />
      </div>
      <ScoringFields profile={written} change={change} />
      <Plugins profile={written} change={change} />
      <div className="form-grid">
        <NumberField
          label={t('schedulers:backoffInitial')}
          value={configuration.podInitialBackoffSeconds}
          placeholder="1"
          range={[1, 86_400]}
          onValue={shared('podInitialBackoffSeconds')}
        />
        <NumberField
          label={t('schedulers:backoffMax')}
          value={configuration.podMaxBackoffSeconds}
          placeholder="10"
          range={[1, 86_400]}
          onValue={shared('podMaxBackoffSeconds')}
        />
      </div>
    </div>
  );
}
