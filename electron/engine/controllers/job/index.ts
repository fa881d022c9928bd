import type { Job } from '#shared/kube/kinds.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import { controllerOf } from '#shared/kube/pod.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { ApiResult, Component, ComponentContext } from '../../client/types.ts';
import { claimCandidates, claimObjects } from '../common/claim.ts';
import { adopted, released } from '../common/controllerRef.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { Orphans } from '../common/orphans.ts';
import { controllerQueue } from '../common/queue.ts';
import type { BackoffRecord } from './backoff.ts';
import { finishedType } from './conditions.ts';
import type { JobTools } from './context.ts';
import { isTracked, tracked, untracked } from './pods.ts';
import { syncJob } from './sync.ts';

const NAME = 'job-controller';
/** What happens to pods within this time is looked at together. Models SyncJobBatchPeriod. */
const BATCH_MS = 1000;
/** Delay after a first refused write, doubled by each further one. Models DefaultJobApiBackOff and MaxJobApiBackOff. */
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;
const MANAGER = 'kubernetes.io/job-controller';

/**
 * The Job controller. Creations of Jobs and changes of their spec are acted on at once, changes of pods a second later. The back-off record
 * is kept in memory, as upstream does; after a start it is made anew from the pods that are still there. Models pkg/controller/job.
 */
export function createJobController(ctx: ComponentContext): Component {
  const controller = new JobController(ctx);
  return { name: NAME, start: () => controller.start(), stop: () => controller.stop(), queued: () => controller.queued() };
}

class JobController {
  readonly #client;
  readonly #jobs;
  readonly #pods;
  readonly #queue;
  /** Pods that are held for a Job that does not exist. */
  readonly #strayQueue;
  readonly #tools: JobTools;
  readonly #orphans = new Orphans();
  readonly #records = new Map<string, BackoffRecord>();
  readonly #refusals = new Map<string, number>();
  #subscriptions: (() => void)[] | undefined;

