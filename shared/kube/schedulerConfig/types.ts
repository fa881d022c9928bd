/** apiVersion and kind of a scheduler's configuration file. */
export const SCHEDULER_CONFIG_VERSION = 'kubescheduler.config.k8s.io/v1';
export const SCHEDULER_CONFIG_KIND = 'KubeSchedulerConfiguration';

/** The scheduler every cluster has, and the profile a pod gets that names none. */
export const MAIN_SCHEDULER = 'kube-scheduler';
export const DEFAULT_PROFILE = 'default-scheduler';

/** A plugin switched on, with its weight when it scores (absent or 0 means 1). */
export interface EnabledPlugin {
  readonly name: string;
  readonly weight?: number;
}

/** Plugins of one extension point: `*` in `disabled` means all. */
export interface PluginSet {
  readonly enabled?: readonly EnabledPlugin[];
  readonly disabled?: readonly { readonly name: string }[];
}

/** Extension points by their names in a KubeSchedulerConfiguration. */
export const extensionPoints = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
] as const;
export type ExtensionPoint = (typeof extensionPoints)[number];

/** Plugin sets of a profile by extension point; `multiPoint` stands for all points a plugin has. */
export type ProfilePlugins = { readonly multiPoint?: PluginSet } & { readonly [P in ExtensionPoint]?: PluginSet };

/** Arguments of one plugin, as written. */
export interface PluginConfig {
  readonly name: string;
  readonly args?: unknown;
}

/** One profile as a scheduler runs it. Pods choose it by `spec.schedulerName`. */
export interface ProfileConfig {
  readonly schedulerName: string;
  /** 0 or absent: adaptive. */
  readonly percentageOfNodesToScore?: number;
  readonly plugins?: ProfilePlugins;
  readonly pluginConfig?: readonly PluginConfig[];
}

/** A KubeSchedulerConfiguration v1 as written, before defaulting. Fields that this program has no use for are kept. */
export interface SchedulerConfiguration {
  readonly apiVersion: string;
  readonly kind: string;
  /** `resourceName` names the process: two schedulers of one cluster must hold different leases. */
  readonly leaderElection?: { readonly resourceName?: string; readonly [field: string]: unknown };
  readonly percentageOfNodesToScore?: number;
  readonly podInitialBackoffSeconds?: number;
  readonly podMaxBackoffSeconds?: number;
  readonly profiles?: readonly (Partial<ProfileConfig> & { readonly [field: string]: unknown })[];
  readonly [field: string]: unknown;
}

/** One scheduler process: its component name and its configuration. */
export interface NamedScheduler {
  readonly name: string;
  readonly configuration: SchedulerConfiguration;
}

/** What is left of a configuration when every default is filled in; times in milliseconds, absent ones are the simulation's own. */
export interface CompleteConfiguration {
  readonly profiles: readonly ProfileConfig[];
  readonly backoffInitialMs?: number;
  readonly backoffMaxMs?: number;
}
