import { CPU_BUCKETS, DecayingHistogram, MEMORY_BUCKETS, MIN_SAMPLE_WEIGHT } from './histogram.ts';

const DAY_MS = 86_400_000;
/** Time of which one memory peak is kept. Models MemoryAggregationInterval. */
const PEAK_INTERVAL_MS = DAY_MS;
const OOM_BUMP_RATIO = 1.2;
const OOM_MIN_BUMP_BYTES = 100 * 1024 * 1024;

/** What is known about all containers of one name under one autoscaler. Times: milliseconds since 1970. Models AggregateContainerState. */
export class Aggregate {
  readonly cpu = new DecayingHistogram(CPU_BUCKETS);
  readonly memory = new DecayingHistogram(MEMORY_BUCKETS);
  firstMs: number | undefined;
  lastMs: number | undefined;
  samples = 0;

  addCpu(milli: number, requestMilli: number, atMs: number): void {
    // Weighed by the request: a larger request makes the past count less, so that starvation is overcome soon.
    this.cpu.add(milli / 1000, Math.max(requestMilli / 1000, MIN_SAMPLE_WEIGHT), atMs);
    if (this.lastMs === undefined || atMs > this.lastMs) this.lastMs = atMs;
    if (this.firstMs === undefined || atMs < this.firstMs) this.firstMs = atMs;
    this.samples++;
  }

  /** Days of samples, by time and by number. Models getConfidence. */
  get confidence(): number {
    const lifespan = ((this.lastMs ?? 0) - (this.firstMs ?? 0)) / DAY_MS;
    return Math.min(lifespan, this.samples / (60 * 24));
  }
}

/** One container of one pod: its present memory peak, and its last samples. Models ContainerState. */
export class ContainerWindow {
  readonly #aggregate: Aggregate;
  #lastCpuMs = Number.NEGATIVE_INFINITY;
  #lastMemoryMs = Number.NEGATIVE_INFINITY;
  #windowEndMs: number | undefined;
  #memoryPeak = 0;
  #oomPeak = 0;

  constructor(aggregate: Aggregate) {
    this.#aggregate = aggregate;
  }

  addCpu(milli: number, requestMilli: number, atMs: number): void {
    if (atMs <= this.#lastCpuMs) return;
    this.#aggregate.addCpu(milli, requestMilli, atMs);
    this.#lastCpuMs = atMs;
  }

  /** Only the largest use in each interval counts. Models addMemorySample. */
  addMemory(bytes: number, atMs: number, isOom = false): void {
    if (!isOom && atMs < this.#lastMemoryMs) return;
    this.#lastMemoryMs = atMs;
    const end = this.#windowEndMs ?? atMs;
    this.#windowEndMs = end;
    const peak = Math.max(this.#memoryPeak, this.#oomPeak);
    if (atMs < end) {
      if (peak === 0 || bytes <= peak) return;
      this.#aggregate.memory.subtract(peak, 1, end);
    } else {
      this.#windowEndMs = end + Math.floor((atMs - end) / PEAK_INTERVAL_MS) * PEAK_INTERVAL_MS + PEAK_INTERVAL_MS;
      this.#memoryPeak = 0;
      this.#oomPeak = 0;
    }
    this.#aggregate.memory.add(bytes, 1, this.#windowEndMs);
    if (isOom) this.#oomPeak = bytes;
    else this.#memoryPeak = bytes;
  }

  /** Use that killed a container is counted as more than it had. Models RecordOOM. */
  addOom(requestBytes: number, atMs: number): void {
    if (this.#windowEndMs !== undefined && atMs < this.#windowEndMs - PEAK_INTERVAL_MS) return;
    const used = Math.max(requestBytes, this.#memoryPeak);
    this.addMemory(Math.max(used + OOM_MIN_BUMP_BYTES, Math.floor(used * OOM_BUMP_RATIO)), atMs, true);
  }
}
