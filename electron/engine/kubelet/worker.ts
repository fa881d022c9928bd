import { isPodReady } from '#shared/kube/conditions.ts';
import { isTerminal } from '#shared/kube/pod.ts';
import type { Container, Pod } from '#shared/kube/types.ts';
import { ContainerLife } from './containerLife.ts';
import { type ContainerRun, freshContainer, freshContainers, lostContainers, restoredContainers } from './containers.ts';
import { configSource } from './hooks.ts';
import type { WorkerHost } from './host.ts';
import { PodMounts } from './mounts.ts';
import { PodEnding } from './podEnding.ts';
import { RESTARTING_ALL } from './podPhase.ts';
import { PodRun } from './podRun.ts';
import { buildStatus, type Failure, rejectedStatus, sameStatus } from './podStatus.ts';
import { isOver } from './restarts.ts';
import type { StageName } from './stages.ts';
import { StageTimers } from './timers.ts';

/** Why containers exist (or not) when a worker begins. */
export type Origin = 'new' | 'restored' | 'crashed';

/** An end that the machine gives a pod: eviction, preemption, shutdown, deadline. */
export interface Termination extends Failure {
  /** Grace period in milliseconds; the pod's own when it is not given. */
  graceMs?: number;
}

/** One pod on one machine. Models kubelet podWorkers and syncPod, as a table of stages on the virtual clock. */
export class PodWorker {
  readonly #host: WorkerHost;
  readonly #timers: StageTimers;
  readonly #run: PodRun;
  readonly #life: ContainerLife;
  readonly #mounts: PodMounts;
  readonly #ending: PodEnding;
  #sandbox = false;
  #startTime: string;
  #failure: Failure | undefined;
  #admitted = false;
  #done = false;
  /** What is done at the end of each stage. */
  readonly #handlers: Readonly<Record<StageName, (container: string) => void>> = {
    see: () => this.#admit(),
    room: () => this.#admit(),
    mount: () => this.#mounts.retry(),
    mountTimeout: () => this.#mounts.timedOut(),
    sandbox: () => this.#startSandbox(),
    pull: (container) => this.#life.pulls.pulled(container),
    pullBackoff: (container) => this.#life.pulls.backedOff(container),
    pullRetry: (container) => this.#life.pulls.prepare(container),
    retry: (container) => this.#life.pulls.prepare(container),
    start: (container) => this.#life.start(container),
    hook: (container) => this.#life.hookDone(container),
    startup: (container) => this.#life.probes.due('startup', container),
    liveness: (container) => this.#life.probes.due('liveness', container),
    readiness: (container) => this.#life.probes.due('readiness', container),
    end: (container) => this.#life.end(container),
    oom: (container) => this.#life.outOfMemory(container),
    kill: (container) => this.#life.killed(container),
    restart: (container) => this.#life.restart(container),
    backoff: (container) => this.#life.pulls.prepare(container),
    anew: () => this.#advance(),
    deadline: () => this.#pastDeadline(),
    stop: () => this.#stopped(),
  };

  constructor(host: WorkerHost, pod: Pod) {
    this.#host = host;
    const label = `kubelet/${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
    this.#timers = new StageTimers(host.ctx, label, (stage, container) => this.#handlers[stage](container));
    this.#run = new PodRun(host, this.#timers, pod, freshContainers(pod), () => this.report());
    const claims = host.ctx.informer('PersistentVolumeClaim').lister;
    this.#mounts = new PodMounts(
      this.#run,
      configSource(host.ctx),
      (namespace, name) => claims.get(namespace, name),
      () => this.#startSandbox(),
    );
    this.#life = new ContainerLife(this.#run, {
      advance: () => this.#advance(),
      over: () => this.#ended(),
      restartAll: () => this.#restartAll(),
    });
    this.#ending = new PodEnding(this.#run);
    this.#startTime = pod.status.startTime ?? host.ctx.clock.timestamp();
  }

  get uid(): string | undefined {
    return this.#run.pod.metadata.uid;
  }

  /** Whether the pod takes up room on the machine. */
  get active(): boolean {
    return this.#admitted && !this.#done;
  }

  /** Whether the pod has ended or is being ended. */
  get ending(): boolean {
    return this.#done || this.#ending.begun;
  }

  get pod(): Pod {
    return this.#run.pod;
  }

  /** Takes the pod up: a new one from the first stage on, one that already ran where it stood, one of a machine that crashed anew. */
  begin(origin: Origin): void {
    const pod = this.#run.pod;
    if (isTerminal(pod)) {
      this.#done = true;
      if (pod.metadata.deletionTimestamp !== undefined) this.#stop();
      return;
    }
    if (origin === 'new' || (pod.status.containerStatuses === undefined && pod.status.phase !== 'Running')) {
      if (pod.metadata.deletionTimestamp !== undefined) this.#stop();
      else this.#run.step('see', '');
      return;
    }
    this.#restore(origin);
  }

  #restore(origin: Origin): void {
    const pod = this.#run.pod;
    this.#admitted = true;
    this.#run.podIP = pod.status.podIP;
    this.#sandbox = this.#run.podIP !== undefined;
    this.#run.containers = restoredContainers(pod, isPodReady(pod) || pod.status.conditions === undefined, this.#run.nowText);
    if (origin === 'crashed') this.#loseContainers();
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#stop();
      return;
    }
    if (this.#over()) {
      this.#ended();
      return;
    }
    this.#planDeadline();
    for (const run of this.#run.containers) this.#life.resume(run);
    // What is known of running containers stands as it is written; only a pod without any detail gets its status filled in.
    if (!this.#sandbox || pod.status.containerStatuses === undefined) {
      this.#run.step('sandbox', '');
      return;
    }
    this.#advance();
  }

  /** After a restart of the machine nothing runs any more; the pod needs a new sandbox. */
  #loseContainers(): void {
    const ran = this.#run.containers.some((run) => run.state.kind === 'running');
    const lost = ran && this.#run.pod.metadata.deletionTimestamp === undefined;
    this.#sandbox = false;
    this.#run.podIP = undefined;
    this.#run.containers = lostContainers(this.#run.containers, this.#run.nowText);
    if (lost)
      this.#host.recorder.event(
        this.#run.pod,
        'Normal',
        'SandboxChanged',
        'Pod sandbox changed, it will be killed and re-created.',
      );
  }

  /** The API server has a newer version of the pod. */
  update(pod: Pod): void {
    const before = this.#run.pod;
    this.#run.pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#stop();
      return;
    }
    if (this.#done || !this.#admitted || this.#ending.begun) return;
    for (const run of this.#run.containers) this.#respecify(run);
    this.#addEphemeral();
    if (before.spec.activeDeadlineSeconds !== pod.spec.activeDeadlineSeconds) this.#planDeadline();
    const rescripted = before.metadata.annotations !== pod.metadata.annotations && this.#life.probes.rescript();
    const observed = before.metadata.generation !== pod.metadata.generation || pod.spec.readinessGates !== undefined;
    if (rescripted || (observed && pod.status.containerStatuses !== undefined)) this.report();
  }

  #respecify(run: ContainerRun): void {
    const { spec: podSpec } = this.#run.pod;
    const spec = [...(podSpec.initContainers ?? []), ...podSpec.containers].find((container) => container.name === run.name);
    if (spec?.image === undefined || spec.image === run.image) return;
    this.#run.set({ ...run, spec, image: spec.image });
    if (run.state.kind === 'running') {
      this.#life.replace(run.name);
    } else if (run.state.kind === 'waiting' && run.pullFailures > 0) {
      for (const stage of ['pullBackoff', 'pullRetry', 'retry'] as const) this.#timers.cancel(stage, run.name);
      this.#run.set({ ...run, spec, image: spec.image, pullFailures: 0 });
      this.#life.pulls.prepare(run.name);
    }
  }

  #addEphemeral(): void {
    for (const spec of this.#run.pod.spec.ephemeralContainers ?? []) {
      if (this.#run.get(spec.name) !== undefined) continue;
      this.#run.containers = [...this.#run.containers, freshContainer(this.#run.pod, spec as Container, 'ephemeral')];
      if (this.#sandbox) this.#life.pulls.prepare(spec.name);
    }
  }

  /** Container ends now. False when it does not run. */
  fail(container: string, exitCode: number): boolean {
    if (this.#run.get(container)?.state.kind !== 'running') return false;
    this.#life.exit(container, exitCode);
    return true;
  }

  /** Ends containers that use more memory than their limit, by the host's measure. */
  checkMemory(): void {
    if (this.active && !this.#ending.begun) this.#life.checkMemory();
  }

  /**
   * The machine ends the pod for good: containers are stopped, then its phase becomes Failed with that reason; the object stays. False when the pod has
   * ended or is being ended already. Models killPodNow.
   */
  terminate(termination: Termination): boolean {
    if (this.#done || this.#ending.begun) return false;
    const { graceMs, ...failure } = termination;
    this.#admitted = true;
    this.#failure = failure;
    this.#ending.begin(graceMs ?? this.#run.graceMs);
    this.report();
    return true;
  }

  /** Everything of this pod on the machine is gone; nothing is reported. */
  dispose(): void {
    this.#timers.clear();
    this.#done = true;
  }

  /** Reports the present state when the API server's differs. */
  report(): void {
    if (!this.#host.reachable()) return;
    const pod = this.#current();
    if (pod === undefined) return;
    if (!this.#admitted) {
      this.#reportNeverStarted(pod);
      return;
    }
    const containers = this.#run.containers;
    const status = buildStatus(pod, {
      containers,
      sandbox: this.#sandbox,
      podIP: this.#run.podIP,
      hostIP: this.#host.hostIP(),
      startTime: this.#startTime,
      finished: this.#ending.begun && !containers.some((run) => run.state.kind === 'running'),
      failure: this.#failure,
      nowText: this.#run.nowText,
    });
    if (sameStatus(status, pod.status)) return;
    const written = this.#host.client.updateStatus({ ...pod, status });
    if (written.ok) this.#run.pod = written.value;
  }

  #admit(): void {
    const pod = this.#current() ?? this.#run.pod;
    this.#run.pod = pod;
    const admission = this.#host.admit(pod);
    if (admission.kind === 'makingRoom') {
      this.#run.step('room', '');
      return;
    }
    this.#startTime = this.#run.nowText;
    if (admission.kind === 'rejected') {
      this.#done = true;
      this.#host.recorder.event(pod, 'Warning', admission.reason, admission.message);
      if (!this.#host.reachable()) return;
      const status = rejectedStatus(pod, admission.reason, admission.message, this.#startTime);
      this.#host.client.updateStatus({ ...pod, status });
      return;
    }
    this.#admitted = true;
    this.#planDeadline();
    this.report();
    this.#run.step('sandbox', '');
  }

  #planDeadline(): void {
    const seconds = this.#run.pod.spec.activeDeadlineSeconds;
    if (seconds === undefined) return;
    const { clock } = this.#host.ctx;
    this.#run.step('deadline', '', Math.max(0, clock.parseMs(this.#startTime) + seconds * 1000 - clock.nowMs));
  }

  /** Models kubelet activeDeadlineHandler. */
  #pastDeadline(): void {
    const reason = 'DeadlineExceeded';
    const message = 'Pod was active on the node longer than the specified deadline';
    if (this.#done || this.#ending.begun) return;
    this.#run.event('Normal', reason, message);
    this.terminate({ reason, message });
  }

  #startSandbox(): void {
    if (!this.#sandbox) {
      if (!this.#mounts.ready()) {
        this.report();
        return;
      }
      this.#mounts.checkPullSecrets();
      this.#sandbox = true;
      this.#run.podIP = this.#host.allocateIP(this.#run.pod);
    }
    this.report();
    this.#advance();
  }

  /**
   * Begins with the next init container, or with all main ones when the init containers are through. A sidecar holds up what comes after it until
   * it has started. Models computeInitContainerActions.
   */
  #advance(): void {
    if (this.#ending.begun || !this.#sandbox) return;
    const initialized = this.#run.containers.some((run) => run.role === 'main' && run.state.kind === 'running');
    for (const run of this.#run.containers) {
      const idle = run.state.kind === 'waiting' && (run.last === undefined || run.again) && !this.#busy(run.name);
      const completed = run.role === 'init' && run.state.kind === 'terminated' && run.state.exitCode === 0;
      if (completed || (run.role === 'init' && initialized)) continue;
      if (idle) this.#life.pulls.prepare(run.name);
      if (initialized || run.role === 'main' || run.role === 'ephemeral') continue;
      if (run.role === 'init' || this.#run.get(run.name)?.started !== true) return;
    }
  }

  #busy(container: string): boolean {
    const stages = ['pull', 'pullBackoff', 'pullRetry', 'retry', 'start', 'hook', 'restart', 'backoff'] as const;
    return stages.some((stage) => this.#timers.has(stage, container));
  }

  /** Rule RestartAllContainers: all containers are removed, and the pod begins with its first one again. */
  #restartAll(): void {
    const message = 'The container is removed because RestartAllContainers in place';
    const gone = { kind: 'terminated', exitCode: 137, reason: RESTARTING_ALL, message } as const;
    for (const run of this.#run.containers) this.#life.forget(run.name);
    this.#timers.clear();
    this.#planDeadline();
    this.#run.containers = this.#run.containers.map((run) => {
      if (run.role === 'ephemeral' || (run.state.kind === 'waiting' && run.last === undefined)) return run;
      const state = { kind: 'waiting', reason: RESTARTING_ALL, message } as const;
      return { ...run, state, last: gone, ready: false, started: false, again: true };
    });
    this.report();
    this.#run.step('anew', '');
  }

  /** A container has ended and stays so: the next init container, or the end of the pod. */
  #ended(): void {
    const over = this.#over();
    if (over && !this.#ending.begun && this.#run.containers.some((run) => run.state.kind === 'running')) {
      // Sidecars do not outlive the main containers.
      this.#ending.begin(this.#run.graceMs);
    } else if (over && !this.#ending.begun) {
      this.#sandbox = false;
      this.#timers.clear();
      this.#done = true;
    }
    this.report();
    if (!over) this.#advance();
  }

  /** Whether an init container has failed for good, or no main container will ever run again. */
  #over(): boolean {
    const { pod, containers } = this.#run;
    if (
      containers.some(
        (run) => run.role === 'init' && run.state.kind === 'terminated' && run.state.exitCode !== 0 && isOver(run, pod),
      )
    )
      return true;
    return containers.filter((run) => run.role === 'main').every((run) => isOver(run, pod));
  }

  /** The API server has marked the pod for deletion; a shorter grace period given later counts. Models SyncTerminatingPod. */
  #stop(): void {
    const graceMs = (this.#run.pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
    if (this.#ending.shortens(graceMs) || this.#done) this.#ending.begin(graceMs);
  }

  /** A pod that has to go before it was taken up ends without having run. Models status_manager TerminatePod. */
  #reportNeverStarted(pod: Pod): void {
    if (!this.#ending.begun || isTerminal(pod)) return;
    const written = this.#host.client.updateStatus({ ...pod, status: { ...pod.status, phase: 'Failed' } });
    if (written.ok) this.#run.pod = written.value;
  }

  #stopped(): void {
    const ended = this.#run.pod.metadata.deletionTimestamp !== undefined || this.#failure !== undefined;
    this.#ending.finish(ended && this.#admitted);
    this.#sandbox = false;
    if (!isTerminal(this.#run.pod)) this.report();
    this.#done = true;
    this.forget();
  }

  /** Tells the API server that the pod may go, once all containers have ended. */
  forget(): void {
    const { namespace = '', name, uid, deletionTimestamp } = this.#run.pod.metadata;
    if (!this.#done || !this.#ending.begun || deletionTimestamp === undefined || !this.#host.reachable()) return;
    this.#host.client.delete(
      { kind: 'Pod', namespace, name },
      { gracePeriodSeconds: 0, ...(uid === undefined ? {} : { preconditions: { uid } }) },
    );
  }

  #current(): Pod | undefined {
    const { namespace = '', name, uid } = this.#run.pod.metadata;
    const pod = this.#host.ctx.informer('Pod').lister.get(namespace, name);
    return pod?.metadata.uid === uid ? pod : undefined;
  }
}
