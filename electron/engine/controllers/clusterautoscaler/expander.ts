import type { Expander } from '#shared/kube/nodeGroups.ts';
import { podRequests, resourceAmounts } from '#shared/kube/pod.ts';
import type { RandomStream } from '../../sim/types.ts';
import type { Option } from './types.ts';

/** Share of cpu and of memory of the new machines that would stay unused, added up. Models expander/waste. */
export function wasteOf({ state, count, pods }: Option): number {
  const capacity = resourceAmounts(state.group.template.capacity);
  let [cpu, memory] = [0, 0];
  for (const pod of pods) {
    const requests = podRequests(pod);
    cpu += requests.cpu ?? 0;
    memory += requests.memory ?? 0;
  }
  const unused = (asked: number, each: number | undefined) => (each ? (each * count - asked) / (each * count) : 0);
  return unused(cpu, capacity.cpu) + unused(memory, capacity.memory);
}

/** The option to take; the first listed of equal ones. Models the strategies of expander/. */
export function choose(expander: Expander, options: readonly Option[], random: RandomStream): Option | undefined {
  if (expander === 'random') return options.length < 2 ? options[0] : options[random.nextInt(options.length)];
  const scores: Readonly<Record<Exclude<Expander, 'random'>, (option: Option) => number>> = {
    'least-waste': (option) => -wasteOf(option),
    'most-pods': ({ pods }) => pods.length,
    priority: ({ state }) => state.group.priority ?? 0,
  };
  const score = scores[expander];
  let best: Option | undefined;
  for (const option of options) if (best === undefined || score(option) > score(best)) best = option;
  return best;
}
