import { expect, it } from 'vitest';
import { nodeGroupRows } from './nodeGroups.ts';

const status = `time: 2026-01-01 00:01:00
autoscalerStatus: Running
nodeGroups:
- name: small
  health:
    status: Healthy
    nodeCounts:
      registered:
        total: 2
        ready: 1
        notStarted: 1
      unregistered: 1
    cloudProviderTarget: 3
    minSize: 1
    maxSize: 4
  scaleUp:
    status: Backoff
  scaleDown:
    status: CandidatesPresent
    candidates: 1
`;

it('reads the groups of the cluster autoscaler', () => {
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { status } };
  const row = { name: 'small', min: 1, max: 4, total: 2, ready: 1, target: 3, ordered: 1, candidates: 1, backedOff: true };
  expect(nodeGroupRows(map)).toEqual([row]);
});

it('shows nothing of what it cannot read', () => {
  expect(nodeGroupRows(undefined)).toEqual([]);
  expect(nodeGroupRows({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { status: '{' } })).toEqual([]);
});
