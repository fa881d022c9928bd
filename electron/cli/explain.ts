import type { Simulation } from '#engine/types.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { Attempt, NodeVerdict, PreemptionLoss, Suggestion } from '#shared/protocol/index.ts';
import { describeCommand } from '../session/describe.ts';
import { clockText } from './eventTable.ts';

/** Everything known about the scheduling of one pod. `attempts` newest first; `preview`: what would be decided now, when nothing has been yet. */
export interface PodExplanation {
  pod: string;
  node: string | null;
  attempts: readonly Attempt[];
  preview: Attempt | null;
  suggestions: readonly Suggestion[];
}

/**
 * Explains the pod of that name (`name` or `namespace/name`), or, when there is none, the pods made by an owner of that name. Empty when there is
 * neither.
 */
export function explainPods(simulation: Simulation, wanted: string): PodExplanation[] {
  const [namespace, name] = wanted.includes('/') ? (wanted.split('/') as [string, string]) : [undefined, wanted];
  const pods = simulation.objects().filter(({ kind, metadata }) => {
    return kind === 'Pod' && (namespace === undefined || metadata.namespace === namespace);
  }) as unknown as Pod[];
  const named = pods.filter(({ metadata }) => metadata.name === name);
  const chosen = named.length > 0 ? named : pods.filter(({ metadata }) => metadata.name.startsWith(`${name}-`));
  return chosen.map((pod) => explainPod(simulation, pod));
}

function explainPod(simulation: Simulation, pod: Pod): PodExplanation {
  const { namespace = '', name } = pod.metadata;
  const attempts = simulation.explain(namespace, name);
  const node = pod.spec.nodeName ?? null;
  const preview =
    attempts.length === 0 && node === null ? simulation.fit(pod as unknown as Parameters<typeof simulation.fit>[0]) : undefined;
  const suggestions = simulation.suggest(namespace, name);
  return {
    pod: `${namespace}/${name}`,
    node,
    attempts,
    preview: preview?.ok ? preview.value : null,
    suggestions: suggestions.ok ? suggestions.value : [],
  };
}

/** Rows under each other, three spaces between columns. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd((widths[column] ?? 0) + 3)))
      .join('')
      .trimEnd(),
  );
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => (line === '' ? '' : `  ${line}`));

function verdictTable(attempt: Attempt): string[] {
  const rows = attempt.nodes.map(({ node, code, plugin, reasons, excludedByPreFilter }) => {
    return [node, code === 'Success' ? 'fits' : code, excludedByPreFilter ? 'PreFilter' : (plugin ?? ''), reasons.join(', ')];
  });
  const unseen = attempt.nodesTotal - attempt.nodes.length;
  const rest = unseen > 0 && attempt.nodes.length > 0 ? [`(${unseen} of ${attempt.nodesTotal} nodes were not looked at)`] : [];
  return rows.length === 0 ? [] : [...table([['NODE', 'VERDICT', 'PLUGIN', 'REASONS'], ...rows]), ...rest];
}

/** One row a node and plugin, the best node first; the node's total stands in its first row. */
function scoreTable(attempt: Attempt): string[] {
  const scored = attempt.nodes.filter((one): one is NodeVerdict & { total: number } => one.total !== undefined);
  if (scored.length === 0) return [];
  const inTurn = scored.sort((a, b) => b.total - a.total || (a.node < b.node ? -1 : 1));
  const rows = inTurn.flatMap(({ node, total, scores }) =>
    scores.map(({ plugin, raw, normalized, weight, weighted }, at) => [
      at === 0 ? node : '',
      at === 0 ? String(total) : '',
      plugin,
      String(raw),
      String(normalized),
      String(weight),
      String(weighted),
    ]),
  );
  return ['', ...table([['NODE', 'TOTAL', 'PLUGIN', 'RAW', 'NORMALISED', 'WEIGHT', 'WEIGHTED'], ...rows])];
}

