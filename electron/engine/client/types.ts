import type { Result } from '#shared/core/result.ts';
import type { Expander, NodeGroup } from '#shared/kube/nodeGroups.ts';
import type { AnyObject, KindMap, KindName, KubeObject, LabelSelector, ObjectRef, Status } from '#shared/kube/types.ts';
import type { HttpRequest, HttpResponse } from '../apiserver/request/answers.ts';
import type { Clock, Random } from '../sim/types.ts';

/** Typed object of a simulated kind, or AnyObject for the others. */
export type ObjectOf<K extends string> = K extends KindName ? KindMap[K] : AnyObject;

/** Every API answer is a value: the stored object or a Kubernetes Status. */
export type ApiResult<T> = Result<T, Status>;

/** Options of delete. Models metav1.DeleteOptions. */
export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  preconditions?: { uid?: string; resourceVersion?: string };
  dryRun?: boolean;
}

/** Options of writes. */
export interface WriteOptions {
  dryRun?: boolean;
  /** A dry run before the real request, given up when refused: the refusal shows in the trace of admission. */
  rehearsal?: boolean;
}

/**
 * The API as one component sees it. Synchronous; objects returned are frozen and must not be mutated (build a new one and update).
 * update/updateStatus compare metadata.resourceVersion when it is set and answer 409 Conflict when it is stale.
 */
export interface Client {
  /** Name of the component, as user and as event source (`kube-scheduler`, `deployment-controller`...). */
  readonly user: string;
  get<K extends string>(kind: K, namespace: string, name: string): ApiResult<ObjectOf<K>>;
  create<T extends KubeObject>(object: T, options?: WriteOptions): ApiResult<T>;
  update<T extends KubeObject>(object: T, options?: WriteOptions): ApiResult<T>;
  updateStatus<T extends KubeObject>(object: T, options?: WriteOptions): ApiResult<T>;
  patch(
    ref: ObjectRef,
    type: 'merge' | 'strategic',
    patch: unknown,
    options?: WriteOptions & { subresource?: 'status' | 'scale' },
  ): ApiResult<AnyObject>;
  delete(ref: ObjectRef, options?: DeleteOptions): ApiResult<AnyObject>;
  /** Sets spec.replicas through the scale subresource. */
  scale(ref: ObjectRef, replicas: number): ApiResult<AnyObject>;
  /** Binding subresource: sets spec.nodeName and the PodScheduled condition. */
  bind(namespace: string, podName: string, nodeName: string): ApiResult<AnyObject>;
  /** Eviction subresource: 429 with the real message when a budget does not allow it. */
  evict(namespace: string, podName: string, options?: DeleteOptions): ApiResult<AnyObject>;
  /** Finalize subresource: sets spec.finalizers of a namespace; a terminating one goes with its last finalizer. */
  finalizeNamespace(name: string, finalizers: readonly string[]): ApiResult<AnyObject>;
  /** A request as it would come over the wire, with its answer. */
  request(request: Omit<HttpRequest, 'user'>): HttpResponse;
}

/** Read view of one kind, always as fresh as the store. Iteration order: by namespace, then name (byte order). */
export interface Lister<T extends KubeObject> {
  get(namespace: string, name: string): T | undefined;
  /** All objects, or those of one namespace, sorted by namespace and name. */
  list(namespace?: string): readonly T[];
  /** Objects whose labels match; an empty selector matches all, null/undefined none. */
  select(namespace: string, selector: LabelSelector | undefined): readonly T[];
  /** Objects by a registered index: `nodeName` (pods), `ownerUid` (all). Sorted by namespace and name. */
  byIndex(index: 'nodeName' | 'ownerUid', value: string): readonly T[];
  readonly size: number;
}

/** Called at the commit, synchronously, in order of registration: only enqueue or update caches here; never write. */
export interface Handler<T extends KubeObject> {
  onAdd?(object: T): void;
  onUpdate?(before: T, after: T): void;
  onDelete?(last: T): void;
}

