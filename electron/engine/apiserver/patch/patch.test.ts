import { describe, expect, it } from 'vitest';
import { deployment, pod } from '../../testing/builders.ts';
import { createTestCluster, unwrap } from '../../testing/harness.ts';
import { mergePatch } from './merge.ts';
import { strategicPatch } from './strategic.ts';

describe('JSON merge patch', () => {
  // The cases of RFC 7386, appendix A.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'foo' }, null, null],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j + %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });
});

const web = {
  metadata: { finalizers: ['a', 'b'], labels: { x: '1', y: '2' } },
  spec: {
    template: {
      spec: {
        containers: [
          { name: 'app', image: 'app:1', env: [{ name: 'A', value: '1' }], args: ['x'] },
          { name: 'side', image: 'side:1' },
        ],
        tolerations: [{ key: 'a' }],
        volumes: [{ name: 'v', emptyDir: {} }],
      },
    },
  },
  status: { conditions: [{ type: 'Ready', status: 'False' }] },
};
const inPod = (spec: object): object => ({ spec: { template: { spec } } });

describe('strategic merge patch', () => {
  it.each<[string, object, (result: typeof web) => unknown, unknown]>([
    [
      'merges containers by name and their env by name',
      inPod({ containers: [{ name: 'app', env: [{ name: 'B', value: '2' }] }] }),
      (result) => result.spec.template.spec.containers[0],
      {
        name: 'app',
        image: 'app:1',
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
        args: ['x'],
      },
    ],
    [
      'replaces lists without a merge key',
      inPod({ tolerations: [{ key: 'b' }], containers: [{ name: 'app', args: ['y', 'z'] }] }),
      (result) => [result.spec.template.spec.tolerations, result.spec.template.spec.containers[0]?.args],
      [[{ key: 'b' }], ['y', 'z']],
    ],
    [
      'deletes an element by $patch: delete and adds a new one',
      inPod({
        containers: [
          { name: 'side', $patch: 'delete' },
          { name: 'new', image: 'n' },
        ],
      }),
      (result) => result.spec.template.spec.containers.map(({ name }) => name),
      ['app', 'new'],
    ],
    [
      'replaces a list by $patch: replace',
      inPod({ containers: [{ name: 'only', image: 'o' }, { $patch: 'replace' }] }),
      (result) => result.spec.template.spec.containers,
      [{ name: 'only', image: 'o' }],
    ],
    [
      'replaces a map by $patch: replace',
      { metadata: { labels: { $patch: 'replace', z: '3' } } },
      (result) => result.metadata,
      { finalizers: ['a', 'b'], labels: { z: '3' } },
    ],
    [
      'unites finalizers and takes single ones off',
      { metadata: { finalizers: ['c', 'a'], '$deleteFromPrimitiveList/finalizers': ['b'] } },
      (result) => result.metadata.finalizers,
      ['a', 'c'],
    ],
    [
      'keeps only $retainKeys of a volume',
      inPod({ volumes: [{ name: 'v', $retainKeys: ['name', 'configMap'], configMap: { name: 'c' } }] }),
      (result) => result.spec.template.spec.volumes,
      [{ name: 'v', configMap: { name: 'c' } }],
    ],
    [
      'orders elements by $setElementOrder',
      inPod({
        '$setElementOrder/containers': [{ name: 'side' }, { name: 'app' }],
        containers: [{ name: 'app', image: 'app:2' }],
      }),
      (result) => result.spec.template.spec.containers.map(({ name, image }) => `${name}=${image}`),
      ['side=side:1', 'app=app:2'],
    ],
    [
      'merges conditions by type',
      {
        status: {
          conditions: [
            { type: 'Ready', status: 'True' },
            { type: 'New', status: 'True' },
          ],
        },
      },
      (result) => result.status.conditions,
      [
        { type: 'Ready', status: 'True' },
        { type: 'New', status: 'True' },
      ],
    ],
    ['removes fields given as null', { metadata: { labels: { x: null } } }, (result) => result.metadata.labels, { y: '2' }],
  ])('%s', (_what, patch, pick, expected) => {
    const before = structuredClone(web);
    expect(pick(strategicPatch(web, patch) as typeof web)).toEqual(expected);
    expect(web).toEqual(before);
  });
});

describe('patch verb', () => {
  const ref = { kind: 'Deployment', namespace: 'default', name: 'web' };

  it('goes through the update path', () => {
    const cluster = createTestCluster();
    cluster.create(deployment('web'));
    const image = { spec: { template: { spec: { containers: [{ name: 'app', image: 'registry.example/app:v2' }] } } } };
    const patched = unwrap(cluster.client.patch(ref, 'strategic', image));
    expect(patched.metadata.generation).toBe(2);
    const unchanged = unwrap(cluster.client.patch(ref, 'strategic', image));
    expect(unchanged.metadata.resourceVersion).toBe(patched.metadata.resourceVersion);
  });

  it.each([
    [{ metadata: { resourceVersion: '1' } }, 409],
    [{ metadata: { name: 'other' } }, 400],
    [{ metadata: { namespace: 'kube-system' } }, 400],
    [{ apiVersion: 'apps/v2' }, 400],
    ['text', 400],
  ])('answers %j with %i', (patch, code) => {
    const cluster = createTestCluster();
    cluster.create(deployment('web'));
    expect(cluster.client.patch(ref, 'merge', patch)).toMatchObject({ ok: false, error: { code } });
    expect(cluster.client.patch({ ...ref, name: 'none' }, 'merge', patch)).toMatchObject({ error: { code: 404 } });
  });

  it('of the status subresource changes the status only', () => {
    const cluster = createTestCluster();
    cluster.create(pod('a'));
    const patch = { spec: { nodeName: 'x' }, status: { phase: 'Running' } };
    const patched = unwrap(
      cluster.client.patch({ kind: 'Pod', namespace: 'default', name: 'a' }, 'strategic', patch, { subresource: 'status' }),
    );
    expect(patched).toMatchObject({ status: { phase: 'Running' } });
    expect((patched.spec as { nodeName?: string }).nodeName).toBeUndefined();
  });
});
