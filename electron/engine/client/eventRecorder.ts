import type { AnyObject, KubeEvent, KubeObject, ObjectReference } from '#shared/kube/types.ts';
import type { Clock, RandomStream } from '../sim/types.ts';
import type { Client, EventOptions, EventRecorder } from './types.ts';

const AGGREGATE_AFTER = 10;
const AGGREGATE_WINDOW_MS = 600_000;
const CACHE_ENTRIES = 4096;
const SPAM_BURST = 25;
const SPAM_REFILL_MS = 300_000;

/** Reference of an event to the object it is about. Models client-go tools/reference. */
export function referenceTo(object: KubeObject): ObjectReference {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  return {
    kind: object.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(uid === undefined ? {} : { uid }),
    apiVersion: object.apiVersion,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

/** Namespace events about an object live in: its own, `default` for cluster-scoped ones. */
export function eventNamespace(object: KubeObject): string {
  const namespace = object.metadata.namespace;
  return namespace === undefined || namespace === '' ? 'default' : namespace;
}

/** `<object>.<sixteen hexadecimal digits>`. */
export function eventName(objectName: string, random: RandomStream): string {
  const word = (bound: number): string => random.nextInt(bound).toString(16).padStart(8, '0');
  return `${objectName}.18${word(0x1_0000_0000).slice(2)}${word(0x1_0000_0000)}`;
}

/** A map that forgets what was put in first once it is full. */
export class BoundedMap<V> {
  readonly #entries = new Map<string, V>();

  get(key: string): V | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= CACHE_ENTRIES) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      break;
    }
  }
}

interface Similar {
  readonly messages: Set<string>;
  lastMs: number;
}
interface Observed {
  readonly namespace: string;
  readonly name: string;
  readonly count: number;
  readonly firstTimestamp: string;
}
interface Tokens {
  readonly left: number;
  readonly atMs: number;
}

/**
 * core/v1 events: equal ones count up, more than ten similar ones in ten minutes are combined, and one object's events from one source are
 * limited to a burst of 25 (one more every five minutes). Models client-go tools/record EventCorrelator.
 */
export class CoreEventRecorder implements EventRecorder {
  readonly #clock: Clock;
  readonly #client: Client;
  readonly #random: RandomStream;
  readonly #source: { component: string; host?: string };
  readonly #similar = new BoundedMap<Similar>();
  readonly #observed = new BoundedMap<Observed>();
  readonly #tokens = new BoundedMap<Tokens>();

  constructor(clock: Clock, client: Client, random: RandomStream, component: string, host?: string) {
    this.#clock = clock;
    this.#client = client;
    this.#random = random;
    this.#source = host === undefined ? { component } : { component, host };
  }

  event(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, options?: EventOptions): void {
    const fieldPath = options?.fieldPath;
    const reference = fieldPath === undefined ? referenceTo(about) : { ...referenceTo(about), fieldPath };
    const object = [reference.kind, reference.namespace, reference.name, reference.uid, reference.apiVersion].join('\n');
    const similarKey = `${object}\n${type}\n${reason}`;
    const combined = this.#isCombined(similarKey, message);
    const text = combined ? `(combined from similar events): ${message}` : message;
    const key = `${combined ? similarKey : `${similarKey}\n${message}`}${fieldPath === undefined ? '' : `\n${fieldPath}`}`;
    if (!this.#takeToken(object)) return;
    const seen = this.#observed.get(key);
    if (seen !== undefined && this.#countUp(key, seen, text)) return;
    this.#create(key, about, reference, type, reason, text, (seen?.count ?? 0) + 1);
  }

  #isCombined(key: string, message: string): boolean {
    const nowMs = this.#clock.nowMs;
    let similar = this.#similar.get(key);
    if (similar === undefined || nowMs - similar.lastMs > AGGREGATE_WINDOW_MS) similar = { messages: new Set(), lastMs: nowMs };
    similar.messages.add(message);
    similar.lastMs = nowMs;
    this.#similar.set(key, similar);
    if (similar.messages.size < AGGREGATE_AFTER) return false;
    for (const oldest of similar.messages) {
      similar.messages.delete(oldest);
      break;
    }
    return true;
  }

  #takeToken(object: string): boolean {
    const nowMs = this.#clock.nowMs;
    const before = this.#tokens.get(object) ?? { left: SPAM_BURST, atMs: nowMs };
    const left = Math.min(SPAM_BURST, before.left + (nowMs - before.atMs) / SPAM_REFILL_MS);
    this.#tokens.set(object, { left: left < 1 ? left : left - 1, atMs: nowMs });
    return left >= 1;
  }

  /** False when the event has gone meanwhile. */
  #countUp(key: string, seen: Observed, message: string): boolean {
    const count = seen.count + 1;
    const ref = { kind: 'Event', namespace: seen.namespace, name: seen.name };
    const answer = this.#client.patch(ref, 'merge', { count, message, lastTimestamp: this.#clock.timestamp() });
    this.#observed.set(key, { ...seen, count });
    return answer.ok || answer.error.code !== 404;
  }

  #create(
    key: string,
    about: KubeObject,
    reference: ObjectReference,
    type: string,
    reason: string,
    message: string,
    count: number,
  ): void {
    const now = this.#clock.timestamp();
    const namespace = eventNamespace(about);
    const name = eventName(about.metadata.name, this.#random);
    const firstTimestamp = this.#observed.get(key)?.firstTimestamp ?? now;
    const event: KubeEvent = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: reference,
      reason,
      message,
      source: this.#source,
      firstTimestamp,
      lastTimestamp: now,
      count,
      type,
      reportingComponent: this.#source.component,
      reportingInstance: this.#source.host ?? '',
    };
    this.#client.create(event as unknown as AnyObject);
    this.#observed.set(key, { namespace, name, count, firstTimestamp });
  }
}
