import { isRecord } from '../../core/json.ts';
import { duplicate, type FieldError, forbidden, invalid, invalidEach, notSupported, required } from '../fieldErrors.ts';
import { checkQualifiedName } from '../names.ts';
import { validateNodeSelector, validateTerm } from '../nodeSelectors.ts';
import type { NodeSelector, NodeSelectorTerm } from '../types.ts';

type Fields = Readonly<Record<string, unknown>>;
type Validator = (args: Fields, field: string) => FieldError[];

const numberOf = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const recordsOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(textOf) : []);

function outside(value: number, low: number, high: number, field: string): FieldError[] {
  return value < low || value > high ? [invalid(field, value, `not in valid range [${low}, ${high}]`)] : [];
}

function labelName(value: string, field: string): FieldError[] {
  return invalidEach(field, value, checkQualifiedName(value));
}

/** Models validation_pluginargs ValidateDefaultPreemptionArgs. */
function preemption(args: Fields, field: string): FieldError[] {
  const percentage = numberOf(args.minCandidateNodesPercentage, 10);
  const absolute = numberOf(args.minCandidateNodesAbsolute, 100);
  const errors = outside(percentage, 0, 100, `${field}.minCandidateNodesPercentage`);
  if (absolute < 0) errors.push(invalid(`${field}.minCandidateNodesAbsolute`, absolute, 'not in valid range [0, inf)'));
  if (percentage === 0 && absolute === 0) {
    const together = 'cannot be zero at the same time as';
    errors.push(
      invalid(`${field}.minCandidateNodesPercentage`, percentage, `${together} minCandidateNodesAbsolute`),
      invalid(`${field}.minCandidateNodesAbsolute`, absolute, `${together} minCandidateNodesPercentage`),
    );
  }
  return errors;
}

/** Points of a scoring function over the used share. Models validateFunctionShape. */
function functionShape(shape: readonly Fields[], field: string): FieldError[] {
  if (shape.length === 0) return [required(field, 'at least one point must be specified')];
  const errors: FieldError[] = [];
  const at = (point: Fields | undefined): number => numberOf(point?.utilization, 0);
  const falling = shape.findIndex((point, i) => i > 0 && at(shape[i - 1]) >= at(point));
  if (falling > 0)
    errors.push(invalid(`${field}[${falling}].utilization`, at(shape[falling]), 'values must be sorted in increasing order'));
  shape.forEach((point, i) => {
    errors.push(...outside(at(point), 0, 100, `${field}[${i}].utilization`));
    errors.push(...outside(numberOf(point.score, 0), 0, 10, `${field}[${i}].score`));
  });
  return errors;
}

/** Models ValidateNodeResourcesFitArgs, and that a ratio strategy without a shape cannot score. */
function fit(args: Fields, field: string): FieldError[] {
  const errors = textsOf(args.ignoredResources).flatMap((name, i) => labelName(name, `${field}.ignoredResources[${i}]`));
  textsOf(args.ignoredResourceGroups).forEach((group, i) => {
    const at = `${field}.ignoredResourceGroups[${i}]`;
    if (group.includes('/')) errors.push(invalid(at, group, "resource group name can't contain '/'"));
    errors.push(...labelName(group, at));
  });
  const strategy = args.scoringStrategy;
  if (!isRecord(strategy)) return errors;
  const at = `${field}.scoringStrategy`;
  const types = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'];
  const type = textOf(strategy.type);
  if (!types.includes(type)) errors.push(notSupported(`${at}.type`, type, types));
  recordsOf(strategy.resources).forEach((resource, i) => {
    const weight = numberOf(resource.weight, 0) || 1;
    if (weight > 0 && weight <= 100) return;
    const detail = `resource weight of ${textOf(resource.name)} not in valid range (0, 100]`;
    errors.push(invalid(`${at}.resources[${i}].weight`, weight, detail));
  });
  const ratio = strategy.requestedToCapacityRatio;
  if (isRecord(ratio)) errors.push(...functionShape(recordsOf(ratio.shape), `${at}.requestedToCapacityRatio.shape`));
  else if (type === 'RequestedToCapacityRatio')
    errors.push(required(`${at}.requestedToCapacityRatio`, 'must be specified when `type` is RequestedToCapacityRatio'));
  return errors;
}

