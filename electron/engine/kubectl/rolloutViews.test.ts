import { describe, expect, it } from 'vitest';
import type { DaemonSet } from '#shared/kube/kinds.ts';
import type { KubeObject } from '#shared/kube/types.ts';
import type { Client } from '../client/types.ts';
import { createWorkloadLab } from '../conformance/workloads/lab.ts';
import { rolloutPause, rolloutRestart, rolloutUndo } from './rollout.ts';
import { rolloutHistory, rolloutStatus } from './rolloutViews.ts';
import { printError } from './words.ts';

const rolling = { updateStrategy: { type: 'RollingUpdate' } };

/** What `kubectl rollout status` says about an object in that state. */
function status(kind: string, spec: object, state: object, generation = 1, revision = 0): string[] {
  const object = { apiVersion: 'apps/v1', kind, metadata: { name: 'x', generation }, spec, status: state } as KubeObject;
  const client = { get: () => ({ ok: true, value: object }) } as unknown as Client;
  const { lines, done, error } = rolloutStatus(client, { kind, namespace: 'default', name: 'x' }, revision);
  return error === undefined ? [...lines, done ? 'done' : 'waits'] : [printError(error)];
}

describe('rollout status', () => {
  const seen = { observedGeneration: 1 };
  it.each<[string, object, object, string[]]>([
    ['Deployment', { replicas: 3 }, {}, ['Waiting for deployment spec update to be observed...', 'waits']],
    [
      'Deployment',
      { replicas: 3 },
      { ...seen, updatedReplicas: 1 },
      ['Waiting for deployment "x" rollout to finish: 1 out of 3 new replicas have been updated...', 'waits'],
    ],
    [
      'Deployment',
      { replicas: 3 },
      { ...seen, updatedReplicas: 3, replicas: 4 },
      ['Waiting for deployment "x" rollout to finish: 1 old replicas are pending termination...', 'waits'],
    ],
    [
      'Deployment',
      { replicas: 3 },
      { ...seen, updatedReplicas: 3, replicas: 3, availableReplicas: 2 },
      ['Waiting for deployment "x" rollout to finish: 2 of 3 updated replicas are available...', 'waits'],
    ],
    [
      'Deployment',
      { replicas: 3 },
      { ...seen, conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] },
      ['error: deployment "x" exceeded its progress deadline'],
    ],
    [
      'Deployment',
      { replicas: 1 },
      { ...seen, updatedReplicas: 1, replicas: 1, availableReplicas: 1 },
      ['deployment "x" successfully rolled out', 'done'],
    ],
    [
      'DaemonSet',
      { updateStrategy: { type: 'OnDelete' } },
      seen,
      ['error: rollout status is only available for RollingUpdate strategy type'],
    ],
    ['DaemonSet', rolling, {}, ['Waiting for daemon set spec update to be observed...', 'waits']],
    [
      'DaemonSet',
      rolling,
      { ...seen, desiredNumberScheduled: 3, updatedNumberScheduled: 1 },
      ['Waiting for daemon set "x" rollout to finish: 1 out of 3 new pods have been updated...', 'waits'],
    ],
    [
      'DaemonSet',
      rolling,
      { ...seen, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 },
      ['Waiting for daemon set "x" rollout to finish: 2 of 3 updated pods are available...', 'waits'],
    ],
    ['StatefulSet', { ...rolling, replicas: 3 }, {}, ['Waiting for statefulset spec update to be observed...', 'waits']],
    ['StatefulSet', { ...rolling, replicas: 3 }, { ...seen, readyReplicas: 2 }, ['Waiting for 1 pods to be ready...', 'waits']],
    [
      'StatefulSet',
      { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } }, replicas: 3 },
      { ...seen, readyReplicas: 3, updatedReplicas: 1 },
      ['Waiting for partitioned roll out to finish: 1 out of 2 new pods have been updated...', 'waits'],
    ],
    [
      'StatefulSet',
      { ...rolling, replicas: 1 },
      { ...seen, readyReplicas: 1, updatedReplicas: 0, updateRevision: 'b', currentRevision: 'a' },
      ['waiting for statefulset rolling update to complete 0 pods at revision b...', 'waits'],
    ],
    ['Pod', {}, {}, ['error: no status viewer has been implemented for Pod']],
  ])('%s %j %j', (kind, spec, state, expected) => {
    expect(status(kind, spec, state)).toEqual(expected);
  });
  it('of a revision that is not the running one', () => {
    expect(status('Deployment', {}, {}, 1, 3)).toEqual([
      'error: desired revision (3) is different from the running revision (0)',
    ]);
  });
});

describe('history and undo of a DaemonSet', () => {
  const ref = { kind: 'DaemonSet', namespace: 'default', name: 'agent' };
  const agent = (tag: string): DaemonSet =>
    ({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'agent', namespace: 'default', annotations: { 'kubernetes.io/change-cause': `first ${tag}` } },
      spec: {
        selector: { matchLabels: { app: 'agent' } },
        template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'app', image: `x:${tag}` }] } },
      },
    }) as unknown as DaemonSet;

  it('goes back and forth', () => {
    const lab = createWorkloadLab('default');
    const { client, ctx } = lab.cluster;
    const undo = (revision = 0) => {
      const done = rolloutUndo(ctx, client, ref, revision);
      lab.settle();
      return done.ok ? done.value : [printError(done.error)];
    };
    const history = () => {
      const text = rolloutHistory(ctx, client, ref);
      return text.ok ? text.value : [printError(text.error)];
    };
    expect(history()).toEqual(['Error from server (NotFound): daemonsets.apps "agent" not found']);
    lab.cluster.create(agent('v1'));
    lab.settle();
    expect(undo()).toEqual(['error: no last revision to roll back to']);
    expect(undo(-1)).toEqual(['error: unable to find specified revision -1 in history']);
    const restarted = rolloutRestart(client, ref, '2026-01-01T00:00:00Z');
    expect(restarted).toEqual({ ok: true, value: ['daemonset.apps/agent restarted'] });
    lab.settle();
    expect(history()).toEqual([
      'daemonset.apps/agent ',
      'REVISION  CHANGE-CAUSE',
      '1         first v1',
      '2         first v1',
      '',
    ]);
    expect(undo(7)).toEqual(['error: unable to find specified revision 7 in history']);
    expect(undo(2)).toEqual(['daemonset.apps/agent skipped rollback (current template already matches revision 2)']);
    expect(undo()).toEqual(['daemonset.apps/agent rolled back']);
    expect(history().slice(2)).toEqual(['2         first v1', '3         first v1', '']);
    expect(lab.cluster.get('DaemonSet', 'default', 'agent').spec.template.metadata?.annotations).toBeUndefined();
    const paused = rolloutPause(client, ref, true);
    expect(paused.ok ? '' : printError(paused.error)).toBe('error: daemonsets.apps "agent" pausing is not supported');
  });
});
