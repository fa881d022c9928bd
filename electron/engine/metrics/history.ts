/** One metric of an autoscaler at a sync: percentages as they are, everything else in thousandths; absent while it can't be had. */
export interface AutoscalerMetric {
  /** `cpu`, `requests_per_second`... */
  readonly name: string;
  readonly unit: 'percent' | 'milli';
  readonly value?: number;
  readonly target: number;
}

/** What an autoscaler saw and did at one sync. */
export interface AutoscalerPoint {
  readonly atMs: number;
  readonly current: number;
  readonly desired: number;
  readonly metrics: readonly AutoscalerMetric[];
}

/** Points kept for each autoscaler: one hour of syncs at the usual 15 seconds. */
const KEPT_POINTS = 240;
/** Autoscalers whose points are kept; the one that was quiet longest goes first. */
const KEPT_AUTOSCALERS = 500;

/** The recent past of the autoscalers, for the screen: no controller reads it, and a restart of the controller does not empty it. */
export class AutoscalerHistory {
  readonly #points = new Map<string, AutoscalerPoint[]>();

  /** Adds a point; `key` is `namespace/name`. */
  note(key: string, point: AutoscalerPoint): void {
    const points = this.#points.get(key) ?? [];
    points.push(point);
    if (points.length > KEPT_POINTS) points.shift();
    this.#points.delete(key);
    this.#points.set(key, points);
    if (this.#points.size <= KEPT_AUTOSCALERS) return;
    for (const oldest of this.#points.keys()) {
      this.#points.delete(oldest);
      break;
    }
  }

  /** The autoscaler is gone. */
  forget(key: string): void {
    this.#points.delete(key);
  }

  /** Points of one autoscaler, oldest first; none when it has not been looked at yet. */
  of(key: string): readonly AutoscalerPoint[] {
    return this.#points.get(key) ?? [];
  }
}
