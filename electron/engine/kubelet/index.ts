import { deepEqual } from '#shared/core/json.ts';
import { err, type Result } from '#shared/core/result.ts';
import { getCondition } from '#shared/kube/conditions.ts';
import type { Node, Pod } from '#shared/kube/types.ts';
import type { Component, ComponentContext, ShutdownSettings } from '../client/types.ts';
import type { FaultKind, Faults } from '../faults/index.ts';
import { type AgentParts, NodeAgent } from './agent.ts';
import type { UsageSource } from './host.ts';
import { LoadWatch } from './loadWatch.ts';
import { containerLog, type LogRequest } from './logs.ts';
import { PRESSURE_ANNOTATION, type WantedPressure } from './pressure.ts';
import { CONTROL_PLANE_LABEL, STATIC_PODS_ANNOTATION } from './staticPods.ts';
import type { PodWorker, Termination } from './worker.ts';

/** Why a container could not be made to exit. */
export type FailRefusal = 'no such pod on a running machine' | 'container is not running';

/** The kubelets of all nodes as one component. */
export interface Kubelets extends Component {
  /** Lets a container exit now with that code; undefined = done. */
  failContainer(namespace: string, pod: string, container: string, exitCode: number): FailRefusal | undefined;
  /** Lets the machine end a pod for good (phase Failed with that reason); false when it runs nowhere or is ending already. */
  terminatePod(namespace: string, pod: string, termination: Termination): boolean;
  /** What a container's program has written; the error is kubectl's text. */
  logs(namespace: string, pod: string, container: string, request?: LogRequest): Result<string[], string>;
  /** Asks all pods of a node for containers that use more memory than their limit, by the machine's measure. */
  checkMemory(node: string): void;
  /** Shuts a machine down in order; false when it is down, or going down already. Without an agent of that name: undefined. */
  shutDown(node: string, settings: ShutdownSettings): boolean | undefined;
  /** Lets a machine that is going down stay up once its pods have been ended; false when it is not going down. */
  cancelShutdown(node: string): boolean;
  /** Text for the node's annotation `stowage.dev/pressure` so that this much of a resource is left now; the error is for people. */
  outsideFor(node: string, wanted: WantedPressure): Result<string, string>;
  /** A component was stopped or started: the control plane's static pods follow. */
  componentSwitched(): void;
}

/**
 * One kubelet per Node object. They see the API through informers, and neither see nor write anything while their machine is crashed or cut off.
 * `usage`: what programs use, looked at every few seconds where there is load; a container above its memory limit is killed. `componentRuns`: which parts
 * of the control plane run, for its static pods.
 * Models pkg/kubelet.
 */
export function createKubelets(
  ctx: ComponentContext,
  faults: Faults,
  usage?: UsageSource,
  componentRuns?: (component: string) => boolean,
): Kubelets {
  const kubelets = new KubeletSet(ctx, { faults, usage, componentRuns });
  return {
    name: 'kubelet',
    start: () => kubelets.start(),
    stop: () => kubelets.stop(),
    queued: () => kubelets.queued(),
    failContainer: (namespace, pod, container, exitCode) => kubelets.failContainer(namespace, pod, container, exitCode),
    terminatePod: (namespace, pod, termination) => kubelets.terminatePod(namespace, pod, termination),
    logs: (namespace, pod, container, request) => kubelets.logs(namespace, pod, container, request),
    checkMemory: (node) => kubelets.checkMemory(node),
    shutDown: (node, settings) => kubelets.shutDown(node, settings),
    cancelShutdown: (node) => kubelets.cancelShutdown(node),
    outsideFor: (node, wanted) => kubelets.outsideFor(node, wanted),
    componentSwitched: () => kubelets.componentSwitched(),
  };
}

class KubeletSet {
  readonly #ctx: ComponentContext;
  readonly #faults: Faults;
  readonly #parts: Pick<AgentParts, 'faults' | 'usage' | 'componentRuns'>;
  readonly #load: LoadWatch;
  readonly #client;
  readonly #nodes;
  readonly #pods;
  readonly #queue;
  readonly #agents = new Map<string, NodeAgent>();
  /** Numbers of the machines there are, and a number below which all are taken. */
  readonly #taken = new Set<number>();
  /** Numbers of machines that have gone while their pods, with addresses by that number, are still there; by node. */
  readonly #leaving = new Map<string, Set<number>>();
  #allTakenBelow = 0;
  #subscriptions: (() => void)[] = [];
  #startedBefore = false;
  /** Nodes whose kubelets were under pressure when they were stopped: their conditions are theirs to take back. */
  readonly #pressed = new Set<string>();

