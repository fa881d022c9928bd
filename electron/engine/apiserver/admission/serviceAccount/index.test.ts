import { describe, expect, it } from 'vitest';
import type { AnyObject, Pod } from '#shared/kube/types.ts';
import { pod } from '../../../testing/builders.ts';
import { createTestCluster, unwrap } from '../../../testing/harness.ts';
import { admitWith, podObject } from '../testing.ts';
import { serviceAccount } from './index.ts';

const MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const account = (name: string, more: object = {}): AnyObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace: 'default' },
  ...more,
});
const admit = (object: AnyObject, ...stored: AnyObject[]) => {
  const { object: admitted, refusal } = admitWith(serviceAccount, { operation: 'CREATE', object }, stored);
  return { pod: admitted as unknown as Pod, message: refusal?.message ?? '' };
};
const mounts = (pod: Pod) =>
  pod.spec.containers.map(({ volumeMounts }) => (volumeMounts ?? []).map(({ mountPath }) => mountPath));
const enforcing = account('default', {
  metadata: { name: 'default', namespace: 'default', annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } },
  secrets: [{ name: 'mine' }],
  imagePullSecrets: [{ name: 'reg' }],
});

describe('ServiceAccount', () => {
  it('names the default account and mounts its token everywhere', () => {
    const { pod } = admit(podObject({ initContainers: [{ name: 'i', image: 'x' }] }), account('default'));
    expect([pod.spec.serviceAccountName, pod.spec.serviceAccount]).toEqual(['default', 'default']);
    expect(pod.spec.volumes?.map(({ name }) => name)).toEqual(['kube-api-access-zzzzz']);
    expect(mounts(pod)).toEqual([[MOUNT]]);
    expect(pod.spec.initContainers?.[0]?.volumeMounts).toEqual([
      { name: 'kube-api-access-zzzzz', readOnly: true, mountPath: MOUNT },
    ]);
  });

  it('uses a token volume that is there, and leaves alone what is mounted at its place', () => {
    const own = { name: 'kube-api-access-mine', emptyDir: {} };
    const taken = { name: 'a', image: 'x', volumeMounts: [{ name: 'other', mountPath: MOUNT }] };
    const { pod } = admit(podObject({ volumes: [own], containers: [taken, { name: 'b', image: 'x' }] }), account('default'));
    expect(pod.spec.volumes).toEqual([own]);
    expect(pod.spec.containers.map(({ volumeMounts }) => volumeMounts?.map(({ name }) => name))).toEqual([['other'], [own.name]]);
    expect(admit(podObject({ containers: [taken] }), account('default')).pod.spec.volumes).toBeUndefined();
  });

  it.each([
    [{}, { automountServiceAccountToken: false }, 0],
    [{ automountServiceAccountToken: false }, {}, 0],
    [{ automountServiceAccountToken: true }, { automountServiceAccountToken: false }, 1],
  ])('a pod with %j and an account with %j mount %i tokens', (spec, more, count) => {
    const { pod } = admit(podObject(spec), account('default', more));
    expect(mounts(pod)[0]).toHaveLength(count);
  });

  it('refuses a missing account, but not in what a file brings', () => {
    const object = podObject({ serviceAccountName: 'ghost' });
    expect(admit(object).message).toBe(
      'pods "p" is forbidden: error looking up service account default/ghost: serviceaccount "ghost" not found',
    );
    expect(admitWith(serviceAccount, { operation: 'CREATE', object, loaded: true }).refusal).toBeNull();
  });

  it('waits for the default account of a namespace that has just been made, and for no other', () => {
    const cluster = createTestCluster();
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'new' } };
    unwrap(cluster.client.create(namespace));
    const named = (name: string, spec: Record<string, unknown> = {}) => pod(name, { namespace: 'new', spec });
    expect(unwrap(cluster.client.create(named('a'))).spec.volumes).toHaveLength(1);
    expect(cluster.client.create(named('b', { serviceAccountName: 'robot' })).ok).toBe(false);
    cluster.core.clock.schedule(5000, 'later', () => undefined);
    cluster.runFor(5000);
    const late = cluster.client.create(named('c'));
    expect(late.ok ? '' : late.error.message).toContain('serviceaccount "default" not found');
  });

  it('gives the pull secrets of the account to pods without any', () => {
    const puller = account('default', { imagePullSecrets: [{ name: 'reg' }] });
    expect(admit(podObject(), puller).pod.spec.imagePullSecrets).toEqual([{ name: 'reg' }]);
    const own = { imagePullSecrets: [{ name: 'mine' }] };
    expect(admit(podObject(own), puller).pod.spec.imagePullSecrets).toEqual([{ name: 'mine' }]);
  });

  it.each([
    [
      { volumes: [{ name: 'v', secret: { secretName: 'other' } }] },
      'volume with secret.secretName="other" is not allowed because service account default does not reference that secret',
    ],
    [
      { imagePullSecrets: [{ name: 'x' }] },
      'imagePullSecrets[0].name="x" is not allowed because service account default does not reference that imagePullSecret',
    ],
    [
      { containers: [{ name: 'a', image: 'x', env: [{ name: 'E', valueFrom: { secretKeyRef: { name: 'other', key: 'k' } } }] }] },
      'container a with envVar E referencing secret.secretName="other" is not allowed because service account default does not reference that secret',
    ],
    [{ volumes: [{ name: 'v', secret: { secretName: 'mine' } }] }, ''],
  ])('limits the secrets of %j', (spec, text) => {
    expect(admit(podObject(spec), enforcing).message).toBe(text === '' ? '' : `pods "p" is forbidden: ${text}`);
  });

  it('leaves mirror pods alone and forbids them accounts and secrets', () => {
    const mirror = (spec: Record<string, unknown>): AnyObject => {
      const object = podObject(spec);
      return { ...object, metadata: { ...object.metadata, annotations: { 'kubernetes.io/config.mirror': 'x' } } };
    };
    expect(admit(mirror({})).pod.spec.serviceAccountName).toBeUndefined();
    expect(admit(mirror({ serviceAccountName: 'default' })).message).toContain('a mirror pod may not reference service accounts');
    const secret = { volumes: [{ name: 'v', secret: { secretName: 's' } }] };
    expect(admit(mirror(secret)).message).toContain('a mirror pod may not reference secrets');
  });
});
