import { useId, useState } from 'react';
import { compareStrings } from '#shared/core/compare.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import type { ObjectRef, Taint } from '#shared/kube/types.ts';
import { CheckField, Dialog, SelectField, TextField } from '../../components/index.ts';
import { useT } from '../../i18n/index.ts';
import { useCluster } from '../../store/cluster.ts';
import { closeDialog } from '../../store/view.ts';
import { freeName } from '../model/drafts.ts';
import { Foot } from './Foot.tsx';
import { TaintPreview } from './TaintPreview.tsx';
import { Refusal, useSubmit } from './useSubmit.tsx';

type Effect = 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';

const COMMON_TAINTS: readonly { key: string; value: string; effect: Effect }[] = [
  { key: 'dedicated', value: 'team-a', effect: 'NoSchedule' },
  { key: 'nvidia.com/gpu', value: 'true', effect: 'NoSchedule' },
  { key: 'spot', value: 'true', effect: 'PreferNoSchedule' },
  { key: 'maintenance', value: 'true', effect: 'NoExecute' },
];

function useNodeNames(): readonly string[] {
  const nodes = useCluster((state) => state.nodes);
  return [...nodes.keys()].sort(compareStrings);
}

/** Adds one taint to a node. */
export function TaintDialog({ node }: { node: string | null }) {
  const t = useT();
  const form = useId();
  const names = useNodeNames();
  const [target, setTarget] = useState(node ?? names[0] ?? '');
  const [taint, setTaint] = useState<{ key: string; value: string; effect: Effect }>({
    key: 'dedicated',
    value: 'team-a',
    effect: 'NoSchedule',
  });
  const [overwrite, setOverwrite] = useState(false);
  const { error, busy, submit } = useSubmit();
  const value = taint.value.trim();
  const add = { key: taint.key.trim(), effect: taint.effect, ...(value === '' ? {} : { value }) };
  const command = { type: 'taint' as const, node: target, add: [add], remove: [], ...(overwrite ? { overwrite } : {}) };
  return (
    <Dialog
      title={t('dialogs:taintTitle')}
      description={t('dialogs:taintLead')}
      onClose={closeDialog}
      footer={<Foot form={form} busy={busy} disabled={taint.key.trim() === '' || target === ''} text={t('dialogs:apply')} />}
    >
      <form
        id={form}
        className="form-grid"
        onSubmit={(event) => {
          event.preventDefault();
          submit(command);
        }}
      >
        <div className="wide presets" role="group" aria-label={t('dialogs:taintPresets')}>
          {COMMON_TAINTS.map((one: Taint & { value: string; effect: string }) => (
            <button
              key={one.key}
              type="button"
              className="chip choice"
              aria-pressed={taint.key === one.key}
              onClick={() => setTaint({ key: one.key, value: one.value, effect: one.effect as Effect })}
            >
              {one.key}={one.value}:{one.effect}
            </button>
          ))}
        </div>
        <div className="wide">
          <SelectField
            label={t('dialogs:target')}
            value={target}
            options={names.map((name) => ({ value: name, label: name }))}
            onValue={setTarget}
          />
        </div>
        <TextField label={t('dialogs:key')} mono autoFocus value={taint.key} onText={(key) => setTaint({ ...taint, key })} />
        <TextField label={t('dialogs:value')} mono value={taint.value} onText={(value) => setTaint({ ...taint, value })} />
        <div className="wide">
          <SelectField<Effect>
            label={t('dialogs:effect')}
            value={taint.effect}
            options={[
              { value: 'NoSchedule', label: t('dialogs:taintNoSchedule') },
              { value: 'PreferNoSchedule', label: t('dialogs:taintPrefer') },
              { value: 'NoExecute', label: t('dialogs:taintNoExecute') },
            ]}
            onValue={(effect) => setTaint({ ...taint, effect })}
          />
        </div>
        <div className="wide">
          <CheckField label={t('dialogs:labelOverwrite')} checked={overwrite} onChecked={setOverwrite} />
          <TaintPreview command={add.key === '' || target === '' ? null : command} />
          <Refusal error={error} />
        </div>
      </form>
    </Dialog>
  );
}

/** Sets one label on an object (a node when none is given). */
export function LabelDialog({ target }: { target: ObjectRef | null }) {
  const t = useT();
  const form = useId();
  const names = useNodeNames();
  const [node, setNode] = useState(names[0] ?? '');
  const [key, setKey] = useState('disk');
  const [value, setValue] = useState('ssd');
  const [overwrite, setOverwrite] = useState(false);
  const { error, busy, submit } = useSubmit();
  const ref = target ?? { kind: 'Node', namespace: '', name: node };
  return (
    <Dialog
      title={t('dialogs:labelTitle')}
      description={t('dialogs:labelLead')}
      onClose={closeDialog}
      footer={<Foot form={form} busy={busy} disabled={key.trim() === '' || ref.name === ''} text={t('dialogs:apply')} />}
    >
      <form
        id={form}
        className="form-grid"
        onSubmit={(event) => {
          event.preventDefault();
          submit({ type: 'label', ref, set: { [key.trim()]: value.trim() }, remove: [], ...(overwrite ? { overwrite } : {}) });
        }}
      >
        <div className="wide">
          {target ? (
            <TextField label={t('dialogs:target')} value={`${target.kind} ${target.name}`} readOnly onText={() => undefined} />
          ) : (
            <SelectField
              label={t('dialogs:target')}
              value={node}
              options={names.map((name) => ({ value: name, label: name }))}
              onValue={setNode}
            />
          )}
        </div>
        <TextField label={t('dialogs:key')} mono autoFocus value={key} onText={setKey} />
        <TextField label={t('dialogs:value')} mono value={value} onText={setValue} />
        <div className="wide">
          <CheckField label={t('dialogs:labelOverwrite')} checked={overwrite} onChecked={setOverwrite} />
          <Refusal error={error} />
        </div>
      </form>
    </Dialog>
  );
}

