import { describe, expect, it } from 'vitest';
import { findUntolerated, parseTaintChange, printTaint, tolerates } from './taints.ts';
import type { Taint, Toleration } from './types.ts';

const gpu: Taint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };

describe('tolerates', () => {
  it.each<[Toleration, boolean]>([
    [{ key: 'gpu', operator: 'Equal', value: 'yes', effect: 'NoSchedule' }, true],
    [{ key: 'gpu', value: 'yes' }, true],
    [{ key: 'gpu', value: 'no' }, false],
    [{ key: 'gpu' }, false],
    [{ key: 'gpu', operator: 'Exists' }, true],
    [{ key: 'gpu', operator: 'Exists', effect: 'NoExecute' }, false],
    [{ key: 'other', operator: 'Exists' }, false],
    [{ operator: 'Exists' }, true],
    [{ operator: 'Exists', effect: 'NoSchedule' }, true],
    [{ value: 'yes' }, false],
    [{ key: 'gpu', operator: 'Like', value: 'yes' }, false],
  ])('%j: %s', (toleration, expected) => {
    expect(tolerates(toleration, gpu)).toBe(expected);
  });
  it('finds the first taint of the wanted effects', () => {
    const soft: Taint = { key: 'soft', effect: 'PreferNoSchedule' };
    expect(findUntolerated([soft, gpu], [], ['NoSchedule'])).toBe(gpu);
    expect(findUntolerated([soft, gpu], [{ operator: 'Exists' }], ['NoSchedule'])).toBeUndefined();
    expect(findUntolerated(undefined, undefined, ['NoSchedule'])).toBeUndefined();
  });
});

describe('parseTaintChange', () => {
  it('reads what kubectl taint takes', () => {
    expect(parseTaintChange(['a=b:NoSchedule', 'c:NoExecute', 'd-', 'e:NoSchedule-'])).toEqual({
      ok: true,
      value: {
        add: [
          { key: 'a', value: 'b', effect: 'NoSchedule' },
          { key: 'c', effect: 'NoExecute' },
        ],
        remove: [
          { key: 'd', effect: '' },
          { key: 'e', effect: 'NoSchedule' },
        ],
      },
    });
  });
  it.each([
    ['a=b', 'invalid taint spec: a=b'],
    ['a=b:Never', 'invalid taint effect: Never, unsupported taint effect'],
    ['a=b=c:NoSchedule', 'invalid taint spec: a=b=c:NoSchedule'],
    ['a:b:NoSchedule', 'invalid taint spec: a:b:NoSchedule'],
  ])('%s', (spec, message) => {
    expect(parseTaintChange([spec])).toEqual({ ok: false, error: message });
  });
  it('refuses the same key and effect twice', () => {
    expect(parseTaintChange(['a=1:NoSchedule', 'a=2:NoSchedule'])).toMatchObject({ ok: false });
  });
});

it('prints taints as kubectl does', () => {
  expect(printTaint(gpu)).toBe('gpu=yes:NoSchedule');
  expect(printTaint({ key: 'a', effect: 'NoExecute' })).toBe('a:NoExecute');
});
