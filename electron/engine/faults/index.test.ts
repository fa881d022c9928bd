import { describe, expect, it } from 'vitest';
import { createFaults, type FaultKind } from './index.ts';

describe('faults', () => {
  it('tells listeners each change once', () => {
    const faults = createFaults();
    const seen: [string, FaultKind | undefined, FaultKind | undefined][] = [];
    const off = faults.subscribe((node, before, after) => seen.push([node, before, after]));
    expect(faults.partition('b')).toBe(true);
    expect(faults.partition('b')).toBe(false);
    expect(faults.crash('b')).toBe(true);
    expect(faults.partition('b')).toBe(false);
    expect(faults.crash('a')).toBe(true);
    expect(Object.entries(faults.all())).toEqual([
      ['a', 'crashed'],
      ['b', 'crashed'],
    ]);
    expect(faults.recover('b')).toBe(true);
    expect(faults.recover('b')).toBe(false);
    off();
    faults.recover('a');
    expect(faults.of('a')).toBeUndefined();
    expect(seen).toEqual([
      ['b', undefined, 'partitioned'],
      ['b', 'partitioned', 'crashed'],
      ['a', undefined, 'crashed'],
      ['b', 'crashed', undefined],
    ]);
  });
});
