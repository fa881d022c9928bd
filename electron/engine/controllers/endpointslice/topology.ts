import { compareStrings } from '#shared/core/compare.ts';
import { nodeReadyCondition } from '#shared/kube/conditions.ts';
import { milliValue } from '#shared/kube/quantity.ts';
import type { EndpointSlice, Node, Service } from '#shared/kube/types.ts';
import type { Endpoint } from './slices.ts';

/** By how much a zone's share may be exceeded. Models overloadThreshold. */
const OVERLOAD = 0.2;
const ZONE = 'topology.kubernetes.io/zone';
const MODE = 'service.kubernetes.io/topology-mode';
const OLD_MODE = 'service.kubernetes.io/topology-aware-hints';
const EXCLUDED: readonly string[] = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

const NO_ZONE = 'One or more endpoints do not have a zone specified';
const NO_NODES = 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes';
const TOO_FEW = 'Insufficient number of endpoints';
const OVERLOADED = 'Unable to allocate minimum required endpoints to each zone without exceeding overload threshold';
const ENABLED = 'Topology Aware Hints has been enabled';
const DISABLED = 'Topology Aware Hints has been disabled';

/** What is told of a service's hints. */
export interface HintEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: 'TopologyAwareHintsEnabled' | 'TopologyAwareHintsDisabled';
  readonly message: string;
}

function disabled(message: string, type: string): HintEvent {
  return { type: 'Warning', reason: 'TopologyAwareHintsDisabled', message: `${message}, addressType: ${type}` };
}

/** Whether the service asks for hints that share its endpoints out among zones by their CPU. Models hintsEnabled. */
export function wantsTopology({ metadata }: Service): boolean {
  const mode = metadata.annotations?.[OLD_MODE] ?? metadata.annotations?.[MODE];
  return mode === 'Auto' || mode === 'auto';
}

/** Share of the CPU of each zone, by name; undefined when it cannot be told or there is only one. Models SetNodes. */
export function cpuShares(nodes: readonly Node[]): Map<string, number> | undefined {
  const cpu = new Map<string, number>();
  let total = 0;
  for (const node of nodes) {
    const labels = node.metadata.labels ?? {};
    if (EXCLUDED.some((label) => label in labels) || nodeReadyCondition(node.status.conditions)?.status !== 'True') continue;
    const zone = labels[ZONE] ?? '';
    const own = milliValue((node.status.allocatable as Record<string, string> | undefined)?.cpu ?? '0');
    if (zone === '' || own === 0) return undefined;
    cpu.set(zone, (cpu.get(zone) ?? 0) + own);
    total += own;
  }
  if (total === 0 || cpu.size < 2) return undefined;
  return new Map([...cpu].sort(([a], [b]) => compareStrings(a, b)).map(([zone, own]) => [zone, own / total]));
}

interface Allocation {
  readonly minimum: number;
  readonly maximum: number;
  readonly desired: number;
}

/** What each zone should get, or why that cannot be. Models getAllocations. */
function allocate(shares: ReadonlyMap<string, number> | undefined, count: number): Map<string, Allocation> | string {
  if (shares === undefined) return NO_NODES;
  const told = `(${count} endpoints, ${shares.size} zones)`;
  if (shares.size > count) return `${TOO_FEW} ${told}`;
  let left = count;
  const minimums = new Map<string, { minimum: number; desired: number }>();
  for (const [zone, share] of shares) {
    const desired = share * count;
    const minimum = Math.ceil(desired * (1 / (1 + OVERLOAD)));
    minimums.set(zone, { minimum, desired: Math.max(desired, minimum) });
    left -= minimum;
    if (left < 0) return `${OVERLOADED} ${told}`;
  }
  return new Map([...minimums].map(([zone, one]) => [zone, { ...one, maximum: one.minimum + left }]));
}

function isReady({ conditions }: Endpoint): boolean {
  return conditions?.ready === true;
}

function zonesOf({ hints }: Endpoint): string[] {
  return (hints?.forZones ?? []).map(({ name }) => name);
}

/** Hints a slice already gives, by zone; undefined when they have to be worked out anew. Models getHintsByZone. */
function hintsByZone(
  slice: EndpointSlice,
  before: ReadonlyMap<string, number>,
  allocations: ReadonlyMap<string, Allocation>,
): Map<string, number> | undefined {
  const counts = new Map<string, number>();
  for (const endpoint of (slice.endpoints ?? []).filter(isReady)) {
    const zones = zonesOf(endpoint);
    if (zones.length === 0 || zones.some((zone) => !allocations.has(zone))) return undefined;
    for (const zone of zones) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  }
  for (const [zone, count] of counts) {
    if (count + (before.get(zone) ?? 0) > (allocations.get(zone)?.maximum ?? 0)) return undefined;
  }
  return counts;
}

/** The zone with the most; the first by name among equals. */
function most(zones: ReadonlyMap<string, number>): { zone: string; count: number } {
  let best = { zone: '', count: 0 };
  for (const [zone, count] of zones) if (count > best.count) best = { zone, count };
  return best;
}

