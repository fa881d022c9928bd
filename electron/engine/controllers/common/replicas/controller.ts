import { ok } from '#shared/core/result.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import { controllerOf } from '#shared/kube/pod.ts';
import type { KubeObject, Pod, ReplicaSet, Status } from '#shared/kube/types.ts';
import type { ApiResult, Component, ComponentContext, Informer } from '../../../client/types.ts';
import { claimCandidates, claimObjects } from '../claim.ts';
import { concernedOwners } from '../concerned.ts';
import { decideClaim } from '../controllerRef.ts';
import { splitKey } from '../keys.ts';
import { lifecycle } from '../lifecycle.ts';
import { Orphans } from '../orphans.ts';
import { countsDiffer } from '../podChange.ts';
import { controllerQueue } from '../queue.ts';
import { retrying } from '../retry.ts';
import { sameStatus } from '../same.ts';
import { createPod, deletePod, isTerminatingRefusal } from './pods.ts';
import { isPodActive, podsToDelete } from './ranking.ts';
import { advance, BURST, beginSlowStart, type SlowStart } from './slowStart.ts';
import { calculateStatus, nextAvailabilityMs } from './status.ts';

interface Claimed {
  active: Pod[];
  terminating: number;
}

/**
 * Creations or deletions decided on together and carried out one per queue item. `failure`: the first refusal.
 */
interface Round {
  readonly slow: SlowStart | undefined;
  readonly victims: readonly { name: string; uid: string | undefined }[];
  readonly failure: Status | undefined;
}

/** What tells one kind of replica keeper from the other. Models the adapters of pkg/controller/replication. */
export interface ReplicaKind<T extends KubeObject> {
  readonly kind: T['kind'];
  /** Name of the controller, as user and as event source. */
  readonly component: string;
  /** The object as a ReplicaSet, under its own kind and name. */
  view(object: T): ReplicaSet;
  /** The status as this kind stores it. */
  status(status: ReplicaSet['status']): object;
}

/**
 * The controller of ReplicaSets or ReplicationControllers. One pod is created or deleted per queue item, the next follows in the same
 * instant; the status is written once the count is right or a failure stopped the round. Models pkg/controller/replicaset.
 */
