import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSimulation } from '#engine/index.ts';
import type { Simulation } from '#engine/types.ts';
import type { AnyObject, Deployment, Node, Pod } from '#shared/kube/types.ts';
import { inspectScenario, type Scenario } from '#shared/scenario/index.ts';

const folder = join(import.meta.dirname, '../../../scenarios');
/** Names of the shipped scenarios' files, sorted. */
export const files = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .sort();

/** A shipped file with what is wrong in it. */
export function read(file: string) {
  return inspectScenario(readFileSync(join(folder, file), 'utf8'), file);
}

/** A shipped scenario that plays by itself, as in a session. Throws when its objects or a step are refused. */
export class Story {
  readonly simulation: Simulation;
  readonly output: string[] = [];
  private readonly scenario: Scenario;
  private nextStep = 0;

  constructor(prefix: string) {
    const { scenario } = read(files.find((file) => file.startsWith(prefix))!);
    this.scenario = scenario;
    const { seed, startTime, config, schedulers } = scenario;
    this.simulation = createSimulation({
      seed,
      ...(startTime === undefined ? {} : { startTime }),
      ...(config ? { config } : {}),
      ...(schedulers ? { schedulers } : {}),
    });
    const loaded = this.simulation.load(scenario.objects);
    if (!loaded.ok) throw new Error(`${prefix} does not load: ${JSON.stringify(loaded.error)}`);
  }

  /** Plays until a virtual second, giving the steps that fall due. `watch` looks every 100 ms. */
  until(second: number, watch?: () => void): this {
    const end = second * 1_000;
    while (this.simulation.nowMs < end) {
      const step = this.scenario.steps[this.nextStep];
      const slice = watch ? this.simulation.nowMs + 100 : end;
      this.simulation.run({ untilMs: Math.min(end, slice, Math.max(step?.atMs ?? end, this.simulation.nowMs)) });
      if (step && step.atMs <= this.simulation.nowMs) {
        const reply = this.simulation.execute(step.command);
        if (!reply.ok) throw new Error(`step at ${step.atMs} ms, ${step.title}: ${reply.error.message}`);
        this.nextStep += 1;
      }
      for (const signal of this.simulation.drainSignals()) if (signal.type === 'output') this.output.push(signal.line);
      watch?.();
    }
    return this;
  }

  all<T extends AnyObject>(kind: T['kind']): T[] {
    return this.simulation.objects().filter((object) => object.kind === kind) as T[];
  }

  pods(app?: string): Pod[] {
    const pods = this.all<Pod & AnyObject>('Pod');
    return app === undefined ? pods : pods.filter((pod) => pod.metadata.labels?.app === app);
  }

  pod(name: string): Pod | undefined {
    return this.pods().find((pod) => pod.metadata.name === name);
  }

  node(name: string): Node {
    return this.all<Node & AnyObject>('Node').find((node) => node.metadata.name === name)!;
  }

  nodeOf(name: string): string | undefined {
    return this.pod(name)?.spec.nodeName;
  }

  deployment(name: string): Deployment {
    return this.one<Deployment & AnyObject>('Deployment', name)!;
  }

  /** The object of a kind and name, wherever it is. */
  one<T extends AnyObject>(kind: T['kind'], name: string): T | undefined {
    return this.all<T>(kind).find((object) => object.metadata.name === name);
  }

  /** Every stored version of an object (`Pod/default/shop`), oldest first. */
  versions<T extends AnyObject>(key: string): T[] {
    const changes = this.simulation.changesSince(0) ?? [];
    return changes.flatMap((change) => (change.key === key && change.object ? [change.object as T] : []));
  }

  /** Messages of the events of a reason about objects whose name begins so, oldest first. */
  told(reason: string, about = ''): string[] {
    const events = this.all<AnyObject & { message?: string; involvedObject?: { name?: string } }>('Event');
    return events
      .filter((event) => event.reason === reason && (event.involvedObject?.name ?? '').startsWith(about))
      .map((event) => event.message ?? '');
  }
}

/** The pod's condition Ready is True. */
export const isReady = (pod: Pod) => pod.status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;
/** Deletion of the pod has begun. */
export const isLeaving = (pod: Pod) => pod.metadata.deletionTimestamp !== undefined;
/** The scheduler's words about a pod without a node. */
export const whyPending = (pod: Pod | undefined) =>
  pod?.status.conditions?.find((one) => one.type === 'PodScheduled')?.message ?? '';
/** Image of the first container. */
export const imageOf = (pod: Pod) => pod.spec.containers[0]!.image;
