import { isPodReady } from '#shared/kube/conditions.ts';
import { goDuration } from '#shared/kube/goDuration.ts';
import { isTerminal } from '#shared/kube/pod.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { Client, ComponentContext, EventRecorder } from '../client/types.ts';
import type { Rejection } from './admission.ts';
import { behaviourOf, probePasses } from './behaviour.ts';
import { type ContainerRun, ended, freshContainers, lostContainers, restartsAfter, restoredContainers } from './containers.ts';
import { buildStatus, rejectedStatus, sameStatus } from './podStatus.ts';
import { ImagePulls, type PullHost } from './pulls.ts';
import { BACKOFF_RESET_MS, MAX_BACKOFF_MS, MIN_BACKOFF_MS, nextBackoff, type StageName } from './stages.ts';
import { StageTimers } from './timers.ts';

/** What a pod's worker needs from its machine. */
export interface WorkerHost {
  readonly ctx: ComponentContext;
  readonly client: Client;
  readonly recorder: EventRecorder;
  /** False while the machine cannot reach the API server: nothing is read or written then. */
  reachable(): boolean;
  hostIP(): string | undefined;
  allocateIP(pod: Pod): string;
  hasImage(image: string): boolean;
  addImage(image: string): void;
  pullMs(image: string): number;
  admit(pod: Pod): Rejection | undefined;
}

/** Why containers exist (or not) when a worker begins. */
export type Origin = 'new' | 'restored' | 'crashed';

