import {
  completeConfiguration,
  defaultMultiPoint,
  type ExtensionPoint,
  extensionPoints,
  type PluginConfig,
  type PluginSet,
  type ProfileConfig,
  pluginPoints,
  resolveProfile,
  SCHEDULER_CONFIG_KIND,
  SCHEDULER_CONFIG_VERSION,
  type SchedulerConfiguration,
  takesPart,
} from '#shared/kube/schedulerConfig/index.ts';

/** One plugin of a profile as the form shows it. */
export interface PluginRow {
  readonly name: string;
  readonly on: boolean;
  /** Whether it takes part in scoring at all, and whether it does in this profile. */
  readonly canScore: boolean;
  readonly scores: boolean;
  readonly weight: number;
  readonly defaultWeight: number;
  /** Without it no profile can run. */
  readonly needed: boolean;
}

/** Arguments of NodeResourcesFit's score as the form edits them. */
export interface Scoring {
  readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
  readonly cpu: number;
  readonly memory: number;
  readonly shape: readonly { readonly utilization: number; readonly score: number }[];
}

const FIT = 'NodeResourcesFit';
const NEEDED = ['PrioritySort', 'DefaultBinder'];
const FALLING_SHAPE = [
  { utilization: 0, score: 10 },
  { utilization: 100, score: 0 },
];
/** A profile as it is being edited. */
export type ProfileDraft = Partial<ProfileConfig> & { readonly [field: string]: unknown };

/** Profiles as they run, with their names filled in. */
export function profilesOf(configuration: SchedulerConfiguration): readonly ProfileConfig[] {
  return completeConfiguration(configuration).profiles;
}

/** Every plugin of a profile, in the order of the defaults. */
export function pluginRows(profile: ProfileDraft): PluginRow[] {
  const { points, weights, names } = resolveProfile(profile, takesPart);
  return defaultMultiPoint.map(({ name, weight }) => ({
    name,
    on: names.includes(name),
    canScore: takesPart(name, 'score'),
    scores: points.score.includes(name),
    weight: weights.get(name) ?? weight ?? 1,
    defaultWeight: weight ?? 1,
    needed: NEEDED.includes(name),
  }));
}

/** The configuration with one profile changed; profiles that were left to the defaults are written out. */
export function changeProfile(
  configuration: SchedulerConfiguration,
  index: number,
  change: (profile: ProfileDraft) => ProfileDraft,
): SchedulerConfiguration {
  const written: readonly ProfileDraft[] = configuration.profiles?.length
    ? configuration.profiles
    : [{ schedulerName: profilesOf(configuration)[0]!.schedulerName }];
  return { ...configuration, profiles: written.map((profile, i) => (i === index ? change(profile) : profile)) };
}

function without<T extends { readonly name: string }>(list: readonly T[] | undefined, name: string): readonly T[] {
  return (list ?? []).filter((entry) => entry.name !== name);
}

/** A set without empty lists; undefined when nothing is left. */
function tidySet(set: PluginSet): PluginSet | undefined {
  const enabled = set.enabled?.length ? { enabled: set.enabled } : {};
  const disabled = set.disabled?.length ? { disabled: set.disabled } : {};
  return set.enabled?.length || set.disabled?.length ? { ...disabled, ...enabled } : undefined;
}

type Point = ExtensionPoint | 'multiPoint';

function changeSet(profile: ProfileDraft, point: Point, change: (set: PluginSet) => PluginSet): ProfileDraft {
  const { [point]: before, ...others } = profile.plugins ?? {};
  const set = tidySet(change(before ?? {}));
  const plugins = { ...others, ...(set === undefined ? {} : { [point]: set }) };
  const { plugins: _old, ...rest } = profile;
  return Object.keys(plugins).length === 0 ? rest : { ...rest, plugins };
}

