import { TypeError as CelTypeError, EvaluationError, ParseError } from '@marcbachmann/cel-js';
import type { CelNode, CelType } from './ast.ts';
import { type Parsed, shownName } from './library.ts';
import { rewrite } from './rewrite.ts';
import { CelFault } from './values.ts';

/** Errors of the library: a code, what it says and where. */
interface LibraryError {
  readonly code: string;
  readonly summary: string;
  readonly node?: unknown;
  readonly range?: { readonly start: number; readonly end: number };
}

function isLibraryError(error: unknown): error is Error & LibraryError {
  return error instanceof EvaluationError || error instanceof CelTypeError || error instanceof ParseError;
}

/** Words of cel-go for codes that say the same for every expression. */
const RUNTIME: Readonly<Record<string, string>> = {
  division_by_zero: 'division by zero',
  modulo_by_zero: 'modulus by zero',
  optional_value_missing: 'optional.none() dereference',
  no_such_overload: 'no such overload',
  no_matching_overload: 'no such overload',
  invalid_logical_operand: 'no such overload',
  invalid_condition_type: 'no such overload',
  invalid_comprehension_range: 'no such overload',
  optional_expected: 'no such overload',
  invalid_list_element_type: 'no such overload',
  cannot_index_type: 'no such overload',
};

/** What an evaluation says when it fails, in the words of cel-go. Errors of this program itself are thrown on. */
export function runtimeText(error: unknown): string {
  if (error instanceof CelFault) return error.message;
  if (!isLibraryError(error)) throw error;
  const known = RUNTIME[error.code];
  if (known !== undefined) return known;
  const summary = error.summary.trim();
  const bounds = /index out of bounds, index (-?\d+)/.exec(summary);
  if (bounds !== null) return `index out of bounds: ${bounds[1]}`;
  if (error.code === 'numeric_overflow') return summary.includes('nsigned') ? 'unsigned integer overflow' : 'integer overflow';
  if (error.code === 'unknown_variable') return summary.replace(/^Unknown variable: /, 'no such attribute(s): ');
  return `${summary.charAt(0).toLowerCase()}${summary.slice(1)}`;
}

/** Type as cel-go writes it: `list(string)`, `map(string, dyn)`, `optional_type(int)`. */
export function typeText(type: CelType): string {
  if (type.kind === 'list' && type.valueType) return `list(${typeText(type.valueType)})`;
  if (type.kind === 'map' && type.keyType && type.valueType) return `map(${typeText(type.keyType)}, ${typeText(type.valueType)})`;
  if (type.kind === 'optional' && type.valueType) return `optional_type(${typeText(type.valueType)})`;
  if (type.kind === 'dyn' || type.kind === 'param') return 'dyn';
  return type.name;
}

const OPERATORS: Readonly<Record<string, string>> = {
  '!_': '!_',
  '-_': '-_',
  '?:': '_?_:_',
  '[]': '_[_]',
  '[?]': '_[?_]',
  in: '@in',
};

/** One complaint about an expression, with the line it is about and a mark below. Models cel-go common.Error. */
export function positioned(source: string, at: number, message: string): string {
  const before = source.slice(0, at);
  const line = before.split('\n').length;
  const column = at - (before.lastIndexOf('\n') + 1);
  const text = source.split('\n')[line - 1] ?? '';
  return `ERROR: <input>:${line}:${column + 1}: ${message}\n | ${text}\n | ${'.'.repeat(column)}^`;
}

/** Why an expression could not be read. */
export function syntaxText(source: string, error: unknown): string {
  if (error instanceof CelFault) return positioned(source, 0, error.message);
  if (!isLibraryError(error)) throw error;
  const at = rewrite(source).original(error.range?.start ?? 0);
  const found = at >= source.length ? "unexpected end of the expression ('<EOF>')" : lowered(error.summary);
  return positioned(source, at, `Syntax error: ${found}`);
}

