import { labelOf } from '#shared/kube/labels.ts';
import {
  annotationOf,
  annProvisionedBy,
  annSelectedNode,
  annStorageProvisioner,
  type CsiNode,
  classOf,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type StorageClass,
  waitForFirstConsumer,
} from '#shared/kube/storage.ts';
import type { NodeSelectorTerm } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';
import { storageInformer } from '../common/storageInformer.ts';
import { driverOf } from './plugins.ts';

const NAME = 'csi-provisioner';
/** Keeps a volume from going before the driver has deleted what is behind it. */
const FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer';
/** What every provisioner notes on its volumes: the secrets for deleting them, here none. */
const NO_SECRETS = {
  'volume.kubernetes.io/provisioner-deletion-secret-name': '',
  'volume.kubernetes.io/provisioner-deletion-secret-namespace': '',
};

/**
 * Stands in for the external provisioners of all drivers: makes a volume for each claim handed to one, and deletes the volumes it made when they are
 * released, each after `provisionMs`. Models kubernetes-csi/external-provisioner.
 */
export function createProvisioner(ctx: ComponentContext): Component {
  const client = ctx.client(NAME);
  const claims = storageInformer<PersistentVolumeClaim>(ctx, 'PersistentVolumeClaim');
  const volumes = storageInformer<PersistentVolume>(ctx, 'PersistentVolume');
  const classes = storageInformer<StorageClass>(ctx, 'StorageClass');
  /** Virtual time at which the work on a queue key is done. */
  const dueMs = new Map<string, number>();

  /** Class of a claim that some driver should make a volume for now. Models shouldProvision. */
  const wantedClass = (claim: PersistentVolumeClaim): StorageClass | undefined => {
    const driver = annotationOf(claim, annStorageProvisioner);
    if (driver === undefined || claim.spec.volumeName || claim.metadata.deletionTimestamp !== undefined) return undefined;
    const one = classes.lister.get('', classOf(claim));
    if (one === undefined || driverOf(one.provisioner) !== driver) return undefined;
    const waits = one.volumeBindingMode === waitForFirstConsumer && annotationOf(claim, annSelectedNode) === undefined;
    return waits ? undefined : one;
  };
  const isSpent = (volume: PersistentVolume) =>
    volume.status?.phase === 'Released' &&
    volume.spec.persistentVolumeReclaimPolicy === 'Delete' &&
    annotationOf(volume, annProvisionedBy) !== undefined &&
    volume.spec.csi !== undefined;

  /** True once the time the driver takes is over; begins to count at the first call. */
  const isDone = (key: string, begin: () => void): boolean => {
    const due = dueMs.get(key);
    if (due === undefined) {
      begin();
      dueMs.set(key, ctx.clock.nowMs + ctx.config.storage.provisionMs);
      queue.addAfter(key, ctx.config.storage.provisionMs);
      return false;
    }
    return due <= ctx.clock.nowMs;
  };

  const provision = (key: string, claim: PersistentVolumeClaim, one: StorageClass): boolean => {
    const events = ctx.recorder(driverOf(one.provisioner));
    const name = `${claim.metadata.namespace}/${claim.metadata.name}`;
    const begin = () =>
      events.event(claim, 'Normal', 'Provisioning', `External provisioner is provisioning volume for claim "${name}"`);
    if (!isDone(key, begin)) return true;
    dueMs.delete(key);
    const volume = newVolume(ctx, claim, one);
    const answer = client.create(volume);
    if (!answer.ok && answer.error.reason !== 'AlreadyExists') return false;
    events.event(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${volume.metadata.name}`);
    return true;
  };
  const dispose = (key: string, volume: PersistentVolume): boolean => {
    if (!isDone(key, () => undefined)) return true;
    dueMs.delete(key);
    const { name } = volume.metadata;
    const answer = client.delete({ kind: 'PersistentVolume', namespace: '', name });
    if (!answer.ok) return answer.error.reason === 'NotFound';
    const left = volumes.lister.get('', name);
    const { finalizers = [], ...metadata } = left?.metadata ?? volume.metadata;
    if (left === undefined || !finalizers.includes(FINALIZER)) return true;
    const kept = finalizers.filter((one) => one !== FINALIZER);
    return client.update({ ...left, metadata: kept.length === 0 ? metadata : { ...metadata, finalizers: kept } }).ok;
  };
  const work = (key: string): boolean => {
    const { namespace, name } = splitKey(key.slice(key.indexOf(':') + 1));
    if (key.startsWith('volume:')) {
      const volume = volumes.lister.get('', name);
      if (volume !== undefined && isSpent(volume)) return dispose(key, volume);
    } else {
      const claim = claims.lister.get(namespace, name);
      const one = claim && wantedClass(claim);
      if (claim !== undefined && one !== undefined) return provision(key, claim, one);
    }
    dueMs.delete(key);
    return true;
  };
  const queue = controllerQueue(ctx, NAME, (key) => {
    if (work(key)) retries.forget(key);
    else retries.failed(key);
  });
  const retries = retrying(queue);

  const onClaim = (claim: PersistentVolumeClaim) => {
    const key = `claim:${queueKey(claim)}`;
    if (wantedClass(claim) !== undefined || dueMs.has(key)) queue.add(key);
  };
  const onVolume = (volume: PersistentVolume) => {
    if (isSpent(volume)) queue.add(`volume:${queueKey(volume)}`);
  };
  const component = lifecycle(NAME, queue, () => [
    claims.subscribe({ onAdd: onClaim, onUpdate: (_before, after) => onClaim(after) }, { replay: true }),
    volumes.subscribe({ onAdd: onVolume, onUpdate: (_before, after) => onVolume(after) }, { replay: true }),
  ]);
  return {
    ...component,
    stop() {
      dueMs.clear();
      component.stop();
    },
  };
}

/** The volume made for a claim: named after its uid, reserved for it, usable where the driver put it. */
function newVolume(ctx: ComponentContext, claim: PersistentVolumeClaim, one: StorageClass): PersistentVolume {
  const { namespace = '', name, uid = '' } = claim.metadata;
  const term = placeOf(ctx, claim, one);
  const volumeName = `pvc-${uid}`;
  const driver = driverOf(one.provisioner);
  const fsType = claim.spec.volumeMode === 'Block' ? undefined : one.parameters?.['csi.storage.k8s.io/fstype'];
  const attributes = claim.spec.volumeAttributesClassName;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: volumeName,
      annotations: { [annProvisionedBy]: driver, ...NO_SECRETS },
      finalizers: [FINALIZER],
    },
    spec: {
      accessModes: claim.spec.accessModes ?? [],
      capacity: { storage: claim.spec.resources?.requests?.storage ?? '0' },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
      csi: { driver, volumeHandle: volumeName, ...(fsType === undefined ? {} : { fsType }) },
      ...(term === undefined ? {} : { nodeAffinity: { required: { nodeSelectorTerms: [term] } } }),
      persistentVolumeReclaimPolicy: one.reclaimPolicy ?? 'Delete',
      storageClassName: one.metadata.name,
      volumeMode: claim.spec.volumeMode ?? 'Filesystem',
      ...(attributes ? { volumeAttributesClassName: attributes } : {}),
      ...(one.mountOptions === undefined ? {} : { mountOptions: one.mountOptions }),
    },
  };
}

/**
 * Where a new volume can be used: the selected node's values of the driver's topology keys, or of the keys its class allows; without a selected node
 * the first place the class allows. Undefined: everywhere.
 */
function placeOf(ctx: ComponentContext, claim: PersistentVolumeClaim, one: StorageClass): NodeSelectorTerm | undefined {
  const selected = annotationOf(claim, annSelectedNode);
  const allowed = one.allowedTopologies?.[0]?.matchLabelExpressions ?? [];
  const within = (key: string, value: string) => ({ key, operator: 'In', values: [value] });
  if (selected === undefined) {
    const first = allowed.flatMap(({ key, values }) => (values[0] === undefined ? [] : within(key, values[0])));
    return first.length === 0 ? undefined : { matchExpressions: first };
  }
  const csiNode = storageInformer<CsiNode>(ctx, 'CSINode').lister.get('', selected);
  const driver = csiNode?.spec.drivers.find(({ name }) => name === driverOf(one.provisioner));
  const { labels } = ctx.informer('Node').lister.get('', selected)?.metadata ?? {};
  const keys = driver?.topologyKeys ?? allowed.map(({ key }) => key);
  const expressions = keys.flatMap((key) => {
    const value = labelOf(labels, key);
    return value === undefined ? [] : within(key, value);
  });
  return expressions.length === 0 ? undefined : { matchExpressions: expressions };
}
