import { describe, expect, it } from 'vitest';
import type { Pod } from '#shared/kube/types.ts';
import type { DrainOptions } from '#shared/protocol/index.ts';
import { pod } from '../testing/builders.ts';
import { judge, podsForDeletion } from './drainFilters.ts';

const owned = (kind: string, phase = 'Running', settings: Parameters<typeof pod>[1] = {}): Pod => {
  const base = pod('p', settings);
  return {
    ...base,
    metadata: { ...base.metadata, ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'o', uid: 'u', controller: true }] },
    status: { phase },
  };
};
const bare = (phase = 'Running', settings: Parameters<typeof pod>[1] = {}): Pod => ({ ...pod('p', settings), status: { phase } });
const emptyDir = { spec: { volumes: [{ name: 'v', emptyDir: {} }] } };
const LOCAL = 'Pods with local storage (use --delete-emptydir-data to override)';
const UNMANAGED = 'Pods that declare no controller (use --force to override)';
const DAEMON = 'DaemonSet-managed Pods (use --ignore-daemonsets to ignore)';

describe('drain filters', () => {
  const table: [string, Pod, DrainOptions, ReturnType<typeof judge>][] = [
    ['a managed pod goes', owned('ReplicaSet'), {}, { kind: 'delete' }],
    ['a DaemonSet pod stands in the way', owned('DaemonSet'), {}, { kind: 'refuse', error: DAEMON }],
    ['... even by force', owned('DaemonSet'), { force: true }, { kind: 'refuse', error: DAEMON }],
    [
      '... or stays',
      owned('DaemonSet'),
      { ignoreDaemonSets: true },
      { kind: 'keep', warning: 'ignoring DaemonSet-managed Pods' },
    ],
    [
      '... with its volume',
      owned('DaemonSet', 'Running', emptyDir),
      { ignoreDaemonSets: true },
      { kind: 'keep', warning: 'ignoring DaemonSet-managed Pods' },
    ],
    ['... and goes when finished', owned('DaemonSet', 'Succeeded'), {}, { kind: 'delete' }],
    ['a bare pod stands in the way', bare(), {}, { kind: 'refuse', error: UNMANAGED }],
    ['... goes by force', bare(), { force: true }, { kind: 'delete', warning: 'deleting Pods that declare no controller' }],
    ['... and when finished', bare('Failed'), {}, { kind: 'delete' }],
    ['emptyDir data stands in the way', owned('ReplicaSet', 'Running', emptyDir), {}, { kind: 'refuse', error: LOCAL }],
    ['... before the missing controller', bare('Running', emptyDir), { force: true }, { kind: 'refuse', error: LOCAL }],
    [
      '... goes when told, without a warning',
      owned('ReplicaSet', 'Running', emptyDir),
      { deleteEmptyDirData: true },
      { kind: 'delete' },
    ],
    ['... and when finished', owned('ReplicaSet', 'Succeeded', emptyDir), {}, { kind: 'delete' }],
    [
      'a mirror pod is passed over',
      bare('Running', { annotations: { 'kubernetes.io/config.mirror': 'x' } }),
      {},
      { kind: 'skip' },
    ],
  ];
  it.each(table)('%s', (_, subject, options, verdict) => expect(judge(subject, options, () => undefined)).toEqual(verdict));

  it('takes a DaemonSet pod whose DaemonSet is gone only by force', () => {
    const missing = (): string => 'daemonsets.apps "o" not found';
    expect(judge(owned('DaemonSet'), { ignoreDaemonSets: true }, missing)).toEqual({
      kind: 'refuse',
      error: 'daemonsets.apps "o" not found',
    });
    expect(judge(owned('DaemonSet'), { force: true }, missing)).toEqual({ kind: 'delete' });
  });

  it('groups refusals and warnings, and looks only at selected pods', () => {
    const named = (name: string, app: string): Pod => ({ ...pod(name, { labels: { app } }), status: { phase: 'Running' } });
    const pods = [named('a', 'x'), named('b', 'y'), named('c', 'x')];
    expect(podsForDeletion(pods, {}, () => undefined).errors).toEqual([
      `cannot delete ${UNMANAGED}: default/a, default/b, default/c`,
    ]);
    const forced = podsForDeletion(pods, { force: true, podSelector: 'app=x' }, () => undefined);
    expect(forced.pods.map(({ metadata }) => metadata.name)).toEqual(['a', 'c']);
    expect(forced.warnings).toBe('deleting Pods that declare no controller: default/a, default/c');
  });
});
