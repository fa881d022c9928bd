import { isTerminal } from '#shared/kube/pod.ts';
import {
  annBetaStorageProvisioner,
  annBindCompleted,
  annBoundByController,
  annotated,
  annotationOf,
  annSelectedNode,
  annStorageProvisioner,
  classOf,
  isBoundTo,
  newestDefaultClass,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type StorageClass,
  waitForFirstConsumer,
} from '#shared/kube/storage.ts';
import type { Client, EventRecorder, Lister } from '../../client/types.ts';
import type { PodsByClaim } from '../common/podsByClaim.ts';
import { bestVolume, mismatch } from './match.ts';
import { driverOf, provisioningFault } from './plugins.ts';
import type { StorageWriter } from './writes.ts';

/** What the steps for claims work with. */
export interface ClaimTools {
  readonly client: Client;
  readonly writer: StorageWriter;
  readonly events: EventRecorder;
  readonly volumes: Lister<PersistentVolume>;
  readonly classes: Lister<StorageClass>;
  readonly users: PodsByClaim;
}

/** Brings one claim forward; false when a write failed. Models PersistentVolumeController.syncClaim. */
export function syncClaim(tools: ClaimTools, claim: PersistentVolumeClaim): boolean {
  return annotationOf(claim, annBindCompleted) === undefined ? syncUnbound(tools, claim) : syncBound(tools, claim);
}

/** A claim that was bound once: its volume must still be there and be its own. Models syncBoundClaim. */
function syncBound({ writer, events, volumes }: ClaimTools, claim: PersistentVolumeClaim): boolean {
  const lost = (reason: string, message: string): boolean => {
    if (claim.status?.phase === 'Lost') return true;
    if (writer.claimPhase(claim, 'Lost') === undefined) return false;
    events.event(claim, 'Warning', reason, message);
    return true;
  };
  const name = claim.spec.volumeName;
  if (!name) return lost('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!');
  const volume = volumes.get('', name);
  if (volume === undefined) return lost('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  const owner = volume.spec.claimRef;
  if (owner === undefined || owner.uid === claim.metadata.uid) return writer.bind(volume, claim);
  return lost('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
}

function syncUnbound(tools: ClaimTools, given: PersistentVolumeClaim): boolean {
  const { writer, events, volumes } = tools;
  if (given.spec.volumeName) return syncNamed(tools, given);
  const delayed = isDelayed(tools, given);
  const volume = bestVolume(volumes.list(), given, delayed);
  if (volume !== undefined) return writer.bind(volume, given);
  const claim = withDefaultClass(tools, given);
  if (claim === undefined) return false;
  // The write with the new class brings the claim back.
  if (claim !== given) return true;
  if (delayed && annotationOf(claim, annSelectedNode) === undefined) announceWaiting(tools, claim);
  else if (classOf(claim) !== '') return provision(tools, claim);
  else
    events.event(claim, 'Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set');
  return writer.claimPhase(claim, 'Pending') !== undefined;
}

/** A claim that names its volume. */
function syncNamed({ writer, events, volumes }: ClaimTools, claim: PersistentVolumeClaim): boolean {
  const name = claim.spec.volumeName ?? '';
  const volume = volumes.get('', name);
  const pending = () => writer.claimPhase(claim, 'Pending') !== undefined;
  if (volume === undefined) return pending();
  if (volume.spec.claimRef !== undefined) {
    if (isBoundTo(volume, claim)) return writer.bind(volume, claim);
    events.event(claim, 'Warning', 'FailedBinding', `volume ${JSON.stringify(name)} already bound to a different claim.`);
    return annotationOf(claim, annBoundByController) === undefined ? pending() : false;
  }
  const fault = mismatch(volume, claim);
  if (fault === undefined) return writer.bind(volume, claim);
  events.event(claim, 'Warning', 'VolumeMismatch', `Cannot bind to requested volume ${JSON.stringify(name)}: ${fault}`);
  return pending();
}

/** A claim without a class gets the cluster's default one, the newest if there are several. Models assignDefaultStorageClass. */
function withDefaultClass({ client, classes }: ClaimTools, claim: PersistentVolumeClaim): PersistentVolumeClaim | undefined {
  if (claim.spec.storageClassName !== undefined || classOf(claim) !== '') return claim;
  const newest = newestDefaultClass(classes.list());
  if (newest === undefined) return claim;
  const answer = client.update({ ...claim, spec: { ...claim.spec, storageClassName: newest.metadata.name } });
  return answer.ok ? answer.value : undefined;
}

function isDelayed({ classes }: ClaimTools, claim: PersistentVolumeClaim): boolean {
  return classes.get('', classOf(claim))?.volumeBindingMode === waitForFirstConsumer;
}

/** Models emitEventForUnboundDelayBindingClaim. */
function announceWaiting({ users, events }: ClaimTools, claim: PersistentVolumeClaim): void {
  const pods = users.of(claim.metadata.namespace ?? '', claim.metadata.name);
  const waiting = pods.filter((pod) => !pod.spec.nodeName && !isTerminal(pod)).map((pod) => pod.metadata.name);
  if (waiting.length === 0) {
    events.event(claim, 'Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
    return;
  }
  const names = waiting.length === 1 ? `pod ${waiting[0]}` : `pods ${waiting.join(',')}`;
  events.event(claim, 'Normal', 'WaitForPodScheduled', `waiting for ${names} to be scheduled`);
}

/** Hands the claim to the provisioner of its class. Models provisionClaim for external provisioners and those that moved out of the tree. */
function provision({ client, events, classes }: ClaimTools, claim: PersistentVolumeClaim): boolean {
  const name = classOf(claim);
  const given = classes.get('', name)?.provisioner;
  const fault = given === undefined ? `storageclass.storage.k8s.io ${JSON.stringify(name)} not found` : provisioningFault(given);
  if (given === undefined || fault !== undefined) {
    events.event(claim, 'Warning', 'ProvisioningFailed', fault ?? '');
    return true;
  }
  const provisioner = driverOf(given);
  let marked: PersistentVolumeClaim = claim;
  if (annotationOf(claim, annStorageProvisioner) !== provisioner) {
    const both = annotated(annotated(claim, annBetaStorageProvisioner, provisioner), annStorageProvisioner, provisioner);
    const answer = client.update(both);
    if (!answer.ok) return false;
    marked = answer.value;
  }
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  events.event(marked, 'Normal', 'ExternalProvisioning', message);
  return true;
}
