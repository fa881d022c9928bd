import { compareStrings } from '#shared/core/compare.ts';
import { milliValue, value } from '#shared/kube/quantity.ts';
import type { AnyObject, HorizontalPodAutoscaler, ObjectKey, VerticalPodAutoscaler } from '#shared/kube/types.ts';
import { objectKey } from '#shared/kube/types.ts';
import { conditionOf } from './autoscaling.ts';

/** Where an autoscaler stands, for lists. The words are `autoscaling:decision_ID`. */
export interface AutoscalerDecision {
  readonly id: 'new' | 'failed' | 'disabled' | 'up' | 'down' | 'atMax' | 'atMin' | 'stabilized' | 'limited' | 'steady';
  readonly tone: 'ok' | 'warn' | 'bad' | 'move';
  readonly replicas: number;
}

/** What an autoscaler decided last. */
export function decisionOf(hpa: HorizontalPodAutoscaler): AutoscalerDecision {
  const { currentReplicas = 0, desiredReplicas = 0 } = hpa.status ?? {};
  const of = (
    id: AutoscalerDecision['id'],
    tone: AutoscalerDecision['tone'],
    replicas = desiredReplicas,
  ): AutoscalerDecision => ({
    id,
    tone,
    replicas,
  });
  const able = conditionOf(hpa, 'AbleToScale');
  const active = conditionOf(hpa, 'ScalingActive');
  const limited = conditionOf(hpa, 'ScalingLimited');
  if (!able) return of('new', 'move', currentReplicas);
  if (able.status === 'False') return of('failed', 'bad');
  if (active?.status === 'False')
    return active.reason === 'ScalingDisabled' ? of('disabled', 'warn') : of('failed', 'bad', currentReplicas);
  if (desiredReplicas > currentReplicas) return of('up', 'move');
  if (desiredReplicas < currentReplicas) return of('down', 'move');
  const { minReplicas: min = 1 } = hpa.spec;
  if (able.reason === 'ScaleDownStabilized' && currentReplicas === min) return of('atMin', 'ok');
  if (able.reason === 'ScaleDownStabilized' || able.reason === 'ScaleUpStabilized') return of('stabilized', 'warn');
  if (limited?.status === 'True' && limited.reason === 'TooManyReplicas') return of('atMax', 'warn');
  if (limited?.status === 'True' && limited.reason === 'TooFewReplicas') return of('atMin', 'ok');
  if (limited?.status === 'True') return of('limited', 'warn');
  return of('steady', 'ok');
}

/** Key of the object an autoscaler scales. */
export function targetKeyOf(object: {
  metadata: { namespace?: string };
  spec: { scaleTargetRef?: Ref; targetRef?: Ref };
}): ObjectKey | undefined {
  const ref = object.spec.scaleTargetRef ?? object.spec.targetRef;
  return ref ? `${ref.kind}/${object.metadata.namespace ?? ''}/${ref.name}` : undefined;
}
interface Ref {
  kind: string;
  name: string;
}

/** Recommended size of one container. Thousandths of cores and bytes; absent where the recommender says nothing. */
export interface Recommendation {
  readonly container: string;
  readonly cpu: Bounds | undefined;
  readonly memory: Bounds | undefined;
}
export interface Bounds {
  readonly lower: number | undefined;
  readonly target: number;
  readonly upper: number | undefined;
  readonly uncapped: number | undefined;
}

/** Recommendations of a VerticalPodAutoscaler, by container. */
export function recommendationsOf(vpa: VerticalPodAutoscaler): Recommendation[] {
  const read = (resource: 'cpu' | 'memory', text: string | number | undefined): number | undefined =>
    text === undefined ? undefined : resource === 'cpu' ? milliValue(text) : value(text);
  return (vpa.status?.recommendation?.containerRecommendations ?? []).map((one) => {
    const bounds = (resource: 'cpu' | 'memory'): Bounds | undefined => {
      const target = read(resource, one.target?.[resource]);
      return target === undefined
        ? undefined
        : {
            target,
            lower: read(resource, one.lowerBound?.[resource]),
            upper: read(resource, one.upperBound?.[resource]),
            uncapped: read(resource, one.uncappedTarget?.[resource]),
          };
    };
    return { container: one.containerName ?? '', cpu: bounds('cpu'), memory: bounds('memory') };
  });
}

/** Objects of a kind among the mirror's others, by key. */
export function ofKind<T>(others: ReadonlyMap<ObjectKey, AnyObject>, kind: string): T[] {
  const found = [...others.values()].filter((object) => object.kind === kind);
  return found.sort((a, b) => compareStrings(objectKey(a), objectKey(b))) as unknown[] as T[];
}
