import { defaultMultiPoint } from './plugins.ts';
import {
  type CompleteConfiguration,
  DEFAULT_PROFILE,
  type EnabledPlugin,
  type ExtensionPoint,
  extensionPoints,
  MAIN_SCHEDULER,
  type PluginSet,
  type ProfileConfig,
  SCHEDULER_CONFIG_KIND,
  SCHEDULER_CONFIG_VERSION,
  type SchedulerConfiguration,
} from './types.ts';

/** The profile every cluster has. */
export const defaultProfile: ProfileConfig = { schedulerName: DEFAULT_PROFILE };

/** The configuration of a scheduler that was given none. */
export const defaultConfiguration: SchedulerConfiguration = {
  apiVersion: SCHEDULER_CONFIG_VERSION,
  kind: SCHEDULER_CONFIG_KIND,
  profiles: [{ schedulerName: DEFAULT_PROFILE }],
};

/** Fills in what is left out; meant for a configuration without complaints. Models apis/config/v1 SetDefaults_KubeSchedulerConfiguration. */
export function completeConfiguration(configuration: SchedulerConfiguration): CompleteConfiguration {
  const { percentageOfNodesToScore: common, podInitialBackoffSeconds, podMaxBackoffSeconds } = configuration;
  const written = configuration.profiles ?? [];
  const profiles = (written.length === 0 ? [{}] : written).map((profile): ProfileConfig => {
    const percentage = profile.percentageOfNodesToScore ?? common;
    return {
      schedulerName: profile.schedulerName ?? (written.length <= 1 ? DEFAULT_PROFILE : ''),
      ...(percentage === undefined ? {} : { percentageOfNodesToScore: percentage }),
      ...(profile.plugins ? { plugins: profile.plugins } : {}),
      ...(profile.pluginConfig ? { pluginConfig: profile.pluginConfig } : {}),
    };
  });
  return {
    profiles,
    ...(podInitialBackoffSeconds === undefined ? {} : { backoffInitialMs: podInitialBackoffSeconds * 1000 }),
    ...(podMaxBackoffSeconds === undefined ? {} : { backoffMaxMs: podMaxBackoffSeconds * 1000 }),
  };
}

/** The schedulerNames a configuration serves. */
export function servedNames(configuration: SchedulerConfiguration): string[] {
  return completeConfiguration(configuration).profiles.map(({ schedulerName }) => schedulerName);
}

/**
 * Component name of the scheduler that a configuration is for: its lease's name, which upstream requires to differ between schedulers. Without
 * one the first configuration of a file is kube-scheduler's, and another is named after its first profile.
 */
export function schedulerNameOf(configuration: SchedulerConfiguration, first: boolean): string {
  const lease = configuration.leaderElection?.resourceName;
  if (typeof lease === 'string' && lease !== '') return lease;
  return first ? MAIN_SCHEDULER : (servedNames(configuration)[0] ?? '');
}

/** Which plugins run at each extension point, in order, and the weights of those that score. */
export interface ResolvedProfile {
  readonly points: { readonly [P in ExtensionPoint]: readonly string[] };
  readonly weights: ReadonlyMap<string, number>;
  /** Every plugin that is on at some point. */
  readonly names: readonly string[];
}

/** Merges a profile with the defaults. A plugin that the defaults name keeps its place. Models apis/config/v1 mergePluginSet. */
function mergeMultiPoint(custom: PluginSet | undefined): EnabledPlugin[] {
  const disabled = new Set((custom?.disabled ?? []).map(({ name }) => name));
  const own = new Map((custom?.enabled ?? []).map((plugin) => [plugin.name, plugin]));
  const merged: EnabledPlugin[] = [];
  const replaced = new Set<string>();
  for (const plugin of defaultMultiPoint) {
    if (disabled.has('*') || disabled.has(plugin.name)) continue;
    const override = own.get(plugin.name);
    if (override !== undefined) replaced.add(plugin.name);
    merged.push(override ?? plugin);
  }
  for (const plugin of custom?.enabled ?? []) if (!replaced.has(plugin.name)) merged.push(plugin);
  return merged;
}

/**
 * Works out the plugins of each extension point. `implemented` tells whether a plugin takes part in a point; unknown plugins take part in none.
 * Models pkg/scheduler/framework/runtime expandMultiPointPlugins and getScoreWeights.
 */
export function resolveProfile(
  profile: Partial<ProfileConfig>,
  implemented: (plugin: string, point: ExtensionPoint) => boolean,
): ResolvedProfile {
  const multiPoint = mergeMultiPoint(profile.plugins?.multiPoint);
  const points = {} as { [P in ExtensionPoint]: readonly string[] };
  for (const point of extensionPoints) points[point] = resolvePoint(point, profile.plugins?.[point], multiPoint, implemented);
  const weights = new Map<string, number>();
  for (const { name, weight } of [...(profile.plugins?.score?.enabled ?? []), ...multiPoint]) {
    if (points.score.includes(name) && !weights.has(name)) weights.set(name, weight || 1);
  }
  return { points, weights, names: [...new Set(extensionPoints.flatMap((point) => points[point]))] };
}

function resolvePoint(
  point: ExtensionPoint,
  specific: PluginSet | undefined,
  multiPoint: readonly EnabledPlugin[],
  implemented: (plugin: string, point: ExtensionPoint) => boolean,
): string[] {
  const own = (specific?.enabled ?? []).map(({ name }) => name);
  const disabled = new Set((specific?.disabled ?? []).map(({ name }) => name));
  const known = (name: string) => implemented(name, point);
  if (disabled.has('*')) return own.filter(known);
  const offered = multiPoint.map(({ name }) => name).filter((name) => known(name) && !disabled.has(name));
  const overrides = own.filter((name) => offered.includes(name));
  const rest = offered.filter((name) => !own.includes(name));
  const others = own.filter((name) => !offered.includes(name) && known(name));
  return [...overrides, ...rest, ...others];
}
