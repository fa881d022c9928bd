import { describe, expect, it } from 'vitest';
import type { AnyObject, Pod, PriorityClass } from '#shared/kube/types.ts';
import { node, type PodSettings, pod } from '../testing/builders.ts';
import { createTestCluster, unwrap } from '../testing/harness.ts';
import { createScheduler, type SchedulerComponent, type SchedulerOptions } from './index.ts';

function cluster(config = {}, seed = 1, options: SchedulerOptions = {}) {
  const test = createTestCluster({
    seed,
    components: (ctx) => [createScheduler(ctx, options)],
    config: { scheduler: { cycleMs: 0, ...config } },
  });
  const scheduler = test.components[0] as SchedulerComponent;
  const priority = (name: string, value: number, preemptionPolicy = 'PreemptLowerPriority'): PriorityClass => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    preemptionPolicy,
  });
  test.create(priority('low', 100), priority('mid', 500), priority('high', 1000), priority('high-never', 1000, 'Never'));
  return {
    test,
    scheduler,
    get: (name: string) => test.get('Pod', 'default', name),
    /** Three nodes of 4 CPU, full of pods of 1 CPU: the ground of the recorded preemption sequences. */
    fill(settings: PodSettings = {}) {
      for (const n of [1, 2, 3]) {
        test.create(node(`node-${n}`));
        for (const i of [0, 1, 2, 3]) {
          test.create(pod(`low-${n}-${i}`, { cpu: '1', nodeName: `node-${n}`, priorityClassName: 'low', ...settings }));
        }
      }
      test.settle();
    },
    /** What a kubelet does at the end of the grace period. */
    finishTerminating() {
      for (const one of test.list('Pod')) {
        if (one.metadata.deletionTimestamp === undefined) continue;
        test.client.delete({ kind: 'Pod', namespace: 'default', name: one.metadata.name }, { gracePeriodSeconds: 0 });
      }
    },
    update(name: string, change: (before: Pod) => Partial<Pod>) {
      const before = test.get('Pod', 'default', name);
      unwrap(test.client.update({ ...before, ...change(before) }));
    },
  };
}

function condition(one: Pod, type: string) {
  const found = one.status.conditions?.find((each) => each.type === type);
  return found === undefined ? undefined : [found.status, found.reason, found.message];
}

const notEnough = '0/3 nodes are available: 3 Insufficient cpu.';