/** Switches a plugin on or off everywhere. */
export function setPluginOn(profile: ProfileDraft, name: string, on: boolean): ProfileDraft {
  let next = profile;
  for (const point of extensionPoints) {
    if (!on || pluginPoints(name)?.includes(point))
      next = changeSet(next, point, ({ enabled, disabled }) => ({
        enabled: on ? (enabled ?? []) : without(enabled, name),
        disabled: without(disabled, name),
      }));
  }
  return changeSet(next, 'multiPoint', ({ enabled, disabled }) => ({
    enabled: on ? (enabled ?? []) : without(enabled, name),
    disabled: [...without(disabled, name), ...(on ? [] : [{ name }])],
  }));
}

/** Lets a plugin that is on score, or only judge. */
export function setPluginScores(profile: ProfileDraft, name: string, scores: boolean): ProfileDraft {
  let next = profile;
  for (const point of ['preScore', 'score'] as const) {
    if (!takesPart(name, point)) continue;
    next = changeSet(next, point, ({ enabled, disabled }) => {
      const all = disabled?.some((entry) => entry.name === '*') === true;
      if (scores)
        return { enabled: all ? [...without(enabled, name), { name }] : (enabled ?? []), disabled: without(disabled, name) };
      return { enabled: without(enabled, name), disabled: all ? (disabled ?? []) : [...without(disabled, name), { name }] };
    });
  }
  return next;
}

/** Gives a scoring plugin a weight, where the profile names the plugin already or for all points; the default one is not written. */
export function setPluginWeight(profile: ProfileDraft, name: string, weight: number): ProfileDraft {
  if (profile.plugins?.score?.enabled?.some((entry) => entry.name === name)) {
    return changeSet(profile, 'score', (set) => ({
      ...set,
      enabled: (set.enabled ?? []).map((entry) => (entry.name === name ? { name, weight } : entry)),
    }));
  }
  const standard = defaultMultiPoint.find((entry) => entry.name === name)?.weight ?? 1;
  return changeSet(profile, 'multiPoint', ({ enabled, disabled }) => ({
    enabled: [...without(enabled, name), ...(weight === standard ? [] : [{ name, weight }])],
    disabled: disabled ?? [],
  }));
}

/** Arguments of one plugin; an empty map when there are none. */
function argsOf(profile: ProfileDraft, name: string): Readonly<Record<string, unknown>> {
  const args = profile.pluginConfig?.find((entry) => entry.name === name)?.args;
  return typeof args === 'object' && args !== null ? (args as Record<string, unknown>) : {};
}

function setArgs(profile: ProfileDraft, name: string, args: Readonly<Record<string, unknown>>): ProfileDraft {
  const others = without<PluginConfig>(profile.pluginConfig, name);
  const kept = Object.keys(args).some((field) => field !== 'apiVersion' && field !== 'kind') ? [{ name, args }] : [];
  const { pluginConfig: _old, ...rest } = profile;
  const pluginConfig = [...others, ...kept];
  return pluginConfig.length === 0 ? rest : { ...rest, pluginConfig };
}

/** How free or full machines score. */
export function scoringOf(profile: ProfileDraft): Scoring {
  const strategy = (argsOf(profile, FIT).scoringStrategy ?? {}) as {
    type?: Scoring['type'];
    resources?: readonly { name: string; weight?: number }[];
    requestedToCapacityRatio?: { shape?: readonly { utilization?: number; score?: number }[] };
  };
  const listed = strategy.resources?.length ? strategy.resources : undefined;
  const weight = (name: string): number => {
    const found = listed?.find((resource) => resource.name === name);
    return listed === undefined ? 1 : found === undefined ? 0 : (found.weight ?? 1);
  };
  const shape = strategy.requestedToCapacityRatio?.shape ?? FALLING_SHAPE;
  return {
    type: strategy.type ?? 'LeastAllocated',
    cpu: weight('cpu'),
    memory: weight('memory'),
    shape: shape.map(({ utilization = 0, score = 0 }) => ({ utilization, score })),
  };
}

