import { describe, expect, it } from 'vitest';
import type { AnyObject } from '../kube/types.ts';
import { parseScenario, printManifests } from './index.ts';

const mount = { name: 'kube-api-access-abc45', readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' };
const token: AnyObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default' },
  spec: {
    serviceAccount: 'default',
    serviceAccountName: 'default',
    initContainers: [{ name: 'i', image: 'x', volumeMounts: [mount] }],
    containers: [{ name: 'a', image: 'x', volumeMounts: [{ name: 'own', mountPath: '/x' }, mount] }],
    volumes: [
      { name: 'own', emptyDir: {} },
      { name: mount.name, projected: { sources: [] } },
    ],
  },
};
const account = (more: object): AnyObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'default', namespace: 'default' },
  ...more,
});

describe('printManifests', () => {
  it('leaves out what the ServiceAccount plugin has put into pods', () => {
    const parsed = parseScenario(printManifests([token]), 'f.yaml');
    expect(parsed.ok && parsed.value.objects[0]?.spec).toEqual({
      initContainers: [{ name: 'i', image: 'x' }],
      containers: [{ name: 'a', image: 'x', volumeMounts: [{ name: 'own', mountPath: '/x' }] }],
      volumes: [{ name: 'own', emptyDir: {} }],
    });
  });

  it('keeps an account of its own name and a default account with something in it', () => {
    const named = { ...token, spec: { ...(token.spec as object), serviceAccountName: 'robot' } };
    expect(printManifests([named])).toContain('serviceAccountName: robot');
    expect(printManifests([account({})])).toBe('');
    expect(printManifests([account({ imagePullSecrets: [{ name: 'reg' }] })])).toContain('name: reg');
  });

  it('leaves out the selector that the server has made for a Job, and its labels', () => {
    const made = {
      'batch.kubernetes.io/controller-uid': 'u',
      'controller-uid': 'u',
      'batch.kubernetes.io/job-name': 'j',
      'job-name': 'j',
    };
    const job = (spec: object, labels: object): AnyObject => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'j', namespace: 'default', labels: { ...made, ...labels } as Record<string, string> },
      spec: { ...spec, selector: { matchLabels: made }, template: { metadata: { labels: { ...made, ...labels } }, spec: {} } },
    });
    const read = (text: string) => {
      const parsed = parseScenario(text, 'f.yaml');
      return parsed.ok ? parsed.value.objects[0] : undefined;
    };
    const plain = read(printManifests([job({ manualSelector: false }, { app: 'x' })]));
    expect(plain?.metadata.labels).toEqual({ app: 'x' });
    expect(plain?.spec).toEqual({ manualSelector: false, template: { metadata: { labels: { app: 'x' } }, spec: {} } });
    const manual = read(printManifests([job({ manualSelector: true }, {})]));
    expect(manual?.spec).toMatchObject({ selector: { matchLabels: made }, template: { metadata: { labels: made } } });
  });

  it('leaves out what binding has written into claims and volumes, and volumes made for claims', () => {
    const bound = { 'pv.kubernetes.io/bound-by-controller': 'yes' };
    const volume = (name: string, annotations: Record<string, string>): AnyObject => ({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name, annotations, finalizers: ['kubernetes.io/pv-protection'] },
      spec: { claimRef: { kind: 'PersistentVolumeClaim', namespace: 'default', name: 'c', uid: 'u', resourceVersion: '7' } },
    });
    const claim: AnyObject = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: 'c',
        namespace: 'default',
        annotations: { ...bound, 'volume.kubernetes.io/selected-node': 'n', note: 'mine' },
        finalizers: ['kubernetes.io/pvc-protection', 'mine.example/hold'],
      },
      spec: { volumeName: 'v', storageClassName: 'fast' },
    };
    const provisioned = volume('pvc-1', { 'pv.kubernetes.io/provisioned-by': 'csi.example' });
    const text = printManifests([claim, provisioned, volume('found', bound), volume('asked', {})]);
    const parsed = parseScenario(text, 'f.yaml');
    const objects = parsed.ok ? parsed.value.objects : [];
    expect(objects.map(({ metadata, spec }) => [metadata, spec])).toEqual([
      [
        { name: 'c', namespace: 'default', annotations: { note: 'mine' }, finalizers: ['mine.example/hold'] },
        { storageClassName: 'fast' },
      ],
      [{ name: 'found' }, {}],
      [{ name: 'asked' }, { claimRef: { kind: 'PersistentVolumeClaim', namespace: 'default', name: 'c' } }],
    ]);
  });
});
