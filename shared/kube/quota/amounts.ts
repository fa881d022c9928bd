import { compareStrings } from '../../core/compare.ts';
import { addQuantity, compareQuantity, parseQuantity, printQuantity, type Quantity, subQuantity } from '../quantity.ts';
import type { ResourceList } from '../types.ts';

/** Exact amounts by resource name. Models corev1.ResourceList as pkg/quota/v1 works on it. */
export type Amounts = ReadonlyMap<string, Quantity>;

/** Reads a written list; entries that are no quantities are left out (the API server has refused those). */
export function readAmounts(list: ResourceList | undefined): Amounts {
  const amounts = new Map<string, Quantity>();
  for (const name of Object.keys(list ?? {})) {
    const parsed = parseQuantity(list?.[name] ?? '0');
    if (parsed.ok) amounts.set(name, parsed.value);
  }
  return amounts;
}

/** The list as it is stored, in order of names. */
export function writeAmounts(amounts: Amounts): Record<string, string> {
  const names = [...amounts.keys()].sort(compareStrings);
  return Object.fromEntries(names.map((name) => [name, printQuantity(amounts.get(name) as Quantity)]));
}

/** `a=1,b=2` in order of names, as refusals show amounts. */
export function printAmounts(amounts: Amounts): string {
  return Object.entries(writeAmounts(amounts))
    .map(([name, text]) => `${name}=${text}`)
    .join(',');
}

/** Sum over all names of both. */
export function addAmounts(a: Amounts, b: Amounts): Amounts {
  const sum = new Map(a);
  for (const [name, quantity] of b) {
    const before = sum.get(name);
    sum.set(name, before === undefined ? quantity : addQuantity(before, quantity));
  }
  return sum;
}

/** What `a` has more than `b`, never below zero. Models SubtractWithNonNegativeResult. */
export function increase(a: Amounts, b: Amounts): Amounts {
  const more = new Map<string, Quantity>();
  for (const [name, quantity] of a) {
    const before = b.get(name);
    const left = before === undefined ? quantity : subQuantity(quantity, before);
    if (left.nano > 0n) more.set(name, left);
  }
  return more;
}

/** The entries whose names are among those given. */
export function maskAmounts(amounts: Amounts, names: { has(name: string): boolean }): Amounts {
  return new Map([...amounts].filter(([name]) => names.has(name)));
}

/** The entries that are not zero. */
export function withoutZeros(amounts: Amounts): Amounts {
  return new Map([...amounts].filter(([, quantity]) => quantity.nano !== 0n));
}

/** Names of which there is more than the hard limit allows; names without a limit are free. */
export function exceeding(amounts: Amounts, hard: Amounts): ReadonlySet<string> {
  const over = new Set<string>();
  for (const [name, quantity] of amounts) {
    const limit = hard.get(name);
    if (limit !== undefined && compareQuantity(quantity, limit) > 0) over.add(name);
  }
  return over;
}

/** Same names with same amounts, however they are written. Models quota.Equals. */
export function sameAmounts(a: Amounts, b: Amounts): boolean {
  if (a.size !== b.size) return false;
  for (const [name, quantity] of a) if (b.get(name)?.nano !== quantity.nano) return false;
  return true;
}
