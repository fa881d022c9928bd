import { describe, expect, it } from 'vitest';
import { DEFAULT_PROFILE, type SchedulerConfiguration } from '#shared/kube/schedulerConfig/index.ts';
import type { AnyObject, KubeEvent, Pod } from '#shared/kube/types.ts';
import type { Command } from '#shared/protocol/index.ts';
import { createSimulation } from './index.ts';
import type { Simulation } from './types.ts';

const configuration = (...profiles: object[]): SchedulerConfiguration => ({
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
  profiles: profiles as NonNullable<SchedulerConfiguration['profiles']>,
});
const packing = (schedulerName: string) => ({
  schedulerName,
  pluginConfig: [
    { name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 1 }] } } },
  ],
  plugins: { score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeResourcesFit' }] } },
});

function node(name: string): AnyObject {
  const capacity = { cpu: '4', memory: '8Gi', pods: '20' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    spec: {},
    status: { capacity, allocatable: capacity },
  } as AnyObject;
}

function pod(name: string, schedulerName?: string): AnyObject {
  const containers = [{ name: 'c', image: 'i', resources: { requests: { cpu: '500m', memory: '256Mi' } } }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers, ...(schedulerName === undefined ? {} : { schedulerName }) },
  } as unknown as AnyObject;
}

function cluster(options: { schedulers?: Parameters<typeof createSimulation>[0]['schedulers'] } = {}): Simulation {
  const { schedulers } = options;
  const simulation = createSimulation({ seed: 7, ...(schedulers === undefined ? {} : { schedulers }) });
  expect(simulation.load([node('a'), node('b'), node('c')]).ok).toBe(true);
  return simulation;
}

const create = (...objects: AnyObject[]): Command => ({ type: 'create', objects }) as Command;
const podOf = (simulation: Simulation, name: string) => simulation.get(`Pod/default/${name}`) as unknown as Pod | undefined;
const nodeOf = (simulation: Simulation, name: string) => podOf(simulation, name)?.spec.nodeName;
const settle = (simulation: Simulation) => simulation.run({ untilMs: simulation.nowMs + 60_000, untilQuiet: true });
const done = (simulation: Simulation, command: Command) => expect(simulation.execute(command)).toMatchObject({ ok: true });
const four = (schedulerName?: string) => ['1', '2', '3', '4'].map((n) => pod(`p${n}`, schedulerName));

