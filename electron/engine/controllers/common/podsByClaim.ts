import { compareStrings } from '#shared/core/compare.ts';
import { claimNameOf } from '#shared/kube/storage.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { ComponentContext } from '../../client/types.ts';

/** The pods that name a claim, without a look at all pods. */
export interface PodsByClaim {
  /** Begins to follow the pods, those that are there included; answers how to stop. */
  follow(): () => void;
  /** Pods of the namespace with a volume from that claim, by name. */
  of(namespace: string, claim: string): Pod[];
}

/** Keeps which pods name which claim. Models the index common.PodPVCIndex. */
export function podsByClaim(ctx: ComponentContext): PodsByClaim {
  const pods = ctx.informer('Pod');
  const byClaim = new Map<string, Set<string>>();
  const each = (pod: Pod, act: (claimKey: string, podName: string) => void): void => {
    for (const one of pod.spec.volumes ?? []) {
      const claim = claimNameOf(pod, one);
      if (claim !== undefined) act(`${pod.metadata.namespace ?? ''}/${claim}`, pod.metadata.name);
    }
  };
  const add = (key: string, name: string) => {
    const names = byClaim.get(key);
    if (names === undefined) byClaim.set(key, new Set([name]));
    else names.add(name);
  };
  const remove = (key: string, name: string) => {
    const names = byClaim.get(key);
    names?.delete(name);
    if (names?.size === 0) byClaim.delete(key);
  };
  return {
    follow() {
      byClaim.clear();
      // Volumes of a pod never change.
      return pods.subscribe({ onAdd: (pod) => each(pod, add), onDelete: (pod) => each(pod, remove) }, { replay: true });
    },
    of(namespace, claim) {
      const key = `${namespace}/${claim}`;
      return [...(byClaim.get(key) ?? [])].sort(compareStrings).flatMap((name) => pods.lister.get(namespace, name) ?? []);
    },
  };
}
