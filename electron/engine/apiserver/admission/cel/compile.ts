import type { Environment } from '@marcbachmann/cel-js';
import { err, ok, type Result } from '#shared/core/result.ts';
import { type CelNode, type CelType, dottedName, walk } from './ast.ts';
import { positioned, syntaxText, typeErrorText, typeText } from './errors.ts';
import { baseEnvironment, type Parsed, parseIn, registerPatchTypes } from './library.ts';
import { NEW_METHOD } from './rewrite.ts';
import { registerAdmissionTypes, registerSchema } from './schema.ts';

/** What an expression may refer to. */
export interface Scope {
  readonly params: boolean;
  readonly authorizer: boolean;
  /** Whether `Object{}` and `JSONPatch{}` may be written. */
  readonly patches?: boolean;
  /** Variables of the policy so far, with their types as the library names them. */
  readonly variables?: readonly { readonly name: string; readonly type: string }[];
  /** Kind of `object` and of `params` where their fields are to be checked. */
  readonly objectKind?: string;
  readonly paramsKind?: string;
}

/** An expression that makes sense. */
export interface Compiled {
  readonly source: string;
  /** Type as cel-go writes it. */
  readonly type: string;
  /** Type as the library names it. */
  readonly libraryType: string;
}

const environments = new Map<string, Environment>();
const ENVIRONMENT_LIMIT = 100;

/**
 * Checks an expression against what is in sight. The error begins with `ERROR: <input>:` and has the line in question below.
 * Models apiserver/pkg/admission/plugin/cel CompileCELExpression.
 */
export function compile(source: string, scope: Scope): Result<Compiled, string> {
  const env = environmentOf(scope);
  let parsed: Parsed;
  try {
    parsed = parseIn(env, source);
  } catch (error) {
    return err(syntaxText(source, error));
  }
  const checked = parsed.check();
  if (!checked.valid) return err(typeErrorText(parsed, checked.error, (method, name) => hasFunction(env, method, name)));
  const mixed = mixedLiteral(parsed);
  if (mixed !== undefined) return err(mixed);
  const type = parsed.ast.checkedType;
  const named = rootLiteral(parsed.ast);
  return ok({
    source,
    type: named ?? (type === undefined ? 'dyn' : typeText(type)),
    libraryType: type === undefined ? 'dyn' : storable(type),
  });
}

function environmentOf(scope: Scope): Environment {
  const key = JSON.stringify(scope);
  const known = environments.get(key);
  if (known !== undefined) return known;
  const { variables = [], ...bare } = scope;
  const made = variables.length === 0 ? bareEnvironment(bare) : withVariables(environmentOf(bare), variables);
  if (environments.size >= ENVIRONMENT_LIMIT) environments.clear();
  environments.set(key, made);
  return made;
}

function bareEnvironment(scope: Scope): Environment {
  const made = baseEnvironment().clone();
  if (scope.patches === true) registerPatchTypes(made);
  registerAdmissionTypes(made);
  const object = scope.objectKind === undefined ? 'dyn' : registerSchema(made, scope.objectKind);
  made.registerVariable('object', object).registerVariable('oldObject', object);
  if (scope.params)
    made.registerVariable('params', scope.paramsKind === undefined ? 'dyn' : registerSchema(made, scope.paramsKind));
  if (scope.authorizer) made.registerVariable('authorizer', 'kubernetes.authorization.Authorizer');
  return made;
}

/** The fields of a kind are many: what only differs in its variables shares them. */
function withVariables(env: Environment, variables: NonNullable<Scope['variables']>): Environment {
  const made = env.clone();
  made.registerType('kubernetes.variables', { fields: Object.fromEntries(variables.map(({ name, type }) => [name, type])) });
  return made.registerVariable('variables', 'kubernetes.variables');
}

const functionNames = new WeakMap<Environment, ReadonlySet<string>>();

function hasFunction(env: Environment, method: boolean, name: string): boolean {
  let names = functionNames.get(env);
  if (names === undefined) {
    names = new Set(env.getDefinitions().functions.map((one) => `${one.receiverType === null ? '' : '.'}${one.name}`));
    functionNames.set(env, names);
  }
  return names.has(`${method ? '.' : ''}${name}`);
}

/** Type of a variable in a form that can be registered again; types with open parts are dynamic. */
function storable(type: CelType): string {
  return type.hasPlaceholderType ? (type.kind === 'list' ? 'list' : type.kind === 'map' ? 'map' : 'dyn') : type.name;
}

/** Name of the type a whole expression is a literal of: `Object.metadata`. */
function rootLiteral(ast: CelNode): string | undefined {
  if (ast.op !== 'rcall') return undefined;
  const [name, receiver] = ast.args as [string, CelNode];
  return name === NEW_METHOD ? dottedName(receiver) : undefined;
}

/** Complaint about a list or map literal whose parts have different types. Models cel-go HomogeneousAggregateLiterals. */
function mixedLiteral(parsed: Parsed): string | undefined {
  let found: string | undefined;
  // The fields of an object literal may be of any types.
  const fields = new Set<CelNode>();
  walk(parsed.ast, (node) => {
    if (found !== undefined || fields.has(node)) return;
    if (node.op === 'rcall') {
      const [name, , args] = node.args as [string, CelNode, CelNode[]];
      if (name === NEW_METHOD && args[0] !== undefined) fields.add(args[0]);
    }
    if (node.op === 'list') found = mixedParts(parsed, node.args as CelNode[]);
    if (node.op !== 'map') return;
    const entries = node.args as [CelNode, CelNode][];
    found =
      mixedParts(
        parsed,
        entries.map(([key]) => key),
      ) ??
      mixedParts(
        parsed,
        entries.map(([, value]) => value),
      );
  });
  return found;
}

function mixedParts(parsed: Parsed, parts: readonly CelNode[]): string | undefined {
  let expected: CelType | undefined;
  for (const part of parts) {
    const type = part.checkedType;
    if (type === undefined || type.hasDynType || type.hasPlaceholderType) continue;
    if (expected !== undefined && !expected.matches(type)) {
      const message = `expected type '${typeText(expected)}' but found '${typeText(type)}'`;
      return positioned(parsed.source, parsed.rewritten.original(part.start), message);
    }
    expected ??= type;
  }
  return undefined;
}
