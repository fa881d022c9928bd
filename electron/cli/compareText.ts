import type { Comparison, ComparisonSide } from '#shared/protocol/index.ts';
import { clockText } from './eventTable.ts';

/** Pods listed at most in each list of the text; the JSON has all. */
const MAX_ROWS = 40;

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

/** Columns padded to the same width; the first row is the heading. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd(),
  );
}

function bar(share: number): string {
  const filled = Math.max(0, Math.min(10, Math.round(share * 10)));
  return `${'#'.repeat(filled)}${'.'.repeat(10 - filled)} ${percent(share).padStart(6)}`;
}

const endings = { quiet: 'nothing left to do', until: 'time asked for', limit: 'longest time of a comparison' } as const;

function figures(a: ComparisonSide, b: ComparisonSide): string[] {
  const row = (name: string, of: (side: ComparisonSide) => string): string[] => [name, of(a), of(b)];
  return table([
    ['', a.label, b.label],
    row('ended', (side) => `${clockText(side.nowMs)} (${endings[side.ended]})`),
    row('pods placed', (side) => `${side.placed} of ${side.pods}`),
    row('all placed at', (side) => (side.allPlacedMs === null ? '-' : clockText(side.allPlacedMs))),
    row('longest wait', (side) => clockText(side.longestWaitMs)),
    row('cpu requested', (side) => percent(side.cpu.share)),
    row('cpu std deviation', (side) => percent(side.cpu.deviation)),
    row('cpu max - min', (side) => percent(side.cpu.range)),
    row('memory requested', (side) => percent(side.memory.share)),
    row('memory std deviation', (side) => percent(side.memory.deviation)),
    row('memory max - min', (side) => percent(side.memory.range)),
    row('empty nodes', (side) => `${side.emptyNodes} of ${side.nodes.length}`),
    row('preemptions', (side) => String(side.preemptions)),
    row('evictions', (side) => String(side.evictions)),
    row('refused commands', (side) => String(side.refused.length)),
  ]);
}

function nodes(a: ComparisonSide, b: ComparisonSide): string[] {
  const names = [...new Set([...a.nodes, ...b.nodes].map(({ node }) => node))];
  const cells = (side: ComparisonSide, name: string): string[] => {
    const node = side.nodes.find((one) => one.node === name);
    return node ? [String(node.pods), bar(node.cpu), bar(node.memory)] : ['-', '-', '-'];
  };
  const heading = [a, b].flatMap(({ label }) => [`PODS (${label})`, 'CPU', 'MEMORY']);
  return table([['NODE', ...heading], ...names.map((name) => [name, ...cells(a, name), ...cells(b, name)])]);
}

function zones(a: ComparisonSide, b: ComparisonSide): string[] {
  const names = [...new Set([...a.zones, ...b.zones].map(({ zone }) => zone))];
  const pods = (side: ComparisonSide, name: string) => String(side.zones.find(({ zone }) => zone === name)?.pods ?? 0);
  return table([
    ['ZONE', `PODS (${a.label})`, `PODS (${b.label})`],
    ...names.map((name) => [name || '(no zone)', pods(a, name), pods(b, name)]),
  ]);
}

/** The first rows with a line that counts the others. */
function bounded(rows: readonly string[]): string[] {
  const more = rows.length - MAX_ROWS;
  return more > 0 ? [...rows.slice(0, MAX_ROWS), `... and ${more} more`] : [...rows];
}

function placeOf(node: string | null | undefined): string {
  return node === undefined ? '(no such pod)' : (node ?? '(pending)');
}

function pending(side: ComparisonSide): string[] {
  if (side.pending.length === 0) return [];
  return ['', `Pending with ${side.label}:`, ...bounded(side.pending.map(({ pod, message }) => `  ${pod}: ${message}`))];
}

/** A comparison as people read it: figures, nodes, zones, pods on another node, pods that wait. */
export function printComparison({ a, b, moved, same }: Comparison): string {
  const rows = moved.map((pod) => [pod.pod, placeOf(pod.a), placeOf(pod.b)]);
  return [
    ...figures(a, b),
    '',
    ...nodes(a, b),
    '',
    ...zones(a, b),
    '',
    `${same} pods on the same node, ${moved.length} not${moved.length > 0 ? ':' : ''}`,
    ...(rows.length > 0 ? bounded(table([['POD', a.label, b.label], ...rows])) : []),
    ...pending(a),
    ...pending(b),
    ...[a, b].flatMap((side) => side.refused.map((text) => `refused with ${side.label}: ${text}`)),
  ].join('\n');
}
