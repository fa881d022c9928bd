import { forcedReadiness, type ProbeKind } from './behaviour.ts';
import type { ContainerRun } from './containers.ts';
import type { PodRun } from './podRun.ts';
import { freshProbe, look, nextLook, type ProbeSettings, type ProbeState } from './probeClock.ts';
import { probeFailure } from './probeWords.ts';
import { outcomeAt, type Timeline } from './timeline.ts';

const KINDS: readonly ProbeKind[] = ['startup', 'liveness', 'readiness'];
const PASS: Timeline = [{ fromMs: 0, outcome: 'pass' }];

/** What a probe's result means for its container. */
export interface ProbeListener {
  /** The startup probe has passed (or there is none). */
  started(container: string): void;
  /** Readiness has changed; `container` already says so. */
  readinessChanged(container: string): void;
  /** The startup or liveness probe has failed for good. */
  failed(container: string, kind: 'startup' | 'liveness'): void;
}

type Probe = NonNullable<ContainerRun['spec']['livenessProbe']>;

/**
 * Probes of a pod's containers. Their outcomes are scripted, so only looks that can change something are put on the clock: a probe that passes for
 * ever costs one look, or none. Models pkg/kubelet/prober.
 */
export class Probes {
  readonly #run: PodRun;
  readonly #listener: ProbeListener;
  /** By kind and container; kept for containers that have probes only. */
  #states: Map<string, ProbeState> | undefined;

  constructor(run: PodRun, listener: ProbeListener) {
    this.#run = run;
    this.#listener = listener;
  }

  /** A container runs: begins with its startup probe, or with the others when there is none. */
  begin(container: string): void {
    const run = this.#run.get(container);
    if (run?.state.kind !== 'running' || run.role === 'ephemeral') return;
    for (const kind of KINDS) this.#states?.delete(`${kind}/${container}`);
    if (run.spec.startupProbe !== undefined) this.#plan(container, 'startup', 0);
    else this.#passedStartup(container);
  }

  /** Takes up the probes of a container that ran before this kubelet did. */
  resume(container: string): void {
    const run = this.#run.get(container);
    if (run?.state.kind !== 'running' || run.role === 'ephemeral') return;
    const fromMs = this.#run.ranMs(run);
    if (run.spec.startupProbe !== undefined && !run.started) {
      this.#plan(container, 'startup', fromMs);
      return;
    }
    if (run.spec.livenessProbe !== undefined) this.#plan(container, 'liveness', fromMs);
    if (run.role === 'init') return;
    this.#remember(container, 'readiness', freshProbe(run.ready ? true : undefined));
    this.#planReadiness(run, fromMs);
  }

