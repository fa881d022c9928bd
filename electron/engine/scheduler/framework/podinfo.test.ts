import { describe, expect, it } from 'vitest';
import type { Pod } from '#shared/kube/types.ts';
import { pod } from '../../testing/builders.ts';
import { createTestCluster } from '../../testing/harness.ts';
import { PodInfos } from './podinfo.ts';
import { ResourceTable } from './resources.ts';

function template(infos: PodInfos, one: Pod): unknown {
  return infos.of(one).template;
}

describe('templates of pods', () => {
  it('are one for pods that differ in the volume of their token alone', () => {
    const [a, b] = createTestCluster().create(pod('a'), pod('b'));
    const infos = new PodInfos(new ResourceTable());
    expect(a.spec.volumes?.[0]?.name).not.toBe(b.spec.volumes?.[0]?.name);
    expect(template(infos, a)).toBe(template(infos, b));
  });

  it('are two for pods with different claims', () => {
    const claims = ['x', 'y'].map((claimName) => ({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] }));
    const infos = new PodInfos(new ResourceTable());
    const [a, b] = claims.map((spec, at) => pod(`p${at}`, { spec }));
    expect(template(infos, a as Pod)).not.toBe(template(infos, b as Pod));
  });
});
