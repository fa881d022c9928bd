import { compareStrings } from '#shared/core/compare.ts';
import { matchRequirement } from '#shared/kube/labels.ts';
import { findUntolerated, printTaint, toleratesAny } from '#shared/kube/taints.ts';
import type { Node, NodeSelectorRequirement, Pod, Taint } from '#shared/kube/types.ts';
import { tolerate, without } from './edits.ts';
import type { Search } from './search.ts';

const HARD = ['NoSchedule', 'NoExecute'];
/** Taints that controllers put on by themselves. */
const SYSTEM = 'node.kubernetes.io/';
const UNSCHEDULABLE = `${SYSTEM}unschedulable`;
/** Kinds of taints, or of missing labels, that are looked into. */
const MOST_GROUPS = 12;
/** Labels one would have to set at most. */
const MOST_LABELS = 3;

/** A node with other taints. */
function withTaints(node: Node, taints: readonly Taint[]): Node {
  const spec = without(node.spec, 'taints');
  return { ...node, spec: taints.length === 0 ? spec : { ...spec, taints: [...taints] } };
}

/** The node after `kubectl uncordon`. */
export function uncordoned(node: Node): Node {
  const taints = (node.spec.taints ?? []).filter(({ key }) => key !== UNSCHEDULABLE);
  return withTaints({ ...node, spec: without(node.spec, 'unschedulable') }, taints);
}

/** Takes the cordon off a node. */
export function adviseUncordon(search: Search): void {
  const cordoned = search.nodes.filter((node) => node.spec.unschedulable === true);
  if (cordoned.length === 0) return;
  const all = search.try(search.free, { nodes: cordoned.map(uncordoned) });
  const node = all && search.nodes.find(({ metadata }) => metadata.name === all.node);
  if (node === undefined) return;
  const name = node.metadata.name;
  const trial = search.try(search.free, { nodes: [uncordoned(node)] });
  if (trial !== undefined)
    search.note({ kind: 'uncordon', values: { node: name }, on: name, trial, commands: [{ type: 'uncordon', node: name }] });
}

/** Brings a crashed or cut-off machine back. */
export function adviseRecovery(search: Search): void {
  const faults = search.deps.faults();
  for (const node of search.nodes.filter(({ metadata }) => faults[metadata.name] !== undefined).slice(0, MOST_GROUPS)) {
    const taints = (node.spec.taints ?? []).filter(({ key }) => !key.startsWith(SYSTEM) || key === UNSCHEDULABLE);
    const trial = search.try(search.free, { nodes: [withTaints(node, taints)] });
    if (trial === undefined) continue;
    const name = node.metadata.name;
    search.note({
      kind: 'recoverNode',
      values: { node: name },
      on: name,
      trial,
      commands: [{ type: 'recoverNode', node: name }],
    });
    return;
  }
}

/** Groups by a text, in order of the text's length, then of the text. */
function grouped<T>(items: readonly T[], textOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const text = textOf(item);
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [item]);
    else group.push(item);
  }
  return [...groups].sort(([a], [b]) => a.length - b.length || compareStrings(a, b)).map(([, group]) => group);
}

/** For each set of taints that keeps the pod off some nodes: the pod tolerates it, or the best of these nodes loses it. */
export function adviseTaints(search: Search): void {
  const tolerations = search.free.spec.tolerations;
  const repelling = search.nodes.flatMap((node) => {
    const taints = (node.spec.taints ?? []).filter((taint) => HARD.includes(taint.effect) && !toleratesAny(tolerations, taint));
    return taints.length === 0 || taints.some(({ key }) => key.startsWith(SYSTEM)) ? [] : [{ node, taints }];
  });
  const groups = grouped(repelling, ({ taints }) => taints.map(printTaint).sort(compareStrings).join(', '));
  for (const group of groups.slice(0, MOST_GROUPS)) {
    const [first] = group;
    if (first === undefined) continue;
    const trial = search.tryEdit(tolerate(first.taints));
    const target = trial && group.find(({ node }) => node.metadata.name === trial.node);
    if (target !== undefined) adviseUntaint(search, target.node, target.taints);
  }
}

