import { describe, expect, it } from 'vitest';
import type { Toleration } from '#shared/kube/types.ts';
import { admitWith, podObject } from '../testing.ts';
import { defaultTolerationSeconds } from './index.ts';

const notReady: Toleration = {
  key: 'node.kubernetes.io/not-ready',
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
};
const unreachable: Toleration = { ...notReady, key: 'node.kubernetes.io/unreachable' };

describe('DefaultTolerationSeconds', () => {
  it.each<[string, Toleration[] | undefined, Toleration[]]>([
    ['none', undefined, [notReady, unreachable]],
    ['an own one', [{ ...notReady, tolerationSeconds: 5 }], [{ ...notReady, tolerationSeconds: 5 }, unreachable]],
    [
      'one for every effect',
      [{ key: unreachable.key as string, operator: 'Exists' }],
      [{ key: unreachable.key as string, operator: 'Exists' }, notReady],
    ],
    ['one for everything', [{ operator: 'Exists' }], [{ operator: 'Exists' }]],
    ['another effect', [{ ...notReady, effect: 'NoSchedule' }], [{ ...notReady, effect: 'NoSchedule' }, notReady, unreachable]],
  ])('%s', (_, given, expected) => {
    const object = podObject(given === undefined ? {} : { tolerations: given });
    const before = JSON.stringify(object);
    const admitted = admitWith(defaultTolerationSeconds, { operation: 'CREATE', object }).object;
    expect(admitted?.spec).toMatchObject({ tolerations: expected });
    expect(JSON.stringify(object)).toBe(before);
  });
});
