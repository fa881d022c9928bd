import { describe, expect, it } from 'vitest';
import type { AnyObject, Node, Pod } from '#shared/kube/types.ts';
import type { Command } from '#shared/protocol/index.ts';
import { createSimulation } from '../index.ts';
import { deployment, node } from '../testing/builders.ts';
import type { Simulation } from '../types.ts';
import { printError } from './words.ts';

function setUp(): Simulation {
  const simulation = createSimulation({ seed: 3 });
  const nodes = ['n1', 'n2'].map((name) => node(name, { cpu: '8', memory: '8Gi' }));
  const shop = deployment('shop', { replicas: 4, memory: '500Mi', cpu: '100m' });
  const loaded = { ...shop, metadata: { ...shop.metadata, annotations: { 'stowage.dev/load': '{"memoryPerPod":"1Gi"}' } } };
  expect(simulation.load([...nodes, loaded] as unknown as AnyObject[]).ok).toBe(true);
  simulation.run({ untilMs: 30_000 });
  return simulation;
}

function say(simulation: Simulation, command: Command): string {
  const answer = simulation.execute(command);
  return answer.ok ? answer.value.lines.join('\n') : printError(answer.error);
}

function pods(simulation: Simulation): Pod[] {
  return simulation.objects().filter(({ kind }) => kind === 'Pod') as unknown as Pod[];
}

const annotation = (simulation: Simulation) =>
  (simulation.get('Node//n1') as unknown as Node).metadata.annotations?.['stowage.dev/pressure'];

describe('setNodePressure', () => {
  it('evicts pods, which are replaced elsewhere, and lets go', () => {
    const simulation = setUp();
    const before = pods(simulation).filter(({ spec }) => spec.nodeName === 'n1').length;
    expect(say(simulation, { type: 'setNodePressure', node: 'n1', signal: 'memory', available: '50Mi' })).toBe(
      'node/n1 memory pressure set',
    );
    simulation.run({ untilMs: 90_000 });
    const evicted = pods(simulation).filter(({ status }) => status.reason === 'Evicted');
    // One pod gives a gibibyte back, which is enough.
    expect([before > 0, evicted.length]).toEqual([true, 1]);
    expect(evicted[0]?.status.message).toContain('Threshold quantity: 100Mi, available: 50Mi. Container app was using 1Gi');
    const running = pods(simulation).filter(({ status }) => status.phase === 'Running');
    expect(running.length).toBe(4);
    expect(say(simulation, { type: 'setNodePressure', node: 'n1', signal: 'memory', available: null })).toBe(
      'node/n1 memory pressure removed',
    );
    expect(annotation(simulation)).toBe('{}');
    simulation.run({ untilMs: 420_000 });
    expect((simulation.get('Node//n1') as unknown as Node).spec.taints).toBeUndefined();
  });

  it('goes the same way again at any slice', () => {
    const digests = [1, 7, Number.POSITIVE_INFINITY].map((maxTasks) => {
      const simulation = setUp();
      say(simulation, { type: 'setNodePressure', node: 'n1', signal: 'memory' });
      say(simulation, { type: 'shutdownNode', node: 'n2' });
      while (simulation.run({ untilMs: 120_000, maxTasks }).reason === 'tasks');
      return simulation.digest();
    });
    expect(new Set(digests).size).toBe(1);
  });

  it.each<[Command, string]>([
    [{ type: 'setNodePressure', node: 'n9', signal: 'disk' }, 'Error from server (NotFound): nodes "n9" not found'],
    [{ type: 'setNodePressure', node: 'n1', signal: 'disk' }, 'node/n1 disk pressure set'],
    [
      { type: 'setNodePressure', node: 'n1', signal: 'disk', available: 'much' },
      'error: cannot put node "n1" under pressure: available must be a quantity such as 50Mi or a percentage such as 5%, not "much"',
    ],
    [
      { type: 'setNodePressure', node: 'n1', signal: 'pid' },
      'error: cannot put node "n1" under pressure: the kubelet has no threshold for pid.available: say how much is to be left',
    ],
    [{ type: 'shutdownNode', node: 'n1' }, 'node/n1 shutting down'],
    [
      { type: 'shutdownNode', node: 'n1', graceSeconds: 5, criticalGraceSeconds: 6 },
      'error: the grace period of critical pods must not be longer than the whole grace period',
    ],
    [{ type: 'shutdownNode', node: 'n9' }, 'Error from server (NotFound): nodes "n9" not found'],
  ])('%j', (command, expected) => expect(say(setUp(), command)).toBe(expected));
});

describe('shutdownNode', () => {
  it('ends in a machine that is off, whose pods are replaced, and that boots again', () => {
    const simulation = setUp();
    say(simulation, { type: 'shutdownNode', node: 'n1', graceSeconds: 20, criticalGraceSeconds: 5 });
    expect(say(simulation, { type: 'shutdownNode', node: 'n1' })).toBe('node/n1 not shutting down');
    simulation.run({ untilMs: 80_000 });
    expect(simulation.faults()).toEqual({ n1: 'crashed' });
    const live = pods(simulation).filter(({ status }) => status.phase === 'Running');
    expect(live.map(({ spec }) => spec.nodeName)).toEqual(['n2', 'n2', 'n2', 'n2']);
    expect(say(simulation, { type: 'recoverNode', node: 'n1' })).toBe('node/n1 recovered');
    simulation.run({ untilMs: 120_000 });
    const ready = (simulation.get('Node//n1') as unknown as Node).status.conditions?.find(({ type }) => type === 'Ready');
    expect(ready?.status).toBe('True');
  });

  it('is called off by recovering the machine', () => {
    const simulation = setUp();
    say(simulation, { type: 'shutdownNode', node: 'n1' });
    expect(say(simulation, { type: 'recoverNode', node: 'n1' })).toBe('node/n1 shutdown cancelled');
    simulation.run({ untilMs: 120_000 });
    expect(simulation.faults()).toEqual({});
  });
});
