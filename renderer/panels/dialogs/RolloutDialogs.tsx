import { useId, useState } from 'react';
import { compareStrings } from '#shared/core/compare.ts';
import type { ObjectRef } from '#shared/kube/types.ts';
import { keyOf } from '#shared/kube/types.ts';
import { CheckField, Dialog, SelectField, TextField } from '../../components/index.ts';
import { useT } from '../../i18n/index.ts';
import { useCluster } from '../../store/cluster.ts';
import { closeDialog, openDock } from '../../store/view.ts';
import { replicasOf, templateOf, workloadOf } from '../../store/workloads.ts';
import { revisionsOf } from '../model/revisions.ts';
import { Foot } from './Foot.tsx';
import { Refusal, useSubmit } from './useSubmit.tsx';

function useWorkload(ref: ObjectRef) {
  return useCluster((state) => workloadOf(state, keyOf(ref)));
}

/** Sets the number of replicas. */
export function ScaleDialog({ target }: { target: ObjectRef }) {
  const t = useT();
  const form = useId();
  const workload = useWorkload(target);
  const [replicas, setReplicas] = useState(String(workload ? replicasOf(workload) : 1));
  const { error, busy, submit } = useSubmit();
  const valid = /^\d+$/.test(replicas.trim());
  return (
    <Dialog
      title={t('dialogs:scaleTitle', { name: target.name })}
      width={380}
      onClose={closeDialog}
      footer={<Foot form={form} busy={busy} disabled={!valid} text={t('dialogs:apply')} />}
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          if (valid) submit({ type: 'scale', ref: target, replicas: Number(replicas) });
        }}
      >
        <TextField label={t('dialogs:replicas')} type="number" min={0} autoFocus value={replicas} onText={setReplicas} />
        <Refusal error={error} />
      </form>
    </Dialog>
  );
}

/** Sets the image of one container of a template. */
export function ImageDialog({ target }: { target: ObjectRef }) {
  const t = useT();
  const form = useId();
  const workload = useWorkload(target);
  const containers = (workload ? templateOf(workload)?.spec?.containers : undefined) ?? [];
  const [container, setContainer] = useState(containers[0]?.name ?? '');
  const [image, setImage] = useState(containers[0]?.image ?? '');
  const { error, busy, submit } = useSubmit();
  return (
    <Dialog
      title={t('dialogs:imageTitle', { name: target.name })}
      onClose={closeDialog}
      footer={<Foot form={form} busy={busy} disabled={image.trim() === ''} text={t('dialogs:apply')} />}
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          submit({ type: 'setImage', ref: target, container, image: image.trim() }, () => openDock('rollout'));
        }}
      >
        {containers.length > 1 ? (
          <SelectField
            label={t('dialogs:container')}
            value={container}
            options={containers.map((one) => ({ value: one.name, label: one.name }))}
            onValue={(name) => {
              setContainer(name);
              setImage(containers.find((one) => one.name === name)?.image ?? '');
            }}
          />
        ) : null}
        <TextField label={t('dialogs:image')} hint={t('dialogs:imageHint')} mono autoFocus value={image} onText={setImage} />
        <Refusal error={error} />
      </form>
    </Dialog>
  );
}

/** Chooses the revision to go back to. */
export function UndoDialog({ target }: { target: ObjectRef }) {
  const t = useT();
  const form = useId();
  const workload = useWorkload(target);
  // The choice stays as it was when the dialog opened: a roll-out under way must not move it.
  const [earlier] = useState(() => (workload ? revisionsOf(workload, useCluster.getState()).filter((row) => !row.current) : []));
  const [revision, setRevision] = useState(earlier[0]?.revision ?? 0);
  const { error, busy, submit } = useSubmit();
  return (
    <Dialog
      title={t('dialogs:undoTitle', { name: target.name })}
      description={t('dialogs:undoLead')}
      onClose={closeDialog}
      footer={<Foot form={form} busy={busy} disabled={earlier.length === 0} text={t('dialogs:undoStart')} />}
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          submit({ type: 'rolloutUndo', ref: target, toRevision: revision }, () => openDock('rollout'));
        }}
      >
        {earlier.length === 0 ? <p>{t('dialogs:undoNone')}</p> : null}
        {earlier.map((row) => (
          <label key={row.name} className="radio-line">
            <input type="radio" name="revision" checked={row.revision === revision} onChange={() => setRevision(row.revision)} />
            <b>{row.revision}</b> <span className="mono">{row.changeCause ?? row.images.join(', ')}</span>
          </label>
        ))}
        <Refusal error={error} />
      </form>
    </Dialog>
  );
}

/** Confirms a deletion. */
export function DeleteDialog({ targets }: { targets: readonly ObjectRef[] }) {
  const t = useT();
  const form = useId();
  const [force, setForce] = useState(false);
  const pods = useCluster((state) => state.pods);
  const { error, busy, submit } = useSubmit();
  const owned = targets.some(
    (ref) => ref.kind === 'Pod' && pods.get(keyOf(ref))?.metadata.ownerReferences?.some((owner) => owner.controller),
  );
  const sorted = [...targets].sort((a, b) => compareStrings(keyOf(a), keyOf(b)));
  return (
    <Dialog
      title={t('dialogs:deleteTitle', { count: targets.length })}
      width={440}
      onClose={closeDialog}
      footer={<Foot form={form} busy={busy} disabled={false} danger text={t('dialogs:deleteStart')} />}
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          submit({ type: 'delete', refs: [...targets], ...(force ? { force, gracePeriodSeconds: 0 } : {}) });
        }}
      >
        <ul className="plain-list mono scroll">
          {sorted.map((ref) => (
            <li key={keyOf(ref)}>
              {ref.kind.toLowerCase()}/{ref.name}
            </li>
          ))}
        </ul>
        {owned ? <p className="note">{t('dialogs:deleteOwned')}</p> : null}
        {targets.some((ref) => ref.kind === 'Pod') ? (
          <CheckField label={t('dialogs:deleteForce')} checked={force} onChecked={setForce} />
        ) : null}
        <Refusal error={error} />
      </form>
    </Dialog>
  );
}
