import { matchLabels, matchNodeRequirements } from '#shared/kube/labels.ts';
import type { Node, NodeSelectorTerm, Pod } from '#shared/kube/types.ts';

/** A test of one node. */
export type NodeTest = (node: Node) => boolean;

/** True when a term has neither expressions nor fields: such a term matches no node. */
function isEmptyTerm(term: NodeSelectorTerm): boolean {
  return (term.matchExpressions?.length ?? 0) === 0 && (term.matchFields?.length ?? 0) === 0;
}

/** One term of a node selector. Models component-helpers/scheduling/corev1/nodeaffinity nodeSelectorTerm. */
export function compileTerm(term: NodeSelectorTerm): NodeTest {
  if (isEmptyTerm(term)) return () => false;
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  return (node) =>
    matchNodeRequirements(expressions, node.metadata.labels) &&
    matchNodeRequirements(fields, { 'metadata.name': node.metadata.name });
}

/** Any of the terms; no term at all matches nothing. Models nodeaffinity NodeSelector.Match. */
export function compileTerms(terms: readonly NodeSelectorTerm[]): NodeTest {
  const tests = terms.map(compileTerm);
  return (node) => tests.some((test) => test(node));
}

/** The pod's nodeSelector and required node affinity together. Models nodeaffinity GetRequiredNodeAffinity. */
export function requiredNodeTest(pod: Pod): NodeTest {
  const selector = pod.spec.nodeSelector;
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required === undefined ? undefined : compileTerms(required.nodeSelectorTerms);
  return (node) => matchLabels(selector, node.metadata.labels) && (terms === undefined || terms(node));
}