export function createReplicaController<T extends KubeObject>(ctx: ComponentContext, of: ReplicaKind<T>): Component {
  const NAME = of.component;
  const keepers = ctx.informer<string>(of.kind) as unknown as Informer<T>;
  const pods = ctx.informer('Pod');
  const client = ctx.client(NAME);
  const recorder = ctx.recorder(NAME);
  const orphans = new Orphans();
  const rounds = new Map<string, Round>();

  const claimPods = (owner: ReplicaSet): ApiResult<Claimed> => {
    const matches = (pod: Pod): boolean => matchLabelSelector(owner.spec.selector, pod.metadata.labels);
    const candidates = claimCandidates(pods.lister, orphans, owner);
    // Pods that are on their way out are neither adopted nor given up, only counted.
    const terminating = candidates.filter(
      (pod) => !isPodActive(pod) && !hasEnded(pod) && decideClaim(owner, pod, matches(pod)) === 'keep',
    );
    const active = claimObjects(client, owner, candidates.filter(isPodActive), matches);
    return active.ok ? ok({ active: active.value, terminating: terminating.length }) : active;
  };

  /** Pods of every ReplicaSet with the same owner (or of this one alone). Models getIndirectlyRelatedPods. */
  const relatedPods = (one: ReplicaSet): Pod[] => {
    const owner = controllerOf(one);
    const family: readonly KubeObject[] = owner === undefined ? [one] : keepers.lister.byIndex('ownerUid', owner.uid);
    return family.flatMap((member) => [...pods.lister.byIndex('ownerUid', member.metadata.uid ?? '')]);
  };

  /** One creation or deletion of a round; the round is forgotten with its last one. The failure counts once the round is over. */
  const step = (key: string, one: ReplicaSet, round: Round): ApiResult<null> => {
    const outcome = round.slow === undefined ? deleteNext(one, round) : createPod(client, recorder, one);
    if (!outcome.ok && isTerminatingRefusal(outcome.error)) {
      // A namespace that is going away refuses every pod: nothing to report and nothing to try again.
      rounds.delete(key);
      return ok(null);
    }
    const slow = round.slow === undefined ? undefined : advance(round.slow, outcome.ok);
    const victims = round.victims.slice(1);
    const failure = round.failure ?? (outcome.ok ? undefined : outcome.error);
    if (slow !== undefined || victims.length > 0) {
      rounds.set(key, { slow, victims, failure });
      queue.add(key);
      return ok(null);
    }
    rounds.delete(key);
    if (failure !== undefined) return { ok: false, error: failure };
    queue.add(key);
    return ok(null);
  };

  const deleteNext = (one: ReplicaSet, round: Round): ApiResult<null> => {
    const [victim] = round.victims;
    const pod = victim === undefined ? undefined : pods.lister.get(one.metadata.namespace ?? '', victim.name);
    return pod === undefined || pod.metadata.uid !== victim?.uid ? ok(null) : deletePod(client, recorder, one, pod);
  };

  /** What to create or delete to reach the size; undefined when it is reached. */
  const beginRound = (one: ReplicaSet, active: readonly Pod[]): Round | undefined => {
    const surplus = active.length - (one.spec.replicas ?? 1);
    if (surplus === 0) return undefined;
    if (surplus < 0) return { slow: beginSlowStart(-surplus), victims: [], failure: undefined };
    const chosen = podsToDelete(active, relatedPods(one), Math.min(surplus, BURST), ctx.clock);
    const victims = chosen.map(({ metadata }) => ({ name: metadata.name, uid: metadata.uid }));
    return { slow: undefined, victims, failure: undefined };
  };

  const sync = (key: string, one: ReplicaSet): ApiResult<null> => {
    const going = one.metadata.deletionTimestamp !== undefined;
    // As upstream, a round that has begun is finished, even when the size has changed meanwhile; only then is the count looked at again.
    let round = going ? undefined : rounds.get(key);
    if (round === undefined) {
      rounds.delete(key);
      const claimed = claimPods(one);
      if (!claimed.ok) return claimed;
      round = going ? undefined : beginRound(one, claimed.value.active);
      if (round === undefined) return writeStatus(key, one, claimed.value, undefined);
    }
    const done = step(key, one, round);
    if (done.ok) return done;
    const claimed = claimPods(one);
    if (!claimed.ok) return claimed;
    const written = writeStatus(key, one, claimed.value, done.error);
    return written.ok ? done : written;
  };

  const writeStatus = (
    key: string,
    one: ReplicaSet,
    { active, terminating }: Claimed,
    failure: Status | undefined,
  ): ApiResult<null> => {
    const status = of.status(calculateStatus(one, active, terminating, failure, ctx.clock));
    const stored = keepers.lister.get(one.metadata.namespace ?? '', one.metadata.name);
    if (stored !== undefined && !sameStatus(one.status, status)) {
      const { resourceVersion } = one.metadata;
      const metadata = resourceVersion === undefined ? stored.metadata : { ...stored.metadata, resourceVersion };
      const written = client.updateStatus({ ...stored, metadata, status });
      if (!written.ok) return written;
    }
    const wait = nextAvailabilityMs(one, active, ctx.clock);
    if (wait !== undefined) queue.addAfter(key, wait);
    return ok(null);
  };

  const queue = controllerQueue(ctx, NAME, (key) => {
    const { namespace, name } = splitKey(key);
    const stored = keepers.lister.get(namespace, name);
    if (stored === undefined) {
      rounds.delete(key);
      return retries.forget(key);
    }
    if (sync(key, of.view(stored)).ok) retries.forget(key);
    else retries.failed(key);
  });
  const retries = retrying(queue);

  const concerned = concernedOwners<T>({
    kind: of.kind,
    owners: keepers.lister,
    queue,
    selector: (one) => of.view(one).spec.selector,
  });
  return lifecycle(NAME, queue, () => {
    orphans.clear();
    rounds.clear();
    return [
      keepers.subscribe(concerned.ownerHandler, { replay: true }),
      pods.subscribe(concerned.podHandler(orphans, countsDiffer), { replay: true }),
    ];
  });
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}