/** One pod on one machine. Models kubelet podWorkers and syncPod, as a table of stages on the virtual clock. */
export class PodWorker {
  readonly #host: WorkerHost;
  readonly #timers: StageTimers;
  readonly #pulls: ImagePulls;
  #pod: Pod;
  #containers: ContainerRun[];
  #sandbox = false;
  #podIP: string | undefined;
  #startTime: string;
  #stopping: { sinceMs: number; graceMs: number } | undefined;
  #admitted = false;
  #done = false;
  /** What is done at the end of each stage. */
  readonly #handlers: Readonly<Record<StageName, (container: string) => void>> = {
    see: () => this.#admit(),
    sandbox: () => this.#startSandbox(),
    pull: (container) => this.#pulls.pulled(container),
    pullBackoff: (container) => this.#pulls.backedOff(container),
    pullRetry: (container) => this.#pulls.prepare(container),
    start: (container) => this.#started(container),
    probe: (container) => this.#probed(container),
    end: (container) => this.#exit(container, this.#get(container)?.role === 'init' ? 0 : behaviourOf(this.#pod).exitCode),
    restart: (container) => this.#restart(container),
    backoff: (container) => this.#pulls.prepare(container),
    stop: () => this.#stopped(),
  };

  constructor(host: WorkerHost, pod: Pod) {
    this.#host = host;
    this.#pod = pod;
    const label = `kubelet/${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
    this.#timers = new StageTimers(host.ctx, label, (stage, container) => this.#handlers[stage](container));
    this.#pulls = new ImagePulls(this.#pullHost());
    this.#containers = freshContainers(pod);
    this.#startTime = pod.status.startTime ?? host.ctx.clock.timestamp();
  }

  #pullHost(): PullHost {
    const host = this.#host;
    return {
      get nowMs() {
        return host.ctx.clock.nowMs;
      },
      timings: host.ctx.config.kubelet,
      hasImage: (image) => host.hasImage(image),
      pullMs: (image) => host.pullMs(image),
      addImage: (image) => host.addImage(image),
      get: (container) => this.#get(container),
      set: (run) => this.#set(run),
      step: (stage, container, askedMs) => this.#step(stage, container, askedMs),
      event: (type, reason, message) => this.#event(type, reason, message),
      report: () => this.report(),
    };
  }

  get uid(): string | undefined {
    return this.#pod.metadata.uid;
  }

  /** Whether the pod takes up room on the machine. */
  get active(): boolean {
    return this.#admitted && !this.#done;
  }

  get pod(): Pod {
    return this.#pod;
  }

  /** Takes the pod up: a new one from the first stage on, one that already ran where it stood, one of a machine that crashed anew. */
  begin(origin: Origin): void {
    const pod = this.#pod;
    if (isTerminal(pod)) {
      this.#done = true;
      if (pod.metadata.deletionTimestamp !== undefined) this.#stop();
      return;
    }
    if (origin === 'new' || (pod.status.containerStatuses === undefined && pod.status.phase !== 'Running')) {
      if (pod.metadata.deletionTimestamp !== undefined) this.#stop();
      else this.#step('see');
      return;
    }
    this.#restore(origin);
  }

  #restore(origin: Origin): void {
    const pod = this.#pod;
    this.#admitted = true;
    this.#podIP = pod.status.podIP;
    this.#sandbox = this.#podIP !== undefined;
    this.#containers = restoredContainers(pod, isPodReady(pod) || pod.status.conditions === undefined, this.#now());
    if (origin === 'crashed') this.#loseContainers();
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#stop();
      return;
    }
    for (const run of this.#containers) this.#resume(run);
    // What is known of running containers stands as it is written; only a pod without any detail gets its status filled in.
    if (this.#sandbox && pod.status.containerStatuses !== undefined) this.#advance();
    else this.#step('sandbox');
  }

  /** After a restart of the machine nothing runs any more; the pod needs a new sandbox. */
  #loseContainers(): void {
    const ran = this.#containers.some((run) => run.state.kind === 'running');
    const lost = ran && this.#pod.metadata.deletionTimestamp === undefined;
    this.#sandbox = false;
    this.#podIP = undefined;
    this.#containers = lostContainers(this.#containers, this.#now());
    if (lost)
      this.#host.recorder.event(this.#pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
  }

  /** Sets the timers a running or finished container had. */
  #resume(run: ContainerRun): void {
    const { state } = run;
    if (state.kind === 'running') {
      if (!run.ready && run.role !== 'init') this.#step('probe', run.name, probeDelayMs(run));
      this.#planEnd(run, this.#host.ctx.clock.nowMs - this.#host.ctx.clock.parseMs(state.startedAt));
    } else if (state.kind === 'terminated') {
      if (restartsAfter(run, this.#policy(), state.exitCode)) this.#step('restart', run.name);
    } else if (run.last !== undefined) {
      const doublings = Math.max(0, Math.min(10, run.restarts - 1));
      const backoffMs = Math.min(MAX_BACKOFF_MS, this.#timings().crashLoopBackoffMs * 2 ** doublings);
      this.#set({ ...run, backoffMs });
      this.#step('backoff', run.name, backoffMs);
    }
  }

  /** The API server has a newer version of the pod. */
  update(pod: Pod): void {
    const before = this.#pod;
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#stop();
      return;
    }
    if (this.#done || !this.#admitted) return;
    for (const run of this.#containers) {
      const spec = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].find((container) => container.name === run.name);
      if (spec?.image !== undefined && spec.image !== run.image) this.#replaceImage({ ...run, spec, image: spec.image });
    }
    if (before.metadata.annotations !== pod.metadata.annotations) this.#probeAll();
  }

  #replaceImage(run: ContainerRun): void {
    this.#set(run);
    if (run.state.kind === 'running') {
      const message = `Container ${run.name} definition changed, will be restarted`;
      this.#host.recorder.event(this.#pod, 'Normal', 'Killing', message);
      this.#exit(run.name, 0);
    } else if (run.state.kind === 'waiting' && run.pullFailures > 0) {
      this.#set({ ...run, pullFailures: 0 });
      this.#pulls.prepare(run.name);
    }
  }

  /** Container ends now. False when it does not run. */
  fail(container: string, exitCode: number): boolean {
    if (this.#get(container)?.state.kind !== 'running') return false;
    this.#exit(container, exitCode);
    return true;
  }

  /** Everything of this pod on the machine is gone; nothing is reported. */
  dispose(): void {
    this.#timers.clear();
    this.#done = true;
  }

  /** Reports the present state when the API server's differs. */
  report(): void {
    if (!this.#host.reachable() || !this.#admitted) return;
    const pod = this.#current();
    if (pod === undefined) return;
    const finished = this.#stopping !== undefined && !this.#containers.some((run) => run.state.kind === 'running');
    const status = buildStatus(pod, {
      containers: this.#containers,
      sandbox: this.#sandbox,
      podIP: this.#podIP,
      hostIP: this.#host.hostIP(),
      startTime: this.#startTime,
      finished,
      nowText: this.#now(),
    });
    if (sameStatus(status, pod.status)) return;
    const written = this.#host.client.updateStatus({ ...pod, status });
    if (written.ok) this.#pod = written.value;
  }

  #step(stage: StageName, container = '', askedMs = 0): void {
    this.#timers.step(stage, container, askedMs);
  }

  #admit(): void {
    const pod = this.#current() ?? this.#pod;
    this.#pod = pod;
    this.#startTime = this.#now();
    const rejection = this.#host.admit(pod);
    if (rejection !== undefined) {
      this.#done = true;
      this.#host.recorder.event(pod, 'Warning', rejection.reason, rejection.message);
      if (!this.#host.reachable()) return;
      const status = rejectedStatus(pod, rejection.reason, rejection.message, this.#startTime);
      this.#host.client.updateStatus({ ...pod, status });
      return;
    }
    this.#admitted = true;
    this.report();
    this.#step('sandbox');
  }

  #startSandbox(): void {
    if (!this.#sandbox) {
      this.#sandbox = true;
      this.#podIP = this.#host.allocateIP(this.#pod);
    }
    this.report();
    this.#advance();
  }

  /** Begins with the next init container, or with all main ones when the init containers are through. */
  #advance(): void {
    for (const run of this.#containers) {
      const idle = run.state.kind === 'waiting' && run.last === undefined && !this.#busy(run.name);
      if (run.role === 'init') {
        const completed = run.state.kind === 'terminated' && run.state.exitCode === 0;
        if (completed) continue;
        if (idle) this.#pulls.prepare(run.name);
        return;
      }
      if (idle) this.#pulls.prepare(run.name);
      if (run.role === 'sidecar' && run.state.kind === 'waiting' && run.last === undefined) return;
    }
  }

  #busy(container: string): boolean {
    return (['pull', 'pullBackoff', 'pullRetry', 'start', 'restart', 'backoff'] as const).some((stage) =>
      this.#timers.has(stage, container),
    );
  }

  #started(container: string): void {
    const run = this.#get(container);
    if (run === undefined) return;
    this.#event('Normal', 'Created', 'Container created');
    this.#event('Normal', 'Started', 'Container started');
    const previous = run.state.kind === 'terminated' ? run.state : run.last;
    const next: ContainerRun = {
      ...run,
      state: { kind: 'running', startedAt: this.#now() },
      last: previous,
      restarts: previous === undefined ? run.restarts : run.restarts + 1,
    };
    this.#set(next);
    if (run.role !== 'init') this.#step('probe', container, probeDelayMs(run));
    this.#planEnd(next, 0);
    if (run.role !== 'init' && this.#timings().readyMs + probeDelayMs(run) === 0) {
      this.#timers.cancel('probe', container);
      this.#probe(container);
    }
    this.report();
    this.#advance();
  }

  /** An init container ends after its work; a main one when the scenario says so. */
  #planEnd(run: ContainerRun, ranMs: number): void {
    const runMs = run.role === 'init' ? this.#timings().readyMs : run.role === 'main' ? behaviourOf(this.#pod).runMs : undefined;
    if (runMs !== undefined) this.#step('end', run.name, Math.max(0, runMs - ranMs));
  }

  #probeAll(): void {
    for (const run of this.#containers) if (run.role !== 'init' && !this.#timers.has('probe', run.name)) this.#probe(run.name);
    this.report();
  }

  #probed(container: string): void {
    this.#probe(container);
    this.report();
  }

  #probe(container: string): void {
    const run = this.#get(container);
    if (run?.state.kind !== 'running') return;
    const ready = probePasses(this.#pod, run.image);
    if (run.ready && !ready) this.#event('Warning', 'Unhealthy', 'Readiness probe failed: the scenario says not ready');
    this.#set({ ...run, ready });
  }

  #exit(container: string, exitCode: number): void {
    const run = this.#get(container);
    if (run?.state.kind !== 'running') return;
    const { clock } = this.#host.ctx;
    this.#timers.cancel('probe', container);
    this.#timers.cancel('end', container);
    const ranMs = clock.nowMs - clock.parseMs(run.state.startedAt);
    const backoffMs = ranMs >= BACKOFF_RESET_MS ? 0 : run.backoffMs;
    const done = ended(run, exitCode, exitCode === 0 ? 'Completed' : 'Error', this.#now());
    this.#set({ ...done, backoffMs, ready: run.role === 'init' && exitCode === 0 });
    const restarts = restartsAfter(run, this.#policy(), exitCode) && this.#stopping === undefined;
    if (!restarts) this.#endSidecars();
    this.report();
    if (restarts) this.#step('restart', container);
    else if (run.role === 'init' && exitCode === 0) this.#advance();
    else if (this.#over()) this.#done = true;
  }

  /** Whether no container will ever run again. */
  #over(): boolean {
    if (this.#containers.some((run) => run.state.kind === 'running')) return false;
    return (
      !this.#containers.some(
        (run) => run.state.kind !== 'terminated' || restartsAfter(run, this.#policy(), run.state.exitCode),
      ) || isTerminal(this.#pod)
    );
  }

  /** Sidecars do not outlive the main containers. */
  #endSidecars(): void {
    const mains = this.#containers.filter((run) => run.role === 'main');
    const policy = this.#policy();
    if (mains.some((run) => run.state.kind !== 'terminated' || restartsAfter(run, policy, run.state.exitCode))) return;
    const finishedAt = this.#now();
    this.#containers = this.#containers.map((run) => (run.role === 'sidecar' ? ended(run, 0, 'Completed', finishedAt) : run));
  }

  /** The first restart comes at once, each later one after a delay that doubles. Models kubelet doBackOff. */
  #restart(container: string): void {
    const run = this.#get(container);
    if (run?.state.kind !== 'terminated') return;
    const { crashLoopBackoffMs, syncMs } = this.#timings();
    if (run.backoffMs === 0) {
      this.#set({ ...run, backoffMs: Math.max(MIN_BACKOFF_MS, nextBackoff(0, crashLoopBackoffMs)) });
      this.#pulls.prepare(container);
      return;
    }
    const { namespace = '', name, uid = '' } = this.#pod.metadata;
    const id = `${name}_${namespace}(${uid})`;
    this.#event('Warning', 'BackOff', `Back-off restarting failed container ${container} in pod ${id}`);
    const message = `back-off ${goDuration(run.backoffMs)} restarting failed container=${container} pod=${id}`;
    this.#set({
      ...run,
      last: run.state,
      state: { kind: 'waiting', reason: 'CrashLoopBackOff', message },
      backoffMs: nextBackoff(run.backoffMs, crashLoopBackoffMs),
    });
    this.report();
    this.#step('backoff', container, Math.max(MIN_BACKOFF_MS, run.backoffMs - syncMs));
  }

  /** SIGTERM to all that runs; a shorter grace period given later counts. Models kubelet killPod and SyncTerminatingPod. */
  #stop(): void {
    const { clock } = this.#host.ctx;
    const graceMs = (this.#pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
    const first = this.#stopping === undefined;
    if (!first && graceMs >= (this.#stopping?.graceMs ?? 0)) return;
    const sinceMs = this.#stopping?.sinceMs ?? clock.nowMs;
    this.#stopping = { sinceMs, graceMs };
    if (first) this.#timers.clear();
    const running = this.#containers.filter((run) => run.state.kind === 'running');
    if (first) for (const run of running) this.#event('Normal', 'Killing', `Stopping container ${run.name}`);
    const neededMs = running.length === 0 ? 0 : Math.min(this.#terminationMs(), graceMs);
    this.#step('stop', '', Math.max(0, sinceMs + neededMs - clock.nowMs));
  }

  #terminationMs(): number {
    return behaviourOf(this.#pod).terminationMs ?? this.#timings().terminationMs;
  }

  #stopped(): void {
    const killed = this.#stopping !== undefined && this.#terminationMs() > this.#stopping.graceMs;
    const finishedAt = this.#now();
    this.#containers = this.#containers.map((run) =>
      killed ? ended(run, 137, 'Error', finishedAt) : ended(run, 0, 'Completed', finishedAt),
    );
    this.#sandbox = false;
    if (!isTerminal(this.#pod)) this.report();
    this.#done = true;
    this.forget();
  }

  /** Tells the API server that the pod may go, once all containers have ended. */
  forget(): void {
    if (!this.#done || this.#stopping === undefined || !this.#host.reachable()) return;
    const { namespace = '', name, uid } = this.#pod.metadata;
    this.#host.client.delete(
      { kind: 'Pod', namespace, name },
      { gracePeriodSeconds: 0, ...(uid === undefined ? {} : { preconditions: { uid } }) },
    );
  }

  #current(): Pod | undefined {
    const { namespace = '', name, uid } = this.#pod.metadata;
    const pod = this.#host.ctx.informer('Pod').lister.get(namespace, name);
    return pod?.metadata.uid === uid ? pod : undefined;
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (this.#host.reachable()) this.#host.recorder.event(this.#pod, type, reason, message);
  }

  #get(container: string): ContainerRun | undefined {
    return this.#containers.find((run) => run.name === container);
  }

  #set(next: ContainerRun): void {
    this.#containers = this.#containers.map((run) => (run.name === next.name ? next : run));
  }

  #policy(): string {
    return this.#pod.spec.restartPolicy ?? 'Always';
  }

  #timings() {
    return this.#host.ctx.config.kubelet;
  }

  #now(): string {
    return this.#host.ctx.clock.timestamp();
  }
}

function probeDelayMs(run: ContainerRun): number {
  return (run.spec.readinessProbe?.initialDelaySeconds ?? 0) * 1000;
}
