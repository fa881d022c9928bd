import type { ReactNode } from 'react';
import { isControlledBy } from '#shared/kube/pod.ts';
import type { CronJob, DaemonSet, Job, StatefulSet } from '#shared/kube/types.ts';
import { objectKey } from '#shared/kube/types.ts';
import { Button, KindIcon } from '../../components/index.ts';
import { type Translate, useT } from '../../i18n/index.ts';
import { useCluster } from '../../store/cluster.ts';
import { select } from '../../store/view.ts';
import { workloadActions } from '../../store/workloadActions.ts';
import { templateOf, type Workload, workloadSummary } from '../../store/workloads.ts';
import { revisionsOf } from '../model/revisions.ts';
import { LoadPart } from './deferred.tsx';
import { LabelsSection } from './Labels.tsx';
import { ConditionsSection, KeyValues, Section } from './parts.tsx';

type Row = readonly [string, ReactNode];

function mono(text: string): ReactNode {
  return (
    <span className="mono" key={text}>
      {text}
    </span>
  );
}

function statefulRows(set: StatefulSet, t: Translate): Row[] {
  const { updateStrategy, podManagementPolicy, serviceName, persistentVolumeClaimRetentionPolicy: keep } = set.spec;
  const partition = updateStrategy?.rollingUpdate?.partition ?? 0;
  return [
    [t('workloads:order'), podManagementPolicy ?? 'OrderedReady'],
    [t('workloads:updates'), partition > 0 ? `${updateStrategy?.type} · partition ${partition}` : (updateStrategy?.type ?? '')],
    [t('workloads:updatedPods'), `${set.status.updatedReplicas ?? 0} / ${set.spec.replicas ?? 1}`],
    ...(serviceName ? ([[t('workloads:serviceName'), serviceName]] as Row[]) : []),
    ...((set.spec.volumeClaimTemplates ?? []).length > 0
      ? ([[t('workloads:claims'), `${keep?.whenDeleted ?? 'Retain'} / ${keep?.whenScaled ?? 'Retain'}`]] as Row[])
      : []),
  ];
}

function daemonRows(set: DaemonSet, t: Translate): Row[] {
  const { status, spec } = set;
  const rolling = spec.updateStrategy?.rollingUpdate;
  const limits = rolling ? ` · maxUnavailable ${rolling.maxUnavailable ?? 1}, maxSurge ${rolling.maxSurge ?? 0}` : '';
  return [
    [t('workloads:updates'), `${spec.updateStrategy?.type ?? ''}${limits}`],
    [t('workloads:updatedPods'), `${status.updatedNumberScheduled ?? 0} / ${status.desiredNumberScheduled ?? 0}`],
    [t('workloads:misscheduled'), String(status.numberMisscheduled ?? 0)],
  ];
}

function jobRows(job: Job, t: Translate): Row[] {
  const { spec, status } = job;
  return [
    [t('workloads:activePods'), String(status.active ?? 0)],
    [t('workloads:succeeded'), String(status.succeeded ?? 0)],
    [t('workloads:failed'), `${status.failed ?? 0} · ${t('workloads:backoffLimit')} ${spec.backoffLimit ?? 6}`],
    [t('workloads:parallelism'), String(spec.parallelism ?? 1)],
    [t('workloads:completionMode'), spec.completionMode ?? 'NonIndexed'],
    ...(status.completedIndexes ? ([[t('workloads:completedIndexes'), mono(status.completedIndexes)]] as Row[]) : []),
    ...(status.failedIndexes ? ([[t('workloads:failedIndexes'), mono(status.failedIndexes)]] as Row[]) : []),
    ...(spec.activeDeadlineSeconds === undefined
      ? []
      : ([[t('workloads:deadline'), `${spec.activeDeadlineSeconds} s`]] as Row[])),
    ...(spec.ttlSecondsAfterFinished === undefined ? [] : ([[t('workloads:ttl'), `${spec.ttlSecondsAfterFinished} s`]] as Row[])),
  ];
}

