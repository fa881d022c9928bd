import { describe, expect, it } from 'vitest';
import { type Condition, isPodAvailable, setCondition } from './conditions.ts';
import { scaleIntOrPercent } from './intOrPercent.ts';
import { podRequests, qosClass } from './pod.ts';
import type { Pod, PodSpec } from './types.ts';

const box = (name: string, requests?: Record<string, string>, more: object = {}) => ({
  name,
  ...(requests ? { resources: { requests } } : {}),
  ...more,
});

describe('podRequests', () => {
  it('adds containers and rounds the exact sum up once', () => {
    expect(podRequests({ spec: { containers: [box('a', { cpu: '0.4m' }), box('b', { cpu: '0.4m', memory: '1Ki' })] } })).toEqual({
      cpu: 1,
      memory: 1024,
    });
  });
  it('takes the larger of containers and each init step; sidecars run beside both', () => {
    const spec: PodSpec = {
      initContainers: [box('side', { cpu: '100m' }, { restartPolicy: 'Always' }), box('init', { cpu: '2' })],
      containers: [box('main', { cpu: '500m' })],
    };
    expect(podRequests({ spec })).toEqual({ cpu: 2100 });
    expect(podRequests({ spec: { ...spec, containers: [box('main', { cpu: '3' })] } })).toEqual({ cpu: 3100 });
  });
  it('lets pod-level requests replace the sum and adds overhead', () => {
    const spec: PodSpec = {
      containers: [box('a', { cpu: '1', 'example.com/dev': '2' })],
      resources: { requests: { cpu: '4' } },
      overhead: { cpu: '250m' },
    };
    expect(podRequests({ spec })).toEqual({ cpu: 4250, 'example.com/dev': 2 });
  });
  it('assumes requests for containers without any when asked to', () => {
    const spec: PodSpec = { containers: [box('a'), box('b', { cpu: '1', memory: '0' })] };
    expect(podRequests({ spec }, { nonZero: true })).toEqual({ cpu: 1100, memory: 200 * 1024 * 1024 });
  });
});

describe('qosClass', () => {
  it.each<[string, PodSpec, string]>([
    ['nothing', { containers: [box('a')] }, 'BestEffort'],
    ['requests only', { containers: [box('a', { cpu: '1' })] }, 'Burstable'],
    [
      'equal',
      {
        containers: [
          { name: 'a', resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1000m', memory: '1Gi' } } },
        ],
      },
      'Guaranteed',
    ],
    [
      'one without',
      {
        containers: [
          { name: 'a', resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } } },
          box('b'),
        ],
      },
      'Burstable',
    ],
    ['zero', { containers: [box('a', { cpu: '0' })] }, 'BestEffort'],
  ])('%s', (_, spec, expected) => {
    expect(qosClass(spec)).toBe(expected);
  });
});

describe('conditions', () => {
  it('moves the transition time only with the status', () => {
    const before = [{ type: 'Ready', status: 'False', reason: 'A', lastTransitionTime: 't0' }] as Condition[];
    expect(setCondition(before, { type: 'Ready', status: 'False', reason: 'B' }, 't1')[0]).toMatchObject({
      reason: 'B',
      lastTransitionTime: 't0',
    });
    expect(setCondition(before, { type: 'Ready', status: 'True' }, 't1')[0]).toMatchObject({
      status: 'True',
      lastTransitionTime: 't1',
    });
    expect(setCondition(before, { type: 'Ready', status: 'False', reason: 'A' }, 't1')).toBe(before);
  });
  it('availability counts from the moment of readiness', () => {
    const pod = { status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '5' }] } } as unknown as Pod;
    const at = (nowMs: number) => isPodAvailable(pod, 3, { nowMs, parseMs: (text) => Number(text) * 1000 });
    expect(at(7999)).toBe(false);
    expect(at(8000)).toBe(true);
  });
});

describe('scaleIntOrPercent', () => {
  it.each<[string | number, number, boolean, number]>([
    [3, 10, true, 3],
    ['25%', 10, true, 3],
    ['25%', 10, false, 2],
    ['100%', 7, false, 7],
  ])('%s of %s', (text, total, up, expected) => {
    expect(scaleIntOrPercent(text, total, up)).toEqual({ ok: true, value: expected });
  });
  it('refuses text that is no percentage', () => {
    expect(scaleIntOrPercent('5', 10, true)).toEqual({
      ok: false,
      error: 'invalid value for IntOrString: invalid type: string is not a percentage',
    });
  });
});
