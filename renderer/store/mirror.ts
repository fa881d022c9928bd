import { controllerOf } from '#shared/kube/pod.ts';
import type {
  AnyObject,
  ControllerRevision,
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  KubeEvent,
  Namespace,
  Node,
  ObjectKey,
  Pod,
  PodDisruptionBudget,
  PriorityClass,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from '#shared/kube/types.ts';
import type { Change, ComponentView, Frame, QueueView, SessionState } from '#shared/protocol/index.ts';
import { buildLineage, type Lineage, ownerKeyOf } from './lineage.ts';
import { sameValue } from './same.ts';

/** A canvas position, in flow units. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

/**
 * The renderer's copy of the cluster. Every Map is replaced, never mutated, and only when something in it changed, so that a selector that
 * returns one of them re-renders its reader exactly then. Maps are keyed by ObjectKey (`Pod/default/web-1`), nodes by plain name.
 */
export interface Mirror {
  readonly ready: boolean;
  readonly epoch: number;
  readonly seq: number;
  readonly revision: number;
  readonly nowMs: number;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly pods: ReadonlyMap<ObjectKey, Pod>;
  readonly deployments: ReadonlyMap<ObjectKey, Deployment>;
  readonly replicaSets: ReadonlyMap<ObjectKey, ReplicaSet>;
  /** Workloads of the other kinds. */
  readonly workloads: ReadonlyMap<ObjectKey, StatefulSet | DaemonSet | Job | CronJob | ReplicationController>;
  /** Stored templates of StatefulSets and DaemonSets. */
  readonly revisions: ReadonlyMap<ObjectKey, ControllerRevision>;
  readonly priorityClasses: ReadonlyMap<ObjectKey, PriorityClass>;
  readonly budgets: ReadonlyMap<ObjectKey, PodDisruptionBudget>;
  readonly namespaces: ReadonlyMap<ObjectKey, Namespace>;
  readonly events: ReadonlyMap<ObjectKey, KubeEvent>;
  /** Objects of all other kinds. */
  readonly others: ReadonlyMap<ObjectKey, AnyObject>;
  /** Pods bound to each node, in the order they came; an array is replaced only when one of its pods changed. */
  readonly podsByNode: ReadonlyMap<string, readonly Pod[]>;
  /** Of each ReplicaSet and ControllerRevision: where it stands among its owner's. */
  readonly lineage: ReadonlyMap<ObjectKey, Lineage>;
  /** Colour index of each owner, given at first sight and kept. */
  readonly owners: ReadonlyMap<string, number>;
  readonly session: SessionState | null;
  readonly queue: QueueView;
  readonly components: readonly ComponentView[];
  readonly positions: Readonly<Record<string, Position>>;
  readonly faults: Readonly<Record<string, 'crashed' | 'partitioned'>>;
  /** Nodes that a drain is emptying. */
  readonly draining: readonly string[];
}

const EMPTY_QUEUE: QueueView = { active: [], backoff: [], unschedulable: [], gated: [], inFlight: [] };

/** The mirror before the first frame. */
export const EMPTY_MIRROR: Mirror = {
  ready: false,
  epoch: -1,
  seq: -1,
  revision: -1,
  nowMs: 0,
  nodes: new Map(),
  pods: new Map(),
  deployments: new Map(),
  replicaSets: new Map(),
  workloads: new Map(),
  revisions: new Map(),
  priorityClasses: new Map(),
  budgets: new Map(),
  namespaces: new Map(),
  events: new Map(),
  others: new Map(),
  podsByNode: new Map(),
  lineage: new Map(),
  owners: new Map(),
  session: null,
  queue: EMPTY_QUEUE,
  components: [],
  positions: {},
  faults: {},
  draining: [],
};

const FIELD_OF_KIND = {
  Node: 'nodes',
  Pod: 'pods',
  Deployment: 'deployments',
  ReplicaSet: 'replicaSets',
  StatefulSet: 'workloads',
  DaemonSet: 'workloads',
  Job: 'workloads',
  CronJob: 'workloads',
  ReplicationController: 'workloads',
  ControllerRevision: 'revisions',
  PriorityClass: 'priorityClasses',
  PodDisruptionBudget: 'budgets',
  Namespace: 'namespaces',
  Event: 'events',
} as const;
type Field = (typeof FIELD_OF_KIND)[keyof typeof FIELD_OF_KIND] | 'others';

function fieldOf(key: ObjectKey): Field {
  const kind = key.slice(0, key.indexOf('/'));
  return kind in FIELD_OF_KIND ? FIELD_OF_KIND[kind as keyof typeof FIELD_OF_KIND] : 'others';
}

/**
 * Applies one frame. A snapshot replaces everything; a difference must follow on this mirror's epoch and revision, else the answer is
 * `resync` and the state is untouched. Pure: the given mirror stays as it is.
 */
export function applyFrame(state: Mirror, frame: Frame): Mirror | 'resync' {
  if (!frame.snapshot && (!state.ready || frame.epoch !== state.epoch || frame.fromRevision !== state.revision)) return 'resync';
  const base: Mirror = frame.snapshot ? { ...EMPTY_MIRROR, owners: state.owners } : state;
  const tables = applyChanges(base, frame.changes);
  return {
    ...base,
    ...tables,
    ready: true,
    epoch: frame.epoch,
    seq: frame.seq,
    revision: frame.toRevision,
    nowMs: frame.nowMs,
    session: keep(state.session, frame.session),
    queue: keep(state.queue, frame.queue),
    components: keep(state.components, frame.components),
    positions: keep(state.positions, frame.positions),
    faults: keep(state.faults, frame.faults),
    draining: keep(state.draining, frame.draining),
  };
}

function keep<T>(before: T, after: T): T {
  return sameValue(before, after) ? before : after;
}

type Tables = Pick<Mirror, Field | 'podsByNode' | 'lineage' | 'owners'>;

function applyChanges(base: Mirror, changes: readonly Change[]): Partial<Tables> {
  const copies = new Map<Field, Map<string, AnyObject>>();
  const podChanges: { before: Pod | undefined; after: Pod | null }[] = [];
  for (const { key, object } of changes) {
    const field = fieldOf(key);
    const table = copies.get(field) ?? new Map(base[field] as unknown as ReadonlyMap<string, AnyObject>);
    copies.set(field, table);
    const id = field === 'nodes' ? key.slice(key.lastIndexOf('/') + 1) : key;
    if (field === 'pods') podChanges.push({ before: table.get(id) as Pod | undefined, after: object as Pod | null });
    if (object === null) table.delete(id);
    else table.set(id, object);
  }
  const tables: Partial<Record<keyof Tables, unknown>> = Object.fromEntries(copies);
  if (podChanges.length > 0) tables.podsByNode = movePods(base.podsByNode, podChanges);
  const owners = addOwners(base.owners, ownersSeen(changes));
  if (owners !== base.owners) tables.owners = owners;
  const replicaSets = copies.get('replicaSets') as ReadonlyMap<string, ReplicaSet> | undefined;
  const revisions = copies.get('revisions') as ReadonlyMap<string, ControllerRevision> | undefined;
  if (replicaSets || revisions) {
    tables.lineage = keep(base.lineage, buildLineage(replicaSets ?? base.replicaSets, revisions ?? base.revisions));
  }
  return tables as Partial<Tables>;
}

function movePods(
  base: Mirror['podsByNode'],
  changes: readonly { before: Pod | undefined; after: Pod | null }[],
): Mirror['podsByNode'] {
  const lists = new Map<string, Pod[]>();
  const listOf = (node: string): Pod[] => {
    const known = lists.get(node) ?? [...(base.get(node) ?? [])];
    lists.set(node, known);
    return known;
  };
  for (const { before, after } of changes) {
    const from = before?.spec.nodeName;
    const to = after?.spec.nodeName;
    const index = from ? listOf(from).findIndex((pod) => isSame(pod, before)) : -1;
    if (from && index >= 0 && from === to && after) listOf(from)[index] = after;
    else {
      if (from && index >= 0) listOf(from).splice(index, 1);
      if (to && after) listOf(to).push(after);
    }
  }
  if (lists.size === 0) return base;
  const next = new Map(base);
  for (const [node, list] of lists) {
    if (list.length > 0) next.set(node, list);
    else next.delete(node);
  }
  return next;
}

function isSame(a: Pod, b: Pod | undefined): boolean {
  return b !== undefined && a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace;
}

/** Colour families in the order in which frames bring them: workloads that belong to nobody, and what pods belong to. */
function ownersSeen(changes: readonly Change[]): string[] {
  return changes.flatMap(({ key, object }) => {
    if (object === null) return [];
    if (object.kind === 'Pod') return [ownerKeyOf(object as unknown as Pod)];
    const field = fieldOf(key);
    const isFamily = field === 'deployments' || field === 'replicaSets' || field === 'workloads';
    return isFamily && controllerOf(object) === undefined ? [key] : [];
  });
}

function addOwners(base: Mirror['owners'], seen: readonly string[]): Mirror['owners'] {
  let next: Map<string, number> | null = null;
  for (const owner of seen) {
    if ((next ?? base).has(owner)) continue;
    next ??= new Map(base);
    next.set(owner, next.size);
  }
  return next ?? base;
}
