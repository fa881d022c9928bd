import { Hasher, hashValue } from '#shared/core/hash.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, ObjectRef, Pod, Status } from '#shared/kube/types.ts';
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
import type { Advice } from './advice/index.ts';
import { loadObjects } from './apiserver/load.ts';
import { badRequest } from './apiserver/status.ts';
import type { EngineSignal } from './client/types.ts';
import type { ComponentSet } from './components.ts';
import type { EngineCore } from './core.ts';
import { rolloutHistory, rolloutStatus } from './kubectl/rolloutViews.ts';
import { topNodes, topPods } from './kubectl/top.ts';
import type { Kubelets } from './kubelet/index.ts';
import type { AutoscalerHistory } from './metrics/history.ts';
import { reportMetrics } from './metrics/report.ts';
import type { MetricsSource } from './metrics/types.ts';
import type { SchedulerSet } from './schedulers.ts';
import { settingsView } from './settingsView.ts';
import { runLoop } from './sim/loop.ts';
import type { RunOutcome, Simulation, StoredChange } from './types.ts';

/** Refusals that the list of recent ones shows. */
const SHOWN_REFUSALS = 50;

/** The command line's verbs as the simulation needs them. */
export interface KubectlPart {
  execute(command: Command): Result<CommandReply, Status>;
  drainPreview(node: string, options: DrainOptions): Result<DrainPreview, Status>;
  /** Nodes with a drain under way, by name. */
  running(): string[];
}

/** All parts of a simulation. */
export interface SimulationParts {
  readonly core: EngineCore;
  readonly schedulers: SchedulerSet;
  readonly components: ComponentSet;
  readonly kubectl: KubectlPart;
  readonly kubelet: Pick<Kubelets, 'logs'>;
  readonly advice: Advice;
  readonly faults: () => Record<string, 'crashed' | 'partitioned'>;
  readonly metrics: { readonly source: MetricsSource; readonly history: AutoscalerHistory };
}

/** The engine's door, made of its parts. */
export class ClusterSimulation implements Simulation {
  readonly #core: EngineCore;
  readonly #parts: SimulationParts;

  constructor(parts: SimulationParts) {
    this.#core = parts.core;
    this.#parts = parts;
  }

  get nowMs(): number {
    return this.#core.clock.nowMs;
  }

  get startTime(): string {
    return this.#core.startTime;
  }

  get revision(): number {
    return this.#core.store.revision;
  }

  get tasks(): number {
    return this.#core.clock.tasks;
  }

  get oldestRevision(): number {
    return this.#core.store.oldestRevision;
  }

  load(objects: AnyObject[]): Result<null, { index: number; status: Status }[]> {
    this.#refuseInside('load');
    const loaded = loadObjects(this.#core.server, this.#core.store, objects);
    // Components start with the first thing asked of them, so that they find what was loaded.
    if (loaded.ok) this.#parts.components.start();
    return loaded;
  }

  execute(command: Command): Result<CommandReply, Status> {
    this.#refuseInside('execute');
    this.#parts.components.start();
    if (command.type === 'setPositions') return err(badRequest('positions belong to the session, not to the cluster'));
    return this.#parts.kubectl.execute(command);
  }

  run(options: Parameters<Simulation['run']>[0]): RunOutcome {
    this.#refuseInside('run');
    this.#parts.components.start();
    return runLoop(this.#core.clock, () => this.#core.store.revision, options);
  }

  nextDueMs(options?: { foregroundOnly?: boolean }): number | undefined {
    this.#parts.components.start();
    return this.#core.clock.nextDueMs(options?.foregroundOnly === true);
  }

  changesSince(revision: number): readonly StoredChange[] | undefined {
    return this.#core.store.changesSince(revision);
  }

  objects(): readonly AnyObject[] {
    return this.#core.store.objects();
  }

  get(key: string): AnyObject | undefined {
    const first = key.indexOf('/');
    const second = key.indexOf('/', first + 1);
    if (first < 0 || second < 0) return undefined;
    return this.#core.store.get(key.slice(0, first), key.slice(first + 1, second), key.slice(second + 1));
  }

  stateAt(revision: number): readonly AnyObject[] | undefined {
    return this.#core.store.stateAt(revision);
  }

  drainSignals(): EngineSignal[] {
    return this.#core.context.drainSignals();
  }

  queue(): QueueView {
    return this.#parts.schedulers.queue();
  }

  components(): ComponentView[] {
    const { schedulers, components } = this.#parts;
    return components.list().map((component) => {
      const profiles = schedulers.profilesOf(component.name);
      const cycles = schedulers.get(component.name)?.cycles ?? this.#core.context.pulses(component.name);
      return { ...component, cycles, ...(profiles === undefined ? {} : { profiles }) };
    });
  }

  schedulers(): SchedulerView[] {
    const states = new Map(this.#parts.components.list().map(({ name, running }) => [name, running]));
    return this.#parts.schedulers.list().map(({ name, configuration }) => ({
      name,
      running: states.get(name) === true,
      profiles: this.#parts.schedulers.profilesOf(name) ?? [],
      configuration,
    }));
  }

