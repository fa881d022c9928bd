import { describe, expect, it } from 'vitest';
import { checkShape, decodeObject } from './index.ts';

const pod = (more: object = {}, container: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'a', image: 'x:1', ...container }], ...more },
});

describe('checkShape', () => {
  it('finds nothing in a sound object', () => {
    const sound = pod(
      {
        tolerations: [{ operator: 'Exists', tolerationSeconds: 3 }],
        overhead: { cpu: 1 },
        volumes: [{ name: 'v', image: { reference: 'x' } }],
      },
      {
        resources: { requests: { cpu: '100m', memory: '1Gi' } },
        ports: [{ containerPort: 80 }],
        livenessProbe: { httpGet: { port: 'http' } },
      },
    );
    expect(checkShape(sound)).toEqual([]);
    expect(checkShape({ kind: 'ResourceSlice', anything: 1 })).toEqual([]);
  });

  it.each<[string, object, string, string | undefined]>([
    ['metadat', { kind: 'Pod', metadat: {} }, 'metadat', 'metadata'],
    ['king', { kind: 'Pod', king: 'Pod' }, 'king', 'kind'],
    ['nodeSelectr', pod({ nodeSelectr: {} }), 'spec.nodeSelectr', 'nodeSelector'],
    ['imagePullPolcy', pod({}, { imagePullPolcy: 'Always' }), 'spec.containers[0].imagePullPolcy', 'imagePullPolicy'],
    [
      'tolerationSecond',
      pod({ tolerations: [{ tolerationSecond: 1 }] }),
      'spec.tolerations[0].tolerationSecond',
      'tolerationSeconds',
    ],
    ['something else', pod({ zzzz: 1 }), 'spec.zzzz', undefined],
  ])('names the unknown field %s and what was meant', (_, object, path, suggestion) => {
    expect(checkShape(object)).toMatchObject([{ path, kind: 'unknown', message: `unknown field "${path}"` }]);
    expect(checkShape(object)[0]?.suggestion).toBe(suggestion);
  });

  it.each<[object, string]>([
    [pod({}, { ports: [{ containerPort: '80' }] }), 'spec.containers[0].ports[0].containerPort'],
    [pod({ containers: {} }), 'spec.containers'],
    [pod({ nodeSelector: ['a'] }), 'spec.nodeSelector'],
    [pod({ nodeSelector: { a: 1 } }), 'spec.nodeSelector[a]'],
    [pod({ hostNetwork: 'yes' }), 'spec.hostNetwork'],
    [pod({ terminationGracePeriodSeconds: 1.5 }), 'spec.terminationGracePeriodSeconds'],
    [pod({}, { resources: { requests: { cpu: 'abc' } } }), 'spec.containers[0].resources.requests[cpu]'],
    [pod({}, { resources: 'big' }), 'spec.containers[0].resources'],
    [{ kind: 'Pod', metadata: { name: true } }, 'metadata.name'],
    [{ kind: 'Node', metadata: { name: 'n', creationTimestamp: 'yesterday' } }, 'metadata.creationTimestamp'],
  ])('finds the wrong type %#', (object, path) => {
    expect(checkShape(object)).toMatchObject([{ path, kind: 'type' }]);
  });

  it('reports everything at once, in the order of the object', () => {
    const paths = checkShape(pod({ foo: 1, hostNetwork: 3 }, { bar: 1 })).map((problem) => problem.path);
    expect(paths).toEqual(['spec.containers[0].bar', 'spec.foo', 'spec.hostNetwork']);
  });
});

describe('decodeObject', () => {
  it('drops nulls, unknown fields and empty lists, and prints quantities canonically', () => {
    const sent = pod({
      nodeSelector: null,
      foo: 1,
      tolerations: [],
      volumes: [{ name: 'v', emptyDir: { sizeLimit: '1024Mi' } }],
    });
    expect(decodeObject(sent, 'Pod').spec).toEqual({
      containers: [{ name: 'a', image: 'x:1' }],
      volumes: [{ name: 'v', emptyDir: { sizeLimit: '1Gi' } }],
    });
  });
  it('returns the same object when nothing is to do, and shares parts otherwise', () => {
    const sent = pod();
    expect(decodeObject(sent, 'Pod')).toBe(sent);
    const changed = pod({ foo: 1 });
    expect(decodeObject(changed, 'Pod').metadata).toBe(changed.metadata);
  });
});
