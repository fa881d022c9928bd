import { controllerOf } from '#shared/kube/pod.ts';
import type { KubeObject, Pod } from '#shared/kube/types.ts';
import type { FindObject } from '#shared/kube/vpa.ts';

/** Share of a controller's pods that may be away. Models --eviction-tolerance. */
const TOLERANCE = 0.5;

interface Family {
  readonly configured: number;
  readonly tolerance: number;
  readonly running: number;
  evicted: number;
}

/** Pods a controller is to have; those that are there where it does not say. Models getReplicaCount. */
function configuredOf(controller: KubeObject | undefined, actual: number): number {
  if (controller === undefined) return actual;
  const { spec, status } = controller as KubeObject & {
    spec?: { replicas?: number };
    status?: { desiredNumberScheduled?: number };
  };
  if (controller.kind === 'Job') return actual;
  return controller.kind === 'DaemonSet' ? (status?.desiredNumberScheduled ?? actual) : (spec?.replicas ?? actual);
}

/** How many pods of each controller may be evicted in one look. Models restriction.PodsEvictionRestriction. */
export class EvictionRestriction {
  readonly #families = new Map<string, Family>();

  /** `minReplicas`: controllers with fewer live pods are left alone. */
  constructor(pods: readonly Pod[], minReplicas: number, find: FindObject) {
    const live = new Map<string, Pod[]>();
    for (const pod of pods) {
      const owner = controllerOf(pod);
      if (owner !== undefined) live.set(owner.uid, [...(live.get(owner.uid) ?? []), pod]);
    }
    for (const [uid, own] of live) {
      const [first] = own;
      const owner = first && controllerOf(first);
      if (first === undefined || owner === undefined || own.length < minReplicas) continue;
      const configured = configuredOf(find(owner.kind, first.metadata.namespace ?? '', owner.name), own.length);
      const running = own.filter(({ status }) => status.phase !== 'Pending').length;
      this.#families.set(uid, { configured, tolerance: Math.floor(configured * TOLERANCE), running, evicted: 0 });
    }
  }

  /** Whether the pod may go now. A pod that does not run yet may always. */
  allows(pod: Pod): boolean {
    const family = this.#families.get(controllerOf(pod)?.uid ?? '');
    if (family === undefined) return false;
    if (pod.status.phase === 'Pending') return true;
    const { configured, tolerance, running, evicted } = family;
    return running - evicted > configured - tolerance || (running === configured && tolerance === 0 && evicted === 0);
  }

  /** A pod was evicted. */
  note(pod: Pod): void {
    const family = this.#families.get(controllerOf(pod)?.uid ?? '');
    if (family !== undefined && pod.status.phase !== 'Pending') family.evicted++;
  }
}
