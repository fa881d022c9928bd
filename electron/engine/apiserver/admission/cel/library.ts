import { Environment } from '@marcbachmann/cel-js';
import { type CelNode, walk } from './ast.ts';
import { AuthorizerValue, registerAuthorizer } from './functions/authorizer.ts';
import { registerCollections } from './functions/collections.ts';
import {
  evaluateOptionalList,
  evaluateOptionalMap,
  hasMacro,
  hasOptionalEntry,
  markOptional,
  registerMacros,
} from './functions/macros.ts';
import { registerNetwork } from './functions/network.ts';
import { registerQuantities } from './functions/quantities.ts';
import { registerRegex } from './functions/regex.ts';
import { registerStrings } from './functions/strings.ts';
import { registerSemver, registerUrls } from './functions/urls.ts';
import { type Rewritten, rewrite } from './rewrite.ts';
import { JsonPatchValue, ObjectValue } from './values.ts';

/** Variables of every expression of admission. */
export const VARIABLES = ['object', 'oldObject', 'request', 'params', 'namespaceObject', 'authorizer', 'variables'] as const;

/** Functions of the library whose results or complaints are not cel-go's; ours stand behind these names. */
const REPLACED: Readonly<Record<string, string>> = {
  matches: 'matches__',
  lowerAscii: 'lowerAscii__',
  upperAscii: 'upperAscii__',
};
const REPLACED_GLOBALS: Readonly<Record<string, string>> = { int: 'int__', double: 'double__', bool: 'bool__' };

let base: Environment | undefined;
let running: Environment | undefined;

/** The functions, macros and types of Kubernetes' expressions; made when the first expression comes. */
export function baseEnvironment(): Environment {
  if (base !== undefined) return base;
  const made = new Environment({ homogeneousAggregateLiterals: false, enableOptionalTypes: true });
  registerMacros(made);
  registerStrings(made);
  registerRegex(made);
  registerCollections(made);
  registerQuantities(made);
  registerNetwork(made);
  registerUrls(made);
  registerSemver(made);
  registerAuthorizer(made);
  base = made;
  return made;
}

/** Types of expressions that make patches. */
export function registerPatchTypes(env: Environment): void {
  env
    .registerType('Object', ObjectValue)
    .registerType('JSONPatch', { ctor: JsonPatchValue, fields: { op: 'string', path: 'string', from: 'string', value: 'dyn' } });
}

/** Where expressions are evaluated: every variable is dynamic there, what types there are has been checked before. */
function runningEnvironment(): Environment {
  if (running !== undefined) return running;
  const made = baseEnvironment().clone();
  registerPatchTypes(made);
  for (const name of VARIABLES) made.registerVariable(name, 'dyn');
  running = made;
  return made;
}

/** A parsed expression, ready to be checked and evaluated. */
export interface Parsed {
  readonly source: string;
  readonly ast: CelNode;
  readonly rewritten: Rewritten;
  check(): { valid: boolean; type?: string; error?: Error };
  evaluate(variables: Readonly<Record<string, unknown>>): unknown;
}

/** Parses in an environment. Throws the library's ParseError. */
export function parseIn(env: Environment, source: string): Parsed {
  const rewritten = rewrite(source);
  const program = env.parse(rewritten.text);
  const ast = program.ast as unknown as CelNode;
  prepare(ast, rewritten);
  return {
    source,
    ast,
    rewritten,
    check: () => program.check() as { valid: boolean; type?: string; error?: Error },
    evaluate: (variables) => program(variables),
  };
}

const programs = new Map<string, Parsed>();
const PROGRAM_LIMIT = 2000;

/** The program of an expression that has been checked; kept, since the same ones are asked over and over. */
export function programOf(source: string): Parsed {
  const known = programs.get(source);
  if (known !== undefined) return known;
  const made = parseIn(runningEnvironment(), source);
  if (programs.size >= PROGRAM_LIMIT) programs.clear();
  programs.set(source, made);
  return made;
}

/** Puts our own meaning behind the nodes whose meaning in the library is another than in cel-go. */
function prepare(ast: CelNode, rewritten: Rewritten): void {
  walk(ast, (node) => {
    if (node.op === 'rcall' || node.op === 'call') rename(node);
    if (node.op === 'call' && isHas(node)) node.meta.macro = hasMacro((node.args as [string, CelNode[]])[1][0] as CelNode);
    if (rewritten.optional.size > 0 && (node.op === 'list' || node.op === 'map')) prepareOptional(node, rewritten);
  });
}

function isHas(node: CelNode): boolean {
  const [name, args] = node.args as [string, CelNode[]];
  return name === 'has' && args.length === 1;
}

function rename(node: CelNode): void {
  const args = node.args as [string, ...unknown[]];
  const names = node.op === 'rcall' ? REPLACED : REPLACED_GLOBALS;
  if (Object.hasOwn(names, args[0])) args[0] = names[args[0]] ?? args[0];
  // With a time zone the library's own is right; without one it counts in the time zone of the machine.
  if (args[0] === 'getDayOfYear' && node.op === 'rcall' && (args[2] as CelNode[]).length === 0) args[0] = 'getDayOfYear__';
}

function prepareOptional(node: CelNode, rewritten: Rewritten): void {
  const keys = node.op === 'list' ? (node.args as CelNode[]) : (node.args as [CelNode, CelNode][]).map(([key]) => key);
  for (const key of keys) if (rewritten.optional.has(key.start)) markOptional(key);
  if (!hasOptionalEntry(keys)) return;
  const isList = node.op === 'list';
  node.meta.check = (checker, _node, context) => {
    for (const part of isList ? (node.args as CelNode[]) : (node.args as [CelNode, CelNode][]).flat())
      checker.check(part, context);
    return checker.getType(isList ? 'list' : 'map');
  };
  node.meta.evaluate = (evaluator, _node, context) =>
    isList ? evaluateOptionalList(evaluator, node, context) : evaluateOptionalMap(evaluator, node, context);
}

/** Name of a function as people write it. */
export function shownName(name: string): string {
  return name.endsWith('__') ? name.slice(0, -2) : name;
}

export { AuthorizerValue };
