import { describe, expect, it } from 'vitest';
import type { Pod } from '#shared/kube/types.ts';
import { pod } from '../testing/frames.ts';
import { backOffMs, containerRows, containersByRole } from './containers.ts';

const crashing: Pod = pod('web', {
  on: 'node-a',
  meta: { annotations: { 'stowage.dev/liveness': 'pass@0s,fail@30s', 'stowage.dev/readiness.app': 'fail' } },
  spec: {
    initContainers: [
      { name: 'migrate', image: 'm:1' },
      { name: 'proxy', image: 'p:1', restartPolicy: 'Always', livenessProbe: { tcpSocket: { port: 15001 } } },
    ],
    containers: [
      {
        name: 'app',
        image: 'a:1',
        readinessProbe: { httpGet: { port: 80, path: '/ok' }, periodSeconds: 5 },
        livenessProbe: { exec: { command: ['cat', '/tmp/x'] } },
      },
    ],
  },
  status: {
    initContainerStatuses: [
      { name: 'migrate', state: { terminated: { exitCode: 0, reason: 'Completed' } }, restartCount: 0, ready: true },
      { name: 'proxy', state: { running: { startedAt: '2026-01-01T00:00:02Z' } }, started: true, restartCount: 0, ready: true },
    ],
    containerStatuses: [
      {
        name: 'app',
        restartCount: 3,
        ready: false,
        started: false,
        state: {
          waiting: { reason: 'CrashLoopBackOff', message: 'back-off 1m20s restarting failed container=app pod=web_default(u)' },
        },
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-01-01T00:01:00Z' } },
      },
    ],
  },
});

describe('containers', () => {
  it('come by role, in the order in which they start', () => {
    expect(containersByRole(crashing).map(({ role, rows }) => [role, rows.map((row) => row.name)])).toEqual([
      ['init', ['migrate']],
      ['sidecar', ['proxy']],
      ['app', ['app']],
    ]);
  });
  it('tell their state and the end of their last run', () => {
    const app = containerRows(crashing)[2];
    expect(app?.state).toMatchObject({ kind: 'waiting', tone: 'bad', text: 'CrashLoopBackOff' });
    expect(app?.last).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
    expect(app?.restarts).toBe(3);
  });
  it('a back-off counts from the end of the last run', () => {
    expect(containerRows(crashing)[2]?.retryMs).toBe(Date.parse('2026-01-01T00:02:20Z'));
    expect(containerRows(crashing)[1]?.retryMs).toBeNull();
  });
  it('tell what the scenario says of each probe', () => {
    const [, proxy, app] = containerRows(crashing);
    expect(app?.probes).toMatchObject([
      { kind: 'readiness', handler: 'GET :80/ok', periodSeconds: 5, failureThreshold: 3, script: 'fail', told: 'fail' },
      { kind: 'liveness', handler: 'exec cat /tmp/x', script: 'pass@0s,fail@30s', told: null },
    ]);
    // The pod's own annotation is about its main containers only.
    expect(proxy?.probes).toMatchObject([{ kind: 'liveness', handler: 'tcp :15001', script: null }]);
  });
  it('have no state before the kubelet reports', () => {
    expect(containerRows(pod('x'))).toMatchObject([{ name: 'app', state: { kind: 'unknown' }, started: null, restarts: 0 }]);
  });
});

describe('back-off', () => {
  const rows: [string, number | null][] = [
    ['back-off 10s restarting failed container=a pod=b', 10_000],
    ['back-off 2m40s restarting failed container=a pod=b', 160_000],
    ['back-off 5m0s restarting failed container=a pod=b', 300_000],
    ['Back-off pulling image "x"', null],
    ['', null],
  ];
  for (const [text, ms] of rows) it(text || 'nothing', () => expect(backOffMs(text)).toBe(ms));
});
