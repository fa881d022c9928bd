import { useState } from 'react';
import { compareStrings } from '#shared/core/compare.ts';
import type { Toleration } from '#shared/kube/types.ts';
import { SelectField, Tabs, TextField } from '../../components/index.ts';
import { type MessageKey, useT } from '../../i18n/index.ts';
import { useCluster } from '../../store/cluster.ts';
import { type AffinityRow, type PodDraft, type PodPresetName, podPreset } from '../model/drafts.ts';
import { PairList, RowList } from './rows.tsx';

const PRESETS: readonly { id: PodPresetName; label: MessageKey }[] = [
  { id: 'small', label: 'dialogs:presetSmall' },
  { id: 'medium', label: 'dialogs:presetMedium' },
  { id: 'batch', label: 'dialogs:presetBatch' },
  { id: 'critical', label: 'dialogs:presetCritical' },
  { id: 'gpu', label: 'dialogs:presetGpu' },
  { id: 'tolerant', label: 'dialogs:presetTolerant' },
  { id: 'gated', label: 'dialogs:presetGated' },
];

interface PartProps {
  draft: PodDraft;
  set: (fields: Partial<PodDraft>) => void;
}

function PriorityField({ draft, set }: PartProps) {
  const t = useT();
  const classes = useCluster((state) => state.priorityClasses);
  const sorted = [...classes.values()].sort((a, b) => b.value - a.value || compareStrings(a.metadata.name, b.metadata.name));
  const fallback = sorted.find((one) => one.globalDefault)?.value ?? 0;
  return (
    <SelectField
      label={t('dialogs:priorityClass')}
      value={draft.priorityClassName}
      options={[
        { value: '', label: t('dialogs:noPriorityClass', { value: fallback }) },
        ...sorted.map((one) => ({ value: one.metadata.name, label: `${one.metadata.name} (${one.value})` })),
      ]}
      onValue={(priorityClassName) => set({ priorityClassName })}
    />
  );
}

function Basics({ draft, set, withNode }: PartProps & { withNode: boolean }) {
  const t = useT();
  const namespaces = useCluster((state) => state.namespaces);
  const nodes = useCluster((state) => state.nodes);
  return (
    <div className="form-grid">
      <TextField label={t('dialogs:name')} mono value={draft.name} onText={(name) => set({ name })} autoFocus required />
      <SelectField
        label={t('dialogs:namespace')}
        value={draft.namespace}
        options={[...namespaces.values()]
          .map((one) => one.metadata.name)
          .sort(compareStrings)
          .map((name) => ({ value: name, label: name }))}
        onValue={(namespace) => set({ namespace })}
      />
      <TextField label={t('dialogs:cpu')} mono value={draft.cpu} onText={(cpu) => set({ cpu })} placeholder="250m" />
      <TextField label={t('dialogs:memory')} mono value={draft.memory} onText={(memory) => set({ memory })} placeholder="256Mi" />
      <PriorityField draft={draft} set={set} />
      {withNode ? (
        <SelectField
          label={t('dialogs:node')}
          hint={draft.nodeName ? t('dialogs:nodeHint') : undefined}
          value={draft.nodeName}
          options={[
            { value: '', label: t('dialogs:anyNode') },
            ...[...nodes.keys()].sort(compareStrings).map((name) => ({ value: name, label: name })),
          ]}
          onValue={(nodeName) => set({ nodeName })}
        />
      ) : null}
      <div className="wide">
        <TextField
          label={t('dialogs:image')}
          hint={t('dialogs:imageHint')}
          mono
          value={draft.image}
          onText={(image) => set({ image })}
        />
      </div>
    </div>
  );
}

function TolerationRow({ row, set }: { row: Toleration; set: (row: Toleration) => void }) {
  const t = useT();
  const exists = row.operator === 'Exists';
  const { tolerationSeconds: seconds, effect, ...rest } = row;
  return (
    <>
      <input
        className="input mono"
        aria-label={t('dialogs:key')}
        placeholder={t('dialogs:key')}
        value={row.key ?? ''}
        onChange={(event) => set({ ...row, key: event.target.value })}
      />
      <select
        className="input"
        aria-label={t('dialogs:operator')}
        value={row.operator ?? 'Equal'}
        onChange={(event) => {
          const { value: _value, ...others } = row;
          set(event.target.value === 'Exists' ? { ...others, operator: 'Exists' } : { ...row, operator: 'Equal', value: '' });
        }}
      >
        <option>Equal</option>
        <option>Exists</option>
      </select>
      <input
        className="input mono"
        aria-label={t('dialogs:value')}
        placeholder={exists ? '' : t('dialogs:value')}
        disabled={exists}
        value={exists ? '' : (row.value ?? '')}
        onChange={(event) => set({ ...row, value: event.target.value })}
      />
      <select
        className="input"
        aria-label={t('dialogs:effect')}
        value={effect ?? ''}
        onChange={(event) => set(event.target.value === '' ? rest : { ...row, effect: event.target.value })}
      >
        <option value="">{t('dialogs:anyEffect')}</option>
        <option>NoSchedule</option>
        <option>PreferNoSchedule</option>
        <option>NoExecute</option>
      </select>
      <input
        className="input mono seconds"
        aria-label={t('dialogs:seconds')}
        placeholder={t('dialogs:seconds')}
        inputMode="numeric"
        disabled={effect !== 'NoExecute'}
        value={seconds ?? ''}
        onChange={(event) => {
          const { tolerationSeconds: _old, ...others } = row;
          const text = event.target.value.trim();
          set(/^-?\d+$/.test(text) ? { ...others, tolerationSeconds: Number(text) } : others);
        }}
      />
    </>
  );
}

