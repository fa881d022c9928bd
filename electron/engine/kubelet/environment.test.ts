import { describe, expect, it } from 'vitest';
import type { Container, KindMap, PodSpec } from '#shared/kube/types.ts';
import { pod } from '../testing/builders.ts';
import { type ConfigSource, environmentError, mountErrors } from './environment.ts';

const source: ConfigSource = {
  configMap: (namespace, name) =>
    namespace === 'shop' && name === 'cm'
      ? ({
          kind: 'ConfigMap',
          metadata: { name },
          data: { k: 'v' },
          binaryData: { bin: 'AA==' },
        } as unknown as KindMap['ConfigMap'])
      : undefined,
  secret: (namespace, name) =>
    namespace === 'shop' && name === 's'
      ? ({ kind: 'Secret', metadata: { name }, data: { k: 'dg==' } } as unknown as KindMap['Secret'])
      : undefined,
};

const environment: [string, Partial<Container>, string | undefined][] = [
  ['nothing', {}, undefined],
  ['plain value', { env: [{ name: 'A', value: 'b' }] }, undefined],
  ['key of a ConfigMap', { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'cm', key: 'k' } } }] }, undefined],
  [
    'missing ConfigMap',
    { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'x', key: 'k' } } }] },
    'configmap "x" not found',
  ],
  [
    'missing key of a ConfigMap',
    { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'cm', key: 'z' } } }] },
    "couldn't find key z in ConfigMap shop/cm",
  ],
  [
    'binary data does not count',
    { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'cm', key: 'bin' } } }] },
    "couldn't find key bin in ConfigMap shop/cm",
  ],
  ['optional key', { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'cm', key: 'z', optional: true } } }] }, undefined],
  ['missing Secret', { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'x', key: 'k' } } }] }, 'secret "x" not found'],
  [
    'missing key of a Secret',
    { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'z' } } }] },
    "couldn't find key z in Secret shop/s",
  ],
  ['envFrom', { envFrom: [{ configMapRef: { name: 'cm' } }, { secretRef: { name: 's' } }] }, undefined],
  ['envFrom of a missing ConfigMap', { envFrom: [{ configMapRef: { name: 'x' } }] }, 'configmap "x" not found'],
  ['envFrom of a missing Secret', { envFrom: [{ secretRef: { name: 'x' } }] }, 'secret "x" not found'],
  ['optional envFrom', { envFrom: [{ secretRef: { name: 'x', optional: true } }] }, undefined],
];

const volumes: [string, NonNullable<PodSpec['volumes']>[number], string | undefined][] = [
  ['none of it', { name: 'v', emptyDir: {} }, undefined],
  ['ConfigMap', { name: 'v', configMap: { name: 'cm', items: [{ key: 'bin', path: 'p' }] } }, undefined],
  ['missing ConfigMap', { name: 'v', configMap: { name: 'x' } }, 'configmap "x" not found'],
  ['optional ConfigMap', { name: 'v', configMap: { name: 'x', optional: true } }, undefined],
  [
    'missing item',
    { name: 'v', configMap: { name: 'cm', items: [{ key: 'z', path: 'p' }] } },
    'configmap references non-existent config key: z',
  ],
  ['Secret', { name: 'v', secret: { secretName: 's' } }, undefined],
  ['missing Secret', { name: 'v', secret: { secretName: 'x' } }, 'secret "x" not found'],
  [
    'missing item of a Secret',
    { name: 'v', secret: { secretName: 's', items: [{ key: 'z', path: 'p' }] } },
    'references non-existent secret key: z',
  ],
  [
    'projected',
    { name: 'v', projected: { sources: [{ configMap: { name: 'x' } }, { secret: { name: 'y' } }, { secret: { name: 's' } }] } },
    '[configmap "x" not found, secret "y" not found]',
  ],
  ['token', { name: 'kube-api-access-abcde', projected: { sources: [{ configMap: { name: 'kube-root-ca.crt' } }] } }, undefined],
];

describe('what a container is made of', () => {
  it.each(environment)('environment: %s', (_, container, wanted) => {
    const full = { name: 'app', image: 'x', ...container } as Container;
    expect(environmentError(pod('a', { namespace: 'shop' }), full, source)).toBe(wanted);
  });
  it.each(volumes)('volume: %s', (_, volume, wanted) => {
    const found = mountErrors(pod('a', { namespace: 'shop', spec: { volumes: [volume] } }), source);
    expect(found).toEqual(wanted === undefined ? [] : [{ volume: volume.name, message: wanted }]);
  });
});
