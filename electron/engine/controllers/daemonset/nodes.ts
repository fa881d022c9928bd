import type { DaemonSet } from '#shared/kube/kinds.ts';
import { matchLabels, matchNodeRequirements } from '#shared/kube/labels.ts';
import { findUntolerated } from '#shared/kube/taints.ts';
import type { Node, NodeSelectorTerm } from '#shared/kube/types.ts';
import { daemonTolerations } from './template.ts';

/** Whether a DaemonSet wants a pod on a node, and whether one that is there may stay. */
export interface Verdict {
  readonly run: boolean;
  readonly stay: boolean;
}

const NO: Verdict = { run: false, stay: false };
const STAY: Verdict = { run: false, stay: true };
const YES: Verdict = { run: true, stay: true };

type Template = DaemonSet['spec']['template'];

/** Verdicts by template and node. Stored objects never change, so a verdict about two of them holds as long as they live. */
const known = new WeakMap<Template, WeakMap<Node, Verdict>>();

/** The verdict about one node. Models NodeShouldRunDaemonPod. */
export function shouldRun(node: Node, { spec: { template } }: DaemonSet): Verdict {
  let verdicts = known.get(template);
  if (verdicts === undefined) {
    verdicts = new WeakMap();
    known.set(template, verdicts);
  }
  let verdict = verdicts.get(node);
  if (verdict === undefined) {
    verdict = decide(node, template);
    verdicts.set(node, verdict);
  }
  return verdict;
}

function decide(node: Node, { spec }: Template): Verdict {
  if (spec === undefined) return NO;
  if (spec.nodeName && spec.nodeName !== node.metadata.name) return NO;
  if (!matchLabels(spec.nodeSelector, node.metadata.labels)) return NO;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required !== undefined && !required.nodeSelectorTerms.some((term) => matchTerm(term, node))) return NO;
  const { taints = [] } = node.spec;
  if (taints.length === 0) return YES;
  const tolerations = daemonTolerations(spec);
  if (findUntolerated(taints, tolerations, ['NoSchedule', 'NoExecute']) === undefined) return YES;
  return findUntolerated(taints, tolerations, ['NoExecute']) === undefined ? STAY : NO;
}

/** An empty term matches no node. Models nodeaffinity nodeSelectorTerm. */
function matchTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: Node): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  return (
    matchNodeRequirements(matchExpressions, node.metadata.labels) &&
    matchNodeRequirements(matchFields, { 'metadata.name': node.metadata.name })
  );
}
