import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { podRequests } from '#shared/kube/pod.ts';
import type { KubeObject, Pod } from '#shared/kube/types.ts';
import { node, pod } from '../testing/builders.ts';
import { createTestCluster, type TestCluster } from '../testing/harness.ts';
import { createScheduler, type SchedulerComponent } from './index.ts';

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('pod' as const),
      cpu: fc.integer({ min: 1, max: 4 }),
      high: fc.boolean(),
      spread: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete' as const), pick: fc.nat(99) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('node' as const), cpu: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('removeNode' as const), pick: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('cordon' as const), pick: fc.nat(9), on: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 15_000 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restart' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const high: KubeObject & { value: number } = {
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name: 'high' },
  value: 1000,
};
const constraint = {
  maxSkew: 1,
  topologyKey: 'kubernetes.io/hostname',
  whenUnsatisfiable: 'DoNotSchedule',
  labelSelector: { matchLabels: { app: 'x' } },
};

/** Ends the grace period of everything that terminates. */
function reap(test: TestCluster): void {
  for (const { metadata } of test.list('Pod')) {
    if (metadata.deletionTimestamp !== undefined)
      test.client.delete({ kind: 'Pod', namespace: 'default', name: metadata.name }, { gracePeriodSeconds: 0 });
  }
}

function act(test: TestCluster, scheduler: SchedulerComponent, one: Step, number: number): void {
  const nodes = test.list('Node');
  const pods = test.list('Pod');
  if (one.type === 'pod') {
    const settings = { cpu: `${one.cpu}`, labels: { app: 'x' }, ...(one.high ? { priorityClassName: 'high' } : {}) };
    test.create(pod(`p${number}`, { ...settings, ...(one.spread ? { spec: { topologySpreadConstraints: [constraint] } } : {}) }));
  } else if (one.type === 'delete' && pods.length > 0) {
    test.client.delete({ kind: 'Pod', namespace: 'default', name: pods[one.pick % pods.length]?.metadata.name ?? '' });
  } else if (one.type === 'node') test.create(node(`n${number}`, { cpu: `${one.cpu}` }));
  else if (one.type === 'removeNode' && nodes.length > 0) {
    const name = nodes[one.pick % nodes.length]?.metadata.name ?? '';
    test.client.delete({ kind: 'Node', namespace: '', name });
    for (const { metadata } of test.ctx.informer('Pod').lister.byIndex('nodeName', name)) {
      test.client.delete({ kind: 'Pod', namespace: 'default', name: metadata.name }, { gracePeriodSeconds: 0 });
    }
  } else if (one.type === 'cordon' && nodes.length > 0) {
    const target = nodes[one.pick % nodes.length]!;
    test.client.update({ ...target, spec: { ...target.spec, unschedulable: one.on } });
  } else if (one.type === 'wait') {
    test.runFor(one.ms);
    reap(test);
  } else if (one.type === 'restart') {
    scheduler.stop();
    scheduler.start();
  }
}

function play(seed: number, steps: readonly Step[]) {
  const test = createTestCluster({ seed, components: (ctx) => [createScheduler(ctx)], config: { scheduler: { cycleMs: 100 } } });
  const scheduler = test.components[0] as SchedulerComponent;
  test.create(high, node('first'));
  for (const [i, one] of steps.entries()) act(test, scheduler, one, i);
  for (let i = 0; i < 5; i++) {
    test.runFor(20_000);
    reap(test);
  }
  test.runFor(20_000);
  return { test, scheduler };
}

const cpuOf = (pods: readonly Pod[]) => pods.reduce((sum, one) => sum + (podRequests(one).cpu ?? 0), 0);

describe('the whole scheduler under random commands', () => {
  it('never overcommits a node, loses no pod, and leaves none pending that would fit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.array(step, { maxLength: 40 }), (seed, steps) => {
        const { test, scheduler } = play(seed, steps);
        const pods = test.list('Pod');
        for (const one of test.list('Node')) {
          const here = pods.filter(({ spec }) => spec.nodeName === one.metadata.name);
          expect(cpuOf(here)).toBeLessThanOrEqual(1000 * Number(one.status.allocatable?.cpu));
        }
        const { active, backoff, unschedulable, gated, inFlight } = scheduler.queue();
        const waiting = [...active, ...backoff, ...unschedulable, ...gated, ...inFlight].map(({ name }) => name).sort();
        const pending = pods.filter(({ spec }) => !spec.nodeName);
        expect(waiting).toEqual(pending.map(({ metadata }) => metadata.name));
        for (const one of pending) {
          const answer = scheduler.fit(one);
          if (!answer.ok) throw new Error(answer.error.message);
          expect(answer.value.best).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('ends the same for the same seed and commands', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.array(step, { maxLength: 25 }), (seed, steps) => {
        const outcome = () => {
          const { test, scheduler } = play(seed, steps);
          return [scheduler.digestParts(), test.list('Pod')];
        };
        expect(outcome()).toEqual(outcome());
      }),
      { numRuns: 15 },
    );
  });
});
