import type { Node, NodeCondition, Taint } from '#shared/kube/types.ts';

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
export const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** Which taint a condition of that type and status calls for. */
const CONDITION_TAINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};

const MANAGED_KEYS: readonly string[] = [
  UNSCHEDULABLE,
  ...Object.values(CONDITION_TAINTS).flatMap((byStatus) => Object.values(byStatus)),
];

/** Same key and effect. Models v1.Taint.MatchTaint. */
export function sameTaint(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect;
}

/** NoSchedule taints a node ought to have by its conditions, in the order of the conditions, then the cordon's. */
export function wantedNoSchedule(node: Node): Taint[] {
  const taints = (node.status.conditions ?? []).flatMap((condition: NodeCondition): Taint[] => {
    const key = CONDITION_TAINTS[condition.type]?.[condition.status];
    return key === undefined ? [] : [{ key, effect: 'NoSchedule' }];
  });
  return node.spec.unschedulable ? [...taints, { key: UNSCHEDULABLE, effect: 'NoSchedule' }] : taints;
}

/** What to add and remove so that the NoSchedule taints follow the conditions. Models nodelifecycle doNoScheduleTaintingPass. */
export function noScheduleDiff(node: Node): { add: Taint[]; remove: Taint[] } {
  const wanted = wantedNoSchedule(node);
  const present = (node.spec.taints ?? []).filter((taint) => taint.effect === 'NoSchedule' && MANAGED_KEYS.includes(taint.key));
  return {
    add: wanted.filter((taint) => !present.some((other) => sameTaint(taint, other))),
    remove: present.filter((taint) => !wanted.some((other) => sameTaint(taint, other))),
  };
}

/** List with each taint of `add` appended, or put in the place of its like. */
export function withTaints(taints: readonly Taint[], add: readonly Taint[]): Taint[] {
  let result = [...taints];
  for (const taint of add) {
    result = result.some((other) => sameTaint(other, taint))
      ? result.map((other) => (sameTaint(other, taint) ? taint : other))
      : [...result, taint];
  }
  return result;
}

/** List without the taints of `remove`. */
export function withoutTaints(taints: readonly Taint[], remove: readonly Taint[]): Taint[] {
  return taints.filter((taint) => !remove.some((other) => sameTaint(other, taint)));
}

/** Whether a taint with that key and effect is on the node. */
export function hasTaint(node: Node, key: string, effect: string): boolean {
  return (node.spec.taints ?? []).some((taint) => taint.key === key && taint.effect === effect);
}
