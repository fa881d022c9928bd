import { err, ok, type Result } from './result.ts';

/** A JSON text as read, with what Go's strict reader notices. */
export interface ReadJson {
  readonly value: unknown;
  /** Paths of fields given more than once (`spec.containers[0].image`), in the order of the text. The last value counts. */
  readonly duplicates: readonly string[];
  /** Where each field's name stands, by path, to put complaints in the order of the text. */
  readonly places: ReadonlyMap<string, number>;
}

class JsonSyntaxError extends Error {}

const DEPTH = 500;

/** Reads JSON and refuses it in the words of Go's encoding/json: `invalid character 'h' looking for beginning of value`. */
export function readJson(text: string): Result<ReadJson, string> {
  const reader = new Reader(text);
  try {
    return ok(reader.read());
  } catch (error) {
    if (error instanceof JsonSyntaxError) return err(error.message);
    throw error;
  }
}

/** Models encoding/json scanner: one character at a time, the first that does not fit is named with what was being read. */
class Reader {
  readonly #text: string;
  #at = 0;
  readonly #duplicates: string[] = [];
  readonly #places = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  read(): ReadJson {
    this.#space();
    const value = this.#value('', 0);
    this.#space();
    if (this.#at < this.#text.length) this.#unexpected('after top-level value');
    return { value, duplicates: this.#duplicates, places: this.#places };
  }

  #value(path: string, depth: number): unknown {
    if (depth > DEPTH) throw new JsonSyntaxError('exceeded max depth');
    const char = this.#text[this.#at];
    if (char === '{') return this.#object(path, depth);
    if (char === '[') return this.#list(path, depth);
    if (char === '"') return this.#string();
    if (char === 't') return this.#literal('true', true);
    if (char === 'f') return this.#literal('false', false);
    if (char === 'n') return this.#literal('null', null);
    if (char !== undefined && (char === '-' || isDigit(char))) return this.#number();
    return this.#unexpected('looking for beginning of value');
  }

  #object(path: string, depth: number): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === '}') {
      this.#at++;
      return result;
    }
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#unexpected('looking for beginning of object key string');
      const place = this.#at;
      const key = this.#string();
      const at = path === '' ? key : `${path}.${key}`;
      if (Object.hasOwn(result, key)) this.#duplicates.push(at);
      this.#places.set(at, place);
      this.#space();
      if (this.#text[this.#at] !== ':') this.#unexpected('after object key');
      this.#at++;
      this.#space();
      const value = this.#value(at, depth + 1);
      // `__proto__` is a field like any other.
      Object.defineProperty(result, key, { value, enumerable: true, configurable: true, writable: true });
      this.#space();
      const next = this.#text[this.#at];
      if (next !== ',' && next !== '}') this.#unexpected('after object key:value pair');
      this.#at++;
      if (next === '}') return result;
    }
  }

  #list(path: string, depth: number): unknown[] {
    const result: unknown[] = [];
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === ']') {
      this.#at++;
      return result;
    }
    for (;;) {
      this.#space();
      result.push(this.#value(`${path}[${result.length}]`, depth + 1));
      this.#space();
      const next = this.#text[this.#at];
      if (next !== ',' && next !== ']') this.#unexpected('after array element');
      this.#at++;
      if (next === ']') return result;
    }
  }

  #string(): string {
    const start = this.#at++;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined || char < ' ') this.#unexpected('in string literal');
      this.#at++;
      if (char === '"') break;
      if (char === '\\') this.#escape();
    }
    return JSON.parse(this.#text.slice(start, this.#at)) as string;
  }

  #escape(): void {
    const char = this.#text[this.#at];
    if (char === undefined || !'bfnrt\\/"u'.includes(char)) this.#unexpected('in string escape code');
    this.#at++;
    if (char !== 'u') return;
    for (let i = 0; i < 4; i++) {
      if (!/^[0-9a-fA-F]$/.test(this.#text[this.#at] ?? '')) this.#unexpected('in \\u hexadecimal character escape');
      this.#at++;
    }
  }

  #literal<T>(word: string, value: T): T {
    for (let i = 0; i < word.length; i++) {
      if (this.#text[this.#at] !== word[i]) this.#unexpected(`in literal ${word} (expecting ${quoted(word[i] ?? '')})`);
      this.#at++;
    }
    return value;
  }

  #number(): number {
    const start = this.#at;
    if (this.#text[this.#at] === '-') this.#at++;
    if (this.#text[this.#at] === '0') this.#at++;
    else this.#digits('in numeric literal');
    if (this.#text[this.#at] === '.') {
      this.#at++;
      this.#digits('after decimal point in numeric literal');
    }
    if (this.#text[this.#at] === 'e' || this.#text[this.#at] === 'E') {
      this.#at++;
      if (this.#text[this.#at] === '+' || this.#text[this.#at] === '-') this.#at++;
      this.#digits('in exponent of numeric literal');
    }
    return Number(this.#text.slice(start, this.#at));
  }

  #digits(context: string): void {
    if (!isDigit(this.#text[this.#at] ?? '')) this.#unexpected(context);
    while (isDigit(this.#text[this.#at] ?? '')) this.#at++;
  }

  #space(): void {
    for (let char = this.#text[this.#at]; char === ' ' || char === '\t' || char === '\n' || char === '\r'; ) {
      this.#at++;
      char = this.#text[this.#at];
    }
  }

  #unexpected(context: string): never {
    const char = this.#text[this.#at];
    if (char === undefined) throw new JsonSyntaxError('unexpected end of JSON input');
    throw new JsonSyntaxError(`invalid character ${quoted(char)} ${context}`);
  }
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9' && char.length === 1;
}

/** A character as Go's scanner quotes it. */
function quoted(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return "'\"'";
  return `'${JSON.stringify(char).slice(1, -1)}'`;
}
