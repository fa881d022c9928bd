import type { DaemonSet } from '#shared/kube/kinds.ts';
import type { Pod, PodSpec, PodTemplateSpec } from '#shared/kube/types.ts';
import { unwrap } from '../../testing/harness.ts';
import type { ConformanceFamily } from '../types.ts';
import type { WorkloadLab } from './lab.ts';
import { runScenarioFamily, type Script, type ScriptStep, type WorkloadScenario } from './scenario.ts';

const image = (tag: string) => `registry.example/app:${tag}`;

function agent(tag: string, updateStrategy?: unknown, spec: Partial<PodSpec> = {}): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent' },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'app', image: image(tag) }], ...spec } },
      ...(updateStrategy === undefined ? {} : { updateStrategy }),
    },
  } as unknown as DaemonSet;
}

const create = (object: DaemonSet) => (lab: WorkloadLab) => lab.create(object);

const editTemplate =
  (change: (before: NonNullable<PodTemplateSpec['spec']>) => PodSpec) =>
  (lab: WorkloadLab): void =>
    lab.edit<DaemonSet>('DaemonSet', 'agent', (before) => {
      const { template } = before.spec;
      return {
        ...before,
        spec: { ...before.spec, template: { ...template, spec: change(template.spec ?? { containers: [] }) } },
      };
    });

const setImage = (tag: string): ScriptStep => ({
  run: editTemplate((before) => ({ ...before, containers: before.containers.map((one) => ({ ...one, image: image(tag) })) })),
});

function podOn(lab: WorkloadLab, node: string): Pod {
  const pod = lab.pods().find((one) => one.spec.nodeName === node);
  if (pod === undefined) throw new Error(`no pod on ${node}`);
  return pod;
}

const deletePodOn = (node: string): ScriptStep => ({
  run: (lab) => {
    unwrap(lab.cluster.client.delete({ kind: 'Pod', namespace: lab.namespace, name: podOn(lab, node).metadata.name }));
  },
});

const failPodOn = (node: string): ScriptStep => ({
  run: (lab) => {
    const pod = podOn(lab, node);
    unwrap(lab.cluster.client.updateStatus({ ...pod, status: { ...pod.status, phase: 'Failed' } }));
  },
});

const rolling = (rollingUpdate: Record<string, unknown>) => ({ type: 'RollingUpdate', rollingUpdate });

/** A new image, one that never gets ready, undo and history. */
const ROLLOUT: readonly ScriptStep[] = [setImage('slow2'), setImage('slow-never'), {}, {}];

const SCRIPTS: Readonly<Record<string, Script>> = {
  'daemonset-basic': { steps: [{ run: create(agent('slow1')) }, deletePodOn('node-4'), failPodOn('node-2'), {}] },
  'daemonset-rolling-default': { start: create(agent('v1')), steps: ROLLOUT },
  'daemonset-rolling-maxUnavailable-50pct': { start: create(agent('v1', rolling({ maxUnavailable: '50%' }))), steps: ROLLOUT },
  'daemonset-rolling-maxSurge-1': { start: create(agent('v1', rolling({ maxSurge: 1, maxUnavailable: 0 }))), steps: ROLLOUT },
  'daemonset-ondelete': {
    start: create(agent('v1', { type: 'OnDelete' })),
    steps: [setImage('slow2'), deletePodOn('node-2'), {}],
  },
  'daemonset-hostnetwork': { steps: [{ run: create(agent('v1', undefined, { hostNetwork: true })) }] },
  'daemonset-taints': {
    steps: [
      { run: create(agent('v1', undefined, { nodeSelector: { pool: 'dr' } })) },
      {
        run: editTemplate((before) => ({
          ...before,
          tolerations: [{ key: 'lab/dr', operator: 'Exists', effect: 'NoSchedule' }],
        })),
      },
      {},
      deletePodOn('dr-1'),
      {},
      {},
      {},
      deletePodOn('dr-1'),
      {},
      {},
      {},
    ],
  },
};

/** Roll-outs with other limits than those above say them in their name: `daemonset-rolling-maxUnavailable-2`, `...-maxSurge-50pct`. */
function derive({ id, steps }: WorkloadScenario): Script | undefined {
  const [, field, count, percent] = /^daemonset-rolling-(maxSurge|maxUnavailable)-(\d+)(pct)?$/.exec(id) ?? [];
  if (field === undefined || steps.length !== ROLLOUT.length) return undefined;
  const limit = percent === undefined ? Number(count) : `${count}%`;
  const limits = field === 'maxSurge' ? { maxSurge: limit, maxUnavailable: 0 } : { maxUnavailable: limit };
  return { start: create(agent('v1', rolling(limits))), steps: ROLLOUT };
}

/** Plays the scenarios of DaemonSets. */
export function runDaemonSets(scenarios: readonly WorkloadScenario[]): ConformanceFamily {
  return runScenarioFamily('daemon sets', scenarios, SCRIPTS, { stablePodNames: false, nodesMatter: true, derive });
}
