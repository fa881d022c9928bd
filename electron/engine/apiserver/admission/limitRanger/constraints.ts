import { compareStrings } from '#shared/core/compare.ts';
import { podLimitQuantities, podRequestQuantities } from '#shared/kube/pod.ts';
import { printQuantity, type Quantity } from '#shared/kube/quantity.ts';
import { type Amounts, readAmounts } from '#shared/kube/quota/amounts.ts';
import type { Container, LimitRange, PersistentVolumeClaim, Pod, ResourceList } from '#shared/kube/types.ts';

type Item = LimitRange['spec']['limits'][number];

/** Beyond this many units upstream compares whole units instead of thousandths. Models resource.MaxMilliValue. */
const MAX_MILLI_VALUE = ((1n << 63n) - 1n) / 1000n;
const NANO_PER_MILLI = 1_000_000n;
const NANO = 1_000_000_000n;
const NONE: Amounts = new Map();

function roundUp(nano: bigint, unit: bigint): bigint {
  const rest = nano % unit;
  return nano / unit + (rest > 0n ? 1n : rest < 0n ? -1n : 0n);
}

/** Three amounts in the finest unit in which all of them can be compared. Models requestLimitEnforcedValues. */
function comparable(request: Quantity | undefined, limit: Quantity | undefined, enforced: Quantity): [bigint, bigint, bigint] {
  const nano = [request?.nano ?? 0n, limit?.nano ?? 0n, enforced.nano];
  const fine = nano.every((one) => roundUp(one, NANO) <= MAX_MILLI_VALUE);
  const unit = fine ? NANO_PER_MILLI : NANO;
  return nano.map((one) => roundUp(one, unit)) as [bigint, bigint, bigint];
}

/** One rule about one resource and what it is applied to. */
interface Check {
  type: string;
  resource: string;
  enforced: Quantity;
  requests: Amounts;
  limits: Amounts;
}

function checkMin({ type, resource, enforced, requests, limits }: Check): string | undefined {
  const [request, limit] = [requests.get(resource), limits.get(resource)];
  const [asked, allowed, least] = comparable(request, limit, enforced);
  const rule = `minimum ${resource} usage per ${type} is ${printQuantity(enforced)}`;
  if (request === undefined) return `${rule}.  No request is specified`;
  if (asked < least) return `${rule}, but request is ${printQuantity(request)}`;
  if (limit !== undefined && allowed < least) return `${rule}, but limit is ${printQuantity(limit)}`;
  return undefined;
}

function checkMax({ type, resource, enforced, requests, limits }: Check): string | undefined {
  const [request, limit] = [requests.get(resource), limits.get(resource)];
  const [asked, allowed, most] = comparable(request, limit, enforced);
  const rule = `maximum ${resource} usage per ${type} is ${printQuantity(enforced)}`;
  if (limit === undefined) return `${rule}.  No limit is specified`;
  if (allowed > most) return `${rule}, but limit is ${printQuantity(limit)}`;
  if (request !== undefined && asked > most) return `${rule}, but request is ${printQuantity(request)}`;
  return undefined;
}

function checkMaxRequest({ type, resource, enforced, requests }: Check): string | undefined {
  const request = requests.get(resource);
  const [asked, , most] = comparable(request, undefined, enforced);
  const rule = `maximum ${resource} usage per ${type} is ${printQuantity(enforced)}`;
  if (request === undefined) return `${rule}.  No request is specified`;
  return asked > most ? `${rule}, but request is ${printQuantity(request)}` : undefined;
}

function checkRatio({ type, resource, enforced, requests, limits }: Check): string | undefined {
  const [asked, allowed] = comparable(requests.get(resource), limits.get(resource), enforced);
  const rule = `${resource} max limit to request ratio per ${type} is ${printQuantity(enforced)}`;
  if (asked === 0n) return `${rule}, but no request is specified or request is 0`;
  if (allowed === 0n) return `${rule}, but no limit is specified or limit is 0`;
  const ratio = Number(allowed) / Number(asked);
  const fine = roundUp(enforced.nano, NANO) <= MAX_MILLI_VALUE;
  const over = fine
    ? ratio * 1000 > Number(roundUp(enforced.nano, NANO_PER_MILLI))
    : ratio > Number(roundUp(enforced.nano, NANO));
  return over ? `${rule}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}

type Rule = (check: Check) => string | undefined;

/** Applies one rule to every resource a list names, in order of names (Go's order is random). */
function each(rule: Rule, type: string, list: ResourceList | undefined, requests: Amounts, limits: Amounts): string[] {
  const enforced = readAmounts(list);
  return [...enforced.keys()].sort(compareStrings).flatMap((resource) => {
    const check = { type, resource, enforced: enforced.get(resource) as Quantity, requests, limits };
    return rule(check) ?? [];
  });
}

function checkAll(item: Item, requests: Amounts, limits: Amounts): string[] {
  return [
    ...each(checkMin, item.type, item.min, requests, limits),
    ...each(checkMax, item.type, item.max, requests, limits),
    ...each(checkRatio, item.type, item.maxLimitRequestRatio, requests, limits),
  ];
}

/** The spec as far as limits of pods count it: without the overhead, whatever runs now. Models limitranger podRequests and podLimits. */
function plainPod(pod: Pod): { spec: Pod['spec'] } {
  const { overhead: _overhead, ...spec } = pod.spec;
  return { spec };
}

/** Complaints of one limit range about a pod. Models limitranger PodValidateLimitFunc. */
export function podComplaints(range: LimitRange, pod: Pod): string[] {
  const containers: readonly Container[] = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])];
  return (range.spec?.limits ?? []).flatMap((item) => {
    if (item.type === 'Container') {
      return containers.flatMap(({ resources }) =>
        checkAll(item, readAmounts(resources?.requests), readAmounts(resources?.limits)),
      );
    }
    if (item.type !== 'Pod') return [];
    const plain = plainPod(pod);
    return checkAll(item, podRequestQuantities(plain), podLimitQuantities(plain));
  });
}

/** Complaints of one limit range about a claim. Models limitranger PersistentVolumeClaimValidateLimitFunc. */
export function claimComplaints(range: LimitRange, claim: PersistentVolumeClaim): string[] {
  const requests = readAmounts(claim.spec?.resources?.requests as ResourceList | undefined);
  return (range.spec?.limits ?? [])
    .filter(({ type }) => type === 'PersistentVolumeClaim')
    .flatMap((item) => [
      ...each(checkMin, item.type, item.min, requests, NONE),
      ...each(checkMaxRequest, item.type, item.max, requests, NONE),
    ]);
}
