/** Type of an expression as the library infers it: `int`, `list<string>`, `dyn`. */
export interface CelType {
  readonly name: string;
  readonly kind: string;
  readonly type: string;
  readonly hasDynType: boolean;
  readonly hasPlaceholderType: boolean;
  readonly valueType?: CelType;
  readonly keyType?: CelType;
  matches(other: CelType): boolean;
}

/** Variables in sight; opaque but for opening an inner one. */
export interface CelContext {
  forkWithVariable(name: string, type: CelType): CelInnerContext;
}

/** Sight with one variable more, filled at evaluation. */
export interface CelInnerContext extends CelContext {
  reuse(parent: CelContext): CelInnerContext;
  setIterValue(value: unknown, evaluator: CelEvaluator): CelInnerContext;
}

/** The library's type checker, as macros see it. */
export interface CelChecker {
  check(node: CelNode, context: CelContext): CelType;
  getType(name: string): CelType;
  checkAccessOnType(node: CelNode, context: CelContext, type: CelType, allowMissing?: boolean): CelType;
  createError(code: string, message: string, node: CelNode): Error;
  readonly registry: {
    getOptionalType(type: CelType): CelType;
    getListType(type: CelType): CelType;
    getMapType(key: CelType, value: CelType): CelType;
  };
}

/** The library's evaluator, as macros see it. */
export interface CelEvaluator {
  run(node: CelNode, context: CelContext): unknown;
}

/** What a macro does when its expression is checked and when it is evaluated. */
export interface CelMacro {
  typeCheck(checker: CelChecker, macro: CelMacro, context: CelContext): CelType;
  evaluate(evaluator: CelEvaluator, macro: CelMacro, context: CelContext): unknown;
}

/** A node of a parsed expression. The arguments depend on `op`; see `childrenOf`. */
export interface CelNode {
  op: string;
  args: unknown;
  readonly pos: number;
  readonly start: number;
  readonly end: number;
  readonly checkedType?: CelType;
  readonly meta: {
    alternate?: CelNode;
    macro?: CelMacro;
    check: (checker: CelChecker, node: CelNode, context: CelContext) => CelType;
    evaluate: (evaluator: CelEvaluator, node: CelNode, context: CelContext) => unknown;
  };
}

/** The parts of a node, in the order of the text. */
export function childrenOf(node: CelNode): readonly CelNode[] {
  const args = node.args;
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [(args as [CelNode, string])[0]];
    case '!_':
    case '-_':
      return [args as CelNode];
    case 'call':
      return (args as [string, CelNode[]])[1];
    case 'rcall': {
      const [, receiver, rest] = args as [string, CelNode, CelNode[]];
      return [receiver, ...rest];
    }
    case 'map':
      return (args as [CelNode, CelNode][]).flat();
    default:
      return args as CelNode[];
  }
}

/** Calls `visit` for the node and everything below it. */
export function walk(node: CelNode, visit: (node: CelNode) => void): void {
  visit(node);
  for (const child of childrenOf(node)) walk(child, visit);
}

/** `a.b.c` for a chain of plain selections; undefined for anything else. */
export function dottedName(node: CelNode): string | undefined {
  if (node.op === 'id') return node.args as string;
  if (node.op !== '.') return undefined;
  const [left, field] = node.args as [CelNode, string];
  const head = dottedName(left);
  return head === undefined ? undefined : `${head}.${field}`;
}
