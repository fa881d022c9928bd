import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addQuantity,
  compareQuantity,
  milliValue,
  parseQuantity,
  printQuantity,
  type Quantity,
  quantityOf,
  subQuantity,
  value,
} from './quantity.ts';

function read(text: string): Quantity {
  const parsed = parseQuantity(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error}`);
  return parsed.value;
}

describe('parseQuantity', () => {
  it.each<[string, number, number, string]>([
    ['0', 0, 0, '0'],
    ['0.5', 500, 1, '500m'],
    ['1000m', 1000, 1, '1'],
    ['1500m', 1500, 2, '1500m'],
    ['1e3', 1_000_000, 1000, '1e3'],
    ['1E3', 1_000_000, 1000, '1e3'],
    ['12e-1', 1200, 2, '1200e-3'],
    ['500000u', 500, 1, '500m'],
    ['99.5m', 100, 1, '99500u'],
    ['0.0001', 1, 1, '100u'],
    ['100n', 1, 1, '100n'],
    ['1.5Gi', 1_610_612_736_000, 1_610_612_736, '1536Mi'],
    ['1024Mi', 1_073_741_824_000, 1_073_741_824, '1Gi'],
    ['128974848000m', 128_974_848_000, 128_974_848, '128974848'],
    ['1023', 1_023_000, 1023, '1023'],
    ['1000Ki', 1_024_000_000, 1_024_000, '1000Ki'],
    ['0.5Ki', 512_000, 512, '512'],
    ['1.1Ki', 1_126_400, 1127, '1126400m'],
    ['+3', 3000, 3, '3'],
    ['-1500m', -1500, -2, '-1500m'],
    ['.5', 500, 1, '500m'],
    ['5.', 5000, 5, '5'],
    ['1G', 1_000_000_000_000, 1_000_000_000, '1G'],
    ['1E', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, '1E'],
    ['0.0000000001', 1, 1, '1n'],
  ])('%s', (text, milli, units, canonical) => {
    expect(milliValue(text)).toBe(milli);
    expect(value(text)).toBe(units);
    expect(printQuantity(read(text))).toBe(canonical);
  });

  it.each(['', ' ', 'abc', '1.1.1', '1 Gi', '1i', '0.1mi', '1K', '1KB', '5%', '1e', '--1', '1e+-3', '-3.01e-', '.', 'Gi'])(
    'refuses %j',
    (text) => {
      expect(parseQuantity(text).ok).toBe(false);
    },
  );

  it('uses the API words', () => {
    expect(parseQuantity('abc')).toEqual({
      ok: false,
      error: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    });
    expect(parseQuantity('1K')).toEqual({ ok: false, error: "unable to parse quantity's suffix" });
  });

  it('takes JSON numbers', () => {
    expect(milliValue(2)).toBe(2000);
    expect(milliValue(0.25)).toBe(250);
    expect(parseQuantity(1e21).ok).toBe(true);
  });
});

describe('properties', () => {
  const anyQuantity = fc
    .tuple(
      fc.bigInt({ min: -(10n ** 27n), max: 10n ** 27n }),
      fc.constantFrom('DecimalSI' as const, 'BinarySI' as const, 'DecimalExponent' as const),
    )
    .map(([nano, format]) => quantityOf(nano, format));

  it('printing and reading again keeps the amount', () => {
    fc.assert(fc.property(anyQuantity, (quantity) => read(printQuantity(quantity)).nano === quantity.nano));
  });

  it('canonical text is a fixed point', () => {
    fc.assert(
      fc.property(anyQuantity, (quantity) => {
        const text = printQuantity(quantity);
        expect(printQuantity(read(text))).toBe(text);
      }),
    );
  });

  it('sums and differences undo each other, and order agrees with the amounts', () => {
    fc.assert(
      fc.property(anyQuantity, anyQuantity, (a, b) => {
        expect(compareQuantity(subQuantity(addQuantity(a, b), b), a)).toBe(0);
        expect(Math.sign(compareQuantity(a, b))).toBe(a.nano < b.nano ? -1 : a.nano > b.nano ? 1 : 0);
      }),
    );
  });
});
