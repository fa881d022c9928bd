/**
 * Running 64-bit hash held as two 32-bit halves: quick, stable over machines and versions, not cryptographic.
 * The order of updates counts.
 */
export class Hasher {
  #high = 0xdeadbeef | 0;
  #low = 0x41c6ce57 | 0;

  /** Mixes in a text, code unit by code unit. */
  text(text: string): this {
    let high = this.#high;
    let low = this.#low;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      high = Math.imul(high ^ unit, 0x9e3779b1);
      low = Math.imul(low ^ unit, 0x5f356495);
      high ^= low >>> 15;
    }
    this.#high = high;
    this.#low = low;
    return this;
  }

  /** Mixes in the low 32 bits of a number. */
  word(value: number): this {
    this.#high = Math.imul(this.#high ^ value, 0x85ebca6b);
    this.#low = Math.imul(this.#low ^ (value >>> 16) ^ (value << 16), 0xc2b2ae35);
    this.#high ^= this.#low >>> 13;
    return this;
  }

  /** The two halves after a final mix; the hasher may go on being updated. */
  halves(): readonly [number, number] {
    let high = this.#high;
    let low = this.#low;
    high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
    low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
    return [high >>> 0, low >>> 0];
  }

  /** Sixteen lower-case hexadecimal digits. */
  hex(): string {
    const [high, low] = this.halves();
    return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
  }
}

/** 64-bit hash of a text as two unsigned 32-bit numbers. */
export function hashHalves(text: string): readonly [number, number] {
  return new Hasher().text(text).halves();
}

/** 64-bit hash of a text as sixteen hexadecimal digits. */
export function hashText(text: string): string {
  return new Hasher().text(text).hex();
}

/** Mixes a JSON value into a hasher. Object keys are taken in byte order, so equal values hash equally however they were built. */
export function hashValue(hasher: Hasher, value: unknown): void {
  if (value === null || value === undefined) hasher.word(1);
  else if (typeof value === 'string') hasher.word(2).text(value);
  else if (typeof value === 'number') hasher.word(3).text(String(value));
  else if (typeof value === 'boolean') hasher.word(value ? 4 : 5);
  else if (Array.isArray(value)) {
    hasher.word(6).word(value.length);
    for (const item of value) hashValue(hasher, item);
  } else if (typeof value === 'object') {
    hasher.word(7);
    const record = value as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(record).sort()) {
      if (record[key] === undefined) continue;
      hasher.word(8).text(key);
      hashValue(hasher, record[key]);
    }
    hasher.word(9);
  }
}
