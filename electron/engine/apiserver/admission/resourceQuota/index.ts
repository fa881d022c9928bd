import { compareStrings } from '#shared/core/compare.ts';
import {
  addAmounts,
  exceeding,
  increase,
  maskAmounts,
  printAmounts,
  readAmounts,
  withoutZeros,
  writeAmounts,
} from '#shared/kube/quota/amounts.ts';
import { type Amounts, evaluatorOf, type QuotaClock, type QuotaEvaluator, quotaMatches } from '#shared/kube/quota/index.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, ResourceQuota, Status } from '#shared/kube/types.ts';
import { parseTime } from '../../../sim/time.ts';
import { forbiddenStatus } from '../status.ts';
import type { AdmissionAccess, AdmissionPlugin, AdmissionRequest } from '../types.ts';

/** Why one quota has nothing to say about the request (null), or refuses it at once, or has to be charged. */
type Interest = 'none' | 'charge' | { refusal: string };

function interestOf(evaluator: QuotaEvaluator, quota: ResourceQuota, object: AnyObject): Interest {
  if (!quotaMatches(evaluator, quota, object)) return 'none';
  const counted = evaluator.matching(Object.keys(quota.status?.hard ?? {}));
  const complaint = evaluator.constraint(counted, object);
  if (complaint !== undefined) return { refusal: `failed quota: ${quota.metadata.name}: ${complaint}` };
  if (counted.every((name) => quota.status?.used?.[name] !== undefined)) return 'charge';
  const names = counted.sort(compareStrings).join(',');
  return { refusal: `status unknown for quota: ${quota.metadata.name}, resources: ${names}` };
}

/** What the request adds to the usage, or the names of which the object would use less than nothing. */
function addedUsage(
  evaluator: QuotaEvaluator,
  request: AdmissionRequest,
  object: AnyObject,
  clock: QuotaClock,
): { added: Amounts; negative: string[] } {
  const usage = evaluator.usage(object, clock);
  const negative = [...usage].filter(([, quantity]) => quantity.nano < 0n).map(([name]) => name);
  const before = request.operation === 'UPDATE' && request.old !== null ? evaluator.usage(request.old, clock) : undefined;
  return { added: withoutZeros(before === undefined ? usage : increase(usage, before)), negative };
}

/** The new usage of one quota, or why it does not allow it. */
function charge(quota: ResourceQuota, added: Amounts): { used: Amounts } | { refusal: string } {
  const hard = readAmounts(quota.status.hard);
  const before = readAmounts(quota.status.used);
  const requested = maskAmounts(added, hard);
  const used = addAmounts(before, requested);
  const over = exceeding(maskAmounts(used, requested), hard);
  if (over.size === 0) return { used };
  const [wanted, present, limit] = [requested, before, hard].map((amounts) => printAmounts(maskAmounts(amounts, over)));
  return {
    refusal: `exceeded quota: ${quota.metadata.name}, requested: ${wanted}, used: ${present}, limited: ${limit}`,
  };
}

function validate(request: AdmissionRequest, access: AdmissionAccess): Status | null {
  const { object } = request;
  const namespace = object?.metadata.namespace;
  if (object === null || namespace === undefined || request.loaded === true) return null;
  const info = kindInfo(object.kind);
  const evaluator = info === undefined ? undefined : evaluatorOf(info);
  if (evaluator === undefined || !evaluator.handles(request.operation, request.subresource)) return null;
  const quotas = access.list('ResourceQuota', namespace) as unknown as readonly ResourceQuota[];
  if (quotas.length === 0) return null;
  const refuse = (why: string): Status => forbiddenStatus(object, why);
  const interested: ResourceQuota[] = [];
  for (const quota of quotas) {
    const interest = interestOf(evaluator, quota, object);
    if (typeof interest === 'object') return refuse(interest.refusal);
    if (interest === 'charge') interested.push(quota);
  }
  const now = parseTime(access.timestamp?.() ?? '') ?? Number.NaN;
  const clock = { nowMs: now, parseMs: (text: string) => parseTime(text) ?? Number.NaN };
  const { added, negative } = addedUsage(evaluator, request, object, clock);
  if (negative.length > 0) return refuse(`quota usage is negative for resource(s): ${negative.sort(compareStrings).join(',')}`);
  if (added.size === 0) return null;
  const charged: [ResourceQuota, Amounts][] = [];
  for (const quota of interested) {
    const outcome = charge(quota, added);
    if ('refusal' in outcome) return refuse(outcome.refusal);
    charged.push([quota, outcome.used]);
  }
  if (request.dryRun) return null;
  for (const [quota, used] of charged) {
    const old = quota as unknown as AnyObject;
    access.commit?.(old, { ...old, status: { ...quota.status, used: writeAmounts(used) } });
  }
  return null;
}

/**
 * Refuses what would exceed a quota of the namespace and books what it lets through in the status of its quotas. The last of all plugins: what
 * it books is about to be stored. An object that turns out to exist already has been booked all the same, until the quota controller counts
 * again, as in a real cluster. Models apiserver/pkg/admission/plugin/resourcequota.
 */
export const resourceQuota: AdmissionPlugin = { name: 'ResourceQuota', validate };
