import { isTerminal } from '#shared/kube/pod.ts';
import { parseQuantity } from '#shared/kube/quantity.ts';
import type { PersistentVolume } from '#shared/kube/storage.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { Client, ComponentContext, EventRecorder } from '../../client/types.ts';
import type { PodsByClaim } from '../common/podsByClaim.ts';
import { isRecyclable } from './plugins.ts';
import type { StorageWriter } from './writes.ts';

/** Where the pods run that empty volumes, and what their names begin with. */
export const RECYCLER_NAMESPACE = 'default';
const PREFIX = 'recycler-for-';
const IMAGE = 'registry.k8s.io/build-image/debian-base:bookworm-v1.0.6';
const SCRUB = 'test -e /scrub && find /scrub -mindepth 1 -delete && test -z "$(ls -A /scrub)" || exit 1';
/** Seconds a recycler pod has at least, and per GiB. Models --pv-recycler-minimum-timeout-* and --pv-recycler-timeout-increment-*. */
const MINIMUM_SECONDS = { hostPath: 60, nfs: 300 };
const SECONDS_PER_GIB = 30;
const GIB_NANO = 1024n ** 3n * 1_000_000_000n;
/** How long the emptying takes here: the kubelet's programs are told by annotations. */
const RUN_SECONDS = '5';

/** What recycling works with. `lost` are volumes whose running pod somebody took away. */
export interface RecyclerTools {
  readonly ctx: ComponentContext;
  readonly client: Client;
  readonly writer: StorageWriter;
  readonly events: EventRecorder;
  readonly lost: Set<string>;
  readonly users: PodsByClaim;
}

/** Name of the volume that a pod empties; undefined for any other pod. */
export function recycledVolume(namespace: string | undefined, podName: string | undefined): string | undefined {
  return namespace === RECYCLER_NAMESPACE && podName?.startsWith(PREFIX) === true ? podName.slice(PREFIX.length) : undefined;
}

/**
 * Brings the emptying of a released volume one step further: starts its pod, or reads how that ended. False when a write failed. Models
 * recycleVolumeOperation and recyclerclient.RecycleVolumeByWatchingPodUntilCompletion; a pod that is found after a restart is followed, not replaced.
 */
export function recycle(tools: RecyclerTools, volume: PersistentVolume): boolean {
  const { ctx, client, events } = tools;
  const named = usersOf(tools, volume);
  if (named.length > 0) {
    events.event(volume, 'Normal', 'VolumeFailedRecycle', `Volume is used by pods: ${named.join(', ')}`);
    return true;
  }
  if (!isRecyclable(volume)) return fail(tools, volume, 'No recycler plugin found for the volume!');
  const { name } = volume.metadata;
  const pod = ctx.informer('Pod').lister.get(RECYCLER_NAMESPACE, PREFIX + name);
  if (tools.lost.delete(name)) return fail(tools, volume, 'Recycle failed: failed to recycle volume: recycler pod was deleted');
  if (pod === undefined) {
    const answer = client.create(recyclerPod(volume));
    return answer.ok || fail(tools, volume, `Recycle failed: unexpected error creating recycler pod:  ${answer.error.message}`);
  }
  if (pod.metadata.deletionTimestamp !== undefined || !isTerminal(pod)) return true;
  return finish(tools, volume, pod);
}

function finish(tools: RecyclerTools, volume: PersistentVolume, pod: Pod): boolean {
  const { client, writer, events } = tools;
  const { name } = pod.metadata;
  const gone = client.delete({ kind: 'Pod', namespace: RECYCLER_NAMESPACE, name });
  if (pod.status.phase === 'Failed') {
    const told = pod.status.message || 'pod failed, pod.Status.Message unknown';
    return fail(tools, volume, `Recycle failed: failed to recycle volume: ${told}`);
  }
  if (!gone.ok && gone.error.reason !== 'NotFound')
    return fail(tools, volume, `Recycle failed: failed to delete recycler pod: ${gone.error.message}`);
  events.event(volume, 'Normal', 'VolumeRecycled', 'Volume recycled');
  return writer.unbind(volume) !== undefined;
}

function fail({ writer, events }: RecyclerTools, volume: PersistentVolume, message: string): boolean {
  return writer.failed(events, volume, 'VolumeFailedRecycle', message);
}

/** Pods that still use the claim the volume was bound to, unless a new claim has taken its name. Models isVolumeUsed. */
function usersOf({ ctx, users }: RecyclerTools, volume: PersistentVolume): string[] {
  const { namespace = '', name = '' } = volume.spec.claimRef ?? {};
  if (ctx.informer('PersistentVolumeClaim').lister.get(namespace, name) !== undefined) return [];
  const pods = users.of(namespace, name);
  return pods.filter((pod) => !isTerminal(pod)).map((pod) => `${namespace}/${pod.metadata.name}`);
}

function recyclerPod({ metadata, spec }: PersistentVolume): Pod {
  const parsed = parseQuantity(spec.capacity?.storage ?? '0');
  const gibibytes = parsed.ok ? Number(parsed.value.nano / GIB_NANO) : 0;
  const minimum = spec.nfs === undefined ? MINIMUM_SECONDS.hostPath : MINIMUM_SECONDS.nfs;
  const source = spec.nfs === undefined ? { hostPath: { path: spec.hostPath?.path ?? '' } } : { nfs: spec.nfs };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: PREFIX + metadata.name,
      namespace: RECYCLER_NAMESPACE,
      annotations: { 'stowage.dev/run-seconds': RUN_SECONDS },
    },
    spec: {
      activeDeadlineSeconds: Math.max(minimum, gibibytes * SECONDS_PER_GIB),
      restartPolicy: 'Never',
      volumes: [{ name: 'vol', ...source }],
      containers: [
        {
          name: 'pv-recycler',
          image: IMAGE,
          command: ['/bin/sh'],
          args: ['-c', SCRUB],
          volumeMounts: [{ name: 'vol', mountPath: '/scrub' }],
        },
      ],
    },
    status: {},
  } as Pod;
}
