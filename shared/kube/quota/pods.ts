import { compareStrings } from '../../core/compare.ts';
import { matchRequirement } from '../labels.ts';
import { podLimitQuantities, podRequestQuantities, qosClass } from '../pod.ts';
import { type Quantity, quantityFromValue } from '../quantity.ts';
import { isExtendedResource, isHugePages, isNativeResource } from '../resourceNames.ts';
import type { AnyObject, Container, Pod } from '../types.ts';
import { type Amounts, addAmounts, readAmounts } from './amounts.ts';
import type { QuotaClock, QuotaEvaluator, ScopeRequirement } from './types.ts';

const COUNT = 'count/pods';
const ONE = quantityFromValue(1);
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'] as const;
const COUNTED: ReadonlySet<string> = new Set([
  COUNT,
  'pods',
  ...COMPUTE,
  ...COMPUTE.map((name) => `requests.${name}`),
  ...COMPUTE.map((name) => `limits.${name}`),
]);
/** Resources that every container must name when a quota counts them. */
const DEMANDED: readonly string[] = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];

function matching(names: Iterable<string>): string[] {
  const isCounted = (name: string): boolean => {
    if (COUNTED.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-')) return true;
    return !isNativeResource(name) && name.startsWith('requests.');
  };
  return [...names].filter(isCounted);
}

/** Amounts under the names by which quotas count them. Models podComputeUsageHelper. */
function computeUsage(requests: Amounts, limits: Amounts): Amounts {
  const usage = new Map<string, Quantity>([['pods', ONE]]);
  for (const name of COMPUTE) {
    const request = requests.get(name);
    if (request !== undefined) usage.set(name, request).set(`requests.${name}`, request);
    const limit = limits.get(name);
    if (limit !== undefined) usage.set(`limits.${name}`, limit);
  }
  for (const [name, request] of requests) {
    if (isHugePages(name)) usage.set(name, request).set(`requests.${name}`, request);
    else if (isExtendedResource(name)) usage.set(`requests.${name}`, request);
  }
  return usage;
}

/** Whether a pod still takes up room: not ended, and not long past the end of its grace period. Models QuotaV1Pod. */
export function isPodCounted(pod: Pod, clock: QuotaClock): boolean {
  if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return true;
  return !(clock.nowMs > clock.parseMs(String(deletionTimestamp)) + deletionGracePeriodSeconds * 1000);
}

/** Usage of counted pods by version: it depends on nothing else. */
const usages = new WeakMap<object, Amounts>();
const ONLY_COUNT: Amounts = new Map([[COUNT, ONE]]);

function usage(object: AnyObject, clock: QuotaClock): Amounts {
  const pod = object as unknown as Pod;
  if (!isPodCounted(pod, clock)) return ONLY_COUNT;
  const known = usages.get(object);
  if (known !== undefined) return known;
  const counted = addAmounts(ONLY_COUNT, computeUsage(podRequestQuantities(pod), podLimitQuantities(pod)));
  // Only stored versions are frozen; others may still change.
  if (Object.isFrozen(object)) usages.set(object, counted);
  return counted;
}

function containersOf(pod: Pod): readonly Container[] {
  return [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])];
}

function hasPodLevel(pod: Pod): boolean {
  const names = [...Object.keys(pod.spec.resources?.requests ?? {}), ...Object.keys(pod.spec.resources?.limits ?? {})];
  return names.some((name) => name === 'cpu' || name === 'memory' || isHugePages(name));
}

/** Models podEvaluator.Constraints. */
function constraint(required: readonly string[], object: AnyObject): string | undefined {
  const pod = object as unknown as Pod;
  if (hasPodLevel(pod)) return undefined;
  const complaints: string[] = [];
  const named = containersOf(pod).map((one) => ({
    name: one.name,
    usage: computeUsage(readAmounts(one.resources?.requests), readAmounts(one.resources?.limits)),
  }));
  for (const resource of DEMANDED.filter((name) => required.includes(name)).sort(compareStrings)) {
    const missing = new Set(named.filter((one) => !one.usage.has(resource)).map(({ name }) => name));
    if (missing.size > 0) complaints.push(`${resource} for: ${[...missing].sort(compareStrings).join(',')}`);
  }
  return complaints.length === 0 ? undefined : `must specify ${complaints.join('; ')}`;
}

/** Whether a pod's affinity looks into other namespaces. Models usesCrossNamespacePodAffinity. */
function looksElsewhere(pod: Pod): boolean {
  const rules = [pod.spec.affinity?.podAffinity, pod.spec.affinity?.podAntiAffinity];
  return rules
    .flatMap((rule) => [
      ...(rule?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(rule?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((one) => one.podAffinityTerm),
    ])
    .some((term) => (term.namespaces?.length ?? 0) > 0 || (term.namespaceSelector ?? undefined) !== undefined);
}

function matchesScope(scope: ScopeRequirement, object: AnyObject): boolean {
  const pod = object as unknown as Pod;
  switch (scope.scopeName) {
    case 'Terminating':
      return (pod.spec.activeDeadlineSeconds ?? -1) >= 0;
    case 'NotTerminating':
      return !((pod.spec.activeDeadlineSeconds ?? -1) >= 0);
    case 'BestEffort':
      return qosClass(pod.spec) === 'BestEffort';
    case 'NotBestEffort':
      return qosClass(pod.spec) !== 'BestEffort';
    case 'PriorityClass':
      return matchesName(scope, pod.spec.priorityClassName);
    case 'CrossNamespacePodAffinity':
      return looksElsewhere(pod);
    default:
      return false;
  }
}

/** Whether a name that may be missing meets a scope. Models podMatchesSelector. */
export function matchesName(scope: ScopeRequirement, name: string | undefined): boolean {
  const labels: Record<string, string> = name ? { [scope.scopeName]: name } : {};
  return matchRequirement({ key: scope.scopeName, operator: scope.operator, values: scope.values ?? [] }, labels);
}

/** Pods: their number, requests and limits. Models pkg/quota/v1/evaluator/core/pods.go. */
export const podEvaluator: QuotaEvaluator = {
  kind: 'Pod',
  handles: (operation, subresource) =>
    subresource === undefined ? operation === 'CREATE' : subresource === 'resize' && operation === 'UPDATE',
  matching,
  matchesScope,
  usage,
  constraint,
  givesBack: (before, after, clock) =>
    isPodCounted(before as unknown as Pod, clock) && !isPodCounted(after as unknown as Pod, clock),
};