function adviseUntaint(search: Search, node: Node, taints: readonly Taint[]): void {
  const left = (node.spec.taints ?? []).filter((taint) => !taints.includes(taint));
  if (findUntolerated(left, search.free.spec.tolerations, HARD) !== undefined) return;
  const trial = search.try(search.free, { nodes: [withTaints(node, left)] });
  if (trial === undefined) return;
  const name = node.metadata.name;
  const remove = taints.map(({ key, effect }) => ({ key, effect }));
  search.note({
    kind: 'untaint',
    values: { taint: taints.map(printTaint).join(', '), node: name },
    changes: taints.length,
    on: name,
    trial,
    commands: [{ type: 'taint', node: name, add: [], remove }],
  });
}

/** Labels to set (or, with null, to remove) so that a requirement holds; undefined where no label can do it. */
function labelsFor({ key, operator, values }: NodeSelectorRequirement): Record<string, string | null> | undefined {
  const first = values?.[0];
  switch (operator) {
    case 'In':
      return first === undefined ? undefined : { [key]: first };
    case 'Exists':
      return { [key]: 'true' };
    case 'NotIn':
    case 'DoesNotExist':
      return { [key]: null };
    case 'Gt':
      return first === undefined ? undefined : { [key]: String(Number(first) + 1) };
    case 'Lt':
      return first === undefined ? undefined : { [key]: String(Number(first) - 1) };
    default:
      return undefined;
  }
}

/** Labels that say where or what a machine is cannot be changed at will. */
function isFact(key: string): boolean {
  return /^(?:(?:failure-domain\.)?(?:beta\.)?kubernetes\.io|topology\.kubernetes\.io|node\.kubernetes\.io)\//.test(key);
}

/** The fewest labels that make a node one the pod asks for; undefined when there are none or it is one already. */
export function missingLabels(pod: Pod, node: Pick<Node, 'metadata'>): Record<string, string | null> | undefined {
  const labels = node.metadata.labels ?? {};
  const wanted: Record<string, string | null> = {};
  for (const [key, value] of Object.entries(pod.spec.nodeSelector ?? {})) if (labels[key] !== value) wanted[key] = value;
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const ways = terms.flatMap((term) => {
    if ((term.matchFields?.length ?? 0) > 0) return [];
    const way: Record<string, string | null> = {};
    for (const requirement of term.matchExpressions ?? []) {
      if (matchRequirement(requirement as Parameters<typeof matchRequirement>[0], labels)) continue;
      const needed = labelsFor(requirement);
      if (needed === undefined) return [];
      Object.assign(way, needed);
    }
    return [way];
  });
  if (terms.length > 0 && ways.length === 0) return undefined;
  const [least = {}] = ways.sort((a, b) => Object.keys(a).length - Object.keys(b).length);
  const all = { ...wanted, ...least };
  return Object.keys(all).length === 0 ? undefined : all;
}

/** A node with labels set, or removed where null. */
export function labelled(node: Node, change: Readonly<Record<string, string | null>>): Node {
  const labels: Record<string, string> = { ...node.metadata.labels };
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete labels[key];
    else labels[key] = value;
  }
  return { ...node, metadata: { ...node.metadata, labels } };
}

/** Labels on a node that make it one the pod asks for. */
export function adviseLabels(search: Search): void {
  const lacking = search.nodes.flatMap((node) => {
    const labels = missingLabels(search.free, node);
    if (labels === undefined) return [];
    const keys = Object.keys(labels);
    return keys.length > MOST_LABELS || keys.some(isFact) ? [] : [{ node, labels }];
  });
  const groups = grouped(lacking, ({ labels }) => JSON.stringify(labels));
  for (const group of groups.slice(0, MOST_GROUPS)) {
    const all = search.try(search.free, { nodes: group.map(({ node, labels }) => labelled(node, labels)) });
    const target = all && group.find(({ node }) => node.metadata.name === all.node);
    if (target === undefined) continue;
    const trial = search.try(search.free, { nodes: [labelled(target.node, target.labels)] });
    if (trial === undefined) continue;
    const name = target.node.metadata.name;
    const entries = Object.entries(target.labels);
    search.note({
      kind: 'labelNode',
      values: { label: entries.map(([key, value]) => (value === null ? `${key}-` : `${key}=${value}`)).join(', '), node: name },
      changes: entries.length,
      on: name,
      trial,
      commands: [
        {
          type: 'label',
          ref: { kind: 'Node', namespace: '', name },
          set: Object.fromEntries(entries.flatMap(([key, value]) => (value === null ? [] : [[key, value]]))),
          remove: entries.flatMap(([key, value]) => (value === null ? [key] : [])),
          overwrite: true,
        },
      ],
    });
    return;
  }
}
