import { compareStrings } from '#shared/core/compare.ts';
import { ok } from '#shared/core/result.ts';
import { isTerminal } from '#shared/kube/pod.ts';
import type { KubeObject, Node, Pod } from '#shared/kube/types.ts';
import type { Client, ComponentContext, Informer, ObjectOf } from '../client/types.ts';
import type { WorkerHost } from './host.ts';
import { CONTROL_PLANE_LABEL, controlPlanePods, isMirror, mirrorOf, mirrors, wantedStaticPods } from './staticPods.ts';
import { type Origin, PodWorker } from './worker.ts';

/** What the runner of static pods needs from its machine. */
export interface StaticHost extends WorkerHost {
  readonly name: string;
  node(): Node | undefined;
  podsHere(): readonly Pod[];
  /** Whether a part of the control plane runs. */
  componentRuns(component: string): boolean;
}

/** A static pod on the machine, with the status its kubelet knows. */
interface Entry {
  pod: Pod;
  readonly worker: PodWorker;
  stopping: boolean;
}

/**
 * Runs the pods whose manifests lie on the machine and keeps a mirror of each in the API. Their workers see the pod as it stands on the machine, never the
 * mirror: what happens to that one changes nothing but that it is made again. Models the static pod side of kubelet syncPod.
 */
export class StaticPods {
  readonly #host: StaticHost;
  /** By namespace/name, as mirrors are named. */
  readonly #entries = new Map<string, Entry>();
  #complaint: string | undefined;
  #again: number | undefined;

  constructor(host: StaticHost) {
    this.#host = host;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  worker(key: string): PodWorker | undefined {
    return this.#entries.get(key)?.worker;
  }

