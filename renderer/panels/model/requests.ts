import { compareStrings } from '#shared/core/compare.ts';
import { podRequestQuantities, podRequests, resourceAmounts } from '#shared/kube/pod.ts';
import { canonicalQuantity, printQuantity } from '#shared/kube/quantity.ts';
import type { Node, Pod } from '#shared/kube/types.ts';

/** One resource of a node. `requested` and `allocatable` in milli-CPU for cpu, whole units else; texts are Kubernetes notation. */
export interface ResourceRow {
  resource: string;
  requested: number;
  allocatable: number;
  requestedText: string;
  allocatableText: string;
}

const FIRST = ['cpu', 'memory', 'pods', 'ephemeral-storage'];

function order(a: string, b: string): number {
  const rank = (name: string): number => (FIRST.indexOf(name) + FIRST.length + 1) % (FIRST.length + 1);
  return rank(a) - rank(b) || compareStrings(a, b);
}

/** A pod's requests as `cpu 500m · memory 1Gi`; empty when it asks for nothing. */
export function requestsText(pod: Pod): string {
  return [...podRequestQuantities(pod)]
    .filter(([, quantity]) => printQuantity(quantity) !== '0')
    .sort(([a], [b]) => order(a, b))
    .map(([name, quantity]) => `${name} ${printQuantity(quantity)}`)
    .join(' · ');
}

function amountText(resource: string, amount: number): string {
  if (resource === 'cpu') return amount % 1000 === 0 ? String(amount / 1000) : `${amount}m`;
  if (resource === 'memory' || resource.endsWith('storage')) return bytesText(amount);
  return String(amount);
}

/** Bytes for people: `6.5Gi`, `512Mi`. */
export function bytesText(bytes: number): string {
  const units = ['', 'Ki', 'Mi', 'Gi', 'Ti'];
  let unit = 0;
  let amount = bytes;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit++;
  }
  const rounded = amount >= 100 ? Math.round(amount) : Math.round(amount * 10) / 10;
  return `${rounded}${units[unit]}`;
}

/** Requested against allocatable per resource of a node; finished pods do not count. */
export function resourceRows(node: Node, pods: readonly Pod[]): ResourceRow[] {
  const live = pods.filter((pod) => pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed');
  const sums = new Map<string, number>([['pods', live.length]]);
  for (const pod of live)
    for (const [name, amount] of Object.entries(podRequests(pod))) sums.set(name, (sums.get(name) ?? 0) + amount);
  const allocatable = resourceAmounts(node.status.allocatable ?? node.status.capacity);
  return Object.keys(allocatable)
    .filter((name) => (allocatable[name] ?? 0) > 0 || (sums.get(name) ?? 0) > 0)
    .sort(order)
    .map((resource) => ({
      resource,
      requested: sums.get(resource) ?? 0,
      allocatable: allocatable[resource] ?? 0,
      requestedText: amountText(resource, sums.get(resource) ?? 0),
      allocatableText: amountText(resource, allocatable[resource] ?? 0),
    }));
}

/** Are two quantity texts the same amount? Unreadable texts are compared as they are. */
export function sameQuantity(a: string, b: string): boolean {
  return a === b || canonicalQuantity(a) === canonicalQuantity(b);
}
