import { err, ok, type Result } from '#shared/core/result.ts';
import { matchRequirements, parseSelector, type Requirement } from '#shared/kube/labels.ts';
import { parseQuantity } from '#shared/kube/quantity.ts';
import type { HorizontalPodAutoscaler, Pod } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import type { AutoscalerHistory } from '../../metrics/history.ts';
import type { MetricsSource } from '../../metrics/types.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { sameStatus } from '../common/same.ts';
import type { Tolerances } from './arithmetic.ts';
import { emptyMemory, type Memory, noteInitial, noteScale } from './memory.ts';
import { type MetricFailure, type MetricProposal, type MetricStatus, proposalOf } from './metricSpecs.ts';
import { normalize } from './normalize.ts';
import { pointMetrics } from './points.ts';
import { readScale, type Scale } from './scaleTarget.ts';
import { controlling } from './selectors.ts';
import { ConditionList, statusOf } from './status.ts';

const NAME = 'horizontal-pod-autoscaler';
const NANO = 1_000_000_000;
/** What a metric that could not be had looks like in the status: upstream writes the structure without content. */
const NO_STATUS: MetricStatus = { type: '' };

/** One sync of one autoscaler. */
interface Sync {
  readonly key: string;
  readonly hpa: HorizontalPodAutoscaler;
  readonly memory: Memory;
  readonly conditions: ConditionList;
}

/** What all metrics together want. Without `best` nothing can be done; `statuses` is what has been measured. */
interface Wish {
  readonly best?: MetricProposal;
  readonly statuses?: readonly MetricStatus[];
  readonly error?: string;
}

