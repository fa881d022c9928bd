import { type Environment, Optional } from '@marcbachmann/cel-js';
import {
  type CelChecker,
  type CelContext,
  type CelEvaluator,
  type CelInnerContext,
  type CelMacro,
  type CelNode,
  type CelType,
  dottedName,
} from '../ast.ts';
import { NEW_METHOD } from '../rewrite.ts';
import { CelFault, JsonPatchValue, ObjectValue } from '../values.ts';

/** What the library hands to a macro when an expression is parsed. */
interface MacroCall {
  readonly args: readonly CelNode[];
  readonly receiver: CelNode;
}

type Register = Pick<Environment, 'registerFunction'>;

/** A macro that is defined by what it is at check and at evaluation. */
function macro(env: Register, signature: string, make: (call: MacroCall) => CelMacro): void {
  env.registerFunction(signature, make as unknown as (call: unknown) => unknown, { async: false } as never);
}

function variableName(node: CelNode | undefined): string {
  if (node?.op !== 'id') throw new CelFault('argument is not an identifier');
  return node.args as string;
}

/** An inner sight of one or two variables that is opened at the check and filled at each evaluation. */
class Binding {
  readonly #names: readonly string[];
  #contexts: CelInnerContext[] = [];

  constructor(nodes: readonly (CelNode | undefined)[]) {
    this.#names = nodes.map(variableName);
  }

  open(context: CelContext, types: readonly CelType[]): CelContext {
    let inner = context;
    this.#contexts = this.#names.map((name, i) => {
      const next = inner.forkWithVariable(name, types[i] as CelType);
      inner = next;
      return next;
    });
    return inner;
  }

  fill(context: CelContext, values: readonly unknown[], evaluator: CelEvaluator): CelContext {
    let inner = context;
    this.#contexts.forEach((one, i) => {
      inner = one.reuse(inner).setIterValue(values[i], evaluator);
    });
    return inner;
  }
}

function expectBool(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new CelFault('no such overload');
}

/** `x.optMap(v, e)` and `x.optFlatMap(v, e)`. */
function optionalMacro({ args, receiver }: MacroCall, flat: boolean): CelMacro {
  const binding = new Binding([args[0]]);
  const body = args[1] as CelNode;
  return {
    typeCheck(checker, _macro, context) {
      const type = checker.check(receiver, context);
      const inner = binding.open(context, [type.kind === 'optional' && type.valueType ? type.valueType : checker.getType('dyn')]);
      const result = checker.check(body, inner);
      return flat ? result : checker.registry.getOptionalType(result);
    },
    evaluate(evaluator, _macro, context) {
      const value = evaluator.run(receiver, context);
      if (!(value instanceof Optional)) throw new CelFault('no such overload');
      if (!value.hasValue()) return value;
      const result = evaluator.run(body, binding.fill(context, [value.value()], evaluator));
      return flat ? result : Optional.of(result);
    },
  };
}

/** Key and value types of what a comprehension with two variables runs over. Models cel-go ext TwoVarComprehensions. */
function pairTypes(checker: CelChecker, type: CelType): [CelType, CelType] {
  const dyn = checker.getType('dyn');
  if (type.kind === 'list') return [checker.getType('int'), type.valueType ?? dyn];
  if (type.kind === 'map') return [type.keyType ?? dyn, type.valueType ?? dyn];
  return [dyn, dyn];
}

function pairsOf(value: unknown): [unknown, unknown][] {
  if (Array.isArray(value)) return value.map((entry, i) => [BigInt(i), entry]);
  if (value instanceof Map) return [...value.entries()];
  if (typeof value === 'object' && value !== null) return Object.entries(value);
  throw new CelFault('no such overload');
}

type Fold = (pairs: readonly [unknown, unknown][], run: (body: number, pair: readonly [unknown, unknown]) => unknown) => unknown;

/** A comprehension over pairs; `bodies` are the arguments behind the two variables. */
function pairMacro(
  { args, receiver }: MacroCall,
  result: (checker: CelChecker, bodies: CelType[], key: CelType) => CelType,
  fold: Fold,
): CelMacro {
  const binding = new Binding([args[0], args[1]]);
  const bodies = args.slice(2);
  return {
    typeCheck(checker, _macro, context) {
      const [key, value] = pairTypes(checker, checker.check(receiver, context));
      const inner = binding.open(context, [key, value]);
      return result(
        checker,
        bodies.map((body) => checker.check(body, inner)),
        key,
      );
    },
    evaluate(evaluator, _macro, context) {
      const pairs = pairsOf(evaluator.run(receiver, context));
      return fold(pairs, (body, pair) => evaluator.run(bodies[body] as CelNode, binding.fill(context, pair, evaluator)));
    },
  };
}

