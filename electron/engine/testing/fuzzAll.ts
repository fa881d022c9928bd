import { kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, ObjectRef } from '#shared/kube/types.ts';
import type { Command } from '#shared/protocol/commands.ts';
import { CONTROLLER_MANAGER } from '../components.ts';
import { SeededRandom } from '../sim/random.ts';
import type { RandomStream } from '../sim/types.ts';
import type { Simulation } from '../types.ts';
import { type FuzzProgram, fuzzStart, MAKERS, type Maker, pick, untyped } from './fuzz.ts';
import { KINDS, NAMES, NAMESPACES } from './fuzzKinds.ts';
import { storageClass, volume } from './storage.ts';

const kindNames = Object.keys(KINDS);
const WAVE = { min: '50m', max: '2', periodSeconds: 240 };
const TEMPLATED = ['StatefulSet', 'DaemonSet', 'Job', 'ReplicationController'];

function namespaceObject(name: string): AnyObject {
  return untyped({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

/** Something of these kinds that is there; when there is nothing, a name that is refused. */
function existing(random: RandomStream, simulation: Simulation, kinds: readonly string[]): ObjectRef {
  const there = simulation.objects().filter(({ kind }) => kinds.includes(kind));
  if (there.length === 0) return { kind: pick(random, kinds), namespace: 'default', name: 'nothing' };
  const { kind, metadata } = pick(random, there);
  return { kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

function randomObject(random: RandomStream, kind = pick(random, kindNames)): AnyObject {
  const make = KINDS[kind];
  if (make === undefined) throw new Error(`no maker of ${kind}`);
  return make(random, pick(random, NAMES), pick(random, NAMESPACES));
}

/** A node of the run by name. */
function randomNode(random: RandomStream): string {
  return `n${random.nextInt(4)}`;
}

/** What a person may change in the spec of each kind. */
const PATCHES: Readonly<Record<string, (random: RandomStream) => object>> = {
  StatefulSet: (random) =>
    pick<object>(random, [
      { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: random.nextInt(4) } } },
      { updateStrategy: { type: 'OnDelete', rollingUpdate: null } },
      { minReadySeconds: random.nextInt(5) },
      { ordinals: { start: random.nextInt(3) } },
      { persistentVolumeClaimRetentionPolicy: { whenScaled: pick(random, ['Delete', 'Retain']) } },
    ]),
  DaemonSet: (random) =>
    pick<object>(random, [
      { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 + random.nextInt(2), maxSurge: 0 } } },
      { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } } },
      { template: { spec: { nodeSelector: pick(random, [null, { 'topology.kubernetes.io/zone': 'z1' }]) } } },
    ]),
  Job: (random) => pick<object>(random, [{ parallelism: random.nextInt(5) }, { suspend: true }, { suspend: false }]),
  CronJob: (random) =>
    pick<object>(random, [
      { suspend: random.nextInt(2) === 0 },
      { concurrencyPolicy: pick(random, ['Allow', 'Forbid', 'Replace']) },
      { schedule: pick(random, ['* * * * *', '*/3 * * * *']) },
    ]),
  HorizontalPodAutoscaler: (random) => ({ maxReplicas: 2 + random.nextInt(6) }),
  ResourceQuota: (random) => ({ hard: { pods: String(2 + random.nextInt(8)) } }),
  Service: (random) => ({ selector: { app: pick(random, ['a', 'sts-x', 'ds-x', 'rc-x']) } }),
};

/** Commands about workloads and what is around them. */
const WORKLOADS: readonly Maker[] = [
  (random) => ({ type: 'create', objects: [randomObject(random)] }),
  (random) => ({ type: 'create', objects: [randomObject(random, pick(random, [...TEMPLATED, 'CronJob']))] }),
  (random) => ({ type: 'apply', objects: [randomObject(random, pick(random, TEMPLATED))] }),
  (random, simulation) => ({
    type: 'delete',
    refs: [existing(random, simulation, kindNames)],
    cascade: pick(random, ['background', 'background', 'foreground', 'orphan']),
  }),
  (random, simulation) => ({
    type: 'scale',
    ref: existing(random, simulation, ['Deployment', 'StatefulSet', 'ReplicationController']),
    replicas: random.nextInt(6),
  }),
  (random, simulation) => ({
    type: 'setImage',
    ref: existing(random, simulation, ['StatefulSet', 'DaemonSet', 'ReplicationController', 'Deployment']),
    container: 'app',
    image: `registry.example/app:v${random.nextInt(4)}`,
  }),
  (random, simulation) => ({
    type: pick(random, ['rolloutUndo', 'rolloutRestart']),
    ref: existing(random, simulation, ['StatefulSet', 'DaemonSet']),
  }),
  patchOf,
  patchOf,
  (random, simulation) => ({
    type: 'setLoad',
    ref: existing(random, simulation, ['Deployment', 'StatefulSet']),
    load: pick(random, [null, { cpu: '2' }, { cpu: { sine: WAVE } }, { memoryPerPod: '300Mi' }]),
  }),
  (random, simulation) => ({
    type: 'setProbe',
    ref: existing(random, simulation, ['Pod']),
    probe: pick(random, ['readiness', 'readiness', 'liveness']),
    outcome: pick(random, ['pass', 'fail']),
  }),
  (random, simulation) => ({
    type: 'failContainer',
    ref: existing(random, simulation, ['Pod']),
    container: 'app',
    exitCode: random.nextInt(2),
  }),
];