/** Models ValidateNodeResourcesBalancedAllocationArgs. */
function balanced(args: Fields, field: string): FieldError[] {
  const seen = new Set<string>();
  return recordsOf(args.resources).flatMap((resource, i) => {
    const errors: FieldError[] = [];
    const name = textOf(resource.name);
    const weight = numberOf(resource.weight, 0) || 1;
    if (seen.has(name)) errors.push(duplicate(`${field}.resources[${i}].name`, name));
    seen.add(name);
    if (weight !== 1) errors.push(invalid(`${field}.resources[${i}].weight`, weight, 'must be 1'));
    return errors;
  });
}

/** Models ValidatePodTopologySpreadArgs. */
function spread(args: Fields, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const type = textOf(args.defaultingType) || 'System';
  const constraints = recordsOf(args.defaultConstraints);
  const types = ['System', 'List'];
  if (!types.includes(type)) errors.push(notSupported(`${field}.defaultingType`, type, types));
  else if (type === 'System' && constraints.length > 0)
    errors.push(invalid(`${field}.defaultingType`, type, 'when .defaultConstraints are not empty'));
  const seen = new Set<string>();
  constraints.forEach((constraint, i) => {
    const at = `${field}.defaultConstraints[${i}]`;
    const skew = numberOf(constraint.maxSkew, 0);
    if (skew <= 0) errors.push(invalid(`${at}.maxSkew`, skew, 'not in valid range (0, inf)'));
    const key = textOf(constraint.topologyKey);
    if (key === '') errors.push(required(`${at}.topologyKey`, 'can not be empty'));
    else errors.push(...labelName(key, `${at}.topologyKey`));
    const action = textOf(constraint.whenUnsatisfiable);
    const actions = ['DoNotSchedule', 'ScheduleAnyway'];
    if (action === '') errors.push(required(`${at}.whenUnsatisfiable`, 'can not be empty'));
    else if (!actions.includes(action)) errors.push(notSupported(`${at}.whenUnsatisfiable`, action, actions));
    if (constraint.labelSelector !== undefined && constraint.labelSelector !== null)
      errors.push(forbidden(`${at}.labelSelector`, 'constraint must not define a selector, as they deduced for each pod'));
    const pair = `{${key}, ${action}}`;
    if (seen.has(pair)) errors.push(duplicate(at, pair));
    seen.add(pair);
  });
  return errors;
}

/** Models ValidateNodeAffinityArgs. */
function nodeAffinity(args: Fields, field: string): FieldError[] {
  const added = args.addedAffinity;
  if (!isRecord(added)) return [];
  const at = `${field}.addedAffinity`;
  const needed = added.requiredDuringSchedulingIgnoredDuringExecution;
  const errors = isRecord(needed)
    ? validateNodeSelector(needed as unknown as NodeSelector, `${at}.requiredDuringSchedulingIgnoredDuringExecution`)
    : [];
  recordsOf(added.preferredDuringSchedulingIgnoredDuringExecution).forEach((term, i) => {
    const where = `${at}.preferredDuringSchedulingIgnoredDuringExecution[${i}].preference`;
    errors.push(...validateTerm((isRecord(term.preference) ? term.preference : {}) as NodeSelectorTerm, where));
  });
  return errors;
}

/** Models ValidateVolumeBindingArgs; StorageCapacityScoring is off in 1.36. */
function volumeBinding(args: Fields, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const timeout = numberOf(args.bindTimeoutSeconds, 600);
  const negative = 'invalid BindTimeoutSeconds, should not be a negative value';
  if (timeout < 0) errors.push(invalid(`${field}.bindTimeoutSeconds`, timeout, negative));
  const why = 'unexpected field `shape`, remove it or turn on the feature gate StorageCapacityScoring';
  if (args.shape !== undefined && args.shape !== null) errors.push(invalid(`${field}.shape`, args.shape, why));
  return errors;
}

const validators: Readonly<Record<string, Validator>> = {
  DefaultPreemption: preemption,
  InterPodAffinity: (args, field) => outside(numberOf(args.hardPodAffinityWeight, 1), 0, 100, `${field}.hardPodAffinityWeight`),
  NodeAffinity: nodeAffinity,
  NodeResourcesBalancedAllocation: balanced,
  NodeResourcesFit: fit,
  PodTopologySpread: spread,
  VolumeBinding: volumeBinding,
};

/** Complaints about the values of one plugin's arguments, whose types must be sound. Models pkg/scheduler/apis/config/validation. */
export function validateArgs(plugin: string, args: Fields, field: string): FieldError[] {
  return validators[plugin]?.(args, field) ?? [];
}
