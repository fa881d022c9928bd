import { describe, expect, test } from 'vitest';
import { parseScenario } from './index.ts';

function load(text: string) {
  const parsed = parseScenario(text, 'dir/input.yaml');
  if (!parsed.ok) throw new Error(parsed.error.map((one) => `${one.line}: ${one.message}`).join('\n'));
  return parsed.value;
}

const kubectlGet = `apiVersion: v1
items:
- apiVersion: v1
  kind: Node
  metadata:
    creationTimestamp: "2026-01-02T03:04:05Z"
    labels:
      kubernetes.io/hostname: node-a
    managedFields:
    - apiVersion: v1
      fieldsType: FieldsV1
      fieldsV1: { "f:metadata": { "f:labels": { ".": {} } } }
      manager: kubelet
      operation: Update
    name: node-a
    resourceVersion: "812"
    uid: 8c0d7f0a-3c2b-4e5e-9d3c-3f6b3f0c1a11
  spec: { podCIDR: 10.244.0.0/24 }
  status:
    allocatable: { cpu: "4", memory: 8Gi, pods: "110" }
    capacity: { cpu: "4", memory: 8Gi, pods: "110" }
- apiVersion: v1
  kind: Pod
  metadata:
    creationTimestamp: null
    name: web-1
    namespace: shop
  spec:
    containers:
    - image: nginx
      name: c
    nodeName: node-a
  status:
    phase: Running
    startTime: "2026-01-02T03:04:06Z"
- apiVersion: v1
  kind: Service
  metadata: { name: web, namespace: shop }
  spec: { ports: [{ port: 80 }] }
kind: List
metadata:
  resourceVersion: ""
`;

describe('real input', () => {
  test('output of kubectl get loads as it is', () => {
    const { objects, name, title, seed, speed } = load(kubectlGet);
    expect(objects.map((object) => object.kind)).toEqual(['Node', 'Pod', 'Service']);
    expect(objects[0]!.metadata).toEqual({
      name: 'node-a',
      creationTimestamp: '2026-01-02T03:04:05Z',
      labels: { 'kubernetes.io/hostname': 'node-a' },
      resourceVersion: '812',
      uid: '8c0d7f0a-3c2b-4e5e-9d3c-3f6b3f0c1a11',
    });
    expect(objects[1]!.metadata).toEqual({ name: 'web-1', namespace: 'shop' });
    expect(objects[1]!.spec).toMatchObject({ nodeName: 'node-a' });
    expect(objects[1]!.status).toEqual({ phase: 'Running', startTime: '2026-01-02T03:04:06Z' });
    expect({ name, title, seed, speed }).toEqual({ name: 'input', title: 'input', seed: 1, speed: 1 });
  });

  test('byte order mark and Windows line ends give the same objects at the same places', () => {
    const windows = load(`\ufeff${kubectlGet.replaceAll('\n', '\r\n')}`);
    const plain = load(kubectlGet);
    expect(windows.objects).toEqual(plain.objects);
    expect(windows.sources.map(({ line, column }) => [line, column])).toEqual(
      plain.sources.map(({ line, column }) => [line, column]),
    );
  });

  test('JSON with tabs', () => {
    const json = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: load(kubectlGet).objects }, null, '\t');
    expect(load(json).objects).toEqual(load(kubectlGet).objects);
  });

  test('typed lists of the API, whose items have no kind', () => {
    const { objects } = load(
      'apiVersion: v1\nkind: NamespaceList\nitems:\n  - metadata: { name: a }\n  - metadata: { name: b }\n',
    );
    expect(objects).toEqual(['a', 'b'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })));
  });

  test('an empty list and a Scenario without objects are fine', () => {
    expect(
      load('apiVersion: stowage/v1alpha1\nkind: Scenario\nmetadata: { name: s }\n---\napiVersion: v1\nkind: List\nitems: []\n')
        .objects,
    ).toEqual([]);
  });

  test('values as kubectl reads them: octal, yes, times, base 60, null', () => {
    const { objects } = load(
      'apiVersion: resource.k8s.io/v1\nkind: ResourceClaimTemplate\nmetadata: { name: a, annotations: { empty: } }\nx: { mode: 0644, on: yes, at: 2026-01-01T00:00:00Z, ratio: 12:30, none: ~ }\n',
    );
    expect(objects[0]!.x).toEqual({ mode: 0o644, on: true, at: '2026-01-01T00:00:00Z', ratio: '12:30' });
    expect(objects[0]!.metadata.annotations).toEqual({ empty: '' });
  });

  test('namespaces: default where none is given, none for cluster-wide kinds', () => {
    const { objects } = load(
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n---\napiVersion: v1\nkind: Node\nmetadata: { name: node, namespace: default }\n',
    );
    expect(objects.map((object) => object.metadata.namespace)).toEqual(['default', undefined]);
  });

  test('steps are sorted by time, and those of one instant keep their order', () => {
    const { steps } = load(`apiVersion: stowage/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  steps:
    - { at: 2s, do: { type: cordon, node: a } }
    - { at: 1500, title: first, do: { type: cordon, node: b } }
    - { at: 2s, do: { type: uncordon, node: a } }
`);
    expect(steps).toEqual([
      { atMs: 1_500, title: 'first', command: { type: 'cordon', node: 'b' } },
      { atMs: 2_000, command: { type: 'cordon', node: 'a' } },
      { atMs: 2_000, command: { type: 'uncordon', node: 'a' } },
    ]);
  });
});
