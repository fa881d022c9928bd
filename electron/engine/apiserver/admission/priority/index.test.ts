import { describe, expect, it } from 'vitest';
import { admitWith, classObject, podObject } from '../testing.ts';
import { priority } from './index.ts';

const classes = [classObject('high', 1000), classObject('polite', 500, { preemptionPolicy: 'Never' })];

function createPod(spec: Record<string, unknown>, stored = classes): { spec?: unknown; message?: string } {
  const { object, refusal } = admitWith(priority, { operation: 'CREATE', object: podObject(spec) }, stored);
  return refusal === null ? { spec: object?.spec } : { message: refusal.message };
}

describe('Priority on pods', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['no class', {}, { priority: 0, preemptionPolicy: 'PreemptLowerPriority' }],
    ['a class', { priorityClassName: 'high' }, { priority: 1000, preemptionPolicy: 'PreemptLowerPriority' }],
    ['a class that never preempts', { priorityClassName: 'polite' }, { priority: 500, preemptionPolicy: 'Never' }],
    ['equal numbers', { priorityClassName: 'high', priority: 1000 }, { priority: 1000 }],
    ['a system class', { priorityClassName: 'system-node-critical' }, { priority: 2_000_001_000 }],
  ])('%s', (_, spec, expected) => {
    expect(createPod(spec).spec).toMatchObject(expected);
  });

  it('gives the global default its name, value and policy', () => {
    const stored = [...classes, classObject('usual', 7, { globalDefault: true, preemptionPolicy: 'Never' })];
    expect(createPod({}, stored).spec).toMatchObject({ priorityClassName: 'usual', priority: 7, preemptionPolicy: 'Never' });
    expect(createPod({ priorityClassName: 'high' }, stored).spec).toMatchObject({ priority: 1000 });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['unknown class', { priorityClassName: 'nope' }, 'pods "p" is forbidden: no PriorityClass with name nope was found'],
    [
      'other number',
      { priority: 5 },
      'pods "p" is forbidden: the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
    ],
    [
      'other policy',
      { priorityClassName: 'high', preemptionPolicy: 'Never' },
      'pods "p" is forbidden: the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name',
    ],
  ])('refuses %s', (_, spec, message) => {
    expect(createPod(spec).message).toBe(message);
  });

  it('keeps what the pod has when an update leaves it out', () => {
    const old = podObject({ priority: 9, preemptionPolicy: 'Never' });
    const { object } = admitWith(priority, { operation: 'UPDATE', object: podObject(), old }, classes);
    expect(object?.spec).toMatchObject({ priority: 9, preemptionPolicy: 'Never' });
  });
});

describe('Priority on classes', () => {
  const first = classObject('a', 1, { globalDefault: true });
  it('allows one global default only', () => {
    const second = classObject('b', 2, { globalDefault: true });
    expect(admitWith(priority, { operation: 'CREATE', object: first }).refusal).toBeNull();
    expect(admitWith(priority, { operation: 'CREATE', object: second }, [first]).refusal?.message).toBe(
      'priorityclasses.scheduling.k8s.io "b" is forbidden: PriorityClass a is already marked as default. Only one default can exist',
    );
    expect(admitWith(priority, { operation: 'UPDATE', object: second, old: classObject('b', 2) }, [first]).refusal?.code).toBe(
      403,
    );
  });
  it('lets the default itself be updated', () => {
    expect(admitWith(priority, { operation: 'UPDATE', object: first, old: first }, [first]).refusal).toBeNull();
  });
});
