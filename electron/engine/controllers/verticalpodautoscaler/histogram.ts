import type { HistogramCheckpoint } from '#shared/kube/kinds.ts';
import { formatTime, parseTime } from '../../sim/time.ts';

const DAY_MS = 86_400_000;
/** Time in which a sample loses half its weight. Models DefaultCPUHistogramDecayHalfLife and its memory twin. */
const HALF_LIFE_MS = DAY_MS;
/** Half-lives after which the weights are brought down to a new reference. Models maxDecayExponent. */
const MAX_EXPONENT = 100;
/** Weight of the largest bucket in a checkpoint. Models MaxCheckpointWeight. */
const CHECKPOINT_WEIGHT = 10_000;

/** Buckets that grow exponentially. `first`: size of the first one, `ratio`: growth from one to the next, `epsilon`: weights below count as none. */
export interface Buckets {
  readonly first: number;
  readonly ratio: number;
  readonly epsilon: number;
  readonly count: number;
}

function exponential(max: number, first: number, ratio: number, epsilon: number): Buckets {
  const count = Math.ceil(Math.log((max * (ratio - 1)) / first + 1) / Math.log(ratio)) + 1;
  return { first, ratio, epsilon, count };
}

const RATIO = 1.05;
/** Least weight of a cpu sample, in cores. Models minSampleWeight. */
export const MIN_SAMPLE_WEIGHT = 0.1;
const EPSILON = 0.001 * MIN_SAMPLE_WEIGHT;
/** Buckets for cores: 0.01 at first, up to 1000. */
export const CPU_BUCKETS = exponential(1000, 0.01, RATIO, EPSILON);
/** Buckets for bytes: 10 MB at first, up to a terabyte. */
export const MEMORY_BUCKETS = exponential(1e12, 1e7, RATIO, EPSILON);

/** Bucket of a value; the last one takes everything beyond. */
export function bucketOf({ first, ratio, count }: Buckets, value: number): number {
  if (value < first) return 0;
  return Math.min(Math.floor(Math.log((value * (ratio - 1)) / first + 1) / Math.log(ratio)), count - 1);
}

/** Smallest value of a bucket. */
export function bucketStart({ first, ratio }: Buckets, bucket: number): number {
  return bucket === 0 ? 0 : (first * (ratio ** bucket - 1)) / (ratio - 1);
}

/** Weighted samples in which newer ones count more. Times are milliseconds since 1970. Models util/decaying_histogram. */
export class DecayingHistogram {
  readonly #buckets: Buckets;
  readonly #weights: Float64Array;
  #total = 0;
  #referenceMs: number | undefined;

  constructor(buckets: Buckets) {
    this.#buckets = buckets;
    this.#weights = new Float64Array(buckets.count);
  }

  get isEmpty(): boolean {
    return !this.#weights.some((weight) => weight >= this.#buckets.epsilon);
  }

  add(value: number, weight: number, atMs: number): void {
    const decayed = weight * this.#decay(atMs);
    const bucket = bucketOf(this.#buckets, value);
    this.#weights[bucket] = (this.#weights[bucket] ?? 0) + decayed;
    this.#total += decayed;
  }

  subtract(value: number, weight: number, atMs: number): void {
    const decayed = weight * this.#decay(atMs);
    const bucket = bucketOf(this.#buckets, value);
    const less = (from: number) => (from - decayed < this.#buckets.epsilon ? 0 : from - decayed);
    this.#weights[bucket] = less(this.#weights[bucket] ?? 0);
    this.#total = less(this.#total);
  }

  /** Value that so large a share of the weight does not exceed: the end of its bucket. 0 without samples. */
  percentile(share: number): number {
    if (this.isEmpty) return 0;
    const { epsilon, count } = this.#buckets;
    const first = this.#weights.findIndex((weight) => weight >= epsilon);
    const last = this.#weights.findLastIndex((weight) => weight >= epsilon);
    const threshold = share * this.#total;
    let [bucket, sum] = [first, 0];
    for (; bucket < last; bucket++) {
      sum += this.#weights[bucket] ?? 0;
      if (sum >= threshold) break;
    }
    return bucketStart(this.#buckets, bucket < count - 1 ? bucket + 1 : bucket);
  }

  checkpoint(): HistogramCheckpoint {
    const most = this.#weights.reduce((a, b) => Math.max(a, b), 0);
    const bucketWeights: Record<string, number> = {};
    for (const [bucket, weight] of this.#weights.entries()) {
      const share = most === 0 ? 0 : Math.round((weight * CHECKPOINT_WEIGHT) / most);
      if (share > 0) bucketWeights[String(bucket)] = share;
    }
    return {
      ...(most === 0 ? {} : { bucketWeights }),
      ...(this.#referenceMs === undefined ? {} : { referenceTimestamp: formatTime(this.#referenceMs, 0) }),
      totalWeight: this.#total,
    };
  }

  /** Adds what a checkpoint says to an empty histogram; one that makes no sense is passed over. */
  load({ bucketWeights = {}, referenceTimestamp, totalWeight = 0 }: HistogramCheckpoint): void {
    const entries = Object.entries(bucketWeights).filter(([bucket]) => Number(bucket) < this.#buckets.count);
    const sum = entries.reduce((all, [, weight]) => all + weight, 0);
    if (sum <= 0 || totalWeight < 0) return;
    for (const [bucket, weight] of entries) this.#weights[Number(bucket)] = (weight * totalWeight) / sum;
    this.#total = totalWeight;
    this.#referenceMs = referenceTimestamp === undefined ? undefined : parseTime(referenceTimestamp);
  }

  #decay(atMs: number): number {
    if (this.#referenceMs === undefined || atMs > this.#referenceMs + MAX_EXPONENT * HALF_LIFE_MS) this.#shift(atMs);
    return 2 ** ((atMs - (this.#referenceMs ?? atMs)) / HALF_LIFE_MS);
  }

  #shift(atMs: number): void {
    const next = Math.round(atMs / HALF_LIFE_MS) * HALF_LIFE_MS;
    if (this.#referenceMs !== undefined) {
      const factor = 2 ** Math.round((this.#referenceMs - next) / HALF_LIFE_MS);
      for (const [bucket, weight] of this.#weights.entries()) this.#weights[bucket] = weight * factor;
      this.#total *= factor;
    }
    this.#referenceMs = next;
  }
}
