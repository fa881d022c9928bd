import type { LimitRange, RecommendedContainerResources, VerticalPodAutoscaler, VpaContainerPolicy } from './kinds.ts';
import { compareQuantity, parseQuantity, printQuantity, type Quantity, quantityOf } from './quantity.ts';
import type { Container, KubeObject, LabelSelector, OwnerReference, Pod, ResourceList } from './types.ts';

/** Ways in which an autoscaler may bring its advice to the pods. */
export const UPDATE_MODES = ['Off', 'Initial', 'Recreate', 'InPlaceOrRecreate', 'Auto'] as const;
export type UpdateMode = (typeof UPDATE_MODES)[number];

/** Mode of an autoscaler; one that says nothing recreates pods. Models vpa utils GetUpdateMode. */
export function updateModeOf({ spec }: VerticalPodAutoscaler): UpdateMode {
  const mode = UPDATE_MODES.find((one) => one === spec.updatePolicy?.updateMode);
  return mode ?? 'Auto';
}

/** The policy for a container: its own, or that of `*`. Models GetContainerResourcePolicy. */
export function containerPolicyOf({ spec }: VerticalPodAutoscaler, name: string): VpaContainerPolicy | undefined {
  const policies = spec.resourcePolicy?.containerPolicies ?? [];
  return policies.find((one) => one.containerName === name) ?? policies.find((one) => one.containerName === '*');
}

/** Whether an autoscaler minds a container at all. */
export function isScaled(vpa: VerticalPodAutoscaler, container: string): boolean {
  return containerPolicyOf(vpa, container)?.mode !== 'Off';
}

/** Whether limits stay as they are. */
export function isRequestsOnly(vpa: VerticalPodAutoscaler, container: string): boolean {
  return containerPolicyOf(vpa, container)?.controlledValues === 'RequestsOnly';
}

function quantity(amount: string | number | undefined): Quantity | undefined {
  const parsed = amount === undefined ? undefined : parseQuantity(amount);
  return parsed?.ok === true ? parsed.value : undefined;
}

/** A list of amounts within bounds, and what was done to it: `cpu capped to maxAllowed`. Models applyVPAPolicy and maybeCapToMin/Max. */
export function cappedByPolicy(
  amounts: ResourceList,
  policy: VpaContainerPolicy | undefined,
): { amounts: ResourceList; notes: string[] } {
  const notes: string[] = [];
  const result: ResourceList = {};
  for (const [name, amount] of Object.entries(amounts)) {
    const [given, least, most] = [quantity(amount), quantity(policy?.minAllowed?.[name]), quantity(policy?.maxAllowed?.[name])];
    let chosen = given;
    if (least !== undefined && chosen !== undefined && compareQuantity(chosen, least) < 0) {
      chosen = least;
      notes.push(`${name} capped to minAllowed`);
    }
    if (most !== undefined && chosen !== undefined && compareQuantity(chosen, most) > 0) {
      chosen = most;
      notes.push(`${name} capped to maxAllowed`);
    }
    result[name] = chosen === given || chosen === undefined ? amount : printQuantity(chosen);
  }
  return { amounts: result, notes };
}

/** Amounts that stay below the container's own limits, for autoscalers that leave limits alone. Models capRecommendationToContainerLimit. */
function cappedByLimits(amounts: ResourceList, { resources }: Container): { amounts: ResourceList; notes: string[] } {
  const notes: string[] = [];
  const result = { ...amounts };
  for (const [name, amount] of Object.entries(amounts)) {
    const limit = resources?.limits?.[name];
    const [given, most] = [quantity(amount), quantity(limit)];
    if (limit === undefined || given === undefined || most === undefined || compareQuantity(given, most) <= 0) continue;
    result[name] = limit;
    notes.push(`${name} capped to container limit`);
  }
  return { amounts: result, notes };
}

/** Amounts that limit ranges allow a container. */
export interface ContainerBounds {
  readonly min: ReadonlyMap<string, Quantity>;
  readonly max: ReadonlyMap<string, Quantity>;
}

