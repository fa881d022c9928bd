import '../autoscaling.css';
import { useId, useState } from 'react';
import type { HorizontalPodAutoscaler, ObjectRef } from '#shared/kube/types.ts';
import { keyOf, refOf } from '#shared/kube/types.ts';
import { Dialog, TextField } from '../../components/index.ts';
import { useT } from '../../i18n/index.ts';
import { useCluster } from '../../store/cluster.ts';
import { closeDialog, openDock, select } from '../../store/view.ts';
import { templateOf, workloadOf } from '../../store/workloads.ts';
import {
  type AutoscalerDraft,
  autoscaleLine,
  autoscalerOfDraft,
  draftOfAutoscaler,
  emptyAutoscaler,
  patchOfDraft,
  specOfDraft,
} from '../model/autoscalerDraft.ts';
import { ofKind, targetKeyOf } from '../model/autoscalerState.ts';
import { freeName } from '../model/drafts.ts';
import { Foot } from './Foot.tsx';
import { ManifestPreview } from './ManifestPreview.tsx';
import { Refusal, useSubmit } from './useSubmit.tsx';

function Fields({
  draft,
  set,
  naming,
}: {
  draft: AutoscalerDraft;
  set: (fields: Partial<AutoscalerDraft>) => void;
  naming: boolean;
}) {
  const t = useT();
  const wire = (field: keyof AutoscalerDraft) => ({
    value: draft[field],
    onText: (text: string) => set({ [field]: text }),
    inputMode: 'numeric' as const,
  });
  return (
    <div className="form-grid">
      {naming ? (
        <div className="wide">
          <TextField label={t('dialogs:name')} mono value={draft.name} onText={(name) => set({ name })} />
        </div>
      ) : null}
      <TextField label={t('autoscaling:minReplicas')} {...wire('min')} autoFocus />
      <TextField label={t('autoscaling:maxReplicas')} {...wire('max')} />
      <TextField label={t('autoscaling:cpuTarget')} hint={t('autoscaling:targetHint')} {...wire('cpu')} />
      <TextField label={t('autoscaling:memoryTarget')} hint={t('autoscaling:targetHint')} {...wire('memory')} />
      <TextField label={t('autoscaling:upWindow')} hint={t('autoscaling:upWindowHint')} {...wire('upWindow')} />
      <TextField label={t('autoscaling:downWindow')} hint={t('autoscaling:downWindowHint')} {...wire('downWindow')} />
      <TextField label={t('autoscaling:upPods')} hint={t('autoscaling:upPodsHint')} {...wire('upPods')} />
      <TextField label={t('autoscaling:downPods')} hint={t('autoscaling:downPodsHint')} {...wire('downPods')} />
    </div>
  );
}

/** The autoscaler that `target` is, or that scales it already: two would fight over it. */
function storedFor(target: ObjectRef): HorizontalPodAutoscaler | undefined {
  const { others } = useCluster.getState();
  if (target.kind === 'HorizontalPodAutoscaler')
    return others.get(keyOf(target)) as unknown as HorizontalPodAutoscaler | undefined;
  return ofKind<HorizontalPodAutoscaler>(others, 'HorizontalPodAutoscaler').find((hpa) => targetKeyOf(hpa) === keyOf(target));
}

/** Makes a HorizontalPodAutoscaler for a workload, or changes the one that `target` is or that scales it. */
export function AutoscaleDialog({ target }: { target: ObjectRef }) {
  const t = useT();
  const form = useId();
  const [stored] = useState(() => storedFor(target));
  const workload = useCluster((state) => workloadOf(state, keyOf(target)));
  const others = useCluster((state) => state.others);
  const [first] = useState(() => {
    if (stored) return draftOfAutoscaler(stored);
    const taken = [...others.values()]
      .filter(({ kind }) => kind === 'HorizontalPodAutoscaler')
      .map(({ metadata }) => metadata.name);
    return emptyAutoscaler(taken.includes(target.name) ? freeName(target.name, new Set(taken)) : target.name);
  });
  const [draft, setDraft] = useState(first);
  const { error, busy, submit } = useSubmit();
  const object = autoscalerOfDraft(draft, target);
  const containers = (workload && templateOf(workload)?.spec?.containers) ?? [];
  const noRequest = !stored && draft.cpu.trim() !== '' && containers.some((one) => one.resources?.requests?.cpu === undefined);
  const key = `HorizontalPodAutoscaler/${target.namespace}/${draft.name.trim()}`;
  const done = (): void => {
    select(key);
    openDock('autoscaling');
  };
  return (
    <Dialog
      title={t(stored ? 'autoscaling:editTitle' : 'autoscaling:newTitle', { name: stored?.metadata.name ?? target.name })}
      description={t('autoscaling:newLead')}
      width={560}
      onClose={closeDialog}
      footer={
        <Foot
          form={form}
          busy={busy}
          disabled={!/^\d+$/.test(draft.max.trim())}
          text={t(stored ? 'dialogs:apply' : 'dialogs:create')}
        />
      }
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          if (stored)
            submit({ type: 'patch', ref: refOf(stored), patchType: 'merge', patch: patchOfDraft(stored, first, draft) }, done);
          else submit({ type: 'create', objects: [object] }, done);
        }}
      >
        <Fields draft={draft} set={(fields) => setDraft({ ...draft, ...fields })} naming={!stored} />
        {noRequest ? <p className="notice">{t('autoscaling:noRequest')}</p> : null}
        <Refusal error={error} />
        {stored ? null : (
          <>
            {/* kubectl autoscale has no flags for behaviour. */}
            {specOfDraft(draft).behavior ? null : (
              <div className="same-as">
                <span className="muted small">{t('panels:sameAs')}</span>
                <code className="mono">{autoscaleLine(draft, target)}</code>
              </div>
            )}
            <ManifestPreview object={object} />
          </>
        )}
      </form>
    </Dialog>
  );
}
