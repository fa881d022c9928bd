import { describe, expect, it, vi } from 'vitest';
import { controllerOf } from '#shared/kube/pod.ts';
import type { Deployment, ReplicaSet } from '#shared/kube/types.ts';
import type { Command } from '#shared/protocol/commands.ts';
import { createSimulation } from '../index.ts';
import { checkConverged, checkInvariants } from '../invariants/index.ts';
import { SeededRandom } from '../sim/random.ts';
import type { Simulation } from '../types.ts';
import { deployment, node } from './builders.ts';
import { fuzzRecover, fuzzRun, replay } from './fuzz.ts';

const SEEDS = 300;
const BATCH = 25;
const COMMANDS = 20;
const SLICES = [1, 7, 100, Number.POSITIVE_INFINITY];

/** Seeds that once failed, kept as cases of their own beside the first 300. */
const KEPT_SEEDS: readonly number[] = [75];

/** Runs one seed to its end: invariants after every instant, the same digest at some slice size, rest after recovery. */
function checkSeed(seed: number): void {
  const run = fuzzRun(seed, COMMANDS);
  const { simulation, steps } = run;
  const slice = SLICES[seed % SLICES.length] ?? 1;
  if (seed % 4 === 0) expect(replay(seed, steps, simulation.nowMs, slice).digest(), `seed ${seed}`).toBe(simulation.digest());
  expect(fuzzRecover(run), `seed ${seed}`).toEqual([]);
}

describe('random command runs', () => {
  const batches = Array.from({ length: SEEDS / BATCH }, (_, index) => index * BATCH + 1);

  it.each(batches)('keep the invariants after every instant and come to rest: seeds from %i', (from) => {
    for (let seed = from; seed < from + BATCH; seed++) checkSeed(seed);
  });

  it('keep them for the seeds that once did not', () => {
    for (const seed of KEPT_SEEDS) checkSeed(seed);
  });

  it('give the same digest at every slice size', () => {
    for (const seed of [1001, 1002, 1003]) {
      const { simulation, steps } = fuzzRun(seed, COMMANDS);
      const digests = SLICES.map((slice) => replay(seed, steps, simulation.nowMs, slice).digest());
      expect(new Set([simulation.digest(), ...digests]).size, `seed ${seed}`).toBe(1);
    }
  });

  it('need no wall time, no ambient randomness and no timers', () => {
    const banned = (name: string) => (): never => {
      throw new Error(`${name} was used inside the engine`);
    };
    const names = ['Date', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'];
    vi.spyOn(Math, 'random').mockImplementation(banned('Math.random'));
    for (const name of names) vi.stubGlobal(name, banned(name));
    try {
      fuzzRecover(fuzzRun(2, COMMANDS));
    } finally {
      vi.unstubAllGlobals();
      vi.restoreAllMocks();
    }
  });

  it('differ between seeds', () => {
    const digest = (seed: number): string => fuzzRun(seed, 5).simulation.digest();
    expect(digest(1)).not.toBe(digest(2));
  });
});

const NAMES = ['a', 'b', 'c'];
const CONTROLLERS = ['deployment-controller', 'replicaset-controller', 'kube-scheduler', 'kube-controller-manager'];

/** Roll-outs and scalings of a cluster with room for all: nothing in them depends on which node or pod is drawn. */
function plannedCommands(seed: number): { atMs: number; command: Command }[] {
  const random = new SeededRandom(seed).stream('restart/commands');
  return Array.from({ length: 8 }, (_, index) => {
    const ref = { kind: 'Deployment', namespace: 'default', name: NAMES[random.nextInt(NAMES.length)] ?? 'a' };
    const commands: Command[] = [
      { type: 'scale', ref, replicas: random.nextInt(6) },
      { type: 'setImage', ref, container: 'app', image: `registry.example/app:v${random.nextInt(4)}` },
      { type: 'rolloutUndo', ref },
    ];
    return { atMs: index * 40_000, command: commands[random.nextInt(commands.length)] as Command };
  });
}

/** What stands in the end, without names and times. */
function outcome(simulation: Simulation): unknown {
  const objects = simulation.objects();
  const sets = objects.filter(({ kind }) => kind === 'ReplicaSet') as unknown as ReplicaSet[];
  const deployments = objects.filter(({ kind }) => kind === 'Deployment') as unknown as Deployment[];
  return deployments.map((one) => ({
    name: one.metadata.name,
    generation: one.metadata.generation,
    replicas: one.status.replicas,
    ready: one.status.readyReplicas,
    updated: one.status.updatedReplicas,
    sets: sets
      .filter((set) => controllerOf(set)?.uid === one.metadata.uid)
      .map(
        (set) => `${set.metadata.name} ${set.spec.replicas} r${set.metadata.annotations?.['deployment.kubernetes.io/revision']}`,
      ),
  }));
}

function plannedRun(seed: number, restarts: boolean): unknown {
  const simulation = createSimulation({ seed });
  const nodes = ['n1', 'n2', 'n3'].map((name) => node(name, { cpu: '16', memory: '64Gi' }));
  const workloads = NAMES.map((name) => deployment(name, { replicas: 2, cpu: '100m' }));
  expect(simulation.load([...nodes, ...workloads] as never).ok).toBe(true);
  const random = new SeededRandom(seed).stream('restart/instants');
  for (const { atMs, command } of plannedCommands(seed)) {
    simulation.run({ untilMs: atMs });
    simulation.execute(command);
    if (!restarts) continue;
    const component = CONTROLLERS[random.nextInt(CONTROLLERS.length)] ?? '';
    simulation.run({ untilMs: simulation.nowMs + random.nextInt(10_000), maxTasks: random.nextInt(60) });
    simulation.execute({ type: 'stopComponent', component });
    simulation.run({ untilMs: simulation.nowMs + random.nextInt(5000) });
    simulation.execute({ type: 'startComponent', component });
    expect(checkInvariants(simulation)).toEqual([]);
  }
  simulation.run({ untilMs: simulation.nowMs + 600_000 });
  expect(checkConverged(simulation)).toEqual([]);
  return outcome(simulation);
}

describe('stopping and starting a component at any instant', () => {
  it('changes nothing but timing', () => {
    for (let seed = 1; seed <= 40; seed++) expect(plannedRun(seed, true), `seed ${seed}`).toEqual(plannedRun(seed, false));
  });
});

describe('a hundred thousand tasks', () => {
  it('leave neither objects nor history nor timers growing', () => {
    const simulation = createSimulation({ seed: 1, historyBytes: 4_000_000, config: { eventTtlMs: 600_000 } });
    const nodes = Array.from({ length: 10 }, (_, index) => node(`n${index}`));
    expect(simulation.load([...nodes, deployment('web', { replicas: 2, cpu: '100m' })] as never).ok).toBe(true);
    const ref = { kind: 'Deployment', namespace: 'default', name: 'web' };
    const sizes: number[] = [];
    for (let round = 0; simulation.tasks < 100_000; round++) {
      simulation.execute({ type: 'scale', ref, replicas: round % 2 === 0 ? 30 : 2 });
      simulation.run({ untilMs: simulation.nowMs + 60_000 });
      sizes.push(simulation.objects().length);
    }
    const kept = simulation.changesSince(simulation.oldestRevision)?.length ?? 0;
    expect(simulation.revision).toBeGreaterThan(20_000);
    expect(kept).toBeLessThan(simulation.revision / 2);
    const half = sizes.slice(0, Math.floor(sizes.length / 2));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(Math.max(...half) * 1.1);
    expect(checkInvariants(simulation)).toEqual([]);
  });
});
