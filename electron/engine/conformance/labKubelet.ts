import type { Pod } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../client/types.ts';

/** User and component name of the captures' fake kubelets. */
export const LAB_KUBELET = 'lab-kubelet';

/** Copy of the pod with its Ready condition set. */
export function withReady(pod: Pod, ready: boolean, now: string): Pod {
  const others = (pod.status.conditions ?? []).filter(({ type }) => type !== 'Ready' && type !== 'ContainersReady');
  const status = ready ? 'True' : 'False';
  const conditions = ['Ready', 'ContainersReady'].map((type) => ({ type, status, lastTransitionTime: now }));
  return { ...pod, status: { ...pod.status, conditions: [...others, ...conditions] } };
}

/** A fake kubelet: looks at every pod that exists and at each after a change, `delayMs` later. `look` gets the pod as it is then. */
export function labKubeletOf(
  ctx: ComponentContext,
  look: (pod: Pod, key: string) => void,
  delayMs: (pod: Pod) => number = () => 0,
): Component {
  const pods = ctx.informer('Pod');
  const queue = ctx.workQueue(LAB_KUBELET, (key) => {
    const [namespace = '', name = ''] = key.split('/');
    const pod = pods.lister.get(namespace, name);
    if (pod !== undefined) look(pod, key);
  });
  const enqueue = (pod: Pod): void => {
    const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
    const delay = delayMs(pod);
    if (delay > 0) queue.addAfter(key, delay);
    else queue.add(key);
  };
  let off: (() => void) | undefined;
  return {
    name: LAB_KUBELET,
    start() {
      queue.start();
      off = pods.subscribe({ onAdd: enqueue, onUpdate: (_before, after) => enqueue(after) }, { replay: true });
    },
    stop() {
      off?.();
      queue.stop();
    },
    queued: () => queue.length,
  };
}
