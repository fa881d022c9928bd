import { err, ok, type Result } from '#shared/core/result.ts';
import { matchRequirements, parseSelector, type Requirement } from '#shared/kube/labels.ts';
import { parseQuantity } from '#shared/kube/quantity.ts';
import type { HorizontalPodAutoscaler, Pod } from '#shared/kube/types.ts';
import type { ComponentContext } from '../../client/types.ts';
import type { MetricsSource } from '../../metrics/types.ts';
import type { Tolerances } from './arithmetic.ts';
import type { Memory } from './memory.ts';
import { type MetricFailure, type MetricProposal, type MetricStatus, proposalOf } from './metricSpecs.ts';
import { normalize } from './normalize.ts';
import type { Scale } from './scaleTarget.ts';
import { controlling } from './selectors.ts';
import type { ConditionList } from './status.ts';

const NANO = 1_000_000_000;
/** What a metric that could not be had looks like in the status: upstream writes the structure without content. */
const NO_STATUS: MetricStatus = { type: '' };

/** One sync of one autoscaler. `warn` writes a Warning event about it. */
export interface Sync {
  readonly key: string;
  readonly hpa: HorizontalPodAutoscaler;
  readonly memory: Memory;
  readonly conditions: ConditionList;
  readonly warn: (reason: string, message: string) => void;
}

/** The size that is to be; `reason` is told in the event, `rescale` says whether it is written. */
export interface Decision {
  readonly replicas: number;
  readonly reason: string;
  readonly rescale: boolean;
  readonly statuses: readonly MetricStatus[] | undefined;
}

/** Nothing can be decided; `statuses` is what has been measured all the same. */
export interface Undecided {
  readonly error: string;
  readonly statuses: readonly MetricStatus[] | undefined;
}

/** What all metrics together want. */
interface Wish {
  readonly best: MetricProposal;
  readonly statuses: readonly MetricStatus[];
}

/** Decides sizes. Sets conditions and writes events on the way, as upstream does, but changes no object. */
export class Decider {
  readonly #ctx: ComponentContext;
  readonly #source: MetricsSource;
  readonly #memories: ReadonlyMap<string, Memory>;

  /** `memories`: what is remembered of every autoscaler, by key. */
  constructor(ctx: ComponentContext, source: MetricsSource, memories: ReadonlyMap<string, Memory>) {
    this.#ctx = ctx;
    this.#source = source;
    this.#memories = memories;
  }

  /** The size for the target as it is now. Models the middle of reconcileAutoscaler. */
  decide(sync: Sync, scale: Scale): Result<Decision, Undecided> {
    const { hpa, conditions } = sync;
    const current = scale.specReplicas;
    const min = hpa.spec.minReplicas ?? 1;
    const max = hpa.spec.maxReplicas;
    if (current === 0 && min !== 0) {
      const message = 'scaling is disabled since the replica count of the target is zero';
      conditions.set('ScalingActive', 'False', 'ScalingDisabled', message);
      return ok({ replicas: 0, reason: '', rescale: false, statuses: undefined });
    }
    const bound = (replicas: number, reason: string) => ok({ replicas, reason, rescale: true, statuses: undefined });
    if (current > max) return bound(max, 'Current number of replicas above Spec.MaxReplicas');
    if (current < min) return bound(min, 'Current number of replicas below Spec.MinReplicas');
    return this.#byMetrics(sync, scale, min);
  }