describe('scheduling', () => {
  it('binds a pod and says so', () => {
    const { test, get, scheduler } = cluster();
    test.create(node('a'), node('b', { unschedulable: true }));
    test.create(pod('p', { cpu: '1' }));
    test.settle();
    expect(get('p').spec.nodeName).toBe('a');
    expect(test.events('p')).toEqual(['Normal Scheduled Successfully assigned default/p to a']);
    const [attempt] = scheduler.explain('default', 'p');
    expect(attempt).toMatchObject({ result: 'scheduled', selected: 'a', tieBreak: false, nodesTotal: 2, attempt: 1 });
    expect(attempt?.nodes).toMatchObject([
      { node: 'a', code: 'Success', scores: [{ plugin: 'TaintToleration', weighted: 300 }, {}, {}, {}, {}] },
      { node: 'b', code: 'UnschedulableAndUnresolvable', plugin: 'NodeUnschedulable' },
    ]);
  });

  it('takes cycleMs for each pod, the most important first', () => {
    const { test, get } = cluster({ cycleMs: 300 });
    test.create(node('a'));
    test.create(pod('p1', { cpu: '1' }), pod('p2', { cpu: '1', priorityClassName: 'high' }));
    test.runFor(299);
    expect([get('p1').spec.nodeName, get('p2').spec.nodeName]).toEqual([undefined, undefined]);
    test.runFor(1);
    expect([get('p1').spec.nodeName, get('p2').spec.nodeName]).toEqual([undefined, 'a']);
    test.runFor(300);
    expect(get('p1').spec.nodeName).toBe('a');
  });

  it('leaves pods of another scheduler and pods with a node alone', () => {
    const { test, get } = cluster();
    test.create(node('a'));
    test.create(pod('other', { spec: { schedulerName: 'nope' } }), pod('placed', { nodeName: 'a' }));
    test.settle();
    expect(get('other').spec.nodeName).toBeUndefined();
    expect([...test.events('other'), ...test.events('placed')]).toEqual([]);
    expect(condition(get('placed'), 'PodScheduled')).toBeUndefined();
  });

  it('holds a gated pod until the last gate is gone', () => {
    const { test, get, scheduler, update } = cluster();
    test.create(node('a'));
    test.create(pod('p', { spec: { schedulingGates: [{ name: 'x.io/a' }, { name: 'x.io/b' }] } }));
    test.settle();
    expect(scheduler.queue().gated).toMatchObject([{ key: 'default/p', plugins: ['SchedulingGates'] }]);
    update('p', (before) => ({ spec: { ...before.spec, schedulingGates: [{ name: 'x.io/b' }] } }));
    test.settle();
    expect(get('p').spec.nodeName).toBeUndefined();
    update('p', (before) => ({ spec: { ...before.spec, schedulingGates: [] } }));
    test.settle();
    expect(get('p').spec.nodeName).toBe('a');
    expect(scheduler.explain('default', 'p').map(({ result }) => result)).toEqual(['scheduled', 'gated', 'gated']);
  });

  it('writes why, parks the pod, and wakes it by the event that helps', () => {
    const { test, get, scheduler } = cluster();
    test.create(node('a', { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] }));
    test.create(pod('p'));
    test.settle();
    const message =
      '0/1 nodes are available: 1 node(s) had untolerated taint(s). no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';
    expect(test.events('p')).toEqual([`Warning FailedScheduling ${message}`]);
    expect(condition(get('p'), 'PodScheduled')).toEqual(['False', 'Unschedulable', message]);
    expect(scheduler.queue().unschedulable).toMatchObject([{ key: 'default/p', attempts: 1, plugins: ['TaintToleration'] }]);
    const before = test.get('Node', '', 'a');
    unwrap(test.client.update({ ...before, metadata: { ...before.metadata, labels: { some: 'label' } } }));
    test.settle();
    expect(get('p').spec.nodeName).toBeUndefined();
    unwrap(test.client.update({ ...test.get('Node', '', 'a'), spec: {} }));
    test.settle();
    expect(get('p').spec.nodeName).toBe('a');
    expect(scheduler.explain('default', 'p')[0]?.wokenBy).toEqual({ event: 'NodeUpdateNodeTaint', plugin: 'TaintToleration' });
  });

  it('says so when there is no node at all, and tries again with back-off', () => {
    const { test, get } = cluster();
    test.create(pod('p'));
    test.settle();
    expect(test.events('p')).toEqual(['Warning FailedScheduling no nodes available to schedule pods']);
    test.create(node('a'));
    test.runFor(20_000);
    expect(get('p').spec.nodeName).toBe('a');
  });

  it('draws among equal nodes by seed, and the same for the same seed', () => {
    const placed = (seed: number) => {
      const { test, get, scheduler } = cluster({}, seed);
      test.create(...['a', 'b', 'c', 'd'].map((name) => node(name)), pod('p') as never);
      test.settle();
      return `${get('p').spec.nodeName} ${scheduler.digestParts()}`;
    };
    expect(new Set([1, 2, 3, 4, 5, 6, 7, 8].map(placed)).size).toBeGreaterThan(1);
    expect(placed(3)).toBe(placed(3));
  });

  it('goes on after a restart as if nothing had been', () => {
    const { test, get, scheduler } = cluster();
    test.create(node('a', { cpu: '2' }));
    test.create(pod('p1', { cpu: '1' }), pod('p2', { cpu: '2' }));
    test.settle();
    scheduler.stop();
    test.create(pod('p3', { cpu: '1' }));
    test.runFor(60_000);
    expect(get('p3').spec.nodeName).toBeUndefined();
    scheduler.start();
    test.settle();
    expect([get('p1'), get('p2'), get('p3')].map(({ spec }) => spec.nodeName)).toEqual(['a', undefined, 'a']);
    test.client.delete({ kind: 'Pod', namespace: 'default', name: 'p1' }, { gracePeriodSeconds: 0 });
    test.client.delete({ kind: 'Pod', namespace: 'default', name: 'p3' }, { gracePeriodSeconds: 0 });
    test.settle();
    expect(get('p2').spec.nodeName).toBe('a');
  });

  it('answers a dry run with every node and what preemption could do, and changes nothing', () => {
    const { test, fill, scheduler } = cluster();
    fill();
    test.create(node('cordoned', { unschedulable: true }));
    test.settle();
    const before = [scheduler.digestParts(), test.core.store.revision];
    const asked = { ...pod('new', { cpu: '2' }), spec: { ...pod('new', { cpu: '2' }).spec, priority: 1000 } };
    const answer = unwrap(scheduler.fit(asked));
    expect(answer.result).toBe('preview');
    expect(answer.nodes.map(({ node: name, victims }) => [name, victims?.length])).toEqual([
      ['cordoned', undefined],
      ['node-1', 2],
      ['node-2', 2],
      ['node-3', 2],
    ]);
    const running = unwrap(scheduler.fit(test.get('Pod', 'default', 'low-1-0')));
    expect(running.best).toEqual(['node-1']);
    expect([scheduler.digestParts(), test.core.store.revision]).toEqual(before);
  });

  it('uses the profile that a pod names', () => {
    const profiles = [
      { schedulerName: 'default-scheduler' },
      { schedulerName: 'packer', plugins: { filter: { disabled: [{ name: 'TaintToleration' }] } } },
    ];
    const { test, get } = cluster({}, 1, { profiles });
    test.create(node('a', { taints: [{ key: 'k', effect: 'NoSchedule' }] }));
    test.create(pod('p', { spec: { schedulerName: 'packer' } }), pod('q'));
    test.settle();
    expect([get('p').spec.nodeName, get('q').spec.nodeName]).toEqual(['a', undefined]);
  });

  it('keeps no attempts when the trace is off', () => {
    const { test, scheduler } = cluster({}, 1, { trace: false });
    test.create(node('a'), pod('p') as never);
    test.settle();
    expect(scheduler.explain('default', 'p')).toEqual([]);
  });
});

