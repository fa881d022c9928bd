import type { Plugin } from './framework/plugin.ts';

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

/** One profile of a KubeSchedulerConfiguration v1, before defaulting. Pods choose it by `spec.schedulerName`. */
export interface ProfileConfig {
  readonly schedulerName: string;
  /** 0 or absent: adaptive. */
  readonly percentageOfNodesToScore?: number;
  readonly plugins?: { readonly multiPoint?: PluginSet } & { readonly [P in ExtensionPoint]?: PluginSet };
  readonly pluginConfig?: readonly { readonly name: string; readonly args?: unknown }[];
}

/** Default plugins of Kubernetes 1.36 in order, as far as they exist here. Models pkg/scheduler/apis/config/v1 getDefaultPlugins. */
export const defaultMultiPoint: readonly EnabledPlugin[] = [
  { name: 'SchedulingGates' },
  { name: 'PrioritySort' },
  { name: 'NodeUnschedulable' },
  { name: 'NodeName' },
  { name: 'TaintToleration', weight: 3 },
  { name: 'NodeAffinity', weight: 2 },
  { name: 'NodePorts' },
  { name: 'NodeResourcesFit', weight: 1 },
  { name: 'VolumeRestrictions' },
  { name: 'NodeVolumeLimits' },
  { name: 'VolumeBinding' },
  { name: 'VolumeZone' },
  { name: 'PodTopologySpread', weight: 2 },
  { name: 'InterPodAffinity', weight: 2 },
  { name: 'DynamicResources', weight: 2 },
  { name: 'DefaultPreemption' },
  { name: 'NodeResourcesBalancedAllocation', weight: 1 },
  { name: 'ImageLocality', weight: 1 },
  { name: 'DefaultBinder' },
  { name: 'NodeDeclaredFeatures' },
];

/** The profile every cluster has. */
export const defaultProfile: ProfileConfig = { schedulerName: 'default-scheduler' };

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
  profile: ProfileConfig,
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

/** Whether a plugin object takes part in an extension point. */
export function implementsPoint(plugin: Plugin, point: ExtensionPoint): boolean {
  return point === 'queueSort' ? plugin.compare !== undefined : plugin[point] !== undefined;
}
