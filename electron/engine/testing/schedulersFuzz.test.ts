import { describe, expect, it } from 'vitest';
import type { Command } from '#shared/protocol/commands.ts';
import { checkConverged, InvariantWatch } from '../invariants/index.ts';
import { SeededRandom } from '../sim/random.ts';
import type { RandomStream } from '../sim/types.ts';
import type { Simulation } from '../types.ts';
import { pod } from './builders.ts';
import { fuzzSimulation, runInstants } from './fuzz.ts';

const NAMES = ['second', 'third'];

function pick<T>(random: RandomStream, items: readonly T[]): T {
  return items[random.nextInt(items.length)] as T;
}

function configuration(random: RandomStream, schedulerName: string) {
  const type = pick(random, ['LeastAllocated', 'MostAllocated']);
  const profile = {
    schedulerName,
    percentageOfNodesToScore: pick(random, [0, 10, 100]),
    plugins: { multiPoint: { enabled: [{ name: 'NodeResourcesFit', weight: 1 + random.nextInt(9) }] } },
    pluginConfig: [{ name: 'NodeResourcesFit', args: { scoringStrategy: { type } } }],
  };
  const head = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };
  return { ...head, ...(random.nextInt(2) ? { podInitialBackoffSeconds: 3 } : {}), profiles: [profile] };
}

function randomCommand(random: RandomStream, serial: number): Command {
  const name = pick(random, NAMES);
  switch (random.nextInt(8)) {
    case 0:
      return { type: 'configureScheduler', name: 'kube-scheduler', configuration: configuration(random, 'default-scheduler') };
    case 1:
      return { type: 'configureScheduler', name, configuration: configuration(random, name) };
    case 2:
      return { type: 'addScheduler', name, configuration: configuration(random, name) };
    case 3:
      return { type: 'removeScheduler', name };
    case 4:
      return { type: 'stopComponent', component: pick(random, [...NAMES, 'kube-scheduler']) };
    case 5:
      return { type: 'startComponent', component: pick(random, [...NAMES, 'kube-scheduler']) };
    case 6:
      return { type: 'scale', ref: { kind: 'Deployment', namespace: 'default', name: 'a' }, replicas: random.nextInt(6) };
    default: {
      const made = pod(`extra-${serial}`, { cpu: '100m' });
      const schedulerName = pick(random, ['default-scheduler', ...NAMES]);
      return { type: 'create', objects: [{ ...made, spec: { ...made.spec, schedulerName } }] } as unknown as Command;
    }
  }
}

/** Forty random commands about schedulers, the invariants checked after every instant; then all schedulers run. */
function run(seed: number): Simulation {
  const simulation = fuzzSimulation(seed);
  const random = new SeededRandom(seed).stream('fuzz/schedulers');
  const watch = new InvariantWatch(simulation);
  const look = (): void => expect(watch.check(), `seed ${seed} at ${simulation.nowMs} ms`).toEqual([]);
  for (let serial = 0; serial < 40; serial++) {
    runInstants(simulation, simulation.nowMs + pick(random, [0, 1, 300, 1000, 5000]), look);
    simulation.execute(randomCommand(random, serial));
    look();
  }
  for (const name of NAMES) simulation.execute({ type: 'addScheduler', name, configuration: configuration(random, name) });
  for (const component of [...NAMES, 'kube-scheduler']) simulation.execute({ type: 'startComponent', component });
  runInstants(simulation, simulation.nowMs + 900_000, look);
  return simulation;
}

describe('schedulers that come, go and change', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])('lose no pod and break no invariant: seed %i', (seed) => {
    const simulation = run(seed);
    expect(checkConverged(simulation)).toEqual([]);
    const queued = new Set(
      Object.values(simulation.queue())
        .flat()
        .map(({ key }) => key),
    );
    for (const object of simulation.objects()) {
      const { spec, status, metadata } = object as { spec?: { nodeName?: string }; status?: { phase?: string } } & typeof object;
      if (object.kind !== 'Pod' || spec?.nodeName || status?.phase !== 'Pending') continue;
      expect(queued.has(`${metadata.namespace}/${metadata.name}`), `seed ${seed}: ${metadata.name} is in no queue`).toBe(true);
    }
  });

  it('give the same digest again', () => {
    expect(run(3).digest()).toBe(run(3).digest());
  });
});
