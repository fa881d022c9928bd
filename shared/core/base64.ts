import { err, ok, type Result } from './result.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes of a text in UTF-8. */
export function utf8Bytes(text: string): number[] {
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return bytes;
}

/** How many bytes a text takes in UTF-8. */
export function utf8Length(text: string): number {
  let length = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

/** A text in base64, by way of UTF-8. */
export function toBase64(text: string): string {
  const bytes = utf8Bytes(text);
  let result = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.slice(i, i + 3);
    const word = (a << 16) | (b << 8) | c;
    const part = [18, 12, 6, 0].map((shift) => ALPHABET[(word >> shift) & 63] ?? '').join('');
    const left = bytes.length - i;
    result += left >= 3 ? part : left === 2 ? `${part.slice(0, 3)}=` : `${part.slice(0, 2)}==`;
  }
  return result;
}

/** Bytes that a base64 text stands for; 0 for what is none. */
export function base64Length(text: string): number {
  const clean = text.replace(/[\r\n]/g, '');
  const padding = clean.endsWith('==') ? 2 : clean.endsWith('=') ? 1 : 0;
  return Math.max(0, (clean.length / 4) * 3 - padding);
}

/** Why a text is no base64, in Go's words (`illegal base64 data at input byte 4`); undefined when it is. Line breaks are skipped. */
export function base64Problem(text: string): string | undefined {
  const illegal = (at: number): string => `illegal base64 data at input byte ${at}`;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (char === '\r' || char === '\n') continue;
    if (char === '=') {
      const rest = text.slice(i).replace(/[\r\n]/g, '');
      const wanted = count % 4 === 2 ? '==' : count % 4 === 3 ? '=' : undefined;
      if (wanted === undefined) return illegal(i);
      return rest === wanted ? undefined : illegal(rest.startsWith(wanted) ? i + wanted.length : text.length);
    }
    if (!ALPHABET.includes(char)) return illegal(i);
    count++;
  }
  return count % 4 === 0 ? undefined : illegal(text.length - (count % 4));
}

/** The text that base64 stands for; an error for what is no base64 or no UTF-8. */
export function fromBase64(text: string): Result<string, string> {
  const problem = base64Problem(text);
  if (problem !== undefined) return err(problem);
  const bytes: number[] = [];
  let word = 0;
  let bits = 0;
  for (const char of text.replace(/[\r\n=]/g, '')) {
    word = ((word << 6) | ALPHABET.indexOf(char)) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((word >> bits) & 255);
    }
  }
  try {
    return ok(decodeURIComponent(bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')));
  } catch {
    return err('invalid UTF-8');
  }
}