/** Watch plus cache of one kind. */
export interface Informer<T extends KubeObject> {
  readonly lister: Lister<T>;
  /** Registers; returns the function that unregisters. With `replay` the handler gets onAdd for what exists, in lister order. */
  subscribe(handler: Handler<T>, options?: { replay?: boolean }): () => void;
}

/** Deduplicating queue with per-item back-off. Models client-go util/workqueue. Each item is processed in a task of its own on the clock. */
export interface WorkQueue {
  add(key: string): void;
  /** `background`: a periodic look that does not keep the cluster from being quiet. */
  addAfter(key: string, delayMs: number, options?: { background?: boolean }): void;
  /** Re-adds with exponential back-off (5 ms doubled per failure, at most 1000 s). */
  addRateLimited(key: string): void;
  forget(key: string): void;
  readonly length: number;
  /** Drops everything and ignores further adds until start. */
  stop(): void;
  start(): void;
}

/** Details of an event. `fieldPath`: the part of the object it is about, as `spec.containers{app}` (core events only). */
export interface EventOptions {
  action?: string;
  related?: KubeObject;
  fieldPath?: string;
}

/** Writes Events with upstream's correlation (count of equal ones, aggregation after 10 similar). */
export interface EventRecorder {
  event(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, options?: EventOptions): void;
}

/** Everything a component (scheduler, controller, kubelet, drain) is given. */
export interface ComponentContext {
  readonly clock: Clock;
  readonly random: Random;
  /** `warn` takes the API server's warnings to its requests; those of dry runs are not told. */
  client(user: string, warn?: (text: string) => void): Client;
  informer<K extends string>(kind: K): Informer<ObjectOf<K>>;
  /** Queue whose items are handled by `process` one per task, at the present instant. */
  workQueue(name: string, process: (key: string) => void): WorkQueue;
  /** `style`: legacy core/v1 events (count, firstTimestamp...) or events.k8s.io ones (series, action) as the scheduler writes.
   * `host`: the node, for kubelets.
   */
  recorder(component: string, style?: 'core' | 'events', host?: string): EventRecorder;
  readonly config: EngineConfig;
  /** Signals for the screen that are not API state (component pulses, drain lines). */
  emit(signal: EngineSignal): void;
}

/** A component that can be stopped and started at any instant; all its state is rebuilt from the API on start. */
export interface Component {
  readonly name: string;
  start(): void;
  stop(): void;
  /** Items waiting in its queues, for the control-plane strip. */
  queued(): number;
}

/** Something worth showing that is not an object change. */
export type EngineSignal =
  | { type: 'pulse'; component: string }
  | { type: 'output'; commandId: string; stream: 'stdout' | 'stderr'; line: string }
  | { type: 'done'; commandId: string; exitCode: number };

/** Durations of the simulated kubelet and control plane, all in virtual milliseconds. A scenario may set each. */
export interface EngineConfig {
  kubelet: KubeletTimings;
  nodeLifecycle: NodeLifecycleTimings;
  scheduler: { cycleMs: number; backoffInitialMs: number; backoffMaxMs: number; unschedulableFlushMs: number };
  storage: StorageTimings;
  hpa: AutoscalerTimings;
  eventTtlMs: number;
  admission: AdmissionConfig;
  clusterAutoscaler: ClusterAutoscalerConfig;
}

/** Admission plugins beside or without the default ones. Models --enable-admission-plugins and --disable-admission-plugins. */
export interface AdmissionConfig {
  enable: readonly string[];
  disable: readonly string[];
}

