import type { Job } from '#shared/kube/kinds.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';

const NAME = 'ttl-after-finished-controller';

/** When a Job ended for good, as RFC 3339; undefined while it runs. */
function endOf(job: Job): string | undefined {
  const over = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  return over?.lastTransitionTime === undefined ? undefined : `${over.lastTransitionTime}`;
}

/** Deletes finished Jobs with their pods when ttlSecondsAfterFinished has passed. Models pkg/controller/ttlafterfinished. */
export function createTtlAfterFinished(ctx: ComponentContext): Component {
  const client = ctx.client(NAME);
  const jobs = ctx.informer('Job');

  /** Milliseconds until the Job goes; undefined when it stays. */
  const leftMs = (job: Job): number | undefined => {
    const end = endOf(job);
    const ttl = job.spec.ttlSecondsAfterFinished;
    if (end === undefined || ttl === undefined || job.metadata.deletionTimestamp !== undefined) return undefined;
    return ctx.clock.parseMs(end) + ttl * 1000 - ctx.clock.nowMs;
  };
  const queue = controllerQueue(ctx, NAME, (key) => {
    const { namespace, name } = splitKey(key);
    const job = jobs.lister.get(namespace, name);
    const left = job === undefined ? undefined : leftMs(job);
    if (job === undefined || left === undefined) return retries.forget(key);
    if (left > 0) return queue.addAfter(key, left);
    const preconditions = job.metadata.uid === undefined ? {} : { preconditions: { uid: job.metadata.uid } };
    const gone = client.delete({ kind: 'Job', namespace, name }, { propagationPolicy: 'Foreground', ...preconditions });
    if (gone.ok || gone.error.reason === 'NotFound') retries.forget(key);
    else retries.failed(key);
  });
  const retries = retrying(queue);

  const enqueue = (job: Job) => {
    if (leftMs(job) !== undefined) queue.add(queueKey(job));
  };
  return lifecycle(NAME, queue, () => [
    jobs.subscribe({ onAdd: enqueue, onUpdate: (_before, after) => enqueue(after) }, { replay: true }),
  ]);
}
