import { describe, expect, it } from 'vitest';
import { createOfflineScheduler } from './offline.ts';
import type { ProfileConfig } from './profiles.ts';

const resolve = (plugins: ProfileConfig['plugins']) =>
  createOfflineScheduler({ nodes: [], profile: { schedulerName: 'x', ...(plugins === undefined ? {} : { plugins }) } }).framework
    .resolved;

describe('profiles', () => {
  it('has the default plugins in upstream order', () => {
    const { points, weights } = resolve(undefined);
    const known = (names: string) => names.split(' ');
    expect(
      points.filter.filter((name) =>
        known('NodeUnschedulable NodeName TaintToleration NodeAffinity NodePorts NodeResourcesFit NodeDeclaredFeatures').includes(
          name,
        ),
      ),
    ).toEqual(known('NodeUnschedulable NodeName TaintToleration NodeAffinity NodePorts NodeResourcesFit NodeDeclaredFeatures'));
    expect(points.postFilter).toEqual(['DynamicResources', 'DefaultPreemption']);
    expect(points.preEnqueue).toEqual(['SchedulingGates', 'DynamicResources', 'DefaultPreemption']);
    expect(weights.get('TaintToleration')).toBe(3);
    expect(weights.get('ImageLocality')).toBe(1);
  });

  it('switches a plugin off at one point or at all', () => {
    expect(resolve({ filter: { disabled: [{ name: 'NodeName' }] } }).points.filter).not.toContain('NodeName');
    const all = resolve({ multiPoint: { disabled: [{ name: 'NodeAffinity' }] } });
    expect([all.points.filter, all.points.score].flat()).not.toContain('NodeAffinity');
    expect(
      resolve({ score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeAffinity', weight: 7 }] } }).points.score,
    ).toEqual(['NodeAffinity']);
  });

  it('puts what a point names first, and takes its weight', () => {
    const { points, weights } = resolve({ score: { enabled: [{ name: 'ImageLocality', weight: 9 }] } });
    expect(points.score[0]).toBe('ImageLocality');
    expect(weights.get('ImageLocality')).toBe(9);
  });

  it('keeps the place of a default plugin that multiPoint weighs anew', () => {
    const { points, weights } = resolve({ multiPoint: { enabled: [{ name: 'NodeAffinity', weight: 5 }] } });
    expect(points.filter.indexOf('NodeAffinity')).toBe(resolve(undefined).points.filter.indexOf('NodeAffinity'));
    expect(weights.get('NodeAffinity')).toBe(5);
  });
});
