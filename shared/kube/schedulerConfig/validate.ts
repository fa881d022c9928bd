import { deepEqual, isRecord } from '../../core/json.ts';
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '../fieldErrors.ts';
import { checkShape } from '../shape/index.ts';
import { validateArgs } from './args.ts';
import { configurablePlugins, pluginNames, pluginPoints, takesPart } from './plugins.ts';
import { resolveProfile, servedNames } from './profiles.ts';
import {
  type ExtensionPoint,
  extensionPoints,
  type NamedScheduler,
  type PluginSet,
  type ProfileConfig,
  SCHEDULER_CONFIG_KIND,
  SCHEDULER_CONFIG_VERSION,
  type SchedulerConfiguration,
} from './types.ts';

/** Most complaints told about one configuration. */
const MAX_ERRORS = 100;

type Profile = Partial<ProfileConfig>;

/** Unknown fields and wrong types, below a path. Models the strict decoding that kube-scheduler does. */
function shapeErrors(value: unknown, type: string, field: string): FieldError[] {
  return checkShape(value, type).map((problem): FieldError => {
    const at = [field, problem.path].filter((part) => part !== '').join('.');
    const meant = problem.suggestion === undefined ? '' : `: did you mean "${problem.suggestion}"?`;
    const message = problem.kind === 'unknown' ? `unknown field "${at}"${meant}` : problem.message;
    return { field: at, type: problem.kind === 'unknown' ? 'FieldValueInvalid' : 'FieldValueTypeInvalid', message };
  });
}

function header(configuration: SchedulerConfiguration): FieldError[] {
  const { apiVersion, kind } = configuration;
  const errors: FieldError[] = [];
  if (apiVersion === undefined) errors.push(required('apiVersion', `must be ${SCHEDULER_CONFIG_VERSION}`));
  else if (apiVersion !== SCHEDULER_CONFIG_VERSION)
    errors.push(notSupported('apiVersion', apiVersion, [SCHEDULER_CONFIG_VERSION]));
  if (kind === undefined) errors.push(required('kind', `must be ${SCHEDULER_CONFIG_KIND}`));
  else if (kind !== SCHEDULER_CONFIG_KIND) errors.push(notSupported('kind', kind, [SCHEDULER_CONFIG_KIND]));
  return errors;
}

function percentage(value: number | undefined, field: string): FieldError[] {
  return value !== undefined && (value < 0 || value > 100) ? [invalid(field, value, 'not in valid range [0-100]')] : [];
}

/** Models ValidateKubeSchedulerConfiguration apart from the profiles. */
function common(configuration: SchedulerConfiguration): FieldError[] {
  const errors: FieldError[] = [];
  const { parallelism, podInitialBackoffSeconds: initial = 1, podMaxBackoffSeconds: longest = 10, extenders } = configuration;
  if (typeof parallelism === 'number' && parallelism <= 0)
    errors.push(invalid('parallelism', parallelism, 'should be an integer value greater than zero'));
  errors.push(...percentage(configuration.percentageOfNodesToScore, 'percentageOfNodesToScore'));
  if (initial <= 0) errors.push(invalid('podInitialBackoffSeconds', initial, 'must be greater than 0'));
  if (longest < initial)
    errors.push(invalid('podMaxBackoffSeconds', longest, 'must be greater than or equal to PodInitialBackoffSeconds'));
  if (Array.isArray(extenders) && extenders.length > 0)
    errors.push(forbidden('extenders', 'a simulated scheduler calls no webhooks'));
  const lease = configuration.leaderElection;
  if (lease?.leaderElect === true && lease.resourceLock !== undefined && lease.resourceLock !== 'leases')
    errors.push(invalid('leaderElection.resourceLock', lease.resourceLock, 'resourceLock value must be "leases"'));
  return errors;
}

function pointTitle(point: ExtensionPoint): string {
  return `${point.charAt(0).toUpperCase()}${point.slice(1)}Plugin`;
}

/** Plugins that are switched on must exist and fit the extension point. Models pkg/scheduler/framework/runtime updatePluginList. */
function pluginSet(set: PluginSet | undefined, point: ExtensionPoint | 'multiPoint', field: string): FieldError[] {
  const seen = new Set<string>();
  return (set?.enabled ?? []).flatMap((plugin, i): FieldError[] => {
    const at = `${field}.${point}.enabled[${i}].name`;
    const { name } = plugin;
    if (!name) return [required(at)];
    const title = point === 'multiPoint' ? 'MultiPoint plugin' : pointTitle(point);
    if (seen.has(name))
      return [invalid(at, name, `plugin ${JSON.stringify(name)} already registered as ${JSON.stringify(title)}`)];
    seen.add(name);
    if (pluginPoints(name) === undefined) {
      return [invalid(at, name, `${title} ${JSON.stringify(name)} does not exist${closest(name)}`)];
    }
    if (point === 'multiPoint' || takesPart(name, point)) return [];
    return [invalid(at, name, `plugin ${JSON.stringify(name)} does not extend ${title} plugin`)];
  });
}

/** The plugin whose name differs only in case or by having more around it. */
function closest(name: string): string {
  const lower = name.toLowerCase();
  const meant = pluginNames.find((one) => one.toLowerCase() === lower || one.toLowerCase().includes(lower));
  return meant === undefined || lower.length < 4 ? '' : `: did you mean "${meant}"?`;
}

