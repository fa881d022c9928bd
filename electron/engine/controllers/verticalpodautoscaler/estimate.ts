import type { RecommendedContainerResources, VerticalPodAutoscaler } from '#shared/kube/kinds.ts';
import { printQuantity, quantityFromMilli, quantityFromValue } from '#shared/kube/quantity.ts';
import type { ResourceList } from '#shared/kube/types.ts';
import { cappedByPolicy, containerPolicyOf } from '#shared/kube/vpa.ts';
import type { Aggregate } from './aggregate.ts';

const TARGET = 0.9;
const LOWER = 0.5;
const UPPER = 0.95;
/** Share that is added on top of the percentile. Models --recommendation-margin-fraction. */
const MARGIN = 0.15;
/** Least amounts for a pod, shared by its containers. Models --pod-recommendation-min-cpu-millicores and -memory-mb. */
const POD_MIN_MILLI = 25;
const POD_MIN_BYTES = 250 * 1024 * 1024;
/** Models MaxResourceAmount. */
const MOST = 1e14;
const CONTROLLED: readonly string[] = ['cpu', 'memory'];

/** Thousandths of cores, and bytes. */
export interface Amounts {
  readonly cpu: number;
  readonly memory: number;
}

/** Whole, and within what an amount may be. Models resourceAmountFromFloat. */
function amount(value: number): number {
  if (value < 0 || Number.isNaN(value)) return 0;
  return value > MOST ? MOST : Math.floor(value);
}

const each = ({ cpu, memory }: Amounts, change: (value: number) => number): Amounts => ({
  cpu: change(cpu),
  memory: change(memory),
});

const withMargin = (value: number): number => value + amount(value * MARGIN);

function percentiles({ cpu, memory }: Aggregate, share: number): Amounts {
  return { cpu: amount(cpu.percentile(share) * 1000), memory: amount(memory.percentile(share)) };
}

/** Target and bounds before policies. Few samples give wide bounds. `containers`: how many share the pod's minimum. Models CreatePodResourceRecommender. */
export function estimate(aggregate: Aggregate, containers: number): { target: Amounts; lower: Amounts; upper: Amounts } {
  const { confidence } = aggregate;
  const least = { cpu: amount(POD_MIN_MILLI / containers), memory: amount(POD_MIN_BYTES / containers) };
  const atLeast = ({ cpu, memory }: Amounts): Amounts => ({
    cpu: Math.max(cpu, least.cpu),
    memory: Math.max(memory, least.memory),
  });
  const scaled = (share: number, factor: number) =>
    atLeast(each(each(percentiles(aggregate, share), withMargin), (value) => amount(value * factor)));
  return {
    target: atLeast(each(percentiles(aggregate, TARGET), withMargin)),
    lower: scaled(LOWER, (1 + 0.001 / confidence) ** -2),
    upper: scaled(UPPER, 1 + 1 / confidence),
  };
}

/** Amounts as the API prints them: `25m`, `262144k`. */
export function resourceList({ cpu, memory }: Amounts, controlled: readonly string[]): ResourceList {
  return {
    ...(controlled.includes('cpu') ? { cpu: printQuantity(quantityFromMilli(cpu)) } : {}),
    ...(controlled.includes('memory') ? { memory: printQuantity(quantityFromValue(memory)) } : {}),
  };
}

/** Recommendations for containers by name, within the policies of the autoscaler. Models GetRecommendedPodResources and ApplyVPAPolicy. */
export function recommend(
  vpa: VerticalPodAutoscaler,
  aggregates: readonly (readonly [name: string, aggregate: Aggregate])[],
): RecommendedContainerResources[] {
  return aggregates.map(([containerName, aggregate]) => {
    const policy = containerPolicyOf(vpa, containerName);
    const { target, lower, upper } = estimate(aggregate, aggregates.length);
    const list = (amounts: Amounts) => resourceList(amounts, policy?.controlledResources ?? CONTROLLED);
    const capped = (amounts: Amounts) => cappedByPolicy(list(amounts), policy).amounts;
    return {
      containerName,
      lowerBound: capped(lower),
      target: capped(target),
      uncappedTarget: list(target),
      upperBound: capped(upper),
    };
  });
}
