import { ok } from '#shared/core/result.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import type { KubeObject, Pod, ReplicaSet, Status } from '#shared/kube/types.ts';
import type { ApiResult, Component, ComponentContext } from '../../client/types.ts';
import { adopted, controllerOf, decideClaim, released } from '../common/controllerRef.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { Orphans } from '../common/orphans.ts';
import { retrying } from '../common/retry.ts';
import { sameStatus } from '../common/same.ts';
import { createPod, deletePod, isTerminatingRefusal } from './pods.ts';
import { isPodActive, podsToDelete } from './ranking.ts';
import { advance, beginSlowStart, type SlowStart } from './slowStart.ts';
import { calculateStatus, nextAvailabilityMs } from './status.ts';

const NAME = 'replicaset-controller';

interface Claimed {
  active: Pod[];
  terminating: number;
}

/**
 * The ReplicaSet controller. One pod is created or deleted per queue item, the next follows in the same instant; the status is written once
 * the count is right or a failure stopped the round. Models pkg/controller/replicaset.
 */
export function createReplicaSetController(ctx: ComponentContext): Component {
  const replicaSets = ctx.informer('ReplicaSet');
  const pods = ctx.informer('Pod');
  const client = ctx.client(NAME);
  const recorder = ctx.recorder(NAME);
  const orphans = new Orphans();
  const rounds = new Map<string, SlowStart & { failure?: Status }>();

  const claimPods = (owner: ReplicaSet): ApiResult<Claimed> => {
    const claimed: Claimed = { active: [], terminating: 0 };
    const namespace = owner.metadata.namespace ?? '';
    const candidates = [...pods.lister.byIndex('ownerUid', owner.metadata.uid ?? '')];
    for (const name of orphans.names(namespace)) {
      const orphan = pods.lister.get(namespace, name);
      if (orphan !== undefined) candidates.push(orphan);
    }
    for (const pod of candidates) {
      const claim = decideClaim(owner, pod, matchLabelSelector(owner.spec.selector, pod.metadata.labels));
      if (claim === 'ignore') continue;
      if (!isPodActive(pod)) {
        const ended = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
        if (claim === 'keep' && !ended) claimed.terminating += 1;
        continue;
      }
      if (claim === 'keep') {
        claimed.active.push(pod);
        continue;
      }
      const written = client.update(claim === 'adopt' ? adopted(pod, owner) : released(pod, owner));
      if (!written.ok && written.error.reason !== 'NotFound') return written;
      if (written.ok && claim === 'adopt') claimed.active.push(written.value);
    }
    return ok(claimed);
  };

  /** Pods of every ReplicaSet with the same owner (or of this one alone). Models getIndirectlyRelatedPods. */
  const relatedPods = (one: ReplicaSet): Pod[] => {
    const owner = controllerOf(one);
    const family = owner === undefined ? [one] : replicaSets.lister.byIndex('ownerUid', owner.uid);
    return family.flatMap((member) => [...pods.lister.byIndex('ownerUid', member.metadata.uid ?? '')]);
  };

  /** One creation; `more` says that the round goes on. */
  const createOne = (key: string, one: ReplicaSet, missing: number): { more: boolean; failure?: Status } => {
    const round: SlowStart & { failure?: Status } = rounds.get(key) ?? beginSlowStart(missing);
    const created = createPod(client, recorder, one);
    // A namespace that is going away refuses every pod: nothing to report and nothing to try again.
    if (!created.ok && isTerminatingRefusal(created.error)) return { more: false };
    const failure = round.failure ?? (created.ok ? undefined : created.error);
    const next = advance(round, created.ok);
    if (next === undefined) rounds.delete(key);
    else rounds.set(key, failure === undefined ? next : { ...next, failure });
    if (next === undefined && failure !== undefined) return { more: false, failure };
    return { more: next !== undefined || missing > 1 };
  };

  const deleteOne = (one: ReplicaSet, active: readonly Pod[], surplus: number): { more: boolean; failure?: Status } => {
    const [victim] = podsToDelete(active, relatedPods(one), surplus, ctx.clock);
    const deleted = victim === undefined ? ok(null) : deletePod(client, recorder, one, victim);
    return deleted.ok ? { more: surplus > 1 } : { more: false, failure: deleted.error };
  };

  const sync = (key: string, one: ReplicaSet): ApiResult<null> => {
    const claimed = claimPods(one);
    if (!claimed.ok) return claimed;
    const { active, terminating } = claimed.value;
    const surplus = active.length - (one.spec.replicas ?? 1);
    let failure: Status | undefined;
    if (surplus >= 0) rounds.delete(key);
    if (surplus !== 0 && one.metadata.deletionTimestamp === undefined) {
      const step = surplus < 0 ? createOne(key, one, -surplus) : deleteOne(one, active, surplus);
      if (step.more) {
        queue.add(key);
        return ok(null);
      }
      failure = step.failure;
    }
    const status = calculateStatus(one, active, terminating, failure, ctx.clock);
    if (!sameStatus(one.status, status)) {
      const written = client.updateStatus({ ...one, status });
      if (!written.ok) return written;
    }
    const wait = nextAvailabilityMs(one, active, ctx.clock);
    if (wait !== undefined) queue.addAfter(key, wait);
    return failure === undefined ? ok(null) : { ok: false, error: failure };
  };

  const queue = ctx.workQueue(NAME, (key) => {
    const { namespace, name } = splitKey(key);
    const one = replicaSets.lister.get(namespace, name);
    if (one === undefined) {
      rounds.delete(key);
      return retries.forget(key);
    }
    if (sync(key, one).ok) retries.forget(key);
    else retries.failed(key);
  });
  const retries = retrying(queue);

  const enqueue = (one: ReplicaSet) => queue.add(queueKey(one));
  const enqueueOwner = (object: KubeObject) => {
    const reference = controllerOf(object);
    if (reference?.kind !== 'ReplicaSet') return;
    const owner = replicaSets.lister.get(object.metadata.namespace ?? '', reference.name);
    if (owner?.metadata.uid === reference.uid) enqueue(owner);
  };
  const enqueueConcerned = (pod: Pod) => {
    if (controllerOf(pod) !== undefined) return enqueueOwner(pod);
    for (const one of replicaSets.lister.list(pod.metadata.namespace)) {
      if (matchLabelSelector(one.spec.selector, pod.metadata.labels)) enqueue(one);
    }
  };
  const onPodUpdate = (before: Pod, after: Pod) => {
    orphans.track(after);
    const handedOver = controllerOf(before)?.uid !== controllerOf(after)?.uid;
    if (handedOver) enqueueOwner(before);
    if (controllerOf(after) !== undefined) return enqueueOwner(after);
    if (handedOver || before.metadata.labels !== after.metadata.labels) enqueueConcerned(after);
  };
  return lifecycle(NAME, queue, () => {
    orphans.clear();
    rounds.clear();
    return [
      replicaSets.subscribe(
        { onAdd: enqueue, onUpdate: (_before, after) => enqueue(after), onDelete: enqueue },
        { replay: true },
      ),
      pods.subscribe(
        {
          onAdd: (pod) => {
            orphans.track(pod);
            enqueueConcerned(pod);
          },
          onUpdate: onPodUpdate,
          onDelete: (pod) => {
            orphans.forget(pod);
            enqueueOwner(pod);
          },
        },
        { replay: true },
      ),
    ];
  });
}
