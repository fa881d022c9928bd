import type { KubeEvent, KubeObject } from '#shared/kube/types.ts';
import { createControllers } from '../../controllers/index.ts';
import { createScheduler } from '../../scheduler/index.ts';
import { node } from '../../testing/builders.ts';
import { createTestCluster, type TestCluster } from '../../testing/harness.ts';
import { labKubelet } from '../workloads/kubelet.ts';
import { SHOWN, type StorageEntry, storageEntry } from './timeline.ts';

/** The capture's --pvclaimbinder-sync-period. */
const RESYNC_MS = 5_000;
/** No heartbeats are sent in this lab: nodes stay as they are. */
const NEVER_MS = 1_000_000_000;
/** Stand-ins for what drivers bring along: the capture had none. */
const DRIVERS: readonly string[] = ['csi-provisioner', 'csi-resizer', 'csi-attacher'];

/** The capture's control plane with its four nodes and fake kubelet, and what happened in it. */
export interface StorageLab {
  readonly cluster: TestCluster;
  readonly namespace: string;
  /** Changes and events since the last call. */
  take(): StorageEntry[];
}

/** Starts a lab whose objects live in `namespace`. Volumes and what happens to them are seen too. */
export function createStorageLab(namespace: string): StorageLab {
  const cluster = createTestCluster({
    seed: 1,
    components: (ctx) => [
      createScheduler(ctx),
      ...createControllers(ctx).filter(({ name }) => !DRIVERS.includes(name)),
      labKubelet(ctx),
    ],
    config: { scheduler: { cycleMs: 0 }, nodeLifecycle: { monitorGraceMs: NEVER_MS }, storage: { resyncMs: RESYNC_MS } },
  });
  for (let at = 1; at <= 4; at++) {
    const labels = { 'topology.kubernetes.io/zone': at % 2 === 1 ? 'zone-a' : 'zone-b' };
    cluster.create(node(`node-${at}`, { pods: '1000', cpu: '64', labels }));
  }
  const space: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  cluster.create(space);
  cluster.runFor(1000);
  let log: StorageEntry[] = [];
  const ours = ({ metadata }: KubeObject) => (metadata.namespace ?? namespace) === namespace || metadata.namespace === '';
  for (const kind of Object.keys(SHOWN)) {
    const tell = (before: KubeObject | undefined, after: KubeObject | undefined) => {
      const object = after ?? before;
      const entry = object !== undefined && ours(object) ? storageEntry(before, after) : undefined;
      if (entry !== undefined) log.push(entry);
    };
    cluster.ctx.informer<string>(kind).subscribe({
      onAdd: (after) => tell(undefined, after),
      onUpdate: tell,
      onDelete: (before) => tell(before, undefined),
    });
  }
  const noteEvent = ({ type = '', reason = '', message = '', involvedObject }: KubeEvent) => {
    const { kind = '', name = '', namespace: space = '' } = involvedObject;
    if (space !== '' && space !== namespace) return;
    log.push({ event: { type, reason, message, object: `${kind}/${name}` } });
  };
  cluster.ctx.informer('Event').subscribe({ onAdd: noteEvent, onUpdate: (_before, after) => noteEvent(after) });
  return {
    cluster,
    namespace,
    take: () => {
      const taken = log;
      log = [];
      return taken;
    },
  };
}
