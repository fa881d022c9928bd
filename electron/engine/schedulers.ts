import { err, ok, type Result } from '#shared/core/result.ts';
import {
  completeConfiguration,
  DEFAULT_PROFILE,
  defaultConfiguration,
  MAIN_SCHEDULER,
  type NamedScheduler,
  type SchedulerConfiguration,
  servedNames,
  validateSchedulers,
  withoutNulls,
} from '#shared/kube/schedulerConfig/index.ts';
import type { Pod, Status } from '#shared/kube/types.ts';
import type { Attempt, QueueView } from '#shared/protocol/index.ts';
import { badRequest } from './apiserver/status.ts';
import { invalidKindStatus } from './apiserver/validation/index.ts';
import type { ComponentContext } from './client/types.ts';
import type { ComponentSet } from './components.ts';
import { createSandbox, createScheduler, type Sandbox, type SchedulerComponent } from './scheduler/index.ts';

interface Entry {
  readonly scheduler: SchedulerComponent;
  configuration: SchedulerConfiguration;
}

const QUALIFIED_KIND = 'KubeSchedulerConfiguration.kubescheduler.config.k8s.io';
const LANES = ['active', 'backoff', 'unschedulable', 'gated', 'inFlight'] as const;

/** All schedulers of one cluster: kube-scheduler and those added beside it, each a component with its own queue and cache. */
export class SchedulerSet {
  readonly #ctx: ComponentContext;
  readonly #entries = new Map<string, Entry>();
  /** Removed ones, for what they can still tell about the pods they placed. */
  readonly #retired: SchedulerComponent[] = [];
  #components: ComponentSet | undefined;

  /** Builds kube-scheduler and the given ones. Throws RangeError for a configuration that no scheduler can run with. */
  constructor(ctx: ComponentContext, given: readonly NamedScheduler[] = []) {
    this.#ctx = ctx;
    const main = given.find(({ name }) => name === MAIN_SCHEDULER)?.configuration ?? defaultConfiguration;
    for (const one of [{ name: MAIN_SCHEDULER, configuration: main }, ...given.filter(({ name }) => name !== MAIN_SCHEDULER)]) {
      const refused = this.#refusal(one, this.#entries.has(one.name));
      if (refused !== undefined) throw new RangeError(refused.message);
      this.#build(one);
    }
  }

  /** Where schedulers that come and go are started and stopped. */
  attach(components: ComponentSet): void {
    this.#components = components;
  }

  /** Every scheduler, kube-scheduler first, then as they came. */
  get all(): readonly SchedulerComponent[] {
    return [...this.#entries.values()].map(({ scheduler }) => scheduler);
  }

  get(name: string): SchedulerComponent | undefined {
    return this.#entries.get(name)?.scheduler;
  }

  /** Names with the configurations they run with. */
  list(): NamedScheduler[] {
    return [...this.#entries].map(([name, { configuration }]) => ({ name, configuration }));
  }

  /** The schedulerNames one scheduler serves. */
  profilesOf(name: string): string[] | undefined {
    const entry = this.#entries.get(name);
    return entry && servedNames(entry.configuration);
  }

  /** Restarts a scheduler with another configuration. 404 for an unknown one, 422 for a configuration it cannot run with. */
  configure(name: string, given: unknown): Result<string[], Status> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return err(unknown(name));
    const configuration = withoutNulls(given) as SchedulerConfiguration;
    const refused = this.#refusal({ name, configuration }, false);
    if (refused !== undefined) return err(refused);
    entry.configuration = configuration;
    entry.scheduler.configure(completeConfiguration(configuration));
    return ok([`component/${name} configured`]);
  }

  /** Starts a further scheduler. */
  add(name: string, given: unknown): Result<string[], Status> {
    const configuration = withoutNulls(given) as SchedulerConfiguration;
    const taken = this.#entries.has(name) || this.#components?.list().some((component) => component.name === name) === true;
    const refused = this.#refusal({ name, configuration }, taken);
    if (refused !== undefined) return err(refused);
    const before = this.all;
    const { scheduler } = this.#build({ name, configuration });
    this.#components?.insert(scheduler, before[before.length - 1]);
    return ok([`component/${name} created`]);
  }

  /** Stops a further scheduler for good. */
  remove(name: string): Result<string[], Status> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return err(unknown(name));
    if (name === MAIN_SCHEDULER) return err(badRequest(`${MAIN_SCHEDULER} cannot be removed, only stopped`));
    this.#components?.remove(entry.scheduler);
    this.#entries.delete(name);
    this.#retired.push(entry.scheduler);
    return ok([`component/${name} deleted`]);
  }

  #build({ name, configuration }: NamedScheduler): Entry {
    const entry = { scheduler: createScheduler(this.#ctx, { name, ...completeConfiguration(configuration) }), configuration };
    this.#entries.set(name, entry);
    return entry;
  }

  #refusal(one: NamedScheduler, taken: boolean): Status | undefined {
    if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(one.name))
      return badRequest(`the name of a scheduler is a DNS name such as my-scheduler, not ${JSON.stringify(one.name)}`);
    if (taken) return badRequest(`there is a component ${JSON.stringify(one.name)} already`);
    const errors = validateSchedulers(one, this.list());
    return errors.length === 0 ? undefined : invalidKindStatus(QUALIFIED_KIND, one.name, errors);
  }

  /** The lanes of all queues; each pod is in one at most. */
  queue(): QueueView {
    const views = this.all.map((scheduler) => scheduler.queue());
    if (views.length === 1) return views[0]!;
    const joined = {} as QueueView;
    for (const lane of LANES) joined[lane] = views.flatMap((view) => view[lane]);
    return joined;
  }

  /** Attempts of a pod by any scheduler, newest first. */
  explain(namespace: string, name: string): readonly Attempt[] {
    const lists = [...this.all, ...this.#retired].map((scheduler) => scheduler.explain(namespace, name));
    return lists.length === 1 ? lists[0]! : lists.flat().sort((a, b) => b.atMs - a.atMs);
  }

  /** Dry run by the scheduler that serves the pod. */
  fit(pod: Pod): Result<Attempt, Status> {
    return this.#entries.get(this.servedBy(pod) ?? MAIN_SCHEDULER)!.scheduler.fit(pod);
  }

  /** Name of the scheduler that serves a pod, whether it runs or not. */
  servedBy(pod: Pod): string | undefined {
    const wanted = pod.spec.schedulerName ?? DEFAULT_PROFILE;
    return this.list().find(({ configuration }) => servedNames(configuration).includes(wanted))?.name;
  }

  /** A copy of the present state with the profiles of all schedulers. */
  sandbox(): Sandbox {
    const profiles = this.list().flatMap(({ configuration }) => completeConfiguration(configuration).profiles);
    return createSandbox(this.#ctx, profiles);
  }

  /** Text of everything that decides what the schedulers do next. */
  digestParts(): string {
    return JSON.stringify([this.list(), this.all.map((scheduler) => scheduler.digestParts())]);
  }
}

function unknown(name: string): Status {
  return { ...badRequest(`there is no scheduler ${JSON.stringify(name)}`), reason: 'NotFound', code: 404 };
}
