import { describe, expect, it } from 'vitest';
import type { Pod } from '#shared/kube/types.ts';
import { pod } from '../../testing/frames.ts';
import { deadlineOf, endingOf, isMirrorPod, podStatusText } from './podFacts.ts';

describe('ending', () => {
  const disrupted = (reason: string): Pod =>
    pod('x', { on: 'n', status: { phase: 'Running', conditions: [{ type: 'DisruptionTarget', status: 'True', reason }] } });
  const rows: [string, Pod, string | null][] = [
    ['a running pod', pod('x', { on: 'n' }), null],
    ['evicted by the kubelet', pod('x', { on: 'n', phase: 'Failed', status: { phase: 'Failed', reason: 'Evicted' } }), 'evicted'],
    ['shut down', pod('x', { on: 'n', status: { phase: 'Failed', reason: 'Terminated' } }), 'shutdown'],
    ['preempted', disrupted('PreemptionByScheduler'), 'preempted'],
    ['a taint', disrupted('DeletionByTaintManager'), 'taint'],
    ['turned away', pod('x', { on: 'n', status: { phase: 'Failed', reason: 'OutOfcpu', message: 'm' } }), 'admission'],
    ['failed by itself', pod('x', { on: 'n', status: { phase: 'Failed', containerStatuses: [{ name: 'app' }] } }), null],
  ];
  for (const [name, given, why] of rows) it(name, () => expect(endingOf(given)?.why ?? null).toBe(why));
  it('has a deadline once deletion was asked for', () => {
    expect(deadlineOf(pod('x'))).toBeNull();
    expect(deadlineOf(pod('x', { meta: { deletionTimestamp: '2026-01-01T00:00:30Z' } }))).toBe(
      Date.parse('2026-01-01T00:00:30Z'),
    );
  });
  it('a mirror pod is known by its annotation', () => {
    expect(isMirrorPod(pod('x', { meta: { annotations: { 'kubernetes.io/config.mirror': 'h' } } }))).toBe(true);
    expect(isMirrorPod(pod('x'))).toBe(false);
  });
});

describe('status', () => {
  const of = (state: object, ready = false): object => ({ name: 'app', ready, state });
  const rows: [string, Pod, string][] = [
    ['waiting for a node', pod('x'), 'Pending'],
    ['running', pod('x', { on: 'n', status: { phase: 'Running', containerStatuses: [of({ running: {} }, true)] } }), 'Running'],
    [
      'waiting container',
      pod('x', { on: 'n', status: { phase: 'Running', containerStatuses: [of({ waiting: { reason: 'CrashLoopBackOff' } })] } }),
      'CrashLoopBackOff',
    ],
    [
      'ended container without a reason',
      pod('x', { on: 'n', status: { phase: 'Running', containerStatuses: [of({ terminated: { exitCode: 3 } })] } }),
      'ExitCode:3',
    ],
    [
      'init containers',
      pod('x', {
        on: 'n',
        spec: { initContainers: [{ name: 'a' }, { name: 'b' }] },
        status: {
          phase: 'Pending',
          initContainerStatuses: [
            { name: 'a', state: { terminated: { exitCode: 0 } } },
            { name: 'b', state: { running: {} } },
          ],
        },
      }),
      'Init:1/2',
    ],
    [
      'a failing init container',
      pod('x', {
        on: 'n',
        spec: { initContainers: [{ name: 'a' }] },
        status: {
          phase: 'Pending',
          initContainerStatuses: [{ name: 'a', state: { terminated: { exitCode: 1, reason: 'Error' } } }],
        },
      }),
      'Init:Error',
    ],
    ['going', pod('x', { on: 'n', meta: { deletionTimestamp: '2026-01-01T00:00:30Z' } }), 'Terminating'],
    ['evicted', pod('x', { on: 'n', status: { phase: 'Failed', reason: 'Evicted' } }), 'Evicted'],
    [
      'gated',
      pod('x', { status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] } }),
      'SchedulingGated',
    ],
  ];
  for (const [name, given, text] of rows) it(name, () => expect(podStatusText(given)).toBe(text));
});
