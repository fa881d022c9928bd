import { compareStrings } from '../core/compare.ts';
import { err, ok, type Result } from '../core/result.ts';
import { checkLabelValue, checkQualifiedName } from './names.ts';
import type { LabelSelector, NodeSelectorRequirement } from './types.ts';

/** Labels of an object; absent means none. */
export type Labels = Readonly<Record<string, string>> | undefined;

/** One requirement in the shape that label selectors and node selectors share. */
export interface Requirement {
  key: string;
  operator: string;
  values?: readonly string[];
}

const NO_LABELS: Readonly<Record<string, string>> = {};

/** Value of a label, undefined when absent. Safe for keys such as `constructor`. */
export function labelOf(labels: Labels, key: string): string | undefined {
  return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** A whole number in the notation Go's ParseInt takes, or undefined. */
function parseInteger(text: string | undefined): bigint | undefined {
  return text !== undefined && /^[+-]?[0-9]{1,19}$/.test(text) ? BigInt(text) : undefined;
}

/** Whether labels meet one requirement; an unknown operator never matches. Models apimachinery/pkg/labels Requirement.Matches. */
export function matchRequirement(requirement: Requirement, labels: Labels): boolean {
  const actual = labelOf(labels, requirement.key);
  switch (requirement.operator) {
    case 'In':
      return actual !== undefined && (requirement.values ?? []).includes(actual);
    case 'NotIn':
      return actual === undefined || !(requirement.values ?? []).includes(actual);
    case 'Exists':
      return actual !== undefined;
    case 'DoesNotExist':
      return actual === undefined;
    case 'Gt':
    case 'Lt': {
      const left = parseInteger(actual);
      const right = parseInteger(requirement.values?.[0]);
      if (left === undefined || right === undefined || requirement.values?.length !== 1) return false;
      return requirement.operator === 'Gt' ? left > right : left < right;
    }
    default:
      return false;
  }
}

/** Whether labels meet every node-selector requirement (`Gt`, `Lt` included). */
export function matchNodeRequirements(requirements: readonly NodeSelectorRequirement[], labels: Labels): boolean {
  return requirements.every((requirement) => matchRequirement(requirement, labels));
}

/** Whether every pair of `wanted` is among the labels; an empty or absent map matches all. */
export function matchLabels(wanted: Labels, labels: Labels): boolean {
  if (wanted === undefined) return true;
  for (const key in wanted) if (labelOf(labels, key) !== wanted[key]) return false;
  return true;
}

/** An absent selector matches nothing, an empty one everything. Models metav1.LabelSelectorAsSelector. */
export function matchLabelSelector(selector: LabelSelector | null | undefined, labels: Labels): boolean {
  if (selector === undefined || selector === null) return false;
  if (!matchLabels(selector.matchLabels, labels)) return false;
  const expressions = selector.matchExpressions;
  return expressions === undefined || expressions.every((requirement) => matchRequirement(requirement, labels));
}

/** Requirements of a label selector, sorted by key; undefined for an absent selector. */
export function selectorRequirements(selector: LabelSelector | null | undefined): Requirement[] | undefined {
  if (selector === undefined || selector === null) return undefined;
  const pairs = Object.entries(selector.matchLabels ?? {}).map(
    ([key, wanted]): Requirement => ({ key, operator: 'In', values: [wanted] }),
  );
  const expressions = (selector.matchExpressions ?? []).map(
    ({ key, operator, values }): Requirement => ({ key, operator, values: [...(values ?? [])].sort(compareStrings) }),
  );
  return [...pairs, ...expressions].sort((a, b) => compareStrings(a.key, b.key));
}

/** Whether labels meet every requirement; none at all matches. */
export function matchRequirements(requirements: readonly Requirement[], labels: Labels): boolean {
  return requirements.every((requirement) => matchRequirement(requirement, labels ?? NO_LABELS));
}

/** Text of requirements as `kubectl` prints selectors: `a=b,c in (d,e),!f`. Models labels.Selector String. */
export function printRequirements(requirements: readonly Requirement[]): string {
  return requirements.map(printRequirement).join(',');
}

function printRequirement({ key, operator, values = [] }: Requirement): string {
  const list = values.join(',');
  switch (operator) {
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'In':
      return values.length === 1 ? `${key}=${list}` : `${key} in (${list})`;
    case 'NotIn':
      return values.length === 1 ? `${key}!=${list}` : `${key} notin (${list})`;
    case 'Gt':
      return `${key}>${list}`;
    case 'Lt':
      return `${key}<${list}`;
    default:
      return `${key} ${operator} (${list})`;
  }
}

/** Text of a label selector: `<none>` when absent, empty text for one that matches all. Models metav1.FormatLabelSelector. */
export function printLabelSelector(selector: LabelSelector | null | undefined): string {
  const requirements = selectorRequirements(selector);
  if (requirements === undefined) return '<none>';
  const text = requirements
    .map((one) => {
      const sole = one.values?.length === 1;
      if (one.operator === 'In' && sole && labelOf(selector?.matchLabels, one.key) === undefined)
        return `${one.key} in (${one.values?.[0]})`;
      if (one.operator === 'NotIn' && sole) return `${one.key} notin (${one.values?.[0]})`;
      return printRequirement(one);
    })
    .join(',');
  return text === '' ? '<none>' : text;
}

interface Token {
  text: string;
  kind: 'word' | 'symbol' | 'end';
}

const SYMBOLS = ['!=', '==', '=', '!', '(', ')', ',', '>', '<'];

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (/\s/.test(char)) {
      at++;
      continue;
    }
    const symbol = SYMBOLS.find((one) => text.startsWith(one, at));
    if (symbol !== undefined) {
      tokens.push({ text: symbol, kind: 'symbol' });
      at += symbol.length;
      continue;
    }
    const start = at;
    while (at < text.length && !/[\s!=(),<>]/.test(text.charAt(at))) at++;
    tokens.push({ text: text.slice(start, at), kind: 'word' });
  }
  return tokens;
}

