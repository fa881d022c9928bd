import type { Result } from '#shared/core/result.ts';
import type { NamedScheduler } from '#shared/kube/schedulerConfig/index.ts';
import type { AnyObject, ObjectRef, Status } from '#shared/kube/types.ts';
import type {
  AdmissionDecision,
  Attempt,
  Command,
  CommandPreview,
  CommandReply,
  ComponentView,
  DrainOptions,
  DrainPreview,
  MetricsView,
  QueueView,
  SchedulerView,
  SettingsView,
  Suggestion,
  TopOptions,
} from '#shared/protocol/index.ts';
import type { EngineConfig, EngineSignal } from './client/types.ts';

/** What createSimulation is given. `startTime` RFC 3339 UTC; `historyBytes` bounds the kept history. */
export interface SimulationOptions {
  seed: number;
  startTime?: string;
  config?: DeepPartial<EngineConfig>;
  historyBytes?: number;
  /** Configurations of kube-scheduler and of further schedulers; without one, kube-scheduler runs with its defaults. */
  schedulers?: readonly NamedScheduler[];
}

/** Every field optional, recursively; lists as a whole. */
export type DeepPartial<T> = {
  [K in keyof T]?: T[K] extends readonly unknown[] ? T[K] : T[K] extends object ? DeepPartial<T[K]> : T[K];
};

/** Why a run ended. `until`: virtual time reached; `idle`: nothing due at all; `quiet`: only background work is left; `stop`: the caller's budget. */
export interface RunOutcome {
  reason: 'until' | 'idle' | 'quiet' | 'write' | 'stop' | 'tasks';
  tasks: number;
}

/** One committed write. */
export interface StoredChange {
  revision: number;
  atMs: number;
  key: string;
  before: AnyObject | null;
  object: AnyObject | null;
}

/** The engine's only door. All methods are synchronous; none may be called from inside a run. */
export interface Simulation {
  readonly nowMs: number;
  readonly startTime: string;
  readonly revision: number;
  /** Tasks executed since the start: with nowMs it names an exact point of the run (journal positions). */
  readonly tasks: number;
  /**
   * Puts objects into the store as they are, before the first run: defaults and validation apply, but spec.nodeName and status are respected,
   * uid, creationTimestamp and generation are kept when given. Returns all errors and stores nothing when there is one.
   */
  load(objects: AnyObject[]): Result<null, { index: number; status: Status }[]>;
  /** Carries out a command now. A refused command changes nothing. `setPositions` is the session's own and refused here. */
  execute(command: Command): Result<CommandReply, Status>;
  /**
   * Runs due tasks in order up to and including untilMs; nowMs ends at untilMs unless stopped earlier. Stops after a task when `stop()` says so,
   * after `maxTasks`, after the first task that wrote (`untilWrite`), or when only background work is due (`untilQuiet`).
   */
  run(options: {
    untilMs: number;
    maxTasks?: number;
    untilWrite?: boolean;
    untilQuiet?: boolean;
    stop?: () => boolean;
  }): RunOutcome;
  /** Due time of the next task (with or without background ones). */
  nextDueMs(options?: { foregroundOnly?: boolean }): number | undefined;
  /** Writes after `revision`, oldest first; undefined when they are forgotten. */
  changesSince(revision: number): readonly StoredChange[] | undefined;
  /** All present objects, by key order. */
  objects(): readonly AnyObject[];
  get(key: string): AnyObject | undefined;
  /** Objects as of a past revision; undefined when forgotten. */
  stateAt(revision: number): readonly AnyObject[] | undefined;
  /** Oldest revision whose state can still be shown. */
  readonly oldestRevision: number;
  /** Signals since the last call. */
  drainSignals(): EngineSignal[];
  queue(): QueueView;
  components(): ComponentView[];
  /** The schedulers with their configurations, kube-scheduler first. */
  schedulers(): SchedulerView[];
  /** What the cluster was set up with, as far as explanations need it. */
  settings(): SettingsView;
  faults(): Record<string, 'crashed' | 'partitioned'>;
  /** Nodes with a drain under way, by name. */
  draining(): string[];
  /** Attempts of a pod, newest first. */
  explain(namespace: string, name: string): readonly Attempt[];
  /** Dry run for a pod object (stored or not) on the current state. */
  fit(pod: AnyObject): Result<Attempt, Status>;
  drainPreview(node: string, options: DrainOptions): Result<DrainPreview, Status>;
  /** The smallest changes after which a pending pod would get a node, smallest first; each tried on a copy. 404 for an unknown pod. */
  suggest(namespace: string, name: string): Result<Suggestion[], Status>;
  /** What would follow from a command, without giving it. 400 for one that has no preview. */
  preview(command: Command): Result<CommandPreview, Status>;
  /** What admission has decided lately: about one object, or (without `ref`) the last refusals; newest first. */
  admission(ref?: ObjectRef): AdmissionDecision[];
  /** Measured use of pods and nodes, and the autoscalers' recent past: of everything or of what `ref` names. */
  metrics(ref?: ObjectRef): MetricsView;
  /** The lines of `kubectl top`, or its error. */
  top(what: 'nodes' | 'pods', options: TopOptions): Result<string[], Status>;
  /** The lines of `kubectl logs` for one container, or the kubelet's error. */
  logs(namespace: string, pod: string, container: string, previous: boolean): Result<string[], Status>;
  /** The lines of `kubectl rollout status` (as of now) or `kubectl rollout history`, or kubectl's error. */
  rollout(ref: ObjectRef, what: 'status' | 'history'): Result<string[], Status>;
  /** Would this object be accepted (create, or update when it exists)? Writes nothing. */
  check(object: AnyObject): Result<null, Status>;
  /** Hash over all objects, clock, random streams and queues. */
  digest(): string;
}
