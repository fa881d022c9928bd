import { useId, useState } from 'react';
import { Dialog, SelectField, TextField } from '../../components/index.ts';
import { useT } from '../../i18n/index.ts';
import { useCluster } from '../../store/cluster.ts';
import { closeDialog, select, useView } from '../../store/view.ts';
import { type DeploymentDraft, deploymentOfDraft, emptyPodDraft, freeName, type PodDraft, podOfDraft } from '../model/drafts.ts';
import { Foot } from './Foot.tsx';
import { ManifestPreview } from './ManifestPreview.tsx';
import { PodForm } from './PodForm.tsx';
import { Refusal, useSubmit } from './useSubmit.tsx';

function useFreeName(base: string, kind: 'pods' | 'deployments'): string {
  const taken = useCluster((state) => state[kind]);
  const [name] = useState(() => freeName(base, new Set([...taken.values()].map((object) => object.metadata.name))));
  return name;
}

function usePresetDraft(base: string, kind: 'pods' | 'deployments'): PodDraft {
  const name = useFreeName(base, kind);
  const preset = useView((state) => state.podPreset);
  return { ...emptyPodDraft(), name, cpu: preset.cpu, memory: preset.memory, priorityClassName: preset.priorityClassName ?? '' };
}

/** Makes one pod. `nodeName` presets the node (dropped on one). */
export function PodDialog({ nodeName }: { nodeName?: string }) {
  const t = useT();
  const form = useId();
  const first = usePresetDraft('pod', 'pods');
  const [draft, setDraft] = useState<PodDraft>({ ...first, nodeName: nodeName ?? '' });
  const { error, busy, submit } = useSubmit();
  const pod = podOfDraft(draft);
  return (
    <Dialog
      title={t('dialogs:podTitle')}
      description={t('dialogs:podLead')}
      width={640}
      onClose={closeDialog}
      footer={<Foot form={form} busy={busy} disabled={draft.name.trim() === ''} text={t('dialogs:create')} />}
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          submit({ type: 'create', objects: [pod] }, () => select(`Pod/${draft.namespace}/${draft.name.trim()}`));
        }}
      >
        <PodForm draft={draft} onDraft={setDraft} withNode />
        <Refusal error={error} />
        <ManifestPreview object={pod} />
      </form>
    </Dialog>
  );
}

function DeploymentFields({ draft, set }: { draft: DeploymentDraft; set: (fields: Partial<DeploymentDraft>) => void }) {
  const t = useT();
  const whole = (text: string): number => Math.max(0, Number.parseInt(text, 10) || 0);
  return (
    <div className="form-grid">
      <TextField
        label={t('dialogs:replicas')}
        inputMode="numeric"
        value={String(draft.replicas)}
        onText={(text) => set({ replicas: whole(text) })}
      />
      <SelectField
        label={t('dialogs:strategy')}
        value={draft.strategy}
        options={[
          { value: 'RollingUpdate', label: 'RollingUpdate' },
          { value: 'Recreate', label: 'Recreate' },
        ]}
        onValue={(strategy) => set({ strategy })}
      />
      {draft.strategy === 'RollingUpdate' ? (
        <>
          <TextField
            label={t('dialogs:maxSurge')}
            hint={t('dialogs:intOrPercentHint')}
            mono
            value={draft.maxSurge}
            onText={(maxSurge) => set({ maxSurge })}
          />
          <TextField
            label={t('dialogs:maxUnavailable')}
            hint={t('dialogs:intOrPercentHint')}
            mono
            value={draft.maxUnavailable}
            onText={(maxUnavailable) => set({ maxUnavailable })}
          />
        </>
      ) : null}
    </div>
  );
}

/** Makes one Deployment. */
export function DeploymentDialog() {
  const t = useT();
  const form = useId();
  const pod = usePresetDraft('web', 'deployments');
  const [draft, setDraft] = useState<DeploymentDraft>({
    pod,
    replicas: 3,
    strategy: 'RollingUpdate',
    maxSurge: '',
    maxUnavailable: '',
    minReadySeconds: 0,
  });
  const { error, busy, submit } = useSubmit();
  const object = deploymentOfDraft(draft);
  return (
    <Dialog
      title={t('dialogs:deploymentTitle')}
      description={t('dialogs:deploymentLead')}
      width={640}
      onClose={closeDialog}
      footer={<Foot form={form} busy={busy} disabled={draft.pod.name.trim() === ''} text={t('dialogs:create')} />}
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          submit({ type: 'create', objects: [object] }, () =>
            select(`Deployment/${draft.pod.namespace}/${draft.pod.name.trim()}`),
          );
        }}
      >
        <DeploymentFields draft={draft} set={(fields) => setDraft({ ...draft, ...fields })} />
        <PodForm draft={draft.pod} onDraft={(next) => setDraft({ ...draft, pod: next })} withNode={false} />
        <Refusal error={error} />
        <ManifestPreview object={object} />
      </form>
    </Dialog>
  );
}
