import type { Result } from '#shared/core/result.ts';
import type { KubeObject, Pod } from '#shared/kube/types.ts';
import type { PreemptionLoss } from '#shared/protocol/explain.ts';
import type { Clock } from '../../sim/types.ts';
import type { ScoreList } from './columns.ts';
import type { CycleState } from './cyclestate.ts';
import type { ClusterEvent } from './events.ts';
import type { NodeInfo } from './nodeinfo.ts';
import type { NodeStatuses } from './nodestatuses.ts';
import type { PodInfo, PodInfos } from './podinfo.ts';
import type { Snapshot } from './snapshot.ts';
import type { PluginStatus } from './status.ts';

/** Highest score of a node after normalisation. */
export const maxNodeScore = 100;

/** Narrows the search to some nodes; null means all. */
export interface PreFilterResult {
  readonly nodeNames: ReadonlySet<string> | null;
}

/** One node that preemption could clear. Victims in order of decreasing importance. */
export interface PreemptionCandidate {
  readonly node: string;
  readonly victims: readonly PodInfo[];
  readonly pdbViolations: number;
}

/** Everything a preemption attempt found out; shown in the trace. */
export interface PreemptionReport {
  readonly eligible: boolean;
  readonly reason?: string;
  readonly candidates: readonly PreemptionCandidate[];
  /** Why a node that was tried is no candidate. */
  readonly nodeStatuses: ReadonlyMap<string, PluginStatus>;
  readonly selected?: PreemptionCandidate;
  /** Rule by which a candidate lost; those equally good lost by draw. */
  readonly lostBy?: ReadonlyMap<string, PreemptionLoss>;
  /** Nodes that were equally good. */
  readonly selectedAnyOf: readonly string[];
}

/** Result of PostFilter. `nominatedNode`: '' clears an earlier nomination, undefined leaves it as it is. */
export interface PostFilterResult {
  readonly status: PluginStatus | null;
  readonly nominatedNode?: string;
  readonly preemption?: PreemptionReport;
}

/** Answer of Permit: `timeoutMs` counts with status Wait. */
export interface PermitResult {
  readonly status: PluginStatus | null;
  readonly timeoutMs?: number;
}

/** Does this change make it worth trying `pod` again? Objects as they were and are; undefined where there is none. */
export type QueueingHint = (pod: Pod, before: KubeObject | undefined, after: KubeObject | undefined) => boolean;

/** Events after which a pod this plugin rejected may become schedulable. Without a hint every such event requeues it. */
export interface EventRegistration {
  readonly event: ClusterEvent;
  readonly hint?: QueueingHint;
}

/**
 * A plugin implements the extension points it needs; a missing method means the plugin is not called there. `null` is success.
 * Models pkg/scheduler/framework/interface.go.
 */
