import type { VerticalPodAutoscaler } from '#shared/kube/kinds.ts';
import { isTerminal } from '#shared/kube/pod.ts';
import type { KubeObject, Pod } from '#shared/kube/types.ts';
import { containerBounds, isTarget, strongest, topController, updateModeOf } from '#shared/kube/vpa.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { updateOrder } from './priority.ts';
import { EvictionRestriction } from './restriction.ts';
import { selectorOf } from './target.ts';

const NAME = 'vpa-updater';
const LOOK = 'look';
/** Models --updater-interval. */
const UPDATER_MS = 60_000;
/** Live pods below which a controller is left alone. Models --min-replicas. */
const MIN_REPLICAS = 2;

/** Evicts pods whose requests are no longer what is advised; admission gives their successors the new ones. Models vertical-pod-autoscaler/pkg/updater. */
export function createVpaUpdater(ctx: ComponentContext): Component {
  const vpas = ctx.informer('VerticalPodAutoscaler');
  const pods = ctx.informer('Pod');
  const client = ctx.client(NAME);
  const recorder = ctx.recorder(NAME);

  const find = (kind: string, namespace: string, name: string): KubeObject | undefined =>
    ctx.informer<string>(kind).lister.get(namespace, name);

  /** Autoscalers that may evict, with what they are about. */
  const active = () =>
    vpas.lister.list().flatMap((vpa) => {
      const mode = updateModeOf(vpa);
      if (mode === 'Off' || mode === 'Initial' || vpa.status?.recommendation === undefined) return [];
      const selector = selectorOf(vpa, find);
      return selector.ok ? [{ vpa, selector: selector.value }] : [];
    });

  const update = (vpa: VerticalPodAutoscaler, live: readonly Pod[]) => {
    const minReplicas = vpa.spec.updatePolicy?.minReplicas ?? MIN_REPLICAS;
    const restriction = new EvictionRestriction(live, minReplicas, find);
    const evictable = live.filter((pod) => restriction.allows(pod));
    const ranges = ctx.informer('LimitRange').lister.list(vpa.metadata.namespace ?? '');
    for (const pod of updateOrder(evictable, vpa, containerBounds(ranges), ctx.clock)) {
      if (!restriction.allows(pod)) continue;
      const evicted = client.evict(pod.metadata.namespace ?? '', pod.metadata.name);
      if (!evicted.ok) continue;
      restriction.note(pod);
      const { name } = pod.metadata;
      recorder.event(pod, 'Normal', 'EvictedByVPA', 'Pod was evicted by VPA Updater to apply resource recommendation.');
      recorder.event(vpa, 'Normal', 'EvictedPod', `VPA Updater evicted Pod ${name} to apply resource recommendation.`);
    }
  };

  const queue = controllerQueue(ctx, NAME, () => {
    const all = active();
    const own = new Map<VerticalPodAutoscaler, Pod[]>();
    for (const { vpa, selector } of all) {
      const namespace = vpa.metadata.namespace ?? '';
      const candidates = all.filter((other) => other.vpa.metadata.namespace === namespace).map((other) => other.vpa);
      for (const pod of pods.lister.select(namespace, selector)) {
        if (pod.metadata.deletionTimestamp !== undefined || isTerminal(pod)) continue;
        const top = topController(pod, find);
        // Several autoscalers of one workload: the same one counts as at admission.
        if (strongest(candidates.filter((other) => isTarget(other, top))) !== vpa) continue;
        own.set(vpa, [...(own.get(vpa) ?? []), pod]);
      }
    }
    for (const [vpa, live] of own) update(vpa, live);
    later();
  });
  const later = () => {
    if (vpas.lister.size > 0) queue.addAfter(LOOK, UPDATER_MS, { background: true });
  };
  return lifecycle(NAME, queue, () => [vpas.subscribe({ onAdd: later }, { replay: true })]);
}
