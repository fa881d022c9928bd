import { compareStrings } from '#shared/core/compare.ts';
import type { VerticalPodAutoscaler, VerticalPodAutoscalerCheckpoint } from '#shared/kube/kinds.ts';
import { milliValue, value } from '#shared/kube/quantity.ts';
import type { Pod } from '#shared/kube/types.ts';
import { isScaled } from '#shared/kube/vpa.ts';
import type { PodMetrics } from '../../metrics/types.ts';
import { formatTime, parseTime } from '../../sim/time.ts';
import type { Clock } from '../../sim/types.ts';
import { Aggregate, ContainerWindow } from './aggregate.ts';

/** Version of the checkpoints' format. Models SupportedCheckpointVersion. */
export const CHECKPOINT_VERSION = 'v3';

/** Milliseconds from 1970 to the start of virtual time. */
function epochOf(clock: Pick<Clock, 'parseMs'>): number {
  return -clock.parseMs('1970-01-01T00:00:00Z');
}

/** What is remembered of one container of one pod. */
interface Watched {
  readonly window: ContainerWindow;
  /** Restarts seen so far. */
  restarts: number;
}

/** Everything the recommender has learnt for one autoscaler. Models model.Vpa with its share of ClusterState. */
export class VpaModel {
  readonly #epochMs: number;
  readonly #aggregates = new Map<string, Aggregate>();
  /** By pod uid and container. */
  readonly #windows = new Map<string, Watched>();
  /** Until when the past is in the checkpoints. */
  #knownUntilMs = Number.NEGATIVE_INFINITY;

  /** Begins with what the checkpoints say. */
  constructor(clock: Pick<Clock, 'parseMs'>, checkpoints: readonly VerticalPodAutoscalerCheckpoint[]) {
    this.#epochMs = epochOf(clock);
    for (const { spec, status } of checkpoints) {
      if (status?.version !== CHECKPOINT_VERSION || spec.containerName === undefined) continue;
      const aggregate = this.#aggregate(spec.containerName);
      aggregate.cpu.load(status.cpuHistogram ?? {});
      aggregate.memory.load(status.memoryHistogram ?? {});
      aggregate.firstMs = status.firstSampleStart === undefined ? undefined : parseTime(status.firstSampleStart);
      aggregate.lastMs = status.lastSampleStart === undefined ? undefined : parseTime(status.lastSampleStart);
      aggregate.samples = status.totalSamplesCount ?? 0;
      this.#knownUntilMs = Math.max(this.#knownUntilMs, parseTime(status.lastUpdateTime ?? '') ?? this.#knownUntilMs);
    }
  }

  #aggregate(container: string): Aggregate {
    const known = this.#aggregates.get(container);
    if (known !== undefined) return known;
    const made = new Aggregate();
    this.#aggregates.set(container, made);
    return made;
  }

  #watched(pod: Pod, container: string): Watched {
    const key = `${pod.metadata.uid ?? ''}/${container}`;
    const known = this.#windows.get(key);
    if (known !== undefined) return known;
    const made = { window: new ContainerWindow(this.#aggregate(container)), restarts: 0 };
    this.#windows.set(key, made);
    return made;
  }

  /** Takes in a measurement of a pod. */
  measure(pod: Pod, metrics: PodMetrics): void {
    const atMs = this.#epochMs + metrics.timestampMs;
    for (const { name, cpuMilli, memoryBytes } of metrics.containers) {
      const container = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find((one) => one.name === name);
      if (container === undefined) continue;
      const { window } = this.#watched(pod, name);
      if (cpuMilli !== undefined) window.addCpu(cpuMilli, milliValue(container.resources?.requests?.cpu), atMs);
      if (memoryBytes !== undefined) window.addMemory(memoryBytes, atMs);
    }
  }

  /** Containers that were killed for their memory since the last look. Models input/oom Observer. */
  observeOoms(pod: Pod): void {
    for (const { name, restartCount, lastState } of pod.status.containerStatuses ?? []) {
      const watched = this.#watched(pod, name);
      if (restartCount <= watched.restarts) continue;
      watched.restarts = restartCount;
      const ended = lastState?.terminated;
      const atMs = ended?.finishedAt === undefined ? undefined : parseTime(String(ended.finishedAt));
      // What happened before the last checkpoint is in it.
      if (ended?.reason !== 'OOMKilled' || atMs === undefined || atMs <= this.#knownUntilMs) continue;
      const container = pod.spec.containers.find((one) => one.name === name);
      watched.window.addOom(value(container?.resources?.requests?.memory), atMs);
    }
  }

  /** Forgets pods that are gone; what was learnt of them stays. */
  keepOnly(uids: ReadonlySet<string>): void {
    for (const key of this.#windows.keys()) if (!uids.has(key.slice(0, key.indexOf('/')))) this.#windows.delete(key);
  }

  /** Containers with samples that the autoscaler minds, by name. */
  aggregates(vpa: VerticalPodAutoscaler): (readonly [string, Aggregate])[] {
    return [...this.#aggregates]
      .filter(([name, { samples }]) => samples > 0 && isScaled(vpa, name))
      .sort(([a], [b]) => compareStrings(a, b));
  }

  /** What there is to remember, by container. */
  checkpoints(nowText: string): Map<string, NonNullable<VerticalPodAutoscalerCheckpoint['status']>> {
    const text = (ms: number | undefined) => (ms === undefined ? undefined : formatTime(ms, 0));
    const known = [...this.#aggregates].filter(([, { samples }]) => samples > 0);
    return new Map(
      known.map(([name, { cpu, memory, firstMs, lastMs, samples }]) => {
        const [firstSampleStart, lastSampleStart] = [text(firstMs), text(lastMs)];
        return [
          name,
          {
            cpuHistogram: cpu.checkpoint(),
            ...(firstSampleStart === undefined ? {} : { firstSampleStart }),
            ...(lastSampleStart === undefined ? {} : { lastSampleStart }),
            lastUpdateTime: nowText,
            memoryHistogram: memory.checkpoint(),
            totalSamplesCount: samples,
            version: CHECKPOINT_VERSION,
          },
        ];
      }),
    );
  }
}