/** The narrowest bounds of all limit ranges of a namespace. Models limitrange.NewLimitsRangeCalculator GetContainerLimitRangeItem. */
export function containerBounds(ranges: readonly LimitRange[]): ContainerBounds {
  const bounds = { min: new Map<string, Quantity>(), max: new Map<string, Quantity>() };
  for (const { type, min = {}, max = {} } of ranges.flatMap(({ spec }) => spec?.limits ?? [])) {
    if (type !== 'Container') continue;
    const narrow = (side: 'min' | 'max', list: ResourceList, sign: number) => {
      for (const [name, amount] of Object.entries(list)) {
        const [known, next] = [bounds[side].get(name), quantity(amount)];
        if (next !== undefined && (known === undefined || compareQuantity(next, known) * sign > 0)) bounds[side].set(name, next);
      }
    };
    narrow('min', min as ResourceList, 1);
    narrow('max', max as ResourceList, -1);
  }
  return bounds;
}

/** The request at which a limit that keeps its proportion reaches a bound. Models GetBoundaryRequest. */
function requestAt(bound: Quantity, { resources }: Container, name: string, keepsLimit: boolean): Quantity {
  const [limit, request] = [quantity(resources?.limits?.[name]), quantity(resources?.requests?.[name])];
  if (keepsLimit || limit === undefined || request === undefined || limit.nano === 0n || request.nano === 0n) return bound;
  // Rounded as requests are: whole millicores, whole bytes.
  const unit = name === 'cpu' ? 1_000_000n : 1_000_000_000n;
  return quantityOf(((bound.nano * request.nano) / limit.nano / unit) * unit, bound.format);
}

/** Amounts with which the limit ranger lets the container in. Models applyContainerLimitRange. */
function cappedByRanges(
  amounts: ResourceList,
  container: Container,
  bounds: ContainerBounds,
  keepsLimit: boolean,
): { amounts: ResourceList; notes: string[] } {
  const notes: string[] = [];
  const result = { ...amounts };
  for (const [name, amount] of Object.entries(amounts)) {
    const [given, least, most] = [quantity(amount), bounds.min.get(name), bounds.max.get(name)];
    const top = most === undefined ? undefined : requestAt(most, container, name, keepsLimit);
    if (given !== undefined && least !== undefined && compareQuantity(given, least) < 0) {
      result[name] = printQuantity(least);
      notes.push(`${name} capped to fit Min in container LimitRange`);
    } else if (given !== undefined && top !== undefined && compareQuantity(given, top) > 0) {
      result[name] = printQuantity(top);
      notes.push(`${name} capped to fit Max in container LimitRange`);
    }
  }
  return { amounts: result, notes };
}

const NO_BOUNDS: ContainerBounds = { min: new Map(), max: new Map() };

/** Advice for one container of a pod, within what policy and limits allow. */
export interface Advice {
  readonly container: Container;
  readonly index: number;
  readonly target: ResourceList;
  readonly lowerBound: ResourceList;
  readonly upperBound: ResourceList;
  /** What was done to the target. */
  readonly notes: readonly string[];
}

/** Advice for each container of a pod that the autoscaler has any for. `bounds`: of the namespace. Models CappingRecommendationProcessor. */
export function adviceFor(vpa: VerticalPodAutoscaler, pod: Pod, bounds: ContainerBounds = NO_BOUNDS): Advice[] {
  const all = vpa.status?.recommendation?.containerRecommendations ?? [];
  return (pod.spec.containers ?? []).flatMap((container, index): Advice[] => {
    const own = all.find(({ containerName }) => containerName === container.name);
    if (own === undefined || !isScaled(vpa, container.name)) return [];
    const policy = containerPolicyOf(vpa, container.name);
    const cap = (amounts: ResourceList = {}) => {
      const byPolicy = cappedByPolicy(amounts, policy);
      const only = isRequestsOnly(vpa, container.name);
      const byLimits = only ? cappedByLimits(byPolicy.amounts, container) : { amounts: byPolicy.amounts, notes: [] };
      const byRanges = cappedByRanges(byLimits.amounts, container, bounds, only);
      return { amounts: byRanges.amounts, notes: [...byPolicy.notes, ...byLimits.notes, ...byRanges.notes] };
    };
    const { amounts: target, notes } = cap(own.target);
    const [lowerBound, upperBound] = [cap(own.lowerBound).amounts, cap(own.upperBound).amounts];
    return [{ container, index, target, notes, lowerBound, upperBound }];
  });
}

