import { describe, expect, it } from 'vitest';
import type { AnyObject, Pod } from '#shared/kube/types.ts';
import { alwaysPullImages } from './alwaysPullImages/index.ts';
import { denyServiceExternalIPs } from './denyServiceExternalIPs/index.ts';
import { extendedResourceToleration } from './extendedResourceToleration/index.ts';
import { limitPodHardAntiAffinityTopology } from './limitPodHardAntiAffinityTopology/index.ts';
import { nodeRestriction } from './nodeRestriction/index.ts';
import { persistentVolumeClaimResize } from './persistentVolumeClaimResize/index.ts';
import { podNodeSelector } from './podNodeSelector/index.ts';
import { podTolerationRestriction } from './podTolerationRestriction/index.ts';
import { runtimeClass } from './runtimeClass/index.ts';
import { admitWith, podObject } from './testing.ts';
import { mergeTolerations } from './tolerations.ts';
import type { AdmissionPlugin } from './types.ts';

function create(plugin: AdmissionPlugin, spec: Record<string, unknown>, stored: AnyObject[] = []): Pod['spec'] | string {
  const { object, refusal } = admitWith(plugin, { operation: 'CREATE', object: podObject(spec) }, stored);
  return refusal === null ? (object as unknown as Pod).spec : (refusal.message ?? '');
}

const annotated = (annotations: Record<string, string>): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'default', annotations },
});
const requests = [{ name: 'app', image: 'x:1', resources: { requests: { cpu: '1', 'nvidia.com/gpu': '1', 'a.io/x': '2' } } }];
const pressure = { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' };
const alpha = 'scheduler.alpha.kubernetes.io/';

describe('PodTolerationRestriction', () => {
  const defaults = annotated({ [`${alpha}defaultTolerations`]: '[{"key":"team","operator":"Equal","value":"a"}]' });

  it('merges the defaults of the namespace and memory pressure', () => {
    const team = { key: 'team', operator: 'Equal', value: 'a' };
    expect(create(podTolerationRestriction, {}, [defaults])).toMatchObject({ tolerations: [team] });
    const wide = { key: 'team', operator: 'Exists' };
    expect(create(podTolerationRestriction, { tolerations: [wide], containers: requests }, [defaults])).toMatchObject({
      tolerations: [wide, pressure],
    });
  });

  it('refuses what the whitelist does not cover', () => {
    const stored = [annotated({ [`${alpha}tolerationsWhitelist`]: '[{"key":"team","operator":"Exists"}]' })];
    expect(create(podTolerationRestriction, { tolerations: [{ key: 'team', operator: 'Exists' }] }, stored)).toBeTypeOf('object');
    expect(create(podTolerationRestriction, { tolerations: [{ key: 'x', operator: 'Exists' }] }, stored)).toBe(
      'pod tolerations (possibly merged with namespace default tolerations) conflict with its namespace whitelist',
    );
  });

  it('keeps the first of equal tolerations and drops covered ones', () => {
    const [all, one] = [
      { operator: 'Exists' as const },
      { key: 'a', operator: 'Exists' as const, effect: 'NoExecute' as const, tolerationSeconds: 5 },
    ];
    expect(mergeTolerations([one], [one])).toEqual([one]);
    expect(mergeTolerations([one], [all])).toEqual([all]);
    expect(mergeTolerations([one], [{ ...one, tolerationSeconds: 3 }])).toEqual([one]);
  });
});

describe('RuntimeClass', () => {
  const kata = (more: object): AnyObject => ({
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: 'kata' },
    handler: 'kata',
    ...more,
  });
  const heavy = kata({
    overhead: { podFixed: { cpu: '250m' } },
    scheduling: { nodeSelector: { vm: 'yes' }, tolerations: [{ key: 'vm', operator: 'Exists' }] },
  });

  it('gives overhead, selector and tolerations', () => {
    expect(create(runtimeClass, { runtimeClassName: 'kata', nodeSelector: { a: 'b' } }, [heavy])).toMatchObject({
      overhead: { cpu: '250m' },
      nodeSelector: { a: 'b', vm: 'yes' },
      tolerations: [{ key: 'vm', operator: 'Exists' }],
    });
    expect(create(runtimeClass, { runtimeClassName: 'kata', overhead: { cpu: '0.25' } }, [heavy])).toBeTypeOf('object');
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['unknown', { runtimeClassName: 'x' }, 'pods "p" is forbidden: pod rejected: RuntimeClass "x" not found'],
    [
      'other overhead',
      { runtimeClassName: 'kata', overhead: { cpu: '1' } },
      `pods "p" is forbidden: pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead`,
    ],
    [
      'own overhead',
      { overhead: { cpu: '1' } },
      'pods "p" is forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
    ],
    [
      'other selector',
      { runtimeClassName: 'kata', nodeSelector: { vm: 'no' } },
      'pods "p" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[vm] = yes; pod.spec.nodeSelector[vm] = no',
    ],
  ])('refuses %s', (_, spec, message) => expect(create(runtimeClass, spec, [heavy])).toBe(message));
});

