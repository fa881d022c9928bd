import type { ControllerRevision, StatefulSet } from '#shared/kube/kinds.ts';
import { controllerOf } from '#shared/kube/pod.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { ApiResult, Client } from '../../client/types.ts';
import { adopted } from '../common/controllerRef.ts';
import {
  byRevision,
  createRevision,
  deleteRevisions,
  equalRevisions,
  newRevision,
  nextRevision,
  renumberRevision,
  surplusRevisions,
  templatePatch,
} from '../common/history.ts';
import { podRevision } from './identity.ts';

const HISTORY_LIMIT = 10;

/** The revision the pods had before the last change, the one they are to have, and the count of name collisions. */
export interface FoundRevisions {
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
  readonly collisionCount: number;
}

/** Makes the set controller of revisions that nobody controls. Models adoptOrphanRevisions. */
export function adoptRevisions(
  client: Client,
  set: StatefulSet,
  revisions: readonly ControllerRevision[],
): ApiResult<ControllerRevision[]> {
  const own: ControllerRevision[] = [];
  for (const revision of revisions) {
    if (controllerOf(revision) !== undefined || set.metadata.deletionTimestamp !== undefined) {
      own.push(revision);
      continue;
    }
    const written = client.update(adopted(revision, set));
    if (!written.ok) return written;
    own.push(written.value);
  }
  return { ok: true, value: own };
}

/**
 * The set's revisions: one of its present template is made when there is none, and one of an earlier number gets the highest (that is what
 * rolls back). Models getStatefulSetRevisions.
 */
export function findRevisions(
  client: Client,
  set: StatefulSet,
  stored: readonly ControllerRevision[],
): ApiResult<FoundRevisions> {
  const revisions = [...stored].sort(byRevision);
  const collisions = set.status?.collisionCount ?? 0;
  const fresh = freshRevision(set, nextRevision(revisions), collisions);
  const equal = equalRevisions(revisions, fresh.data).at(-1);
  const last = revisions.at(-1);
  let update: ApiResult<{ revision: ControllerRevision; collisionCount: number }>;
  if (equal === undefined) update = createRevision(client, set, fresh, collisions);
  else {
    const renumbered: ApiResult<ControllerRevision> =
      equal === last ? { ok: true, value: equal } : renumberRevision(client, equal, fresh.revision);
    update = renumbered.ok ? { ok: true, value: { revision: renumbered.value, collisionCount: collisions } } : renumbered;
  }
  if (!update.ok) return update;
  const { revision, collisionCount } = update.value;
  const before = revisions.find(({ metadata }) => metadata.name === set.status?.currentRevision);
  const current = before === undefined || before.metadata.name === revision.metadata.name ? revision : before;
  return { ok: true, value: { current, update: revision, collisionCount } };
}

/** A revision of the present template, with the set's annotations. Models newRevision of pkg/controller/statefulset. */
function freshRevision(set: StatefulSet, number: number, collisions: number): ControllerRevision {
  const { template } = set.spec;
  const made = newRevision(set, template.metadata?.labels ?? {}, templatePatch(template), number, collisions);
  const annotations = set.metadata.annotations;
  return annotations === undefined ? made : { ...made, metadata: { ...made.metadata, annotations } };
}

/** Deletes what the history limit leaves no room for; revisions that pods still have stay. A limit below zero keeps all. Models truncateHistory. */
export function truncateHistory(
  client: Client,
  set: StatefulSet,
  stored: readonly ControllerRevision[],
  pods: readonly Pod[],
  found: FoundRevisions | undefined,
): ApiResult<null> {
  const limit = set.spec.revisionHistoryLimit ?? HISTORY_LIMIT;
  if (limit < 0 || stored.length <= limit) return { ok: true, value: null };
  const live = new Set(pods.map(podRevision));
  if (found !== undefined) {
    live.add(found.current.metadata.name);
    live.add(found.update.metadata.name);
  }
  return deleteRevisions(
    client,
    surplusRevisions(stored, limit, ({ metadata }) => live.has(metadata.name), false),
  );
}
