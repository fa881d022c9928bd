import { compareStrings } from '#shared/core/compare.ts';
import type { Container, LimitRange, Pod, ResourceList } from '#shared/kube/types.ts';

const ANNOTATION = 'kubernetes.io/limit-ranger';

type Amounts = Record<string, string>;

/** What containers get that say nothing themselves. */
interface Defaults {
  requests: Amounts;
  limits: Amounts;
}

function defaultsOf(range: LimitRange): Defaults {
  const found: Defaults = { requests: {}, limits: {} };
  for (const item of range.spec?.limits ?? []) {
    if (item.type !== 'Container') continue;
    Object.assign(found.requests, item.defaultRequest);
    Object.assign(found.limits, item.default);
  }
  return found;
}

/** Names that `wanted` has and `given` lacks, sorted. */
function missing(wanted: Amounts, given: ResourceList | undefined): string[] {
  return Object.keys(wanted)
    .filter((name) => given?.[name] === undefined)
    .sort(compareStrings);
}

function filled(given: ResourceList | undefined, wanted: Amounts, names: readonly string[]): Amounts {
  const added = Object.fromEntries(names.map((name) => [name, wanted[name] ?? '0']));
  return { ...(given as Amounts | undefined), ...added };
}

function complete(container: Container, defaults: Defaults, prefix: string, notes: string[]): Container {
  const { requests, limits } = container.resources ?? {};
  const newRequests = missing(defaults.requests, requests);
  const newLimits = missing(defaults.limits, limits);
  if (newRequests.length > 0) notes.push(`${newRequests.join(', ')} request for ${prefix} ${container.name}`);
  if (newLimits.length > 0) notes.push(`${newLimits.join(', ')} limit for ${prefix} ${container.name}`);
  if (newRequests.length + newLimits.length === 0) return container;
  const resources = { ...container.resources };
  if (newLimits.length > 0) resources.limits = filled(limits, defaults.limits, newLimits);
  if (newRequests.length > 0) resources.requests = filled(requests, defaults.requests, newRequests);
  return { ...container, resources };
}

/**
 * The pod with the defaults of one limit range in its containers, and a note of them in an annotation; the same pod when it needs none.
 * Models limitranger mergePodResourceRequirements.
 */
export function withDefaults(range: LimitRange, pod: Pod): Pod {
  const defaults = defaultsOf(range);
  const notes: string[] = [];
  const containers = (pod.spec.containers ?? []).map((one) => complete(one, defaults, 'container', notes));
  const inits = (pod.spec.initContainers ?? []).map((one) => complete(one, defaults, 'init container', notes));
  if (notes.length === 0) return pod;
  const annotations = { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}` };
  const spec = { ...pod.spec, containers, ...(inits.length > 0 ? { initContainers: inits } : {}) };
  return { ...pod, metadata: { ...pod.metadata, annotations }, spec };
}
