import { deepEqual } from '#shared/core/json.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { decodeObject } from '#shared/kube/shape/index.ts';
import type { AnyObject, Status } from '#shared/kube/types.ts';
import { applyDefaults } from '../../defaulting/index.ts';
import { applyJsonPatch } from '../../patch/jsonPatch.ts';
import { internalFault } from '../policies/fault.ts';
import { subjectOf } from '../policies/matching.ts';
import { Reinvocation } from '../reinvocation.ts';
import type { AdmissionAccess, AdmissionPlugin, AdmissionRequest } from '../types.ts';
import { callHook, type Hook, hooksOf, isAsked } from './call.ts';

export { BEHAVIOUR_PREFIX, BEHAVIOURS, type Behaviour } from './behaviour.ts';

const MUTATING = 'MutatingAdmissionWebhook';

/**
 * Lets simulated webhooks change the object, one after the other by the names of their configurations. Costs nothing while none is stored.
 * Models plugin/webhook/mutating dispatcher.
 */
export const mutatingWebhookPlugin: AdmissionPlugin = {
  name: MUTATING,
  mutate(object, request, access) {
    const configurations = access.list('MutatingWebhookConfiguration');
    if (configurations.length === 0) return ok(object);
    const reinvocation = request.reinvocation ?? new Reinvocation();
    reinvocation.begin(MUTATING, object);
    let current = object;
    for (const hook of hooksOf(configurations)) {
      const result = ask(hook, { ...request, object: current }, access, reinvocation);
      if (!result.ok) return result;
      if (result.value !== current) {
        reinvocation.changed(MUTATING);
        request.by?.(hook.webhook.name);
      }
      current = result.value;
    }
    reinvocation.end(MUTATING, current);
    return ok(current);
  },
};

function ask(
  hook: Hook,
  request: AdmissionRequest & { object: AnyObject },
  access: AdmissionAccess,
  reinvocation: Reinvocation,
): Result<AnyObject, Status> {
  const { object } = request;
  const subject = subjectOf(request);
  if (subject === undefined) return ok(object);
  const asked = isAsked(hook, subject, request, access);
  if (!asked.ok) return asked;
  if (!asked.value || !reinvocation.asks(MUTATING, hook.key)) return ok(object);
  const answer = callHook(hook, subject, request, access);
  if (!answer.ok) return answer;
  const patch = answer.value?.patch ?? [];
  let changed = object;
  if (patch.length > 0) {
    const result = applyJsonPatch(object, patch);
    if (!result.ok) return err(internalFault(result.error));
    const next = applyDefaults(decodeObject(result.value as AnyObject, object.kind));
    changed = deepEqual(next, object) ? object : next;
  }
  if (hook.webhook.reinvocationPolicy === 'IfNeeded') reinvocation.askedAgainIfNeeded(MUTATING, hook.key);
  return ok(changed);
}

/**
 * Asks simulated webhooks whether a request may pass. All are asked, as upstream asks them at the same time; the first refusal is the answer.
 * Costs nothing while none is stored. Models plugin/webhook/validating dispatcher.
 */
export const validatingWebhookPlugin: AdmissionPlugin = {
  name: 'ValidatingAdmissionWebhook',
  validate(request, access) {
    const configurations = access.list('ValidatingWebhookConfiguration');
    if (configurations.length === 0) return null;
    const subject = subjectOf(request);
    if (subject === undefined) return null;
    const asked: Hook[] = [];
    for (const hook of hooksOf(configurations)) {
      const outcome = isAsked(hook, subject, request, access);
      if (!outcome.ok) return outcome.error;
      if (outcome.value) asked.push(hook);
    }
    let refusal: Status | null = null;
    for (const hook of asked) {
      const answer = callHook(hook, subject, request, access);
      if (!answer.ok) refusal ??= answer.error;
    }
    return refusal;
  },
};
