import { describe, expect, it } from 'vitest';
import { validateConfiguration } from '#shared/kube/schedulerConfig/index.ts';
import {
  addProfile,
  changeProfile,
  type ProfileDraft,
  plainConfiguration,
  pluginRows,
  presetConfiguration,
  presets,
  profilesOf,
  removeProfile,
  scoringOf,
  setNumber,
  setPluginOn,
  setPluginScores,
  setPluginWeight,
  setScoring,
} from './schedulerForm.ts';

const plain = { schedulerName: 'default-scheduler' };
const row = (profile: ProfileDraft, name: string) => pluginRows(profile).find((one) => one.name === name);

describe('plugins of a profile', () => {
  it('are the defaults to begin with', () => {
    expect(row(plain, 'TaintToleration')).toMatchObject({ on: true, scores: true, weight: 3, needed: false });
    expect(row(plain, 'NodeName')).toMatchObject({ on: true, canScore: false });
    expect(row(plain, 'PrioritySort')).toMatchObject({ needed: true });
  });

  it('go off and on again without a trace', () => {
    const off = setPluginOn(plain, 'NodeAffinity', false);
    expect(off).toEqual({ ...plain, plugins: { multiPoint: { disabled: [{ name: 'NodeAffinity' }] } } });
    expect(row(off, 'NodeAffinity')).toMatchObject({ on: false, scores: false });
    expect(setPluginOn(off, 'NodeAffinity', true)).toEqual(plain);
  });

  it('may judge without scoring', () => {
    const judging = setPluginScores(plain, 'NodeAffinity', false);
    expect(row(judging, 'NodeAffinity')).toMatchObject({ on: true, scores: false });
    expect(setPluginScores(judging, 'NodeAffinity', true)).toEqual(plain);
  });

  it('are named where all others are off', () => {
    const alone = {
      ...plain,
      plugins: { score: { disabled: [{ name: '*' }], enabled: [{ name: 'ImageLocality', weight: 2 }] } },
    };
    expect(row(setPluginScores(alone, 'NodeResourcesFit', true), 'NodeResourcesFit')).toMatchObject({ scores: true, weight: 1 });
    expect(row(setPluginWeight(alone, 'ImageLocality', 9), 'ImageLocality')).toMatchObject({ weight: 9 });
  });

  it('take a weight, and the default one is not written', () => {
    const heavy = setPluginWeight(plain, 'ImageLocality', 9);
    expect(row(heavy, 'ImageLocality')).toMatchObject({ weight: 9, defaultWeight: 1 });
    expect(setPluginWeight(heavy, 'ImageLocality', 1)).toEqual(plain);
  });
});

describe('scoring', () => {
  it('is written unless it is the default', () => {
    const scoring = scoringOf(plain);
    expect(scoring).toMatchObject({ type: 'LeastAllocated', cpu: 1, memory: 1 });
    const most = setScoring(plain, { ...scoring, type: 'MostAllocated', memory: 0 });
    expect(scoringOf(most)).toMatchObject({ type: 'MostAllocated', cpu: 1, memory: 0 });
    expect(setScoring(most, scoring)).toEqual(plain);
  });

  it('keeps other resources and a shape', () => {
    const args = { scoringStrategy: { type: 'LeastAllocated', resources: [{ name: 'nvidia.com/gpu', weight: 3 }] } };
    const gpu = { ...plain, pluginConfig: [{ name: 'NodeResourcesFit', args }] };
    const shape = [{ utilization: 50, score: 5 }];
    const next = setScoring(gpu, { ...scoringOf(gpu), type: 'RequestedToCapacityRatio', shape });
    expect(scoringOf(next)).toMatchObject({ shape, cpu: 0 });
    expect(JSON.stringify(next)).toContain('nvidia.com/gpu');
  });
});

describe('whole configurations', () => {
  it('gain and lose profiles', () => {
    const bare = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };
    const two = addProfile(bare, 'second');
    expect(profilesOf(two).map(({ schedulerName }) => schedulerName)).toEqual(['default-scheduler', 'second']);
    expect(profilesOf(removeProfile(two, 1))).toHaveLength(1);
    expect(removeProfile(removeProfile(two, 1), 0).profiles).toHaveLength(1);
    expect(changeProfile(bare, 0, (profile) => setNumber(profile, 'percentageOfNodesToScore', 5)).profiles).toEqual([
      { schedulerName: 'default-scheduler', percentageOfNodesToScore: 5 },
    ]);
    expect(setNumber({ a: 1 }, 'a', undefined)).toEqual({});
  });

  it.each(presets)('preset %s can run', (preset) => {
    const made = presetConfiguration(preset, addProfile(plainConfiguration('a'), 'b'));
    expect(validateConfiguration(made)).toEqual([]);
    expect(profilesOf(made).map(({ schedulerName }) => schedulerName)).toEqual(['a', 'b']);
  });
});
