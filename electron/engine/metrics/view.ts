import { compareStrings } from '#shared/core/compare.ts';
import { isPodReady } from '#shared/kube/conditions.ts';
import { controllerOf, isSidecar } from '#shared/kube/pod.ts';
import { milliValue, value } from '#shared/kube/quantity.ts';
import type { Container, KubeObject, Pod } from '#shared/kube/types.ts';
import type { ComponentContext, Lister } from '../client/types.ts';
import { amountAt } from './amount.ts';
import { knownLoad, knownUsage, LOAD_ANNOTATION, type LoadNow, loadAt, USAGE_ANNOTATION, type Usage } from './load.ts';
import type { ContainerUsage } from './types.ts';

/** Kinds that may stand between a pod and nobody, by which controllers are looked up. */
export const OWNER_KINDS = [
  'ReplicaSet',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'ReplicationController',
] as const;
const BETWEEN = ['ReplicaSet', 'Job'] as const;
type OwnerKind = (typeof OWNER_KINDS)[number];

/** Share of its request that a container without load uses, in per cent, and what one without a request uses. */
const IDLE_CPU_PERCENT = 2;
const IDLE_CPU_MILLI = 1;
const IDLE_MEMORY_PERCENT = 30;
const IDLE_MEMORY_BYTES = 16 * 1024 * 1024;

/** A load at this moment and who bears it. */
interface Shared {
  readonly load: LoadNow;
  /** Places of the ready pods by name, for what does not divide evenly. */
  readonly places: ReadonlyMap<string, number>;
}

/** Reads of the objects that a load hangs on. */
export interface Owners {
  readonly pods: Lister<Pod>;
  /** Objects of the kinds in between (ReplicaSets, Jobs) that an owner controls. */
  between(uid: string): readonly KubeObject[];
  find(kind: string, namespace: string, name: string): KubeObject | undefined;
}

/** Owners from a context's informers. */
export function ownersOf(ctx: ComponentContext): Owners {
  const listers = new Map<string, Lister<KubeObject>>(
    OWNER_KINDS.map((kind: OwnerKind) => [kind, ctx.informer<string>(kind).lister as unknown as Lister<KubeObject>]),
  );
  return {
    pods: ctx.informer('Pod').lister,
    between: (uid) => BETWEEN.flatMap((kind) => listers.get(kind)?.byIndex('ownerUid', uid) ?? []),
    find: (kind, namespace, name) => listers.get(kind)?.get(namespace, name),
  };
}

/** The owner at the top of the chain of controllers: its load counts, copies of the annotation further down do not. */
export function workloadOf(owners: Owners, pod: Pod): KubeObject | undefined {
  let top: KubeObject | undefined;
  let next: KubeObject = pod;
  for (let depth = 0; depth < OWNER_KINDS.length; depth++) {
    const reference = controllerOf(next);
    if (reference === undefined) return top;
    const owner = owners.find(reference.kind, pod.metadata.namespace ?? '', reference.name);
    if (owner === undefined || owner.metadata.uid !== reference.uid) return top;
    top = owner;
    next = owner;
  }
  return top;
}

/** The `index`-th of `count` even parts of a whole number; the parts add up to it. */
export function evenShare(total: number, count: number, index: number): number {
  return Math.floor(total / count) + (index < total % count ? 1 : 0);
}

/** Use of the pods at one virtual time. Made for one question: what it has worked out is kept until it is dropped. */
export class UsageView {
  readonly #owners: Owners;
  readonly #atMs: number;
  readonly #nodeCpu: (node: string) => number;
  readonly #shared = new Map<string, Shared | undefined>();

  /** `nodeCpu`: thousandths of cores that a node has for its pods. */
  constructor(owners: Owners, atMs: number, nodeCpu: (node: string) => number) {
    this.#owners = owners;
    this.#atMs = atMs;
    this.#nodeCpu = nodeCpu;
  }

