import { Hasher, hashValue } from '#shared/core/hash.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, Pod, Status } from '#shared/kube/types.ts';
import type {
  Attempt,
  Command,
  CommandReply,
  ComponentView,
  DrainOptions,
  DrainPreview,
  QueueView,
} from '#shared/protocol/index.ts';
import { loadObjects } from './apiserver/load.ts';
import { badRequest, notFoundComponent } from './apiserver/status.ts';
import type { Component, EngineSignal } from './client/types.ts';
import type { EngineCore } from './core.ts';
import { runLoop } from './sim/loop.ts';
import type { RunOutcome, Simulation, StoredChange } from './types.ts';

/** The scheduler as the simulation needs it. */
export interface SchedulerPart extends Component {
  readonly cycles: number;
  queue(): QueueView;
  explain(namespace: string, name: string): readonly Attempt[];
  fit(pod: Pod): Result<Attempt, Status>;
  /** Text of everything that decides what the scheduler does next. */
  digestParts(): string;
}

/** The command line's verbs as the simulation needs them. */
export interface KubectlPart {
  execute(command: Command): Result<CommandReply, Status>;
  drainPreview(node: string, options: DrainOptions): Result<DrainPreview, Status>;
}

/** All parts of a simulation. `controllers` are started, and shown, in order. */
export interface SimulationParts {
  readonly core: EngineCore;
  readonly scheduler: SchedulerPart;
  readonly controllers: readonly Component[];
  readonly kubelets: Component;
  readonly kubectl: KubectlPart;
  readonly faults: () => Record<string, 'crashed' | 'partitioned'>;
}

/** Name under which all controllers together are stopped and started. */
export const CONTROLLER_MANAGER = 'kube-controller-manager';

/** A component and whether it runs. */
interface Managed {
  readonly component: Component;
  running: boolean;
}

/** The engine's door, made of its parts. */
export class ClusterSimulation implements Simulation {
  readonly #core: EngineCore;
  readonly #parts: SimulationParts;
  readonly #managed: readonly Managed[];
  #started = false;
  #commands = 0;

  constructor(parts: SimulationParts) {
    this.#core = parts.core;
    this.#parts = parts;
    const components = [parts.scheduler, ...parts.controllers, parts.kubelets];
    this.#managed = components.map((component) => ({ component, running: false }));
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
    if (loaded.ok) this.#start();
    return loaded;
  }

  execute(command: Command): Result<CommandReply, Status> {
    this.#refuseInside('execute');
    this.#start();
    this.#commands++;
    switch (command.type) {
      case 'setPositions':
        return err(badRequest('positions belong to the session, not to the cluster'));
      case 'stopComponent':
        return this.#switch(command.component, false);
      case 'startComponent':
        return this.#switch(command.component, true);
      default:
        return this.#parts.kubectl.execute(command);
    }
  }

  run(options: Parameters<Simulation['run']>[0]): RunOutcome {
    this.#refuseInside('run');
    this.#start();
    return runLoop(this.#core.clock, () => this.#core.store.revision, options);
  }

  nextDueMs(options?: { foregroundOnly?: boolean }): number | undefined {
    this.#start();
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
    return this.#parts.scheduler.queue();
  }

  components(): ComponentView[] {
    return this.#managed.map(({ component, running }) => ({
      name: component.name,
      running: running || !this.#started,
      queued: component.queued(),
      cycles: component === this.#parts.scheduler ? this.#parts.scheduler.cycles : this.#core.context.pulses(component.name),
    }));
  }

  faults(): Record<string, 'crashed' | 'partitioned'> {
    return this.#parts.faults();
  }

  explain(namespace: string, name: string): readonly Attempt[] {
    return this.#parts.scheduler.explain(namespace, name);
  }

  fit(pod: AnyObject): Result<Attempt, Status> {
    this.#start();
    const stored = this.#core.store.get('Pod', pod.metadata.namespace ?? 'default', pod.metadata.name);
    // A stored pod has passed admission already.
    if (stored !== undefined && stored.metadata.uid === pod.metadata.uid) return this.#parts.scheduler.fit(pod as unknown as Pod);
    const info = kindInfo('Pod');
    if (info === undefined || pod.kind !== 'Pod') return err(badRequest('only a Pod can be fitted'));
    const named = pod.metadata.name ? pod : { ...pod, metadata: { ...pod.metadata, name: 'preview' } };
    const complete = this.#core.server.completed(info, named);
    return complete.ok ? this.#parts.scheduler.fit(complete.value as unknown as Pod) : complete;
  }

  drainPreview(node: string, options: DrainOptions): Result<DrainPreview, Status> {
    return this.#parts.kubectl.drainPreview(node, options);
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
    hasher.text(this.#parts.scheduler.digestParts());
    hashValue(hasher, this.#parts.faults());
    for (const { component, running } of this.#managed) {
      hasher
        .text(component.name)
        .word(running ? 1 : 0)
        .word(component.queued());
    }
    return hasher.hex();
  }

  /** Components start with the first thing asked of them, so that they find what was loaded. */
  #start(): void {
    if (this.#started) return;
    this.#started = true;
    for (const managed of this.#managed) {
      managed.running = true;
      managed.component.start();
    }
  }

  /** Stops or starts a component by name, or all controllers. Asking for the state it is in changes nothing. */
  #switch(name: string, running: boolean): Result<CommandReply, Status> {
    const found = this.#managed.filter(({ component }) =>
      name === CONTROLLER_MANAGER ? this.#parts.controllers.includes(component) : component.name === name,
    );
    if (found.length === 0) return err(notFoundComponent(name));
    for (const managed of found) {
      if (managed.running === running) continue;
      managed.running = running;
      if (running) managed.component.start();
      else managed.component.stop();
    }
    const line = `component/${name} ${running ? 'started' : 'stopped'}`;
    return ok({ commandId: `component-${this.#commands}`, lines: [line], running: false });
  }

  #refuseInside(what: string): void {
    if (this.#core.clock.running) throw new Error(`${what} was called from inside a run`);
  }
}
