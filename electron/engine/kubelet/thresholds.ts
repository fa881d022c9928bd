import { parseQuantity, printQuantity, quantityFromValue } from '#shared/kube/quantity.ts';
import type { EvictionSettings } from '../client/types.ts';

/** What a kubelet watches on its machine. `allocatableMemory.available` is what the pods together may still take. */
export type NodeSignal =
  | 'memory.available'
  | 'allocatableMemory.available'
  | 'nodefs.available'
  | 'nodefs.inodesFree'
  | 'imagefs.available'
  | 'imagefs.inodesFree'
  | 'pid.available';

/** Conditions of a node under pressure. */
export type PressureCondition = 'MemoryPressure' | 'DiskPressure' | 'PIDPressure';

/** What a signal is about: the resource named in messages, the condition it brings. Models eviction signalToResource and signalToNodeCondition. */
const SIGNALS: Readonly<Record<NodeSignal, { resource: string; condition: PressureCondition }>> = {
  'memory.available': { resource: 'memory', condition: 'MemoryPressure' },
  'allocatableMemory.available': { resource: 'memory', condition: 'MemoryPressure' },
  'nodefs.available': { resource: 'ephemeral-storage', condition: 'DiskPressure' },
  'nodefs.inodesFree': { resource: 'inodes', condition: 'DiskPressure' },
  'imagefs.available': { resource: 'ephemeral-storage', condition: 'DiskPressure' },
  'imagefs.inodesFree': { resource: 'inodes', condition: 'DiskPressure' },
  'pid.available': { resource: 'pids', condition: 'PIDPressure' },
};

/** Resource that a signal is about. */
export function resourceOf(signal: NodeSignal): string {
  return SIGNALS[signal].resource;
}

/** Condition that a signal brings. */
export function conditionOf(signal: NodeSignal): PressureCondition {
  return SIGNALS[signal].condition;
}

/** An amount as it is written: whole units, or a share of the capacity. */
export type Limit = { units: number } | { share: number };

/** A limit below which pods are evicted; `graceMs` undefined = at once. Models eviction api.Threshold. */
export interface Threshold {
  readonly signal: NodeSignal;
  readonly limit: Limit;
  readonly graceMs: number | undefined;
  readonly minReclaim: Limit | undefined;
}

/** What is there of a signal, in bytes or numbers. */
export interface Observation {
  readonly available: number;
  readonly capacity: number;
}
export type Observations = ReadonlyMap<NodeSignal, Observation>;

/** Reads `100Mi` or `10%`; undefined when it is neither. */
export function parseLimit(text: string): Limit | undefined {
  if (text.endsWith('%')) {
    const percent = Number(text.slice(0, -1));
    return /^\d+(\.\d+)?%$/.test(text) && percent <= 100 ? { share: Math.fround(percent / 100) } : undefined;
  }
  const parsed = parseQuantity(text);
  return parsed.ok && parsed.value.value >= 0 ? { units: parsed.value.value } : undefined;
}

/** Units a limit comes to. Models GetThresholdQuantity. */
export function unitsOf(limit: Limit, capacity: number): number {
  return 'units' in limit ? limit.units : Math.trunc(capacity * limit.share);
}

/** Text of an amount of a resource as the kubelet prints it. */
export function printUnits(units: number, resource: string): string {
  return printQuantity(quantityFromValue(units, resource === 'pids' || resource === 'inodes' ? 'DecimalSI' : 'BinarySI'));
}

function isSignal(text: string): text is NodeSignal {
  return Object.hasOwn(SIGNALS, text) && text !== 'allocatableMemory.available';
}

/**
 * Thresholds of the settings; unknown signals and unreadable amounts count as not given, and so does a limit of nothing. The hard memory limit holds
 * for the pods' share of the memory too. Models ParseThresholdConfig and addAllocatableThresholds.
 */
export function thresholdsOf(settings: EvictionSettings): Threshold[] {
  const read = (limits: Readonly<Record<string, string>>, soft: boolean): Threshold[] =>
    Object.entries(limits).flatMap(([signal, text]): Threshold[] => {
      const limit = parseLimit(text);
      const graceMs = soft ? settings.softGraceMs[signal] : undefined;
      if (!isSignal(signal) || limit === undefined || isNothing(limit) || (soft && graceMs === undefined)) return [];
      const reclaim = settings.minimumReclaim[signal];
      return [{ signal, limit, graceMs, minReclaim: reclaim === undefined ? undefined : parseLimit(reclaim) }];
    });
  const hard = read(settings.hard, false);
  const allocatable = hard
    .filter(({ signal }) => signal === 'memory.available')
    .map((threshold): Threshold => ({ ...threshold, signal: 'allocatableMemory.available' }));
  return [...hard, ...allocatable, ...read(settings.soft, true)];
}

function isNothing(limit: Limit): boolean {
  return 'units' in limit ? limit.units === 0 : limit.share === 0;
}

/** Same signal and same way of acting: what is remembered of one is known by this text. */
export function thresholdKey({ signal, graceMs }: Threshold): string {
  return `${signal}/${graceMs ?? 'hard'}`;
}

/** Thresholds that the observations have crossed; `reclaiming` adds the minimum reclaim to each. Models thresholdsMet. */
export function thresholdsMet(thresholds: readonly Threshold[], observations: Observations, reclaiming: boolean): Threshold[] {
  return thresholds.filter(({ signal, limit, minReclaim }) => {
    const seen = observations.get(signal);
    if (seen === undefined) return false;
    const extra = reclaiming && minReclaim !== undefined ? unitsOf(minReclaim, seen.capacity) : 0;
    return unitsOf(limit, seen.capacity) + extra > seen.available;
  });
}