/** Faults and changes of what everything stands on. */
const GROUND: readonly Maker[] = [
  (random) =>
    random.nextInt(3) === 0
      ? { type: 'delete', refs: [{ kind: 'Namespace', namespace: '', name: 'team' }] }
      : { type: 'create', objects: [namespaceObject('team')] },
  (random) => ({
    type: 'setNodePressure',
    node: randomNode(random),
    signal: pick(random, ['memory', 'disk', 'pid']),
    available: pick(random, [null, null, '1Mi', '50%']),
  }),
  (random) => ({ type: 'shutdownNode', node: randomNode(random), graceSeconds: 20, criticalGraceSeconds: 5 }),
  (random) => ({ type: 'recoverNode', node: randomNode(random) }),
  (random, simulation) => ({
    type: pick(random, ['stopComponent', 'startComponent']),
    component: pick(random, simulation.components()).name,
  }),
  (random) => ({ type: 'startComponent', component: pick(random, [CONTROLLER_MANAGER, 'kube-scheduler', 'kubelet']) }),
  (random) => ({
    type: 'label',
    ref: { kind: 'Node', namespace: '', name: randomNode(random) },
    set: { 'topology.kubernetes.io/zone': pick(random, ['z0', 'z1']) },
    remove: [],
    overwrite: true,
  }),
];

function patchOf(random: RandomStream, simulation: Simulation): Command {
  const ref = existing(random, simulation, Object.keys(PATCHES));
  return { type: 'patch', ref, patchType: 'merge', patch: { spec: PATCHES[ref.kind]?.(random) } };
}

/** Nodes, classes and Deployments, a second namespace, storage, and some objects of all kinds. */
function start(seed: number): AnyObject[] {
  const random = new SeededRandom(seed).stream('fuzz/all');
  const some = Array.from({ length: 4 + random.nextInt(8) }, () => randomObject(random));
  const unique = new Map(some.map((object) => [`${object.kind} ${object.metadata.namespace} ${object.metadata.name}`, object]));
  const volumes = ['v1', 'v2', 'v3'].map((name) => untyped(volume(name)));
  const workloads = [...unique.values()].filter(({ kind }) => kindInfo(kind)?.simulated === true);
  return [...fuzzStart(seed), namespaceObject('team'), untyped(storageClass()), ...volumes, ...workloads];
}

/** Random runs over all kinds and faults. */
export const ALL_KINDS: FuzzProgram = { start, makers: [...MAKERS, ...GROUND, ...WORKLOADS, ...WORKLOADS, ...WORKLOADS] };

/** What makes a cluster of such a run well again, beside its machines and components: nothing refuses pods, and nothing begins by the clock. */
export function repairsOf(simulation: Simulation): Command[] {
  const repairs: Command[] = [];
  for (const { kind, metadata } of simulation.objects()) {
    const ref = { kind, namespace: metadata.namespace ?? '', name: metadata.name };
    if (kind === 'ResourceQuota' || kind === 'LimitRange' || kind === 'HorizontalPodAutoscaler')
      repairs.push({ type: 'delete', refs: [ref] });
    if (kind === 'CronJob') repairs.push({ type: 'patch', ref, patchType: 'merge', patch: { spec: { suspend: true } } });
    if (kind === 'Node') {
      for (const signal of ['memory', 'disk', 'inodes', 'pid'] as const)
        repairs.push({ type: 'setNodePressure', node: metadata.name, signal, available: null });
      repairs.push({ type: 'cancelDrain', node: metadata.name }, { type: 'recoverNode', node: metadata.name });
    }
  }
  for (const { name, running } of simulation.components())
    if (!running) repairs.push({ type: 'startComponent', component: name });
  return repairs;
}