/** Models validatePluginConfig. */
function pluginConfig(profile: Profile, field: string): FieldError[] {
  const seen = new Set<string>();
  return (profile.pluginConfig ?? []).flatMap((config, i): FieldError[] => {
    const at = `${field}.pluginConfig[${i}]`;
    const { name, args } = config;
    if (!name) return [required(`${at}.name`)];
    const errors = seen.has(name) ? [duplicate(at, name)] : [];
    seen.add(name);
    if (pluginPoints(name) === undefined)
      return [...errors, invalid(`${at}.name`, name, `plugin ${JSON.stringify(name)} does not exist${closest(name)}`)];
    if (args === undefined || args === null) return errors;
    if (!configurablePlugins.includes(name)) return [...errors, forbidden(`${at}.args`, `plugin ${name} takes no arguments`)];
    return [...errors, ...argsErrors(name, args, `${at}.args`)];
  });
}

function argsErrors(plugin: string, args: unknown, field: string): FieldError[] {
  const type = `${plugin}Args`;
  const { kind, apiVersion } = isRecord(args) ? args : {};
  if (kind !== undefined && kind !== type) return [invalid(`${field}.kind`, kind, `has to match plugin args ${type}`)];
  if (apiVersion !== undefined && apiVersion !== SCHEDULER_CONFIG_VERSION)
    return [notSupported(`${field}.apiVersion`, apiVersion, [SCHEDULER_CONFIG_VERSION])];
  const shape = shapeErrors(args, type, field);
  if (shape.some((error) => error.type === 'FieldValueTypeInvalid') || !isRecord(args)) return shape;
  return [...shape, ...validateArgs(plugin, args, field)];
}

/** A profile without Bind or QueueSort plugin cannot start. Models pkg/scheduler/framework/runtime NewFramework. */
function neededPlugins(profile: Profile, field: string): FieldError[] {
  const { points } = resolveProfile(profile, takesPart);
  const name = JSON.stringify(profile.schedulerName ?? '');
  const errors: FieldError[] = [];
  const sorters = points.queueSort.length;
  if (sorters !== 1) {
    const why = `only one queue sort plugin required for profile with scheduler name ${name}, but got ${sorters}`;
    errors.push(invalid(`${field}.plugins.queueSort`, points.queueSort, why));
  }
  if (points.bind.length === 0)
    errors.push(required(`${field}.plugins.bind`, `at least one bind plugin is needed for profile with scheduler name ${name}`));
  return errors;
}

function profileErrors(profile: Profile, field: string, only: boolean): FieldError[] {
  const errors: FieldError[] = [];
  // One profile alone may leave its name out.
  if (!profile.schedulerName && !(only && profile.schedulerName === undefined)) errors.push(required(`${field}.schedulerName`));
  errors.push(...percentage(profile.percentageOfNodesToScore, `${field}.percentageOfNodesToScore`));
  errors.push(...pluginConfig(profile, field));
  const points = (['multiPoint', ...extensionPoints] as const).flatMap((point) =>
    pluginSet(profile.plugins?.[point], point, `${field}.plugins`),
  );
  errors.push(...points);
  if (points.length === 0) errors.push(...neededPlugins(profile, field));
  return errors;
}

/** Models validateCommonQueueSort, and that names are unique. */
function acrossProfiles(profiles: readonly Profile[]): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Map<string, number>();
  profiles.forEach(({ schedulerName }, i) => {
    if (!schedulerName) return;
    const first = names.get(schedulerName);
    if (first === undefined) names.set(schedulerName, i);
    else errors.push(duplicate(`profiles[${i}].schedulerName`, schedulerName, `profiles[${first}].schedulerName has it already`));
  });
  const canon = profiles[0]?.plugins?.queueSort ?? {};
  profiles.forEach(({ plugins }, i) => {
    if (!deepEqual(plugins?.queueSort ?? {}, canon))
      errors.push(invalid(`profiles[${i}].plugins.queueSort`, plugins?.queueSort ?? {}, 'has to match for all profiles'));
  });
  return errors;
}

/** The same without fields that are null, which count as absent; null entries of lists become empty. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry: unknown) => (entry === null ? {} : withoutNulls(entry)));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]) => (field === null ? [] : [[name, withoutNulls(field)] as const])),
  );
}

/**
 * All that is wrong with a configuration as written, each with its field path, in upstream's words; empty when a scheduler can run with it.
 * Values are only judged when the types of all fields are sound. Models pkg/scheduler/apis/config/validation ValidateKubeSchedulerConfiguration.
 */
export function validateConfiguration(value: unknown): FieldError[] {
  if (!isRecord(value)) return [invalid('', value, `expected a ${SCHEDULER_CONFIG_KIND}`)];
  const configuration = withoutNulls(value) as SchedulerConfiguration;
  const head = header(configuration);
  const shape = shapeErrors(configuration, SCHEDULER_CONFIG_KIND, '');
  const errors = [...head, ...shape];
  if (!shape.some((error) => error.type === 'FieldValueTypeInvalid')) {
    const profiles: readonly Profile[] = configuration.profiles ?? [];
    errors.push(...common(configuration));
    profiles.forEach((profile, i) => {
      errors.push(...profileErrors(profile, `profiles[${i}]`, profiles.length === 1));
    });
    errors.push(...acrossProfiles(profiles));
  }
  return errors.slice(0, MAX_ERRORS);
}

/**
 * Complaints about one scheduler beside the others of its cluster: its configuration's own, or that a name is served by another one already, so that
 * two schedulers would race for the same pods.
 */
export function validateSchedulers(scheduler: NamedScheduler, others: readonly NamedScheduler[]): FieldError[] {
  const own = validateConfiguration(scheduler.configuration);
  if (own.length > 0) return own;
  return servedNames(scheduler.configuration).flatMap((name, i): FieldError[] => {
    const rival = others.find((other) => other.name !== scheduler.name && servedNames(other.configuration).includes(name));
    return rival === undefined
      ? []
      : [duplicate(`profiles[${i}].schedulerName`, name, `scheduler ${JSON.stringify(rival.name)} serves it already`)];
  });
}
