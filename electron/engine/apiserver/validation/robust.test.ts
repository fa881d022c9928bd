import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { createAdmission } from '../admission/index.ts';
import { prepareForCreate } from '../defaulting/create.ts';
import { applyDefaults } from '../defaulting/index.ts';
import { decodeRefusal } from './decode.ts';
import { validateCreate, validateUpdate } from './index.ts';

const selector = { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] };
const probe = { httpGet: { path: '/', port: 80, httpHeaders: [{ name: 'A', value: 'b' }] } };
const term = { topologyKey: 'zone', labelSelector: selector, namespaces: ['x'], matchLabelKeys: ['c'] };
const container = {
  name: 'a',
  image: 'x:1',
  ports: [{ name: 'http', containerPort: 80, hostPort: 80 }],
  env: [
    { name: 'A', valueFrom: { configMapKeyRef: { name: 'x', key: 'y' } } },
    { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  ],
  envFrom: [{ configMapRef: { name: 'x' } }],
  resources: { requests: { cpu: '1' }, limits: { cpu: '2' } },
  volumeMounts: [{ name: 'v', mountPath: '/x', subPath: 'y' }],
  livenessProbe: probe,
  readinessProbe: { exec: { command: ['x'] } },
  lifecycle: { preStop: { sleep: { seconds: 1 } } },
};
const podSpec = {
  containers: [container],
  initContainers: [{ name: 'i', image: 'y', restartPolicy: 'Always' }],
  volumes: [
    { name: 'v', emptyDir: { sizeLimit: '1Gi' } },
    { name: 'c', configMap: { name: 'x', items: [{ key: 'k', path: 'p' }] } },
    {
      name: 'p',
      projected: {
        sources: [
          { serviceAccountToken: { path: 't' } },
          { downwardAPI: { items: [{ path: 'x', fieldRef: { fieldPath: 'metadata.name' } }] } },
        ],
      },
    },
    { name: 'h', hostPath: { path: '/x' } },
    { name: 'n', nfs: { server: 's', path: '/x' } },
    { name: 'd', csi: { driver: 'd' } },
  ],
  hostNetwork: true,
  resources: { requests: { cpu: '2' }, limits: { cpu: '3' } },
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          {
            matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }],
            matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }],
          },
        ],
      },
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, preference: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } },
      ],
    },
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [term],
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term }],
    },
  },
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: selector, matchLabelKeys: ['z'] },
  ],
  tolerations: [{ key: 'a', operator: 'Equal', value: 'b', effect: 'NoExecute', tolerationSeconds: 1 }],
  schedulingGates: [{ name: 'g' }],
  readinessGates: [{ conditionType: 'a/b' }],
  hostAliases: [{ ip: '1.2.3.4', hostnames: ['x'] }],
  dnsConfig: { nameservers: ['1.1.1.1'] },
  overhead: { cpu: '1m' },
};
const metadata = {
  name: 'x',
  namespace: 'default',
  labels: { a: 'b' },
  annotations: { a: 'b' },
  finalizers: ['a/b'],
  ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'o', uid: 'u', controller: true }],
};
const workload = { selector, template: { metadata: { labels: { a: 'b' } }, spec: podSpec } };
const seeds: AnyObject[] = [
  { apiVersion: 'v1', kind: 'Pod', metadata, spec: podSpec },
  { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { ...workload, strategy: { rollingUpdate: { maxSurge: 1 } } } },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata, spec: workload },
  {
    apiVersion: 'v1',
    kind: 'Node',
    metadata,
    spec: { taints: [{ key: 'a', effect: 'NoSchedule' }], podCIDRs: ['x'] },
    status: { capacity: { cpu: '1' } },
  },
  { apiVersion: 'v1', kind: 'Namespace', metadata, spec: { finalizers: ['kubernetes'] } },
  { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: { leaseDurationSeconds: 1 } },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec: { minAvailable: 1, selector } },
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata, value: 1, globalDefault: true },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata,
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      hostPath: { path: '/x' },
      local: { path: '/x' },
      csi: { driver: 'd', volumeHandle: 'h' },
      iscsi: { iqn: 'i' },
      rbd: { image: 'i' },
      claimRef: { name: 'c', namespace: 'default' },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }] } },
    },
    status: { phase: 'Available' },
  },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata,
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' }, limits: { storage: '2Gi' } },
      selector,
      dataSource: { kind: 'PersistentVolumeClaim', name: 'o' },
    },
    status: { phase: 'Bound', capacity: { storage: '1Gi' } },
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata,
    provisioner: 'p',
    parameters: { a: 'b' },
    allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['a'] }] }],
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata,
    spec: { drivers: [{ name: 'd', nodeID: 'n', topologyKeys: ['zone'], allocatable: { count: 1 } }] },
  },
  { apiVersion: 'v1', kind: 'Event', metadata, involvedObject: { namespace: 'default' } },
];

/** Every place of a JSON value below its top, as lists of keys. */
function places(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => [[...at, key], ...places(part, [...at, key])]);
}

function put(value: unknown, at: readonly string[], part: unknown): unknown {
  const [key, ...rest] = at;
  if (key === undefined) return part;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...(value as object) };
  const record = copy as Record<string, unknown>;
  if (rest.length === 0 && part === undefined && !Array.isArray(copy)) delete record[key];
  else record[key] = put(record[key], rest, part);
  return copy;
}

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } };
const admission = createAdmission({ get: (kind) => (kind === 'Namespace' ? namespace : undefined), list: () => [] });

/** The way of a create and an update through this layer; whatever is sent, it ends in a verdict. */
function judge(object: AnyObject, old: AnyObject): void {
  if (decodeRefusal(object) !== null) return;
  const admitted = admission.admit({
    operation: 'CREATE',
    object: applyDefaults(object),
    old: null,
    user: 'u',
    dryRun: false,
    warn: () => undefined,
  });
  if (!admitted.ok || admitted.value === null) return;
  const prepared = prepareForCreate(admitted.value, 't');
  for (const error of [...validateCreate(prepared), ...validateUpdate(prepared, old)])
    expect(error.field).not.toContain('undefined');
}

describe('no object makes this layer throw', () => {
  it.each(seeds.map((seed) => [seed.kind, seed] as const))('%s', (_, seed) => {
    const old = prepareForCreate(applyDefaults(seed), 't');
    const inside = places(seed).filter((at) => at[0] !== 'kind' && at[0] !== 'apiVersion' && at.join('.') !== 'metadata');
    for (const at of inside) {
      for (const part of [undefined, null, '', 0, -1, {}, [], [null], 'a b', '5', true])
        judge(put(seed, at, part) as AnyObject, old);
    }
  });

  it('with several places changed at once', () => {
    const parts = fc.constantFrom<unknown>(undefined, null, '', 0, {}, [], [null], [{}], 'x y', '1');
    const changes = fc.array(fc.tuple(fc.nat(), parts), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(fc.constantFrom(...seeds), changes, (seed, list) => {
        const old = prepareForCreate(applyDefaults(seed), 't');
        let object: AnyObject = seed;
        for (const [index, part] of list) {
          const inside = places(object).filter((at) => at.length > 1);
          const at = inside[index % inside.length];
          if (at !== undefined) object = put(object, at, part) as AnyObject;
        }
        judge(object, old);
      }),
      { numRuns: 2000, seed: 7 },
    );
  });
});
