import { err, ok, type Result } from '#shared/core/result.ts';
import type { Pod, Status } from '#shared/kube/types.ts';
import type { Attempt, QueueEntry, QueueView } from '#shared/protocol/explain.ts';
import type { Client, Component, ComponentContext, EngineConfig } from '../client/types.ts';
import { bindingCycle, WaitingPods } from './binding.ts';
import { SchedulerCache } from './cache/cache.ts';
import { type DecideOptions, type Decision, decide } from './framework/decide.ts';
import { Framework } from './framework/framework.ts';
import type { PluginFactory } from './framework/plugin.ts';
import { PodInfos } from './framework/podinfo.ts';
import { ResourceTable } from './framework/resources.ts';
import { errorStatus } from './framework/status.ts';
import { watchCluster } from './informers.ts';
import { watchOtherKinds } from './otherkinds.ts';
import { pluginRegistry } from './plugins/registry.ts';
import { PodWriter } from './podwrites.ts';
import { defaultProfile, type ProfileConfig } from './profiles.ts';
import { Nominator } from './queue/nominator.ts';
import { SchedulingQueue } from './queue/queue.ts';
import type { QueuedPodInfo } from './queue/queuedpod.ts';
import { createSandbox, type Sandbox } from './sandbox.ts';
import { noProfile } from './status.ts';
import { gatedAttempt, recordOf, Trace, toAttempt } from './trace.ts';

/** What a configuration file decides. Absent back-off bounds are the engine's own. */
export interface SchedulerSettings {
  readonly profiles?: readonly ProfileConfig[];
  readonly backoffInitialMs?: number;
  readonly backoffMaxMs?: number;
}

/** Settings beyond the engine's configuration. `trace` false: no attempts are kept (benches). */
export interface SchedulerOptions extends SchedulerSettings {
  /** Name of the component, its user and its pulse; kube-scheduler when absent. */
  readonly name?: string;
  readonly trace?: boolean;
  /** Plugins beside the built-in ones; a profile has to switch them on. */
  readonly plugins?: ReadonlyMap<string, PluginFactory>;
}

/** The scheduler as the rest of the engine sees it. */
export interface SchedulerComponent extends Component {
  readonly cycles: number;
  /** Takes other settings; one that runs is restarted with them and learns everything from the API again. */
  configure(settings: SchedulerSettings): void;
  queue(): QueueView;
  /** Attempts of a pod, newest first. */
  explain(namespace: string, name: string): readonly Attempt[];
  /** Dry run for any pod object on the present state; writes nothing, draws nothing. */
  fit(pod: Pod): Result<Attempt, Status>;
  /** A copy of the present state to try things on. */
  sandbox(): Sandbox;
  /** Text of everything that decides what the scheduler does next. */
  digestParts(): string;
}

/** Name of the scheduler every cluster has. */
export const schedulerName = 'kube-scheduler';

/** The scheduling loop: one pod per cycle, `cycleMs` of virtual time each. All state is rebuilt from the API on start. Models pkg/scheduler Scheduler. */
export class Scheduler implements SchedulerComponent {
  readonly name: string;
  readonly #ctx: ComponentContext;
  readonly #client: Client;
  #profiles: readonly ProfileConfig[];
  #timings: EngineConfig['scheduler'];
  readonly #registry: ReadonlyMap<string, PluginFactory>;
  readonly #trace: Trace | undefined;
  readonly #writer: PodWriter;
  #frameworks = new Map<string, Framework>();
  #cache: SchedulerCache;
  #queue: SchedulingQueue;
  #nominator: Nominator;
  #pods: PodInfos;
  readonly #waiting: WaitingPods;
  #running = false;
  #unsubscribe: (() => void) | undefined;
  #cycleTimer: number | undefined;
  #nextStartIndex = 0;
  #dryRun = false;
  cycles = 0;

  constructor(ctx: ComponentContext, options: SchedulerOptions = {}) {
    this.#ctx = ctx;
    this.name = options.name ?? schedulerName;
    this.#client = ctx.client(this.name);
    this.#profiles = options.profiles ?? [defaultProfile];
    this.#timings = timingsOf(ctx, options);
    this.#registry = new Map([...pluginRegistry, ...(options.plugins ?? [])]);
    this.#trace = options.trace === false ? undefined : new Trace();
    this.#writer = new PodWriter(ctx, this.#client);
    this.#waiting = new WaitingPods(ctx.clock);
    this.#pods = new PodInfos(new ResourceTable());
    this.#cache = new SchedulerCache(this.#pods);
    this.#nominator = new Nominator(this.#pods);
    this.#queue = this.#newQueue();
    this.#reset();
  }

