import type { HorizontalPodAutoscaler } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import type { AutoscalerHistory } from '../../metrics/history.ts';
import type { MetricsSource } from '../../metrics/types.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { sameStatus } from '../common/same.ts';
import { Decider, type Sync } from './decide.ts';
import { emptyMemory, type Memory, noteInitial, noteScale } from './memory.ts';
import type { MetricStatus } from './metricSpecs.ts';
import { pointMetrics } from './points.ts';
import { readScale, type Scale } from './scaleTarget.ts';
import { ConditionList, statusOf } from './status.ts';

const NAME = 'horizontal-pod-autoscaler';

/**
 * The HorizontalPodAutoscaler controller: looks at every autoscaler each sync period, never sooner, and sets the size of its target through the
 * scale subresource. Its memory of recommendations and changes is lost on a restart, as upstream's. `history` is told of every sync.
 * Models pkg/controller/podautoscaler.
 */
export function createHorizontalPodAutoscaler(
  ctx: ComponentContext,
  source: MetricsSource,
  history?: AutoscalerHistory,
): Component {
  const autoscalers = ctx.informer('HorizontalPodAutoscaler');
  const client = ctx.client(NAME);
  const recorder = ctx.recorder(NAME);
  const memories = new Map<string, Memory>();
  const decider = new Decider(ctx, source, memories);

  const writeStatus = ({ hpa, warn }: Sync, status: HorizontalPodAutoscaler['status']) => {
    if (sameStatus(hpa.status, status)) return;
    const written = client.updateStatus({ ...hpa, status });
    if (!written.ok) warn('FailedUpdateStatus', written.error.message);
  };

  const note = ({ key, hpa }: Sync, current: number, desired: number, statuses: readonly MetricStatus[] | undefined) =>
    history?.note(key, {
      atMs: ctx.clock.nowMs,
      current,
      desired,
      metrics: pointMetrics(hpa.spec.metrics ?? [], statuses),
    });

  /** Models reconcileAutoscaler. */
  const reconcile = (sync: Sync) => {
    const { hpa, conditions, warn } = sync;
    const scale = readScale(client, hpa);
    if (scale.ok) {
      const message = "the HPA controller was able to get the target's current scale";
      conditions.set('AbleToScale', 'True', 'SucceededGetScale', message);
      return resize(sync, scale.value);
    }
    warn('FailedGetScale', scale.error);
    const message = `the HPA controller was unable to get the target's current scale: ${scale.error}`;
    conditions.set('AbleToScale', 'False', 'FailedGetScale', message);
    writeStatus(sync, { ...hpa.status, conditions: conditions.list });
  };

  /** Decides on a size, writes it, and tells what became of it. */
  const resize = (sync: Sync, scale: Scale) => {
    const { hpa, memory, conditions, warn } = sync;
    const current = scale.specReplicas;
    const before = hpa.status;
    const now = ctx.clock.timestamp() as never;
    const write = (desired: number, statuses: readonly MetricStatus[] | undefined, scaled: boolean) => {
      const lastScaleTime = scaled ? now : before?.lastScaleTime;
      writeStatus(sync, statusOf(current, desired, statuses, lastScaleTime, conditions.list));
    };
    noteInitial(memory, current, ctx.clock.nowMs);
    const decision = decider.decide(sync, scale);
    if (!decision.ok) {
      const { statuses, error } = decision.error;
      note(sync, current, current, statuses);
      write(before?.desiredReplicas ?? 0, statuses, false);
      return warn('FailedComputeMetricsReplicas', error);
    }
    const { replicas, reason, rescale, statuses } = decision.value;
    note(sync, current, rescale ? replicas : current, statuses);
    if (!rescale) return write(current, statuses, false);
    const written = client.scale(scale.ref, replicas);
    if (!written.ok) {
      const why = written.error.message;
      warn('FailedRescale', `New size: ${replicas}; reason: ${reason}; error: ${why}`);
      const message = `the HPA controller was unable to update the target scale: ${why}`;
      conditions.set('AbleToScale', 'False', 'FailedUpdateScale', message);
      return write(before?.desiredReplicas ?? 0, statuses, false);
    }
    const message = `the HPA controller was able to update the target scale to ${replicas}`;
    conditions.set('AbleToScale', 'True', 'SucceededRescale', message);
    recorder.event(hpa, 'Normal', 'SuccessfulRescale', `New size: ${replicas}; reason: ${reason}`);
    noteScale(memory, hpa.spec.behavior, current, replicas, ctx.clock.nowMs);
    write(replicas, statuses, true);
  };

  const queue = controllerQueue(ctx, NAME, (key) => {
    const { namespace, name } = splitKey(key);
    const hpa = autoscalers.lister.get(namespace, name);
    if (hpa === undefined) return;
    const memory = memories.get(key) ?? emptyMemory();
    memories.set(key, memory);
    const conditions = new ConditionList(hpa.status?.conditions, ctx.clock.timestamp());
    const warn = (reason: string, message: string) => recorder.event(hpa, 'Warning', reason, message);
    reconcile({ key, hpa, memory, conditions, warn });
    later(key);
  });
  /** Every look is one sync period after the last; what happens in between does not hasten it. */
  const later = (key: string) => queue.addAfter(key, ctx.config.hpa.syncMs, { background: true });
  const forget = (hpa: HorizontalPodAutoscaler) => {
    memories.delete(queueKey(hpa));
    history?.forget(queueKey(hpa));
  };
  return lifecycle(NAME, queue, () => {
    memories.clear();
    return [autoscalers.subscribe({ onAdd: (hpa) => later(queueKey(hpa)), onDelete: forget }, { replay: true })];
  });
}
