import { type Environment, Optional } from '@marcbachmann/cel-js';
import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { compareStrings } from '#shared/core/compare.ts';
import { base64, CelFault, fromCel, isTimestamp } from '../values.ts';

/** Marker of the name space of the set functions. */
class SetsNamespace {}
/** Marker of the name space of base 64. */
class Base64Namespace {}
/** Marker of the name space of the list functions. */
class ListsNamespace {}

/** Equality of two values of an expression; numbers are equal across their types. */
export function celEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  const [left, right] = [numeric(a), numeric(b)];
  // A whole and a fractional number are equal when they stand for the same amount.
  if (left !== undefined && right !== undefined)
    return left === right || (typeof left !== typeof right && Number(left) === Number(right));
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((entry, i) => celEqual(entry, b[i]));
  }
  return JSON.stringify(sorted(fromCel(a))) === JSON.stringify(sorted(fromCel(b)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => compareStrings(a, b))
    .map(([key, entry]) => [key, sorted(entry)]);
}

function numeric(value: unknown): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof UnsignedInt ? value.valueOf() : undefined;
}

/** Order of two values of one comparable type. Throws CelFault where there is none. */
function celCompare(a: unknown, b: unknown): number {
  const [left, right] = [comparable(a), comparable(b)];
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right);
  return left < right ? -1 : left > right ? 1 : 0;
}

function comparable(value: unknown): string | number | bigint | boolean {
  const number = numeric(value);
  if (number !== undefined) return number;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (isTimestamp(value)) return value.getTime();
  const amount = (value as { valueOf?: () => unknown } | null)?.valueOf?.();
  if (typeof amount === 'number') return amount;
  throw new CelFault('no such overload');
}

function total(list: readonly unknown[]): unknown {
  if (list.length === 0) return 0n;
  return list.slice(1).reduce((sum, one) => add(sum, one), list[0]);
}

function add(a: unknown, b: unknown): unknown {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a + b;
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (a instanceof UnsignedInt && b instanceof UnsignedInt) return new UnsignedInt(a.valueOf() + b.valueOf());
  const duration = a as { addDuration?: (other: unknown) => unknown };
  if (typeof duration.addDuration === 'function') return duration.addDuration(b);
  throw new CelFault('no such overload');
}

function extreme(list: readonly unknown[], name: string, sign: number): unknown {
  if (list.length === 0) throw new CelFault(`${name} called on empty list`);
  return list.reduce((best, one) => (celCompare(one, best) * sign > 0 ? one : best));
}

function flat(list: readonly unknown[], depth: bigint): unknown[] {
  return list.flatMap((one) => (Array.isArray(one) && depth > 0n ? flat(one, depth - 1n) : [one]));
}

function slice(list: readonly unknown[], start: bigint, end: bigint): unknown[] {
  const [from, to] = [Number(start), Number(end)];
  if (from < 0 || to < 0) throw new CelFault(`cannot slice(${from}, ${to}), negative indexes not supported`);
  if (from > to) throw new CelFault(`cannot slice(${from}, ${to}), start index must be less than or equal to end index`);
  if (to > list.length) throw new CelFault(`cannot slice(${from}, ${to}), list is length ${list.length}`);
  return list.slice(from, to);
}

const contains = (list: readonly unknown[], one: unknown): boolean => list.some((entry) => celEqual(entry, one));
const distinct = (list: readonly unknown[]): unknown[] =>
  list.filter((one, i) => list.findIndex((other) => celEqual(other, one)) === i);
const includesAll = (list: readonly unknown[], part: readonly unknown[]): boolean => part.every((one) => contains(list, one));

/** Functions of lists and sets. Models apiserver/pkg/cel/library lists and cel-go ext Sets and Lists. */
export function registerCollections(env: Environment): void {
  env.registerFunction('list<A>.sum(): A', total);
  env.registerFunction('list<A>.min(): A', (list: unknown[]) => extreme(list, 'min', -1));
  env.registerFunction('list<A>.max(): A', (list: unknown[]) => extreme(list, 'max', 1));
  env.registerFunction('list<A>.isSorted(): bool', (list: unknown[]) =>
    list.every((one, i) => i === 0 || celCompare(list[i - 1], one) <= 0),
  );
  env.registerFunction('list<A>.indexOf(A): int', (list: unknown[], one: unknown) =>
    BigInt(list.findIndex((entry) => celEqual(entry, one))),
  );
  env.registerFunction('list<A>.lastIndexOf(A): int', (list: unknown[], one: unknown) =>
    BigInt(list.findLastIndex((entry) => celEqual(entry, one))),
  );
  env.registerFunction('list<A>.distinct(): list<A>', distinct);
  env.registerFunction('list<A>.reverse(): list<A>', (list: unknown[]) => [...list].reverse());
  env.registerFunction('list<A>.sort(): list<A>', (list: unknown[]) => [...list].sort(celCompare));
  env.registerFunction('list<A>.slice(int, int): list<A>', slice);
  env.registerFunction('list.flatten(): list<dyn>', (list: unknown[]) => flat(list, 1n));
  env.registerFunction('list.flatten(int): list<dyn>', flat);
  env.registerFunction('list<A>.first(): optional<A>', (list: unknown[]) => Optional.of(list[0]));
  env.registerFunction('list<A>.last(): optional<A>', (list: unknown[]) => Optional.of(list.at(-1)));
  env.registerType('lists', ListsNamespace).registerConstant('lists', 'lists', new ListsNamespace());
  env.registerFunction('lists.range(int): list<int>', (_: unknown, size: bigint) =>
    Array.from({ length: Number(size) }, (_one, i) => BigInt(i)),
  );
  env.registerType('sets', SetsNamespace).registerConstant('sets', 'sets', new SetsNamespace());
  env.registerFunction('sets.contains(list, list): bool', (_: unknown, a: unknown[], b: unknown[]) => includesAll(a, b));
  env.registerFunction(
    'sets.equivalent(list, list): bool',
    (_: unknown, a: unknown[], b: unknown[]) => includesAll(a, b) && includesAll(b, a),
  );
  env.registerFunction('sets.intersects(list, list): bool', (_: unknown, a: unknown[], b: unknown[]) =>
    a.some((one) => contains(b, one)),
  );
  env.registerType('base64', Base64Namespace).registerConstant('base64', 'base64', new Base64Namespace());
  env.registerFunction('base64.encode(bytes): string', (_: unknown, bytes: Uint8Array) => base64(bytes));
}