describe('schedulers', () => {
  it('places by its configuration', () => {
    const spread = cluster();
    done(spread, create(...four()));
    settle(spread);
    expect(new Set(four().map(({ metadata }) => nodeOf(spread, metadata.name))).size).toBe(3);
    const packed = cluster({ schedulers: [{ name: 'kube-scheduler', configuration: configuration(packing(DEFAULT_PROFILE)) }] });
    done(packed, create(...four()));
    settle(packed);
    expect(new Set(four().map(({ metadata }) => nodeOf(packed, metadata.name))).size).toBe(1);
  });

  it('leaves a pod of an unknown scheduler alone until one comes', () => {
    const simulation = cluster();
    done(simulation, create(pod('p', 'packer')));
    settle(simulation);
    expect(podOf(simulation, 'p')?.status.phase).toBe('Pending');
    expect(Object.values(simulation.queue()).flat()).toEqual([]);
    done(simulation, { type: 'addScheduler', name: 'my-scheduler', configuration: configuration(packing('packer')) });
    settle(simulation);
    expect(nodeOf(simulation, 'p')).toBeDefined();
    expect(simulation.explain('default', 'p')[0]?.profile).toBe('packer');
    const events = simulation.objects().filter(({ kind }) => kind === 'Event') as unknown as KubeEvent[];
    const scheduled = events.find((event) => event.reason === 'Scheduled') as unknown as {
      reportingController?: string;
      reportingComponent?: string;
    };
    expect(scheduled.reportingController ?? scheduled.reportingComponent).toBe('packer');
    expect(simulation.components().find(({ name }) => name === 'my-scheduler')).toMatchObject({
      running: true,
      profiles: ['packer'],
      cycles: 1,
    });
  });

  it('stops, starts and removes one without the other noticing', () => {
    const simulation = cluster({ schedulers: [{ name: 'second', configuration: configuration(packing('packer')) }] });
    done(simulation, { type: 'stopComponent', component: 'second' });
    done(simulation, create(pod('p', 'packer'), pod('q')));
    settle(simulation);
    expect([nodeOf(simulation, 'p'), nodeOf(simulation, 'q') !== undefined]).toEqual([undefined, true]);
    const advice = simulation.suggest('default', 'p');
    const start = { type: 'startComponent', component: 'second' };
    expect(advice).toMatchObject({
      ok: true,
      value: [{ kind: 'startScheduler', values: { name: 'second' }, command: start }],
    });
    done(simulation, { type: 'startComponent', component: 'second' });
    settle(simulation);
    const placed = nodeOf(simulation, 'p');
    expect(placed).toBeDefined();
    done(simulation, { type: 'removeScheduler', name: 'second' });
    done(simulation, create(pod('r', 'packer')));
    settle(simulation);
    expect(nodeOf(simulation, 'r')).toBeUndefined();
    expect(simulation.explain('default', 'p')[0]?.selected).toBe(placed);
    expect(simulation.schedulers().map(({ name }) => name)).toEqual(['kube-scheduler']);
  });

  it('shows at which scheduler a pod waits', () => {
    const simulation = cluster({ schedulers: [{ name: 'second', configuration: configuration({ schedulerName: 'packer' }) }] });
    const huge = (name: string, schedulerName?: string) => {
      const made = pod(name, schedulerName) as unknown as Pod;
      made.spec.containers[0]!.resources = { requests: { cpu: '64' } };
      return made as unknown as AnyObject;
    };
    done(simulation, create(huge('p', 'packer'), huge('q')));
    settle(simulation);
    expect(simulation.queue().unschedulable.map(({ name, scheduler }) => [name, scheduler])).toEqual([
      ['q', 'kube-scheduler'],
      ['p', 'second'],
    ]);
  });

  it('restarts with another configuration and tries waiting pods again', () => {
    const simulation = cluster();
    const tainted = { type: 'taint', add: [{ key: 'k', effect: 'NoSchedule' }], remove: [] } as const;
    for (const name of ['a', 'b', 'c']) done(simulation, { ...tainted, node: name, add: [...tainted.add], remove: [] });
    done(simulation, create(pod('p')));
    settle(simulation);
    expect(nodeOf(simulation, 'p')).toBeUndefined();
    const blind = { schedulerName: DEFAULT_PROFILE, plugins: { filter: { disabled: [{ name: 'TaintToleration' }] } } };
    done(simulation, { type: 'configureScheduler', name: 'kube-scheduler', configuration: configuration(blind) });
    settle(simulation);
    expect(nodeOf(simulation, 'p')).toBeDefined();
    expect(simulation.explain('default', 'p')).toHaveLength(2);
  });

  it('takes back-off bounds from the configuration', () => {
    const simulation = cluster();
    const slow = { ...configuration({ schedulerName: DEFAULT_PROFILE }), podInitialBackoffSeconds: 7, podMaxBackoffSeconds: 7 };
    done(simulation, { type: 'configureScheduler', name: 'kube-scheduler', configuration: slow });
    for (const name of ['a', 'b', 'c']) done(simulation, { type: 'cordon', node: name });
    done(simulation, create(pod('p')));
    simulation.run({ untilMs: 1_000 });
    done(simulation, { type: 'uncordon', node: 'a' });
    expect(simulation.queue().backoff[0]?.untilMs ?? 0).toBeGreaterThan(7_000);
  });

  it('refuses what cannot run, and changes nothing', () => {
    const simulation = cluster();
    const before = simulation.digest();
    const twice = configuration({ schedulerName: 'x' }, { schedulerName: 'x' });
    const rows: [Command, number, string][] = [
      [
        { type: 'configureScheduler', name: 'kube-scheduler', configuration: twice },
        422,
        'profiles[1].schedulerName: Duplicate value: "x"',
      ],
      [
        { type: 'addScheduler', name: 'second', configuration: configuration({}) },
        422,
        'scheduler "kube-scheduler" serves it already',
      ],
      [{ type: 'addScheduler', name: 'kube-scheduler', configuration: configuration({ schedulerName: 'y' }) }, 400, 'already'],
      [{ type: 'addScheduler', name: 'kubelet', configuration: configuration({ schedulerName: 'y' }) }, 400, 'already'],
      [{ type: 'addScheduler', name: 'Not A Name', configuration: configuration({ schedulerName: 'y' }) }, 400, 'DNS name'],
      [{ type: 'removeScheduler', name: 'kube-scheduler' }, 400, 'only stopped'],
      [{ type: 'removeScheduler', name: 'nobody' }, 404, 'nobody'],
      [{ type: 'configureScheduler', name: 'nobody', configuration: configuration({}) }, 404, 'nobody'],
    ];
    for (const [command, code, words] of rows) {
      const reply = simulation.execute(command);
      expect(reply).toMatchObject({ ok: false, error: { code } });
      if (!reply.ok) expect(reply.error.message).toContain(words);
    }
    expect(simulation.digest()).toBe(before);
    expect(() => cluster({ schedulers: [{ name: 'kube-scheduler', configuration: twice }] })).toThrow(RangeError);
  });

  it('gives the same digest for the same commands, and another for another configuration', () => {
    const run = (type: string) => {
      const simulation = cluster();
      const profile = packing(DEFAULT_PROFILE);
      profile.pluginConfig[0]!.args.scoringStrategy.type = type;
      done(simulation, { type: 'configureScheduler', name: 'kube-scheduler', configuration: configuration(profile) });
      done(simulation, { type: 'addScheduler', name: 'second', configuration: configuration({ schedulerName: 'second' }) });
      done(
        simulation,
        create(...four(), ...four('second').map((one, i) => ({ ...one, metadata: { ...one.metadata, name: `s${i}` } }))),
      );
      settle(simulation);
      return simulation.digest();
    };
    expect(run('MostAllocated')).toBe(run('MostAllocated'));
    expect(run('MostAllocated')).not.toBe(run('LeastAllocated'));
  });
});
