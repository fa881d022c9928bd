import type { KubeEvent } from '#shared/kube/types.ts';
import type { Clock } from '../sim/types.ts';
import type { Client, Informer } from './types.ts';

interface Expiry {
  readonly dueMs: number;
  readonly namespace: string;
  readonly name: string;
  readonly resourceVersion: string | undefined;
}

/**
 * Deletes events once `ttlMs` has passed since their last write, as the API server's etcd leases do. One timer for all: events expire in the
 * order in which they were written.
 */
export function expireEvents(clock: Clock, client: Client, events: Informer<KubeEvent>, ttlMs: number): void {
  let waiting: Expiry[] = [];
  let first = 0;
  let ticking = false;

  const tick = (): void => {
    const next = waiting[first];
    if (ticking || next === undefined) return;
    ticking = true;
    const task = (): void => {
      ticking = false;
      sweep();
      tick();
    };
    clock.schedule(Math.max(0, next.dueMs - clock.nowMs), 'event expiry', task, { background: true });
  };
  const sweep = (): void => {
    for (let next = waiting[first]; next !== undefined && next.dueMs <= clock.nowMs; next = waiting[first]) {
      first++;
      const event = events.lister.get(next.namespace, next.name);
      if (event !== undefined && event.metadata.resourceVersion === next.resourceVersion) {
        client.delete({ kind: 'Event', namespace: next.namespace, name: next.name });
      }
    }
    if (first * 2 > waiting.length) {
      waiting = waiting.slice(first);
      first = 0;
    }
  };
  const note = (event: KubeEvent): void => {
    const { namespace, name, resourceVersion } = event.metadata;
    waiting.push({ dueMs: clock.nowMs + ttlMs, namespace: namespace ?? '', name, resourceVersion });
    tick();
  };
  events.subscribe({ onAdd: note, onUpdate: (_before, after) => note(after) }, { replay: true });
}
