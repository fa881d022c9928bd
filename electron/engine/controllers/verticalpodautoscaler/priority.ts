import type { VerticalPodAutoscaler } from '#shared/kube/kinds.ts';
import { compareQuantity, milliValue, parseQuantity } from '#shared/kube/quantity.ts';
import type { Pod, ResourceList } from '#shared/kube/types.ts';
import { type Advice, adviceFor, type ContainerBounds, isScaled } from '#shared/kube/vpa.ts';

/** Annotation of a pod: the containers it had when the autoscaler saw to it. Others came later and are none of its business. */
export const OBSERVED_CONTAINERS = 'vpaObservedContainers';
/** A pod that is within its bounds is left alone for so long. Models --pod-update-lifetime threshold. */
const LIFETIME_MS = 12 * 3_600_000;
/** Share of change below which a pod is not worth disturbing. Models --pod-update-threshold. */
const MIN_CHANGE = 0.1;
/** A container that is killed for memory so soon after its start gets help at once. Models --evict-after-oom-threshold. */
const QUICK_OOM_MS = 600_000;

/** How urgently a pod needs other requests. Models PodPriority. */
export interface Urgency {
  readonly outside: boolean;
  readonly scaleUp: boolean;
  /** Sum of the shares by which the resources change. */
  readonly difference: number;
}

function exceeds(a: string | number, b: string | number): boolean {
  const [x, y] = [parseQuantity(a), parseQuantity(b)];
  return x.ok && y.ok && compareQuantity(x.value, y.value) > 0;
}

/** Containers that count: all, or those that were there when the pod was made. */
function counts(pod: Pod): (container: string) => boolean {
  const text = pod.metadata.annotations?.[OBSERVED_CONTAINERS];
  const observed = text === undefined ? undefined : new Set(text.split(', '));
  return (container) => observed?.has(container) ?? true;
}

/** Models ProcessorImpl GetUpdatePriority. */
export function urgencyOf(pod: Pod, advice: readonly Advice[]): Urgency {
  let [outside, scaleUp] = [false, false];
  const requested = new Map<string, number>();
  const recommended = new Map<string, number>();
  const isCounted = counts(pod);
  const add = (sums: Map<string, number>, name: string, amount: number) => sums.set(name, (sums.get(name) ?? 0) + amount);
  for (const { container, target, lowerBound, upperBound } of advice) {
    if (!isCounted(container.name)) continue;
    for (const [name, amount] of Object.entries(target)) {
      add(recommended, name, milliValue(amount));
      const request = (container.resources?.requests as ResourceList | undefined)?.[name];
      if (request === undefined) {
        outside = true;
        scaleUp = true;
        continue;
      }
      add(requested, name, milliValue(request));
      scaleUp ||= exceeds(amount, request);
      const [least, most] = [lowerBound[name], upperBound[name]];
      outside ||= (least !== undefined && exceeds(least, request)) || (most !== undefined && exceeds(request, most));
    }
  }
  let difference = 0;
  for (const [name, amount] of recommended) {
    const before = Math.max(requested.get(name) ?? 0, 1);
    difference += Math.abs(before - amount) / before;
  }
  return { outside, scaleUp, difference };
}

/** What decides about one pod. Times are virtual milliseconds. */
export interface Clocked {
  readonly nowMs: number;
  parseMs(timestamp: string): number;
}

function hasQuickOom(pod: Pod, vpa: VerticalPodAutoscaler, clock: Clocked): boolean {
  const isCounted = counts(pod);
  return (pod.status.containerStatuses ?? []).some(({ name, lastState }) => {
    const ended = lastState?.terminated;
    if (!isCounted(name) || !isScaled(vpa, name) || ended?.reason !== 'OOMKilled') return false;
    const { startedAt, finishedAt } = ended;
    return (
      startedAt !== undefined &&
      finishedAt !== undefined &&
      clock.parseMs(String(finishedAt)) - clock.parseMs(String(startedAt)) < QUICK_OOM_MS
    );
  });
}

/** Whether a pod is to be made anew now. Models UpdatePriorityCalculator AddPod. */
export function needsUpdate(pod: Pod, vpa: VerticalPodAutoscaler, urgency: Urgency, clock: Clocked): boolean {
  const quickOom = hasQuickOom(pod, vpa, clock);
  if (urgency.difference === 0) return false;
  if (urgency.outside || quickOom) return true;
  const { startTime } = pod.status;
  if (startTime === undefined) return false;
  return clock.nowMs >= clock.parseMs(String(startTime)) + LIFETIME_MS && urgency.difference >= MIN_CHANGE;
}

/** Whether the autoscaler's own requirements allow the eviction: for one container all of them hold. Models scalingDirectionPodEvictionAdmission. */
export function meetsRequirements({ spec }: VerticalPodAutoscaler, advice: readonly Advice[]): boolean {
  const requirements = spec.updatePolicy?.evictionRequirements ?? [];
  if (requirements.length === 0) return true;
  return advice.some(({ container, target }) =>
    requirements.every(({ resources, changeRequirement }) =>
      resources.some((name) => {
        const [now, next] = [(container.resources?.requests as ResourceList | undefined)?.[name] ?? '0', target[name]];
        if (next === undefined) return false;
        return changeRequirement === 'TargetHigherThanRequests' ? exceeds(next, now) : exceeds(now, next);
      }),
    ),
  );
}

/** Pods to make anew, the most urgent first: those that need more before those that need less, larger changes first. */
export function updateOrder(pods: readonly Pod[], vpa: VerticalPodAutoscaler, bounds: ContainerBounds, clock: Clocked): Pod[] {
  return pods
    .map((pod) => {
      const advice = adviceFor(vpa, pod, bounds);
      return { pod, advice, urgency: urgencyOf(pod, advice) };
    })
    .filter(({ pod, advice, urgency }) => needsUpdate(pod, vpa, urgency, clock) && meetsRequirements(vpa, advice))
    .sort((a, b) => Number(b.urgency.scaleUp) - Number(a.urgency.scaleUp) || b.urgency.difference - a.urgency.difference)
    .map(({ pod }) => pod);
}
