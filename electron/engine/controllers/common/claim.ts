import { ok } from '#shared/core/result.ts';
import type { KubeObject } from '#shared/kube/types.ts';
import type { ApiResult, Client, Lister } from '../../client/types.ts';
import { adopted, decideClaim, released } from './controllerRef.ts';
import type { Orphans } from './orphans.ts';

/** Objects an owner may have to do with: those it controls, then those of its namespace that nobody does. */
export function claimCandidates<T extends KubeObject>(lister: Lister<T>, orphans: Orphans, owner: KubeObject): T[] {
  const namespace = owner.metadata.namespace ?? '';
  const candidates = [...lister.byIndex('ownerUid', owner.metadata.uid ?? '')];
  for (const name of orphans.names(namespace)) {
    const orphan = lister.get(namespace, name);
    if (orphan !== undefined) candidates.push(orphan);
  }
  return candidates;
}

/** What is written to take an object, or to give it up. */
export interface ClaimWrites<T extends KubeObject> {
  adopt(object: T, owner: KubeObject): T;
  release(object: T, owner: KubeObject): T;
}

const PLAIN: ClaimWrites<KubeObject> = { adopt: adopted, release: released };

/**
 * Those of the candidates that the owner controls, after adopting and releasing. An object that is gone by now is left out; any other refusal ends
 * the round. Models pkg/controller ClaimObject and its kin.
 */
export function claimObjects<T extends KubeObject>(
  client: Client,
  owner: KubeObject,
  candidates: readonly T[],
  matches: (candidate: T) => boolean,
  writes = PLAIN as ClaimWrites<T>,
): ApiResult<T[]> {
  const claimed: T[] = [];
  for (const candidate of candidates) {
    const claim = decideClaim(owner, candidate, matches(candidate));
    if (claim === 'keep') claimed.push(candidate);
    if (claim === 'keep' || claim === 'ignore') continue;
    const written = client.update(claim === 'adopt' ? writes.adopt(candidate, owner) : writes.release(candidate, owner));
    if (!written.ok && written.error.reason !== 'NotFound') return written;
    if (written.ok && claim === 'adopt') claimed.push(written.value);
  }
  return ok(claimed);
}