  /** Annotations of the pod have changed: what is scripted from now on may differ. True when a readiness changed at once. */
  rescript(): boolean {
    let changed = false;
    for (const run of this.#run.containers) {
      if (run.state.kind !== 'running' || run.role === 'init' || run.role === 'ephemeral') continue;
      const nextMs = this.#run.ranMs(run) + 1;
      if (run.spec.startupProbe !== undefined && !run.started) {
        this.#plan(run.name, 'startup', nextMs);
        continue;
      }
      if (run.spec.livenessProbe !== undefined) this.#plan(run.name, 'liveness', nextMs);
      const forced = forcedReadiness(this.#run.pod, run.image);
      if (forced === undefined) {
        this.#planReadiness(run, nextMs);
      } else if (!this.#run.timers.has('readiness', run.name) || forced === false) {
        this.#run.timers.cancel('readiness', run.name);
        if (this.#setReady(run.name, forced)) changed = true;
      }
    }
    return changed;
  }

  /** Ends the looks at a container. */
  stop(container: string): void {
    for (const kind of KINDS) this.#run.timers.cancel(kind, container);
  }

  /** A look at a probe is due. */
  due(kind: ProbeKind, container: string): void {
    const run = this.#run.get(container);
    if (run?.state.kind !== 'running') return;
    const forced = kind === 'readiness' ? forcedReadiness(this.#run.pod, run.image) : undefined;
    if (forced !== undefined) {
      if (this.#setReady(container, forced)) this.#listener.readinessChanged(container);
      return;
    }
    const atMs = this.#run.ranMs(run);
    const settings = this.#settings(run, kind);
    const timeline = this.#timeline(run, kind);
    const before = this.#state(container, kind, run);
    const after = look(before, settings, timeline, atMs);
    this.#remember(container, kind, after);
    if (after.last === false) this.#unhealthy(run, kind, outcomeAt(timeline, atMs));
    if (after.settled === before.settled) this.#plan(container, kind, atMs + 1);
    else this.#decided(container, kind, after.settled === true, atMs);
  }

  #decided(container: string, kind: ProbeKind, pass: boolean, atMs: number): void {
    if (kind === 'readiness') {
      const changed = this.#setReady(container, pass);
      this.#plan(container, kind, atMs + 1);
      if (changed) this.#listener.readinessChanged(container);
    } else if (!pass) {
      this.#listener.failed(container, kind);
    } else if (kind === 'startup') {
      this.#passedStartup(container);
    } else {
      this.#plan(container, kind, atMs + 1);
    }
  }

  #passedStartup(container: string): void {
    const run = this.#run.get(container);
    if (run === undefined) return;
    this.#run.set({ ...run, started: true });
    if (run.spec.livenessProbe !== undefined) this.#plan(container, 'liveness', this.#run.ranMs(run));
    if (run.role !== 'init') this.#planReadiness(run, this.#run.ranMs(run));
    this.#listener.started(container);
  }

  /** A container without a readiness probe is ready once it has started; the program takes its time for that. */
  #planReadiness(run: ContainerRun, fromMs: number): void {
    const { readinessProbe, startupProbe } = run.spec;
    if (readinessProbe === undefined && startupProbe !== undefined && forcedReadiness(this.#run.pod, run.image) === undefined) {
      if (run.ready === false && this.#run.behaviour(run).probe('readiness') === undefined) {
        this.#setReady(run.name, true);
        return;
      }
    }
    if (forcedReadiness(this.#run.pod, run.image) !== undefined) {
      const { firstMs } = this.#settings(run, 'readiness');
      if (!run.ready) this.#run.step('readiness', run.name, Math.max(0, firstMs - fromMs));
      return;
    }
    this.#plan(run.name, 'readiness', fromMs);
  }

  #plan(container: string, kind: ProbeKind, fromMs: number): void {
    const run = this.#run.get(container);
    if (run?.state.kind !== 'running') return;
    const { settled } = this.#state(container, kind, run);
    const dueMs = nextLook(this.#settings(run, kind), this.#timeline(run, kind), settled, fromMs);
    if (dueMs === undefined) {
      this.#run.timers.cancel(kind, container);
      return;
    }
    const delayMs = dueMs - this.#run.ranMs(run);
    // A look that is due now is taken with the start itself, so that both are one write.
    if (delayMs <= 0) this.due(kind, container);
    else this.#run.step(kind, container, delayMs);
  }

  #timeline(run: ContainerRun, kind: ProbeKind): Timeline {
    return this.#run.behaviour(run).probe(kind) ?? PASS;
  }

  /** The program needs some time until it answers; the looks begin after that. Without a readiness probe each look decides. */
  #settings(run: ContainerRun, kind: ProbeKind): ProbeSettings {
    const probe = probeOf(run, kind);
    return {
      firstMs: this.#run.timings.readyMs + (probe?.initialDelaySeconds ?? 0) * 1000,
      periodMs: Math.max(1, probe?.periodSeconds ?? (probe === undefined ? 1 : 10)) * 1000,
      successThreshold: probe?.successThreshold ?? 1,
      failureThreshold: probe === undefined ? 1 : (probe.failureThreshold ?? 3),
    };
  }

  #state(container: string, kind: ProbeKind, run: ContainerRun): ProbeState {
    const known = this.#states?.get(`${kind}/${container}`);
    // An override has moved the readiness since: the looks begin anew.
    const overridden = kind === 'readiness' && known?.settled !== undefined && known.settled !== run.ready;
    if (known !== undefined && !overridden) return known;
    return freshProbe(kind === 'liveness' || (kind === 'readiness' && run.ready) ? true : undefined);
  }

  #remember(container: string, kind: ProbeKind, state: ProbeState): void {
    const run = this.#run.get(container);
    // A plain container's one look needs no memory: its own `ready` says it all.
    if (run === undefined || (probeOf(run, kind) === undefined && state.settled === true)) {
      this.#states?.delete(`${kind}/${container}`);
      return;
    }
    this.#states ??= new Map();
    this.#states.set(`${kind}/${container}`, state);
  }

  #setReady(container: string, ready: boolean): boolean {
    const run = this.#run.get(container);
    if (run?.state.kind !== 'running' || run.ready === ready) return false;
    const forced = forcedReadiness(this.#run.pod, run.image);
    if (!ready && forced === false) this.#unhealthy(run, 'readiness', 'fail');
    this.#run.set({ ...run, ready });
    return true;
  }

  #unhealthy(run: ContainerRun, kind: ProbeKind, outcome: 'pass' | 'fail' | 'timeout'): void {
    const message = probeFailure(kind, probeOf(run, kind), run.spec, this.#run.podIP ?? '', outcome);
    this.#run.containerEvent(run, 'Warning', 'Unhealthy', message);
  }
}

function probeOf(run: ContainerRun, kind: ProbeKind): Probe | undefined {
  const { startupProbe, livenessProbe, readinessProbe } = run.spec;
  return kind === 'startup' ? startupProbe : kind === 'liveness' ? livenessProbe : readinessProbe;
}