/** Writes the scoring strategy; the default one is left out. Resources besides CPU and memory are kept. */
export function setScoring(profile: ProfileDraft, scoring: Scoring): ProfileDraft {
  const { scoringStrategy, ...args } = argsOf(profile, FIT);
  const before = (scoringStrategy ?? {}) as { resources?: readonly { name: string; weight?: number }[] };
  const others = (before.resources ?? []).filter(({ name }) => name !== 'cpu' && name !== 'memory');
  const own = (['cpu', 'memory'] as const).flatMap((name) => (scoring[name] > 0 ? [{ name, weight: scoring[name] }] : []));
  const plain = scoring.type === 'LeastAllocated' && scoring.cpu === 1 && scoring.memory === 1 && others.length === 0;
  if (plain) return setArgs(profile, FIT, args);
  const ratio = scoring.type === 'RequestedToCapacityRatio' ? { requestedToCapacityRatio: { shape: scoring.shape } } : {};
  return setArgs(profile, FIT, { ...args, scoringStrategy: { type: scoring.type, resources: [...own, ...others], ...ratio } });
}

/** A number field of the configuration or of a profile: undefined takes it away. */
export function setNumber<T extends object>(holder: T, field: string, value: number | undefined): T {
  const { [field as keyof T]: _old, ...rest } = holder;
  return (value === undefined ? rest : { ...rest, [field]: value }) as T;
}

/** One more profile under a free name. */
export function addProfile(configuration: SchedulerConfiguration, schedulerName: string): SchedulerConfiguration {
  const written = changeProfile(configuration, -1, (profile) => profile).profiles ?? [];
  const named = written.map((profile, i) => ({ schedulerName: profilesOf(configuration)[i]?.schedulerName ?? '', ...profile }));
  return { ...configuration, profiles: [...named, { schedulerName }] };
}

/** Without one profile; the last one stays. */
export function removeProfile(configuration: SchedulerConfiguration, index: number): SchedulerConfiguration {
  const profiles = (configuration.profiles ?? []).filter((_, i) => i !== index);
  return profiles.length === 0 ? configuration : { ...configuration, profiles };
}

/** A configuration with one profile and nothing else said. */
export function plainConfiguration(schedulerName: string): SchedulerConfiguration {
  return { apiVersion: SCHEDULER_CONFIG_VERSION, kind: SCHEDULER_CONFIG_KIND, profiles: [{ schedulerName }] };
}

/** Ready-made configurations. */
export const presets = ['defaults', 'packing', 'packingCpu', 'noPreemption'] as const;
export type Preset = (typeof presets)[number];

/** A profile that fills machines up: nothing pulls copies apart, and the fuller machine wins. */
function packed(profile: ProfileDraft, memory: number): ProfileDraft {
  const filling = setScoring(profile, { ...scoringOf(profile), type: 'MostAllocated', cpu: 1, memory });
  const alone = setPluginScores(filling, 'NodeResourcesBalancedAllocation', false);
  return setArgs(setPluginWeight(alone, FIT, 5), 'PodTopologySpread', { defaultingType: 'List' });
}

/** The preset for all profiles of a configuration; the names they serve stay. */
export function presetConfiguration(preset: Preset, configuration: SchedulerConfiguration): SchedulerConfiguration {
  const { apiVersion, kind, leaderElection } = configuration;
  const profiles = profilesOf(configuration).map(({ schedulerName }): ProfileDraft => {
    const plain: ProfileDraft = { schedulerName };
    if (preset === 'packing') return packed(plain, 1);
    if (preset === 'packingCpu') return packed(plain, 0);
    if (preset === 'noPreemption') return changeSet(plain, 'postFilter', () => ({ disabled: [{ name: 'DefaultPreemption' }] }));
    return plain;
  });
  return { apiVersion, kind, ...(leaderElection === undefined ? {} : { leaderElection }), profiles };
}
