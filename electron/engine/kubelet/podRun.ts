import type { Pod } from '#shared/kube/types.ts';
import type { KubeletTimings } from '../client/types.ts';
import { formatTime } from '../sim/time.ts';
import { type Behaviour, behaviourOf } from './behaviour.ts';
import type { ContainerRun } from './containers.ts';
import type { WorkerHost } from './host.ts';
import type { StageName } from './stages.ts';
import type { StageTimers } from './timers.ts';

const KIND_FIELDS: Readonly<Record<ContainerRun['role'], string>> = {
  main: 'containers',
  init: 'initContainers',
  sidecar: 'initContainers',
  ephemeral: 'ephemeralContainers',
};

/** What the parts of a pod's worker share: the pod, its containers, timers and events. */
export class PodRun {
  readonly host: WorkerHost;
  readonly timers: StageTimers;
  readonly #report: () => void;
  pod: Pod;
  containers: readonly ContainerRun[];
  podIP: string | undefined;
  /** The pod as a whole is being ended; nothing is started or restarted any more. */
  stopping = false;

  constructor(host: WorkerHost, timers: StageTimers, pod: Pod, containers: readonly ContainerRun[], report: () => void) {
    this.host = host;
    this.timers = timers;
    this.pod = pod;
    this.containers = containers;
    this.#report = report;
  }

  get nowMs(): number {
    return this.host.ctx.clock.nowMs;
  }

  /** RFC 3339 time. */
  get nowText(): string {
    return this.host.ctx.clock.timestamp();
  }

  /** RFC 3339 time of an instant, in milliseconds since the simulation's start. */
  textAt(ms: number): string {
    return ms === this.nowMs ? this.nowText : formatTime(ms - this.host.ctx.clock.parseMs('1970-01-01T00:00:00Z'), 0);
  }

  get timings(): KubeletTimings {
    return this.host.ctx.config.kubelet;
  }

  /** `name_namespace(uid)`, as the kubelet names pods in messages. Models format.Pod. */
  get fullName(): string {
    const { namespace = '', name, uid = '' } = this.pod.metadata;
    return `${name}_${namespace}(${uid})`;
  }

  /** Grace period of the pod's own, in milliseconds. */
  get graceMs(): number {
    return (this.pod.metadata.deletionGracePeriodSeconds ?? this.pod.spec.terminationGracePeriodSeconds ?? 30) * 1000;
  }

  get(container: string): ContainerRun | undefined {
    return this.containers.find((run) => run.name === container);
  }

  set(next: ContainerRun): void {
    this.containers = this.containers.map((run) => (run.name === next.name ? next : run));
  }

  behaviour(run: ContainerRun): Behaviour {
    return behaviourOf(this.pod, run);
  }

  step(stage: StageName, container: string, askedMs = 0): void {
    this.timers.step(stage, container, askedMs);
  }

  report(): void {
    this.#report();
  }

  /** Event about the pod. */
  event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (this.host.reachable()) this.host.recorder.event(this.pod, type, reason, message);
  }

  /** Event about one of its containers. */
  containerEvent(run: ContainerRun, type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (!this.host.reachable()) return;
    const fieldPath = `spec.${KIND_FIELDS[run.role]}{${run.name}}`;
    this.host.recorder.event(this.pod, type, reason, message, { fieldPath });
  }

  /** Milliseconds since a running container's start. */
  ranMs(run: ContainerRun): number {
    return run.state.kind === 'running' ? this.nowMs - this.host.ctx.clock.parseMs(run.state.startedAt) : 0;
  }
}
