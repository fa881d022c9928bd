import type { StatefulSet } from '#shared/kube/kinds.ts';
import type { PersistentVolumeClaim } from '#shared/kube/storage.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { Client, EventRecorder, Lister } from '../../client/types.ts';
import { claimsOf, hasStaleOwner, ownersUpToDate, withOwners } from './claims.ts';
import { claimName, claimTemplates, identityMatches, ordinalOf, storageMatches, withIdentity, withStorage } from './identity.ts';

/** What happened: nothing that mattered, or why it failed (in the API's words). */
export type Failure = string | undefined;

type Verb = 'Create' | 'Update' | 'Delete';

/** What the controller does to pods and claims of a set, told by events. Models StatefulPodControl. */
export interface PodControl {
  /** Creates the claims of a planned pod, then the pod. */
  create(set: StatefulSet, pod: Pod): Failure;
  /** Brings identity, volumes and claims' owners of a stored pod in order. */
  update(set: StatefulSet, pod: Pod): Failure;
  delete(set: StatefulSet, pod: Pod): Failure;
  /** Creates claims of the pod that are not there, and sees to their owners. */
  createMissingClaims(set: StatefulSet, pod: Pod): Failure;
  /** Whether the owners of all claims are what the retention policy asks for. */
  claimsMatch(set: StatefulSet, pod: Pod): boolean;
  fixClaimOwners(set: StatefulSet, pod: Pod): Failure;
  /** Whether a claim still belongs to an earlier pod of that name and will go with it, so that the new one has to wait. */
  hasStaleClaim(set: StatefulSet, pod: Pod): boolean;
}

/** Builds the control over one client. */
export function createPodControl(client: Client, recorder: EventRecorder, claims: Lister<PersistentVolumeClaim>): PodControl {
  const tell = (verb: Verb, set: StatefulSet, pod: Pod, failure: Failure): Failure => {
    const head = `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
    if (failure === undefined) recorder.event(set, 'Normal', `Successful${verb}`, `${head} successful`);
    else recorder.event(set, 'Warning', `Failed${verb}`, `${head} failed error: ${failure}`);
    return failure;
  };
  const namespaceOf = (set: StatefulSet) => set.metadata.namespace ?? '';
  /** The claims of the pod that exist. */
  const present = (set: StatefulSet, pod: Pod): readonly PersistentVolumeClaim[] =>
    claimTemplates(set).flatMap((template) => {
      const claim = claims.get(namespaceOf(set), claimName(set, template, ordinalOf(pod)));
      return claim === undefined ? [] : [claim];
    });

  const createClaim = (set: StatefulSet, pod: Pod, claim: PersistentVolumeClaim): Failure => {
    const created = client.create(claim);
    const text = `${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
    if (created.ok) {
      recorder.event(set, 'Normal', 'SuccessfulCreate', `Create Claim ${claim.metadata.name} Pod ${text} success`);
      return undefined;
    }
    const { message, reason } = created.error;
    if (reason !== 'AlreadyExists') {
      const told = `Create Claim ${claim.metadata.name} for Pod ${text} failed error: ${message}`;
      recorder.event(set, 'Warning', 'FailedCreate', told);
    }
    return `failed to create PVC ${claim.metadata.name}: ${message}`;
  };
  const createClaims = (set: StatefulSet, pod: Pod): Failure =>
    together(
      claimsOf(set, pod).map((claim) => {
        const stored = claims.get(namespaceOf(set), claim.metadata.name);
        if (stored === undefined) return createClaim(set, pod, claim);
        return stored.metadata.deletionTimestamp === undefined ? undefined : `pvc ${claim.metadata.name} is being deleted`;
      }),
    );

  const claimsMatch = (set: StatefulSet, pod: Pod): boolean =>
    claimTemplates(set).length === 0 || present(set, pod).every((claim) => ownersUpToDate(claim, set, pod));
  const fixClaimOwners = (set: StatefulSet, pod: Pod): Failure => {
    for (const claim of present(set, pod)) {
      if (ownersUpToDate(claim, set, pod)) continue;
      const written = client.update(withOwners(claim, set, pod));
      if (!written.ok)
        return `could not update claim ${claim.metadata.name} for delete policy ownerRefs: ${written.error.message}`;
    }
    return undefined;
  };

  return {
    create(set, pod) {
      const refused = createClaims(set, pod);
      if (refused !== undefined) return tell('Create', set, pod, refused);
      const created = client.create(pod);
      if (!created.ok && created.error.reason === 'AlreadyExists') return created.error.message;
      const owners = fixClaimOwners(set, created.ok ? created.value : pod);
      if (owners !== undefined) return tell('Update', set, pod, owners);
      return tell('Create', set, pod, created.ok ? undefined : created.error.message);
    },
    update(set, pod) {
      let next = pod;
      if (!identityMatches(set, next)) next = withIdentity(set, next);
      if (!storageMatches(set, next)) {
        next = withStorage(set, next);
        const refused = createClaims(set, next);
        if (refused !== undefined) return tell('Update', set, pod, refused);
      }
      const match = claimsMatch(set, next);
      const owners = match ? undefined : fixClaimOwners(set, next);
      if (owners !== undefined) return tell('Update', set, pod, owners);
      if (match && next === pod) return undefined;
      const written = client.update(next);
      return tell('Update', set, pod, written.ok ? undefined : written.error.message);
    },
    delete(set, pod) {
      const { namespace = '', name } = pod.metadata;
      const deleted = client.delete({ kind: 'Pod', namespace, name });
      // One that is gone already is as good as deleted: the next look sees that.
      if (!deleted.ok && deleted.error.reason === 'NotFound') return undefined;
      return tell('Delete', set, pod, deleted.ok ? undefined : deleted.error.message);
    },
    createMissingClaims(set, pod) {
      const refused = createClaims(set, pod);
      if (refused !== undefined) return refused;
      const owners = fixClaimOwners(set, pod);
      return owners === undefined ? undefined : tell('Update', set, pod, owners);
    },
    claimsMatch,
    fixClaimOwners,
    hasStaleClaim: (set, pod) =>
      set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled === 'Delete' &&
      present(set, pod).some((claim) => hasStaleOwner(claim, pod)),
  };
}

/** Failures as one text. Models utilerrors.NewAggregate. */
export function together(failures: readonly Failure[]): Failure {
  const texts = [...new Set(failures.filter((text) => text !== undefined))];
  return texts.length > 1 ? `[${texts.join(', ')}]` : texts[0];
}
