import type { Environment } from '@marcbachmann/cel-js';
import {
  addQuantity,
  compareQuantity,
  parseQuantity,
  printQuantity,
  type Quantity,
  quantityFromValue,
  subQuantity,
} from '#shared/kube/quantity.ts';
import { CelFault } from '../values.ts';

const TYPE = 'kubernetes.Quantity';
const NANO = 1_000_000_000n;

/** A resource amount in an expression. */
class QuantityValue {
  readonly amount: Quantity;
  constructor(amount: Quantity) {
    this.amount = amount;
  }
  toJSON(): string {
    return printQuantity(this.amount);
  }
}

function quantity(text: string): QuantityValue {
  const parsed = parseQuantity(text);
  if (!parsed.ok) throw new CelFault(parsed.error);
  return new QuantityValue(parsed.value);
}

function asInteger({ amount }: QuantityValue): bigint {
  if (amount.nano % NANO !== 0n) throw new CelFault('cannot convert value to integer');
  return amount.nano / NANO;
}

/** Quantities. Models apiserver/pkg/cel/library quantity. */
export function registerQuantities(env: Environment): void {
  env.registerType(TYPE, QuantityValue);
  const compare = (a: QuantityValue, b: QuantityValue): number => compareQuantity(a.amount, b.amount);
  const ofInt = (value: bigint): Quantity => quantityFromValue(Number(value));
  env.registerFunction(`quantity(string): ${TYPE}`, quantity);
  env.registerFunction('isQuantity(string): bool', (text: string) => parseQuantity(text).ok);
  env.registerFunction(`${TYPE}.sign(): int`, ({ amount }: QuantityValue) =>
    amount.nano > 0n ? 1n : amount.nano < 0n ? -1n : 0n,
  );
  env.registerFunction(`${TYPE}.isInteger(): bool`, ({ amount }: QuantityValue) => amount.nano % NANO === 0n);
  env.registerFunction(`${TYPE}.asInteger(): int`, asInteger);
  env.registerFunction(`${TYPE}.asApproximateFloat(): double`, ({ amount }: QuantityValue) => Number(amount.nano) / Number(NANO));
  env.registerFunction(`${TYPE}.isLessThan(${TYPE}): bool`, (a: QuantityValue, b: QuantityValue) => compare(a, b) < 0);
  env.registerFunction(`${TYPE}.isGreaterThan(${TYPE}): bool`, (a: QuantityValue, b: QuantityValue) => compare(a, b) > 0);
  env.registerFunction(`${TYPE}.compareTo(${TYPE}): int`, (a: QuantityValue, b: QuantityValue) =>
    BigInt(Math.sign(compare(a, b))),
  );
  env.registerFunction(
    `${TYPE}.add(${TYPE}): ${TYPE}`,
    (a: QuantityValue, b: QuantityValue) => new QuantityValue(addQuantity(a.amount, b.amount)),
  );
  env.registerFunction(
    `${TYPE}.add(int): ${TYPE}`,
    (a: QuantityValue, b: bigint) => new QuantityValue(addQuantity(a.amount, ofInt(b))),
  );
  env.registerFunction(
    `${TYPE}.sub(${TYPE}): ${TYPE}`,
    (a: QuantityValue, b: QuantityValue) => new QuantityValue(subQuantity(a.amount, b.amount)),
  );
  env.registerFunction(
    `${TYPE}.sub(int): ${TYPE}`,
    (a: QuantityValue, b: bigint) => new QuantityValue(subQuantity(a.amount, ofInt(b))),
  );
  env.registerOperator(`${TYPE} == ${TYPE}`, (a: QuantityValue, b: QuantityValue) => compare(a, b) === 0);
}