  /** Everything that is learned from the API, empty. */
  #reset(): void {
    this.#pods = new PodInfos(new ResourceTable());
    this.#cache = new SchedulerCache(this.#pods);
    this.#nominator = new Nominator(this.#pods);
    this.#frameworks = new Map(this.#profiles.map((profile) => [profile.schedulerName, this.#newFramework(profile)]));
    this.#queue = this.#newQueue();
    this.#nextStartIndex = 0;
  }

  #newFramework(profile: ProfileConfig): Framework {
    const { clock, random } = this.#ctx;
    return new Framework(profile, this.#registry, {
      clock,
      pods: this.#pods,
      snapshot: () => this.#cache.updateSnapshot(),
      objects: {
        list: (kind, namespace) => this.#ctx.informer(kind).lister.list(namespace),
        get: (kind, namespace, name) => this.#ctx.informer(kind).lister.get(namespace, name),
      },
      nominatedPods: (node) => this.#nominator.onNode(node),
      nominatedNodes: () => this.#nominator.nodes(),
      update: (object) => {
        const answer = this.#client.update(object);
        return answer.ok ? answer : err(answer.error.message);
      },
      bind: ({ pod }, node) => {
        const answer = this.#client.bind(pod.metadata.namespace ?? '', pod.metadata.name, node);
        return answer.ok ? null : errorStatus(answer.error.message);
      },
      waiting: this.#waiting,
      draw: (stream, bound) => (this.#dryRun ? 0 : random.stream(this.#stream(stream)).nextInt(bound)),
      preemptionTriesAllNodes: () => this.#dryRun,
    });
  }

  #newQueue(): SchedulingQueue {
    const sorter = this.#frameworks.get(this.#profiles[0]?.schedulerName ?? '')?.at('queueSort')[0];
    return new SchedulingQueue(this.#ctx.clock, this.#timings, {
      preEnqueue: (pod) => this.#preEnqueue(pod),
      registrations: (pod, plugin) => this.#frameworkOf(pod)?.plugin(plugin)?.events?.() ?? [],
      compare: (a, b) => sorter?.compare?.(a, b) ?? 0,
      onReady: () => this.#arm(),
    });
  }

  #frameworkOf(pod: Pod): Framework | undefined {
    return this.#frameworks.get(pod.spec.schedulerName ?? defaultProfile.schedulerName);
  }

  #preEnqueue(pod: Pod) {
    const status = this.#frameworkOf(pod)?.preEnqueue(pod) ?? null;
    if (status !== null && this.#trace !== undefined) {
      const frame = { ...this.#frame(pod, 0), result: 'gated' as const };
      const nodes = this.#cache.nodeCount;
      this.#trace.record(frame.pod, 0, () => gatedAttempt(frame, nodes, status));
    }
    return status;
  }

  /** Name of a random stream: each scheduler draws from its own, so that a further one does not shift the others. */
  #stream(name: string): string {
    return this.name === schedulerName ? name : `${this.name}/${name}`;
  }

  configure(settings: SchedulerSettings): void {
    const running = this.#running;
    if (running) this.stop();
    this.#profiles = settings.profiles ?? [defaultProfile];
    this.#timings = timingsOf(this.#ctx, settings);
    this.#reset();
    if (running) this.start();
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#reset();
    const others = watchOtherKinds(this.#ctx, this.#queue, this.#frameworks.values());
    const cluster = watchCluster(this.#ctx, {
      cache: this.#cache,
      queue: this.#queue,
      nominator: this.#nominator,
      responsible: (pod) => this.#frameworkOf(pod) !== undefined,
    });
    this.#unsubscribe = () => {
      others();
      cluster();
    };
  }

  stop(): void {
    this.#running = false;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    if (this.#cycleTimer !== undefined) this.#ctx.clock.cancel(this.#cycleTimer);
    this.#cycleTimer = undefined;
    this.#queue.clear();
    this.#waiting.clear();
  }

  queued(): number {
    const { active, backoff, inFlight } = this.#queue.lanes();
    return active.length + backoff.length + inFlight.length;
  }

  #arm(): void {
    if (this.#cycleTimer !== undefined || !this.#running) return;
    this.#cycleTimer = this.#ctx.clock.schedule(this.#ctx.config.scheduler.cycleMs, 'scheduling cycle', () => {
      this.#cycleTimer = undefined;
      this.#cycle();
      if (this.#queue.ready) this.#arm();
    });
  }

  /** Models pkg/scheduler ScheduleOne. */
  #cycle(): void {
    const entry = this.#queue.pop();
    if (entry === undefined) return;
    this.cycles++;
    this.#ctx.emit({ type: 'pulse', component: this.name });
    const framework = this.#frameworkOf(entry.pod);
    if (framework === undefined || entry.pod.metadata.deletionTimestamp !== undefined) {
      const { namespace, name } = entry.pod.metadata;
      if (framework !== undefined) this.#writer.failed(entry.pod, `skip schedule deleting pod: ${namespace}/${name}`);
      this.#queue.done(entry.key);
      return;
    }
    const decision = this.#decide(framework, entry.pod, false);
    this.#nextStartIndex = decision.nextStartIndex;
    if (decision.selected === undefined) this.#failed(entry, decision);
    else this.#place(entry, framework, decision, decision.selected);
  }

  #decide(framework: Framework, pod: Pod, dryRun: boolean): Decision {
    this.#dryRun = dryRun;
    const ties = this.#ctx.random.stream(this.#stream('scheduler/tie-break'));
    const options: DecideOptions = {
      startIndex: dryRun ? 0 : this.#nextStartIndex,
      percentageOfNodesToScore: dryRun ? 100 : (framework.profile.percentageOfNodesToScore ?? 0),
      scoreAlways: dryRun || this.#trace !== undefined,
      draw: (bound) => (dryRun ? 0 : ties.nextInt(bound)),
      postFilter: true,
    };
    try {
      return decide(framework, this.#pods.of(pod), this.#cache.updateSnapshot(), options);
    } finally {
      this.#dryRun = false;
    }
  }

  #frame(pod: Pod, attempt: number) {
    const key = `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
    const profile = pod.spec.schedulerName ?? defaultProfile.schedulerName;
    return { pod: key, attempt, atMs: this.#ctx.clock.nowMs, cycle: this.cycles, profile };
  }

  #record(entry: QueuedPodInfo, decision: Decision, result: Attempt['result']): void {
    if (this.#trace === undefined) return;
    const frame = { ...this.#frame(entry.pod, entry.attempts), wokenBy: entry.wokenBy, result };
    const record = recordOf(decision);
    this.#trace.record(frame.pod, decision.feasible.length + decision.statuses.size, () => toAttempt(frame, record));
  }

  #place(entry: QueuedPodInfo, framework: Framework, decision: Decision, node: string): void {
    bindingCycle({
      framework,
      state: decision.state,
      pod: decision.pod,
      node,
      cache: this.#cache,
      waiting: this.#waiting,
      onBound: () => {
        this.#record(entry, decision, 'scheduled');
        this.#nominator.delete(entry.key);
        this.#queue.done(entry.key);
        this.#writer.scheduled(this.#writer.latest(entry.pod) ?? entry.pod, node);
      },
      onFailed: (status) => {
        const rejectors = new Set(status.code !== 'Error' && status.plugin !== undefined ? [status.plugin] : []);
        const message = status.reasons.join(', ');
        const failure = {
          ...decision,
          selected: undefined,
          message,
          rejectors,
          error: rejectors.size === 0 ? message : undefined,
        };
        this.#failed(entry, failure);
      },
    });
  }

  /** Models pkg/scheduler handleSchedulingFailure, and the evictions of a preemption that follow it. */
  #failed(entry: QueuedPodInfo, decision: Decision): void {
    const error = decision.error !== undefined && decision.rejectors.size === 0;
    this.#record(entry, decision, error ? 'error' : 'unschedulable');
    const pod = this.#writer.latest(entry.pod);
    if (pod === undefined || pod.spec.nodeName) {
      this.#queue.done(entry.key);
      return;
    }
    entry.pod = pod;
    const nominated = error ? '' : decision.postFilter?.nominatedNode;
    this.#queue.putBack(entry, error ? new Set() : decision.rejectors);
    if (nominated !== undefined) this.#nominator.set(pod, nominated);
    const message = decision.message ?? '';
    this.#writer.failed(pod, message);
    const unschedulable = !error || decision.nodesTotal === 0;
    this.#writer.reportFailure(pod, unschedulable ? 'Unschedulable' : 'SchedulerError', message, nominated);
    const selected = decision.postFilter?.preemption?.selected;
    if (selected === undefined || nominated !== selected.node) return;
    this.#writer.evict(pod, selected);
    const lower = this.#nominator
      .onNode(selected.node)
      .filter((one) => one.priority < decision.pod.priority && one.key !== entry.key);
    this.#writer.clearNominations(lower);
  }

  explain(namespace: string, name: string): readonly Attempt[] {
    return this.#trace?.of(`${namespace}/${name}`) ?? [];
  }

  fit(given: Pod): Result<Attempt, Status> {
    const pod = this.#unplaced(given);
    const framework = this.#frameworkOf(pod);
    const frame = { ...this.#frame(pod, 0), result: 'preview' as const };
    if (framework === undefined) return err(noProfile(pod.spec.schedulerName ?? ''));
    const gate = framework.preEnqueue(pod);
    if (gate !== null) return ok(gatedAttempt(frame, this.#cache.nodeCount, gate));
    const placed = pod === given ? undefined : this.#writer.latest(given);
    if (placed !== undefined) this.#cache.removePod(placed);
    const attempt = toAttempt(frame, recordOf(this.#decide(framework, pod, true)));
    if (placed !== undefined) this.#cache.setPod(placed);
    return ok(attempt);
  }

  sandbox(): Sandbox {
    return createSandbox(this.#ctx, this.#profiles);
  }

  /** The question for a pod that runs already is where else it could: its node and nomination are left out. */
  #unplaced(pod: Pod): Pod {
    const running = pod.spec.nodeName !== undefined && this.#writer.latest(pod)?.spec.nodeName === pod.spec.nodeName;
    if (!running && !pod.status?.nominatedNodeName) return pod;
    const { nodeName, ...spec } = pod.spec;
    const { nominatedNodeName: _nominated, ...status } = pod.status ?? {};
    return { ...pod, spec: running || nodeName === undefined ? spec : pod.spec, status };
  }

  queue(): QueueView {
    const { active, backoff, unschedulable, gated, inFlight } = this.#queue.lanes();
    const view = (entries: readonly QueuedPodInfo[]) => entries.map((entry) => this.#entryView(entry));
    return {
      active: view(active),
      backoff: view(backoff),
      unschedulable: view(unschedulable),
      gated: view(gated),
      inFlight: view(inFlight),
    };
  }

  #entryView(entry: QueuedPodInfo): QueueEntry {
    const nominated = this.#nominator.nodeOf(entry.key);
    return {
      key: entry.key,
      namespace: entry.pod.metadata.namespace ?? '',
      name: entry.pod.metadata.name,
      scheduler: this.name,
      priority: entry.priority,
      attempts: entry.attempts,
      ...(entry.backoffUntilMs === undefined ? {} : { untilMs: entry.backoffUntilMs }),
      plugins: entry.gate === undefined ? [...entry.rejectors].sort() : [entry.gate.plugin],
      ...(nominated === undefined ? {} : { nominatedNode: nominated }),
    };
  }

  digestParts(): string {
    return JSON.stringify([this.cycles, this.#nextStartIndex, this.#cache.podCount, this.queue()]);
  }
}

function timingsOf(ctx: ComponentContext, settings: SchedulerSettings): EngineConfig['scheduler'] {
  const { backoffInitialMs, backoffMaxMs } = settings;
  const own = ctx.config.scheduler;
  return {
    ...own,
    ...(backoffInitialMs === undefined ? {} : { backoffInitialMs }),
    ...(backoffMaxMs === undefined ? {} : { backoffMaxMs: Math.max(backoffMaxMs, backoffInitialMs ?? own.backoffInitialMs) }),
  };
}
