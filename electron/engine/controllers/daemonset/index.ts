import { ok } from '#shared/core/result.ts';
import { isPodAvailable, isPodReady, podCondition } from '#shared/kube/conditions.ts';
import type { ControllerRevision, DaemonSet } from '#shared/kube/kinds.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import { controllerOf } from '#shared/kube/pod.ts';
import type { Node, Pod, Status } from '#shared/kube/types.ts';
import type { ApiResult, Component, ComponentContext } from '../../client/types.ts';
import { claimCandidates, claimObjects } from '../common/claim.ts';
import { concernedOwners } from '../common/concerned.ts';
import { REVISION_HASH_LABEL } from '../common/history.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { Orphans } from '../common/orphans.ts';
import { countsDiffer } from '../common/podChange.ts';
import { controllerQueue } from '../common/queue.ts';
import { createPod, deletePod, isTerminatingRefusal } from '../common/replicas/pods.ts';
import { advance, beginSlowStart, type SlowStart } from '../common/replicas/slowStart.ts';
import { retrying } from '../common/retry.ts';
import { sameStatus } from '../common/same.ts';
import { failureBackoff } from './backoff.ts';
import { shouldRun } from './nodes.ts';
import { type Ended, type Plan, planPods, podsByNode } from './pods.ts';
import { cleanUpRevisions, type History, syncHistory } from './revisions.ts';
import { planRolling } from './rolling.ts';
import { daemonSetStatus } from './status.ts';
import { daemonPod } from './template.ts';

const NAME = 'daemonset-controller';
/** Most creations and most deletions of one round. Models BurstReplicas of pkg/controller/daemon. */
const BURST = 250;

/**
 * Creations and deletions decided on together and carried out one per queue item. `failure`: the first refusal; `closed`: the namespace is being
 * deleted and takes no pods any more, so that looking again would only repeat the round.
 */
interface Round {
  /** The DaemonSet as it was when the round began: its pods are made of that template. */
  readonly owner: DaemonSet;
  /** Nodes still to get a pod, while `slow` says that creation goes on. */
  readonly create: readonly string[];
  readonly slow: SlowStart | undefined;
  readonly remove: readonly { name: string; uid: string | undefined }[];
  readonly hash: string;
  readonly failure: Status | undefined;
  readonly closed: boolean;
}

