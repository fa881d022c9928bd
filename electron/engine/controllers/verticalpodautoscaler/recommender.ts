import { ok, type Result } from '#shared/core/result.ts';
import type { VerticalPodAutoscaler, VerticalPodAutoscalerCheckpoint } from '#shared/kube/kinds.ts';
import { selectorRequirements } from '#shared/kube/labels.ts';
import type { KubeObject, LabelSelector, Pod } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import type { MetricsSource } from '../../metrics/types.ts';
import { queueKey } from '../common/keys.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { sameStatus } from '../common/same.ts';
import { recommend } from './estimate.ts';
import { VpaModel } from './model.ts';
import { selectorOf } from './target.ts';

const NAME = 'vpa-recommender';
const LOOK = 'look';
/** Models --recommender-interval. */
export const RECOMMENDER_MS = 60_000;
const CHECKPOINT = 'VerticalPodAutoscalerCheckpoint';

type Status = NonNullable<VerticalPodAutoscaler['status']>;
type VpaCondition = NonNullable<Status['conditions']>[number];

/** Conditions in the order of their types; one that does not change keeps its time. */
class Conditions {
  readonly #byType: Map<string, VpaCondition>;
  readonly #nowText: string;

  constructor(status: VerticalPodAutoscaler['status'], nowText: string) {
    this.#byType = new Map((status?.conditions ?? []).map((condition) => [condition.type, condition]));
    this.#nowText = nowText;
  }

  set(type: string, status: boolean, reason = '', message = ''): void {
    const before = this.#byType.get(type);
    const text = status ? 'True' : 'False';
    const lastTransitionTime = before?.status === text ? before.lastTransitionTime : this.#nowText;
    this.#byType.set(type, {
      ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }),
      ...(message === '' ? {} : { message }),
      ...(reason === '' ? {} : { reason }),
      status: text,
      type,
    });
  }

  delete(type: string): void {
    this.#byType.delete(type);
  }

  get list(): VpaCondition[] {
    return [...this.#byType.values()].sort((a, b) => (a.type < b.type ? -1 : 1));
  }
}

/**
 * Watches what pods use and advises requests. What it has learnt is written to checkpoints at each look and read from them after a restart; the
 * memory peak of the present day is not in them, as upstream. Looks once a minute, in the background, while there is any autoscaler.
 * Models vertical-pod-autoscaler/pkg/recommender.
 */
