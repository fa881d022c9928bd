import type { Deployment, KubeObject, ReplicaSet } from '#shared/kube/types.ts';
import type { Component, ComponentContext, DeleteOptions } from '../../client/types.ts';
import { rollbackTemplate } from '../../controllers/deployment/rollback.ts';
import { createResourceQuotaController } from '../../controllers/resourcequota/index.ts';
import { deployment, replicaSet } from '../../testing/builders.ts';
import { unwrap } from '../../testing/harness.ts';
import type { Lab } from './lab.ts';

/** What a scenario does in one of its steps; the pods are driven to readiness afterwards, `limit` of them at most. */
export interface Step {
  /** Done and settled before the step is recorded. */
  prepare?: (lab: Lab) => void;
  run?: (lab: Lab) => void;
  limit?: number;
  /** Silence after which the step counts as settled, for steps that wait for a delay. */
  quietMs?: number;
  /** Virtual time that passes after the step, whatever happens. */
  waitMs?: number;
}

/** How a captured scenario is played: the cluster before its first step, and its steps in order. */
export interface Script {
  start: (lab: Lab) => void;
  /** Controllers beside those of workloads. */
  controllers?: (ctx: ComponentContext) => readonly Component[];
  steps: readonly Step[];
}

const image = (tag: string) => `registry.example/app:${tag}`;
const containers = (tag: string) => [{ name: 'app', image: image(tag) }];

/** A Deployment with the capture's container. */
function web(replicas: number, workload: Record<string, unknown> = {}, annotations?: Record<string, string>): Deployment {
  const built = deployment('web', { replicas, workload, spec: { containers: containers('v1') } });
  const { template } = built.spec;
  if (annotations === undefined) return built;
  return { ...built, spec: { ...built.spec, template: { ...template, metadata: { ...template.metadata, annotations } } } };
}

const create =
  (...objects: KubeObject[]) =>
  (lab: Lab): void => {
    lab.cluster.create(...objects);
  };

const edit =
  (change: (before: Deployment) => Deployment) =>
  (lab: Lab): void => {
    unwrap(lab.cluster.client.update(change(lab.deployment())));
  };

const editSpec = (fields: Partial<Deployment['spec']>) => edit((before) => ({ ...before, spec: { ...before.spec, ...fields } }));

const setImage = (tag: string): Step => ({
  run: edit((before) => {
    const { template } = before.spec;
    const changed = (template.spec?.containers ?? []).map((container) => ({ ...container, image: image(tag) }));
    return { ...before, spec: { ...before.spec, template: { ...template, spec: { ...template.spec, containers: changed } } } };
  }),
});

const annotateTemplate = (annotations: Record<string, string>): Step => ({
  run: edit((before) => {
    const { template } = before.spec;
    const merged = { ...template.metadata?.annotations, ...annotations };
    return {
      ...before,
      spec: { ...before.spec, template: { ...template, metadata: { ...template.metadata, annotations: merged } } },
    };
  }),
});

const scale = (replicas: number): Step => ({
  run: (lab) => {
    unwrap(lab.cluster.client.scale({ kind: 'Deployment', namespace: 'default', name: 'web' }, replicas));
  },
});

const annotate = (annotations: Record<string, string>): Step => ({
  run: edit((before) => ({
    ...before,
    metadata: { ...before.metadata, annotations: { ...before.metadata.annotations, ...annotations } },
  })),
});

const undo = (toRevision = 0): Step => ({
  run: (lab) => {
    const before = lab.deployment();
    const back = rollbackTemplate(before, lab.cluster.list('ReplicaSet'), toRevision);
    if (!back.ok || back.value.unchanged || before.spec.paused === true) return;
    const { template, annotations } = back.value;
    unwrap(
      lab.cluster.client.update({ ...before, metadata: { ...before.metadata, annotations }, spec: { ...before.spec, template } }),
    );
  },
});

const remove = (kind: string, name: string, options?: DeleteOptions): Step => ({
  run: (lab) => {
    unwrap(lab.cluster.client.delete({ kind, namespace: 'default', name }, options));
  },
});

/** A request that the real cluster refused, or that only reads: nothing to do. */
const nothing: Step = {};

const rolling = (maxSurge: number | string, maxUnavailable: number | string) => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
});

const updates = (last: number): Step[] => Array.from({ length: last - 1 }, (_none, at) => setImage(`v${at + 2}`));

const same = (name: string, replicas: number, tag: string) =>
  deployment(name, { replicas, labels: { app: 'same' }, spec: { containers: containers(tag) } });

const scaleReplicaSet = (name: string, replicas: number): Step => ({
  run: (lab) => {
    unwrap(lab.cluster.client.scale({ kind: 'ReplicaSet', namespace: 'default', name }, replicas));
  },
});

const blocker = (): ReplicaSet =>
  replicaSet('web-7874c6d779', { replicas: 0, labels: { app: 'other' }, spec: { containers: containers('other') } });