function AffinityLine({ row, set }: { row: AffinityRow; set: (row: AffinityRow) => void }) {
  const t = useT();
  const bare = row.operator === 'Exists' || row.operator === 'DoesNotExist';
  return (
    <>
      <select
        className="input"
        aria-label={t('dialogs:affinity')}
        value={row.mode}
        onChange={(event) => set({ ...row, mode: event.target.value as AffinityRow['mode'] })}
      >
        <option value="required">{t('dialogs:required')}</option>
        <option value="preferred">{t('dialogs:preferred')}</option>
      </select>
      <input
        className="input mono"
        aria-label={t('dialogs:key')}
        placeholder={t('dialogs:key')}
        value={row.key}
        onChange={(event) => set({ ...row, key: event.target.value })}
      />
      <select
        className="input"
        aria-label={t('dialogs:operator')}
        value={row.operator}
        onChange={(event) => set({ ...row, operator: event.target.value as AffinityRow['operator'] })}
      >
        {['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'].map((operator) => (
          <option key={operator}>{operator}</option>
        ))}
      </select>
      <input
        className="input mono"
        aria-label={t('dialogs:values')}
        placeholder={bare ? '' : t('dialogs:values')}
        disabled={bare}
        value={bare ? '' : row.values}
        onChange={(event) => set({ ...row, values: event.target.value })}
      />
      {row.mode === 'preferred' ? (
        <input
          className="input mono seconds"
          aria-label={t('dialogs:weight')}
          type="number"
          min={1}
          max={100}
          value={row.weight}
          onChange={(event) => set({ ...row, weight: Number(event.target.value) })}
        />
      ) : null}
    </>
  );
}

function Placement({ draft, set }: PartProps) {
  const t = useT();
  return (
    <>
      <PairList title={t('dialogs:nodeSelector')} rows={draft.nodeSelector} onRows={(nodeSelector) => set({ nodeSelector })} />
      <RowList
        title={t('dialogs:tolerations')}
        hint={t('dialogs:tolerationHint')}
        rows={draft.tolerations}
        empty={{ key: '', operator: 'Exists' }}
        onRows={(tolerations) => set({ tolerations })}
      >
        {(row, change) => <TolerationRow row={row} set={change} />}
      </RowList>
      <RowList<AffinityRow>
        title={t('dialogs:affinity')}
        rows={draft.affinity}
        empty={{ mode: 'required', key: 'topology.kubernetes.io/zone', operator: 'In', values: '', weight: 50 }}
        onRows={(affinity) => set({ affinity })}
      >
        {(row, change) => <AffinityLine row={row} set={change} />}
      </RowList>
    </>
  );
}

function More({ draft, set }: PartProps) {
  const t = useT();
  return (
    <>
      <PairList title={t('dialogs:labels')} rows={draft.labels} onRows={(labels) => set({ labels })} />
      <PairList title={t('dialogs:extended')} rows={draft.extended} onRows={(extended) => set({ extended })} />
      <div className="form-grid">
        <TextField
          label={t('dialogs:hostPort')}
          hint={t('dialogs:hostPortHint')}
          mono
          inputMode="numeric"
          value={draft.hostPort}
          onText={(hostPort) => set({ hostPort })}
        />
        <TextField
          label={t('dialogs:grace')}
          hint={t('dialogs:graceHint')}
          mono
          inputMode="numeric"
          value={draft.graceSeconds}
          onText={(graceSeconds) => set({ graceSeconds })}
        />
        <div className="wide">
          <TextField
            label={t('dialogs:gates')}
            hint={t('dialogs:gatesHint')}
            mono
            value={draft.gates}
            onText={(gates) => set({ gates })}
          />
        </div>
      </div>
    </>
  );
}

/** The fields of a pod (or of a pod template, without the node), in three tabs, with presets above. */
export function PodForm({
  draft,
  onDraft,
  withNode,
}: {
  draft: PodDraft;
  onDraft: (draft: PodDraft) => void;
  withNode: boolean;
}) {
  const t = useT();
  const [tab, setTab] = useState<'basics' | 'placement' | 'more'>('basics');
  const [preset, setPreset] = useState<PodPresetName | null>(null);
  const set = (fields: Partial<PodDraft>): void => onDraft({ ...draft, ...fields });
  return (
    <div className="pod-form">
      <div className="presets" role="group" aria-label={t('dialogs:podPreset')}>
        <span className="muted">{t('dialogs:podPreset')}</span>
        {PRESETS.map((one) => (
          <button
            key={one.id}
            type="button"
            className="chip choice"
            aria-pressed={preset === one.id}
            onClick={() => {
              setPreset(one.id);
              set({ namespace: 'default', ...podPreset(one.id) });
            }}
          >
            {t(one.label)}
          </button>
        ))}
      </div>
      <Tabs
        label={t('dialogs:podTitle')}
        value={tab}
        onChange={setTab}
        tabs={[
          { id: 'basics', label: t('dialogs:tabBasics'), body: <Basics draft={draft} set={set} withNode={withNode} /> },
          {
            id: 'placement',
            label: t('dialogs:tabPlacement'),
            count: draft.nodeSelector.length + draft.tolerations.length + draft.affinity.length,
            body: <Placement draft={draft} set={set} />,
          },
          {
            id: 'more',
            label: t('dialogs:tabMore'),
            count: draft.labels.length + draft.extended.length,
            body: <More draft={draft} set={set} />,
          },
        ]}
      />
    </div>
  );
}