  constructor(ctx: ComponentContext, parts: Pick<AgentParts, 'faults' | 'usage' | 'componentRuns'>) {
    this.#ctx = ctx;
    this.#faults = parts.faults;
    this.#parts = parts;
    this.#load = new LoadWatch(ctx, (nodes) => this.#loaded(nodes));
    this.#client = ctx.client('kubelet');
    this.#nodes = ctx.informer('Node');
    this.#pods = ctx.informer('Pod');
    this.#queue = ctx.workQueue('kubelet', (key) => this.#sync(key));
  }

  start(): void {
    if (!this.#startedBefore)
      for (const node of this.#nodes.lister.list()) if (gaveUp(node)) this.#faults.crash(node.metadata.name);
    this.#startedBefore = true;
    this.#queue.start();
    this.#findLeaving();
    this.#subscriptions = [
      this.#nodes.subscribe(
        {
          onAdd: (node) => this.#queue.add(`node/${node.metadata.name}`),
          onUpdate: (before, after) => {
            if (before.metadata.uid !== after.metadata.uid) this.#queue.add(`node/${after.metadata.name}`);
            else if (differ(before, after, MACHINE_ANNOTATIONS)) this.#queue.add(`machine/${after.metadata.name}`);
          },
          onDelete: (node) => this.#queue.add(`node/${node.metadata.name}`),
        },
        { replay: true },
      ),
      this.#pods.subscribe({
        onAdd: (pod) => this.#podSeen(pod),
        onUpdate: (before, after) => {
          if (concernsKubelet(before, after)) this.#podSeen(after);
        },
        onDelete: (pod) => this.#podSeen(pod),
      }),
      this.#faults.subscribe((node, before, after) => this.#faulted(node, before, after)),
    ];
    this.#load.start();
  }

  stop(): void {
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    this.#subscriptions = [];
    this.#queue.stop();
    this.#load.stop();
    for (const [name, agent] of this.#agents) {
      if (agent.pressed) this.#pressed.add(name);
      // Without its kubelet nothing holds the shutdown up any more.
      if (agent.shuttingDown) this.#faults.crash(name);
      agent.dispose();
    }
    this.#agents.clear();
    this.#taken.clear();
    this.#leaving.clear();
    this.#allTakenBelow = 0;
  }

  queued(): number {
    return this.#queue.length;
  }

  failContainer(namespace: string, pod: string, container: string, exitCode: number): FailRefusal | undefined {
    const worker = this.#worker(namespace, pod);
    if (worker === undefined) return 'no such pod on a running machine';
    return worker.fail(container, exitCode) ? undefined : 'container is not running';
  }

  terminatePod(namespace: string, pod: string, termination: Termination): boolean {
    return this.#worker(namespace, pod)?.terminate(termination) ?? false;
  }

  logs(namespace: string, name: string, container: string, request?: LogRequest): Result<string[], string> {
    const pod = this.#pods.lister.get(namespace, name);
    if (pod === undefined) return err(`pods "${name}" not found`);
    const nodeName = pod.spec.nodeName ?? '';
    if (nodeName === '') return err(`pod ${name} does not have a host assigned`);
    if (this.#agents.get(nodeName)?.reachable() !== true) return err(`cannot reach the kubelet of node "${nodeName}"`);
    return containerLog(pod, container, request);
  }

  checkMemory(node: string): void {
    this.#agents.get(node)?.checkMemory();
  }

  shutDown(node: string, settings: ShutdownSettings): boolean | undefined {
    return this.#agents.get(node)?.shutDown(settings);
  }

  cancelShutdown(node: string): boolean {
    return this.#agents.get(node)?.cancelShutdown() ?? false;
  }

  outsideFor(node: string, wanted: WantedPressure): Result<string, string> {
    return this.#agents.get(node)?.outsideFor(wanted) ?? err(`node "${node}" has no kubelet`);
  }

  componentSwitched(): void {
    if (!this.#ctx.config.kubelet.controlPlaneStaticPods) return;
    for (const node of this.#nodes.lister.list())
      if (node.metadata.labels?.[CONTROL_PLANE_LABEL] !== undefined) this.#queue.add(`machine/${node.metadata.name}`);
  }

  #loaded(nodes: readonly string[]): void {
    for (const node of nodes) this.#agents.get(node)?.loadChanged();
  }

  #worker(namespace: string, name: string): PodWorker | undefined {
    const nodeName = this.#pods.lister.get(namespace, name)?.spec.nodeName;
    return nodeName === undefined ? undefined : this.#agents.get(nodeName)?.worker(`${namespace}/${name}`);
  }

  #podSeen(pod: Pod): void {
    if (pod.spec.nodeName !== undefined)
      this.#queue.add(`pod/${pod.spec.nodeName}/${pod.metadata.namespace ?? ''}/${pod.metadata.name}`);
  }

  #sync(key: string): void {
    const [what, nodeName = '', namespace = '', name = ''] = key.split('/');
    if (what === 'node') {
      this.#syncNode(nodeName);
      return;
    }
    const agent = this.#agents.get(nodeName);
    if (agent === undefined || !agent.reachable()) return;
    if (what === 'machine') {
      agent.manifestsChanged();
      agent.pressureChanged();
      return;
    }
    this.#ctx.emit({ type: 'pulse', component: 'kubelet' });
    const pod = this.#pods.lister.get(namespace, name);
    const podKey = `${namespace}/${name}`;
    if (pod?.spec.nodeName === nodeName) agent.podChanged(pod);
    else agent.podGone(podKey);
  }

  #syncNode(name: string): void {
    const node = this.#nodes.lister.get('', name);
    const agent = this.#agents.get(name);
    if (node === undefined) {
      agent?.dispose();
      this.#agents.delete(name);
      if (agent !== undefined) this.#leave(name, agent.index);
      return;
    }
    if (agent !== undefined) return;
    const parts = { ...this.#parts, ctx: this.#ctx, client: this.#client, recorder: this.#ctx.recorder('kubelet', 'core', name) };
    const added = new NodeAgent(parts, name, this.#freeIndex(node));
    this.#agents.set(name, added);
    this.#taken.add(added.index);
    added.start();
    if (this.#pressed.delete(name)) added.reviewPressure();
  }

  /** The number of a machine is free again when none of its pods is left. */
  #leave(node: string, index: number): void {
    this.#leaving.set(node, (this.#leaving.get(node) ?? new Set()).add(index));
    this.#taken.add(index);
  }

  #releaseNumbers(): void {
    for (const [node, numbers] of this.#leaving) {
      if (this.#pods.lister.byIndex('nodeName', node).length > 0) continue;
      this.#leaving.delete(node);
      for (const index of numbers) {
        this.#taken.delete(index);
        this.#allTakenBelow = Math.min(this.#allTakenBelow, index);
      }
    }
  }

  /** Numbers of machines that have gone, read off the addresses of pods they left behind. */
  #findLeaving(): void {
    for (const { spec, status } of this.#pods.lister.list()) {
      if (!spec.nodeName || this.#nodes.lister.get('', spec.nodeName) !== undefined) continue;
      const address = /^10\.(\d+)\.(\d+)\.\d+$/.exec(status.podIP ?? '');
      const index = address === null ? -1 : (Number(address[1]) - 244) * 256 + Number(address[2]);
      if (index >= 0) this.#leave(spec.nodeName, index);
    }
  }

  /** Number of a machine, from its address when that is one of ours, so that a restart gives the same addresses. */
  #freeIndex(node: Node): number {
    this.#releaseNumbers();
    const address = /^172\.18\.(\d+)\.(\d+)$/.exec(
      node.status.addresses?.find((entry) => entry.type === 'InternalIP')?.address ?? '',
    );
    const own = address === null ? undefined : Number(address[1]) * 250 + Number(address[2]) - 2;
    if (own !== undefined && own >= 0 && !this.#taken.has(own)) return own;
    while (this.#taken.has(this.#allTakenBelow)) this.#allTakenBelow += 1;
    return this.#allTakenBelow;
  }

  #faulted(node: string, before: FaultKind | undefined, after: FaultKind | undefined): void {
    const agent = this.#agents.get(node);
    if (agent === undefined) return;
    if (after === 'crashed') agent.crash();
    else if (after === 'partitioned') agent.cutOff();
    else if (before !== undefined)
      this.#ctx.clock.schedule(0, `kubelet/${node}/recover`, () => {
        if (agent.reachable() && this.#agents.get(node) === agent) agent.recover();
      });
  }
}

