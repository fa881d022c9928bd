import { compareStrings } from '#shared/core/compare.ts';
import { nodeReadyCondition } from '#shared/kube/conditions.ts';
import { labelOf } from '#shared/kube/labels.ts';
import { NODE_GROUP_LABEL, type NodeGroup } from '#shared/kube/nodeGroups.ts';
import { resourceAmounts } from '#shared/kube/pod.ts';
import type { Node } from '#shared/kube/types.ts';
import type { Lister } from '../../client/types.ts';
import { nodeOf } from './cloud.ts';
import type { Ledger } from './ledger.ts';
import { isToBeDeleted } from './taints.ts';
import type { GroupState } from './types.ts';

const NOT_READY = 'node.kubernetes.io/not-ready';
/** A node that has not become ready for this long is none that is just starting. Models MaxNodeStartupTime. */
const STARTUP_MS = 900_000;
/** Amounts of nodes may differ by these shares and still count as equal. Models MaxCapacityMemoryDifferenceRatio and its kin. */
const CAPACITY_MEMORY_DIFFERENCE = 0.015;
const ALLOCATABLE_DIFFERENCE = 0.05;
/** Labels that differ between equal machines. Models BasicIgnoredLabels. */
const OWN_LABELS: readonly string[] = [
  'kubernetes.io/hostname',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'beta.kubernetes.io/fluentd-ds-ready',
  'kops.k8s.io/instancegroup',
  NODE_GROUP_LABEL,
];

/** Every group with its nodes and orders, in the order of the configuration. */
export function groupStates(groups: readonly NodeGroup[], nodes: Lister<Node>, ledger: Ledger): GroupState[] {
  const members = new Map<string, Node[]>(groups.map(({ name }) => [name, []]));
  for (const node of nodes.list()) {
    const own = members.get(groupOf(node) ?? '');
    if (own !== undefined && !isToBeDeleted(node)) own.push(node);
  }
  return groups.map((group) => {
    const own = members.get(group.name) ?? [];
    const ordered = ledger.machines.filter((machine) => machine.group === group.name).length;
    return { group, nodes: own, ordered, size: own.length + ordered };
  });
}

/** Name of the group that a node belongs to. */
export function groupOf(node: Node): string | undefined {
  return labelOf(node.metadata.labels, NODE_GROUP_LABEL);
}

/** Whether the control plane may use the node. */
export function isNodeReady(node: Node): boolean {
  const unready = node.spec.taints?.some(({ key }) => key === NOT_READY) === true;
  return !unready && nodeReadyCondition(node.status.conditions)?.status === 'True';
}

/** Whether a node is there but has not started yet: it counts as one that comes. Models clusterstate NotStarted. */
export function isStarting(node: Node, nowMs: number, parseMs: (timestamp: string) => number): boolean {
  const created = node.metadata.creationTimestamp;
  return !isNodeReady(node) && created !== undefined && nowMs - parseMs(created) < STARTUP_MS;
}

/** The node as it will be when it has started. */
export function started(node: Node): Node {
  const taints = node.spec.taints?.filter(({ key }) => key !== NOT_READY) ?? [];
  const { taints: _old, ...spec } = node.spec;
  return { ...node, spec: taints.length === 0 ? spec : { ...spec, taints } };
}

/** Imaginary nodes of a group for trying pods on. */
export function templateNode(group: NodeGroup, index: number): Node {
  const node = nodeOf(group, `template-node-for-${group.name}-${index}`);
  const labels = { 'kubernetes.io/arch': 'amd64', 'kubernetes.io/os': 'linux', ...node.metadata.labels };
  return { ...node, metadata: { ...node.metadata, labels } };
}

/** Whether machines of two groups do for the same pods. Models nodegroupset IsCloudProviderNodeInfoSimilar. */
export function areSimilar(a: NodeGroup, b: NodeGroup): boolean {
  const amounts = (group: NodeGroup) => [
    resourceAmounts(group.template.capacity),
    resourceAmounts(group.template.allocatable ?? group.template.capacity),
  ];
  const [capacityA = {}, allocatableA = {}] = amounts(a);
  const [capacityB = {}, allocatableB = {}] = amounts(b);
  const names = new Set([...Object.keys(capacityA), ...Object.keys(capacityB)]);
  for (const name of names) {
    const [x, y] = [capacityA[name], capacityB[name]];
    if (x === undefined || y === undefined) return false;
    const allowed = name === 'memory' ? CAPACITY_MEMORY_DIFFERENCE : 0;
    if (!isNear(x, y, allowed) || !isNear(allocatableA[name] ?? 0, allocatableB[name] ?? 0, ALLOCATABLE_DIFFERENCE)) return false;
  }
  const labels = ({ template }: NodeGroup) =>
    Object.entries(template.labels ?? {})
      .filter(([key]) => !OWN_LABELS.includes(key))
      .sort(([one], [other]) => compareStrings(one, other));
  return JSON.stringify(labels(a)) === JSON.stringify(labels(b));
}

function isNear(a: number, b: number, share: number): boolean {
  return Math.max(a, b) - Math.min(a, b) <= Math.max(a, b) * share;
}