describe('plugins for pods that are off by default', () => {
  it('AlwaysPullImages', () => {
    const containers = [{ name: 'app', image: 'x:1', imagePullPolicy: 'Never' }];
    expect(create(alwaysPullImages, { containers })).toMatchObject({ containers: [{ imagePullPolicy: 'Always' }] });
    const pod = podObject({ containers });
    expect(admitWith(alwaysPullImages, { operation: 'UPDATE', object: pod, old: pod }).object).toBe(pod);
  });

  it('PodNodeSelector', () => {
    const stored = [annotated({ [`${alpha}node-selector`]: 'team=a, zone=b' })];
    expect(create(podNodeSelector, { nodeSelector: { x: 'y' } }, stored)).toMatchObject({
      nodeSelector: { team: 'a', zone: 'b', x: 'y' },
    });
    expect(create(podNodeSelector, { nodeSelector: { team: 'c' } }, stored)).toBe(
      'pods "p" is forbidden: pod node label selector conflicts with its namespace node label selector',
    );
  });

  it('ExtendedResourceToleration', () => {
    const tolerations = ['a.io/x', 'nvidia.com/gpu'].map((key) => ({ key, operator: 'Exists' }));
    expect(create(extendedResourceToleration, { containers: requests })).toMatchObject({ tolerations });
    const pod = podObject();
    expect(admitWith(extendedResourceToleration, { operation: 'CREATE', object: pod }).object).toBe(pod);
  });

  it('LimitPodHardAntiAffinityTopology', () => {
    const term = { topologyKey: 'zone', labelSelector: {} };
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
    expect(create(limitPodHardAntiAffinityTopology, { affinity })).toContain(
      'has TopologyKey zone but only key kubernetes.io/hostname',
    );
  });

  it('DenyServiceExternalIPs', () => {
    const service = (ips: string[]): AnyObject => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's' },
      spec: { externalIPs: ips },
    });
    expect(admitWith(denyServiceExternalIPs, { operation: 'CREATE', object: service(['1.1.1.1']) }).refusal?.code).toBe(403);
    const kept = { operation: 'UPDATE', object: service(['1.1.1.1']), old: service(['1.1.1.1', '2.2.2.2']) } as const;
    expect(admitWith(denyServiceExternalIPs, kept).refusal).toBeNull();
  });
});

describe('PersistentVolumeClaimResize', () => {
  const claim = (storage: string): AnyObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c', namespace: 'default' },
    spec: { storageClassName: 'slow', resources: { requests: { storage } } },
    status: { phase: 'Bound' },
  });
  const slow = (allowVolumeExpansion: boolean): AnyObject => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'slow' },
    allowVolumeExpansion,
  });
  it.each<[string, string, boolean, boolean]>([
    ['grows', '2Gi', false, false],
    ['grows where it may', '2Gi', true, true],
    ['stays', '1024Mi', false, true],
  ])('%s', (_, storage, allowed, passes) => {
    const request = { operation: 'UPDATE', object: claim(storage), old: claim('1Gi') } as const;
    const { refusal } = admitWith(persistentVolumeClaimResize, request, [slow(allowed)]);
    expect(refusal?.message ?? '').toBe(
      passes
        ? ''
        : 'persistentvolumeclaims "c" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
  });
});

describe('NodeRestriction', () => {
  const node = (name: string, labels: Record<string, string> = {}, taints: object[] = []): AnyObject => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: { taints },
  });
  it.each<[string, AnyObject, AnyObject | null, string | undefined]>([
    ['its own node', node('n1', { a: 'b', 'kubernetes.io/hostname': 'n1' }), null, undefined],
    ['another node', node('n2'), null, 'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"'],
    [
      'restricted labels',
      node('n1', { 'node-restriction.kubernetes.io/x': 'y' }),
      null,
      'nodes "n1" is forbidden: node "n1" is not allowed to set the following labels: node-restriction.kubernetes.io/x',
    ],
    [
      'changed labels',
      node('n1', { 'k8s.io/x': 'y' }),
      node('n1'),
      'nodes "n1" is forbidden: is not allowed to modify labels: k8s.io/x',
    ],
    [
      'taints',
      node('n1', {}, [{ key: 'a', effect: 'NoExecute' }]),
      node('n1'),
      'nodes "n1" is forbidden: node "n1" is not allowed to modify taints',
    ],
    [
      'a pod',
      podObject({ nodeName: 'n1' }),
      null,
      'pods "p" is forbidden: pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
    ],
  ])('%s', (_, object, old, message) => {
    const operation = old === null ? 'CREATE' : 'UPDATE';
    const { refusal } = admitWith(nodeRestriction, { operation, object, old, user: 'system:node:n1' });
    expect(refusal?.message).toBe(message);
    expect(admitWith(nodeRestriction, { operation, object, old, user: 'kubelet' }).refusal).toBeNull();
  });
});
