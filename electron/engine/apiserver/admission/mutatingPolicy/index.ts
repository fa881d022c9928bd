import { deepEqual } from '#shared/core/json.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import type { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding } from '#shared/kube/kinds.ts';
import type { AnyObject, Status } from '#shared/kube/types.ts';
import { applyDefaults } from '../../defaulting/index.ts';
import { type Activation, toCel } from '../cel/index.ts';
import { baseActivation, meetsConditions, withVariables } from '../policies/activation.ts';
import { bindingsOf, isPolicy } from '../policies/bindings.ts';
import { matchesResources, type Subject, subjectOf } from '../policies/matching.ts';
import { collectParams, paramInfo } from '../policies/params.ts';
import { Reinvocation } from '../reinvocation.ts';
import { forbiddenStatus } from '../status.ts';
import type { AdmissionAccess, AdmissionPlugin, AdmissionRequest } from '../types.ts';
import { mutateOnce } from './patches.ts';

const NAME = 'MutatingAdmissionPolicy';

/** A policy under a binding with one object of parameters, ready to be asked. */
interface Invocation {
  readonly policy: MutatingAdmissionPolicy;
  readonly binding: MutatingAdmissionPolicyBinding;
  readonly param: AnyObject | null;
}

/** What a policy has against a request; configuration faults have no reason. */
interface Complaint {
  readonly policy: MutatingAdmissionPolicy;
  readonly binding?: MutatingAdmissionPolicyBinding;
  readonly message: string;
  readonly reason?: 'Invalid';
}

/**
 * Lets the stored policies in CEL change the object, in the order of their names. Costs nothing while no binding is stored.
 * Models plugin/policy/mutating and policy/generic PolicyDispatcher.
 */
export const mutatingPolicyPlugin: AdmissionPlugin = {
  name: NAME,
  mutate(object, request, access) {
    const all = access.list('MutatingAdmissionPolicyBinding');
    if (all.length === 0) return ok(object);
    const subject = subjectOf({ ...request, object });
    if (subject === undefined || isPolicy(subject)) return ok(object);
    const complaints: Complaint[] = [];
    const invocations = bindingsOf(NAME, all, access).flatMap(([policy, bindings]) =>
      invocationsOf(policy, bindings, subject, { ...request, object }, access, complaints),
    );
    const run = new MutationRun(subject, { ...request, object }, access, complaints);
    const result = run.all(invocations);
    if (!result.ok) return result;
    const denial = denialOf(subject.object, complaints);
    return denial === undefined ? result : err(denial);
  },
};

function invocationsOf(
  policy: MutatingAdmissionPolicy,
  bindings: readonly MutatingAdmissionPolicyBinding[],
  subject: Subject,
  request: AdmissionRequest,
  access: AdmissionAccess,
  complaints: Complaint[],
): Invocation[] {
  const { spec } = policy;
  if (!matchesResources(spec.matchConstraints, subject, request, access)) return [];
  const kind = spec.paramKind === undefined ? undefined : paramInfo(spec.paramKind);
  if (kind?.ok === false) {
    complaints.push({ policy, message: `failed to configure policy: ${kind.error}` });
    return [];
  }
  return bindings.flatMap((binding) => {
    if (!matchesResources(binding.spec.matchResources, subject, request, access)) return [];
    const params = collectParams(spec.paramKind, binding.spec.paramRef, subject.namespace, access);
    if (params.ok) return params.value.map((param) => ({ policy, binding, param }));
    complaints.push({ policy, binding, message: `failed to configure binding: ${params.error}` });
    return [];
  });
}

/** 403 with the first complaint as its text and all as causes; those of policies that ignore failures do not count. */
function denialOf(object: AnyObject, complaints: readonly Complaint[]): Status | undefined {
  const counted = complaints.filter(({ policy }) => policy.spec.failurePolicy !== 'Ignore');
  const [first] = counted;
  if (first === undefined) return undefined;
  const texts = counted.map(({ policy, binding, message }) =>
    binding === undefined
      ? `policy ${JSON.stringify(policy.metadata.name)} denied request: ${message}`
      : `policy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied request: ${message}`,
  );
  const causes = texts.map((message) => ({ message }));
  const status = forbiddenStatus(object, '', causes);
  return { ...status, message: texts[0] ?? '', ...(first.reason === undefined ? {} : { reason: first.reason }) };
}

/** One pass of the invocations over one object. */
class MutationRun {
  readonly #subject: Subject;
  readonly #request: AdmissionRequest;
  readonly #access: AdmissionAccess;
  readonly #complaints: Complaint[];
  readonly #reinvocation: Reinvocation;
  #object: AnyObject;

  constructor(subject: Subject, request: AdmissionRequest, access: AdmissionAccess, complaints: Complaint[]) {
    this.#subject = subject;
    this.#request = request;
    this.#access = access;
    this.#complaints = complaints;
    this.#reinvocation = request.reinvocation ?? new Reinvocation();
    this.#object = subject.object;
  }

  all(invocations: readonly Invocation[]): Result<AnyObject, Status> {
    this.#reinvocation.begin(NAME, this.#object);
    for (const invocation of invocations) {
      const fault = this.#invoke(invocation);
      if (fault !== undefined) return err(fault);
    }
    this.#reinvocation.end(NAME, this.#object);
    return ok(this.#object);
  }

  #activation({ policy, param }: Invocation): Activation {
    const base = baseActivation(this.#subject, { ...this.#request, object: this.#object }, this.#access);
    const full = param === null ? base : { ...base, params: toCel(param) };
    return withVariables(full, policy.spec.variables ?? []);
  }

  #invoke(invocation: Invocation): Status | undefined {
    const { policy, binding, param } = invocation;
    const complain = (message: string): void => {
      this.#complaints.push({ policy, binding, message, reason: 'Invalid' });
    };
    const meets = meetsConditions(policy.spec.matchConditions, this.#activation(invocation), policy.spec.failurePolicy);
    if (!meets.ok) complain(meets.error);
    if (!meets.ok || !meets.value) return undefined;
    const key = [policy.metadata.name, binding.metadata.name, param?.metadata.namespace ?? '', param?.metadata.name ?? ''].join(
      '/',
    );
    if (!this.#reinvocation.asks(NAME, key)) return undefined;
    const before = this.#object;
    for (const mutation of policy.spec.mutations ?? []) {
      const result = mutateOnce(mutation, this.#object, this.#activation(invocation));
      if (result.ok) this.#object = applyDefaults(result.value);
      else if ('status' in result.error) return result.error.status;
      else complain(result.error.text);
    }
    if (deepEqual(before, this.#object)) this.#object = before;
    else {
      this.#reinvocation.changed(NAME);
      this.#request.by?.(policy.metadata.name);
    }
    if (policy.spec.reinvocationPolicy === 'IfNeeded') this.#reinvocation.askedAgainIfNeeded(NAME, key);
    return undefined;
  }
}
