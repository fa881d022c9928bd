import { value } from '#shared/kube/quantity.ts';
import type { Node } from '#shared/kube/types.ts';
import type { EvictionSettingsView } from '#shared/protocol/index.ts';
import { bytesText } from './requests.ts';

/** What can run out on a machine, as the command setNodePressure names it. */
export const SIGNALS = ['memory', 'disk', 'inodes', 'pid'] as const;
export type Signal = (typeof SIGNALS)[number];

/** The kubelet's words for each; images and pods share one disk. */
const KUBELET_SIGNALS: Readonly<Record<Signal, readonly string[]>> = {
  memory: ['memory.available'],
  disk: ['nodefs.available', 'imagefs.available'],
  inodes: ['nodefs.inodesFree', 'imagefs.inodesFree'],
  pid: ['pid.available'],
};

/** A limit below which a kubelet evicts. `graceMs`: only after so long below it; undefined: at once. */
export interface Threshold {
  readonly text: string;
  readonly graceMs: number | undefined;
}

/** Shares of the capacity a slider can be set to, in percent; the first place means: as measured. */
export const STOPS = [null, 75, 50, 30, 20, 12, 8, 4, 2, 1, 0.5, 0.2] as const;

const ANNOTATION = 'stowage.dev/pressure';
const GIBIBYTE = 1024 ** 3;
const PIDS = 32_768;
const BYTES_PER_INODE = 16_384;

/** What a machine has of each; what its node does not say is what a simulated machine has. */
export function capacityOf(node: Node, signal: Signal): number {
  const capacity = node.status.capacity ?? node.status.allocatable ?? {};
  if (signal === 'memory') return value(capacity.memory);
  if (signal === 'pid') return PIDS;
  const disk = value(capacity['ephemeral-storage']) || 100 * GIBIBYTE;
  return signal === 'disk' ? disk : Math.floor(disk / BYTES_PER_INODE);
}

/** An amount of a resource for people. */
export function amountOf(signal: Signal, units: number): string {
  return signal === 'memory' || signal === 'disk' ? bytesText(units) : String(Math.round(units));
}

/** Signals that something outside of pods is said to use up on the node, with how much it uses as written. */
export function outsideUse(node: Node): Partial<Record<Signal, string>> {
  try {
    const given = JSON.parse(node.metadata.annotations?.[ANNOTATION] ?? '{}') as Record<string, unknown> | null;
    return Object.fromEntries(SIGNALS.flatMap((signal) => (given?.[signal] ? [[signal, String(given[signal])]] : [])));
  } catch {
    return {};
  }
}

function unitsOf(text: string, capacity: number): number {
  return text.endsWith('%') ? (capacity * Number(text.slice(0, -1))) / 100 : value(text);
}

/**
 * The limits in force for what can run out: the highest of those that act at once, and the highest of those that act after a while when it is
 * above that one. Limits of nothing, and soft ones without a grace period, do not count, as for the kubelet.
 */
export function thresholdsOf(eviction: EvictionSettingsView, signal: Signal, capacity: number): Threshold[] {
  const highest = (limits: Readonly<Record<string, string>>, soft: boolean): Threshold | undefined =>
    KUBELET_SIGNALS[signal]
      .flatMap((name): Threshold[] => {
        const [text, graceMs] = [limits[name], soft ? eviction.softGraceMs[name] : undefined];
        return text === undefined || !(unitsOf(text, capacity) > 0) || (soft && graceMs === undefined) ? [] : [{ text, graceMs }];
      })
      .reduce<Threshold | undefined>(
        (most, one) => (most && unitsOf(most.text, capacity) >= unitsOf(one.text, capacity) ? most : one),
        undefined,
      );
  const hard = highest(eviction.hard, false);
  const soft = highest(eviction.soft, true);
  const early = soft && (!hard || unitsOf(soft.text, capacity) > unitsOf(hard.text, capacity)) ? [soft] : [];
  return [...(hard ? [hard] : []), ...early];
}

/** Whether so many percent of a capacity are less than one of the limits. */
export function isUnder(thresholds: readonly Threshold[], percent: number, capacity: number): boolean {
  return thresholds.some(({ text }) => (capacity * percent) / 100 < unitsOf(text, capacity));
}
