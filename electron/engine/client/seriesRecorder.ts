import type { AnyObject, KubeEvent, KubeObject } from '#shared/kube/types.ts';
import type { Clock, RandomStream } from '../sim/types.ts';
import { eventName, eventNamespace, referenceTo } from './eventRecorder.ts';
import type { Client, EventRecorder } from './types.ts';

const FINISH_MS = 360_000;
const REFRESH_MS = 1_800_000;

/** One remembered event; `count` 0 = not yet a series. */
interface Series {
  readonly namespace: string;
  readonly name: string;
  count: number;
  observedMs: number;
  observed: string;
}

/**
 * events.k8s.io events as the scheduler writes them: the second equal one starts a series, later ones are counted and written half-hourly or
 * when six minutes have passed without another. The regarded object's version is part of what "equal" means.
 * Models client-go tools/events eventBroadcasterImpl.
 */
export class SeriesEventRecorder implements EventRecorder {
  readonly #clock: Clock;
  readonly #client: Client;
  readonly #random: RandomStream;
  readonly #component: string;
  readonly #cache = new Map<string, Series>();
  #ticking = false;
  #lastRefreshMs = 0;

  constructor(clock: Clock, client: Client, random: RandomStream, component: string) {
    this.#clock = clock;
    this.#client = client;
    this.#random = random;
    this.#component = component;
  }

  event(
    about: KubeObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    options?: { action?: string; related?: KubeObject },
  ): void {
    const regarding = referenceTo(about);
    const related = options?.related === undefined ? undefined : referenceTo(options.related);
    const action = options?.action ?? '';
    const key = JSON.stringify([type, action, reason, regarding, related]);
    const known = this.#cache.get(key);
    if (known !== undefined) {
      this.#observe(known);
      return;
    }
    const namespace = eventNamespace(about);
    const name = eventName(about.metadata.name, this.#random);
    const event: KubeEvent = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: regarding,
      ...(related === undefined ? {} : { related }),
      action,
      reason,
      message,
      type,
      source: {},
      eventTime: this.#clock.microTimestamp(),
      reportingComponent: this.#component,
      reportingInstance: `${this.#component}-control-plane`,
    };
    this.#client.create(event as unknown as AnyObject);
    this.#cache.set(key, { namespace, name, count: 0, observedMs: this.#clock.nowMs, observed: this.#clock.microTimestamp() });
    this.#tick();
  }

  #observe(series: Series): void {
    const first = series.count === 0;
    series.count = first ? 2 : series.count + 1;
    series.observedMs = this.#clock.nowMs;
    series.observed = this.#clock.microTimestamp();
    if (first) this.#write(series);
  }

  #write(series: Series): void {
    const ref = { kind: 'Event', namespace: series.namespace, name: series.name };
    this.#client.patch(ref, 'merge', { series: { count: series.count, lastObservedTime: series.observed } });
  }

  /** Looks after the cache while there is something in it. */
  #tick(): void {
    if (this.#ticking) return;
    this.#ticking = true;
    const task = (): void => {
      this.#ticking = false;
      this.#finish();
      if (this.#cache.size > 0) this.#tick();
    };
    this.#clock.schedule(FINISH_MS, `${this.#component} event series`, task, { background: true });
  }

  #finish(): void {
    const nowMs = this.#clock.nowMs;
    const refresh = nowMs - this.#lastRefreshMs >= REFRESH_MS;
    if (refresh) this.#lastRefreshMs = nowMs;
    for (const [key, series] of [...this.#cache]) {
      const over = nowMs - series.observedMs >= FINISH_MS;
      if (series.count > 2 && (over || refresh)) this.#write(series);
      if (over) this.#cache.delete(key);
    }
  }
}
