import { value } from '#shared/kube/quantity.ts';
import type { Node } from '#shared/kube/types.ts';
import { bytesText } from './requests.ts';

/** What can run out on a machine, as the command setNodePressure names it. */
export const SIGNALS = ['memory', 'disk', 'inodes', 'pid'] as const;
export type Signal = (typeof SIGNALS)[number];

/** The kubelet's usual hard thresholds; images have to leave more of the disk than pods do. */
export const USUAL_THRESHOLD: Readonly<Record<Signal, string>> = { memory: '100Mi', disk: '15%', inodes: '5%', pid: '' };

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

/** Whether so many percent of a capacity are less than its usual threshold. */
export function isUnder(signal: Signal, percent: number, capacity: number): boolean {
  const threshold = USUAL_THRESHOLD[signal];
  if (threshold === '') return false;
  const limit = threshold.endsWith('%') ? Number(threshold.slice(0, -1)) : (100 * value(threshold)) / capacity;
  return percent < limit;
}
