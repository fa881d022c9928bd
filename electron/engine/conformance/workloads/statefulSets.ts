import type { StatefulSet } from '#shared/kube/kinds.ts';
import type { AnyObject, Pod } from '#shared/kube/types.ts';
import { unwrap } from '../../testing/harness.ts';
import { withReady } from '../labKubelet.ts';
import type { ConformanceFamily } from '../types.ts';
import type { WorkloadLab } from './lab.ts';
import { type CapturedCommand, runScenarioFamily, type Script, type ScriptStep, type WorkloadScenario } from './scenario.ts';

const NAME = 'db';
const image = (tag: string) => `registry.example/app:${tag}`;

function db(replicas: number, tag: string, spec: Partial<StatefulSet['spec']> = {}): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: NAME },
    spec: {
      replicas,
      serviceName: NAME,
      selector: { matchLabels: { app: NAME } },
      template: { metadata: { labels: { app: NAME } }, spec: { containers: [{ name: 'app', image: image(tag) }] } },
      ...spec,
    },
  } as unknown as StatefulSet;
}

const create = (object: StatefulSet) => (lab: WorkloadLab) => lab.create(object);

const editSpec =
  (change: (before: StatefulSet['spec']) => StatefulSet['spec']) =>
  (lab: WorkloadLab): void =>
    lab.edit<StatefulSet>('StatefulSet', NAME, (before) => ({ ...before, spec: change(before.spec) }));

const withImage =
  (tag: string) =>
  (before: StatefulSet['spec']): StatefulSet['spec'] => {
    const { template } = before;
    const containers = (template.spec?.containers ?? []).map((one) => ({ ...one, image: image(tag) }));
    return { ...before, template: { ...template, spec: { ...template.spec, containers } } };
  };

const setImage = (tag: string): ScriptStep => ({ run: editSpec(withImage(tag)) });

const roll = (rollingUpdate: NonNullable<StatefulSet['spec']['updateStrategy']>['rollingUpdate'] & object) => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate },
});

const pod = (lab: WorkloadLab, name: string): Pod => lab.cluster.get('Pod', lab.namespace, name);

const deletePod = (name: string): ScriptStep => ({
  run: (lab) => {
    unwrap(lab.cluster.client.delete({ kind: 'Pod', namespace: lab.namespace, name }));
  },
});

const setReady = (name: string, ready: boolean): ScriptStep => ({
  run: (lab) => {
    unwrap(lab.cluster.client.updateStatus(withReady(pod(lab, name), ready, lab.cluster.core.clock.timestamp())));
  },
});

const failPod = (name: string): ScriptStep => ({
  run: (lab) => {
    const before = pod(lab, name);
    unwrap(lab.cluster.client.updateStatus({ ...before, status: { ...before.status, phase: 'Failed' } }));
  },
});

/** Volumes for the claims of the scenario with claim templates. */
function createVolumes(lab: WorkloadLab): void {
  for (let at = 0; at < 3; at++) {
    lab.cluster.create<AnyObject[]>({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `pv-${lab.namespace}-${at}` },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'manual',
        hostPath: { path: `/tmp/${at}` },
      },
    });
  }
}

const withClaims = {
  volumeClaimTemplates: [
    {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'manual', resources: { requests: { storage: '1Gi' } } },
    },
  ],
} as unknown as Partial<StatefulSet['spec']>;