/** The DaemonSet controller. Models pkg/controller/daemon. */
export function createDaemonSetController(ctx: ComponentContext): Component {
  const sets = ctx.informer('DaemonSet');
  const pods = ctx.informer('Pod');
  const nodes = ctx.informer('Node');
  const revisions = ctx.informer('ControllerRevision');
  const client = ctx.client(NAME);
  const recorder = ctx.recorder(NAME);
  const orphans = new Orphans();
  const rounds = new Map<string, Round>();
  const backoff = failureBackoff(ctx.clock);
  const tools = { client, revisions: revisions.lister };

  /** Pods of the DaemonSet after adopting and releasing. Models getDaemonPods. */
  const claimPods = (set: DaemonSet): ApiResult<Pod[]> =>
    claimObjects(client, set, claimCandidates(pods.lister, orphans, set), (pod) =>
      matchLabelSelector(set.spec.selector, pod.metadata.labels),
    );

  const ended = (set: DaemonSet): Ended => ({
    mayRetry(_pod, node) {
      const key = `${set.metadata.uid}/${set.status?.observedGeneration ?? 0}/${node}`;
      const waitMs = backoff.next(key);
      if (waitMs > 0) queue.addAfter(queueKey(set), waitMs);
      return waitMs === 0;
    },
    tell: (type, reason, message) => recorder.event(set, type, reason, message),
  });

  /** Pods to put in order first; when there are none, what the update strategy asks for. */
  const planNext = (set: DaemonSet, mine: readonly Pod[], hash: string): Plan => {
    const byNode = podsByNode(mine);
    const order = planPods(set, nodes.lister.list(), byNode, hash, ctx.clock, ended(set));
    if (order.create.length + order.remove.length > 0 || set.spec.updateStrategy?.type !== 'RollingUpdate') return order;
    return planRolling(set, nodes.lister.list(), byNode, hash, ctx.clock);
  };

  const beginRound = (owner: DaemonSet, { create, remove }: Plan, hash: string): Round | undefined => {
    if (create.length + remove.length === 0) return undefined;
    const first = create.slice(0, BURST);
    return {
      owner,
      create: first,
      slow: first.length === 0 ? undefined : beginSlowStart(first.length),
      remove: remove.slice(0, BURST).map(({ metadata }) => ({ name: metadata.name, uid: metadata.uid })),
      hash,
      failure: undefined,
      closed: false,
    };
  };

  /** Carries out one creation or deletion; what is left of the round. */
  const step = (round: Round): Round => {
    const set = round.owner;
    const [node] = round.create;
    if (round.slow !== undefined && node !== undefined) {
      const created = createPod(client, recorder, set, daemonPod(set, node, round.hash));
      const closed = !created.ok && isTerminatingRefusal(created.error);
      const slow = advance(round.slow, created.ok || closed);
      const failure = round.failure ?? (created.ok || closed ? undefined : created.error);
      const create = slow === undefined ? [] : round.create.slice(1);
      return { ...round, create, slow, failure, closed: round.closed || closed };
    }
    const [victim, ...remove] = round.remove;
    const pod = victim === undefined ? undefined : pods.lister.get(set.metadata.namespace ?? '', victim.name);
    const gone = pod === undefined || pod.metadata.uid !== victim?.uid ? ok(null) : deletePod(client, recorder, set, pod);
    return { ...round, remove, failure: round.failure ?? (gone.ok ? undefined : gone.error) };
  };

  const sync = (key: string, set: DaemonSet): ApiResult<null> => {
    const { matchLabels = {}, matchExpressions = [] } = set.spec.selector ?? {};
    if (Object.keys(matchLabels).length + matchExpressions.length === 0) {
      const message = 'This daemon set is selecting all pods. A non-empty selector is required.';
      recorder.event(set, 'Warning', 'SelectingAll', message);
      return ok(null);
    }
    if (set.metadata.deletionTimestamp !== undefined) {
      rounds.delete(key);
      return ok(null);
    }
    const running = rounds.get(key);
    if (running !== undefined) return proceed(key, set, running);
    const claimed = claimPods(set);
    if (!claimed.ok) return claimed;
    const history = syncHistory(tools, set, claimed.value);
    if (!history.ok) return history;
    const hash = hashOf(history.value);
    const round = beginRound(set, planNext(set, claimed.value, hash), hash);
    return round === undefined ? finish(key, set, claimed.value, history.value) : proceed(key, set, round);
  };

  /** As upstream, a round that has begun is finished, even when the DaemonSet has changed meanwhile; then all is looked at again. */
  const proceed = (key: string, set: DaemonSet, round: Round): ApiResult<null> => {
    const left = step(round);
    if (left.create.length + left.remove.length > 0) {
      rounds.set(key, left);
      queue.add(key);
      return ok(null);
    }
    rounds.delete(key);
    const claimed = claimPods(set);
    if (!claimed.ok) return claimed;
    const history = syncHistory(tools, set, claimed.value);
    if (!history.ok) return history;
    if (left.failure === undefined) {
      if (!left.closed) queue.add(key);
      return finish(key, set, claimed.value, history.value);
    }
    const written = writeStatus(key, set, claimed.value, hashOf(history.value));
    return written.ok ? { ok: false, error: left.failure } : written;
  };

  const finish = (key: string, set: DaemonSet, mine: readonly Pod[], history: History): ApiResult<null> => {
    const cleaned = cleanUpRevisions(client, set, history.old, mine);
    const written = writeStatus(key, set, mine, hashOf(history));
    return cleaned.ok ? written : cleaned;
  };

  const writeStatus = (key: string, set: DaemonSet, mine: readonly Pod[], hash: string): ApiResult<null> => {
    const status = daemonSetStatus(set, nodes.lister.list(), podsByNode(mine), hash, ctx.clock);
    if (!sameStatus(set.status, status)) {
      const written = client.updateStatus({ ...set, status });
      if (!written.ok) return written;
    }
    const waitMs = nextAvailabilityMs(set, mine);
    if (waitMs !== undefined) queue.addAfter(key, waitMs);
    return ok(null);
  };

  /** Milliseconds until the next ready pod has been ready long enough; undefined when there is none to wait for. */
  const nextAvailabilityMs = (set: DaemonSet, mine: readonly Pod[]): number | undefined => {
    const seconds = set.spec.minReadySeconds ?? 0;
    if (seconds === 0) return undefined;
    const waits = mine.flatMap((pod) => {
      const since = podCondition(pod, 'Ready')?.lastTransitionTime;
      if (!isPodReady(pod) || since === undefined || isPodAvailable(pod, seconds, ctx.clock)) return [];
      return [ctx.clock.parseMs(since) + seconds * 1000 - ctx.clock.nowMs];
    });
    return waits.reduce<number | undefined>((least, wait) => Math.min(least ?? wait, wait), undefined);
  };

  const queue = controllerQueue(ctx, NAME, (key) => {
    const { namespace, name } = splitKey(key);
    const set = sets.lister.get(namespace, name);
    if (set === undefined) {
      rounds.delete(key);
      return retries.forget(key);
    }
    if (sync(key, set).ok) retries.forget(key);
    else retries.failed(key);
  });
  const retries = retrying(queue);

  const { enqueue, enqueueOwner, enqueueConcerned, onChange, ownerHandler, podHandler } = concernedOwners<DaemonSet>({
    kind: 'DaemonSet',
    owners: sets.lister,
    queue,
    selector: (set) => set.spec.selector,
  });
  /** A node concerns the DaemonSets that lack a pod there or have one that may not stay, as labels and taints are now. Models syncNodeUpdate. */
  const onNode = (node: Node) => {
    const { name } = node.metadata;
    const owners = new Set(pods.lister.byIndex('nodeName', name).map((pod) => controllerOf(pod)?.uid));
    for (const set of sets.lister.list()) {
      const { run, stay } = shouldRun(node, set);
      const placed = owners.has(set.metadata.uid);
      if (placed ? !stay : run) enqueue(set);
    }
  };
  return lifecycle(NAME, queue, () => {
    orphans.clear();
    rounds.clear();
    backoff.clear();
    return [
      sets.subscribe(ownerHandler, { replay: true }),
      revisions.subscribe({
        onAdd: (one: ControllerRevision) => controllerOf(one) === undefined && enqueueConcerned(one),
        onUpdate: onChange,
        onDelete: enqueueOwner,
      }),
      nodes.subscribe({
        onAdd: onNode,
        onUpdate: (before, after) => {
          if (!sameForDaemons(before, after)) onNode(after);
        },
      }),
      // What the scheduler says of a waiting pod is a reason to look whether its node still takes it.
      pods.subscribe(
        podHandler(orphans, (before, after) => countsDiffer(before, after) || !after.spec.nodeName),
        {
          replay: true,
        },
      ),
    ];
  });
}

function hashOf({ current }: History): string {
  return current.metadata.labels?.[REVISION_HASH_LABEL] ?? '';
}

/** Whether two versions of a node give the same verdicts for sure. Models shouldEnqueueNodeUpdate. */
function sameForDaemons(before: Node, after: Node): boolean {
  return before.metadata.labels === after.metadata.labels && before.spec.taints === after.spec.taints;
}