  draining(): string[] {
    return this.#parts.kubectl.running();
  }

  settings(): SettingsView {
    return settingsView(this.#core.context.config);
  }

  faults(): Record<string, 'crashed' | 'partitioned'> {
    return this.#parts.faults();
  }

  explain(namespace: string, name: string): readonly Attempt[] {
    return this.#parts.schedulers.explain(namespace, name);
  }

  fit(pod: AnyObject): Result<Attempt, Status> {
    this.#parts.components.start();
    const stored = this.#core.store.get('Pod', pod.metadata.namespace ?? 'default', pod.metadata.name);
    // A stored pod has passed admission already.
    if (stored !== undefined && stored.metadata.uid === pod.metadata.uid)
      return this.#parts.schedulers.fit(pod as unknown as Pod);
    const info = kindInfo('Pod');
    if (info === undefined || pod.kind !== 'Pod') return err(badRequest('only a Pod can be fitted'));
    const named = pod.metadata.name ? pod : { ...pod, metadata: { ...pod.metadata, name: 'preview' } };
    const complete = this.#core.server.completed(info, named);
    return complete.ok ? this.#parts.schedulers.fit(complete.value as unknown as Pod) : complete;
  }

  drainPreview(node: string, options: DrainOptions): Result<DrainPreview, Status> {
    return this.#parts.kubectl.drainPreview(node, options);
  }

  suggest(namespace: string, name: string): Result<Suggestion[], Status> {
    this.#refuseInside('suggest');
    this.#parts.components.start();
    return this.#parts.advice.suggest(namespace, name);
  }

  preview(command: Command): Result<CommandPreview, Status> {
    this.#refuseInside('preview');
    this.#parts.components.start();
    return this.#parts.advice.preview(command);
  }

  admission(ref?: ObjectRef): AdmissionDecision[] {
    const { trace } = this.#core.server;
    return ref === undefined ? trace.refusals(SHOWN_REFUSALS) : trace.of(ref);
  }

  metrics(ref?: ObjectRef): MetricsView {
    this.#parts.components.start();
    return reportMetrics({ ctx: this.#core.context, ...this.#parts.metrics }, ref);
  }

  top(what: 'nodes' | 'pods', options: TopOptions): Result<string[], Status> {
    this.#parts.components.start();
    const { context, clock } = this.#core;
    const cluster = {
      nowMs: clock.nowMs,
      parseMs: (timestamp: string) => clock.parseMs(timestamp),
      nodes: () => context.informer('Node').lister.list(),
      pods: (namespace: string | undefined) => context.informer('Pod').lister.list(namespace),
    };
    const { source } = this.#parts.metrics;
    return what === 'nodes' ? topNodes(source, cluster, options) : topPods(source, cluster, options);
  }

  logs(namespace: string, pod: string, container: string, previous: boolean): Result<string[], Status> {
    this.#parts.components.start();
    const lines = this.#parts.kubelet.logs(namespace, pod, container, { previous });
    return lines.ok ? lines : err(badRequest(lines.error));
  }

  rollout(ref: ObjectRef, what: 'status' | 'history'): Result<string[], Status> {
    this.#parts.components.start();
    const { context } = this.#core;
    const client = context.client('kubernetes-admin');
    if (what === 'history') return rolloutHistory(context, client, ref);
    const { lines, error } = rolloutStatus(client, ref);
    return error === undefined ? ok([...lines]) : err(error);
  }

  check(object: AnyObject): Result<null, Status> {
    const client = this.#core.context.client('kubernetes-admin');
    const namespaced = kindInfo(object.kind)?.namespaced === true;
    const namespace = namespaced ? (object.metadata.namespace ?? 'default') : '';
    const exists = this.#core.store.get(object.kind, namespace, object.metadata.name) !== undefined;
    const answer = exists ? client.update(object, { dryRun: true }) : client.create(object, { dryRun: true });
    return answer.ok ? ok(null) : answer;
  }

  digest(): string {
    const hasher = new Hasher();
    this.#core.store.digest(hasher);
    this.#core.clock.digest(hasher);
    this.#core.random.digest(hasher);
    hasher.text(this.#parts.schedulers.digestParts());
    hashValue(hasher, this.#parts.faults());
    this.#parts.components.digest(hasher);
    return hasher.hex();
  }

  #refuseInside(what: string): void {
    if (this.#core.clock.running) throw new Error(`${what} was called from inside a run`);
  }
}
