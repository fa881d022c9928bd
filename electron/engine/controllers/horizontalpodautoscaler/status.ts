import type { HorizontalPodAutoscaler } from '#shared/kube/types.ts';
import type { MetricStatus } from './metricSpecs.ts';

type Status = HorizontalPodAutoscaler['status'];
type Conditions = NonNullable<Status['conditions']>;

/** Conditions of an autoscaler, as they are set one by one during a sync. */
export class ConditionList {
  #list: Conditions;
  readonly #now: string;

  /** `now`: RFC 3339 time of the sync. */
  constructor(list: Status['conditions'], now: string) {
    this.#list = list ?? [];
    this.#now = now;
  }

  get list(): Conditions {
    return this.#list;
  }

  /** The time of transition moves with the status alone. Models setConditionInList. */
  set(type: 'AbleToScale' | 'ScalingActive' | 'ScalingLimited', status: 'True' | 'False', reason: string, message: string): void {
    const before = this.#list.find((one) => one.type === type);
    const lastTransitionTime =
      before?.status === status && before.lastTransitionTime !== undefined ? before.lastTransitionTime : (this.#now as never);
    const next = { type, status, lastTransitionTime, reason, message };
    this.#list = before === undefined ? [...this.#list, next] : this.#list.map((one) => (one === before ? next : one));
  }
}

/** The whole of a status as a sync leaves it. Models setStatus. */
export function statusOf(
  current: number,
  desired: number,
  metrics: readonly MetricStatus[] | undefined,
  lastScaleTime: Status['lastScaleTime'],
  conditions: Conditions,
): Status {
  return {
    ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
    ...(current === 0 ? {} : { currentReplicas: current }),
    desiredReplicas: desired,
    // Both lists are written as null when there is nothing to say.
    currentMetrics: (metrics === undefined ? null : [...metrics]) as never,
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}
