import { getCondition } from './conditions.ts';
import { addQuantity, compareQuantity, parseQuantity, type Quantity, quantityFromMilli, quantityFromValue } from './quantity.ts';
import type { Container, KubeObject, Node, OwnerReference, Pod, PodSpec, ResourceList } from './types.ts';

/** Amounts by resource name: `cpu` in milli-CPU, everything else in whole units (bytes, devices), rounded up. */
export type Amounts = Readonly<Record<string, number>>;

/** CPU a container without a request counts as when nodes are scored, in milli-CPU. */
export const DEFAULT_MILLI_CPU_REQUEST = 100;
/** Memory a container without a request counts as when nodes are scored, in bytes. */
export const DEFAULT_MEMORY_REQUEST = 200 * 1024 * 1024;

const DEFAULT_CPU = quantityFromMilli(DEFAULT_MILLI_CPU_REQUEST);
const DEFAULT_MEMORY = quantityFromValue(DEFAULT_MEMORY_REQUEST, 'BinarySI');

type Quantities = Map<string, Quantity>;

/** The part of a pod that decides its requests. */
export interface ResourceHolder {
  readonly spec: PodSpec;
  readonly status?: Pod['status'];
}

/** How podRequests counts. `nonZero` fills missing CPU and memory requests with the scorer's assumptions. */
export interface PodRequestOptions {
  nonZero?: boolean;
}

/**
 * What the pod asks of its node: containers and sidecars together, or the largest init step when that is more; pod-level requests
 * replace that sum; overhead comes on top. Models component-helpers/resource PodRequests and the scheduler's non-zero variant.
 */
export function podRequests(pod: ResourceHolder, options?: PodRequestOptions): Amounts {
  if (!options?.nonZero) return toAmounts(requestQuantities(pod, NOTHING));
  if (!hasPodLevelRequests(pod.spec)) return toAmounts(requestQuantities(pod, BOTH));
  const plain = requestQuantities(pod, NOTHING);
  const missing: Quantities = new Map();
  if (isZero(plain.get('cpu'))) missing.set('cpu', DEFAULT_CPU);
  if (isZero(plain.get('memory'))) missing.set('memory', DEFAULT_MEMORY);
  return toAmounts(missing.size === 0 ? plain : requestQuantities(pod, missing));
}

/** The pod's requests as exact quantities by resource name. */
export function podRequestQuantities(pod: ResourceHolder): ReadonlyMap<string, Quantity> {
  return requestQuantities(pod, NOTHING);
}

/** The pod's limits as exact quantities: containers and sidecars, init steps, pod-level limits, overhead. Models PodLimits. */
export function podLimitQuantities(pod: ResourceHolder): ReadonlyMap<string, Quantity> {
  const limits = aggregate(pod.spec, (container) => toQuantities(container.resources?.limits));
  for (const [name, quantity] of toQuantities(pod.spec.resources?.limits))
    if (isPodLevelResource(name)) limits.set(name, quantity);
  for (const [name, quantity] of toQuantities(pod.spec.overhead)) {
    const limit = limits.get(name);
    if (limit !== undefined) limits.set(name, addQuantity(limit, quantity));
  }
  return limits;
}

const NOTHING: Quantities = new Map();
const BOTH: Quantities = new Map([
  ['cpu', DEFAULT_CPU],
  ['memory', DEFAULT_MEMORY],
]);

function requestQuantities(pod: ResourceHolder, missing: Quantities): Quantities {
  const statuses = pod.status?.containerStatuses ?? [];
  const initStatuses = pod.status?.initContainerStatuses ?? [];
  const infeasible = resizeInfeasible(pod);
  const requests = aggregate(pod.spec, (container) => {
    const own = containerRequests(container, [...statuses, ...initStatuses], infeasible);
    for (const [name, quantity] of missing) if (!own.has(name)) own.set(name, quantity);
    return own;
  });
  for (const [name, quantity] of toQuantities(pod.spec.resources?.requests))
    if (isPodLevelResource(name)) requests.set(name, quantity);
  for (const [name, quantity] of toQuantities(pod.spec.overhead)) addTo(requests, name, quantity);
  return requests;
}

type StatusWithResources = { name: string; resources?: { requests?: ResourceList }; allocatedResources?: ResourceList };

/** Requests of a container; while it is being resized the larger of wanted, allocated and running counts. */
function containerRequests(container: Container, statuses: readonly StatusWithResources[], infeasible: boolean): Quantities {
  const wanted = toQuantities(container.resources?.requests);
  const status = statuses.find((one) => one.name === container.name);
  if (status?.resources === undefined) return wanted;
  const held = infeasible ? new Map<string, Quantity>() : wanted;
  raiseTo(held, toQuantities(status.resources.requests));
  raiseTo(held, toQuantities(status.allocatedResources));
  return held;
}

function resizeInfeasible(pod: ResourceHolder): boolean {
  return getCondition(pod.status?.conditions, 'PodResizePending')?.reason === 'Infeasible';
}

function aggregate(spec: PodSpec, of: (container: Container) => Quantities): Quantities {
  const total: Quantities = new Map();
  for (const container of spec.containers ?? []) addAll(total, of(container));
  const sidecars: Quantities = new Map();
  const largestInit: Quantities = new Map();
  for (const container of spec.initContainers ?? []) {
    const own = of(container);
    if (isSidecar(container)) {
      addAll(total, own);
      addAll(sidecars, own);
      raiseTo(largestInit, sidecars);
    } else {
      addAll(own, sidecars);
      raiseTo(largestInit, own);
    }
  }
  raiseTo(total, largestInit);
  return total;
}