/** Cluster autoscaler and the machines it may order. Models the flags of cluster-autoscaler; durations in virtual milliseconds. */
export interface ClusterAutoscalerConfig {
  /** False: there is none, and nothing of it runs. */
  enabled: boolean;
  nodeGroups: readonly NodeGroup[];
  scanIntervalMs: number;
  expander: Expander;
  /** Spreads new machines over groups of equal machines. */
  balanceSimilarNodeGroups: boolean;
  /** Nodes beyond which nothing is added; 0: no limit. */
  maxNodesTotal: number;
  /** Pods of lower priority that may preempt neither cause new machines nor keep one. */
  expendablePodsPriorityCutoff: number;
  /** A machine that was ordered so long ago is given up. */
  maxNodeProvisionMs: number;
  scaleDownEnabled: boolean;
  /** Nodes whose requests stay below this share of cpu and memory may go. */
  scaleDownUtilizationThreshold: number;
  scaleDownUnneededMs: number;
  scaleDownDelayAfterAddMs: number;
  scaleDownDelayAfterDeleteMs: number;
  scaleDownDelayAfterFailureMs: number;
  skipNodesWithLocalStorage: boolean;
  skipNodesWithSystemPods: boolean;
}

/** Horizontal pod autoscaler. Models the options of kube-controller-manager that begin with --horizontal-pod-autoscaler. */
export interface AutoscalerTimings {
  /** Every autoscaler is looked at once in this time. */
  syncMs: number;
  /** How long a higher recommendation keeps the size up where the autoscaler's behaviour does not say. */
  downscaleStabilizationMs: number;
  /** Share by which use may differ from its target without anything being done. */
  tolerance: number;
  /** Time after a pod's start in which its cpu use counts only while it is ready. */
  cpuInitializationMs: number;
  /** Time after a pod's start in which becoming unready counts as never having been ready. */
  initialReadinessDelayMs: number;
}

/** Persistent volumes. */
export interface StorageTimings {
  /** How often unbound claims and volumes are looked at again. Models --pvclaimbinder-sync-period. */
  resyncMs: number;
  /** How long a provisioner takes to make or delete a volume. */
  provisionMs: number;
}

/** How long each step of a pod takes on its node. */
export interface KubeletTimings {
  /** From binding until the kubelet has seen the pod. */
  syncMs: number;
  /** Pull of an image that is not on the node yet. */
  imagePullMs: number;
  /** Creation and start of a container. */
  containerStartMs: number;
  /** From running until the readiness probe passes. */
  readyMs: number;
  /** From SIGTERM until the containers have exited (never beyond the grace period). */
  terminationMs: number;
  /** First restart delay of a failing container; doubles to 300 s. */
  crashLoopBackoffMs: number;
  /** Lease renewal. */
  heartbeatMs: number;
  /** Node status report when nothing changes. */
  nodeStatusMs: number;
  eviction: EvictionSettings;
  imageGc: ImageGcSettings;
  shutdown: ShutdownSettings;
  /** Nodes labelled as control plane show its parts as static pods. */
  controlPlaneStaticPods: boolean;
}

/**
 * Node pressure. Signals: memory.available, nodefs.available, nodefs.inodesFree, imagefs.available, imagefs.inodesFree, pid.available; limits are
 * quantities or percentages such as 10%. Models the eviction fields of KubeletConfiguration.
 */
export interface EvictionSettings {
  /** Limits below which pods are evicted at once. Given ones replace all default ones, as upstream has it. */
  hard: Readonly<Record<string, string>>;
  /** Limits below which pods are evicted after a grace period. */
  soft: Readonly<Record<string, string>>;
  /** Grace period of each soft limit, in milliseconds. */
  softGraceMs: Readonly<Record<string, number>>;
  /** How much has to be free beyond the limit before evictions end. */
  minimumReclaim: Readonly<Record<string, string>>;
  /** How long a pressure condition stays after its signal has recovered. */
  pressureTransitionMs: number;
  /** Longest grace period of pods evicted for a soft limit, in seconds. */
  maxPodGraceSeconds: number;
  /** Time between two looks at a node with something to watch. Models monitoringInterval. */
  monitorMs: number;
}

