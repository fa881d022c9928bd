/** An expression in the form the library reads, with the way back to the places of the original text. */
export interface Rewritten {
  readonly text: string;
  /** Place in the original of a place in `text`. */
  original(position: number): number;
  /** Places in `text` of list elements and map keys that were written with a leading `?`. */
  readonly optional: ReadonlySet<number>;
}

/** Method that stands for a literal of a named type: `T{a: b}` is read as `T.new__({a: b})`. */
export const NEW_METHOD = 'new__';

const IDENTIFIER = /[A-Za-z_][A-Za-z0-9_]*/y;
const BLANK = /(?:\s|\/\/[^\n]*)+/y;
const NUMBER = /(?:0[xX][0-9a-fA-F]+|[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)[uU]?/y;
const STRING = /[bB]?[rR]?("""|'''|"|')/y;

/** What the last token was: something a value can end with, a name, or something else. */
type Last = 'name' | 'value' | 'other';

/**
 * Brings literals of named types and optional entries, which the library's parser does not know, into a form it does; everything else stays
 * as it is, errors too.
 */
export function rewrite(source: string): Rewritten {
  return new Rewriter(source).run();
}

class Rewriter {
  readonly #source: string;
  #out = '';
  #at = 0;
  #last: Last = 'other';
  readonly #optional = new Set<number>();
  /** Closing text of each open bracket and whether its entries may be optional. */
  readonly #open: { close: string; entries: boolean }[] = [];
  /** Pairs of output place and what the original place is behind it by. */
  readonly #shifts: { from: number; by: number }[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  run(): Rewritten {
    while (this.#at < this.#source.length) this.#token();
    const shifts = this.#shifts;
    const original = (position: number): number => {
      let by = 0;
      for (const shift of shifts) if (shift.from <= position) by = shift.by;
      return Math.max(0, position - by);
    };
    return { text: this.#out, original, optional: this.#optional };
  }

  #token(): void {
    if (this.#take(BLANK, this.#last)) return;
    if (this.#string()) return;
    const name = this.#match(IDENTIFIER);
    if (name !== undefined) {
      this.#emit(name, name === 'in' ? 'other' : 'name');
      return;
    }
    if (this.#take(NUMBER, 'value')) return;
    this.#punctuation(this.#source[this.#at] ?? '');
  }

  #punctuation(char: string): void {
    switch (char) {
      case '{':
        if (this.#last === 'name') this.#insert(`.${NEW_METHOD}(`);
        this.#open.push({ close: this.#last === 'name' ? ')' : '', entries: true });
        this.#emit(char, 'other');
        this.#optionalEntry();
        return;
      case '[':
        this.#open.push({ close: '', entries: this.#last === 'other' });
        this.#emit(char, 'other');
        this.#optionalEntry();
        return;
      case '(':
        this.#open.push({ close: '', entries: false });
        this.#emit(char, 'other');
        return;
      case '}':
      case ']':
      case ')': {
        this.#emit(char, 'value');
        const close = this.#open.pop()?.close ?? '';
        if (close !== '') this.#insert(close);
        return;
      }
      default:
        this.#emit(char, 'other');
        if (char === ',') this.#optionalEntry();
    }
  }

  /** Drops the `?` of an optional entry and remembers where the entry begins. */
  #optionalEntry(): void {
    if (this.#open.at(-1)?.entries !== true) return;
    this.#take(BLANK, 'other');
    if (this.#source[this.#at] !== '?') return;
    this.#at++;
    this.#shift(-1);
    this.#take(BLANK, 'other');
    this.#optional.add(this.#out.length);
  }

  #string(): boolean {
    STRING.lastIndex = this.#at;
    const match = STRING.exec(this.#source);
    if (match === null) return false;
    const quote = match[1] ?? '"';
    const raw = /r/i.test(match[0]);
    let end = this.#at + match[0].length;
    while (end < this.#source.length && !this.#source.startsWith(quote, end)) end += this.#source[end] === '\\' && !raw ? 2 : 1;
    this.#emit(this.#source.slice(this.#at, Math.min(end + quote.length, this.#source.length)), 'value');
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#source)?.[0];
  }

  #take(pattern: RegExp, last: Last): boolean {
    const text = this.#match(pattern);
    if (text === undefined || text === '') return false;
    this.#emit(text, last);
    return true;
  }

  #emit(text: string, last: Last): void {
    this.#out += text;
    this.#at += text.length;
    this.#last = last;
  }

  #insert(text: string): void {
    this.#out += text;
    this.#shift(text.length);
  }

  #shift(by: number): void {
    this.#shifts.push({ from: this.#out.length, by: (this.#shifts.at(-1)?.by ?? 0) + by });
  }
}
