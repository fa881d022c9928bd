import type { Expander, NodeGroup } from '../kube/nodeGroups.ts';
import type { NamedScheduler } from '../kube/schedulerConfig/index.ts';
import type { AnyObject } from '../kube/types.ts';
import type { Command } from '../protocol/commands.ts';

/** The newest version of the `kind: Scenario` document; what printScenario writes. */
export const SCENARIO_API_VERSION = 'stowage/v1alpha1';

/** A place in a file; both count from 1. */
export interface Position {
  line: number;
  column: number;
}

/** Where one object came from. */
export interface ObjectSource extends Position {
  /** Name of the file, as given to the parser. */
  file: string;
  /**
   * Place of an API field path such as `spec.containers[0].resources.requests[cpu]` or `metadata.labels[app.kubernetes.io/name]`. A field that the
   * file does not have is answered with its nearest parent (at last the object itself). `at: 'key'` gives the field's name instead of its value.
   */
  locate(path: string, at?: 'key' | 'value'): Position;
}

/** One command that the scenario gives by itself when its virtual time has come. */
export interface ScenarioStep {
  atMs: number;
  command: Command;
  title?: string;
}

/** A command that a person gave, at its exact point of the run (`tasks` as Simulation.tasks counts). */
export interface JournalEntry {
  atMs: number;
  tasks?: number;
  command: Command;
}

/**
 * Where a saved run stood. The objects of a saved file are those of the start; loading replays steps and journal up to `nowMs` (and `tasks`, when
 * given), which leads to the same state. `digest` lets the loader check that it did.
 */
export interface SavedClock {
  nowMs: number;
  tasks?: number;
  digest?: string;
  /** Commands given by hand, oldest first. */
  journal: JournalEntry[];
}

/** Durations of kubelet and control plane in virtual milliseconds; same fields as the engine's EngineConfig, each optional. */
export interface ScenarioConfig {
  kubelet?: {
    syncMs?: number;
    imagePullMs?: number;
    containerStartMs?: number;
    readyMs?: number;
    terminationMs?: number;
    crashLoopBackoffMs?: number;
    heartbeatMs?: number;
    nodeStatusMs?: number;
    /** Limits of node pressure by signal (memory.available...), as amounts or percentages; given `hard` ones replace all default ones. */
    eviction?: {
      hard?: Record<string, string>;
      soft?: Record<string, string>;
      softGraceMs?: Record<string, number>;
      minimumReclaim?: Record<string, string>;
      pressureTransitionMs?: number;
      maxPodGraceSeconds?: number;
      monitorMs?: number;
    };
    imageGc?: { highPercent?: number; lowPercent?: number; periodMs?: number };
    shutdown?: { graceMs?: number; criticalGraceMs?: number; byPriority?: { priority: number; graceMs: number }[] };
    /** Nodes labelled as control plane show its parts as static pods. */
    controlPlaneStaticPods?: boolean;
  };
  nodeLifecycle?: {
    monitorPeriodMs?: number;
    monitorGraceMs?: number;
    evictionRatePerSecond?: number;
    secondaryEvictionRatePerSecond?: number;
    largeZoneNodes?: number;
    unhealthyZoneThreshold?: number;
  };
  scheduler?: { cycleMs?: number; backoffInitialMs?: number; backoffMaxMs?: number; unschedulableFlushMs?: number };
  hpa?: {
    syncMs?: number;
    downscaleStabilizationMs?: number;
    tolerance?: number;
    cpuInitializationMs?: number;
    initialReadinessDelayMs?: number;
  };
  eventTtlMs?: number;
  /** Admission plugins to run beside the default ones, and default ones not to run. */
  admission?: { enable?: string[]; disable?: string[] };
  clusterAutoscaler?: {
    enabled?: boolean;
    nodeGroups?: NodeGroup[];
    scanIntervalMs?: number;
    expander?: Expander;
    balanceSimilarNodeGroups?: boolean;
    maxNodesTotal?: number;
    expendablePodsPriorityCutoff?: number;
    maxNodeProvisionMs?: number;
    scaleDownEnabled?: boolean;
    scaleDownUtilizationThreshold?: number;
    scaleDownUnneededMs?: number;
    scaleDownDelayAfterAddMs?: number;
    scaleDownDelayAfterDeleteMs?: number;
    scaleDownDelayAfterFailureMs?: number;
    skipNodesWithLocalStorage?: boolean;
    skipNodesWithSystemPods?: boolean;
  };
}

/** What a story is about; the library is ordered by it. */
export const SCENARIO_TOPICS = [
  'scheduling',
  'disruption',
  'workloads',
  'pods',
  'autoscaling',
  'admission',
  'nodes',
  'storage',
] as const;
export type ScenarioTopic = (typeof SCENARIO_TOPICS)[number];

/** Title and description in another language of the interface. */
export interface ScenarioTranslation {
  title?: string;
  description?: string;
}

/** A scenario as a value: what a file holds, apart from where in the file it stood. */
export interface Scenario {
  /** Version the file was written in (older ones are migrated while parsing). */
  apiVersion: string;
  /** metadata.name of the Scenario document; the file's base name where there is none. */
  name: string;
  title: string;
  description: string;
  translations: { ko?: ScenarioTranslation };
  topic?: ScenarioTopic;
  /** Seed of all random streams; 1 when the file does not say. */
  seed: number;
  /** Virtual seconds per second, 0.25 to 100; 1 when the file does not say. */
  speed: number;
  /** RFC 3339 UTC time at which virtual time 0 stands; the engine's default when absent. */
  startTime?: string;
  positions: Record<string, { x: number; y: number }>;
  config?: ScenarioConfig;
  /** Sorted by time; steps of the same instant keep the file's order. */
  steps: ScenarioStep[];
  objects: AnyObject[];
  /** Schedulers by component name, in the file's order; absent: kube-scheduler alone, with its defaults. */
  schedulers?: NamedScheduler[];
  clock?: SavedClock;
  /** Aligned with `objects`. Not part of the value: printing ignores it, and a Scenario made by hand has none. */
  sources?: ObjectSource[];
}
