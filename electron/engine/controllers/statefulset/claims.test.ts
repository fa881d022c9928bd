import { describe, expect, it } from 'vitest';
import type { StatefulSet } from '#shared/kube/kinds.ts';
import type { PersistentVolumeClaim } from '#shared/kube/storage.ts';
import type { OwnerReference, Pod } from '#shared/kube/types.ts';
import { pod as buildPod, statefulSet } from '../../testing/builders.ts';
import { claimsOf, hasStaleOwner, ownersUpToDate, withOwners } from './claims.ts';

type Retention = 'Retain' | 'Delete';

function set(whenScaled: Retention, whenDeleted: Retention): StatefulSet {
  const workload = { persistentVolumeClaimRetentionPolicy: { whenScaled, whenDeleted } };
  return { ...statefulSet('web', { replicas: 2, workload }), metadata: { name: 'web', namespace: 'default', uid: 'u-set' } };
}

function pod(ordinal: number, uid: string | undefined = `u-${ordinal}`): Pod {
  const built = buildPod(`web-${ordinal}`);
  return { ...built, metadata: { ...built.metadata, ...(uid === '' ? {} : { uid }) } };
}

const ofSet: OwnerReference = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  name: 'web',
  uid: 'u-set',
  controller: true,
  blockOwnerDeletion: true,
};
const ofPod = (ordinal: number): OwnerReference => ({
  apiVersion: 'v1',
  kind: 'Pod',
  name: `web-${ordinal}`,
  uid: `u-${ordinal}`,
  controller: true,
  blockOwnerDeletion: true,
});
const other: OwnerReference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'c', uid: 'u-c', controller: true };

function claim(...ownerReferences: OwnerReference[]): PersistentVolumeClaim {
  const metadata = { name: 'data-web-0', namespace: 'default', ...(ownerReferences.length === 0 ? {} : { ownerReferences }) };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: {} } as PersistentVolumeClaim;
}

const owners = (one: PersistentVolumeClaim) => (one.metadata.ownerReferences ?? []).map(({ kind }) => kind);

describe('owners by retention policy', () => {
  it.each<[Retention, Retention, number, string[]]>([
    ['Retain', 'Retain', 0, []],
    ['Retain', 'Retain', 5, []],
    ['Retain', 'Delete', 0, ['StatefulSet']],
    ['Retain', 'Delete', 5, ['StatefulSet']],
    ['Delete', 'Retain', 0, []],
    ['Delete', 'Retain', 5, ['Pod']],
    ['Delete', 'Delete', 0, ['StatefulSet']],
    ['Delete', 'Delete', 5, ['Pod']],
  ])('whenScaled %s, whenDeleted %s, ordinal %i: %j', (scaled, deleted, ordinal, expected) => {
    const owner = set(scaled, deleted);
    const starts = [claim(), claim(ofSet), claim(ofPod(ordinal)), claim(ofSet, ofPod(ordinal))];
    for (const start of starts) {
      const fixed = withOwners(start, owner, pod(ordinal));
      expect(owners(fixed)).toEqual(expected);
      expect(ownersUpToDate(fixed, owner, pod(ordinal))).toBe(true);
      expect(ownersUpToDate(start, owner, pod(ordinal))).toBe(owners(start).join() === expected.join());
    }
  });
});

describe('claims of others', () => {
  it('leaves a foreign controller alone, and takes its own references back', () => {
    const owner = set('Retain', 'Delete');
    expect(ownersUpToDate(claim(other), owner, pod(0))).toBe(true);
    expect(ownersUpToDate(claim(other, ofSet), owner, pod(0))).toBe(false);
    expect(owners(withOwners(claim(other, ofSet), owner, pod(0)))).toEqual(['ConfigMap']);
  });

  it('keeps owners that do not control', () => {
    const { controller: _controller, ...plain } = other;
    expect(owners(withOwners(claim(plain), set('Retain', 'Delete'), pod(0)))).toEqual(['ConfigMap', 'StatefulSet']);
  });

  it('makes itself controller where it is only an owner', () => {
    const { controller: _controller, ...plain } = ofSet;
    const owner = set('Retain', 'Delete');
    expect(ownersUpToDate(claim(plain), owner, pod(0))).toBe(false);
    expect(withOwners(claim(plain), owner, pod(0)).metadata.ownerReferences).toEqual([ofSet]);
  });

  it('does not touch what belongs to an earlier object of the name', () => {
    const stale = claim({ ...ofPod(0), uid: 'gone' });
    expect(hasStaleOwner(stale, pod(0))).toBe(true);
    expect(hasStaleOwner(claim(ofPod(0)), pod(0))).toBe(false);
    expect(hasStaleOwner(claim(ofPod(0)), pod(0, ''))).toBe(true);
    expect(ownersUpToDate(stale, set('Delete', 'Delete'), pod(0))).toBe(true);
  });
});

it('claims are named by template, set and ordinal, and labelled by the selector', () => {
  const templates = [
    { metadata: { name: 'data', labels: { kept: 'yes' } }, spec: { accessModes: ['ReadWriteOnce'] } },
    { metadata: { name: 'log' }, spec: { accessModes: ['ReadWriteMany'] } },
  ];
  const owner = statefulSet('web', { workload: { volumeClaimTemplates: templates } });
  expect(claimsOf(owner, pod(3)).map(({ metadata, spec }) => [metadata.name, metadata.labels, spec.accessModes])).toEqual([
    ['data-web-3', { kept: 'yes', app: 'web' }, ['ReadWriteOnce']],
    ['log-web-3', { app: 'web' }, ['ReadWriteMany']],
  ]);
});
