import type { EndpointSlice, Node, Pod, Service } from '#shared/kube/types.ts';
import { belongsInEndpoints } from '../common/endpoints/pods.ts';
import { portKey, sortPorts } from '../common/endpoints/portOrder.ts';
import { withHints } from './hints.ts';
import {
  addressTypes,
  type Endpoint,
  endpointKey,
  endpointOf,
  labelsChanged,
  MAX_PER_SLICE,
  newSlice,
  portsFor,
  type SlicePort,
  sameEndpoint,
  sliceLabels,
} from './slices.ts';
import { addTopologyHints, type HintEvent, hintsGivenUp, wantsTopology } from './topology.ts';

/** What is to be written. Slices to create have no name; those to update are whole. */
export interface Plan {
  create: EndpointSlice[];
  update: EndpointSlice[];
  remove: EndpointSlice[];
  /** Pods left out because their node is gone, as `pod node`. */
  readonly skipped: { pod: string; node: string }[];
  /** What is to be told about hints. */
  readonly events: HintEvent[];
  /** Whether endpoints are shared out among zones by their CPU. */
  populated: boolean;
}

/** What a plan looks at besides the service, its pods and slices. */
export interface Surroundings {
  readonly nodeOf: (name: string) => Node | undefined;
  /** Shares of the CPU by zone; only asked for when a service wants hints of that sort. */
  readonly shares: () => ReadonlyMap<string, number> | undefined;
  /** The service has had hints of that sort until now. */
  readonly populated: boolean;
}

/** Pods with the same ports. */
interface Group {
  readonly ports: readonly SlicePort[];
  readonly wanted: Map<string, Endpoint>;
}

/** The differences between a service's slices and its pods. Pure. Models k8s.io/endpointslice Reconciler. */
export function planSlices(
  service: Service,
  pods: readonly Pod[],
  existing: readonly EndpointSlice[],
  around: Surroundings,
): Plan {
  const types = addressTypes(service);
  const plan = emptyPlan(existing.filter((slice) => !types.includes(slice.addressType)));
  for (const type of types) {
    const own = existing.filter((slice) => slice.addressType === type);
    const part = planType(service, pods, own, type, around);
    for (const list of ['create', 'update', 'remove'] as const) plan[list].push(...part[list]);
    plan.skipped.push(...part.skipped);
    plan.events.push(...part.events);
    if (part.populated) plan.populated = true;
  }
  return plan;
}

function emptyPlan(remove: EndpointSlice[] = []): Plan {
  return { create: [], update: [], remove, skipped: [], events: [], populated: false };
}

function groupPods(
  service: Service,
  pods: readonly Pod[],
  type: string,
  nodeOf: Surroundings['nodeOf'],
  skipped: Plan['skipped'],
): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const pod of pods) {
    if (!belongsInEndpoints(pod, true)) continue;
    const ports = portsFor(pod, service);
    const key = portKey(ports);
    const group = groups.get(key) ?? { ports: sortPorts(ports), wanted: new Map<string, Endpoint>() };
    groups.set(key, group);
    const node = nodeOf(pod.spec.nodeName ?? '');
    if (node === undefined && service.spec.publishNotReadyAddresses !== true) {
      skipped.push({ pod: pod.metadata.name, node: pod.spec.nodeName ?? '' });
      continue;
    }
    const endpoint = endpointOf(pod, node, service, type);
    if (endpoint !== undefined) group.wanted.set(endpointKey(endpoint), endpoint);
  }
  return groups;
}

function isOwned(slice: EndpointSlice, service: Service): boolean {
  return (slice.metadata.ownerReferences ?? []).some(
    ({ uid, controller }) => controller === true && uid === service.metadata.uid,
  );
}

function planType(
  service: Service,
  pods: readonly Pod[],
  existing: readonly EndpointSlice[],
  type: string,
  around: Surroundings,
): Plan {
  const plan = emptyPlan();
  const groups = groupPods(service, pods, type, around.nodeOf, plan.skipped);
  const byPorts = new Map<string, EndpointSlice[]>();
  for (const slice of existing) {
    if (!isOwned(slice, service)) {
      plan.remove.push(slice);
      continue;
    }
    const key = portKey(slice.ports ?? []);
    const list = byPorts.get(key);
    if (list === undefined) byPorts.set(key, [slice]);
    else list.push(slice);
  }
  for (const [key, group] of groups) {
    const part = planGroup(service, byPorts.get(key) ?? [], group, type);
    plan.create.push(...part.create);
    plan.update.push(...part.update);
    plan.remove.push(...part.remove);
  }
  for (const [key, slices] of byPorts) if (!groups.has(key)) plan.remove.push(...slices);
  placeholder(service, existing, type, plan);
  hint(service, existing, plan, type, around);
  return reuseNames(plan, service);
}

/** There is always one slice, if an empty one. */
function placeholder(service: Service, existing: readonly EndpointSlice[], type: string, plan: Plan): void {
  if (existing.length !== plan.remove.length || plan.create.length > 0) return;
  const [only] = plan.remove;
  const isOne = (slice: EndpointSlice): boolean =>
    (slice.endpoints ?? []).length === 0 &&
    (slice.ports ?? []).length === 0 &&
    isOwned(slice, service) &&
    !labelsChanged(slice, service) &&
    sameLabels(slice, service);
  if (plan.remove.length === 1 && only !== undefined && isOne(only)) plan.remove.length = 0;
  else plan.create.push(newSlice(service, [], type));
}

function sameLabels(slice: EndpointSlice, service: Service): boolean {
  const wanted = sliceLabels(service);
  const labels = slice.metadata.labels ?? {};
  return Object.keys(wanted).every((key) => labels[key] === wanted[key]) && Object.keys(labels).every((key) => key in wanted);
}