  constructor(ctx: ComponentContext) {
    this.#client = ctx.client(NAME);
    this.#jobs = ctx.informer('Job');
    this.#pods = ctx.informer('Pod');
    this.#queue = controllerQueue(ctx, NAME, (key) => this.#sync(key));
    this.#strayQueue = ctx.workQueue(`${NAME}/strays`, (key) => this.#freeStray(key));
    this.#tools = {
      client: this.#client,
      recorder: ctx.recorder(NAME),
      clock: ctx.clock,
      pod: (namespace, name) => this.#pods.lister.get(namespace, name),
    };
  }

  start(): void {
    if (this.#subscriptions !== undefined) return;
    this.#orphans.clear();
    this.#records.clear();
    this.#refusals.clear();
    this.#queue.start();
    this.#strayQueue.start();
    this.#subscriptions = [
      this.#jobs.subscribe(
        {
          onAdd: (job) => this.#queue.add(queueKey(job)),
          onUpdate: (before, after) => {
            if (before.metadata.generation === after.metadata.generation) this.#later(after);
            else this.#queue.add(queueKey(after));
          },
          onDelete: (job) => this.#jobGone(job),
        },
        { replay: true },
      ),
      this.#pods.subscribe(
        {
          onAdd: (pod) => this.#podAdded(pod),
          onUpdate: (before, after) => this.#podChanged(before, after),
          onDelete: (pod) => this.#podGone(pod),
        },
        { replay: true },
      ),
    ];
  }

  stop(): void {
    for (const off of this.#subscriptions ?? []) off();
    this.#subscriptions = undefined;
    this.#queue.stop();
    this.#strayQueue.stop();
  }

  queued(): number {
    return this.#queue.length + this.#strayQueue.length;
  }

  #later(job: Job): void {
    this.#queue.addAfter(queueKey(job), BATCH_MS);
  }

  /** The Job that controls the pod. */
  #ownerOf(pod: Pod): Job | undefined {
    const reference = controllerOf(pod);
    if (reference?.kind !== 'Job') return undefined;
    const job = this.#jobs.lister.get(pod.metadata.namespace ?? '', reference.name);
    return job?.metadata.uid === reference.uid ? job : undefined;
  }

  #noteStray(pod: Pod): void {
    if (!isTracked(pod)) return;
    const reference = controllerOf(pod);
    if (reference === undefined || (reference.kind === 'Job' && this.#ownerOf(pod) === undefined)) {
      this.#strayQueue.add(queueKey(pod));
    }
  }

  #podAdded(pod: Pod): void {
    this.#orphans.track(pod);
    const owner = this.#ownerOf(pod);
    if (owner !== undefined) this.#later(owner);
    else this.#noteStray(pod);
    if (controllerOf(pod) === undefined) this.#matching(pod);
  }

  #podChanged(before: Pod, after: Pod): void {
    this.#orphans.track(after);
    const moved = controllerOf(before)?.uid !== controllerOf(after)?.uid;
    const last = moved ? this.#ownerOf(before) : undefined;
    if (last !== undefined) this.#later(last);
    const owner = this.#ownerOf(after);
    if (owner !== undefined) this.#later(owner);
    else this.#noteStray(after);
    const relabelled = before.metadata.labels !== after.metadata.labels;
    if (controllerOf(after) === undefined && (moved || relabelled)) this.#matching(after);
  }

  #podGone(pod: Pod): void {
    this.#orphans.forget(pod);
    const owner = this.#ownerOf(pod);
    if (owner !== undefined) this.#later(owner);
  }

  /** Jobs that may adopt an orphan. */
  #matching(pod: Pod): void {
    for (const job of this.#jobs.lister.list(pod.metadata.namespace)) {
      if (matchLabelSelector(job.spec.selector, pod.metadata.labels)) this.#later(job);
    }
  }

  #jobGone(job: Job): void {
    this.#records.delete(queueKey(job));
    this.#refusals.delete(queueKey(job));
    for (const pod of this.#pods.lister.byIndex('ownerUid', job.metadata.uid ?? '')) this.#noteStray(pod);
  }

  /** Lets go of a pod that no Job will ever count. Models syncOrphanPod. */
  #freeStray(key: string): void {
    const { namespace, name } = splitKey(key);
    const pod = this.#pods.lister.get(namespace, name);
    const stray = pod !== undefined && isTracked(pod) && this.#ownerOf(pod) === undefined;
    const freed = stray ? this.#client.update(untracked(pod)) : undefined;
    if (freed === undefined || freed.ok || freed.error.reason === 'NotFound') this.#strayQueue.forget(key);
    else this.#strayQueue.addRateLimited(key);
  }

  /** Pods the Job controls, after adopting and releasing by its selector. Adopted ones are held too. */
  #claim(job: Job): ApiResult<Pod[]> {
    const candidates = claimCandidates(this.#pods.lister, this.#orphans, job);
    const matches = (pod: Pod): boolean => matchLabelSelector(job.spec.selector, pod.metadata.labels);
    return claimObjects(this.#client, job, candidates, matches, {
      adopt: (pod, owner) => tracked(adopted(pod, owner)),
      release: (pod, owner) => untracked(released(pod, owner)),
    });
  }

  #sync(key: string): void {
    const { namespace, name } = splitKey(key);
    const job = this.#jobs.lister.get(namespace, name);
    const foreign = job?.spec.managedBy !== undefined && job.spec.managedBy !== MANAGER;
    if (job === undefined || foreign || finishedType(job) !== undefined) {
      this.#records.delete(key);
      this.#refusals.delete(key);
      return;
    }
    const pods = this.#claim(job);
    const outcome = pods.ok ? syncJob(this.#tools, job, pods.value, this.#records.get(key)) : undefined;
    if (outcome !== undefined) this.#records.set(key, outcome.record);
    if (outcome === undefined || outcome.failure !== undefined) {
      this.#retry(key);
      return;
    }
    this.#refusals.delete(key);
    if (outcome.againMs !== undefined) this.#queue.addAfter(key, outcome.againMs);
  }

  #retry(key: string): void {
    const refusals = this.#refusals.get(key) ?? 0;
    this.#refusals.set(key, refusals + 1);
    this.#queue.addAfter(key, Math.min(FIRST_RETRY_MS * 2 ** Math.min(refusals, 10), LAST_RETRY_MS));
  }
}
