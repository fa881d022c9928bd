import { compareStrings } from '#shared/core/compare.ts';
import { deepEqual, isRecord } from '#shared/core/json.ts';
import type { ControllerRevision } from '#shared/kube/kinds.ts';
import { controllerOf, controllerReference } from '#shared/kube/pod.ts';
import type { KubeObject, LabelSelector, PodTemplateSpec } from '#shared/kube/types.ts';
import type { ApiResult, Client, Informer } from '../../client/types.ts';
import { fnv32, safeEncode, utf8 } from './fnv.ts';

/** Label with the hash of a revision, on revisions and pods of DaemonSets and on the pods of StatefulSets (there the revision's name). */
export const REVISION_HASH_LABEL = 'controller-revision-hash';
/** Label with the hash of a StatefulSet's revision, on the revision itself. */
export const HISTORY_HASH_LABEL = 'controller.kubernetes.io/hash';
/** Longest part of the owner's name in the name of a revision. Models history.ControllerRevisionName. */
const MAX_PREFIX = 223;

/** What is kept of a workload in a revision: a patch that puts this template in place of any other. Models getPatch of DaemonSet and StatefulSet. */
export function templatePatch(template: PodTemplateSpec): unknown {
  return { spec: { template: { ...template, $patch: 'replace' } } };
}

/** The template a revision holds; undefined when its data is of another form. */
export function revisionTemplate(revision: ControllerRevision): PodTemplateSpec | undefined {
  const spec = isRecord(revision.data) ? revision.data.spec : undefined;
  const template = isRecord(spec) ? spec.template : undefined;
  if (!isRecord(template)) return undefined;
  const { $patch: _patch, ...rest } = template;
  return rest as PodTemplateSpec;
}

/** JSON as Go writes a map: keys in byte order, angle brackets and ampersands escaped. */
export function goJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (isRecord(value)) {
    const keys = Object.keys(value).filter((key) => value[key] !== undefined);
    return `{${keys
      .sort(compareStrings)
      .map((key) => `${goJson(key)}:${goJson(value[key])}`)
      .join(',')}}`;
  }
  const text = JSON.stringify(value ?? null);
  return text.replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Hash of a revision's data, salted with the collision count when there is one. Models history.HashControllerRevision. */
export function hashRevisionData(data: unknown, collisionCount?: number): string {
  const salt = collisionCount === undefined ? '' : String(collisionCount);
  return safeEncode(String(fnv32(utf8(goJson(data) + salt))));
}

/** `<owner>-<hash>`. */
export function revisionName(owner: string, hash: string): string {
  return `${owner.slice(0, MAX_PREFIX)}-${hash}`;
}

/** A revision of `parent` that is not stored yet, named by the hash of its data. Models history.NewControllerRevision. */
export function newRevision(
  parent: KubeObject,
  labels: Readonly<Record<string, string>>,
  data: unknown,
  revision: number,
  collisionCount?: number,
): ControllerRevision {
  const hash = hashRevisionData(data, collisionCount);
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: revisionName(parent.metadata.name, hash),
      namespace: parent.metadata.namespace ?? '',
      labels: { ...labels, [HISTORY_HASH_LABEL]: hash },
      ownerReferences: [controllerReference(parent)],
    },
    data,
    revision,
  };
}

/** Oldest first: by number, then creation, then name. Models history.SortControllerRevisions. */
export function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  return (
    a.revision - b.revision ||
    compareStrings(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
    compareStrings(a.metadata.name, b.metadata.name)
  );
}

/** One more than the highest number; 1 when there is none. */
export function nextRevision(revisions: readonly ControllerRevision[]): number {
  return revisions.reduce((most, one) => Math.max(most, one.revision), 0) + 1;
}

/** Revisions that hold the same data, in the order given. Models history.FindEqualRevisions. */
export function equalRevisions(revisions: readonly ControllerRevision[], data: unknown): ControllerRevision[] {
  return revisions.filter((one) => deepEqual(one.data, data));
}

/** Informer of revisions in their own type. */
export type RevisionInformer = Informer<ControllerRevision>;

/** Revisions that fit the selector and are the parent's or nobody's. Models history.ListControllerRevisions. */
export function listRevisions(
  revisions: RevisionInformer['lister'],
  parent: KubeObject,
  selector: LabelSelector | undefined,
): ControllerRevision[] {
  return revisions.select(parent.metadata.namespace ?? '', selector).filter((one) => {
    const reference = controllerOf(one);
    return reference === undefined || reference.uid === parent.metadata.uid;
  });
}

/**
 * Stores a new revision. A name that is taken by the same data is as good as stored; one that is taken by other data raises the collision
 * count, which the caller has to note in its status. Models history.CreateControllerRevision.
 */
export function createRevision(
  client: Client,
  parent: KubeObject,
  revision: ControllerRevision,
  collisionCount: number,
): ApiResult<{ revision: ControllerRevision; collisionCount: number }> {
  for (let count = collisionCount; ; count++) {
    const name = revisionName(parent.metadata.name, hashRevisionData(revision.data, count));
    const created = client.create({ ...revision, metadata: { ...revision.metadata, name } });
    if (created.ok) return { ok: true, value: { revision: created.value, collisionCount: count } };
    if (created.error.reason !== 'AlreadyExists') return created;
    const present = client.get('ControllerRevision', parent.metadata.namespace ?? '', name);
    if (!present.ok) return present;
    const found = present.value as unknown as ControllerRevision;
    if (deepEqual(found.data, revision.data)) return { ok: true, value: { revision: found, collisionCount: count } };
  }
}

/** Gives a stored revision another number; writes nothing when it has it. Models history.UpdateControllerRevision. */
export function renumberRevision(client: Client, one: ControllerRevision, revision: number): ApiResult<ControllerRevision> {
  return one.revision === revision ? { ok: true, value: one } : client.update({ ...one, revision });
}

/**
 * The revisions that a history limit makes superfluous, oldest first. Those in use (`isLive`) never go; `liveCounts` says whether they take
 * up room in the history (DaemonSet) or not (StatefulSet). Models cleanupHistory and truncateHistory.
 */
export function surplusRevisions(
  old: readonly ControllerRevision[],
  limit: number,
  isLive: (revision: ControllerRevision) => boolean,
  liveCounts: boolean,
): ControllerRevision[] {
  const sorted = [...old].sort(byRevision);
  const dead = sorted.filter((one) => !isLive(one));
  const surplus = (liveCounts ? sorted.length : dead.length) - limit;
  return dead.slice(0, Math.max(0, surplus));
}

/** Deletes revisions; those that are gone already are no failure. */
export function deleteRevisions(client: Client, revisions: readonly ControllerRevision[]): ApiResult<null> {
  for (const { metadata } of revisions) {
    const gone = client.delete({ kind: 'ControllerRevision', namespace: metadata.namespace ?? '', name: metadata.name });
    if (!gone.ok && gone.error.reason !== 'NotFound') return gone;
  }
  return { ok: true, value: null };
}
