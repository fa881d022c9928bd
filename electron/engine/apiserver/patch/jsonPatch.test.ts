import { describe, expect, it } from 'vitest';
import { applyJsonPatch, type JsonOperation, readOperations } from './jsonPatch.ts';

const target = { a: { b: 1, 'x/y': 2 }, list: [1, 2, 3] };

describe('JSON patch', () => {
  it.each<[string, JsonOperation[], unknown]>([
    ['add to a map', [{ op: 'add', path: '/a/c', value: 5 }], { ...target, a: { ...target.a, c: 5 } }],
    ['add into a list', [{ op: 'add', path: '/list/1', value: 9 }], { ...target, list: [1, 9, 2, 3] }],
    ['add to the end', [{ op: 'add', path: '/list/-', value: 9 }], { ...target, list: [1, 2, 3, 9] }],
    ['replace in a list', [{ op: 'replace', path: '/list/0', value: 9 }], { ...target, list: [9, 2, 3] }],
    ['escaped', [{ op: 'remove', path: '/a/x~1y' }], { ...target, a: { b: 1 } }],
    ['from the end', [{ op: 'remove', path: '/list/-1' }], { ...target, list: [1, 2] }],
    ['move', [{ op: 'move', from: '/a/b', path: '/z' }], { a: { 'x/y': 2 }, list: [1, 2, 3], z: 1 }],
    ['copy', [{ op: 'copy', from: '/list', path: '/a/b' }], { ...target, a: { b: [1, 2, 3], 'x/y': 2 } }],
    ['test', [{ op: 'test', path: '/list', value: [1, 2, 3] }], target],
    ['test of nothing', [{ op: 'test', path: '/none', value: null }], target],
  ])('%s', (_, operations, expected) => {
    const before = structuredClone(target);
    expect(applyJsonPatch(target, operations)).toEqual({ ok: true, value: expected });
    expect(target).toEqual(before);
  });

  it.each<[string, JsonOperation, string]>([
    ['remove', { op: 'remove', path: '/zzz' }, 'Unable to remove nonexistent key: zzz: missing value'],
    ['path', { op: 'add', path: '/q/r', value: 1 }, 'add operation does not apply: doc is missing path: "/q/r": missing value'],
    [
      'replace',
      { op: 'replace', path: '/q', value: 1 },
      'replace operation does not apply: doc is missing key: /q: missing value',
    ],
    ['test', { op: 'test', path: '/a/b', value: 2 }, 'testing value /a/b failed: test failed'],
    [
      'index',
      { op: 'add', path: '/list/7', value: 2 },
      'add operation does not apply: Unable to access invalid index: 7: invalid index referenced',
    ],
    ['kind', { op: 'jump', path: '/a' }, 'Unexpected kind: jump'],
  ])('%s that does not apply', (_, operation, words) => {
    expect(applyJsonPatch(target, [operation])).toEqual({ ok: false, error: words });
  });

  it('is a list of operations', () => {
    expect(readOperations([1])).toEqual({
      ok: false,
      error: 'json: cannot unmarshal number into Go value of type jsonpatch.Operation',
    });
  });
});