function cronRows(cron: CronJob, t: Translate): Row[] {
  return [
    [t('workloads:schedule'), mono(cron.spec.schedule)],
    ...(cron.spec.timeZone ? ([[t('workloads:timeZone'), cron.spec.timeZone]] as Row[]) : []),
    [t('workloads:concurrency'), cron.spec.concurrencyPolicy ?? 'Allow'],
    [t('workloads:lastSchedule'), String(cron.status?.lastScheduleTime ?? t('panels:none'))],
    [t('workloads:lastSuccess'), String(cron.status?.lastSuccessfulTime ?? t('panels:none'))],
  ];
}

function ownRows(workload: Workload, t: Translate): Row[] {
  switch (workload.kind) {
    case 'StatefulSet':
      return statefulRows(workload, t);
    case 'DaemonSet':
      return daemonRows(workload, t);
    case 'Job':
      return jobRows(workload, t);
    case 'CronJob':
      return cronRows(workload, t);
    default:
      return [];
  }
}

function Revisions({ workload }: { workload: Workload }) {
  const t = useT();
  const replicaSets = useCluster((state) => state.replicaSets);
  const revisions = useCluster((state) => state.revisions);
  const pods = useCluster((state) => state.pods);
  const rows = revisionsOf(workload, { replicaSets, revisions, pods });
  if (rows.length === 0) return null;
  return (
    <Section title={t('panels:revision')}>
      <ul className="object-list">
        {rows.map((row) => (
          <li key={row.name} className="revision-line">
            <b>{row.revision}</b> <span className="mono ellipsis">{row.images.join(', ')}</span>
            <span className="muted">{t('panels:replicasReady', { ready: row.ready, desired: row.present })}</span>
            {row.current ? <span className="tag ok">{t('panels:revisionCurrent')}</span> : null}
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Objects a workload owns directly: a CronJob's Jobs, a Job's pods... */
function Owned({ workload }: { workload: Workload }) {
  const t = useT();
  const workloads = useCluster((state) => state.workloads);
  if (workload.kind !== 'CronJob') return null;
  const jobs = [...workloads.values()].filter((one) => isControlledBy(one, workload));
  if (jobs.length === 0) return null;
  return (
    <Section title={t('workloads:jobs')}>
      <ul className="object-list">
        {jobs.map((job) => {
          const { key, name, state } = workloadSummary(job);
          return (
            <li key={key}>
              <button type="button" className="object-link" onClick={() => select(key)}>
                <KindIcon kind="Job" size={14} />
                <span className="ellipsis">{name}</span>
                <span className="muted">{t(`canvas:workload_${state}`)}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

/** A workload that is no Deployment: how far it is, what can be done, its revisions and conditions. */
export function WorkloadDetails({ workload }: { workload: Workload }) {
  const t = useT();
  const summary = workloadSummary(workload);
  const conditions = (workload.status as { conditions?: { type: string; status: string }[] } | undefined)?.conditions ?? [];
  const actions = workloadActions(workload).filter((action) => action.danger !== true);
  const images = (templateOf(workload)?.spec?.containers ?? []).map((container) => container.image ?? '');
  return (
    <>
      <KeyValues
        rows={[
          [t('panels:namespace'), summary.namespace],
          [t('panels:status'), t(`canvas:workload_${summary.state}`)],
          ...(workload.kind === 'CronJob'
            ? ([[t('workloads:activeJobs'), String(summary.done)]] as Row[])
            : ([[t('panels:pods'), `${summary.done} / ${summary.wanted}`]] as Row[])),
          ...ownRows(workload, t),
          [t('panels:image'), mono(images.join(', '))],
        ]}
      />
      <div className="button-row">
        {actions.map((action) => (
          <Button key={action.id} onClick={action.run}>
            {t(action.label)}
          </Button>
        ))}
      </div>
      <LoadPart workload={workload} />
      <Revisions key={objectKey(workload)} workload={workload} />
      <Owned workload={workload} />
      <LabelsSection labels={workload.metadata.labels} />
      <ConditionsSection conditions={conditions} />
    </>
  );
}