/** Reads the `-l` syntax: `a=b,c!=d,e in (f,g),!h,i>3`. Empty text matches all. The error is upstream's text. Models labels.Parse. */
export function parseSelector(text: string): Result<Requirement[], string> {
  const parser = { tokens: tokenize(text), at: 0 };
  const requirements: Requirement[] = [];
  while (peek(parser).kind !== 'end') {
    const one = parseOne(parser);
    if (!one.ok) return err(`unable to parse requirement: ${one.error}`);
    requirements.push(one.value);
    const next = take(parser);
    if (next.kind === 'end') break;
    if (next.text !== ',') return err(`found '${next.text}', expected: ',' or 'end of string'`);
    const after = peek(parser);
    if (after.kind !== 'word' && after.text !== '!') return err(`found '${after.text}', expected: identifier after ','`);
  }
  return ok(requirements.sort((a, b) => compareStrings(a.key, b.key)));
}

interface Parser {
  tokens: Token[];
  at: number;
}
const END: Token = { text: '', kind: 'end' };

function peek(parser: Parser): Token {
  return parser.tokens[parser.at] ?? END;
}

function take(parser: Parser): Token {
  const token = peek(parser);
  parser.at++;
  return token;
}

function parseOne(parser: Parser): Result<Requirement, string> {
  const negated = peek(parser).text === '!' && peek(parser).kind === 'symbol';
  if (negated) take(parser);
  const name = take(parser);
  if (name.kind !== 'word')
    return err(`found '${name.text}', expected: ${negated ? 'identifier' : "!, identifier, or 'end of string'"}`);
  const problems = checkQualifiedName(name.text);
  if (problems.length > 0) return err(`key: Invalid value: ${JSON.stringify(name.text)}: ${problems.join('; ')}`);
  const next = peek(parser);
  if (negated) return ok({ key: name.text, operator: 'DoesNotExist', values: [] });
  if (next.kind === 'end' || next.text === ',') return ok({ key: name.text, operator: 'Exists', values: [] });
  return parseOperation(parser, name.text);
}

function parseOperation(parser: Parser, key: string): Result<Requirement, string> {
  const { text: operator } = take(parser);
  if (operator === 'in' || operator === 'notin') {
    const values = parseValues(parser);
    if (!values.ok) return values;
    return checked({ key, operator: operator === 'in' ? 'In' : 'NotIn', values: values.value });
  }
  const names: Record<string, string> = { '=': 'In', '==': 'In', '!=': 'NotIn', '>': 'Gt', '<': 'Lt' };
  const known = names[operator];
  if (known === undefined) return err(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`);
  const value = peek(parser);
  const empty = value.kind === 'end' || value.text === ',';
  if (!empty && value.kind !== 'word') return err(`found '${value.text}', expected: identifier`);
  if (!empty) take(parser);
  if ((known === 'Gt' || known === 'Lt') && parseInteger(value.text) === undefined) {
    return err(`values[0]: Invalid value: ${JSON.stringify(value.text)}: for 'Gt', 'Lt' operators, the value must be an integer`);
  }
  return checked({ key, operator: known, values: [empty ? '' : value.text] });
}

function parseValues(parser: Parser): Result<string[], string> {
  const open = take(parser);
  if (open.text !== '(') return err(`found '${open.text}' expected: '('`);
  const values = new Set<string>();
  let last = '';
  for (;;) {
    const token = take(parser);
    if (token.kind === 'word') values.add(token.text);
    else if (token.text === ',' || token.text === ')') {
      if (last === ',' || last === '') values.add('');
      if (token.text === ')') return ok([...values].sort(compareStrings));
    } else return err(`found '${token.text}', expected: ',', ')' or identifier`);
    last = token.text;
  }
}

function checked(requirement: Requirement): Result<Requirement, string> {
  const values = requirement.values ?? [];
  for (let index = 0; index < values.length; index++) {
    const one = values[index] ?? '';
    const problems = checkLabelValue(one);
    if (problems.length > 0)
      return err(`values[${index}][${requirement.key}]: Invalid value: ${JSON.stringify(one)}: ${problems.join('; ')}`);
  }
  return ok(requirement);
}