/** How many endpoints zones give to others. Models getGivingAndReceivingZones. */
function exchanges(allocations: ReadonlyMap<string, Allocation>, allocated: ReadonlyMap<string, number>) {
  const [surplus, need] = [new Map<string, number>(), new Map<string, number>()];
  for (const [zone, { desired }] of allocations) {
    const difference = (allocated.get(zone) ?? 0) - desired;
    if (difference > 0) surplus.set(zone, difference);
    else if (difference < 0) need.set(zone, -difference);
  }
  const [giving, receiving] = [new Map<string, number>(), new Map<string, number>()];
  for (;;) {
    const [from, to] = [most(surplus), most(need)];
    if (from.zone === '' || to.zone === '' || (from.count < 1 && to.count < 1) || from.count < 0.5 || to.count < 0.5) break;
    giving.set(from.zone, (giving.get(from.zone) ?? 0) + 1);
    surplus.set(from.zone, from.count - 1);
    receiving.set(to.zone, (receiving.get(to.zone) ?? 0) + 1);
    need.set(to.zone, to.count - 1);
  }
  return { giving, receiving };
}

function withZone(endpoint: Endpoint, zone: string): Endpoint {
  return { ...endpoint, hints: { forZones: [{ name: zone }] } };
}

function spread(slices: readonly EndpointSlice[], giving: Map<string, number>, receiving: Map<string, number>): EndpointSlice[] {
  return slices.map((slice) => ({
    ...slice,
    endpoints: (slice.endpoints ?? []).map((endpoint) => {
      const zone = endpoint.zone ?? '';
      const [give, to] = [giving.get(zone) ?? 0, [...receiving].find(([, count]) => count > 0)?.[0]];
      if (!isReady(endpoint) || give === 0 || to === undefined) return endpoint;
      giving.set(zone, give - 1);
      receiving.set(to, (receiving.get(to) ?? 0) - 1);
      return withZone(endpoint, to);
    }),
  }));
}

function stripped(slice: EndpointSlice): EndpointSlice {
  const endpoints = (slice.endpoints ?? []).map(({ hints: _hints, ...endpoint }) => endpoint);
  return { ...slice, endpoints };
}

/** Slices of one type of address on their way to be written. */
export interface Draft {
  create: EndpointSlice[];
  update: EndpointSlice[];
  unchanged: EndpointSlice[];
}

/** The slices with their hints, whether there are any, and what is to be told. */
export interface Hinted {
  readonly draft: Draft;
  readonly populated: boolean;
  readonly events: readonly HintEvent[];
}

function refuse(draft: Draft, event: HintEvent): Hinted {
  const hadHints = (slice: EndpointSlice): boolean => (slice.endpoints ?? []).some(({ hints }) => hints !== undefined);
  return {
    draft: {
      create: draft.create.map(stripped),
      update: [...draft.update, ...draft.unchanged.filter(hadHints)].map(stripped),
      unchanged: draft.unchanged.filter((slice) => !hadHints(slice)),
    },
    populated: false,
    events: [event],
  };
}

/** Shares ready endpoints out among the zones by their CPU. `before`: the service had hints of this sort. Pure. Models TopologyCache.AddHints. */
export function addTopologyHints(
  draft: Draft,
  type: string,
  shares: ReadonlyMap<string, number> | undefined,
  before: boolean,
): Hinted {
  const all = [...draft.create, ...draft.update, ...draft.unchanged];
  const ready = all.reduce((sum, { endpoints }) => sum + (endpoints ?? []).filter(isReady).length, 0);
  const allocations = allocate(shares, ready);
  if (typeof allocations === 'string') return refuse(draft, disabled(allocations, type));
  const allocated = new Map<string, number>();
  const unchanged: EndpointSlice[] = [];
  const update = [...draft.update];
  for (const slice of draft.unchanged) {
    const counts = hintsByZone(slice, allocated, allocations);
    if (counts === undefined) update.push(slice);
    else {
      unchanged.push(slice);
      for (const [zone, count] of counts) allocated.set(zone, (allocated.get(zone) ?? 0) + count);
    }
  }
  const open = [...draft.create, ...update].map(stripped);
  if (open.some(({ endpoints }) => endpoints.some((one) => isReady(one) && !one.zone))) {
    return refuse(draft, disabled(NO_ZONE, type));
  }
  const own = open.map((slice) => ({
    ...slice,
    endpoints: slice.endpoints.map((endpoint) => {
      const zone = endpoint.zone ?? '';
      if (!isReady(endpoint)) return endpoint;
      allocated.set(zone, (allocated.get(zone) ?? 0) + 1);
      return withZone(endpoint, zone);
    }),
  }));
  const { giving, receiving } = exchanges(allocations, allocated);
  const shared = spread(own, giving, receiving);
  const events: HintEvent[] = before
    ? []
    : [{ type: 'Normal', reason: 'TopologyAwareHintsEnabled', message: `${ENABLED}, addressType: ${type}` }];
  const create = shared.slice(0, draft.create.length);
  return { draft: { create, update: shared.slice(draft.create.length), unchanged }, populated: true, events };
}

/** What is told when a service asks for such hints no more. */
export function hintsGivenUp(type: string): HintEvent {
  return disabled(DISABLED, type);
}

/** Whether some zone has too few of the endpoints that have hints. Models serviceOverloaded. */
export function isOverloaded(slices: readonly EndpointSlice[], shares: ReadonlyMap<string, number> | undefined): boolean {
  const counts = new Map<string, number>();
  let total = 0;
  for (const endpoint of slices.flatMap(({ endpoints }) => endpoints ?? []).filter(isReady)) {
    for (const zone of zonesOf(endpoint)) {
      counts.set(zone, (counts.get(zone) ?? 0) + 1);
      total++;
    }
  }
  if (total === 0) return false;
  if (shares === undefined) return true;
  return [...shares].some(([zone, share]) => (counts.get(zone) ?? 0) < Math.ceil(total * share * (1 / (1 + OVERLOAD))));
}
