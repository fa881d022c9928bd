import type { Environment } from '@marcbachmann/cel-js';

/** One question to the authorizer. */
export interface AccessQuestion {
  user: string;
  verb: string;
  group: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  /** Path of a request that is about no resource. */
  path?: string;
}

/** Answers questions of access; the reason may be empty. */
export type Authorize = (question: AccessQuestion) => { allowed: boolean; reason: string };

/** Who asks, and how questions are answered. */
export class AuthorizerValue {
  readonly user: string;
  readonly authorize: Authorize;
  readonly requestResource: ResourceCheck | null;

  constructor(user: string, authorize: Authorize, request?: Omit<AccessQuestion, 'user' | 'verb'>) {
    this.user = user;
    this.authorize = authorize;
    this.requestResource = request === undefined ? null : new ResourceCheck(this, request);
  }
}

class PathCheck {
  readonly owner: AuthorizerValue;
  readonly path: string;
  constructor(owner: AuthorizerValue, path: string) {
    this.owner = owner;
    this.path = path;
  }
}

class GroupCheck {
  readonly owner: AuthorizerValue;
  readonly group: string;
  constructor(owner: AuthorizerValue, group: string) {
    this.owner = owner;
    this.group = group;
  }
}

class ResourceCheck {
  readonly owner: AuthorizerValue;
  readonly about: Omit<AccessQuestion, 'user' | 'verb'>;
  constructor(owner: AuthorizerValue, about: Omit<AccessQuestion, 'user' | 'verb'>) {
    this.owner = owner;
    this.about = about;
  }
  with(change: Partial<AccessQuestion>): ResourceCheck {
    return new ResourceCheck(this.owner, { ...this.about, ...change });
  }
}

class Decision {
  readonly allowed: boolean;
  readonly reason: string;
  constructor({ allowed, reason }: { allowed: boolean; reason: string }) {
    this.allowed = allowed;
    this.reason = reason;
  }
}

const NOTHING = { group: '', resource: '', subresource: '', namespace: '', name: '' };

/** The authorizer. Models apiserver/pkg/cel/library authz. */
export function registerAuthorizer(env: Environment): void {
  const base = 'kubernetes.authorization';
  const [authorizer, path, group, resource, decision] = [
    'Authorizer',
    'PathCheck',
    'GroupCheck',
    'ResourceCheck',
    'Decision',
  ].map((name) => `${base}.${name}`);
  env.registerType(`${path}`, PathCheck).registerType(`${group}`, GroupCheck);
  env.registerType(`${resource}`, ResourceCheck).registerType(`${decision}`, Decision);
  env.registerType(`${authorizer}`, { ctor: AuthorizerValue, fields: { requestResource: `${resource}` } });
  env.registerFunction(
    `${authorizer}.path(string): ${path}`,
    (owner: AuthorizerValue, text: string) => new PathCheck(owner, text),
  );
  env.registerFunction(
    `${authorizer}.group(string): ${group}`,
    (owner: AuthorizerValue, name: string) => new GroupCheck(owner, name),
  );
  env.registerFunction(
    `${authorizer}.serviceAccount(string, string): ${authorizer}`,
    (owner: AuthorizerValue, namespace: string, name: string) =>
      new AuthorizerValue(`system:serviceaccount:${namespace}:${name}`, owner.authorize),
  );
  env.registerFunction(
    `${group}.resource(string): ${resource}`,
    ({ owner, group: name }: GroupCheck, plural: string) =>
      new ResourceCheck(owner, { ...NOTHING, group: name, resource: plural }),
  );
  env.registerFunction(`${resource}.subresource(string): ${resource}`, (check: ResourceCheck, subresource: string) =>
    check.with({ subresource }),
  );
  env.registerFunction(`${resource}.namespace(string): ${resource}`, (check: ResourceCheck, namespace: string) =>
    check.with({ namespace }),
  );
  env.registerFunction(`${resource}.name(string): ${resource}`, (check: ResourceCheck, name: string) => check.with({ name }));
  env.registerFunction(`${resource}.fieldSelector(string): ${resource}`, (check: ResourceCheck) => check);
  env.registerFunction(`${resource}.labelSelector(string): ${resource}`, (check: ResourceCheck) => check);
  env.registerFunction(
    `${resource}.check(string): ${decision}`,
    ({ owner, about }: ResourceCheck, verb: string) => new Decision(owner.authorize({ user: owner.user, verb, ...about })),
  );
  env.registerFunction(
    `${path}.check(string): ${decision}`,
    ({ owner, path: text }: PathCheck, verb: string) =>
      new Decision(owner.authorize({ user: owner.user, verb, ...NOTHING, path: text })),
  );
  env.registerFunction(`${decision}.allowed(): bool`, ({ allowed }: Decision) => allowed);
  env.registerFunction(`${decision}.reason(): string`, ({ reason }: Decision) => reason);
  env.registerFunction(`${decision}.errored(): bool`, () => false);
  env.registerFunction(`${decision}.error(): string`, () => '');
}
