import { expect, it } from 'vitest';
import type { Attempt } from '#shared/protocol/explain.ts';
import { attemptSchema } from '#shared/protocol/explain.ts';
import { node, pod } from '../testing/builders.ts';
import { createOfflineScheduler } from './offline.ts';
import { recordOf, Trace, toAttempt } from './trace.ts';

const attempt = (name: string, number: number, nodes = 1): Attempt => ({
  pod: name,
  attempt: number,
  atMs: 0,
  cycle: 0,
  profile: 'x',
  nodes: Array.from({ length: nodes }, (_, i) => ({ node: `n${i}`, code: 'Success', reasons: [], scores: [] })),
  nodesTotal: nodes,
  best: [],
  tieBreak: false,
  victims: [],
  result: 'scheduled',
});

it('keeps the newest attempts of each pod, newest first', () => {
  const trace = new Trace(2, 1000);
  for (const number of [1, 2, 3]) trace.record('p', 1, () => attempt('p', number));
  trace.record('q', 1, () => attempt('q', 1));
  expect(trace.of('p').map((one) => one.attempt)).toEqual([3, 2]);
  expect(trace.of('q')).toHaveLength(1);
});

it('is bounded in all, dropping the oldest', () => {
  const trace = new Trace(10, 25);
  for (const number of [1, 2, 3]) trace.record(`p${number}`, 9, () => attempt(`p${number}`, 1, 9));
  expect([1, 2, 3].map((number) => trace.of(`p${number}`).length)).toEqual([0, 1, 1]);
});

it('describes a decision in the terms of the protocol', () => {
  const scheduler = createOfflineScheduler({ nodes: [node('a'), node('b', { unschedulable: true })] });
  const pinned = pod('p', {
    spec: {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['b'] }] }],
          },
        },
      },
    },
  });
  const made = toAttempt(
    { pod: 'default/p', attempt: 1, atMs: 5, cycle: 1, profile: 'default-scheduler', result: 'unschedulable' },
    recordOf(scheduler.decide(pinned)),
  );
  expect(attemptSchema.safeParse(made).success).toBe(true);
  expect(made.nodes).toMatchObject([
    { node: 'a', excludedByPreFilter: true },
    { node: 'b', plugin: 'NodeUnschedulable' },
  ]);
  expect(made.preFilter?.nodeNames).toEqual(['b']);
});
