import type { NodeLifecycleTimings } from '../../client/types.ts';

/** Health of a failure domain. Models nodelifecycle ZoneState. */
export type ZoneState = 'Initial' | 'Normal' | 'PartialDisruption' | 'FullDisruption';

/** State of a zone by its nodes' readiness; `threshold` is the share of unready nodes from which it is partly disrupted. Models ComputeZoneState. */
export function zoneState(ready: number, notReady: number, threshold: number): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption';
  if (notReady > 2 && notReady / (notReady + ready) >= threshold) return 'PartialDisruption';
  return 'Normal';
}

/** Rates of the controller's settings. */
export type ZoneRates = Pick<NodeLifecycleTimings, 'evictionRatePerSecond' | 'secondaryEvictionRatePerSecond' | 'largeZoneNodes'>;

/**
 * NoExecute taints per second in a zone of that state and size; 0 = none. A partly disrupted zone that is not large has none. Models nodelifecycle
 * setLimiterInZone.
 */
export function zoneRate(state: ZoneState, nodes: number, rates: ZoneRates): number {
  if (state !== 'PartialDisruption') return rates.evictionRatePerSecond;
  return nodes > rates.largeZoneNodes ? rates.secondaryEvictionRatePerSecond : 0;
}

/** Token bucket with room for one token, on virtual milliseconds. Models flowcontrol token bucket with burst 1. */
export class RateLimiter {
  #ratePerSecond: number;
  #nextTokenMs: number;

  constructor(ratePerSecond: number, nowMs: number) {
    this.#ratePerSecond = ratePerSecond;
    this.#nextTokenMs = nowMs;
  }

  /** Takes the token when there is one. */
  tryAccept(nowMs: number): boolean {
    if (this.#ratePerSecond <= 0 || nowMs < this.#nextTokenMs) return false;
    this.#nextTokenMs = nowMs + Math.ceil(1000 / this.#ratePerSecond);
    return true;
  }

  /** When the next token is there; undefined = never at this rate. */
  nextMs(nowMs: number): number | undefined {
    return this.#ratePerSecond <= 0 ? undefined : Math.max(nowMs, this.#nextTokenMs);
  }

  /** A new rate. Without a token at hand the new bucket starts empty, so that a switch gives none away. */
  swap(ratePerSecond: number, nowMs: number): void {
    if (ratePerSecond === this.#ratePerSecond) return;
    const hadToken = this.tryAccept(nowMs);
    this.#ratePerSecond = ratePerSecond;
    this.#nextTokenMs = hadToken || ratePerSecond <= 0 ? nowMs : nowMs + Math.ceil(1000 / ratePerSecond);
  }
}

/** Nodes of one zone that wait for their NoExecute taint, first come first served. */
export interface ZoneQueue {
  state: ZoneState;
  readonly limiter: RateLimiter;
  readonly waiting: string[];
}
