import { useState } from 'react';
import type { Deployment } from '#shared/kube/types.ts';
import { objectKey, refOf } from '#shared/kube/types.ts';
import { Button, SelectField, TextField } from '../../components/index.ts';
import { useT } from '../../i18n/index.ts';
import { sendCommand } from '../../store/actions.ts';
import { DeploymentActions } from '../dock/RolloutTab.tsx';
import { refusalOf } from '../model/rollout.ts';
import { LoadPart } from './deferred.tsx';
import { LabelsSection } from './Labels.tsx';
import { ConditionsSection, KeyValues, Section } from './parts.tsx';

/** The fields of the form, as typed. */
interface Draft {
  replicas: string;
  image: string;
  cpu: string;
  memory: string;
  strategy: 'RollingUpdate' | 'Recreate';
  maxSurge: string;
  maxUnavailable: string;
  minReadySeconds: string;
}

function draftOf(deployment: Deployment): Draft {
  const container = deployment.spec.template.spec?.containers[0];
  const rolling = deployment.spec.strategy?.rollingUpdate;
  return {
    replicas: String(deployment.spec.replicas ?? 1),
    image: container?.image ?? '',
    cpu: String(container?.resources?.requests?.cpu ?? ''),
    memory: String(container?.resources?.requests?.memory ?? ''),
    strategy: deployment.spec.strategy?.type === 'Recreate' ? 'Recreate' : 'RollingUpdate',
    maxSurge: String(rolling?.maxSurge ?? ''),
    maxUnavailable: String(rolling?.maxUnavailable ?? ''),
    minReadySeconds: String(deployment.spec.minReadySeconds ?? 0),
  };
}

function intOrText(text: string): number | string | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  return /^-?\d+$/.test(trimmed) ? Number(trimmed) : trimmed;
}

/** Strategic merge patch that turns `before` into `after`; only what differs is in it. */
export function patchOf(deployment: Deployment, before: Draft, after: Draft): Record<string, unknown> {
  const spec: Record<string, unknown> = {};
  const changed = (field: keyof Draft): boolean => before[field] !== after[field];
  if (changed('replicas')) spec.replicas = intOrText(after.replicas);
  if (changed('minReadySeconds')) spec.minReadySeconds = intOrText(after.minReadySeconds);
  if (changed('strategy') || changed('maxSurge') || changed('maxUnavailable')) {
    spec.strategy =
      after.strategy === 'Recreate'
        ? { type: 'Recreate', rollingUpdate: null }
        : {
            type: 'RollingUpdate',
            rollingUpdate: { maxSurge: intOrText(after.maxSurge), maxUnavailable: intOrText(after.maxUnavailable) },
          };
  }
  const container: Record<string, unknown> = {};
  if (changed('image')) container.image = after.image.trim();
  if (changed('cpu') || changed('memory')) {
    container.resources = { requests: { cpu: after.cpu.trim() || null, memory: after.memory.trim() || null } };
  }
  if (Object.keys(container).length > 0) {
    const name = deployment.spec.template.spec?.containers[0]?.name ?? '';
    spec.template = { spec: { containers: [{ name, ...container }] } };
  }
  return { spec };
}

function DeploymentForm({ deployment }: { deployment: Deployment }) {
  const t = useT();
  const stored = draftOf(deployment);
  const [edits, setEdits] = useState<Partial<Draft>>({});
  const [error, setError] = useState<string | null>(null);
  const draft: Draft = { ...stored, ...edits };
  const dirty = (Object.keys(edits) as (keyof Draft)[]).some((field) => edits[field] !== stored[field]);
  const set = (field: keyof Draft) => (text: string) => setEdits((before) => ({ ...before, [field]: text }));
  const apply = async (): Promise<void> => {
    const patch = patchOf(deployment, stored, draft);
    const answer = await sendCommand({ type: 'patch', ref: refOf(deployment), patchType: 'strategic', patch }, { quiet: true });
    if (answer.ok) setEdits({});
    setError(answer.ok ? null : answer.error.message);
  };
  return (
    <form
      className="form-grid"
      onSubmit={(event) => {
        event.preventDefault();
        void apply();
      }}
    >
      <TextField label={t('panels:replicas')} inputMode="numeric" value={draft.replicas} onText={set('replicas')} />
      <TextField
        label={t('panels:minReadySeconds')}
        inputMode="numeric"
        value={draft.minReadySeconds}
        onText={set('minReadySeconds')}
      />
      <div className="wide">
        <TextField label={t('panels:image')} mono value={draft.image} onText={set('image')} />
      </div>
      <TextField label={t('panels:cpu')} mono value={draft.cpu} onText={set('cpu')} />
      <TextField label={t('panels:memory')} mono value={draft.memory} onText={set('memory')} />
      <div className="wide">
        <SelectField
          label={t('panels:strategy')}
          value={draft.strategy}
          options={[
            { value: 'RollingUpdate', label: 'RollingUpdate' },
            { value: 'Recreate', label: 'Recreate' },
          ]}
          onValue={set('strategy')}
        />
      </div>
      {draft.strategy === 'RollingUpdate' ? (
        <>
          <TextField label={t('panels:maxSurge')} mono value={draft.maxSurge} onText={set('maxSurge')} />
          <TextField label={t('panels:maxUnavailable')} mono value={draft.maxUnavailable} onText={set('maxUnavailable')} />
        </>
      ) : null}
      {error ? (
        <p className="wide field-error" role="alert">
          {error}
        </p>
      ) : null}
      <div className="wide button-row end">
        <Button tone="quiet" disabled={!dirty} onClick={() => setEdits({})}>
          {t('panels:revert')}
        </Button>
        <Button tone="primary" type="submit" disabled={!dirty}>
          {t('panels:apply')}
        </Button>
      </div>
    </form>
  );
}

/** A Deployment: how far it is, a form for its main fields (applied as one patch), its conditions. */
export function DeploymentDetails({ deployment }: { deployment: Deployment }) {
  const t = useT();
  const { readyReplicas = 0, conditions = [] } = deployment.status;
  const refused = refusalOf(deployment);
  return (
    <>
      {refused === undefined ? null : (
        <p className="notice bad">
          <b>ReplicaFailure</b> {refused}
        </p>
      )}
      <KeyValues
        rows={[
          [t('panels:namespace'), deployment.metadata.namespace ?? ''],
          [t('panels:pods'), t('panels:replicasReady', { ready: readyReplicas, desired: deployment.spec.replicas ?? 1 })],
        ]}
      />
      <DeploymentActions deployment={deployment} />
      <LoadPart workload={deployment} />
      <Section title={t('panels:edit')}>
        <DeploymentForm key={objectKey(deployment)} deployment={deployment} />
      </Section>
      <LabelsSection labels={deployment.metadata.labels} />
      <ConditionsSection conditions={conditions} />
    </>
  );
}