function hint(service: Service, existing: readonly EndpointSlice[], plan: Plan, type: string, around: Surroundings): void {
  const touched = new Set([...plan.update, ...plan.remove].map(({ metadata }) => metadata.name));
  const unchanged = existing.filter(({ metadata }) => !touched.has(metadata.name));
  if (wantsTopology(service)) {
    const hinted = addTopologyHints(
      { create: plan.create, update: plan.update, unchanged },
      type,
      around.shares(),
      around.populated,
    );
    plan.create = hinted.draft.create;
    plan.update = hinted.draft.update;
    plan.populated = hinted.populated;
    plan.events.push(...hinted.events);
    return;
  }
  if (around.populated) plan.events.push(hintsGivenUp(type));
  const { trafficDistribution } = service.spec;
  plan.create = plan.create.map((slice) => withHints(slice, trafficDistribution));
  plan.update = plan.update.map((slice) => withHints(slice, trafficDistribution));
  for (const slice of unchanged) {
    const hinted = withHints(slice, trafficDistribution);
    if (hinted !== slice) plan.update.push(hinted);
  }
}

/** A slice that would go takes the content of one that would come. Models finalize. */
function reuseNames(plan: Plan, service: Service): Plan {
  const remove: EndpointSlice[] = [];
  for (const slice of plan.remove) {
    const fresh = isOwned(slice, service) ? plan.create.pop() : undefined;
    if (fresh === undefined) remove.push(slice);
    else plan.update.push({ ...fresh, metadata: { ...fresh.metadata, name: slice.metadata.name } });
  }
  return { ...plan, remove };
}

/** The slices of one set of ports while they are sorted out. */
interface Sorting {
  readonly slices: Map<string, EndpointSlice>;
  readonly updated: Set<string>;
  readonly unchanged: Set<string>;
  readonly removed: Set<string>;
}

/** Models reconcileByPortMapping: endpoints stay in their slices; new ones fill slices that change anyway, then one that has room, then new ones. */
function planGroup(service: Service, existing: readonly EndpointSlice[], group: Group, type: string): Plan {
  const wanted = new Map(group.wanted);
  const sorting = keepEndpoints(service, existing, wanted);
  const { slices, updated, unchanged, removed } = sorting;
  const take = (count: number): Endpoint[] => {
    const taken = [...wanted.entries()].slice(0, count);
    for (const [key] of taken) wanted.delete(key);
    return taken.map(([, endpoint]) => endpoint);
  };
  const fill = (slice: EndpointSlice): EndpointSlice => ({
    ...slice,
    endpoints: [...(slice.endpoints ?? []), ...take(MAX_PER_SLICE - (slice.endpoints ?? []).length)],
  });
  if (wanted.size > 0) {
    const fullest = [...updated].map((name) => slices.get(name) as EndpointSlice);
    fullest.sort((a, b) => b.endpoints.length - a.endpoints.length);
    for (const slice of fullest) if (wanted.size > 0) slices.set(slice.metadata.name, fill(slice));
  }
  const create: EndpointSlice[] = [];
  while (wanted.size > 0) {
    const roomy =
      wanted.size < MAX_PER_SLICE
        ? withRoom(
            [...unchanged].map((name) => slices.get(name)),
            wanted.size,
          )
        : undefined;
    if (roomy === undefined) {
      create.push(fill(newSlice(service, group.ports, type)));
      continue;
    }
    const { name } = roomy.metadata;
    slices.set(name, fill(roomy));
    unchanged.delete(name);
    updated.add(name);
  }
  const named = (names: ReadonlySet<string>): EndpointSlice[] => [...names].map((name) => slices.get(name) as EndpointSlice);
  return { ...emptyPlan(named(removed)), create, update: named(updated) };
}

function keepEndpoints(service: Service, existing: readonly EndpointSlice[], wanted: Map<string, Endpoint>): Sorting {
  const sorting: Sorting = { slices: new Map(), updated: new Set(), unchanged: new Set(), removed: new Set() };
  for (const slice of existing) {
    const { name } = slice.metadata;
    const before = slice.endpoints ?? [];
    const kept: Endpoint[] = [];
    let changed = false;
    for (const endpoint of before) {
      const key = endpointKey(endpoint);
      const now = wanted.get(key);
      if (now === undefined) continue;
      if (!sameEndpoint(now, endpoint)) changed = true;
      // Hints are worked out again at the end; until then they stay.
      kept.push(endpoint.hints === undefined ? now : { ...now, hints: endpoint.hints });
      wanted.delete(key);
    }
    sorting.slices.set(name, slice);
    if (changed || kept.length !== before.length) {
      if (kept.length === 0) sorting.removed.add(name);
      else {
        sorting.slices.set(name, relabelled({ ...slice, endpoints: kept }, service));
        sorting.updated.add(name);
      }
    } else if (labelsChanged(slice, service)) {
      sorting.slices.set(name, relabelled(slice, service));
      sorting.updated.add(name);
    } else sorting.unchanged.add(name);
  }
  return sorting;
}

function relabelled(slice: EndpointSlice, service: Service): EndpointSlice {
  return { ...slice, metadata: { ...slice.metadata, labels: sliceLabels(service) } };
}

/** The slice that the endpoints fill up most closely. Models getSliceToFill. */
function withRoom(slices: readonly (EndpointSlice | undefined)[], count: number): EndpointSlice | undefined {
  let best: EndpointSlice | undefined;
  let least = MAX_PER_SLICE;
  for (const slice of slices) {
    if (slice === undefined) continue;
    const left = MAX_PER_SLICE - count - (slice.endpoints ?? []).length;
    if (left < 0 || left >= least) continue;
    best = slice;
    least = left;
  }
  return best;
}