/** Limits that keep their proportion to requests which become others. Models GetProportionalLimit. */
export function proportionalLimits({ resources }: Container, requests: ResourceList): ResourceList {
  const limits: ResourceList = {};
  for (const [name, amount] of Object.entries(requests)) {
    const limit = resources?.limits?.[name];
    const [wanted, before, bound] = [quantity(amount), quantity(resources?.requests?.[name]), quantity(limit)];
    if (wanted === undefined || bound === undefined || bound.nano === 0n) continue;
    if (before === undefined || before.nano === 0n || before.nano === bound.nano) limits[name] = amount;
    // Whole millicores and whole bytes, cut as upstream cuts them.
    else if (name === 'cpu') {
      const milli = (BigInt(wanted.milli) * BigInt(bound.milli)) / BigInt(before.milli);
      limits[name] = printQuantity(quantityOf(milli * 1_000_000n, bound.format));
    } else {
      const whole = (BigInt(wanted.value) * BigInt(bound.value)) / BigInt(before.value);
      limits[name] = printQuantity(quantityOf(whole * 1_000_000_000n, bound.format));
    }
  }
  return limits;
}

/** Finds an object by kind, namespace and name. */
export type FindObject = (kind: string, namespace: string, name: string) => KubeObject | undefined;

const DEPTH = 6;

/** The controller at the top of the chain that a pod hangs on. Models controller_fetcher FindTopMostWellKnownOrScalable. */
export function topController(object: KubeObject, find: FindObject): OwnerReference | undefined {
  let top: OwnerReference | undefined;
  let next: KubeObject | undefined = object;
  for (let depth = 0; depth < DEPTH && next !== undefined; depth++) {
    const owner = next.metadata.ownerReferences?.find(({ controller }) => controller === true);
    if (owner === undefined) return top;
    top = owner;
    next = find(owner.kind, object.metadata.namespace ?? '', owner.name);
  }
  return top;
}

/** Whether an autoscaler's target is what controls a pod. */
export function isTarget({ spec }: VerticalPodAutoscaler, controller: OwnerReference | undefined): boolean {
  const { targetRef } = spec;
  return (
    controller !== undefined &&
    targetRef?.kind === controller.kind &&
    targetRef.name === controller.name &&
    (targetRef.apiVersion ?? controller.apiVersion) === controller.apiVersion
  );
}

/** The one of several autoscalers that counts for a pod: the oldest, then the first by name. Models vpa utils Stronger. */
export function strongest(vpas: readonly VerticalPodAutoscaler[]): VerticalPodAutoscaler | undefined {
  const age = ({ metadata }: VerticalPodAutoscaler) => metadata.creationTimestamp ?? '';
  return [...vpas].sort((a, b) => {
    if (age(a) !== age(b)) return age(a) < age(b) ? -1 : 1;
    return a.metadata.name < b.metadata.name ? -1 : 1;
  })[0];
}

interface Selecting extends KubeObject {
  readonly spec?: {
    readonly selector?: LabelSelector | Record<string, string>;
    readonly jobTemplate?: {
      readonly spec?: { readonly template?: { readonly metadata?: { readonly labels?: Record<string, string> } } };
    };
    readonly template?: { readonly metadata?: { readonly labels?: Record<string, string> } };
  };
}

/** Selector of a workload's pods; undefined when it has none. Models vpa target getLabelSelector. */
export function podSelectorOf(workload: KubeObject): LabelSelector | undefined {
  const { kind, spec } = workload as Selecting;
  const labels = kind === 'CronJob' ? spec?.jobTemplate?.spec?.template?.metadata?.labels : undefined;
  if (kind === 'CronJob') return labels === undefined ? undefined : { matchLabels: labels };
  if (kind === 'ReplicationController') {
    const selector = (spec?.selector ?? spec?.template?.metadata?.labels) as Record<string, string> | undefined;
    return selector === undefined ? undefined : { matchLabels: selector };
  }
  return spec?.selector as LabelSelector | undefined;
}

/** Advice for a container by its name. */
export function recommendationFor(vpa: VerticalPodAutoscaler, container: string): RecommendedContainerResources | undefined {
  return vpa.status?.recommendation?.containerRecommendations?.find(({ containerName }) => containerName === container);
}