/** Removal of unused images. Models the imageGC fields of KubeletConfiguration. */
export interface ImageGcSettings {
  /** Use of the disk, in per cent, from which images are removed, and to which. */
  highPercent: number;
  lowPercent: number;
  periodMs: number;
}

/** Graceful node shutdown. Models shutdownGracePeriod and its kin of KubeletConfiguration. */
export interface ShutdownSettings {
  /** Time all pods have together, and the part of it that is the critical pods'. */
  graceMs: number;
  criticalGraceMs: number;
  /** Time by priority, instead of the two; empty = not used. Models shutdownGracePeriodByPodPriority. */
  byPriority: readonly { priority: number; graceMs: number }[];
}

/** Node lifecycle controller. Models cmd/kube-controller-manager options. */
export interface NodeLifecycleTimings {
  monitorPeriodMs: number;
  monitorGraceMs: number;
  evictionRatePerSecond: number;
  /** Rate in a partly disrupted zone of more than largeZoneNodes nodes; smaller ones have none then. */
  secondaryEvictionRatePerSecond: number;
  largeZoneNodes: number;
  /** Share of unready nodes from which a zone counts as partly disrupted. */
  unhealthyZoneThreshold: number;
}

/** Defaults: a class can follow at 1x; control-plane timings are upstream's own. */
export const defaultEngineConfig: EngineConfig = {
  kubelet: {
    syncMs: 200,
    imagePullMs: 1500,
    containerStartMs: 800,
    readyMs: 1000,
    terminationMs: 1500,
    crashLoopBackoffMs: 10_000,
    heartbeatMs: 10_000,
    nodeStatusMs: 300_000,
    eviction: {
      hard: {
        'memory.available': '100Mi',
        'nodefs.available': '10%',
        'nodefs.inodesFree': '5%',
        'imagefs.available': '15%',
        'imagefs.inodesFree': '5%',
      },
      soft: {},
      softGraceMs: {},
      minimumReclaim: {},
      pressureTransitionMs: 300_000,
      maxPodGraceSeconds: 0,
      monitorMs: 10_000,
    },
    imageGc: { highPercent: 85, lowPercent: 80, periodMs: 300_000 },
    // Upstream's own default is none at all; this is what its documentation shows.
    shutdown: { graceMs: 30_000, criticalGraceMs: 10_000, byPriority: [] },
    controlPlaneStaticPods: false,
  },
  nodeLifecycle: {
    monitorPeriodMs: 5_000,
    monitorGraceMs: 50_000,
    evictionRatePerSecond: 0.1,
    secondaryEvictionRatePerSecond: 0.01,
    largeZoneNodes: 50,
    unhealthyZoneThreshold: 0.55,
  },
  scheduler: { cycleMs: 300, backoffInitialMs: 1_000, backoffMaxMs: 10_000, unschedulableFlushMs: 300_000 },
  storage: { resyncMs: 15_000, provisionMs: 2_000 },
  hpa: {
    syncMs: 15_000,
    downscaleStabilizationMs: 300_000,
    tolerance: 0.1,
    cpuInitializationMs: 300_000,
    initialReadinessDelayMs: 30_000,
  },
  eventTtlMs: 3_600_000,
  admission: { enable: [], disable: [] },
  clusterAutoscaler: {
    enabled: false,
    nodeGroups: [],
    scanIntervalMs: 10_000,
    expander: 'least-waste',
    balanceSimilarNodeGroups: false,
    maxNodesTotal: 0,
    expendablePodsPriorityCutoff: -10,
    maxNodeProvisionMs: 900_000,
    scaleDownEnabled: true,
    scaleDownUtilizationThreshold: 0.5,
    scaleDownUnneededMs: 600_000,
    scaleDownDelayAfterAddMs: 600_000,
    scaleDownDelayAfterDeleteMs: 0,
    scaleDownDelayAfterFailureMs: 180_000,
    skipNodesWithLocalStorage: true,
    skipNodesWithSystemPods: true,
  },
};
