import type { StatefulSet } from '#shared/kube/kinds.ts';
import type { PersistentVolumeClaim } from '#shared/kube/storage.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { ApiResult, Component, ComponentContext } from '../../client/types.ts';
import { claimCandidates, claimObjects } from '../common/claim.ts';
import { concernedOwners } from '../common/concerned.ts';
import { listRevisions } from '../common/history.ts';
import { splitKey } from '../common/keys.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { Orphans } from '../common/orphans.ts';
import { countsDiffer } from '../common/podChange.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';
import { storageInformer } from '../common/storageInformer.ts';
import { claimTemplates, membershipOf, parentAndOrdinal } from './identity.ts';
import { createPodControl } from './podControl.ts';
import { adoptRevisions, findRevisions, truncateHistory } from './revisions.ts';
import { nextAvailabilityMs, type StatefulSetStatus, statusDiffers } from './status.ts';
import { syncPods } from './sync.ts';

const NAME = 'statefulset-controller';

/** A look that pauses after each write of a parallel set. As upstream, what it has begun it finishes, whatever changes meanwhile. */
interface Look {
  readonly uid: string | undefined;
  readonly steps: Generator<undefined, boolean, undefined>;
}

/** The StatefulSet controller. Models pkg/controller/statefulset. */
export function createStatefulSetController(ctx: ComponentContext): Component {
  const sets = ctx.informer('StatefulSet');
  const pods = ctx.informer('Pod');
  const claims = storageInformer<PersistentVolumeClaim>(ctx, 'PersistentVolumeClaim');
  const revisions = ctx.informer('ControllerRevision');
  const client = ctx.client(NAME);
  const control = createPodControl(client, ctx.recorder(NAME), claims.lister);
  const orphans = new Orphans();
  /** Looks at parallel sets that are in the middle of their writes. */
  const looks = new Map<string, Look>();

  const claimPods = (set: StatefulSet): ApiResult<Pod[]> =>
    claimObjects(client, set, claimCandidates(pods.lister, orphans, set), (pod) => membershipOf(set, pod).member);

  const current = (pod: Pod): Pod | undefined => {
    const stored = pods.lister.get(pod.metadata.namespace ?? '', pod.metadata.name);
    return stored?.metadata.uid === pod.metadata.uid ? stored : undefined;
  };
  /** The status of the set as it is stored by now; a parallel set takes many tasks to come to it. */
  const writeStatus = (set: StatefulSet, status: StatefulSetStatus): boolean => {
    const stored = sets.lister.get(set.metadata.namespace ?? '', set.metadata.name);
    if (stored === undefined || stored.metadata.uid !== set.metadata.uid) return true;
    return !statusDiffers(stored.status, status) || client.updateStatus({ ...stored, status }).ok;
  };

  /** One look at the set, up to the next pause; whether all went well. */
  function* look(key: string, set: StatefulSet): Generator<undefined, boolean, undefined> {
    const history = adoptRevisions(client, set, listRevisions(revisions.lister, set, set.spec.selector));
    if (!history.ok) return false;
    const claimed = claimPods(set);
    if (!claimed.ok) return false;
    const found = findRevisions(client, set, history.value);
    let well = found.ok;
    if (found.ok) {
      const { status, failure } = yield* syncPods({ control, clock: ctx.clock, current }, set, claimed.value, found.value);
      well = writeStatus(set, status) && failure === undefined;
      const wait = nextAvailabilityMs(set, claimed.value, ctx.clock);
      if (wait !== undefined) queue.addAfter(key, wait);
    }
    const truncated = truncateHistory(client, set, history.value, claimed.value, found.ok ? found.value : undefined);
    return well && truncated.ok;
  }

  /** Whether all went well; undefined in the middle of a look, where that is not known yet. */
  const sync = (key: string, set: StatefulSet): boolean | undefined => {
    const { uid, deletionTimestamp } = set.metadata;
    const begun = looks.get(key);
    looks.delete(key);
    const paused = begun !== undefined && begun.uid === uid && deletionTimestamp === undefined;
    const steps = paused ? begun.steps : look(key, set);
    const { done, value } = steps.next();
    if (done !== true) looks.set(key, { uid, steps });
    if (done !== true) {
      queue.add(key);
      return undefined;
    }
    // What changed during the pauses is for the next look; after a failure that one comes by itself.
    if (value && paused) queue.add(key);
    return value;
  };

  const queue = controllerQueue(ctx, NAME, (key) => {
    const { namespace, name } = splitKey(key);
    const set = sets.lister.get(namespace, name);
    if (set === undefined) looks.delete(key);
    const well = set === undefined || sync(key, set);
    if (well === true) retries.forget(key);
    else if (well === false) retries.failed(key);
  });
  const retries = retrying(queue);

  const { enqueue, ownerHandler, podHandler } = concernedOwners<StatefulSet>({
    kind: 'StatefulSet',
    owners: sets.lister,
    queue,
    selector: (set) => set.spec.selector,
  });
  /** Upstream learns of a lost claim from the next change of a pod; here the set that names such claims looks again at once. */
  const onClaimGone = ({ metadata }: PersistentVolumeClaim) => {
    for (const set of sets.lister.list(metadata.namespace)) {
      const prefixes = claimTemplates(set).map((template) => `${template.metadata.name}-${set.metadata.name}`);
      if (prefixes.includes(parentAndOrdinal(metadata.name).parent)) enqueue(set);
    }
  };
  return lifecycle(NAME, queue, () => {
    orphans.clear();
    looks.clear();
    return [
      sets.subscribe(ownerHandler, { replay: true }),
      pods.subscribe(podHandler(orphans, countsDiffer), { replay: true }),
      claims.subscribe({ onDelete: onClaimGone }),
    ];
  });
}