export interface Plugin {
  readonly name: string;
  /** Filter and Score answer by the pod's template (see PodTemplate) and the node with its pods alone, so that answers may be kept. */
  readonly nodeLocal?: true;
  events?(): readonly EventRegistration[];
  /** May the pod enter the active queue? */
  preEnqueue?(pod: Pod): PluginStatus | null;
  /** QueueSort: negative when `a` goes first. Equal pods keep their order of arrival. */
  compare?(a: QueuedPod, b: QueuedPod): number;
  preFilter?(state: CycleState, pod: PodInfo, snapshot: Snapshot): PluginStatus | PreFilterResult | null;
  /** Keeps the plugin's cycle state right when a what-if run adds a pod to a node. */
  addPod?(state: CycleState, pod: PodInfo, added: PodInfo, node: NodeInfo): void;
  removePod?(state: CycleState, pod: PodInfo, removed: PodInfo, node: NodeInfo): void;
  filter?(state: CycleState, pod: PodInfo, node: NodeInfo): PluginStatus | null;
  /** Filter by position in the snapshot, prepared once a cycle; null where Filter has to be called. Must agree with `filter`. */
  filterAt?(state: CycleState): ((position: number) => PluginStatus | null) | null;
  postFilter?(state: CycleState, pod: PodInfo, statuses: NodeStatuses): PostFilterResult;
  /** `positions`: the places of `nodes` in the snapshot. */
  preScore?(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[], positions: Int32Array): PluginStatus | null;
  /** Integer; may lie outside 0..100 when `normalize` brings it back. */
  score?(state: CycleState, pod: PodInfo, node: NodeInfo): number;
  /** Score of all feasible nodes at once, by their positions, into `raw`; or the answer, when it is the same for all. Must agree with `score`. */
  scoreAll?(
    state: CycleState,
    pod: PodInfo,
    positions: Int32Array,
    raw: Float64Array,
    nodes: readonly NodeInfo[],
  ): number | undefined;
  /** Changes raw scores in place to 0..100. `nodes` in the order of the scores. */
  normalize?(state: CycleState, pod: PodInfo, scores: ScoreList, nodes: readonly NodeInfo[]): void;
  /** Normalize makes of equal scores equal ones, of many the same as of one alone. */
  readonly normalizesAlike?: true;
  reserve?(state: CycleState, pod: PodInfo, nodeName: string): PluginStatus | null;
  unreserve?(state: CycleState, pod: PodInfo, nodeName: string): void;
  permit?(state: CycleState, pod: PodInfo, nodeName: string): PermitResult;
  /** Status Wait: not ready yet, to be asked again after a second. So it must bear being called more than once. */
  preBind?(state: CycleState, pod: PodInfo, nodeName: string): PluginStatus | null;
  /** Status Skip hands the pod to the next Bind plugin. */
  bind?(state: CycleState, pod: PodInfo, nodeName: string): PluginStatus | null;
  postBind?(state: CycleState, pod: PodInfo, nodeName: string): void;
}

/** The part of a queued pod that sorting may look at. */
export interface QueuedPod {
  readonly priority: number;
  /** Virtual time at which the pod last entered the queue. */
  readonly enqueuedMs: number;
}

/** Read view of other kinds, as much as plugins need. */
export interface ObjectSource {
  list(kind: string, namespace?: string): readonly KubeObject[];
  get(kind: string, namespace: string, name: string): KubeObject | undefined;
}

/** What the framework offers its plugins. Models framework.Handle. */
export interface Handle {
  readonly profileName: string;
  readonly clock: Clock;
  readonly pods: PodInfos;
  snapshot(): Snapshot;
  readonly objects: ObjectSource;
  /** Pending pods nominated to a node. */
  nominatedPods(nodeName: string): readonly PodInfo[];
  /** Names of the nodes some pod is nominated to; absent = unknown. */
  readonly nominatedNodes?: () => Iterable<string>;
  /** In this cycle every filter answers by the pod's template and the node alone. */
  filtersAreLocal(state: CycleState): boolean;
  /** Filter with the nominated pods of higher or equal priority added, and once more without them. */
  filterWithNominated(state: CycleState, pod: PodInfo, node: NodeInfo): PluginStatus | null;
  addPod(state: CycleState, pod: PodInfo, added: PodInfo, node: NodeInfo): void;
  removePod(state: CycleState, pod: PodInfo, removed: PodInfo, node: NodeInfo): void;
  /** Pods that Permit keeps waiting, by `namespace/name`; absent where nothing is bound (dry runs). */
  readonly waiting?: { allow(pod: string, plugin: string): void; reject(pod: string, plugin: string, reason: string): void };
  /** Writes a new version of an object that the pod needs before it is bound; answers the stored one or the API's complaint. */
  update(object: KubeObject): Result<KubeObject, string>;
  /** Writes the binding. */
  bind(pod: PodInfo, nodeName: string): PluginStatus | null;
  /** Integer in [0, bound) of the named stream. */
  draw(stream: string, bound: number): number;
  /** Share of nodes a preemption tries; all of them for dry runs. */
  readonly preemptionTriesAllNodes: () => boolean;
}

/** Builds a plugin of one profile. `args`: its pluginConfig, unknown until the plugin reads it. */
export type PluginFactory = (args: unknown, handle: Handle) => Plugin;
