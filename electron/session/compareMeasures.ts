import type { Simulation, StoredChange } from '#engine/types.ts';
import { compareStrings } from '#shared/core/compare.ts';
import { isTerminal, nodeZone, podRequests, resourceAmounts } from '#shared/kube/pod.ts';
import { DEFAULT_PROFILE } from '#shared/kube/schedulerConfig/index.ts';
import { type Node, objectKey, type Pod } from '#shared/kube/types.ts';
import type { ComparisonSide, Spread } from '#shared/protocol/index.ts';
import { markOf } from './marks.ts';

const podName = (pod: Pod): string => `${pod.metadata.namespace ?? 'default'}/${pod.metadata.name}`;

function all<T>(simulation: Simulation, kind: string): T[] {
  return simulation.objects().filter((object) => object.kind === kind) as unknown as T[];
}

/** Pods that take or want room: neither finished nor on their way out. */
function livePods(simulation: Simulation): Pod[] {
  return all<Pod>(simulation, 'Pod').filter((pod) => !isTerminal(pod) && pod.metadata.deletionTimestamp === undefined);
}

/** What happened on the way: read from the stored changes while they are still known. */
export class Tally {
  preemptions = 0;
  evictions = 0;
  lastPlacedMs: number | null = null;
  private seen = 0;
  /** Pods without a node, by when they came. */
  private readonly waiting = new Map<string, number>();
  private longest = 0;

  /** Counts what has been stored since the last look. */
  look(simulation: Simulation): void {
    for (const change of simulation.changesSince(Math.max(this.seen, simulation.oldestRevision)) ?? []) {
      if (change.key.startsWith('Pod/')) this.follow(change);
      const kind = change.object?.kind === 'Pod' ? markOf(change)?.kind : undefined;
      if (kind === 'preempted') this.preemptions++;
      else if (kind === 'evicted') this.evictions++;
      else if (kind === 'scheduled') this.lastPlacedMs = change.atMs;
    }
    this.seen = simulation.revision;
  }

  private follow({ key, atMs, object }: StoredChange): void {
    const since = this.waiting.get(key);
    const placed = object === null || Boolean((object as unknown as Pod).spec.nodeName);
    if (since === undefined && !placed) this.waiting.set(key, atMs);
    else if (since !== undefined && placed) {
      this.waiting.delete(key);
      this.longest = Math.max(this.longest, atMs - since);
    }
  }

  /** Longest wait for a node so far, in virtual milliseconds. */
  longestWaitMs(nowMs: number): number {
    return Math.max(this.longest, ...[...this.waiting.values()].map((since) => nowMs - since));
  }

  /** Node of each live pod, null while it waits. */
  placements(simulation: Simulation): ReadonlyMap<string, string | null> {
    return new Map(livePods(simulation).map((pod) => [podName(pod), pod.spec.nodeName || null]));
  }
}

/** What keeps a pod waiting, in the scheduler's words where it has any. */
function reasonOf(pod: Pod, served: ReadonlyMap<string, boolean>): string {
  const profile = pod.spec.schedulerName ?? DEFAULT_PROFILE;
  const running = served.get(profile);
  if (running === undefined) return `no scheduler serves "${profile}"`;
  if (!running) return `the scheduler of "${profile}" is stopped`;
  return pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled')?.message ?? 'not tried yet';
}

/** Share of the whole, and how unevenly the nodes have it. */
export function spreadOf(nodes: readonly { used: number; total: number }[]): Spread {
  const shares = nodes.map(({ used, total }) => (total > 0 ? used / total : 0));
  if (shares.length === 0) return { share: 0, deviation: 0, range: 0 };
  const total = nodes.reduce((sum, node) => sum + node.total, 0);
  const used = nodes.reduce((sum, node) => sum + node.used, 0);
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const squares = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0);
  return {
    share: total > 0 ? used / total : 0,
    deviation: Math.sqrt(squares / shares.length),
    range: Math.max(...shares) - Math.min(...shares),
  };
}

interface Load {
  node: string;
  zone: string;
  pods: number;
  cpu: { used: number; total: number };
  memory: { used: number; total: number };
}

function loadsOf(nodes: readonly Node[], pods: readonly Pod[]): Load[] {
  const loads = new Map(
    nodes.map((node): [string, Load] => {
      const { cpu = 0, memory = 0 } = resourceAmounts(node.status?.allocatable ?? node.status?.capacity);
      const load = { node: node.metadata.name, zone: nodeZone(node) ?? '', pods: 0 };
      return [load.node, { ...load, cpu: { used: 0, total: cpu }, memory: { used: 0, total: memory } }];
    }),
  );
  for (const pod of pods) {
    const load = loads.get(pod.spec.nodeName ?? '');
    if (load === undefined) continue;
    const { cpu = 0, memory = 0 } = podRequests(pod);
    load.pods++;
    load.cpu.used += cpu;
    load.memory.used += memory;
  }
  return [...loads.values()].sort((a, b) => compareStrings(a.node, b.node));
}

function zonesOf(loads: readonly Load[]): ComparisonSide['zones'] {
  const zones = new Map<string, { zone: string; nodes: number; pods: number }>();
  for (const { zone, pods } of loads) {
    const sum = zones.get(zone) ?? { zone, nodes: 0, pods: 0 };
    zones.set(zone, { zone, nodes: sum.nodes + 1, pods: sum.pods + pods });
  }
  return [...zones.values()].sort((a, b) => compareStrings(a.zone, b.zone));
}

/** Figures of a cluster as it stands, and of what happened on the way there. */
export function measure(simulation: Simulation, tally: Tally): Omit<ComparisonSide, 'label' | 'ended' | 'refused'> {
  const pods = livePods(simulation);
  const served = new Map(simulation.schedulers().flatMap((one) => one.profiles.map((name) => [name, one.running] as const)));
  const waiting = pods.filter((pod) => !pod.spec.nodeName).sort((a, b) => compareStrings(objectKey(a), objectKey(b)));
  const loads = loadsOf(all<Node>(simulation, 'Node'), pods);
  const share = ({ used, total }: { used: number; total: number }): number => (total > 0 ? used / total : 0);
  return {
    nowMs: simulation.nowMs,
    pods: pods.length,
    placed: pods.length - waiting.length,
    pending: waiting.map((pod) => ({ pod: podName(pod), message: reasonOf(pod, served) })),
    nodes: loads.map(({ node, zone, pods: count, cpu, memory }) => ({
      node,
      zone,
      pods: count,
      cpu: share(cpu),
      memory: share(memory),
    })),
    zones: zonesOf(loads),
    cpu: spreadOf(loads.map((load) => load.cpu)),
    memory: spreadOf(loads.map((load) => load.memory)),
    emptyNodes: loads.filter((load) => load.pods === 0).length,
    preemptions: tally.preemptions,
    evictions: tally.evictions,
    longestWaitMs: tally.longestWaitMs(simulation.nowMs),
    allPlacedMs: waiting.length === 0 ? tally.lastPlacedMs : null,
  };
}