/** Whether an init container keeps running beside the others. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

function toQuantities(list: ResourceList | undefined): Quantities {
  const quantities: Quantities = new Map();
  for (const name in list) {
    const parsed = parseQuantity(list[name] ?? '0');
    if (parsed.ok) quantities.set(name, parsed.value);
  }
  return quantities;
}

function addTo(into: Quantities, name: string, quantity: Quantity): void {
  const before = into.get(name);
  into.set(name, before === undefined ? quantity : addQuantity(before, quantity));
}

function addAll(into: Quantities, from: Quantities): void {
  for (const [name, quantity] of from) addTo(into, name, quantity);
}

function raiseTo(into: Quantities, from: Quantities): void {
  for (const [name, quantity] of from) {
    const before = into.get(name);
    if (before === undefined || compareQuantity(quantity, before) > 0) into.set(name, quantity);
  }
}

function toAmounts(quantities: Quantities): Amounts {
  const amounts: Record<string, number> = {};
  for (const [name, quantity] of quantities) amounts[name] = name === 'cpu' ? quantity.milli : quantity.value;
  return amounts;
}

function isZero(quantity: Quantity | undefined): boolean {
  return quantity === undefined || quantity.nano === 0n;
}

/** Amounts of a written resource list (a node's allocatable, a container's limits), in the same units as podRequests. */
export function resourceAmounts(list: ResourceList | undefined): Amounts {
  return toAmounts(toQuantities(list));
}

/** Resources that may be asked for the pod as a whole. */
export function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

function hasPodLevelRequests(spec: PodSpec): boolean {
  return Object.keys(spec.resources?.requests ?? {}).some(isPodLevelResource);
}

/** Quality-of-service class of a pod. */
export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/** Class from CPU and memory of all containers (zero amounts do not count), or of the pod level where it is set. Models ComputePodQOS. */
export function qosClass(spec: PodSpec): QosClass {
  const podLevel = spec.resources;
  const holders =
    podLevel !== undefined && hasEntries(podLevel) ? [podLevel] : allContainers(spec).map((one) => one.resources ?? {});
  const requests: Quantities = new Map();
  const limits: Quantities = new Map();
  let guaranteed = true;
  for (const holder of holders) {
    const ownLimits = countedForQos(holder.limits);
    addAll(requests, countedForQos(holder.requests));
    addAll(limits, ownLimits);
    if (!ownLimits.has('cpu') || !ownLimits.has('memory')) guaranteed = false;
  }
  if (requests.size === 0 && limits.size === 0) return 'BestEffort';
  const equal = requests.size === limits.size && [...requests].every(([name, amount]) => limits.get(name)?.nano === amount.nano);
  return guaranteed && equal ? 'Guaranteed' : 'Burstable';
}

function hasEntries(resources: { requests?: ResourceList; limits?: ResourceList }): boolean {
  return Object.keys(resources.requests ?? {}).length > 0 || Object.keys(resources.limits ?? {}).length > 0;
}

function countedForQos(list: ResourceList | undefined): Quantities {
  const counted: Quantities = new Map();
  for (const [name, quantity] of toQuantities(list)) {
    if ((name === 'cpu' || name === 'memory') && quantity.nano > 0n) counted.set(name, quantity);
  }
  return counted;
}

/** Init containers, then containers. */
export function allContainers(spec: PodSpec): readonly Container[] {
  // A spec that has not been validated yet may lack its containers.
  const regular = spec.containers ?? [];
  return spec.initContainers === undefined ? regular : [...spec.initContainers, ...regular];
}

/** Whether the pod has finished for good. Models podutil.IsPodTerminal. */
export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Priority the pod was given; 0 when none. */
export function podPriority(pod: { spec: PodSpec }): number {
  return pod.spec.priority ?? 0;
}

/** The owner that controls the object, undefined when none does. Models metav1.GetControllerOf. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true);
}

/** Whether the owner controls the object, by uid. Models metav1.IsControlledBy. */
export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  const controller = controllerOf(object);
  return controller !== undefined && controller.uid === owner.metadata.uid;
}

/** Reference that makes `owner` the controller of a new object. Models metav1.NewControllerRef. */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Zone label of a node, undefined when it has none. */
export function nodeZone(node: Node): string | undefined {
  return (
    node.metadata.labels?.['topology.kubernetes.io/zone'] ?? node.metadata.labels?.['failure-domain.beta.kubernetes.io/zone']
  );
}

/** Region label of a node, undefined when it has none. */
export function nodeRegion(node: Node): string | undefined {
  return (
    node.metadata.labels?.['topology.kubernetes.io/region'] ?? node.metadata.labels?.['failure-domain.beta.kubernetes.io/region']
  );
}

/** Key that groups nodes of one failure zone; '' when the node names neither region nor zone. Models component-helpers/node GetZoneKey. */
export function nodeZoneKey(node: Node): string {
  const region = nodeRegion(node) ?? '';
  const zone = nodeZone(node) ?? '';
  return region === '' && zone === '' ? '' : `${region}:\u0000:${zone}`;
}

/** Whether the node is being kept free of new pods (`kubectl cordon`). */
export function isCordoned(node: Node): boolean {
  return node.spec.unschedulable === true;
}
