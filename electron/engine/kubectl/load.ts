import { err, ok, type Result } from '#shared/core/result.ts';
import { controllerOf } from '#shared/kube/pod.ts';
import type { AnyObject, ObjectRef, Status } from '#shared/kube/types.ts';
import type { Client } from '../client/types.ts';
import { LOAD_ANNOTATION, parseLoad, parseUsage, USAGE_ANNOTATION } from '../metrics/load.ts';
import { clientError, line, nameOf } from './words.ts';

/** Kinds that bear load. */
const LOADED: readonly string[] = [
  'CronJob',
  'DaemonSet',
  'Deployment',
  'Job',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
];

/**
 * Puts load on a workload or takes it off (null), through an annotation, so that it is saved with the object; of a pod it sets what it uses. A load
 * that cannot be read and a workload that only serves another one are refused.
 */
export function setLoad(
  client: Client,
  ref: ObjectRef,
  load: Readonly<Record<string, unknown>> | null,
): Result<string[], Status> {
  const isPod = ref.kind === 'Pod';
  if (!isPod && !LOADED.includes(ref.kind)) return err(clientError(`${nameOf(ref)} bears no load: only workloads and pods do`));
  const found = client.get<string>(ref.kind, ref.namespace, ref.name);
  if (!found.ok) return found;
  const owner = isPod ? undefined : controllerOf(found.value as AnyObject);
  if (owner !== undefined) {
    const name = nameOf({ kind: owner.kind, namespace: ref.namespace, name: owner.name });
    return err(clientError(`${nameOf(ref)} serves ${name}: put the load there`));
  }
  const text = load === null ? null : JSON.stringify(load);
  const read = text === null ? ok(null) : isPod ? parseUsage(text) : parseLoad(text);
  if (!read.ok) return err(clientError(`the load is not understood: ${read.error}`));
  const annotations = { [isPod ? USAGE_ANNOTATION : LOAD_ANNOTATION]: text };
  const patched = client.patch(ref, 'merge', { metadata: { annotations } });
  return patched.ok ? ok([line(ref, load === null ? 'load removed' : 'load set')]) : patched;
}