  /** Workers in the order of their names. */
  workers(): PodWorker[] {
    return [...this.#entries].sort(([a], [b]) => compareStrings(a, b)).map(([, { worker }]) => worker);
  }

  /** Brings pods and mirrors in line with the manifests. `origin`: what pods taken up now have behind them. */
  sync(origin: Origin = 'new'): void {
    const node = this.#host.node();
    if (node === undefined || !this.#host.reachable()) return;
    const { controlPlaneStaticPods } = this.#host.ctx.config.kubelet;
    const isControlPlane = controlPlaneStaticPods && node.metadata.labels?.[CONTROL_PLANE_LABEL] !== undefined;
    const wanted = wantedStaticPods(node, isControlPlane ? controlPlanePods((name) => this.#host.componentRuns(name)) : []);
    if (!wanted.ok) {
      if (this.#complaint !== wanted.error)
        this.#host.recorder.event(
          node,
          'Warning',
          'InvalidStaticPods',
          `Static pods of the node cannot be read: ${wanted.error}`,
        );
      this.#complaint = wanted.error;
      return;
    }
    this.#complaint = undefined;
    this.#stopUnwanted(wanted.value);
    this.#removeStrangers(wanted.value);
    for (const pod of wanted.value) {
      if (!this.#entries.has(keyOf(pod))) this.#begin(pod, origin);
      this.#ensureMirror(keyOf(pod), node);
    }
  }

  /** The machine reaches the API server again: what happened meanwhile is told. */
  catchUp(): void {
    this.sync();
    for (const worker of this.workers()) worker.report();
  }

  /** Everything on the machine is gone; nothing is written. */
  dispose(): void {
    if (this.#again !== undefined) this.#host.ctx.clock.cancel(this.#again);
    this.#again = undefined;
    for (const { worker } of this.#entries.values()) worker.dispose();
    this.#entries.clear();
  }

  #stopUnwanted(wanted: readonly Pod[]): void {
    for (const [key, entry] of this.#entries) {
      const same = wanted.some((pod) => keyOf(pod) === key && pod.metadata.uid === entry.pod.metadata.uid);
      if (same || entry.stopping) continue;
      entry.stopping = true;
      entry.pod = {
        ...entry.pod,
        metadata: {
          ...entry.pod.metadata,
          deletionTimestamp: this.#host.ctx.clock.timestamp(),
          deletionGracePeriodSeconds: entry.pod.spec.terminationGracePeriodSeconds ?? 30,
        },
      };
      entry.worker.update(entry.pod);
    }
  }

  /** Mirrors of pods that are neither wanted nor being stopped. */
  #removeStrangers(wanted: readonly Pod[]): void {
    const keys = new Set([...wanted.map(keyOf), ...this.#entries.keys()]);
    for (const pod of this.#host.podsHere()) if (isMirror(pod) && !keys.has(keyOf(pod))) this.#removeMirror(pod);
  }

  #begin(pod: Pod, origin: Origin): void {
    const mirror = this.#mirror(pod);
    // Ended with the machine, not by itself: it begins anew, and so does its mirror.
    const killed = mirror !== undefined && isMirror(mirror) && isTerminal(mirror) && pod.spec.restartPolicy === 'Always';
    if (killed) this.#removeMirror(mirror);
    const known = mirror !== undefined && !killed && origin !== 'new' && mirrors(mirror, pod);
    const started = known ? { ...pod, status: mirror.status } : pod;
    const entry: Entry = { pod: started, worker: new PodWorker(this.#viewOf(keyOf(pod)), started), stopping: false };
    this.#entries.set(keyOf(pod), entry);
    entry.worker.begin(known ? origin : 'new');
  }

  /** A mirror that is being deleted, or that shows another version, is replaced at once. */
  #ensureMirror(key: string, node: Node): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.stopping) return;
    const mirror = this.#mirror(entry.pod);
    if (mirror !== undefined && !isMirror(mirror)) return;
    if (mirror !== undefined && mirror.metadata.deletionTimestamp === undefined && mirrors(mirror, entry.pod)) return;
    if (mirror !== undefined) this.#removeMirror(mirror);
    const { status: _status, ...shown } = mirrorOf(entry.pod, node, this.#host.ctx.clock.timestamp());
    if (this.#host.client.create(shown as Pod).ok) this.#tell(entry.pod);
  }

  #removeMirror(mirror: Pod): void {
    const { namespace = '', name, uid } = mirror.metadata;
    const preconditions = uid === undefined ? {} : { preconditions: { uid } };
    this.#host.client.delete({ kind: 'Pod', namespace, name }, { gracePeriodSeconds: 0, ...preconditions });
  }

  #mirror(pod: Pod): Pod | undefined {
    const { namespace = '', name } = pod.metadata;
    return this.#host.ctx.informer('Pod').lister.get(namespace, name);
  }

  /** Writes what the kubelet knows of the pod into its mirror. */
  #tell(pod: Pod): void {
    const mirror = this.#mirror(pod);
    if (mirror === undefined || !mirrors(mirror, pod) || pod.status.containerStatuses === undefined) return;
    this.#host.client.updateStatus({ ...mirror, status: { ...mirror.status, ...pod.status } });
  }

  /** The machine as the worker of a static pod sees it: the API that it reads and writes is the machine's own record of the pod. */
  #viewOf(key: string): WorkerHost {
    const host = this.#host;
    const client: Client = {
      ...boundClient(host.client),
      updateStatus: <T extends KubeObject>(object: T) => {
        const entry = this.#entries.get(key);
        if (entry !== undefined) {
          entry.pod = { ...entry.pod, status: (object as unknown as Pod).status };
          this.#tell(entry.pod);
        }
        return ok(object);
      },
      delete: () => {
        this.#ended(key);
        return ok({ apiVersion: 'v1', kind: 'Status', metadata: { name: '' } });
      },
    };
    return {
      ctx: this.#contextOf(key),
      client,
      recorder: host.recorder,
      reachable: () => host.reachable(),
      hostIP: () => host.hostIP(),
      allocateIP: (pod) => host.allocateIP(pod),
      hasImage: (image) => host.hasImage(image),
      addImage: (image) => host.addImage(image),
      pullMs: (image) => host.pullMs(image),
      admit: (pod) => host.admit(pod),
      memoryUsage: (pod, container) => host.memoryUsage(pod, container),
    };
  }

  #contextOf(key: string): ComponentContext {
    const { ctx } = this.#host;
    const pods = ctx.informer('Pod');
    const get = (namespace: string, name: string): Pod | undefined =>
      `${namespace}/${name}` === key ? this.#entries.get(key)?.pod : pods.lister.get(namespace, name);
    const own: Informer<Pod> = {
      lister: {
        get,
        list: (namespace) => pods.lister.list(namespace),
        select: (namespace, selector) => pods.lister.select(namespace, selector),
        byIndex: (index, value) => pods.lister.byIndex(index, value),
        size: pods.lister.size,
      },
      subscribe: (handler, options) => pods.subscribe(handler, options),
    };
    return {
      clock: ctx.clock,
      random: ctx.random,
      config: ctx.config,
      client: (user, warn) => ctx.client(user, warn),
      informer: <K extends string>(kind: K) => (kind === 'Pod' ? (own as unknown as Informer<ObjectOf<K>>) : ctx.informer(kind)),
      workQueue: (name, process) => ctx.workQueue(name, process),
      recorder: (component, style, host) => ctx.recorder(component, style, host),
      emit: (signal) => ctx.emit(signal),
    };
  }

  /** All containers of a stopped pod have ended: its mirror goes, and what has the same name now may begin. */
  #ended(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    const mirror = this.#mirror(entry.pod);
    if (mirror !== undefined && isMirror(mirror) && this.#host.reachable()) this.#removeMirror(mirror);
    this.#again ??= this.#host.ctx.clock.schedule(0, `kubelet/${this.#host.name}/static-pods`, () => {
      this.#again = undefined;
      this.sync();
    });
  }
}

function boundClient(client: Client): Client {
  return {
    user: client.user,
    get: (kind, namespace, name) => client.get(kind, namespace, name),
    create: (object, options) => client.create(object, options),
    update: (object, options) => client.update(object, options),
    updateStatus: (object, options) => client.updateStatus(object, options),
    patch: (ref, type, patch, options) => client.patch(ref, type, patch, options),
    delete: (ref, options) => client.delete(ref, options),
    scale: (ref, replicas) => client.scale(ref, replicas),
    bind: (namespace, pod, node) => client.bind(namespace, pod, node),
    evict: (namespace, pod, options) => client.evict(namespace, pod, options),
    finalizeNamespace: (name, finalizers) => client.finalizeNamespace(name, finalizers),
    request: (request) => client.request(request),
  };
}

function keyOf(pod: Pod): string {
  return `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
}