/** What was done in each step besides the captured commands, by scenario. */
const SCRIPTS: Readonly<Record<string, Script>> = {
  'statefulset-ordered': {
    steps: [
      { run: create(db(3, 'slow1')) },
      {},
      {},
      deletePod('db-0'),
      failPod('db-0'),
      { before: setReady('db-0', false).run, limit: 0 },
      {},
      { before: setReady('db-1', false).run, limit: 0 },
      {},
    ],
  },
  'statefulset-parallel': {
    steps: [{ run: create(db(4, 'slow1', { podManagementPolicy: 'Parallel' })) }, {}, {}, setImage('slow2')],
  },
  // The time of the restart is part of the template, and so of the revision's name.
  'statefulset-rolling-update': {
    startTime: '2026-11-23T08:07:40Z',
    start: create(db(4, 'v1')),
    steps: [setImage('slow2'), {}, {}, { at: '2026-11-23T08:07:54Z' }],
  },
  'statefulset-partition': {
    start: create(db(4, 'v1', roll({ partition: 2 }))),
    steps: [setImage('slow2'), {}, deletePod('db-0'), { run: editSpec((before) => ({ ...before, ...roll({ partition: 0 }) })) }],
  },
  'statefulset-maxUnavailable': {
    start: create(db(5, 'v1')),
    steps: [{ run: editSpec((before) => ({ ...withImage('slow2')(before), ...roll({ partition: 0, maxUnavailable: 2 }) })) }],
  },
  'statefulset-ondelete': {
    start: create(db(3, 'v1', { updateStrategy: { type: 'OnDelete' } })),
    steps: [setImage('slow2'), deletePod('db-1')],
  },
  'statefulset-ordinals': {
    steps: [
      { run: create(db(2, 'v1', { ordinals: { start: 5 } })) },
      { run: editSpec((before) => ({ ...before, ordinals: { start: 6 } })) },
    ],
  },
  'statefulset-stuck': {
    start: create(db(3, 'v1')),
    steps: [setImage('slow-never'), setImage('slow3'), {}, deletePod('db-2')],
  },
  'statefulset-pvc': {
    start: createVolumes,
    steps: [
      { run: create(db(2, 'v1', withClaims)) },
      {},
      {
        before: editSpec((before) => ({
          ...before,
          persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Delete' },
        })),
      },
    ],
  },
};

/** Number of pods a roll-out begins with, where only the state at the end tells it. */
function replicasOf(scenario: WorkloadScenario): number {
  const { final } = scenario as unknown as { final?: Readonly<Record<string, { status?: { replicas?: number } } | null>> };
  return Object.values(final ?? {}).find((object) => object?.status?.replicas !== undefined)?.status?.replicas ?? 3;
}

/** Roll-outs with other limits say them in their first step: `set image with partition 3`, `set image with maxUnavailable 3`. */
function derive(scenario: WorkloadScenario): Script | undefined {
  const [first, ...others] = scenario.steps;
  const [, field, value] = /^set image with (partition|maxUnavailable) (\d+%?)$/.exec(first?.step ?? '') ?? [];
  if (field === undefined || value === undefined || others.some(({ output }) => output === undefined)) return undefined;
  const limit = /%$/.test(value) ? value : Number(value);
  const limits = field === 'partition' ? { partition: Number(value) } : { partition: 0, maxUnavailable: limit };
  return {
    start: create(db(replicasOf(scenario), 'v1', field === 'partition' ? roll(limits) : {})),
    steps: [{ run: editSpec((before) => ({ ...withImage('slow2')(before), ...roll(limits) })) }, ...others.map(() => ({}))],
  };
}

/** The capture wrote a single command as an object, several as a list. Tables (`kubectl get`) are the topic kubectl's. */
function withLists(scenario: WorkloadScenario): WorkloadScenario {
  const steps = scenario.steps.map((step) => {
    const output: unknown = step.output;
    if (output === undefined) return step;
    const commands = (Array.isArray(output) ? output : [output]) as CapturedCommand[];
    return { ...step, output: commands.filter(({ command }) => !command.startsWith('kubectl get ')) };
  });
  return { ...scenario, steps };
}

/** Plays the scenarios of StatefulSets. */
export function runStatefulSets(scenarios: readonly WorkloadScenario[]): ConformanceFamily {
  return runScenarioFamily('stateful sets', scenarios.map(withLists), SCRIPTS, {
    stablePodNames: true,
    nodesMatter: false,
    derive,
  });
}
