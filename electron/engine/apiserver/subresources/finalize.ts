import { err, ok } from '#shared/core/result.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, Namespace } from '#shared/kube/types.ts';
import * as status from '../status.ts';
import type { Answer, RequestOptions, ServerCore } from '../types.ts';

/**
 * Replaces the finalizers in a namespace's spec; a terminating namespace goes with its last one.
 * Models registry/core/namespace/storage FinalizeREST.
 */
export function finalizeNamespace(
  server: ServerCore,
  name: string,
  finalizers: readonly string[],
  options: RequestOptions,
): Answer {
  const info = kindInfo('Namespace');
  const old = server.get('Namespace', '', name);
  if (info === undefined) return err(status.unknownResource());
  if (old === undefined) return err(status.notFound(info, name));
  const { finalizers: _old, ...spec } = (old as unknown as Namespace).spec;
  const next = { ...old, spec: finalizers.length === 0 ? spec : { ...spec, finalizers: [...finalizers] } } as AnyObject;
  return ok(server.commit(old, next, options.dryRun));
}