  /** Use of each regular container and sidecar: cpu within its limit, memory as wanted. */
  containers(pod: Pod): ContainerUsage[] {
    const usage = this.#usage(pod);
    const work = this.#work(pod);
    const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter(isSidecar)];
    const busy = containers.find(({ name }) => name === work?.load.container) ?? containers[0];
    return containers.map((container) => {
      const loaded = container === busy ? work : undefined;
      const own =
        usage === undefined || !Object.hasOwn(usage.containers, container.name) ? undefined : usage.containers[container.name];
      const cpu = own?.cpu ?? (container === busy ? usage?.cpu : undefined);
      const memory = own?.memory ?? (container === busy ? usage?.memory : undefined);
      const cpuMilli = cpu === undefined ? (loaded?.cpuMilli ?? idleCpu(container)) : amountAt(cpu, this.#atMs);
      const memoryBytes =
        memory === undefined
          ? (loaded?.memoryPerPodBytes ?? idleMemory(container)) + (loaded?.memoryBytes ?? 0)
          : Math.ceil(amountAt(memory, this.#atMs) / 1000);
      return { name: container.name, cpuMilli: this.#throttled(pod, container, cpuMilli), memoryBytes };
    });
  }

  /** A custom metric of a pod in thousandths: its own, or its share of the workload's; undefined when neither says anything of it. */
  metric(pod: Pod, name: string): number | undefined {
    const usage = this.#usage(pod);
    const own = usage !== undefined && Object.hasOwn(usage.metrics, name) ? usage.metrics[name] : undefined;
    if (own !== undefined) return amountAt(own, this.#atMs);
    const shared = this.#sharedOf(pod);
    const total = shared?.load.metrics.get(name);
    if (shared === undefined || total === undefined) return undefined;
    const place = shared.places.get(pod.metadata.name);
    return place === undefined ? 0 : evenShare(total, shared.places.size, place);
  }

  /** A custom metric of a whole workload in thousandths. */
  workloadMetric(workload: KubeObject, name: string): number | undefined {
    return loadOf(workload, this.#atMs)?.metrics.get(name);
  }

  #usage(pod: Pod): Usage | undefined {
    const text = pod.metadata.annotations?.[USAGE_ANNOTATION];
    return text === undefined ? undefined : knownUsage(text);
  }

  #sharedOf(pod: Pod): Shared | undefined {
    const workload = workloadOf(this.#owners, pod);
    if (workload?.metadata.annotations?.[LOAD_ANNOTATION] === undefined) return undefined;
    const uid = workload.metadata.uid ?? '';
    if (this.#shared.has(uid)) return this.#shared.get(uid);
    const load = loadOf(workload, this.#atMs);
    const shared = load === undefined ? undefined : { load, places: this.#readyPods(workload) };
    this.#shared.set(uid, shared);
    return shared;
  }

  /** Ready pods under a workload: its own, and those of the owners in between. */
  #readyPods(workload: KubeObject): ReadonlyMap<string, number> {
    const uid = workload.metadata.uid ?? '';
    const owners = [uid, ...this.#owners.between(uid).map(({ metadata }) => metadata.uid ?? '')];
    const ready = owners
      .flatMap((owner) => this.#owners.pods.byIndex('ownerUid', owner))
      .filter((pod) => pod.metadata.deletionTimestamp === undefined && pod.status.phase === 'Running' && isPodReady(pod))
      .map(({ metadata }) => metadata.name)
      .sort(compareStrings);
    return new Map(ready.map((name, place) => [name, place]));
  }

  /** What the load makes a pod do; a pod that is not ready bears nothing but its memory base. */
  #work(pod: Pod): (Pick<LoadNow, 'memoryPerPodBytes' | 'cpuMilli'> & { load: LoadNow; memoryBytes: number }) | undefined {
    const shared = this.#sharedOf(pod);
    if (shared === undefined) return undefined;
    const { load, places } = shared;
    const place = places.get(pod.metadata.name);
    const part = (total: number | undefined) =>
      total === undefined || place === undefined ? 0 : evenShare(total, places.size, place);
    const worksCpu = place !== undefined && (load.cpuMilli !== undefined || load.cpuPerPodMilli !== undefined);
    return {
      load,
      cpuMilli: worksCpu ? part(load.cpuMilli) + (load.cpuPerPodMilli ?? 0) : undefined,
      memoryPerPodBytes: load.memoryPerPodBytes,
      memoryBytes: part(load.memoryBytes),
    };
  }

  #throttled(pod: Pod, container: Container, cpuMilli: number): number {
    const limit = container.resources?.limits?.cpu ?? pod.spec.resources?.limits?.cpu;
    const most = limit === undefined ? this.#nodeCpu(pod.spec.nodeName ?? '') : milliValue(limit);
    return Math.min(cpuMilli, most);
  }
}

function loadOf(workload: KubeObject, atMs: number): LoadNow | undefined {
  const text = workload.metadata.annotations?.[LOAD_ANNOTATION];
  const load = text === undefined ? undefined : knownLoad(text);
  return load === undefined ? undefined : loadAt(load, atMs);
}

function idleCpu({ resources }: Container): number {
  const request = resources?.requests?.cpu;
  const share = request === undefined ? 0 : Math.ceil((milliValue(request) * IDLE_CPU_PERCENT) / 100);
  return Math.max(share, IDLE_CPU_MILLI);
}

function idleMemory({ resources }: Container): number {
  const request = resources?.requests?.memory;
  return request === undefined ? IDLE_MEMORY_BYTES : Math.floor((value(request) * IDLE_MEMORY_PERCENT) / 100);
}
