import type { AnyObject, ObjectRef } from '#shared/kube/types.ts';
import type { Command } from '#shared/protocol/commands.ts';
import { createSimulation } from '../index.ts';
import { InvariantWatch } from '../invariants/index.ts';
import { SeededRandom } from '../sim/random.ts';
import type { RandomStream } from '../sim/types.ts';
import type { Simulation } from '../types.ts';
import { budget, deployment, node, pod, replicaSet } from './builders.ts';

/** One thing that happens in a random run: a command, given `afterMs` after the one before. */
export interface FuzzStep {
  readonly afterMs: number;
  readonly command: Command;
}

const ROLES = ['a', 'b', 'c'];
const CONTROL_PLANE = [
  'kube-scheduler',
  'kube-controller-manager',
  'deployment-controller',
  'replicaset-controller',
  'disruption-controller',
];

/** Draws one of them. */
export function pick<T>(random: RandomStream, items: readonly T[]): T {
  return items[random.nextInt(items.length)] as T;
}

/** An object of a builder as the API takes it. */
export function untyped(object: unknown): AnyObject {
  return object as AnyObject;
}

function deploymentRef(name: string): ObjectRef {
  return { kind: 'Deployment', namespace: 'default', name };
}

/** The cluster a random run begins with: nodes in two zones, priority classes, some workloads, a budget. */
export function fuzzStart(seed: number): AnyObject[] {
  const random = new SeededRandom(seed).stream('fuzz/start');
  const nodes = Array.from({ length: 3 + random.nextInt(3) }, (_, index) =>
    node(`n${index}`, { cpu: pick(random, ['1', '2', '4']), labels: { 'topology.kubernetes.io/zone': `z${index % 2}` } }),
  );
  const classes = [
    { name: 'high', value: 1000 },
    { name: 'low', value: -5 },
  ].map(({ name, value }) => ({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value }));
  const workloads = ROLES.slice(0, 1 + random.nextInt(3)).map((name) => randomDeployment(random, name));
  const limit = pick(random, [{ minAvailable: 1 }, { minAvailable: 2 }, { maxUnavailable: 1 }, { minAvailable: '50%' }]);
  return [...nodes, ...classes, ...workloads, budget('guard', { app: 'a' }, limit)].map(untyped);
}

