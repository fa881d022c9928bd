import { describe, expect, it } from 'vitest';
import type { Pod } from '#shared/kube/types.ts';
import { node, pod, priorityClass } from '../testing/builders.ts';
import { createTestCluster } from '../testing/harness.ts';
import { createScheduler, type SchedulerComponent } from './index.ts';

function cluster(config = {}, seed = 1) {
  const test = createTestCluster({
    seed,
    components: (ctx) => [createScheduler(ctx)],
    config: { scheduler: { cycleMs: 0, ...config } },
  });
  return { ...test, scheduler: test.components[0] as SchedulerComponent, get: test.get };
}

describe('scheduler', () => {
  it('binds a pod and says so', () => {
    const test = cluster();
    test.create(node('a'), node('b', { unschedulable: true }), pod('p', { cpu: '1' }) as never);
    test.settle();
    expect(test.get('Pod', 'default', 'p').spec.nodeName).toBe('a');
    expect(test.events('p')).toEqual(['Normal Scheduled Successfully assigned default/p to a']);
    const [attempt] = test.scheduler.explain('default', 'p');
    expect(attempt?.result).toBe('scheduled');
    expect(attempt?.nodes.map(({ node: name, code }) => [name, code])).toEqual([
      ['a', 'Success'],
      ['b', 'UnschedulableAndUnresolvable'],
    ]);
  });
});