function lowered(text: string): string {
  const first = text.trim();
  return `${first.charAt(0).toLowerCase()}${first.slice(1)}`;
}

/** Why an expression makes no sense with the variables there are. */
export function typeErrorText(parsed: Parsed, error: unknown, knows: (method: boolean, name: string) => boolean): string {
  if (error instanceof CelFault) return positioned(parsed.source, 0, error.message);
  if (!isLibraryError(error)) throw error;
  const node = error.node as CelNode | undefined;
  const at = node === undefined ? 0 : placeOf(parsed, node);
  return positioned(parsed.source, parsed.rewritten.original(at), typeMessage(error, node, knows));
}

function typeMessage(error: LibraryError, node: CelNode | undefined, knows: (method: boolean, name: string) => boolean): string {
  const named = /: (.+)$/.exec(error.summary)?.[1] ?? '';
  switch (error.code) {
    case 'unknown_variable':
      return undeclared(named);
    case 'no_such_key':
      return `undefined field '${named}'`;
    case 'no_matching_overload':
    case 'no_such_overload':
    case 'invalid_logical_operand':
    case 'invalid_condition_type':
    case 'incompatible_ternary_branches':
    case 'invalid_index_type':
      return node === undefined ? lowered(error.summary) : overloadText(node, knows);
    case 'cannot_index_type':
      if (node?.op === '.' || node?.op === '.?') {
        const left = (node.args as [CelNode, string])[0].checkedType;
        return `type '${left === undefined ? 'dyn' : typeText(left)}' does not support field selection`;
      }
      return node === undefined ? lowered(error.summary) : overloadText(node, knows);
    default:
      return lowered(error.summary);
  }
}

/** Complaint about a name nobody has declared. */
export function undeclared(name: string): string {
  return `undeclared reference to '${name}' (in container '')`;
}

function overloadText(node: CelNode, knows: (method: boolean, name: string) => boolean): string {
  const shown = (one: CelNode): string => (one.checkedType === undefined ? 'dyn' : typeText(one.checkedType));
  if (node.op === 'call') {
    const [name, args] = node.args as [string, CelNode[]];
    if (!knows(false, name)) return undeclared(shownName(name));
    return `found no matching overload for '${shownName(name)}' applied to '(${args.map(shown).join(', ')})'`;
  }
  if (node.op === 'rcall') {
    const [name, receiver, args] = node.args as [string, CelNode, CelNode[]];
    if (!knows(true, name)) return undeclared(shownName(name));
    return `found no matching overload for '${shownName(name)}' applied to '${shown(receiver)}.(${args.map(shown).join(', ')})'`;
  }
  const args = Array.isArray(node.args) ? (node.args as CelNode[]) : [node.args as CelNode];
  const operands = args.filter((one) => typeof one === 'object').map(shown);
  return `found no matching overload for '${OPERATORS[node.op] ?? `_${node.op}_`}' applied to '(${operands.join(', ')})'`;
}

/** Where cel-go points for a node: at the operator, the dot or the bracket, for calls at the opening parenthesis. */
function placeOf(parsed: Parsed, node: CelNode): number {
  const { text } = parsed.rewritten;
  const from = (start: number, what: string): number => Math.max(text.indexOf(what, start), start);
  switch (node.op) {
    case 'call':
      return from(node.start, '(');
    case 'rcall': {
      const [name, receiver] = node.args as [string, CelNode];
      return from(from(receiver.end, shownName(name)), '(');
    }
    case '.':
    case '.?':
      return from((node.args as [CelNode, string])[0].end, '.');
    case '[]':
    case '[?]':
      return from((node.args as [CelNode, CelNode])[0].end, '[');
    case '?:':
      return from((node.args as CelNode[])[0]?.end ?? 0, '?');
    case 'id':
    case 'value':
    case 'list':
    case 'map':
    case '!_':
    case '-_':
      return node.start;
    default: {
      const left = (node.args as CelNode[])[0];
      return left === undefined ? node.start : from(left.end, node.op);
    }
  }
}
