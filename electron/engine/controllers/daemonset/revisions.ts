import { deepEqual } from '#shared/core/json.ts';
import type { ControllerRevision, DaemonSet } from '#shared/kube/kinds.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import { controllerReference } from '#shared/kube/pod.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { ApiResult, Client, Lister } from '../../client/types.ts';
import { adopted, decideClaim, released } from '../common/controllerRef.ts';
import {
  byRevision,
  deleteRevisions,
  nextRevision,
  REVISION_HASH_LABEL,
  renumberRevision,
  surplusRevisions,
  templatePatch,
} from '../common/history.ts';
import { computeHash } from '../common/templateHash.ts';

/** The revision of the present template and the others. */
export interface History {
  readonly current: ControllerRevision;
  readonly old: readonly ControllerRevision[];
}

/** What the history of a DaemonSet is kept with. */
export interface RevisionTools {
  readonly client: Client;
  readonly revisions: Lister<ControllerRevision>;
}

/**
 * The stored history after adopting and releasing; the present template's revision is made when it is missing and always has the highest
 * number. `pods` of the DaemonSet get another label when two revisions hold the same template. Models constructHistory.
 */
export function syncHistory(tools: RevisionTools, set: DaemonSet, pods: readonly Pod[]): ApiResult<History> {
  const claimed = claimRevisions(tools, set);
  if (!claimed.ok) return claimed;
  const data = templatePatch(set.spec.template);
  const old = claimed.value.filter((one) => !deepEqual(one.data, data));
  const same = claimed.value.filter((one) => deepEqual(one.data, data)).sort(byRevision);
  const number = nextRevision(old);
  const kept = same.at(-1);
  const current =
    kept === undefined ? snapshot(tools.client, set, data, number) : dropDuplicates(tools.client, kept, same.slice(0, -1), pods);
  if (!current.ok) return current;
  if (current.value.revision >= number) return { ok: true, value: { current: current.value, old } };
  const renumbered = renumberRevision(tools.client, current.value, number);
  return renumbered.ok ? { ok: true, value: { current: renumbered.value, old } } : renumbered;
}

/** Models controlledHistories; a revision without the hash label gets its own name as one. */
function claimRevisions({ client, revisions }: RevisionTools, set: DaemonSet): ApiResult<ControllerRevision[]> {
  const mine: ControllerRevision[] = [];
  for (const candidate of revisions.list(set.metadata.namespace ?? '')) {
    const claim = decideClaim(set, candidate, matchLabelSelector(set.spec.selector, candidate.metadata.labels));
    if (claim === 'ignore') continue;
    let one = candidate;
    if (claim !== 'keep') {
      const written = client.update(claim === 'adopt' ? adopted(candidate, set) : released(candidate, set));
      if (!written.ok && written.error.reason !== 'NotFound') return written;
      if (!written.ok || claim === 'release') continue;
      one = written.value;
    }
    if (one.metadata.labels?.[REVISION_HASH_LABEL] === undefined) {
      const labels = { ...one.metadata.labels, [REVISION_HASH_LABEL]: one.metadata.name };
      const written = client.update({ ...one, metadata: { ...one.metadata, labels } });
      if (!written.ok) return written;
      one = written.value;
    }
    mine.push(one);
  }
  return { ok: true, value: mine };
}

/** Stores the present template as a revision. A name that other data has raises the collision count for the next try. Models snapshot. */
function snapshot(client: Client, set: DaemonSet, data: unknown, revision: number): ApiResult<ControllerRevision> {
  const hash = computeHash(set.spec.template, set.status?.collisionCount);
  const { name, namespace = '', annotations } = set.metadata;
  const wanted: ControllerRevision = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels: { ...set.spec.template.metadata?.labels, [REVISION_HASH_LABEL]: hash },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controllerReference(set)],
    },
    data,
    revision,
  };
  const created = client.create(wanted);
  if (created.ok || created.error.reason !== 'AlreadyExists') return created;
  const present = client.get('ControllerRevision', namespace, wanted.metadata.name);
  if (!present.ok) return present;
  const found = present.value as unknown as ControllerRevision;
  if (deepEqual(found.data, data)) return { ok: true, value: found };
  const collisionCount = (set.status?.collisionCount ?? 0) + 1;
  const counted = client.updateStatus({ ...set, status: { ...set.status, collisionCount } });
  return counted.ok ? created : counted;
}

/** Keeps one of several revisions of the same template. Models dedupCurHistories. */
function dropDuplicates(
  client: Client,
  kept: ControllerRevision,
  others: readonly ControllerRevision[],
  pods: readonly Pod[],
): ApiResult<ControllerRevision> {
  if (others.length === 0) return { ok: true, value: kept };
  const hash = kept.metadata.labels?.[REVISION_HASH_LABEL] ?? '';
  for (const pod of pods) {
    if (pod.metadata.labels?.[REVISION_HASH_LABEL] === hash) continue;
    const labels = { ...pod.metadata.labels, [REVISION_HASH_LABEL]: hash };
    const written = client.update({ ...pod, metadata: { ...pod.metadata, labels } });
    if (!written.ok) return written;
  }
  const gone = deleteRevisions(client, others);
  return gone.ok ? { ok: true, value: kept } : gone;
}

/** Deletes the oldest revisions beyond the limit that no pod has. Models cleanupHistory. */
export function cleanUpRevisions(
  client: Client,
  set: DaemonSet,
  old: readonly ControllerRevision[],
  pods: readonly Pod[],
): ApiResult<null> {
  const limit = set.spec.revisionHistoryLimit;
  if (limit === undefined || old.length <= limit) return { ok: true, value: null };
  const live = new Set(pods.map((pod) => pod.metadata.labels?.[REVISION_HASH_LABEL]));
  return deleteRevisions(
    client,
    surplusRevisions(old, limit, (one) => live.has(one.metadata.labels?.[REVISION_HASH_LABEL]), true),
  );
}
