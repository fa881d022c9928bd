import type { Node, Taint } from '#shared/kube/types.ts';

/** Labels every node has anyway; the card shows zone and name in their own places. */
const USUAL = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/arch',
  'kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
]);

/** One label or taint as a chip. */
export interface Chip {
  id: string;
  text: string;
  title: string;
}

function shortKey(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

/** Labels worth a chip, the person's own first, the platform's after them. */
export function labelChips(labels: Readonly<Record<string, string>> | undefined): Chip[] {
  const entries = Object.entries(labels ?? {}).filter(([key]) => !USUAL.has(key) && !key.startsWith('node-role.kubernetes.io/'));
  const own = entries.filter(([key]) => !key.includes('kubernetes.io/'));
  const platform = entries.filter(([key]) => key.includes('kubernetes.io/'));
  return [...own, ...platform].map(([key, value]) => ({
    id: key,
    text: value === '' ? shortKey(key) : `${shortKey(key)}=${value}`,
    title: `${key}=${value}`,
  }));
}

/** A taint as a chip; the three effects differ in colour and in words. */
export interface TaintChip extends Chip {
  effect: string;
}

function taintText(taint: Taint): string {
  return `${taint.key}${taint.value ? `=${taint.value}` : ''}:${taint.effect}`;
}

/** Taints worth a chip: not the one that cordoning adds, which the card says in its own words. */
export function taintChips(node: Node): TaintChip[] {
  return (node.spec.taints ?? [])
    .filter((taint) => taint.key !== 'node.kubernetes.io/unschedulable')
    .map((taint) => ({
      id: `${taint.key}:${taint.effect}`,
      text: `${shortKey(taint.key)}${taint.value ? `=${taint.value}` : ''}:${taint.effect}`,
      title: taintText(taint),
      effect: taint.effect,
    }));
}

/** Chips that fit into one line of about `room` characters; the rest are counted. At least one is shown. */
export function boundedChips<C extends Chip>(chips: readonly C[], room: number): { shown: readonly C[]; hidden: readonly C[] } {
  let used = 0;
  let count = 0;
  for (const chip of chips) {
    used += chip.text.length + 3;
    if (count > 0 && used > room) break;
    count++;
  }
  return { shown: chips.slice(0, count), hidden: chips.slice(count) };
}
