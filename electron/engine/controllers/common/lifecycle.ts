import type { Component, WorkQueue } from '../../client/types.ts';

/**
 * A controller around one queue. `subscribe` registers its handlers (replaying what exists, so that nothing missed while stopped is lost)
 * and returns their unsubscribers.
 */
export function lifecycle(name: string, queue: WorkQueue, subscribe: () => (() => void)[]): Component {
  let unsubscribe: (() => void)[] | undefined;
  return {
    name,
    start() {
      if (unsubscribe !== undefined) return;
      queue.start();
      unsubscribe = subscribe();
    },
    stop() {
      for (const off of unsubscribe ?? []) off();
      unsubscribe = undefined;
      queue.stop();
    },
    queued: () => queue.length,
  };
}