/** The scenarios of deployments/scenarios that have Deployments, by id. */
export const SCRIPTS: Readonly<Record<string, Script>> = {
  'hash-collision': {
    start: create(web(1)),
    steps: [
      {
        prepare: (lab) => {
          unwrap(lab.cluster.client.delete({ kind: 'Deployment', namespace: 'default', name: 'web' }));
        },
        run: create(blocker(), web(1)),
      },
    ],
  },
  'history-limit-2': {
    start: create(web(1, { revisionHistoryLimit: 2 })),
    steps: [...updates(5), { run: editSpec({ revisionHistoryLimit: 0 }) }],
  },
  'history-limit-default': { start: create(web(1)), steps: updates(14) },
  interference: {
    start: create(web(2)),
    steps: [
      scaleReplicaSet('web-7874c6d779', 5),
      {
        run: (lab) => {
          const name = lab.cluster.list('Pod')[0]?.metadata.name ?? '';
          unwrap(lab.cluster.client.delete({ kind: 'Pod', namespace: 'default', name }));
        },
      },
      remove('ReplicaSet', 'web-7874c6d779', { propagationPolicy: 'Background' }),
    ],
  },
  'min-ready-seconds': { start: create(web(3, { minReadySeconds: 3 })), steps: [{ ...setImage('slow2'), quietMs: 3500 }] },
  'non-template-changes': {
    start: create(web(3)),
    steps: [
      { run: edit((before) => ({ ...before, spec: { ...before.spec, ...rolling(2, '25%') } }) as Deployment) },
      annotate({ note: 'x', 'kubectl.kubernetes.io/last-applied-configuration': '{}' }),
      { run: editSpec({ minReadySeconds: 1 }), quietMs: 2000 },
    ],
  },
  'overlapping-selectors': {
    start: create(same('one', 1, 'v1')),
    steps: [{ run: create(same('two', 2, 'v1')) }, { run: create(same('three', 1, 'v2')) }],
  },
  'pause-resume': {
    start: create(web(3)),
    steps: [
      { run: editSpec({ paused: true }) },
      nothing,
      setImage('slow2'),
      undo(),
      nothing,
      scale(5),
      {
        run: edit((before) => {
          const { template } = before.spec;
          const changed = (template.spec?.containers ?? []).map((one) => ({ ...one, resources: { requests: { cpu: '10m' } } }));
          return {
            ...before,
            spec: { ...before.spec, template: { ...template, spec: { ...template.spec, containers: changed } } },
          };
        }),
      },
      { run: edit(({ spec: { paused: _paused, ...spec }, ...rest }) => ({ ...rest, spec })) },
      nothing,
    ],
  },
  'progress-deadline': {
    start: create(web(3, { progressDeadlineSeconds: 4 })),
    steps: [{ ...setImage('slow-never'), waitMs: 2500 }, { waitMs: 8000 }, setImage('v3'), nothing],
  },
  recreate: { start: create(web(3, { strategy: { type: 'Recreate' } })), steps: [setImage('slow2')] },
  restart: { start: create(web(3)), steps: [annotateTemplate({ 'kubectl.kubernetes.io/restartedAt': '2026-11-23T08:00:00Z' })] },
  'rolling-slow-termination': {
    start: create(web(4, {}, { 'lab/term': 'manual' })),
    steps: [setImage('slow2'), { run: removeTerminating }],
  },
  'rollout-undo-single': { start: create(web(1)), steps: [undo()] },
  'rollout-undo': {
    start: create(web(2)),
    steps: [
      setImage('v2'),
      annotate({ 'kubernetes.io/change-cause': 'second try' }),
      setImage('v3'),
      nothing,
      undo(),
      nothing,
      undo(1),
      undo(77),
      undo(5),
      nothing,
      setImage('v1'),
      nothing,
    ],
  },
  rollover: { start: create(web(5, rolling(1, 1))), steps: [{ ...setImage('slow2'), limit: 2 }, setImage('slow3')] },
  'scale-during-rollout': {
    start: create(web(10, rolling(3, 2))),
    steps: [setImage('slow-never'), scale(15), scale(6), scale(20), scale(0)],
  },
  'scale-plain': { start: create(web(2)), steps: [scale(5), nothing, scale(1), scale(0), setImage('v2'), scale(2)] },
  'stuck-then-fixed': { start: create(web(4)), steps: [setImage('bad2'), setImage('slow3')] },
  'delete-cascades': {
    start: create(web(2, {}, { 'lab/term': '0.7' })),
    steps: [
      remove('Deployment', 'web', { propagationPolicy: 'Background' }),
      nothing,
      { prepare: recreate, ...remove('Deployment', 'web', { propagationPolicy: 'Foreground' }) },
      { run: removeTerminating },
      { prepare: recreate, ...remove('Deployment', 'web', { propagationPolicy: 'Orphan' }) },
      nothing,
    ],
  },
  'quota-replica-failure': {
    start: () => undefined,
    controllers: (ctx) => [createResourceQuotaController(ctx)],
    steps: [
      { prepare: create(quota('2')), run: create(web(3)) },
      // The replica set tries again with growing delays; within this time the quota's new size is used.
      { run: resizeQuota('5'), quietMs: 3000 },
    ],
  },
  'missing-serviceaccount': {
    start: () => undefined,
    steps: [{ run: create(withAccount(web(2), 'ghost')) }],
  },
};

function quota(pods: string): KubeObject {
  const made = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q', namespace: 'default' },
    spec: { hard: { pods } },
  };
  return made;
}

function resizeQuota(pods: string): (lab: Lab) => void {
  return (lab) => {
    const before = lab.cluster.get('ResourceQuota', 'default', 'q');
    unwrap(lab.cluster.client.update({ ...before, spec: { hard: { pods } } }));
  };
}

function withAccount(built: Deployment, serviceAccountName: string): Deployment {
  const { template } = built.spec;
  const spec = { containers: [], ...template.spec, serviceAccountName };
  return { ...built, spec: { ...built.spec, template: { ...template, spec } } };
}

/** Lets the pods go that the fake kubelet was told to keep terminating. */
function removeTerminating(lab: Lab): void {
  for (const pod of lab.cluster.list('Pod')) {
    if (pod.metadata.deletionTimestamp === undefined) continue;
    lab.cluster.client.delete({ kind: 'Pod', namespace: 'default', name: pod.metadata.name }, { gracePeriodSeconds: 0 });
  }
}

function recreate(lab: Lab): void {
  removeTerminating(lab);
  lab.settle();
  lab.cluster.create(web(2, {}, { 'lab/term': '0.7' }));
}
