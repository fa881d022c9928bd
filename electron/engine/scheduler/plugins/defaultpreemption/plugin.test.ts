import { describe, expect, it } from 'vitest';
import type { Pod, PodDisruptionBudget } from '#shared/kube/types.ts';
import { budget, node, type PodSettings, pod } from '../../../testing/builders.ts';
import { createOfflineScheduler } from '../../offline.ts';

const at = (name: string, nodeName: string, priority: number, settings: PodSettings & { start?: string } = {}): Pod => {
  const base = pod(name, { cpu: '1', nodeName, ...settings });
  return {
    ...base,
    metadata: { ...base.metadata, uid: name },
    spec: { ...base.spec, priority },
    status: { startTime: settings.start ?? '2026-01-01T00:00:00Z', phase: 'Running' },
  };
};
const wanting = (cpu: string, priority = 1000, more: Partial<Pod> = {}): Pod => {
  const base = pod('new', { cpu });
  return { ...base, metadata: { ...base.metadata, uid: 'new' }, spec: { ...base.spec, priority }, status: {}, ...more };
};
const allowing = (labels: Record<string, string>, disruptionsAllowed: number, disruptedPods?: Record<string, string>) =>
  ({
    ...budget('b', labels, {}),
    status: { disruptionsAllowed, ...(disruptedPods === undefined ? {} : { disruptedPods }) },
  }) as PodDisruptionBudget;

function outcome(pods: Pod[], one: Pod, others: PodDisruptionBudget[] = [], names = ['a']) {
  const scheduler = createOfflineScheduler({ nodes: names.map((name) => node(name, { cpu: '2' })), pods, others });
  const { postFilter } = scheduler.decide(one);
  const candidates = (postFilter?.preemption?.candidates ?? []).map(({ node: name, victims, pdbViolations }) => [
    name,
    victims.map(({ pod: { metadata } }) => metadata.name),
    pdbViolations,
  ]);
  const { selectedAnyOf: best, lostBy } = postFilter?.preemption ?? {};
  return { candidates, best, lostBy: Object.fromEntries(lostBy ?? []), reasons: postFilter?.status?.reasons ?? [] };
}

describe('victims on a node', () => {
  it('takes as few as needed, the least important first', () => {
    const pods = [at('mid', 'a', 500), at('low', 'a', 100)];
    expect(outcome(pods, wanting('1')).candidates).toEqual([['a', ['low'], 0]]);
    expect(outcome(pods, wanting('2')).candidates).toEqual([['a', ['mid', 'low'], 0]]);
  });

  it('reprieves who has run longest', () => {
    const pods = [at('young', 'a', 100, { start: '2026-01-02T00:00:00Z' }), at('old', 'a', 100)];
    expect(outcome(pods, wanting('1')).candidates).toEqual([['a', ['young'], 0]]);
  });

  it('never takes pods of the same priority', () => {
    expect(outcome([at('p', 'a', 1000), at('q', 'a', 1000)], wanting('1')).reasons).toEqual([
      'no new claims to deallocate',
      'preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    ]);
  });

  it('spares pods with an exhausted budget when it can, and counts when it cannot', () => {
    const pods = [at('guarded', 'a', 100, { labels: { app: 'x' } }), at('free', 'a', 200)];
    expect(outcome(pods, wanting('1'), [allowing({ app: 'x' }, 0)]).candidates).toEqual([['a', ['free'], 0]]);
    expect(outcome(pods, wanting('2'), [allowing({ app: 'x' }, 0)]).candidates).toEqual([['a', ['free', 'guarded'], 1]]);
    expect(outcome(pods, wanting('2'), [allowing({ app: 'x' }, 1)]).candidates).toEqual([['a', ['free', 'guarded'], 0]]);
    expect(outcome(pods, wanting('2'), [allowing({ app: 'x' }, 0, { guarded: 'now' })]).candidates).toEqual([
      ['a', ['free', 'guarded'], 0],
    ]);
    expect(outcome(pods, wanting('2'), [allowing({}, 0)]).candidates).toEqual([['a', ['free', 'guarded'], 0]]);
  });
});

describe('choice among nodes', () => {
  const names = ['a', 'b'];
  it.each<[string, Pod[], string[]]>([
    ['lower highest victim', [at('p', 'a', 300), at('p2', 'a', 0), at('q', 'b', 200), at('q2', 'b', 200)], ['b']],
    ['smaller sum', [at('p', 'a', 200), at('p2', 'a', 100), at('q', 'b', 200), at('q2', 'b', 200)], ['a']],
    ['started later', [at('p', 'a', 200, { cpu: '2' }), at('q', 'b', 200, { cpu: '2', start: '2026-01-02T00:00:00Z' })], ['b']],
    [
      'fewer victims beat a small sum of negative ones',
      [at('p', 'a', -5), at('p2', 'a', -5), at('q', 'b', -5, { cpu: '2' })],
      ['b'],
    ],
    ['equal', [at('p', 'a', 200, { cpu: '2' }), at('q', 'b', 200, { cpu: '2' })], ['a', 'b']],
  ])('%s', (_name, pods, expected) => expect(outcome(pods, wanting('2'), [], names).best).toEqual(expected));

  it('says by which rule the others lost', () => {
    const lost = (pods: Pod[]) => outcome(pods, wanting('2'), [], names).lostBy;
    expect(lost([at('p', 'a', 300, { cpu: '2' }), at('q', 'b', 200, { cpu: '2' })])).toEqual({ a: 'highestPriority' });
    expect(lost([at('p', 'a', 200), at('p2', 'a', 100), at('q', 'b', 200), at('q2', 'b', 200)])).toEqual({ b: 'prioritySum' });
    const later = { cpu: '2', start: '2026-01-02T00:00:00Z' };
    expect(lost([at('p', 'a', 200, { cpu: '2' }), at('q', 'b', 200, later)])).toEqual({ a: 'startTime' });
    expect(lost([at('p', 'a', 200, { cpu: '2' }), at('q', 'b', 200, { cpu: '2' })])).toEqual({});
  });

  it('prefers the node whose budgets hold', () => {
    const pods = [at('p', 'a', 0, { cpu: '2', labels: { app: 'x' } }), at('q', 'b', 900, { cpu: '2' })];
    expect(outcome(pods, wanting('2'), [allowing({ app: 'x' }, 0)], names).best).toEqual(['b']);
  });
});

describe('eligibility', () => {
  const leaving = (priority: number): Pod => {
    const base = at('q', 'a', priority, { cpu: '2' });
    const conditions = [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }];
    return {
      ...base,
      metadata: { ...base.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
      status: { ...base.status, conditions },
    };
  };
  it('respects preemptionPolicy Never', () => {
    const never = { ...wanting('1'), spec: { ...wanting('1').spec, preemptionPolicy: 'Never' } };
    expect(outcome([at('q', 'a', 0, { cpu: '2' })], never).reasons[1]).toBe(
      'preemption: not eligible due to preemptionPolicy=Never.',
    );
  });
  it('waits for a victim that is leaving its nominated node', () => {
    const nominated = wanting('1', 1000, { status: { nominatedNodeName: 'a' } });
    expect(outcome([leaving(0)], nominated).reasons[1]).toBe(
      'preemption: not eligible due to a terminating pod on the nominated node.',
    );
    expect(outcome([leaving(0)], wanting('1')).candidates).toEqual([['a', ['q'], 0]]);
  });
});
