import { compareStrings } from '#shared/core/compare.ts';
import { Hasher } from '#shared/core/hash.ts';
import type { Random, RandomStream } from './types.ts';

const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const TWO_32 = 0x1_0000_0000;

/** One stream: Chris Doty-Humphrey's sfc32, whose state is four 32-bit words. */
class Sfc32 implements RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: readonly [number, number], other: number) {
    this.#a = seed[0] | 0;
    this.#b = seed[1] | 0;
    this.#c = other | 0;
    for (let i = 0; i < 12; i++) this.next();
  }

  /** Unsigned 32 random bits. */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  nextInt(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > TWO_32) throw new RangeError(`bound ${bound} is not in 1..2^32`);
    const limit = TWO_32 - (TWO_32 % bound);
    let bits = this.next();
    while (bits >= limit) bits = this.next();
    return bits % bound;
  }

  suffix(length: number): string {
    let text = '';
    for (let i = 0; i < length; i++) text += SUFFIX_ALPHABET.charAt(this.nextInt(SUFFIX_ALPHABET.length));
    return text;
  }

  uuid(): string {
    const hex = (bits: number): string => bits.toString(16).padStart(8, '0');
    const a = hex(this.next());
    const b = hex(((this.next() & 0xffff0fff) | 0x4000) >>> 0);
    const c = hex(((this.next() & 0x3fffffff) | 0x80000000) >>> 0);
    const d = hex(this.next());
    return `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${d}`;
  }

  digest(hasher: Hasher): void {
    hasher.word(this.#a).word(this.#b).word(this.#c).word(this.#counter);
  }
}

/** All random streams of one seed. */
export class SeededRandom implements Random {
  readonly seed: number;
  readonly #streams = new Map<string, Sfc32>();

  constructor(seed: number) {
    this.seed = seed;
  }

  stream(name: string): RandomStream {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = new Sfc32(new Hasher().text(`${this.seed}/`).text(name).halves(), this.seed);
      this.#streams.set(name, stream);
    }
    return stream;
  }

  /** Mixes the state of every stream into a digest, by name. */
  digest(hasher: Hasher): void {
    const entries = [...this.#streams].sort((a, b) => compareStrings(a[0], b[0]));
    for (const [name, stream] of entries) {
      hasher.text(name);
      stream.digest(hasher);
    }
  }
}
