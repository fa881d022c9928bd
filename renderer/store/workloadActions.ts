import { controllerOf } from '#shared/kube/pod.ts';
import type { AnyObject, CronJob, Deployment, Job, ObjectRef, Pod } from '#shared/kube/types.ts';
import { objectKey, refOf } from '#shared/kube/types.ts';
import { sendCommand } from './actions.ts';
import { useCluster } from './cluster.ts';
import { replicaSetKeyOf } from './lineage.ts';
import { freshName } from './naming.ts';
import type { ObjectAction } from './objectActions.ts';
import { openDialog, openDock, select } from './view.ts';
import { type Workload, workloadOf } from './workloads.ts';

/** The workload that a pod is counted under: its Deployment, its CronJob's Job, its controller. Undefined for a pod of nobody. */
export function ownerOf(pod: Pod): Workload | undefined {
  const mirror = useCluster.getState();
  const set = replicaSetKeyOf(pod);
  const deployment = set ? mirror.lineage.get(set)?.deployment : null;
  if (deployment) return mirror.deployments.get(deployment);
  const owner = controllerOf(pod);
  return owner ? workloadOf(mirror, `${owner.kind}/${pod.metadata.namespace ?? ''}/${owner.name}`) : undefined;
}

/** Shows the roll-out panel for a workload. */
export function showRollout(key: string): void {
  select(key);
  openDock('rollout');
}

function deletion(ref: ObjectRef): ObjectAction {
  return {
    id: 'deleteWorkload',
    label: 'canvas:deleteWorkload',
    icon: 'trash-2',
    danger: true,
    group: true,
    run: () => openDialog({ type: 'delete', targets: [ref] }),
  };
}

function scaling(ref: ObjectRef): ObjectAction {
  return { id: 'scale', label: 'canvas:scale', icon: 'scaling', run: () => openDialog({ type: 'scale', target: ref }) };
}

function autoscaling(ref: ObjectRef): ObjectAction {
  return {
    id: 'autoscale',
    label: 'canvas:autoscale',
    icon: 'gauge',
    run: () => openDialog({ type: 'autoscale', target: ref }),
  };
}

function imageAndRestart(ref: ObjectRef): ObjectAction[] {
  return [
    { id: 'setImage', label: 'canvas:setImage', icon: 'image-up', run: () => openDialog({ type: 'setImage', target: ref }) },
    { id: 'restart', label: 'canvas:restart', icon: 'rotate-cw', run: () => void sendCommand({ type: 'rolloutRestart', ref }) },
  ];
}

function undoing(ref: ObjectRef): ObjectAction {
  return {
    id: 'undoRollout',
    label: 'canvas:undoRollout',
    icon: 'undo-2',
    run: () => openDialog({ type: 'undoRollout', target: ref }),
  };
}

function suspending(ref: ObjectRef, suspended: boolean): ObjectAction {
  const run = (): void => void sendCommand({ type: 'patch', ref, patchType: 'merge', patch: { spec: { suspend: !suspended } } });
  return suspended
    ? { id: 'resume', label: 'canvas:resumeWork', icon: 'play', run }
    : { id: 'suspend', label: 'canvas:suspendWork', icon: 'pause', run };
}

function deploymentActions(deployment: Deployment): ObjectAction[] {
  const ref = refOf(deployment);
  return [
    scaling(ref),
    autoscaling(ref),
    ...imageAndRestart(ref),
    deployment.spec.paused === true
      ? { id: 'resume', label: 'canvas:resumeRollout', icon: 'play', run: () => void sendCommand({ type: 'rolloutResume', ref }) }
      : { id: 'pause', label: 'canvas:pauseRollout', icon: 'pause', run: () => void sendCommand({ type: 'rolloutPause', ref }) },
    undoing(ref),
    { id: 'rollout', label: 'canvas:showRollout', icon: 'layers', run: () => showRollout(objectKey(deployment)) },
    { id: 'pdb', label: 'canvas:addBudget', icon: 'shield', run: () => openDialog({ type: 'pdb', deployment: ref }) },
  ];
}

/** The Job that `kubectl create job --from=cronjob/x` makes. Models pkg/cmd/create createJobFromCronJob */
export function jobOfCronJob(cronJob: CronJob, name: string): AnyObject {
  const { jobTemplate } = cronJob.spec;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: cronJob.metadata.namespace ?? 'default',
      ...(jobTemplate.metadata?.labels ? { labels: jobTemplate.metadata.labels } : {}),
      annotations: { ...jobTemplate.metadata?.annotations, 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [
        {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          name: cronJob.metadata.name,
          uid: cronJob.metadata.uid ?? '',
          controller: true,
        },
      ],
    },
    spec: jobTemplate.spec,
  };
}

function runNow(cronJob: CronJob): void {
  const { name, namespace = '' } = cronJob.metadata;
  const taken = (candidate: string): boolean => useCluster.getState().workloads.has(`Job/${namespace}/${candidate}`);
  const job = jobOfCronJob(cronJob, freshName(`${name}-manual`, taken));
  void sendCommand({ type: 'create', objects: [job] }).then((answer) => {
    if (answer.ok) select(objectKey(job));
  });
}

/** What can be done with a workload of any kind. */
export function workloadActions(workload: Workload): ObjectAction[] {
  const ref = refOf(workload);
  switch (workload.kind) {
    case 'Deployment':
      return [...deploymentActions(workload), deletion(ref)];
    case 'StatefulSet':
      return [scaling(ref), autoscaling(ref), ...imageAndRestart(ref), undoing(ref), deletion(ref)];
    case 'DaemonSet':
      return [...imageAndRestart(ref), undoing(ref), deletion(ref)];
    case 'Job':
      return [suspending(ref, (workload as Job).spec.suspend === true), deletion(ref)];
    case 'CronJob':
      return [
        { id: 'runNow', label: 'canvas:runNow', icon: 'play', run: () => runNow(workload) },
        suspending(ref, workload.spec.suspend === true),
        deletion(ref),
      ];
    default:
      return [scaling(ref), ...(controllerOf(workload) ? [] : [autoscaling(ref)]), deletion(ref)];
  }
}
