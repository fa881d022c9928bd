import { err, ok, type Result } from '#shared/core/result.ts';
import type { Webhook } from '#shared/kube/kinds.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, Status } from '#shared/kube/types.ts';
import { badRequest, forbidden } from '../../status.ts';
import { type Activation, evaluate } from '../cel/index.ts';
import { baseActivation, meetsConditions } from '../policies/activation.ts';
import { internalFault } from '../policies/fault.ts';
import { matchesRule, matchesSelectors, type Subject } from '../policies/matching.ts';
import type { AdmissionAccess, AdmissionRequest } from '../types.ts';
import { type Behaviour, behaviourOf } from './behaviour.ts';
import { addressOf, unreachable } from './reach.ts';

/** A webhook and the object it stands in. */
export interface Hook {
  readonly configuration: AnyObject;
  readonly webhook: Webhook;
  /** Name that no other webhook of the cluster has. */
  readonly key: string;
}

/** Requests about these are never shown to webhooks, so that a broken webhook can be repaired. Models IsExemptAdmissionConfigurationResource. */
const EXEMPT: ReadonlySet<string> = new Set([
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
]);

/** The webhooks of the configurations, by the name of the configuration and then in their order. */
export function hooksOf(configurations: readonly AnyObject[]): Hook[] {
  return configurations.flatMap((configuration) =>
    ((configuration as { webhooks?: readonly Webhook[] }).webhooks ?? []).map((webhook, i) => ({
      configuration,
      webhook,
      key: `${configuration.metadata.name}/${webhook.name}/${i}`,
    })),
  );
}

/**
 * Whether a webhook is asked about a request. The error is the answer to the request: a condition that cannot be evaluated closes the way.
 * Models webhook/generic ShouldCallHook.
 */
export function isAsked(
  { webhook }: Hook,
  subject: Subject,
  request: AdmissionRequest,
  access: AdmissionAccess,
): Result<boolean, Status> {
  if (EXEMPT.has(subject.kind)) return ok(false);
  const fits = (webhook.rules ?? []).some((rule) => matchesRule(rule, subject, request.operation, webhook.matchPolicy));
  if (!fits || !matchesSelectors(webhook, subject, request, access)) return ok(false);
  const conditions = webhook.matchConditions ?? [];
  if (conditions.length === 0) return ok(true);
  const meets = meetsConditions(conditions, baseActivation(subject, request, access), webhook.failurePolicy);
  if (meets.ok) return meets;
  const info = kindInfo(subject.kind);
  return err(info === undefined ? internalFault(meets.error) : forbidden(info, subject.name, meets.error));
}

/** What came of asking a webhook: its behaviour, nothing (it failed and may), or the answer to the request. */
export function callHook(
  hook: Hook,
  subject: Subject,
  request: AdmissionRequest,
  access: AdmissionAccess,
): Result<Behaviour | undefined, Status> {
  const { webhook, configuration } = hook;
  if (request.dryRun && !['None', 'NoneOnDryRun'].includes(webhook.sideEffects ?? '')) {
    return err(badRequest(`admission webhook ${JSON.stringify(webhook.name)} does not support dry run`));
  }
  const behaviour = behaviourOf(configuration, webhook.name);
  const answer = behaviour.ok
    ? reached(webhook, behaviour.value, access)
    : err(`the simulated webhook failed: ${behaviour.error}`);
  if (!answer.ok) {
    if (webhook.failurePolicy === 'Ignore') return ok(undefined);
    const called = `failed to call webhook: Post ${JSON.stringify(addressOf(webhook))}: ${answer.error}`;
    return err(internalFault(`failed calling webhook ${JSON.stringify(webhook.name)}: ${called}`));
  }
  const told = answer.value;
  if (told === undefined || !applies(told, () => baseActivation(subject, request, access))) return ok(undefined);
  for (const warning of told.warnings) request.warn(warning);
  return told.allow ? ok(told) : err(denial(webhook.name, told));
}

function reached(
  webhook: Webhook,
  behaviour: Behaviour | undefined,
  access: AdmissionAccess,
): Result<Behaviour | undefined, string> {
  const why = unreachable(webhook, behaviour !== undefined, access);
  if (why !== undefined) return err(why);
  if ((behaviour?.delaySeconds ?? 0) >= (webhook.timeoutSeconds ?? Number.POSITIVE_INFINITY))
    return err('context deadline exceeded');
  return ok(behaviour);
}

function applies(behaviour: Behaviour, activation: () => Activation): boolean {
  if (behaviour.when === undefined) return true;
  const result = evaluate(behaviour.when, activation());
  return result.ok && result.value === true;
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  413: 'RequestEntityTooLarge',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
};

/** The answer of a webhook that says no. Models webhook/errors ToStatusErr. */
function denial(name: string, { message, reason, code }: Behaviour): Status {
  const by = `admission webhook ${JSON.stringify(name)} denied the request`;
  const why = message || reason;
  const kept = code >= 400 ? code : 400;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: why ? `${by}: ${why}` : `${by} without explanation`,
    reason: reason ?? REASONS[kept] ?? '',
    code: kept,
  };
}
