import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '#shared/kube/kinds.ts';
import type { AnyObject, Status } from '#shared/kube/types.ts';
import { type Activation, toCel } from '../cel/index.ts';
import { baseActivation, evaluateExpression, meetsConditions, withVariables } from '../policies/activation.ts';
import { bindingsOf, isPolicy } from '../policies/bindings.ts';
import { matchesResources, type Subject, subjectOf } from '../policies/matching.ts';
import { collectParams, paramInfo } from '../policies/params.ts';
import { forbiddenStatus } from '../status.ts';
import type { AdmissionAccess, AdmissionPlugin, AdmissionRequest } from '../types.ts';

/** Longest text a message expression may make. Models celconfig.MaxEvaluatedMessageExpressionSizeBytes. */
const MAX_MESSAGE = 5 * 1024;
const CODES: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413, Invalid: 422 };

/** What one policy under one binding has against a request. */
interface Denial {
  readonly policy: string;
  readonly binding?: string;
  readonly message: string;
  readonly reason?: string | undefined;
}

/**
 * Asks the stored policies in CEL, in the order of their names and of their bindings'. The first denial is the answer; all warnings are
 * given. Costs nothing while no binding is stored. Models plugin/policy/validating Dispatch.
 */
export const validatingPolicyPlugin: AdmissionPlugin = {
  name: 'ValidatingAdmissionPolicy',
  validate(request, access) {
    const all = access.list('ValidatingAdmissionPolicyBinding');
    if (all.length === 0) return null;
    const subject = subjectOf(request);
    if (subject === undefined || isPolicy(subject)) return null;
    const asked = new Inquiry(subject, request, access);
    for (const [policy, bindings] of bindingsOf('ValidatingAdmissionPolicy', all, access)) {
      asked.ask(policy, bindings);
    }
    const [first] = asked.denials;
    return first === undefined ? null : refusal(subject.object, first);
  },
};

/** 403 with the code and reason of the denial. */
function refusal(object: AnyObject, { policy, binding, message, reason = 'Invalid' }: Denial): Status {
  const by = binding === undefined ? '' : ` with binding '${binding}'`;
  const text = `ValidatingAdmissionPolicy '${policy}'${by} denied request: ${message}`;
  const status = forbiddenStatus(object, text, [{ message: text }]);
  return { ...status, reason, code: CODES[reason] ?? 422 };
}

/** One request before all policies. */
class Inquiry {
  readonly denials: Denial[] = [];
  readonly #subject: Subject;
  readonly #request: AdmissionRequest;
  readonly #access: AdmissionAccess;
  #base: Activation | undefined;

  constructor(subject: Subject, request: AdmissionRequest, access: AdmissionAccess) {
    this.#subject = subject;
    this.#request = request;
    this.#access = access;
  }

  ask(policy: ValidatingAdmissionPolicy, bindings: readonly ValidatingAdmissionPolicyBinding[]): void {
    const { spec, metadata } = policy;
    if (!matchesResources(spec.matchConstraints, this.#subject, this.#request, this.#access)) return;
    const kind = spec.paramKind === undefined ? undefined : paramInfo(spec.paramKind);
    if (kind?.ok === false) {
      if (spec.failurePolicy !== 'Ignore') {
        this.denials.push({ policy: metadata.name, message: `failed to configure policy: ${kind.error}` });
      }
      return;
    }
    for (const binding of bindings) {
      if (matchesResources(binding.spec.matchResources, this.#subject, this.#request, this.#access))
        this.#askBinding(policy, binding);
    }
  }

  #askBinding(policy: ValidatingAdmissionPolicy, binding: ValidatingAdmissionPolicyBinding): void {
    const names = { policy: policy.metadata.name, binding: binding.metadata.name };
    const params = collectParams(policy.spec.paramKind, binding.spec.paramRef, this.#subject.namespace, this.#access);
    if (!params.ok) {
      // A fault of the binding denies whatever its actions are.
      if (policy.spec.failurePolicy !== 'Ignore') {
        this.denials.push({ ...names, message: `failed to configure binding: ${params.error}` });
      }
      return;
    }
    for (const param of params.value) {
      for (const { message, reason, always } of this.#evaluate(policy, param)) {
        const actions: readonly string[] = always === true ? ['Deny'] : (binding.spec.validationActions ?? []);
        if (actions.includes('Deny')) this.denials.push({ ...names, message, reason });
        if (actions.includes('Warn')) {
          this.#request.warn(
            `Validation failed for ValidatingAdmissionPolicy '${names.policy}' with binding '${names.binding}': ${message}`,
          );
        }
      }
    }
  }

  #activation(policy: ValidatingAdmissionPolicy, param: AnyObject | null): Activation {
    this.#base ??= baseActivation(this.#subject, this.#request, this.#access);
    return withVariables(withParam(this.#base, param), policy.spec.variables ?? []);
  }

  #evaluate(policy: ValidatingAdmissionPolicy, param: AnyObject | null): Finding[] {
    const { spec } = policy;
    const activation = this.#activation(policy, param);
    const meets = meetsConditions(spec.matchConditions, activation, spec.failurePolicy);
    if (!meets.ok) return [{ message: meets.error }];
    if (!meets.value) return [];
    const ignores = spec.failurePolicy === 'Ignore';
    const findings = (spec.validations ?? []).flatMap((validation): Finding[] => {
      const result = evaluateExpression(validation.expression, activation);
      if (!result.ok) return ignores ? [] : [{ message: result.error }];
      if (result.value === true) return [];
      return [{ message: messageOf(validation, activation), reason: validation.reason }];
    });
    for (const { valueExpression } of spec.auditAnnotations ?? []) {
      const result = evaluateExpression(valueExpression.trim(), activation);
      if (!result.ok && !ignores) findings.push({ message: result.error, always: true });
    }
    return findings;
  }
}

interface Finding {
  readonly message: string;
  readonly reason?: string | undefined;
  /** Denies whatever the binding's actions are. */
  readonly always?: boolean;
}

function withParam(activation: Activation, param: AnyObject | null): Activation {
  return param === null ? activation : { ...activation, params: toCel(param) };
}

interface Validation {
  readonly expression: string;
  readonly message?: string;
  readonly messageExpression?: string;
}

/** The text of a failed validation: made by its expression, given, or the failed expression itself. */
function messageOf({ expression, message = '', messageExpression }: Validation, activation: Activation): string {
  if (messageExpression) {
    const made = evaluateExpression(messageExpression, activation);
    const text = made.ok && typeof made.value === 'string' ? made.value.trim() : '';
    if (text !== '' && text.length <= MAX_MESSAGE && !text.includes('\n')) return text;
  }
  return message.trim() === '' ? `failed expression: ${expression.trim()}` : message.trim();
}