/** The first error counts only when nothing decides the quantifier, as in cel-go. */
function quantifier(decisive: boolean): Fold {
  return (pairs, run) => {
    let failure: unknown;
    for (const pair of pairs) {
      try {
        if (expectBool(run(0, pair)) === decisive) return decisive;
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return !decisive;
  };
}

const filtered =
  (has: boolean): Fold =>
  (pairs, run) =>
    pairs.filter((pair) => !has || expectBool(run(0, pair))).map((pair) => run(has ? 1 : 0, pair));

function transformedMap(has: boolean, entry: boolean): Fold {
  return (pairs, run) => {
    const result = new Map<unknown, unknown>();
    for (const pair of pairs) {
      if (has && !expectBool(run(0, pair))) continue;
      const value = run(has ? 1 : 0, pair);
      const added = entry ? pairsOf(value) : [[pair[0], value] as [unknown, unknown]];
      for (const [key, one] of added) {
        if (result.has(key)) throw new CelFault(`insert failed: key ${String(key)} already exists`);
        result.set(key, one);
      }
    }
    return plainMap(result);
  };
}

/** Maps with text keys are plain objects, as those of the API are. */
function plainMap(map: ReadonlyMap<unknown, unknown>): unknown {
  const keys = [...map.keys()];
  return keys.every((key) => typeof key === 'string') ? Object.fromEntries(map as ReadonlyMap<string, unknown>) : map;
}

/** `T{a: b}`: an object to merge or a step of a patch. Models apiserver/pkg/cel/mutation. */
function construction({ args, receiver }: MacroCall): CelMacro {
  const entries = (args[0]?.args ?? []) as readonly [CelNode, CelNode][];
  const name = dottedName(receiver) ?? '';
  const fieldName = (key: CelNode): string => (key.op === 'id' ? (key.args as string) : '');
  return {
    typeCheck(checker, _macro, context) {
      const isPatch = name === 'JSONPatch';
      if (!isPatch && name !== 'Object' && !name.startsWith('Object.')) {
        throw checker.createError('unknown_variable', `Unknown variable: ${name}`, receiver);
      }
      for (const [key, value] of entries) {
        if (isPatch && !PATCH_FIELDS.includes(fieldName(key))) {
          throw checker.createError('no_such_key', `No such key: ${fieldName(key)}`, key);
        }
        checkField(checker, isPatch, fieldName(key), value, context);
      }
      // The types are only known where patches may be written; getType throws elsewhere.
      return knownType(checker, isPatch ? 'JSONPatch' : 'Object', receiver, name);
    },
    evaluate(evaluator, _macro, context) {
      const fields: Record<string, unknown> = {};
      for (const [key, value] of entries) {
        const result = evaluator.run(value, context);
        if (!isOptionalEntry(key)) fields[fieldName(key)] = result;
        else if (result instanceof Optional && result.hasValue()) fields[fieldName(key)] = result.value();
      }
      return name === 'JSONPatch' ? new JsonPatchValue(fields) : new ObjectValue(name, fields);
    },
  };
}

const PATCH_FIELDS = ['op', 'path', 'from', 'value'];

function knownType(checker: CelChecker, type: string, receiver: CelNode, name: string): CelType {
  try {
    return checker.getType(type);
  } catch {
    throw checker.createError('unknown_variable', `Unknown variable: ${name}`, receiver);
  }
}

function checkField(checker: CelChecker, isPatch: boolean, field: string, value: CelNode, context: CelContext): void {
  const type = checker.check(value, context);
  if (!isPatch || field === 'value' || type.kind === 'dyn' || type.name === 'string') return;
  throw checker.createError(
    'field_type',
    `expected type of field '${field}' is 'string' but provided type is '${type.name}'`,
    value,
  );
}

const optionalEntries = new WeakSet<CelNode>();

/** Marks a key of a map or an element of a list as written with a leading `?`. */
export function markOptional(node: CelNode): void {
  optionalEntries.add(node);
}

function isOptionalEntry(node: CelNode): boolean {
  return optionalEntries.has(node);
}

/** Whether something of a list or map literal was written with a leading `?`. */
export function hasOptionalEntry(nodes: readonly CelNode[]): boolean {
  return nodes.some(isOptionalEntry);
}

/** A list literal with optional elements. */
export function evaluateOptionalList(evaluator: CelEvaluator, node: CelNode, context: CelContext): unknown[] {
  return (node.args as CelNode[]).flatMap((element) => {
    const value = evaluator.run(element, context);
    if (!isOptionalEntry(element)) return [value];
    return value instanceof Optional && value.hasValue() ? [value.value()] : [];
  });
}

/** A map literal with optional entries. */
export function evaluateOptionalMap(evaluator: CelEvaluator, node: CelNode, context: CelContext): unknown {
  const result = new Map<unknown, unknown>();
  for (const [key, entry] of node.args as [CelNode, CelNode][]) {
    const value = evaluator.run(entry, context);
    if (!isOptionalEntry(key)) result.set(evaluator.run(key, context), value);
    else if (value instanceof Optional && value.hasValue()) result.set(evaluator.run(key, context), value.value());
  }
  return plainMap(result);
}

/** `has(e.f)`, also where `e` is more than a chain of names. */
export const hasMacro = (argument: CelNode): CelMacro => ({
  typeCheck(checker, _macro, context) {
    if (argument.op !== '.') throw checker.createError('invalid_macro_argument', 'invalid argument to has() macro', argument);
    const operand = (argument.args as [CelNode, string])[0];
    const type = checker.check(operand, context);
    checker.checkAccessOnType(argument, context, type.kind === 'optional' ? (type.valueType ?? type) : type);
    return checker.getType('bool');
  },
  evaluate(evaluator, _macro, context) {
    const [operand, field] = argument.args as [CelNode, string];
    const value = evaluator.run(operand, context);
    const held = value instanceof Optional ? (value.hasValue() ? value.value() : {}) : value;
    if (held instanceof Map) return held.has(field);
    if (held instanceof ObjectValue) return Object.hasOwn(held.fields, field);
    if (typeof held !== 'object' || held === null || Array.isArray(held)) throw new CelFault('no such overload');
    return Object.hasOwn(held, field) && (held as Record<string, unknown>)[field] !== undefined;
  },
});

/** Macros beside the library's own: optional values, comprehensions over pairs, literals of named types. */
export function registerMacros(env: Register): void {
  macro(env, 'optional.optMap(ast, ast): dyn', (call) => optionalMacro(call, false));
  macro(env, 'optional.optFlatMap(ast, ast): dyn', (call) => optionalMacro(call, true));
  macro(env, `dyn.${NEW_METHOD}(ast): dyn`, construction);
  const bool = (checker: CelChecker): CelType => checker.getType('bool');
  const list = (checker: CelChecker, bodies: CelType[]): CelType => checker.registry.getListType(bodies.at(-1) as CelType);
  const map = (checker: CelChecker, bodies: CelType[], key: CelType): CelType =>
    checker.registry.getMapType(key, bodies.at(-1) as CelType);
  const entry = (_checker: CelChecker, bodies: CelType[]): CelType => bodies.at(-1) as CelType;
  macro(env, 'list.all(ast, ast, ast): bool', (call) => pairMacro(call, bool, quantifier(false)));
  macro(env, 'list.exists(ast, ast, ast): bool', (call) => pairMacro(call, bool, quantifier(true)));
  const one: Fold = (pairs, run) => pairs.filter((pair) => expectBool(run(0, pair))).length === 1;
  macro(env, 'list.existsOne(ast, ast, ast): bool', (call) => pairMacro(call, bool, one));
  macro(env, 'list.transformList(ast, ast, ast): dyn', (call) => pairMacro(call, list, filtered(false)));
  macro(env, 'list.transformList(ast, ast, ast, ast): dyn', (call) => pairMacro(call, list, filtered(true)));
  macro(env, 'list.transformMap(ast, ast, ast): dyn', (call) => pairMacro(call, map, transformedMap(false, false)));
  macro(env, 'list.transformMap(ast, ast, ast, ast): dyn', (call) => pairMacro(call, map, transformedMap(true, false)));
  macro(env, 'list.transformMapEntry(ast, ast, ast): dyn', (call) => pairMacro(call, entry, transformedMap(false, true)));
  macro(env, 'list.transformMapEntry(ast, ast, ast, ast): dyn', (call) => pairMacro(call, entry, transformedMap(true, true)));
}
