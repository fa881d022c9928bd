import { goDuration } from '#shared/kube/goDuration.ts';
import { resourceAmounts } from '#shared/kube/pod.ts';
import { type ContainerRun, ended, endReason } from './containers.ts';
import { environmentError, userError } from './environment.ts';
import { configSource, preStopOf, startHookOf, stopBehaviour } from './hooks.ts';
import type { PodRun } from './podRun.ts';
import { Probes } from './probes.ts';
import { ImagePulls } from './pulls.ts';
import { matchingRule, restartsAfter } from './restarts.ts';
import { BACKOFF_RESET_MS, MAX_BACKOFF_MS, MIN_BACKOFF_MS, nextBackoff } from './stages.ts';
import { plannedEnd } from './termination.ts';

const OOM_EXIT_CODE = 137;
const START_ERROR_EXIT_CODE = 128;
const EPOCH = '1970-01-01T00:00:00Z';

/** What a container's life means for its pod. */
export interface LifeListener {
  /** A container runs and has started: the next ones may begin. */
  advance(): void;
  /** A container has ended and stays so. */
  over(run: ContainerRun, exitCode: number): void;
  /** A container's rule begins all of the pod's containers anew. */
  restartAll(): void;
}

/** How a container that was told to stop will end. */
interface Killing {
  exitCode: number;
  /** It is started again whatever its policy says: its definition has changed, or a probe wants it anew. */
  restart: boolean;
  /** State it waits in afterwards instead of the plain end. */
  waiting?: { reason: string; message: string };
}

/** The life of the containers of one pod: created, started, hooked, probed, ended, restarted. Models kuberuntime startContainer and killContainer. */
export class ContainerLife {
  readonly #run: PodRun;
  readonly #listener: LifeListener;
  readonly pulls: ImagePulls;
  readonly probes: Probes;
  #killing: Map<string, Killing> | undefined;
  /** When containers whose postStart hook still runs were started. */
  #hooked: Map<string, string> | undefined;

