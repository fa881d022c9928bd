import type { WorkQueue } from '../../client/types.ts';

/** Bookkeeping of failures per queue key. */
export interface Retries {
  failed(key: string): void;
  forget(key: string): void;
}

/** Puts failed keys back with back-off, at most `limit` times in a row; without a limit for ever. */
export function retrying(queue: WorkQueue, limit = Number.POSITIVE_INFINITY): Retries {
  const counts = new Map<string, number>();
  const forget = (key: string) => {
    counts.delete(key);
    queue.forget(key);
  };
  return {
    forget,
    failed(key) {
      const count = counts.get(key) ?? 0;
      if (count >= limit) return forget(key);
      counts.set(key, count + 1);
      queue.addRateLimited(key);
    },
  };
}