  /** A wish within limits. */
  #byMetrics(sync: Sync, scale: Scale, min: number): Result<Decision, Undecided> {
    const { hpa, conditions, memory } = sync;
    const current = scale.specReplicas;
    const wish = this.#wish(sync, scale);
    if (!wish.ok) return wish;
    const { best, statuses } = wish.value;
    let reason = '';
    if (best.replicas > current) reason = `${best.name} above target`;
    if (best.replicas < current) reason = 'All metrics below target';
    const { replicas, able, limited } = normalize(memory, hpa.spec.behavior, best.replicas, {
      current,
      min,
      max: hpa.spec.maxReplicas,
      windowMs: this.#ctx.config.hpa.downscaleStabilizationMs,
      nowMs: this.#ctx.clock.nowMs,
    });
    conditions.set('AbleToScale', 'True', able.reason, able.message);
    conditions.set('ScalingLimited', limited.status, limited.reason, limited.message);
    return ok({ replicas, reason, rescale: replicas !== current, statuses });
  }

  /** The largest wish of all metrics. One that fails forbids scaling down, and all that fail forbid everything. Models computeReplicasForMetrics. */
  #wish(sync: Sync, scale: Scale): Result<Wish, Undecided> {
    const { hpa, conditions } = sync;
    const target = this.#claim(sync, scale.selector);
    if (!target.ok) return err({ error: target.error, statuses: undefined });
    const measured = {
      ...target.value,
      source: this.#source,
      namespace: hpa.metadata.namespace ?? '',
      current: scale.specReplicas,
      statusReplicas: scale.statusReplicas,
      tolerances: this.#tolerances(hpa),
      timings: this.#ctx.config.hpa,
      clock: this.#ctx.clock,
    };
    const specs = hpa.spec.metrics ?? [];
    const statuses: MetricStatus[] = [];
    const failures: MetricFailure[] = [];
    let best: MetricProposal | undefined;
    for (const spec of specs) {
      const proposal = proposalOf(measured, spec);
      statuses.push(proposal.ok ? proposal.value.status : NO_STATUS);
      if (!proposal.ok) {
        sync.warn(proposal.error.reason, proposal.error.message);
        failures.push(proposal.error);
      } else if (best === undefined || best.replicas === 0 || proposal.value.replicas > best.replicas) best = proposal.value;
    }
    const [first] = failures;
    if (best !== undefined && (first === undefined || best.replicas >= scale.specReplicas)) {
      const found = `the HPA was able to successfully calculate a replica count from ${best.name}`;
      conditions.set('ScalingActive', 'True', 'ValidMetricFound', found);
      return ok({ best, statuses });
    }
    const message = `the HPA was unable to compute the replica count: ${first?.message ?? ''}`;
    conditions.set('ScalingActive', 'False', first?.reason ?? '', message);
    const count = `${failures.length} invalid out of ${specs.length}`;
    return err({ error: `invalid metrics (${count}), first error is: ${first?.wrapped ?? ''}`, statuses });
  }

  /** The target's selector and pods, unless another autoscaler lays hands on them too. Models validateAndParseSelector. */
  #claim(sync: Sync, text: string): Result<{ selector: readonly Requirement[]; pods: readonly Pod[] }, string> {
    const { conditions, hpa, memory } = sync;
    const refuse = (reason: string, message: string) => {
      sync.warn(reason, message);
      conditions.set('ScalingActive', 'False', reason, message);
      return err(message);
    };
    if (text === '') {
      sync.warn('SelectorRequired', 'selector is required');
      conditions.set('ScalingActive', 'False', 'InvalidSelector', "the HPA target's scale is missing a selector");
      return err('selector is required');
    }
    const parsed = parseSelector(text);
    if (!parsed.ok) {
      const why = `couldn't convert selector into a corresponding internal selector object: ${parsed.error}`;
      return refuse('InvalidSelector', why);
    }
    memory.selector = parsed.value;
    const namespace = hpa.metadata.namespace ?? '';
    const all = this.#ctx.informer('Pod').lister.list(namespace);
    const pods = all.filter((pod) => matchRequirements(parsed.value, pod.metadata.labels));
    const keys = controlling(this.#memories, namespace, pods);
    if (keys.length <= 1) return ok({ selector: parsed.value, pods });
    const list = keys.join(' ');
    return refuse('AmbiguousSelector', `pods by selector ${text} are controlled by multiple HPAs: [${list}]`);
  }

  /** The cluster's tolerance, or the autoscaler's own for a direction. Models tolerancesForHpa. */
  #tolerances({ spec }: HorizontalPodAutoscaler): Tolerances {
    const own = (text: string | undefined) => {
      const parsed = text === undefined ? undefined : parseQuantity(text);
      return parsed?.ok ? Number(parsed.value.nano) / NANO : this.#ctx.config.hpa.tolerance;
    };
    return { down: own(spec.behavior?.scaleDown?.tolerance), up: own(spec.behavior?.scaleUp?.tolerance) };
  }
}
