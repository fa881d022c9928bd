import { err, ok, type Result } from '#shared/core/result.ts';
import type { PodMetricsByName } from './podMetrics.ts';

const MAX_INT32 = 2_147_483_647;
/** What Go makes of a number that does not fit into its integers. */
const OVERFLOW = Number.NEGATIVE_INFINITY;

/** Where the ratio of use to target may lie without anything being done. Models Tolerances. */
export interface Tolerances {
  readonly down: number;
  readonly up: number;
}

/** Whether a ratio is too near to 1 to act on. */
export function isWithin({ down, up }: Tolerances, ratio: number): boolean {
  return 1 - down <= ratio && ratio <= 1 + up;
}

/** Pods for a computed number of them, rounded up; the largest number there is when it is beyond all bounds. */
export function podsFor(amount: number): number {
  if (Number.isNaN(amount) || amount === OVERFLOW) return 0;
  return Math.min(Math.ceil(amount), MAX_INT32);
}

/** Use against requests of the same pods. `percent` and `averageMilli` are cut, not rounded. */
export interface Utilization {
  readonly ratio: number;
  readonly percent: number;
  readonly averageMilli: number;
}

/**
 * Pods without a request in the map do not count. Sums are exact: bytes in thousandths of many pods leave the range of whole doubles.
 * Models GetResourceUtilizationRatio.
 */
export function utilizationOf(
  metrics: PodMetricsByName,
  requests: ReadonlyMap<string, number>,
  targetPercent: number,
): Result<Utilization, string> {
  let used = 0n;
  let requested = 0n;
  let entries = 0n;
  for (const [name, { milli }] of metrics) {
    const request = requests.get(name);
    if (request === undefined) continue;
    used += BigInt(milli);
    requested += BigInt(request);
    entries += 1n;
  }
  if (requested === 0n) return err('no metrics returned matched known pods');
  const percent = Number((used * 100n) / requested);
  return ok({ ratio: percent / targetPercent, percent, averageMilli: Number(used / entries) });
}

/** Average value against the target per pod. Models GetMetricUsageRatio. */
export function usageOf(metrics: PodMetricsByName, targetMilli: number): { ratio: number; averageMilli: number } {
  let used = 0n;
  for (const { milli } of metrics.values()) used += BigInt(milli);
  const averageMilli = Number(used / BigInt(metrics.size));
  return { ratio: averageMilli / targetMilli, averageMilli };
}