function randomDeployment(random: RandomStream, name: string) {
  const strategies = [
    { type: 'Recreate' },
    { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
    { rollingUpdate: { maxSurge: '50%', maxUnavailable: '50%' } },
    {},
  ];
  const priorityClassName = pick(random, [undefined, undefined, 'high', 'low']);
  return deployment(name, {
    replicas: random.nextInt(6),
    cpu: pick(random, ['100m', '300m', '700m']),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    spec: { terminationGracePeriodSeconds: pick(random, [1, 5, 30]) },
    workload: { strategy: pick(random, strategies), minReadySeconds: pick(random, [0, 0, 3]), progressDeadlineSeconds: 60 },
  });
}

function randomPodRef(random: RandomStream, simulation: Simulation): ObjectRef | undefined {
  const pods = simulation.objects().filter((object) => object.kind === 'Pod');
  if (pods.length === 0) return undefined;
  const { namespace, name } = pick(random, pods).metadata;
  return { kind: 'Pod', namespace: namespace ?? '', name };
}

/** Makes a random command; undefined when there is nothing to give it for. */
export type Maker = (random: RandomStream, simulation: Simulation, serial: number) => Command | undefined;

/** What a random run begins with and what may happen in it. */
export interface FuzzProgram {
  readonly start: (seed: number) => AnyObject[];
  readonly makers: readonly Maker[];
}

/** Commands about Deployments, bare pods, nodes and components. One that the cluster refuses is as good as any other. */
export const MAKERS: readonly Maker[] = [
  (random) => ({ type: 'scale', ref: deploymentRef(pick(random, ROLES)), replicas: random.nextInt(8) }),
  (random) => ({
    type: 'setImage',
    ref: deploymentRef(pick(random, ROLES)),
    container: 'app',
    image: `registry.example/app:v${random.nextInt(4)}`,
  }),
  (random) => ({ type: 'rolloutUndo', ref: deploymentRef(pick(random, ROLES)) }),
  (random) => ({ type: 'rolloutRestart', ref: deploymentRef(pick(random, ROLES)) }),
  (random) => ({ type: random.nextInt(2) === 0 ? 'rolloutPause' : 'rolloutResume', ref: deploymentRef(pick(random, ROLES)) }),
  (random) => ({ type: 'create', objects: [untyped(randomDeployment(random, pick(random, ROLES)))] }),
  (random) => ({
    type: 'delete',
    refs: [deploymentRef(pick(random, ROLES))],
    cascade: pick(random, ['background', 'foreground', 'orphan']),
  }),
  (random, _simulation, serial) => ({
    type: 'create',
    objects: [
      untyped(
        pod(`solo-${serial}`, {
          cpu: pick(random, ['100m', '900m']),
          ...(random.nextInt(2) === 0 ? { priorityClassName: 'high' } : {}),
        }),
      ),
    ],
  }),
  (random, _simulation, serial) => ({
    type: 'create',
    objects: [untyped(replicaSet(`set-${serial}`, { replicas: 1 + random.nextInt(3), cpu: '200m' }))],
  }),
  (random, simulation) => {
    const ref = randomPodRef(random, simulation);
    return ref && { type: 'delete', refs: [ref], ...(random.nextInt(3) === 0 ? { gracePeriodSeconds: 0, force: true } : {}) };
  },
  (random, simulation) => {
    const ref = randomPodRef(random, simulation);
    return ref && { type: 'evict', ref };
  },
  (random, simulation) => {
    const ref = randomPodRef(random, simulation);
    return ref && { type: 'failContainer', ref, container: 'app', exitCode: random.nextInt(2) };
  },
  (random, simulation) => {
    const ref = randomPodRef(random, simulation);
    return ref && { type: 'setReadiness', ref, ready: random.nextInt(2) === 0 };
  },
  (random) => ({ type: 'cordon', node: `n${random.nextInt(4)}` }),
  (random) => ({ type: 'uncordon', node: `n${random.nextInt(4)}` }),
  (random) => ({
    type: 'drain',
    node: `n${random.nextInt(4)}`,
    options: { ignoreDaemonSets: true, force: true, timeoutSeconds: 60 },
  }),
  (random) => ({ type: 'cancelDrain', node: `n${random.nextInt(4)}` }),
  (random) => ({
    type: 'taint',
    node: `n${random.nextInt(4)}`,
    add: [{ key: 'lab', effect: pick(random, ['NoSchedule', 'PreferNoSchedule', 'NoExecute']) }],
    remove: [],
    overwrite: true,
  }),
  (random) => ({ type: 'taint', node: `n${random.nextInt(4)}`, add: [], remove: [{ key: 'lab' }] }),
  (random) => ({ type: 'crashNode', node: `n${random.nextInt(4)}` }),
  (random) => ({ type: 'partitionNode', node: `n${random.nextInt(4)}` }),
  (random) => ({ type: 'recoverNode', node: `n${random.nextInt(4)}` }),
  (random) => ({ type: 'shutdownNode', node: `n${random.nextInt(4)}` }),
  (random) => ({
    type: 'setNodePressure',
    node: `n${random.nextInt(4)}`,
    signal: pick(random, ['memory', 'disk', 'inodes']),
    available: pick(random, ['1Gi', '50Mi', '4%', null]),
  }),
  (random) => ({ type: 'stopComponent', component: pick(random, CONTROL_PLANE) }),
  (random) => ({ type: 'startComponent', component: pick(random, CONTROL_PLANE) }),
  (random) => {
    const name = `n${random.nextInt(4)}`;
    // As large as any node before, so that pods still bound to one of that name fit.
    if (random.nextInt(3) > 0) return { type: 'create', objects: [untyped(node(name, { cpu: '4' }))] };
    return { type: 'delete', refs: [{ kind: 'Node', namespace: '', name }] };
  },
];

const DEPLOYMENTS: FuzzProgram = { start: fuzzStart, makers: MAKERS };

/** A new simulation with the start of a seed loaded. */
export function fuzzSimulation(seed: number, program: FuzzProgram = DEPLOYMENTS): Simulation {
  const simulation = createSimulation({ seed });
  const loaded = simulation.load(program.start(seed));
  if (!loaded.ok) throw new Error(`seed ${seed}: ${loaded.error.map(({ status }) => status.message).join('; ')}`);
  return simulation;
}

/** More work than that in one instant never ends. */
const ENDLESS_TASKS = 50_000;

/** Runs one instant to its end. Throws, with what was written last and who is busy, when it has none. */
function runInstant(simulation: Simulation, atMs: number): void {
  if (simulation.run({ untilMs: atMs, maxTasks: ENDLESS_TASKS }).reason !== 'tasks') return;
  const last = simulation.changesSince(simulation.revision - 10) ?? [];
  const busy = simulation.components().filter(({ queued }) => queued > 0);
  const words = [...last.map(({ key }) => key), ...busy.map(({ name, queued }) => `${name} ${queued} queued`)];
  throw new Error(`endless work at ${simulation.nowMs} ms: ${words.join(', ')}`);
}

/** Runs to a time instant by instant, calling `look` after each. */
export function runInstants(simulation: Simulation, untilMs: number, look: () => void): void {
  for (let due = simulation.nextDueMs(); due !== undefined && due <= untilMs; due = simulation.nextDueMs()) {
    runInstant(simulation, due);
    look();
  }
  simulation.run({ untilMs });
}

/** What a random run came to. */
export interface FuzzOutcome {
  readonly simulation: Simulation;
  readonly watch: InvariantWatch;
  /** The commands given, with the time since the one before: giving them again gives the same run. */
  readonly steps: readonly FuzzStep[];
}

/** Gives `count` random commands, checking the invariants after every instant. Throws with seed and time at the first fault. */
export function fuzzRun(seed: number, count: number, program: FuzzProgram = DEPLOYMENTS): FuzzOutcome {
  const simulation = fuzzSimulation(seed, program);
  const random = new SeededRandom(seed).stream('fuzz/commands');
  const watch = new InvariantWatch(simulation);
  const steps: FuzzStep[] = [];
  const look = (given = false): void => {
    const faults = watch.check(given);
    if (faults.length === 0) return;
    const words = steps.map(({ afterMs, command }) => `+${afterMs} ${JSON.stringify(command)}`);
    throw new Error(`seed ${seed} at ${simulation.nowMs} ms:\n${faults.join('\n')}\nafter\n${words.join('\n')}`);
  };
  let lastMs = 0;
  for (let serial = 0; serial < count; serial++) {
    runInstants(simulation, simulation.nowMs + pick(random, [0, 1, 300, 1000, 5000, 20_000]), () => look());
    const command = pick(random, program.makers)(random, simulation, serial);
    if (command === undefined) continue;
    steps.push({ afterMs: simulation.nowMs - lastMs, command });
    lastMs = simulation.nowMs;
    simulation.execute(command);
    look(true);
  }
  runInstants(simulation, simulation.nowMs, () => look());
  return { simulation, watch, steps };
}

/** Every toleration, drain and back-off has run out by then: the longest of a work queue is 1,000 s. */
const RECOVERY_MS = 1_300_000;

/** Repairs everything, lets the cluster come to rest and says what is still amiss. Checks the invariants on the way. */
export function fuzzRecover(
  { simulation, watch }: Pick<FuzzOutcome, 'simulation' | 'watch'>,
  repairs: readonly Command[] = [],
): string[] {
  simulation.execute({ type: 'startComponent', component: 'kube-scheduler' });
  simulation.execute({ type: 'startComponent', component: 'kube-controller-manager' });
  for (const { kind, metadata } of simulation.objects())
    if (kind === 'Node') simulation.execute({ type: 'recoverNode', node: metadata.name });
  for (const { kind, metadata } of simulation.objects()) {
    if (kind !== 'Node' || metadata.annotations?.['stowage.dev/pressure'] === undefined) continue;
    for (const signal of ['memory', 'disk', 'inodes'] as const)
      simulation.execute({ type: 'setNodePressure', node: metadata.name, signal, available: null });
  }
  for (const command of repairs) {
    simulation.execute(command);
    watch.check(true);
  }
  const faults: string[] = [];
  runInstants(simulation, simulation.nowMs + RECOVERY_MS, () => faults.push(...watch.check()));
  return [...faults, ...watch.checkConverged()];
}

/** Gives recorded commands again and goes on to `endMs`, running at most `maxTasks` tasks at a time. */
export function replay(
  seed: number,
  steps: readonly FuzzStep[],
  endMs: number,
  maxTasks: number,
  program: FuzzProgram = DEPLOYMENTS,
): Simulation {
  const simulation = fuzzSimulation(seed, program);
  const runTo = (untilMs: number): void => {
    while (simulation.run({ untilMs, maxTasks }).reason === 'tasks');
  };
  for (const { afterMs, command } of steps) {
    runTo(simulation.nowMs + afterMs);
    simulation.execute(command);
  }
  runTo(endMs);
  return simulation;
}
