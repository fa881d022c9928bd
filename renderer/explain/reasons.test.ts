import { describe, expect, it } from 'vitest';
import { en } from '../i18n/en.ts';
import { pod } from '../testing/frames.ts';
import { countedReasons, mainPendingReason } from './pending.ts';
import { findReason, plainReason, verdictReason } from './reasons.ts';

const t = ((key: string, values?: Record<string, string>) => {
  const text = en.reasons[key.slice('reasons:'.length) as keyof typeof en.reasons];
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values?.[name] ?? '?');
}) as Parameters<typeof plainReason>[0];

describe('plainReason', () => {
  const rows: [string, string][] = [
    ['node(s) were unschedulable', 'cordoned'],
    ["node(s) didn't match the requested node name", 'otherNodeName'],
    ['node(s) had untolerated taint(s)', 'taint'],
    ['node(s) had untolerated taint {gpu: true}', 'taintNamed'],
    ["node(s) didn't match Pod's node affinity/selector", 'affinity'],
    ["node(s) didn't have free ports for the requested pod ports", 'ports'],
    ['Insufficient cpu', 'cpu'],
    ['Insufficient memory', 'memory'],
    ['Insufficient nvidia.com/gpu', 'device'],
    ['Too many pods', 'tooManyPods'],
    ['waiting for scheduling gates: [a b]', 'gates'],
    ["node(s) didn't match pod topology spread constraints (missing required label)", 'spreadLabel'],
    ["node(s) didn't satisfy plugin(s) [NodeAffinity]", 'pluginExcluded'],
    ['persistentvolumeclaim "claim-1" not found', 'notFound'],
    ['No preemption victims found for incoming pod', 'noVictims'],
  ];
  for (const [reason, key] of rows) it(reason, () => expect(findReason(reason).key).toBe(key));
  it('fills in names', () =>
    expect(plainReason(t, 'NodeResourcesFit', 'Insufficient nvidia.com/gpu')).toBe('Not enough nvidia.com/gpu'));
  it('keeps words it does not know', () => expect(plainReason(t, 'X', 'something new')).toBe('something new'));
  it('answers with a verdict’s first reason, or nothing when it fits', () => {
    expect(
      verdictReason(t, {
        node: 'n',
        code: 'Unschedulable',
        plugin: 'NodeResourcesFit',
        reasons: ['Insufficient cpu', 'Too many pods'],
        scores: [],
      }),
    ).toBe('Not enough free CPU');
    expect(verdictReason(t, { node: 'n', code: 'Success', reasons: [], scores: [] })).toBe('');
  });
});

describe('pending', () => {
  const message =
    "0/4 nodes are available: 1 Insufficient cpu, 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.";
  it('counts reasons, most frequent first', () => {
    expect(countedReasons(message)).toEqual([
      { count: 3, reason: "node(s) didn't match Pod's node affinity/selector" },
      { count: 1, reason: 'Insufficient cpu' },
    ]);
    expect(countedReasons('no nodes available to schedule pods')).toEqual([]);
  });
  it('keeps a taint with a comma whole', () => {
    expect(countedReasons('0/1 nodes are available: 1 node(s) had untolerated taint(s).')).toEqual([
      { count: 1, reason: 'node(s) had untolerated taint(s)' },
    ]);
  });
  it('says what holds a pod', () => {
    const status = { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] };
    expect(mainPendingReason(pod('x', { status }))).toBe("node(s) didn't match Pod's node affinity/selector");
    expect(mainPendingReason(pod('x', { spec: { schedulingGates: [{ name: 'a' }, { name: 'b' }] } }))).toBe(
      'waiting for scheduling gates: [a b]',
    );
    expect(mainPendingReason(pod('x'))).toBeNull();
  });
});
