import type { KubeObject } from '#shared/kube/types.ts';
import type { ApiServer } from '../apiserver/server.ts';
import type { Clock, Random } from '../sim/types.ts';
import { ApiClient } from './client.ts';
import { CoreEventRecorder } from './eventRecorder.ts';
import { SharedInformer, type WatchSource } from './informer.ts';
import { SeriesEventRecorder } from './seriesRecorder.ts';
import type {
  Client,
  ComponentContext,
  EngineConfig,
  EngineSignal,
  EventRecorder,
  Informer,
  ObjectOf,
  WorkQueue,
} from './types.ts';
import { ClockWorkQueue } from './workqueue.ts';

/** What a context is made of. `watch` gives the watch cache of a kind. */
export interface ContextParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly server: ApiServer;
  readonly watch: (kind: string) => WatchSource;
  readonly config: EngineConfig;
}

/** The one ComponentContext of a simulation. Collects the signals until they are drained; pulses of one component count as one. */
export class EngineContext implements ComponentContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly config: EngineConfig;
  readonly #server: ApiServer;
  readonly #watch: (kind: string) => WatchSource;
  readonly #informers = new Map<string, SharedInformer<KubeObject>>();
  readonly #pulses = new Map<string, number>();
  #pulsed = new Set<string>();
  #signals: EngineSignal[] = [];

  constructor(parts: ContextParts) {
    this.clock = parts.clock;
    this.random = parts.random;
    this.config = parts.config;
    this.#server = parts.server;
    this.#watch = parts.watch;
  }

  client(user: string, warn?: (text: string) => void): Client {
    return new ApiClient(this.#server, user, warn);
  }

  informer<K extends string>(kind: K): Informer<ObjectOf<K>> {
    let informer = this.#informers.get(kind);
    if (informer === undefined) {
      informer = new SharedInformer(this.#watch(kind));
      this.#informers.set(kind, informer);
    }
    return informer as unknown as Informer<ObjectOf<K>>;
  }

  workQueue(name: string, process: (key: string) => void): WorkQueue {
    return new ClockWorkQueue(this.clock, name, process);
  }

  recorder(component: string, style: 'core' | 'events' = 'core', host?: string): EventRecorder {
    const client = this.client(component);
    const names = this.random.stream('events/name');
    return style === 'core'
      ? new CoreEventRecorder(this.clock, client, names, component, host)
      : new SeriesEventRecorder(this.clock, client, names, component);
  }

  emit(signal: EngineSignal): void {
    if (signal.type !== 'pulse') {
      this.#signals.push(signal);
      return;
    }
    this.#pulses.set(signal.component, (this.#pulses.get(signal.component) ?? 0) + 1);
    this.#pulsed.add(signal.component);
  }

  /** How often a component has pulsed since the start. */
  pulses(component: string): number {
    return this.#pulses.get(component) ?? 0;
  }

  /** Signals since the last call: other signals in order, then one pulse for each component that pulsed. */
  drainSignals(): EngineSignal[] {
    const signals: EngineSignal[] = [...this.#signals];
    for (const component of this.#pulsed) signals.push({ type: 'pulse', component });
    this.#signals = [];
    this.#pulsed = new Set();
    return signals;
  }
}
