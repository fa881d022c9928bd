import { useId, useState } from 'react';
import { Dialog, SelectField, TextField } from '../../components/index.ts';
import { type MessageKey, useT } from '../../i18n/index.ts';
import { useCluster } from '../../store/cluster.ts';
import { closeDialog, type FormKind, select, useView } from '../../store/view.ts';
import { emptyPodDraft, freeName } from '../model/drafts.ts';
import { emptyWorkloadDraft, type WorkloadDraft, workloadOfDraft } from '../model/workloadDrafts.ts';
import { Foot } from './Foot.tsx';
import { ManifestPreview } from './ManifestPreview.tsx';
import { PodForm } from './PodForm.tsx';
import { Refusal, useSubmit } from './useSubmit.tsx';

const NAMES: Readonly<Record<FormKind, string>> = { StatefulSet: 'db', DaemonSet: 'agent', Job: 'job', CronJob: 'report' };

const KINDS: Readonly<Record<FormKind, MessageKey>> = {
  StatefulSet: 'palette:statefulSet',
  DaemonSet: 'palette:daemonSet',
  Job: 'palette:job',
  CronJob: 'palette:cronJob',
};

const LEADS: Readonly<Record<FormKind, MessageKey>> = {
  StatefulSet: 'workloads:leadStatefulSet',
  DaemonSet: 'workloads:leadDaemonSet',
  Job: 'workloads:leadJob',
  CronJob: 'workloads:leadCronJob',
};

interface PartProps {
  draft: WorkloadDraft;
  set: (fields: Partial<WorkloadDraft>) => void;
}

function Choice<K extends keyof WorkloadDraft>({
  field,
  label,
  options,
  draft,
  set,
}: PartProps & { field: K; label: MessageKey; options: readonly string[] }) {
  const t = useT();
  return (
    <SelectField
      label={t(label)}
      value={String(draft[field])}
      options={options.map((value) => ({ value, label: value }))}
      onValue={(value) => set({ [field]: value } as Partial<WorkloadDraft>)}
    />
  );
}

function Text({
  field,
  label,
  hint,
  mono = false,
  draft,
  set,
}: PartProps & { field: keyof WorkloadDraft; label: MessageKey; hint?: MessageKey; mono?: boolean }) {
  const t = useT();
  return (
    <TextField
      label={t(label)}
      hint={hint === undefined ? undefined : t(hint)}
      mono={mono}
      value={String(draft[field])}
      onText={(text) => set({ [field]: text } as Partial<WorkloadDraft>)}
    />
  );
}

const UPDATES = ['RollingUpdate', 'OnDelete'];

function StatefulFields(props: PartProps) {
  return (
    <>
      <Text {...props} field="replicas" label="dialogs:replicas" />
      <Choice {...props} field="podManagementPolicy" label="workloads:order" options={['OrderedReady', 'Parallel']} />
      <Choice {...props} field="updateStrategy" label="workloads:updates" options={UPDATES} />
      {props.draft.updateStrategy === 'RollingUpdate' ? (
        <Text {...props} field="partition" label="workloads:partition" hint="workloads:partitionHint" />
      ) : null}
      <Text {...props} field="claim" label="workloads:claim" hint="workloads:claimHint" mono />
    </>
  );
}

function DaemonFields(props: PartProps) {
  return (
    <>
      <Choice {...props} field="updateStrategy" label="workloads:updates" options={UPDATES} />
      {props.draft.updateStrategy === 'RollingUpdate' ? (
        <>
          <Text {...props} field="maxUnavailable" label="dialogs:maxUnavailable" hint="workloads:daemonUnavailableHint" mono />
          <Text {...props} field="maxSurge" label="dialogs:maxSurge" hint="workloads:daemonSurgeHint" mono />
        </>
      ) : null}
    </>
  );
}

function JobFields(props: PartProps) {
  return (
    <>
      <Text {...props} field="completions" label="workloads:completions" />
      <Text {...props} field="parallelism" label="workloads:parallelism" />
      <Choice {...props} field="completionMode" label="workloads:completionMode" options={['NonIndexed', 'Indexed']} />
      <Text {...props} field="backoffLimit" label="workloads:backoffLimit" hint="workloads:backoffLimitHint" />
      <Text {...props} field="runSeconds" label="workloads:runSeconds" />
      <Text {...props} field="exitCode" label="workloads:exitCode" hint="workloads:exitCodeHint" />
    </>
  );
}

function CronFields(props: PartProps) {
  return (
    <>
      <Text {...props} field="schedule" label="workloads:schedule" hint="workloads:scheduleHint" mono />
      <Text {...props} field="timeZone" label="workloads:timeZone" hint="workloads:timeZoneHint" />
      <Choice {...props} field="concurrencyPolicy" label="workloads:concurrency" options={['Allow', 'Forbid', 'Replace']} />
      <Text {...props} field="runSeconds" label="workloads:runSeconds" />
    </>
  );
}

const FIELDS: Readonly<Record<FormKind, (props: PartProps) => React.JSX.Element>> = {
  StatefulSet: StatefulFields,
  DaemonSet: DaemonFields,
  Job: JobFields,
  CronJob: CronFields,
};

/** Makes one StatefulSet, DaemonSet, Job or CronJob. */
export function WorkloadDialog({ kind }: { kind: FormKind }) {
  const t = useT();
  const form = useId();
  const taken = useCluster((state) => state.workloads);
  const preset = useView((state) => state.podPreset);
  const [draft, setDraft] = useState<WorkloadDraft>(() => {
    const name = freeName(NAMES[kind], new Set([...taken.values()].map((object) => object.metadata.name)));
    return emptyWorkloadDraft(kind, {
      ...emptyPodDraft(),
      name,
      cpu: preset.cpu,
      memory: preset.memory,
      priorityClassName: preset.priorityClassName ?? '',
    });
  });
  const { error, busy, submit } = useSubmit();
  const object = workloadOfDraft(draft);
  const set = (fields: Partial<WorkloadDraft>): void => setDraft((before) => ({ ...before, ...fields }));
  const Fields = FIELDS[kind];
  return (
    <Dialog
      title={t('workloads:newTitle', { kind: t(KINDS[kind]) })}
      description={t(LEADS[kind])}
      width={640}
      onClose={closeDialog}
      footer={<Foot form={form} busy={busy} disabled={draft.pod.name.trim() === ''} text={t('dialogs:create')} />}
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          submit({ type: 'create', objects: [object] }, () => select(`${kind}/${draft.pod.namespace}/${draft.pod.name.trim()}`));
        }}
      >
        <div className="form-grid">
          <Fields draft={draft} set={set} />
        </div>
        <PodForm draft={draft.pod} onDraft={(pod) => set({ pod })} withNode={false} />
        <Refusal error={error} />
        <ManifestPreview object={object} />
      </form>
    </Dialog>
  );
}