/** The size that is to be written; `reason` is told in the event. */
interface Decision {
  readonly replicas: number;
  readonly reason: string;
  readonly rescale: boolean;
  readonly statuses: readonly MetricStatus[] | undefined;
}

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
  const { syncMs, downscaleStabilizationMs, tolerance } = ctx.config.hpa;
  const autoscalers = ctx.informer('HorizontalPodAutoscaler');
  const pods = ctx.informer('Pod');
  const client = ctx.client(NAME);
  const recorder = ctx.recorder(NAME);
  const memories = new Map<string, Memory>();

  const tolerances = ({ spec }: HorizontalPodAutoscaler): Tolerances => {
    const own = (text: string | undefined) => {
      const parsed = text === undefined ? undefined : parseQuantity(text);
      return parsed?.ok ? Number(parsed.value.nano) / NANO : tolerance;
    };
    return { down: own(spec.behavior?.scaleDown?.tolerance), up: own(spec.behavior?.scaleUp?.tolerance) };
  };

  const warn = ({ hpa }: Sync, reason: string, message: string) => recorder.event(hpa, 'Warning', reason, message);

  /** The target's selector and pods, unless another autoscaler lays hands on them too. Models validateAndParseSelector. */
  const claim = (sync: Sync, text: string): Result<{ selector: readonly Requirement[]; pods: readonly Pod[] }, string> => {
    const { conditions, hpa, memory } = sync;
    if (text === '') {
      warn(sync, 'SelectorRequired', 'selector is required');
      conditions.set('ScalingActive', 'False', 'InvalidSelector', "the HPA target's scale is missing a selector");
      return err('selector is required');
    }
    const parsed = parseSelector(text);
    if (!parsed.ok) {
      const message = `couldn't convert selector into a corresponding internal selector object: ${parsed.error}`;
      warn(sync, 'InvalidSelector', message);
      conditions.set('ScalingActive', 'False', 'InvalidSelector', message);
      return err(message);
    }
    memory.selector = parsed.value;
    const namespace = hpa.metadata.namespace ?? '';
    const selected = pods.lister.list(namespace).filter((pod) => matchRequirements(parsed.value, pod.metadata.labels));
    const keys = controlling(memories, namespace, selected);
    if (keys.length <= 1) return ok({ selector: parsed.value, pods: selected });
    const message = `pods by selector ${text} are controlled by multiple HPAs: [${keys.join(' ')}]`;
    warn(sync, 'AmbiguousSelector', message);
    conditions.set('ScalingActive', 'False', 'AmbiguousSelector', message);
    return err(message);
  };

  /** The largest wish of all metrics. One that fails forbids scaling down, and all that fail forbid everything. Models computeReplicasForMetrics. */
  const wish = (sync: Sync, scale: Scale): Wish => {
    const { hpa, conditions } = sync;
    const target = claim(sync, scale.selector);
    if (!target.ok) return { error: target.error };
    const specs = hpa.spec.metrics ?? [];
    const measured = {
      ...target.value,
      source,
      namespace: hpa.metadata.namespace ?? '',
      current: scale.specReplicas,
      statusReplicas: scale.statusReplicas,
      tolerances: tolerances(hpa),
      timings: ctx.config.hpa,
      clock: ctx.clock,
    };
    const statuses: MetricStatus[] = [];
    let best: MetricProposal | undefined;
    let first: MetricFailure | undefined;
    let invalid = 0;
    for (const spec of specs) {
      const proposal = proposalOf(measured, spec);
      statuses.push(proposal.ok ? proposal.value.status : NO_STATUS);
      if (!proposal.ok) {
        warn(sync, proposal.error.reason, proposal.error.message);
        first ??= proposal.error;
        invalid++;
      } else if (best === undefined || best.replicas === 0 || proposal.value.replicas > best.replicas) best = proposal.value;
    }
    const error = `invalid metrics (${invalid} invalid out of ${specs.length}), first error is: ${first?.wrapped}`;
    if (first !== undefined && (best === undefined || best.replicas < scale.specReplicas)) {
      conditions.set('ScalingActive', 'False', first.reason, `the HPA was unable to compute the replica count: ${first.message}`);
      return { statuses, error };
    }
    const found = `the HPA was able to successfully calculate a replica count from ${best?.name ?? ''}`;
    conditions.set('ScalingActive', 'True', 'ValidMetricFound', found);
    return best === undefined ? { statuses, error } : { best, statuses };
  };

  /** A wish within limits. */
  const decideByMetrics = (sync: Sync, scale: Scale, min: number): Decision | { failed: Wish } => {
    const { hpa, conditions, memory } = sync;
    const current = scale.specReplicas;
    const wanted = wish(sync, scale);
    if (wanted.best === undefined) return { failed: wanted };
    const { replicas, name } = wanted.best;
    let reason = '';
    if (replicas > current) reason = `${name} above target`;
    if (replicas < current) reason = 'All metrics below target';
    const { able, limited, ...normalized } = normalize(memory, hpa.spec.behavior, replicas, {
      current,
      min,
      max: hpa.spec.maxReplicas,
      windowMs: downscaleStabilizationMs,
      nowMs: ctx.clock.nowMs,
    });
    conditions.set('AbleToScale', 'True', able.reason, able.message);
    conditions.set('ScalingLimited', limited.status, limited.reason, limited.message);
    return { replicas: normalized.replicas, reason, rescale: normalized.replicas !== current, statuses: wanted.statuses };
  };

  const decide = (sync: Sync, scale: Scale): Decision | { failed: Wish } => {
    const { hpa, conditions } = sync;
    const current = scale.specReplicas;
    const min = hpa.spec.minReplicas ?? 1;
    const max = hpa.spec.maxReplicas;
    if (current === 0 && min !== 0) {
      const message = 'scaling is disabled since the replica count of the target is zero';
      conditions.set('ScalingActive', 'False', 'ScalingDisabled', message);
      return { replicas: 0, reason: '', rescale: false, statuses: undefined };
    }
    const bound = (replicas: number, reason: string) => ({ replicas, reason, rescale: true, statuses: undefined });
    if (current > max) return bound(max, 'Current number of replicas above Spec.MaxReplicas');
    if (current < min) return bound(min, 'Current number of replicas below Spec.MinReplicas');
    return decideByMetrics(sync, scale, min);
  };

  const writeStatus = (sync: Sync, status: HorizontalPodAutoscaler['status']) => {
    if (sameStatus(sync.hpa.status, status)) return;
    const written = client.updateStatus({ ...sync.hpa, status });
    if (!written.ok) warn(sync, 'FailedUpdateStatus', written.error.message);
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
    const { hpa, memory, conditions } = sync;
    const before = hpa.status;
    const scale = readScale(client, hpa);
    if (!scale.ok) {
      warn(sync, 'FailedGetScale', scale.error);
      const message = `the HPA controller was unable to get the target's current scale: ${scale.error}`;
      conditions.set('AbleToScale', 'False', 'FailedGetScale', message);
      return writeStatus(sync, { ...before, conditions: conditions.list });
    }
    conditions.set('AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale");
    const current = scale.value.specReplicas;
    noteInitial(memory, current, ctx.clock.nowMs);
    const status = (desired: number, statuses: readonly MetricStatus[] | undefined, scaled: boolean) =>
      statusOf(current, desired, statuses, scaled ? (ctx.clock.timestamp() as never) : before?.lastScaleTime, conditions.list);
    const decision = decide(sync, scale.value);
    if ('failed' in decision) {
      const { statuses, error = '' } = decision.failed;
      note(sync, current, current, statuses);
      writeStatus(sync, status(before?.desiredReplicas ?? 0, statuses, false));
      return warn(sync, 'FailedComputeMetricsReplicas', error);
    }
    const { replicas, reason, rescale, statuses } = decision;
    note(sync, current, rescale ? replicas : current, statuses);
    if (!rescale) return writeStatus(sync, status(current, statuses, false));
    const written = client.scale(scale.value.ref, replicas);
    if (!written.ok) {
      const why = written.error.message;
      warn(sync, 'FailedRescale', `New size: ${replicas}; reason: ${reason}; error: ${why}`);
      const message = `the HPA controller was unable to update the target scale: ${why}`;
      conditions.set('AbleToScale', 'False', 'FailedUpdateScale', message);
      return writeStatus(sync, status(before?.desiredReplicas ?? 0, statuses, false));
    }
    const message = `the HPA controller was able to update the target scale to ${replicas}`;
    conditions.set('AbleToScale', 'True', 'SucceededRescale', message);
    recorder.event(hpa, 'Normal', 'SuccessfulRescale', `New size: ${replicas}; reason: ${reason}`);
    noteScale(memory, hpa.spec.behavior, current, replicas, ctx.clock.nowMs);
    writeStatus(sync, status(replicas, statuses, true));
  };

  const queue = controllerQueue(ctx, NAME, (key) => {
    const { namespace, name } = splitKey(key);
    const hpa = autoscalers.lister.get(namespace, name);
    if (hpa === undefined) return;
    const memory = memories.get(key) ?? emptyMemory();
    memories.set(key, memory);
    reconcile({ key, hpa, memory, conditions: new ConditionList(hpa.status?.conditions, ctx.clock.timestamp()) });
    later(key);
  });
  /** Every look is one sync period after the last; what happens in between does not hasten it. */
  const later = (key: string) => queue.addAfter(key, syncMs, { background: true });
  const forget = (hpa: HorizontalPodAutoscaler) => {
    memories.delete(queueKey(hpa));
    history?.forget(queueKey(hpa));
  };
  return lifecycle(NAME, queue, () => {
    memories.clear();
    return [autoscalers.subscribe({ onAdd: (hpa) => later(queueKey(hpa)), onDelete: forget }, { replay: true })];
  });
}
