import type { Node, NodeSelector, NodeSelectorTerm, Pod } from '#shared/kube/types.ts';
import { stateKey } from '../../framework/cyclestate.ts';
import { action } from '../../framework/events.ts';
import { compileTerm, compileTerms, type NodeTest, requiredNodeTest } from '../../framework/nodeselector.ts';
import { normalizeByMax } from '../../framework/normalize.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { skip, unresolvable } from '../../framework/status.ts';

export const reasonAffinity = "node(s) didn't match Pod's node affinity/selector";
export const reasonEnforced = "node(s) didn't match scheduler-enforced node affinity";
export const reasonConflict = 'pod affinity terms conflict';
const rejected = unresolvable(reasonAffinity);
const rejectedByScheduler = unresolvable(reasonEnforced);

interface PreferredTerm {
  readonly weight: number;
  readonly preference: NodeSelectorTerm;
}
/** NodeAffinityArgs: affinity that the profile adds to every pod. */
interface NodeAffinityArgs {
  readonly addedAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: NodeSelector;
    readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly PreferredTerm[];
  };
}

const requiredKey = stateKey<{ readonly test: NodeTest }>('PreFilterNodeAffinity');
const preferredKey = stateKey<{ readonly sum: (node: Node) => number }>('PreScoreNodeAffinity');

/** Sum of the weights of the terms a node matches. */
function compilePreferred(terms: readonly PreferredTerm[]): (node: Node) => number {
  const tests = terms
    .filter(({ weight }) => weight !== 0)
    .map(({ weight, preference }) => ({ weight, test: compileTerm(preference) }));
  return (node) => {
    let sum = 0;
    for (const { weight, test } of tests) if (test(node)) sum += weight;
    return sum;
  };
}

/**
 * Names of the nodes that the required terms pin by `metadata.name`: null when some term pins none, an empty set when every term contradicts itself.
 */
function pinnedNodes(terms: readonly NodeSelectorTerm[]): ReadonlySet<string> | null {
  const all = new Set<string>();
  for (const term of terms) {
    let names: Set<string> | undefined;
    for (const { key, operator, values } of term.matchFields ?? []) {
      if (key !== 'metadata.name' || operator !== 'In') continue;
      const given = new Set(values ?? []);
      names = names === undefined ? given : new Set([...names].filter((name) => given.has(name)));
    }
    if (names === undefined) return null;
    for (const name of names) all.add(name);
  }
  return all;
}

/** nodeSelector, required and preferred node affinity. Models pkg/scheduler/framework/plugins/nodeaffinity. */
export function createNodeAffinity(args: unknown): Plugin {
  const added = (args as NodeAffinityArgs | undefined)?.addedAffinity;
  const addedRequired = added?.requiredDuringSchedulingIgnoredDuringExecution;
  const addedTest = addedRequired === undefined ? undefined : compileTerms(addedRequired.nodeSelectorTerms);
  const addedTerms = added?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const matches = (pod: Pod, node: Node) => (addedTest === undefined || addedTest(node)) && requiredNodeTest(pod)(node);
  return {
    name: 'NodeAffinity',
    nodeLocal: true,
    preFilter(state, { pod }) {
      const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
      if (required === undefined && addedTest === undefined && pod.spec.nodeSelector === undefined) return skip;
      state.write(requiredKey, { test: requiredNodeTest(pod) });
      if (required === undefined || required.nodeSelectorTerms.length === 0) return null;
      const nodeNames = pinnedNodes(required.nodeSelectorTerms);
      if (nodeNames === null) return null;
      return nodeNames.size === 0 ? unresolvable(reasonConflict) : { nodeNames };
    },
    filter(state, pod, { node }) {
      if (addedTest !== undefined && !addedTest(node)) return rejectedByScheduler;
      const test = state.read(requiredKey)?.test ?? requiredNodeTest(pod.pod);
      return test(node) ? null : rejected;
    },
    preScore(state, { pod }) {
      const preferred = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
      if (preferred === undefined && addedTerms.length === 0) return skip;
      state.write(preferredKey, { sum: compilePreferred([...addedTerms, ...(preferred ?? [])]) });
      return null;
    },
    score: (state, _pod, { node }) => state.read(preferredKey)?.sum(node) ?? 0,
    normalizesAlike: true,
    normalize: (_state, _pod, scores) => normalizeByMax(scores, false),
    events: () => [
      {
        event: { resource: 'Node', action: action.add | action.updateNodeLabel },
        hint: (pod, before, after) => {
          if (after === undefined || !matches(pod, after as Node)) return false;
          return before === undefined || !matches(pod, before as Node);
        },
      },
    ],
  };
}
