import { err, ok, type Result } from '#shared/core/result.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import { type Activation, AuthorizerValue, CelFault, evaluate, toCel } from '../cel/index.ts';
import type { AdmissionAccess, AdmissionRequest } from '../types.ts';
import { authorizeWith, groupsOf } from './authorize.ts';
import type { Subject } from './matching.ts';

/** `request` of expressions. Models plugin/cel CreateAdmissionRequest. */
function requestValue(subject: Subject, request: AdmissionRequest, groups: readonly string[]): Record<string, unknown> {
  const { group = '', version = '' } = subject.versions[0] ?? {};
  const kind = { group, version, kind: subject.kind };
  const resource = { group, version, resource: subject.plural };
  const sub = subject.subresource === '' ? {} : { subResource: subject.subresource, requestSubResource: subject.subresource };
  return {
    uid: '',
    kind,
    resource,
    requestKind: kind,
    requestResource: resource,
    ...sub,
    ...(subject.name === '' ? {} : { name: subject.name }),
    ...(subject.namespace === '' ? {} : { namespace: subject.namespace }),
    operation: request.operation,
    userInfo: { username: request.user, groups },
    object: null,
    oldObject: null,
    dryRun: request.dryRun,
    options: { apiVersion: 'meta.k8s.io/v1', kind: OPTIONS[request.operation] ?? 'CreateOptions' },
  };
}

const OPTIONS: Readonly<Record<string, string>> = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' };

/** Fields of a namespace that expressions may see. Models plugin/cel CreateNamespaceObject. */
function namespaceValue(namespace: AnyObject): Record<string, unknown> {
  const {
    name,
    labels,
    annotations,
    uid,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    generation,
    resourceVersion,
    finalizers,
    generateName,
  } = namespace.metadata;
  const metadata = {
    name,
    generateName,
    labels,
    annotations,
    UID: uid,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    generation,
    resourceVersion,
    finalizers,
  };
  return { metadata, spec: namespace.spec ?? {}, status: namespace.status ?? {} };
}

/** What every expression about a request sees, but for parameters and variables. */
export function baseActivation(subject: Subject, request: AdmissionRequest, access: AdmissionAccess): Activation {
  const groups = request.groups ?? groupsOf(request.user);
  const within = subject.kind === 'Namespace' ? '' : subject.namespace;
  const namespace = within === '' ? undefined : access.get('Namespace', '', within);
  const about = {
    group: kindInfo(subject.kind)?.group ?? '',
    resource: subject.plural,
    subresource: subject.subresource,
    namespace: subject.namespace,
    name: subject.name,
  };
  return {
    object: toCel(request.object),
    oldObject: toCel(request.old),
    request: toCel(requestValue(subject, request, groups)),
    namespaceObject: namespace === undefined ? null : toCel(namespaceValue(namespace)),
    authorizer: new AuthorizerValue(request.user, authorizeWith(access, request.user, groups), about),
    params: null,
  };
}

interface Variable {
  readonly name: string;
  readonly expression: string;
}

/**
 * The activation with `variables`, each evaluated when it is first asked for and then kept. Models plugin/cel composition.
 */
export function withVariables(activation: Activation, variables: readonly Variable[]): Activation {
  if (variables.length === 0) return activation;
  const values: Record<string, unknown> = {};
  const full: Activation = { ...activation, variables: values };
  for (const { name, expression } of variables) {
    let known: { value: unknown } | undefined;
    Object.defineProperty(values, name, {
      enumerable: true,
      get(): unknown {
        known ??= { value: settled(name, expression, full) };
        return known.value;
      },
    });
  }
  return full;
}

function settled(name: string, expression: string, activation: Activation): unknown {
  const result = evaluate(expression, activation);
  if (!result.ok) throw new CelFault(`composited variable ${JSON.stringify(name)} fails to evaluate: ${result.error}`);
  return result.value;
}

/** Value of an expression; the error is a whole sentence. */
export function evaluateExpression(source: string, activation: Activation): Result<unknown, string> {
  const result = evaluate(source, activation);
  return result.ok ? result : err(`expression '${source}' resulted in error: ${result.error}`);
}

interface MatchCondition {
  readonly name?: string;
  readonly expression: string;
}

/**
 * Whether all conditions hold. One that does not wins over errors; errors mean no under failurePolicy Ignore and a refusal otherwise.
 * Models webhook/matchconditions Match.
 */
export function meetsConditions(
  conditions: readonly MatchCondition[] | undefined,
  activation: Activation,
  failurePolicy: string | undefined,
): Result<boolean, string> {
  const errors: string[] = [];
  for (const { expression } of conditions ?? []) {
    const result = evaluateExpression(expression, activation);
    if (!result.ok) errors.push(result.error);
    else if (result.value !== true) return ok(false);
  }
  if (errors.length === 0) return ok(true);
  if (failurePolicy === 'Ignore') return ok(false);
  return err(errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`);
}