export function createVpaRecommender(ctx: ComponentContext, source: MetricsSource): Component {
  const vpas = ctx.informer('VerticalPodAutoscaler');
  const checkpoints = ctx.informer(CHECKPOINT);
  const pods = ctx.informer('Pod');
  const client = ctx.client(NAME);
  const models = new Map<string, VpaModel>();

  const find = (kind: string, namespace: string, name: string): KubeObject | undefined =>
    ctx.informer<string>(kind).lister.get(namespace, name);

  const ownCheckpoints = ({ metadata }: VerticalPodAutoscaler): readonly VerticalPodAutoscalerCheckpoint[] =>
    checkpoints.lister.list(metadata.namespace ?? '').filter(({ spec }) => spec.vpaObjectName === metadata.name);

  const modelOf = (vpa: VerticalPodAutoscaler): VpaModel => {
    const key = `${queueKey(vpa)}/${vpa.metadata.uid ?? ''}`;
    const known = models.get(key);
    if (known !== undefined) return known;
    const made = new VpaModel(ctx.clock, ownCheckpoints(vpa));
    models.set(key, made);
    return made;
  };

  /** Pods that have begun to run. */
  const matching = (vpa: VerticalPodAutoscaler, selector: Result<LabelSelector, string>): readonly Pod[] => {
    if (!selector.ok) return [];
    const all = pods.lister.select(vpa.metadata.namespace ?? '', selector.value);
    return all.filter(({ status }) => status.phase !== 'Pending');
  };

  const learn = (vpa: VerticalPodAutoscaler, model: VpaModel, selector: LabelSelector, own: readonly Pod[]) => {
    for (const pod of own) model.observeOoms(pod);
    const measured = source.podMetrics(vpa.metadata.namespace ?? '', selectorRequirements(selector) ?? []);
    const byName = new Map(own.map((pod) => [pod.metadata.name, pod]));
    for (const metrics of measured.ok ? measured.value : []) {
      const pod = byName.get(metrics.name);
      if (pod !== undefined) model.measure(pod, metrics);
    }
    model.keepOnly(new Set(own.map(({ metadata }) => metadata.uid ?? '')));
  };

  const writeStatus = (
    vpa: VerticalPodAutoscaler,
    model: VpaModel,
    selector: Result<LabelSelector, string>,
    matched: boolean,
  ) => {
    const conditions = new Conditions(vpa.status, ctx.clock.timestamp());
    if (selector.ok) conditions.delete('ConfigUnsupported');
    else conditions.set('ConfigUnsupported', true, '', selector.error);
    const containerRecommendations = recommend(vpa, model.aggregates(vpa));
    const none = { reason: 'NoPodsMatched', message: 'No pods match this VPA object' };
    if (matched) conditions.delete('NoPodsMatched');
    else conditions.set('NoPodsMatched', true, none.reason, none.message);
    if (containerRecommendations.length > 0) conditions.set('RecommendationProvided', true);
    else if (matched) conditions.set('RecommendationProvided', false);
    else conditions.set('RecommendationProvided', false, none.reason, none.message);
    const status: Status = {
      conditions: conditions.list,
      ...(containerRecommendations.length === 0 ? {} : { recommendation: { containerRecommendations } }),
    };
    if (!sameStatus(vpa.status, status)) client.updateStatus({ ...vpa, status });
  };

  const writeCheckpoints = (vpa: VerticalPodAutoscaler, model: VpaModel) => {
    const { namespace = '', name } = vpa.metadata;
    for (const [containerName, status] of model.checkpoints(ctx.clock.timestamp())) {
      const own = `${name}-${containerName}`;
      const stored = checkpoints.lister.get(namespace, own);
      const { lastUpdateTime: _now, ...next } = status;
      const { lastUpdateTime: _then, ...last } = stored?.status ?? {};
      if (stored !== undefined && sameStatus(last, next)) continue;
      const metadata = { name: own, namespace };
      const spec = { vpaObjectName: name, containerName };
      const base: VerticalPodAutoscalerCheckpoint = {
        apiVersion: 'autoscaling.k8s.io/v1',
        kind: CHECKPOINT,
        metadata,
        spec,
      };
      const made = stored === undefined ? client.create(base) : ok(stored);
      if (made.ok) client.updateStatus({ ...made.value, status });
    }
  };

  /** Checkpoints of autoscalers that are gone. Models GarbageCollectCheckpoints. */
  const collect = () => {
    for (const { metadata, spec } of checkpoints.lister.list()) {
      const namespace = metadata.namespace ?? '';
      if (vpas.lister.get(namespace, spec.vpaObjectName ?? '') === undefined)
        client.delete({ kind: CHECKPOINT, namespace, name: metadata.name });
    }
  };

  const queue = controllerQueue(ctx, NAME, () => {
    for (const vpa of vpas.lister.list()) {
      const selector = selectorOf(vpa, find);
      const own = matching(vpa, selector);
      const model = modelOf(vpa);
      if (selector.ok) learn(vpa, model, selector.value, own);
      writeStatus(vpa, model, selector, own.length > 0);
      writeCheckpoints(vpa, model);
    }
    collect();
    later();
  });
  const later = () => {
    if (vpas.lister.size > 0) queue.addAfter(LOOK, RECOMMENDER_MS, { background: true });
  };
  const forget = (vpa: VerticalPodAutoscaler) => {
    models.delete(`${queueKey(vpa)}/${vpa.metadata.uid ?? ''}`);
    queue.addAfter(LOOK, RECOMMENDER_MS, { background: true });
  };
  return lifecycle(NAME, queue, () => {
    models.clear();
    return [vpas.subscribe({ onAdd: later, onDelete: forget }, { replay: true })];
  });
}