const LOSSES: Record<PreemptionLoss, string> = {
  budgets: 'budgets broken',
  highestPriority: 'the priority of its dearest victim',
  prioritySum: 'the sum of priorities',
  podCount: 'the number of victims',
  startTime: 'how long its victims have run',
  draw: 'draw',
};

function preemptionTable(attempt: Attempt): string[] {
  const candidates = attempt.nodes.filter(({ victims }) => victims !== undefined);
  if (candidates.length === 0) return [];
  const rows = candidates.map(({ node, victims = [], pdbViolations = 0, lostBy }) => {
    const outcome = node === attempt.nominatedNode ? 'chosen' : lostBy === undefined ? '' : `lost by ${LOSSES[lostBy]}`;
    return [node, victims.join(', '), String(pdbViolations), outcome];
  });
  return ['', ...table([['CANDIDATE', 'VICTIMS', 'BUDGETS BROKEN', 'OUTCOME'], ...rows])];
}

function printAttempt(attempt: Attempt): string[] {
  const { wokenBy, preEnqueue, preFilter, selected, best, message } = attempt;
  const head =
    attempt.result === 'preview'
      ? `would be decided now (profile ${attempt.profile})`
      : `attempt ${attempt.attempt} at ${clockText(attempt.atMs)}, cycle ${attempt.cycle}, profile ${attempt.profile}: ${attempt.result}`;
  const narrowed = preFilter && (preFilter.nodeNames !== null || preFilter.code !== 'Success') ? preFilter : undefined;
  const lines = [
    ...(wokenBy === undefined
      ? []
      : [`woken by     ${wokenBy.event}${wokenBy.plugin === undefined ? '' : ` (hint of ${wokenBy.plugin})`}`]),
    ...(preEnqueue === undefined ? [] : [`held back    ${preEnqueue.plugin}: ${preEnqueue.reasons.join(', ')}`]),
    ...(narrowed === undefined
      ? []
      : [
          `PreFilter    ${[narrowed.plugin, ...narrowed.reasons].filter(Boolean).join(' ')}${
            narrowed.nodeNames === null ? '' : `only ${narrowed.nodeNames.join(', ')}`
          }`,
        ]),
    ...(selected === undefined ? [] : [`selected     ${selected}`]),
    ...(selected !== undefined && attempt.tieBreak ? [`tie-break    drawn from ${best.join(', ')}`] : []),
    ...(message === undefined ? [] : [`message      ${message}`]),
    ...verdictTable(attempt),
    ...scoreTable(attempt),
    ...preemptionTable(attempt),
  ];
  return [head, ...indent(lines), ''];
}

/** `lowerRequest` as `lower request`. */
function words(kind: string): string {
  return kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function printSuggestion({ kind, values, node, ties, victims, restarts, command }: Suggestion): string[] {
  const named = Object.entries(values).map(([key, value]) => `${key} ${value}`);
  const effects = [
    ...(node === undefined ? [] : [ties > 1 ? `goes to ${node} or another of ${ties}` : `goes to ${node}`]),
    ...(victims.length === 0 ? [] : [`${victims.join(', ')} would leave`]),
    ...(restarts === 0 ? [] : [`${restarts} other pods are replaced`]),
  ];
  return [words(kind), named.join(', '), effects.join('; '), describeCommand(command)];
}

/** The explanation as text: every attempt with its tables, then what would help. */
export function printExplanation({ pod, node, attempts, preview, suggestions }: PodExplanation): string {
  const shown = preview === null ? attempts : [preview];
  const advice = suggestions.map(printSuggestion);
  return [
    `${pod}${node === null ? ': not on a node' : `: on ${node}`}`,
    '',
    ...shown.flatMap(printAttempt),
    ...(shown.length === 0 ? ['the scheduler has not looked at it', ''] : []),
    ...(advice.length === 0
      ? []
      : ['what would help (tried on a copy)', ...indent(table([['CHANGE', 'WHAT', 'EFFECT', 'COMMAND'], ...advice]))]),
  ]
    .join('\n')
    .trimEnd();
}