/** A file that shows a node given up by its control plane shows a machine that is down. */
function gaveUp(node: Node): boolean {
  return getCondition(node.status.conditions, 'Ready')?.reason === 'NodeStatusUnknown';
}

/** What a machine reads from its node. */
const MACHINE_ANNOTATIONS: readonly string[] = [PRESSURE_ANNOTATION, STATIC_PODS_ANNOTATION];

function differ(before: Node, after: Node, annotations: readonly string[]): boolean {
  const [old, now] = [before.metadata, after.metadata];
  if (old.annotations === now.annotations && old.labels === now.labels) return false;
  const label = old.labels?.[CONTROL_PLANE_LABEL] !== now.labels?.[CONTROL_PLANE_LABEL];
  return label || annotations.some((key) => old.annotations?.[key] !== now.annotations?.[key]);
}

/** Whether the change is news to a kubelet: what it wrote itself is not. */
function concernsKubelet(before: Pod, after: Pod): boolean {
  return (
    before.metadata.uid !== after.metadata.uid ||
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    before.metadata.deletionGracePeriodSeconds !== after.metadata.deletionGracePeriodSeconds ||
    !deepEqual(before.metadata.annotations, after.metadata.annotations) ||
    !deepEqual(before.spec, after.spec) ||
    (after.spec.readinessGates !== undefined && !deepEqual(before.status.conditions, after.status.conditions))
  );
}