describe('preemption, as recorded in shared/conformance/preemption', () => {
  it('preempt-one: nominates, evicts with condition and event, binds when the victim is gone', () => {
    const { test, get, fill, finishTerminating } = cluster();
    fill();
    test.create(pod('high', { cpu: '1', priorityClassName: 'high' }));
    test.settle();
    const high = get('high');
    const [victim] = test.list('Pod').filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    const home = high.status.nominatedNodeName;
    expect(home).toBe(victim?.spec.nodeName);
    expect(condition(high, 'PodScheduled')).toEqual(['False', 'Unschedulable', notEnough]);
    expect(victim?.metadata.deletionGracePeriodSeconds).toBe(30);
    const text = 'default-scheduler: preempting to accommodate a higher priority pod';
    expect(condition(victim as Pod, 'DisruptionTarget')).toEqual(['True', 'PreemptionByScheduler', text]);
    expect(test.events(victim?.metadata.name ?? '')).toEqual([
      `Normal Preempted Preempted by pod ${high.metadata.uid} on node ${home}`,
    ]);
    const [event] = test.list('Event').filter(({ reason }) => reason === 'Preempted') as unknown as AnyObject[];
    expect(event).toMatchObject({ action: 'Preempting', related: { kind: 'Pod', name: 'high' } });
    finishTerminating();
    test.settle();
    expect(get('high').spec.nodeName).toBe(home);
    expect(test.events('high')).toEqual([
      `Warning FailedScheduling ${notEnough}`,
      `Normal Scheduled Successfully assigned default/high to ${home}`,
    ]);
  });

  it('preempt-two-slow: waits for the second victim', () => {
    const { test, get, fill } = cluster();
    fill();
    test.create(pod('high', { cpu: '2', priorityClassName: 'high' }));
    test.settle();
    const victims = test.list('Pod').filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    expect(victims).toHaveLength(2);
    const end = (index: number) =>
      test.client.delete(
        { kind: 'Pod', namespace: 'default', name: victims[index]?.metadata.name ?? '' },
        { gracePeriodSeconds: 0 },
      );
    end(0);
    test.settle();
    const home = get('high').status.nominatedNodeName;
    expect(home).toBe(victims[0]?.spec.nodeName);
    const waiting = `${notEnough} no new claims to deallocate, preemption: not eligible due to a terminating pod on the nominated node.`;
    expect(condition(get('high'), 'PodScheduled')?.[2]).toBe(waiting);
    end(1);
    test.settle();
    expect(get('high').spec.nodeName).toBe(home);
  });

  it('preempt-never, preempt-equal-priority, preempt-no-help: nobody is evicted', () => {
    const cases: [PodSettings, string][] = [
      [{ cpu: '1', priorityClassName: 'high-never' }, 'not eligible due to preemptionPolicy=Never.'],
      [{ cpu: '1', priorityClassName: 'low' }, '0/3 nodes are available: 3 No preemption victims found for incoming pod.'],
      [{ cpu: '5', priorityClassName: 'high' }, '0/3 nodes are available: 3 Preemption is not helpful for scheduling.'],
    ];
    for (const [settings, text] of cases) {
      const { test, get, fill } = cluster();
      fill();
      test.create(pod('p', settings));
      test.settle();
      expect(condition(get('p'), 'PodScheduled')?.[2]).toBe(`${notEnough} no new claims to deallocate, preemption: ${text}`);
      expect(get('p').status.nominatedNodeName).toBeUndefined();
      expect(test.list('Pod').filter(({ metadata }) => metadata.deletionTimestamp !== undefined)).toEqual([]);
    }
  });

  it('preempt-nominated-lower-waits: the freed room is reserved', () => {
    const { test, get, fill, finishTerminating } = cluster();
    fill();
    test.create(pod('high', { cpu: '4', priorityClassName: 'high' }));
    test.settle();
    const home = get('high').status.nominatedNodeName;
    finishTerminating();
    test.create(
      pod('mid', { cpu: '1', priorityClassName: 'mid', spec: { nodeSelector: { 'kubernetes.io/hostname': home ?? '' } } }),
    );
    test.settle();
    expect(get('high').spec.nodeName).toBe(home);
    expect(get('mid').spec.nodeName).toBeUndefined();
  });

  it('preempt-nominated-higher-takes-over: both end up running', () => {
    const { test, get, fill, finishTerminating } = cluster();
    fill();
    test.create(pod('high', { cpu: '4', priorityClassName: 'high' }));
    test.settle();
    test.create(pod('crit', { cpu: '4', spec: { priorityClassName: 'system-node-critical' } }));
    test.settle();
    expect(get('crit').status.nominatedNodeName).not.toBe(get('high').status.nominatedNodeName);
    finishTerminating();
    test.settle();
    expect(get('crit').spec.nodeName).toBeDefined();
    expect(get('high').spec.nodeName).toBeDefined();
  });

  it('takes the nomination from a less important pod on the same node', () => {
    const { test, get } = cluster();
    test.create(node('only'));
    test.create(pod('low', { cpu: '4', nodeName: 'only', priorityClassName: 'low' }));
    test.create(pod('mid', { cpu: '4', priorityClassName: 'mid' }));
    test.settle();
    expect(get('mid').status.nominatedNodeName).toBe('only');
    test.create(pod('high', { cpu: '4', priorityClassName: 'high' }));
    test.settle();
    test.client.delete({ kind: 'Pod', namespace: 'default', name: 'low' }, { gracePeriodSeconds: 0 });
    test.settle();
    expect([get('high').spec.nodeName, get('mid').spec.nodeName]).toEqual(['only', undefined]);
  });

  it('preempt-nominated-then-deleted: the room goes to who waits', () => {
    const { test, get, fill, finishTerminating } = cluster();
    fill();
    test.create(pod('high', { cpu: '4', priorityClassName: 'high' }));
    test.settle();
    const home = get('high').status.nominatedNodeName ?? '';
    test.create(
      pod('mid', {
        cpu: '4',
        priorityClassName: 'mid',
        spec: { preemptionPolicy: 'PreemptLowerPriority', nodeSelector: { 'kubernetes.io/hostname': home } },
      }),
    );
    test.settle();
    finishTerminating();
    test.client.delete({ kind: 'Pod', namespace: 'default', name: 'high' }, { gracePeriodSeconds: 0 });
    test.settle();
    expect(get('mid').spec.nodeName).toBe(home);
  });

  it('resize-unblocks: a deleted pod lets the next one in', () => {
    const { test, get, fill } = cluster();
    fill();
    test.create(pod('waiting', { cpu: '1', priorityClassName: 'low' }));
    test.settle();
    test.client.delete({ kind: 'Pod', namespace: 'default', name: 'low-2-1' }, { gracePeriodSeconds: 0 });
    test.settle();
    expect(get('waiting').spec.nodeName).toBe('node-2');
  });
});
