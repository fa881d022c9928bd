import { controllerReference } from '#shared/kube/pod.ts';
import { ownershipFault, type PersistentVolumeClaim, type PodVolume } from '#shared/kube/storage.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';

const NAME = 'ephemeral-volume-controller';

/** The claim of one generic ephemeral volume: named after pod and volume, owned by the pod, so that it goes with it. */
function claimFor(pod: Pod, volume: PodVolume): PersistentVolumeClaim | undefined {
  const template = volume.ephemeral?.volumeClaimTemplate;
  if (template === undefined) return undefined;
  const { annotations, labels } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: `${pod.metadata.name}-${volume.name}`,
      namespace: pod.metadata.namespace ?? '',
      ...(annotations === undefined ? {} : { annotations }),
      ...(labels === undefined ? {} : { labels }),
      ownerReferences: [controllerReference(pod)],
    },
    spec: template.spec,
  };
}

/** Makes the claims of generic ephemeral volumes. Models pkg/controller/volume/ephemeral. */
export function createEphemeralVolumeController(ctx: ComponentContext): Component {
  const client = ctx.client(NAME);
  const events = ctx.recorder('ephemeral_volume');
  const pods = ctx.informer('Pod');
  const claims = ctx.informer('PersistentVolumeClaim');

  /** Makes one claim; tells why it could not be made or whose it is instead, undefined when all is well. Models handleVolume. */
  const provide = (pod: Pod, claim: PersistentVolumeClaim): string | undefined => {
    const { namespace = '', name } = claim.metadata;
    const found = claims.lister.get(namespace, name);
    if (found !== undefined) return ownershipFault(pod, found);
    const answer = client.create(claim);
    return answer.ok ? undefined : `create PVC ${name}: ${answer.error.message}`;
  };
  /** Looks at the volumes of a pod in order, up to the first one that fails. */
  const sync = (pod: Pod): boolean => {
    for (const volume of pod.spec.volumes ?? []) {
      const claim = claimFor(pod, volume);
      const fault = claim === undefined ? undefined : provide(pod, claim);
      if (fault === undefined) continue;
      events.event(pod, 'Warning', 'FailedBinding', `ephemeral volume ${volume.name}: ${fault}`);
      return false;
    }
    return true;
  };
  const queue = controllerQueue(ctx, NAME, (key) => {
    const { namespace, name } = splitKey(key);
    const pod = pods.lister.get(namespace, name);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || sync(pod)) retries.forget(key);
    else retries.failed(key);
  });
  const retries = retrying(queue);
  const hasEphemeral = (pod: Pod) => pod.spec.volumes?.some(({ ephemeral }) => ephemeral !== undefined) ?? false;
  const onPod = (pod: Pod) => {
    if (pod.metadata.deletionTimestamp === undefined && hasEphemeral(pod)) queue.add(queueKey(pod));
  };
  const onClaimGone = (claim: PersistentVolumeClaim) => {
    const owner = claim.metadata.ownerReferences?.find(({ controller, kind }) => controller === true && kind === 'Pod');
    if (owner !== undefined) queue.add(`${claim.metadata.namespace ?? ''}/${owner.name}`);
  };
  return lifecycle(NAME, queue, () => [
    pods.subscribe({ onAdd: onPod }, { replay: true }),
    claims.subscribe({ onDelete: onClaimGone }),
  ]);
}
