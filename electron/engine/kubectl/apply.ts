import { deepEqual, isRecord } from '#shared/core/json.ts';
import { ok, type Result } from '#shared/core/result.ts';
import type { AnyObject, KubeObject, ObjectRef, Status } from '#shared/kube/types.ts';
import type { Client } from '../client/types.ts';
import { readLastApplied, withLastApplied } from './lastApplied.ts';
import { threeWayMerge } from './threeWay.ts';
import { line, targetOf } from './words.ts';

/** Carries out one object for real or as a dry run, and answers kubectl's line. */
type Writer = (object: AnyObject, dryRun: boolean) => Result<string, Status>;

/**
 * Writes several objects in order, all or none: every one is tried dry first. What an earlier object of the same batch will bring into being
 * (its namespace, its priority class) does not count as missing. `warnings` gives what the server has warned of since it was last asked.
 */
export function writeAll(
  objects: readonly AnyObject[],
  write: Writer,
  warnings: () => string[] = () => [],
): Result<string[], Status> {
  const coming: ObjectRef[] = [];
  for (const object of objects) {
    const tried = write(object, true);
    if (!tried.ok && !awaits(tried.error, object, coming)) return tried;
    coming.push(targetOf(object));
  }
  const lines: string[] = [];
  for (const object of objects) {
    const written = write(object, false);
    if (!written.ok) return written;
    lines.push(...warnings(), written.value);
  }
  return ok(lines);
}

/** The dry try stands for the request: when it is refused, none follows. */
function asked(dryRun: boolean): { dryRun: boolean; rehearsal?: boolean } {
  return dryRun ? { dryRun, rehearsal: true } : { dryRun };
}

function awaits(status: Status, object: AnyObject, coming: readonly ObjectRef[]): boolean {
  const { namespace } = targetOf(object);
  if (status.code === 404 && status.details?.kind === 'namespaces')
    return coming.some((ref) => ref.kind === 'Namespace' && ref.name === namespace);
  if (status.code !== 403) return false;
  const className = isRecord(object.spec) ? object.spec.priorityClassName : undefined;
  return coming.some((ref) => ref.kind === 'PriorityClass' && ref.name === className);
}

/** Writer of `kubectl create`. */
export function createWriter(client: Client): Writer {
  return (object, dryRun) => {
    const ref = targetOf(object);
    const created = client.create(inNamespace(object, ref), asked(dryRun));
    return created.ok ? ok(line(createdRef(ref, created.value), 'created')) : created;
  };
}

/** Writer of `kubectl apply`: creates, or merges three ways with the last applied file. Models kubectl/pkg/cmd/apply. */
export function applyWriter(client: Client): Writer {
  return (object, dryRun) => {
    const ref = targetOf(object);
    const wanted = withLastApplied(inNamespace(object, ref));
    const found = client.get(ref.kind, ref.namespace, ref.name);
    if (!found.ok) {
      if (found.error.code !== 404 || found.error.details?.name !== ref.name) return found;
      const created = client.create(wanted, asked(dryRun));
      return created.ok ? ok(line(createdRef(ref, created.value), 'created')) : created;
    }
    const current = found.value;
    const merged = threeWayMerge(current, withoutStatus(wanted), readLastApplied(current)) as AnyObject;
    if (deepEqual(merged, current)) return ok(line(ref, 'unchanged'));
    const updated = client.update(merged, asked(dryRun));
    return updated.ok ? ok(line(ref, 'configured')) : updated;
  };
}

function createdRef(ref: ObjectRef, created: KubeObject): ObjectRef {
  return { ...ref, name: created.metadata.name };
}

function inNamespace(object: AnyObject, ref: ObjectRef): AnyObject {
  return ref.namespace === '' || object.metadata.namespace !== undefined
    ? object
    : { ...object, metadata: { ...object.metadata, namespace: ref.namespace } };
}

function withoutStatus(object: AnyObject): AnyObject {
  const { status: _, ...rest } = object;
  return rest as AnyObject;
}
