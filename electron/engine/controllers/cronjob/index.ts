import { parseCron } from '#shared/kube/cron.ts';
import type { CronJob, Job } from '#shared/kube/kinds.ts';
import { controllerOf } from '#shared/kube/pod.ts';
import { isTimeZone } from '#shared/kube/timeZone.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';
import { untilNextMs } from './schedule.ts';
import { type CronTools, syncCronJob } from './sync.ts';

const NAME = 'cronjob-controller';
const EPOCH = '1970-01-01T00:00:00Z';

/** Starts Jobs on their schedule. A cluster in which nothing but the next run is to come is quiet. Models pkg/controller/cronjob ControllerV2. */
export function createCronJobController(ctx: ComponentContext): Component {
  const cronJobs = ctx.informer('CronJob');
  const jobs = ctx.informer('Job');
  const tools: CronTools = {
    client: ctx.client(NAME),
    recorder: ctx.recorder(NAME),
    nowMs: () => ctx.clock.nowMs - ctx.clock.parseMs(EPOCH),
    job: (namespace, name) => jobs.lister.get(namespace, name),
  };
  const lookAgain = (key: string, againMs: number): void => queue.addAfter(key, againMs, { background: true });
  const queue = controllerQueue(ctx, NAME, (key) => {
    const { namespace, name } = splitKey(key);
    const cronJob = cronJobs.lister.get(namespace, name);
    if (cronJob === undefined) return retries.forget(key);
    const own = jobs.lister.byIndex('ownerUid', cronJob.metadata.uid ?? '').filter((job) => isOwn(cronJob, job));
    const { failure, againMs } = syncCronJob(tools, cronJob, own);
    if (failure !== undefined) return retries.failed(key);
    retries.forget(key);
    if (againMs !== undefined) lookAgain(key, againMs);
  });
  const retries = retrying(queue);

  const isOwn = (cronJob: CronJob, job: Job): boolean => controllerOf(job)?.uid === cronJob.metadata.uid;
  const enqueueOwner = (job: Job): void => {
    const reference = controllerOf(job);
    if (reference?.kind !== 'CronJob') return;
    const owner = cronJobs.lister.get(job.metadata.namespace ?? '', reference.name);
    if (owner?.metadata.uid === reference.uid) queue.add(queueKey(owner));
  };
  /** A new schedule begins with its own next time; runs of the old one are not made up for. */
  const onUpdate = (before: CronJob, after: CronJob): void => {
    const same = before.spec.schedule === after.spec.schedule && before.spec.timeZone === after.spec.timeZone;
    const zone = after.spec.timeZone;
    const parsed = same || (zone !== undefined && !isTimeZone(zone)) ? undefined : parseCron(after.spec.schedule, zone);
    const wait = parsed?.ok === true ? untilNextMs(after, parsed.value, tools.nowMs()) : undefined;
    if (wait === undefined) queue.add(queueKey(after));
    else lookAgain(queueKey(after), wait);
  };
  return lifecycle(NAME, queue, () => [
    cronJobs.subscribe(
      { onAdd: (one) => queue.add(queueKey(one)), onUpdate, onDelete: (one) => queue.add(queueKey(one)) },
      { replay: true },
    ),
    jobs.subscribe({
      onAdd: enqueueOwner,
      onUpdate: (before, after) => {
        if (controllerOf(before)?.uid !== controllerOf(after)?.uid) enqueueOwner(before);
        enqueueOwner(after);
      },
      onDelete: enqueueOwner,
    }),
  ]);
}