  constructor(run: PodRun, listener: LifeListener) {
    this.#run = run;
    this.#listener = listener;
    this.pulls = new ImagePulls(run, (container) => this.#create(container));
    this.probes = new Probes(run, {
      started: () => {
        run.report();
        listener.advance();
      },
      readinessChanged: () => run.report(),
      failed: (container, kind) => this.#probeFailed(container, kind),
    });
  }

  /** The image is there. What the container is made of is looked up before it is created. */
  #create(container: string): void {
    const run = this.#run.get(container);
    if (run === undefined) return;
    const { pod } = this.#run;
    const config = environmentError(pod, run.spec, configSource(this.#run.host.ctx)) ?? userError(pod, run.spec);
    const broken = this.#run.behaviour(run).createError;
    if (config !== undefined) this.#notCreated(run, 'CreateContainerConfigError', config);
    else if (broken !== undefined) this.#notCreated(run, 'CreateContainerError', broken);
    else this.#run.step('start', container);
  }

  #notCreated(run: ContainerRun, reason: string, message: string): void {
    this.#run.containerEvent(run, 'Warning', 'Failed', `Error: ${message}`);
    const last = run.state.kind === 'terminated' ? run.state : run.last;
    this.#run.set({ ...run, last, state: { kind: 'waiting', reason, message } });
    this.#run.report();
    this.#run.step('retry', run.name);
  }

  /** The runtime starts the container. */
  start(container: string): void {
    const run = this.#run.get(container);
    if (run === undefined) return;
    this.#run.containerEvent(run, 'Normal', 'Created', 'Container created');
    const error = this.#run.behaviour(run).startError;
    if (error !== undefined) {
      this.#notStarted(run, error);
      return;
    }
    this.#run.containerEvent(run, 'Normal', 'Started', 'Container started');
    const hook = startHookOf(this.#run, run);
    if (hook === undefined || (hook.pass && hook.afterMs === 0)) {
      this.#running(run, this.#run.nowText);
      return;
    }
    this.#hooked ??= new Map();
    this.#hooked.set(container, this.#run.nowText);
    this.#run.step('hook', container, hook.afterMs);
  }

  #notStarted(run: ContainerRun, message: string): void {
    this.#run.containerEvent(run, 'Warning', 'Failed', `Error: ${message}`);
    const finishedAt = this.#run.nowText;
    const restarts = this.#restartsOfNext(run);
    this.#run.set({
      ...run,
      restarts,
      again: false,
      state: { kind: 'waiting', reason: 'RunContainerError', message },
      last: { kind: 'terminated', exitCode: START_ERROR_EXIT_CODE, reason: 'StartError', message, startedAt: EPOCH, finishedAt },
    });
    this.#afterEnd(run.name, START_ERROR_EXIT_CODE);
  }

  /** The postStart hook is done; a container whose hook failed is killed. */
  hookDone(container: string): void {
    const run = this.#run.get(container);
    if (run === undefined) return;
    const startedAt = this.#hooked?.get(container) ?? this.#run.nowText;
    this.#hooked?.delete(container);
    const hook = startHookOf(this.#run, run);
    if (hook === undefined || hook.pass) {
      this.#running(run, startedAt);
      return;
    }
    this.#run.containerEvent(run, 'Warning', 'FailedPostStartHook', 'PostStartHook failed');
    this.#run.set(this.#ran(run, startedAt));
    const waiting = { reason: 'PostStartHookError', message: hook.error };
    this.#kill(container, 'FailedPostStartHook', this.#run.graceMs, { restart: false, waiting });
  }

  #ran(run: ContainerRun, startedAt: string): ContainerRun {
    const previous = run.state.kind === 'terminated' ? run.state : run.last;
    return { ...run, state: { kind: 'running', startedAt }, last: previous, restarts: this.#restartsOfNext(run), again: false };
  }

  #restartsOfNext(run: ContainerRun): number {
    return run.state.kind === 'terminated' || run.last !== undefined ? run.restarts + 1 : run.restarts;
  }

  #running(run: ContainerRun, startedAt: string): void {
    this.#run.set(this.#ran(run, startedAt));
    this.planEnd(run.name);
    this.probes.begin(run.name);
    const next = this.#run.get(run.name);
    if (next?.started !== false) return;
    // Still waiting for its startup probe; one that has been added to the pod has none.
    if (run.role === 'ephemeral') this.#run.set({ ...next, started: true });
    this.#run.report();
  }

  /** An init container ends after its work, any other when the scenario says so. */
  planEnd(container: string): void {
    const run = this.#run.get(container);
    if (run?.state.kind !== 'running') return;
    const behaviour = this.#run.behaviour(run);
    const runMs = behaviour.runMs ?? (run.role === 'init' ? this.#run.timings.readyMs : undefined);
    const ranMs = this.#run.ranMs(run);
    if (runMs !== undefined) this.#run.step('end', container, Math.max(0, runMs - ranMs));
    if (behaviour.oomMs !== undefined) this.#run.step('oom', container, Math.max(0, behaviour.oomMs - ranMs));
  }

  /** The program ends by itself. */
  end(container: string): void {
    const run = this.#run.get(container);
    if (run !== undefined) this.exit(container, this.#run.behaviour(run).exitCode(run.restarts));
  }

  /** The program asked for more memory than it may have. */
  outOfMemory(container: string): void {
    this.exit(container, OOM_EXIT_CODE, 'OOMKilled');
  }

  /** Ends every container that uses more than its memory limit. */
  checkMemory(): void {
    for (const run of this.#run.containers) {
      if (run.state.kind !== 'running') continue;
      const limit = resourceAmounts(run.spec.resources?.limits as Record<string, string> | undefined).memory;
      const used = limit === undefined ? undefined : this.#run.host.memoryUsage(this.#run.pod, run.name);
      if (limit !== undefined && used !== undefined && used > limit) this.outOfMemory(run.name);
    }
  }

  #probeFailed(container: string, kind: 'startup' | 'liveness'): void {
    const run = this.#run.get(container);
    if (run === undefined || this.#run.stopping) return;
    const probe = kind === 'startup' ? run.spec.startupProbe : run.spec.livenessProbe;
    const own = probe?.terminationGracePeriodSeconds;
    const what = `${run.role === 'sidecar' ? 'Init container' : 'Container'} ${container} failed ${kind} probe`;
    const restarts = (run.spec.restartPolicy ?? this.#run.pod.spec.restartPolicy) !== 'Never';
    const message = run.role !== 'sidecar' && restarts ? `${what}, will be restarted` : what;
    this.#kill(container, message, own === undefined ? this.#run.graceMs : own * 1000, { restart: restarts });
  }

  /** The container's image has changed in the pod's spec. */
  replace(container: string): void {
    const run = this.#run.get(container);
    if (run?.state.kind !== 'running') return;
    const message =
      run.role === 'sidecar'
        ? `Init container ${container} definition changed`
        : `Container ${container} definition changed, will be restarted`;
    this.#kill(container, message, this.#run.graceMs, { restart: true });
  }

  /** Tells a container to stop: preStop hook, SIGTERM, SIGKILL. Its end is reported when it has come. */
  #kill(container: string, message: string, graceMs: number, then: Omit<Killing, 'exitCode'>): void {
    const run = this.#run.get(container);
    if (run?.state.kind !== 'running' || this.#killing?.has(container)) return;
    this.#run.containerEvent(run, 'Normal', 'Killing', message);
    if (graceMs > 0 && preStopOf(this.#run, run)?.pass === false)
      this.#run.containerEvent(run, 'Warning', 'FailedPreStopHook', 'PreStopHook failed');
    this.probes.stop(container);
    const plan = plannedEnd(container, graceMs, 0, stopBehaviour(this.#run, run));
    this.#killing ??= new Map();
    this.#killing.set(container, { exitCode: plan.exitCode, ...then });
    if (plan.afterMs === 0) this.killed(container);
    else this.#run.step('kill', container, plan.afterMs);
  }

  /** A container that was told to stop has ended. */
  killed(container: string): void {
    this.exit(container, this.#killing?.get(container)?.exitCode ?? OOM_EXIT_CODE);
  }

  /** The program has ended with that code. */
  exit(container: string, exitCode: number, reason: string = endReason(exitCode)): void {
    const run = this.#run.get(container);
    if (run?.state.kind !== 'running') return;
    const killing = this.#killing?.get(container);
    this.forget(container);
    const ranMs = this.#run.ranMs(run);
    const backoffMs = ranMs >= BACKOFF_RESET_MS ? 0 : run.backoffMs;
    const message = this.#run.behaviour(run).terminationMessage;
    const done = ended(run, exitCode, reason, this.#run.nowText, message);
    const next = { ...done, backoffMs, ready: run.role === 'init' && exitCode === 0 };
    const restarts = restartsAfter(run, this.#run.pod, exitCode);
    if (!restarts && killing?.restart === true && backoffMs === 0 && !this.#run.stopping) {
      this.#run.set(next);
      this.restart(container);
      return;
    }
    const waiting = restarts ? killing?.waiting : undefined;
    this.#run.set(waiting === undefined ? next : { ...next, last: next.state, state: { kind: 'waiting', ...waiting } });
    this.#afterEnd(container, exitCode);
  }

  #afterEnd(container: string, exitCode: number): void {
    const run = this.#run.get(container);
    if (run === undefined) return;
    if (this.#run.stopping || !restartsAfter(run, this.#run.pod, exitCode)) {
      this.#listener.over(run, exitCode);
    } else if (matchingRule(run.spec, exitCode) === 'RestartAllContainers') {
      this.#listener.restartAll();
    } else {
      this.#run.report();
      this.#run.step('restart', container);
    }
  }

  /** Nothing is pending for the container any more. */
  forget(container: string): void {
    this.probes.stop(container);
    this.#killing?.delete(container);
    for (const stage of ['end', 'oom', 'kill'] as const) this.#run.timers.cancel(stage, container);
  }

  /** The first restart comes at once, each later one after a delay that doubles. Models kubelet doBackOff. */
  restart(container: string): void {
    const run = this.#run.get(container);
    if (run === undefined || run.state.kind === 'running') return;
    const last = run.state.kind === 'terminated' ? run.state : run.last;
    if (last === undefined) return;
    const { crashLoopBackoffMs, syncMs } = this.#run.timings;
    if (run.backoffMs === 0) {
      this.#run.set({ ...run, backoffMs: Math.max(MIN_BACKOFF_MS, nextBackoff(0, crashLoopBackoffMs)) });
      this.pulls.prepare(container);
      return;
    }
    const id = this.#run.fullName;
    this.#run.containerEvent(run, 'Warning', 'BackOff', `Back-off restarting failed container ${container} in pod ${id}`);
    const message = `back-off ${goDuration(run.backoffMs)} restarting failed container=${container} pod=${id}`;
    this.#run.set({
      ...run,
      last,
      state: { kind: 'waiting', reason: 'CrashLoopBackOff', message },
      backoffMs: nextBackoff(run.backoffMs, crashLoopBackoffMs),
    });
    this.#run.report();
    this.#run.step('backoff', container, Math.max(MIN_BACKOFF_MS, run.backoffMs - syncMs));
  }

  /** Sets the timers a container had that ran, ended or waited before this kubelet began. */
  resume(run: ContainerRun): void {
    const { state } = run;
    if (state.kind === 'running') {
      this.probes.resume(run.name);
      this.planEnd(run.name);
    } else if (state.kind === 'terminated') {
      if (restartsAfter(run, this.#run.pod, state.exitCode)) this.#run.step('restart', run.name);
    } else if (run.last !== undefined) {
      const doublings = Math.max(0, Math.min(10, run.restarts - 1));
      const backoffMs = Math.min(MAX_BACKOFF_MS, this.#run.timings.crashLoopBackoffMs * 2 ** doublings);
      this.#run.set({ ...run, backoffMs });
      this.#run.step('backoff', run.name, backoffMs);
    }
  }
}