function useLabelChoices(namespace: string): readonly string[] {
  const pods = useCluster((state) => state.pods);
  const found = new Set<string>();
  for (const pod of pods.values()) {
    if ((pod.metadata.namespace ?? '') !== namespace) continue;
    for (const [key, value] of Object.entries(pod.metadata.labels ?? {}))
      if (key !== 'pod-template-hash') found.add(`${key}=${value}`);
  }
  return [...found].sort(compareStrings);
}

/** Makes a PodDisruptionBudget; the selector can be taken from a Deployment. */
export function BudgetDialog({ deployment }: { deployment?: ObjectRef }) {
  const t = useT();
  const form = useId();
  const owner = useCluster((state) =>
    deployment ? state.deployments.get(`Deployment/${deployment.namespace}/${deployment.name}`) : undefined,
  );
  const namespace = deployment?.namespace ?? 'default';
  const choices = useLabelChoices(namespace);
  const given = Object.entries(owner?.spec.selector.matchLabels ?? {})[0];
  const [selector, setSelector] = useState(given ? `${given[0]}=${given[1]}` : (choices[0] ?? 'app=web'));
  const taken = useCluster((state) => state.budgets);
  const [name, setName] = useState(() => freeName('budget', new Set([...taken.values()].map((one) => one.metadata.name))));
  const [mode, setMode] = useState<'minAvailable' | 'maxUnavailable'>('minAvailable');
  const [amount, setAmount] = useState('1');
  const pods = useCluster((state) => state.pods);
  const { error, busy, submit } = useSubmit();
  const [key = '', value = ''] = selector.split('=');
  const labels = { [key.trim()]: value.trim() };
  const matching = [...pods.values()].filter(
    (pod) => (pod.metadata.namespace ?? '') === namespace && matchLabelSelector({ matchLabels: labels }, pod.metadata.labels),
  ).length;
  return (
    <Dialog
      title={t('dialogs:pdbTitle')}
      description={t('dialogs:pdbLead')}
      onClose={closeDialog}
      footer={<Foot form={form} busy={busy} disabled={name.trim() === ''} text={t('dialogs:create')} />}
    >
      <form
        id={form}
        className="form-grid"
        onSubmit={(event) => {
          event.preventDefault();
          const limit = /^\d+$/.test(amount.trim()) ? Number(amount) : amount.trim();
          submit({
            type: 'create',
            objects: [
              {
                apiVersion: 'policy/v1',
                kind: 'PodDisruptionBudget',
                metadata: { name: name.trim(), namespace },
                spec: { [mode]: limit, selector: { matchLabels: labels } },
              },
            ],
          });
        }}
      >
        <TextField label={t('dialogs:name')} mono value={name} onText={setName} />
        <TextField
          label={t('dialogs:pdbSelector')}
          hint={t('dialogs:pdbMatches', { count: matching })}
          mono
          autoFocus
          list={`${form}-labels`}
          value={selector}
          onText={setSelector}
        />
        <datalist id={`${form}-labels`}>
          {choices.map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
        <SelectField
          label={t('dialogs:pdbMode')}
          value={mode}
          options={[
            { value: 'minAvailable', label: t('dialogs:pdbMin') },
            { value: 'maxUnavailable', label: t('dialogs:pdbMax') },
          ]}
          onValue={setMode}
        />
        <TextField label={t('dialogs:pdbAmount')} mono value={amount} onText={setAmount} />
        <div className="wide">
          <Refusal error={error} />
        </div>
      </form>
    </Dialog>
  );
}

/** Makes a PriorityClass. */
export function PriorityClassDialog() {
  const t = useT();
  const form = useId();
  const [name, setName] = useState('high');
  const [value, setValue] = useState('1000');
  const [globalDefault, setGlobalDefault] = useState(false);
  const [policy, setPolicy] = useState<'PreemptLowerPriority' | 'Never'>('PreemptLowerPriority');
  const { error, busy, submit } = useSubmit();
  return (
    <Dialog
      title={t('dialogs:priorityTitle')}
      description={t('dialogs:priorityLead')}
      onClose={closeDialog}
      footer={
        <Foot form={form} busy={busy} disabled={name.trim() === '' || !/^-?\d+$/.test(value.trim())} text={t('dialogs:create')} />
      }
    >
      <form
        id={form}
        className="form-grid"
        onSubmit={(event) => {
          event.preventDefault();
          submit({
            type: 'create',
            objects: [
              {
                apiVersion: 'scheduling.k8s.io/v1',
                kind: 'PriorityClass',
                metadata: { name: name.trim() },
                value: Number(value),
                preemptionPolicy: policy,
                ...(globalDefault ? { globalDefault } : {}),
              },
            ],
          });
        }}
      >
        <TextField label={t('dialogs:name')} mono autoFocus value={name} onText={setName} />
        <TextField
          label={t('dialogs:priorityValue')}
          mono
          hint={t('dialogs:priorityValueHint')}
          value={value}
          onText={setValue}
        />
        <div className="wide">
          <SelectField
            label={t('dialogs:priorityPolicy')}
            value={policy}
            options={[
              { value: 'PreemptLowerPriority', label: t('dialogs:priorityPreempts') },
              { value: 'Never', label: t('dialogs:priorityNever') },
            ]}
            onValue={setPolicy}
          />
        </div>
        <div className="wide">
          <CheckField label={t('dialogs:priorityDefault')} checked={globalDefault} onChecked={setGlobalDefault} />
          <Refusal error={error} />
        </div>
      </form>
    </Dialog>
  );
}
