import { describe, expect, it } from 'vitest';
import {
  allKinds,
  kindInfo,
  kindsInCategory,
  printName,
  qualifiedKind,
  qualifiedResource,
  resolveResource,
  servedKind,
} from './registry.ts';

describe('registry of kinds', () => {
  it.each([
    ['po', 'Pod'],
    ['pods', 'Pod'],
    ['Pod', 'Pod'],
    ['deploy', 'Deployment'],
    ['deployments.apps', 'Deployment'],
    ['deployments.v1.apps', 'Deployment'],
    ['pdb', 'PodDisruptionBudget'],
    ['ev', 'Event'],
    ['events.events.k8s.io', 'Event'],
    ['crds', 'CustomResourceDefinition'],
    ['hpa', 'HorizontalPodAutoscaler'],
    ['deployments.batch', undefined],
    ['widgets', undefined],
  ])('resolves %s to %s', (text, kind) => {
    expect(resolveResource(text)?.kind).toBe(kind);
  });

  it('knows scope, versions and what is simulated', () => {
    expect(servedKind('apps/v1', 'Deployment')?.plural).toBe('deployments');
    expect(servedKind('apps/v1beta1', 'Deployment')).toBeUndefined();
    expect(servedKind('autoscaling/v1', 'HorizontalPodAutoscaler')?.apiVersion).toBe('autoscaling/v2');
    expect(kindInfo('Node')).toMatchObject({ namespaced: false, hasStatus: true, simulated: true });
    expect(kindInfo('CSIDriver')).toMatchObject({ namespaced: false, simulated: false });
    expect(kindInfo('TokenReview')?.storable).toBe(false);
    expect(allKinds.filter(({ simulated }) => simulated)).toHaveLength(39);
    expect(kindsInCategory('all').map(({ kind }) => kind)).toContain('ReplicaSet');
  });

  it('gives each name to one kind only', () => {
    const names = allKinds.flatMap(({ plural, singular, shortNames }) => [...new Set([plural, singular, ...shortNames])]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('words resources and kinds as the API server and kubectl do', () => {
    const deployment = kindInfo('Deployment');
    const node = kindInfo('Node');
    if (deployment === undefined || node === undefined) throw new Error('unknown');
    expect([qualifiedResource(deployment), qualifiedKind(deployment), printName(deployment, 'web')]).toEqual([
      'deployments.apps',
      'Deployment.apps',
      'deployment.apps/web',
    ]);
    expect([qualifiedResource(node), qualifiedKind(node), printName(node, 'n1')]).toEqual(['nodes', 'Node', 'node/n1']);
  });
});
