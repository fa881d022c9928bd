import { compareStrings } from '#shared/core/compare.ts';
import { deepEqual } from '#shared/core/json.ts';
import { getCondition } from '#shared/kube/conditions.ts';
import { type Amounts, isTerminal } from '#shared/kube/pod.ts';
import type { Lease, Node, Pod } from '#shared/kube/types.ts';
import type { Client, ComponentContext, EventRecorder } from '../client/types.ts';
import type { Faults } from '../faults/index.ts';
import { type Admission, admitPod } from './admission.ts';
import { isCriticalPod, PREEMPTED, podsToPreempt } from './criticalPods.ts';
import type { UsageSource, WorkerHost } from './host.ts';
import { normalizeImage } from './images.ts';
import {
  hasImage,
  hostAddress,
  isUnregistered,
  needsReport,
  registeredStatus,
  registrationLabels,
  reportedConditions,
  withImage,
} from './nodeStatus.ts';
import { type Origin, PodWorker } from './worker.ts';

const LEASES = 'kube-node-lease';
const LEASE_SECONDS = 40;
/** Pods on one machine that can have an address. */
const ADDRESSES = 250;

/** What the kubelet of a machine is made of. Without `usage` no container ever runs out of memory by load. */
export interface AgentParts {
  readonly ctx: ComponentContext;
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly faults: Faults;
  readonly usage: UsageSource | undefined;
}

/** The kubelet of one machine: registration, heartbeats, images, and a worker for each pod. */
export class NodeAgent implements WorkerHost {
  readonly ctx: ComponentContext;
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly name: string;
  readonly index: number;
  readonly #faults: Faults;
  readonly #usage: UsageSource | undefined;
  /** By namespace/name. */
  readonly #workers = new Map<string, PodWorker>();
  /** When each image's last pull ends, by its full name. */
  readonly #pulls = new Map<string, number>();
  #heartbeat: number | undefined;
  #reportedMs = 0;
  #nextAddress = 2;
  /** The machine went down and has not told the API server yet. */
  #crashed = false;
  /** Foreground task at the time by which the control plane knows, so that a cluster with an unnoticed fault is not called quiet. */
  #unnoticed: number | undefined;

  constructor(parts: AgentParts, name: string, index: number) {
    this.ctx = parts.ctx;
    this.client = parts.client;
    this.recorder = parts.recorder;
    this.#faults = parts.faults;
    this.#usage = parts.usage;
    this.name = name;
    this.index = index;
    this.#crashed = parts.faults.of(name) === 'crashed';
  }

  reachable(): boolean {
    return this.#faults.of(this.name) === undefined && this.#node() !== undefined;
  }

  hostIP(): string | undefined {
    return this.#node()?.status.addresses?.find((address) => address.type === 'InternalIP')?.address;
  }

  hasImage(image: string): boolean {
    return hasImage(this.#node(), image);
  }

  addImage(image: string): void {
    const node = this.#node();
    if (node === undefined || !this.reachable() || hasImage(node, image)) return;
    this.client.updateStatus({ ...node, status: { ...node.status, images: withImage(node, image) } });
  }

  pullMs(image: string): number {
    const { clock, config } = this.ctx;
    const key = normalizeImage(image);
    const underWay = this.#pulls.get(key) ?? 0;
    const doneMs = underWay > clock.nowMs ? underWay : clock.nowMs + config.kubelet.imagePullMs;
    this.#pulls.set(key, doneMs);
    return doneMs - clock.nowMs;
  }

  /** Next free address of the machine's range; addresses of pods that are still there are passed over. */
  allocateIP(pod: Pod): string {
    const own = pod.status.podIP;
    if (pod.spec.hostNetwork === true) return this.hostIP() ?? hostAddress(this.index);
    if (own !== undefined) return own;
    const taken = new Set(this.#podsHere().map((other) => other.status.podIP));
    const prefix = `10.${244 + Math.floor(this.index / 256)}.${this.index % 256}`;
    for (let tries = 0; tries < ADDRESSES; tries += 1) {
      const address = `${prefix}.${this.#nextAddress}`;
      this.#nextAddress = this.#nextAddress > ADDRESSES ? 2 : this.#nextAddress + 1;
      if (!taken.has(address)) return address;
    }
    return `${prefix}.${this.#nextAddress}`;
  }

  memoryUsage(pod: Pod, container: string): number | undefined {
    return this.#usage?.containersOf(pod).find((used) => used.name === container)?.memoryBytes;
  }

  admit(pod: Pod): Admission {
    const node = this.#node();
    if (node === undefined) return { kind: 'admitted' };
    const others = this.#activePods().filter((other) => other.metadata.uid !== pod.metadata.uid);
    const rejection = admitPod(pod, node, others);
    if (rejection === undefined) return { kind: 'admitted' };
    return isCriticalPod(pod) && rejection.missing !== undefined && this.#makeRoom(pod, rejection.missing, others)
      ? { kind: 'makingRoom' }
      : { kind: 'rejected', ...rejection };
  }

  #activePods(): Pod[] {
    return [...this.#workers.values()]
      .filter((worker) => worker.active)
      .map((worker) => worker.pod)
      .filter((other) => !isTerminal(other));
  }

  /** Ends pods so that a critical one fits; false when that cannot help. Models preemption CriticalPodAdmissionHandler. */
  #makeRoom(pod: Pod, missing: Amounts, others: readonly Pod[]): boolean {
    const victims = podsToPreempt(pod, others, missing);
    for (const victim of victims ?? []) {
      const worker = this.#workers.get(podKey(victim));
      if (worker === undefined || !worker.terminate(PREEMPTED)) continue;
      this.recorder.event(victim, 'Warning', PREEMPTED.reason, PREEMPTED.message);
    }
    return victims !== undefined;
  }

  /** Node object seen for the first time: registers at once or, for one that never reported, after the kubelet's start-up. */
  start(): void {
    if (!this.reachable()) return;
    const node = this.#node();
    const fresh = node === undefined || getCondition(node.status.conditions, 'Ready') === undefined;
    this.#heartbeat = this.ctx.clock.schedule(fresh ? this.ctx.config.kubelet.syncMs : 0, `kubelet/${this.name}/register`, () =>
      this.#beat(),
    );
    for (const pod of this.#podsHere()) this.podChanged(pod, 'restored');
  }

  /** Cancels everything; nothing is written. */
  dispose(): void {
    if (this.#unnoticed !== undefined) this.ctx.clock.cancel(this.#unnoticed);
    this.#unnoticed = undefined;
    if (this.#heartbeat !== undefined) this.ctx.clock.cancel(this.#heartbeat);
    this.#heartbeat = undefined;
    for (const worker of this.#workers.values()) worker.dispose();
    this.#workers.clear();
    this.#pulls.clear();
  }

  /** The machine is gone: containers and kubelet with it. */
  crash(): void {
    this.dispose();
    this.#crashed = true;
    this.#awaitNotice();
  }

  /** The network is cut: heartbeats stop, containers live on. */
  cutOff(): void {
    if (this.#heartbeat !== undefined) this.ctx.clock.cancel(this.#heartbeat);
    this.#heartbeat = undefined;
    this.#awaitNotice();
  }

  #awaitNotice(): void {
    if (this.#unnoticed !== undefined) this.ctx.clock.cancel(this.#unnoticed);
    const { monitorGraceMs, monitorPeriodMs } = this.ctx.config.nodeLifecycle;
    this.#unnoticed = this.ctx.clock.schedule(monitorGraceMs + 2 * monitorPeriodMs, `kubelet/${this.name}/unnoticed`, () => {
      this.#unnoticed = undefined;
    });
  }

  /** Well again. The node reports first, then its pods are taken up or caught up with. */
  recover(): void {
    const node = this.#node();
    if (this.#unnoticed !== undefined) this.ctx.clock.cancel(this.#unnoticed);
    this.#unnoticed = undefined;
    if (node === undefined) return;
    if (this.#crashed) {
      this.recorder.event(node, 'Normal', 'Starting', 'Starting kubelet.');
      this.recorder.event(node, 'Warning', 'Rebooted', `Node ${this.name} has been rebooted`);
    }
    this.#beat();
    const origin = this.#crashed ? 'crashed' : 'restored';
    this.#crashed = false;
    for (const [key, worker] of [...this.#workers].sort(([a], [b]) => compareStrings(a, b))) {
      const [namespace = '', name = ''] = key.split('/');
      const pod = this.ctx.informer('Pod').lister.get(namespace, name);
      if (pod?.metadata.uid === worker.uid && pod?.spec.nodeName === this.name) continue;
      worker.dispose();
      this.#workers.delete(key);
    }
    for (const pod of this.#podsHere()) {
      const worker = this.#workers.get(podKey(pod));
      if (worker === undefined) {
        this.podChanged(pod, origin);
        continue;
      }
      worker.update(pod);
      worker.report();
      worker.forget();
    }
  }

  /** A pod of this machine is new or has changed; undefined objects are gone. */
  podChanged(pod: Pod, origin: Origin = 'new'): void {
    const key = podKey(pod);
    const worker = this.#workers.get(key);
    if (worker !== undefined && worker.uid === pod.metadata.uid) {
      worker.update(pod);
      return;
    }
    worker?.dispose();
    const next = new PodWorker(this, pod);
    this.#workers.set(key, next);
    next.begin(origin);
  }

  /** The API server knows the pod no more: its containers are killed. */
  podGone(key: string): void {
    this.#workers.get(key)?.dispose();
    this.#workers.delete(key);
  }

  /** Ends containers above their memory limit. */
  checkMemory(): void {
    for (const worker of [...this.#workers.values()]) worker.checkMemory();
  }

  worker(key: string): PodWorker | undefined {
    return this.#workers.get(key);
  }

  #beat(): void {
    const { clock, config } = this.ctx;
    this.#heartbeat = clock.schedule(config.kubelet.heartbeatMs, `kubelet/${this.name}/heartbeat`, () => this.#beat(), {
      background: true,
    });
    const node = this.#node();
    if (node === undefined) return;
    if (this.#usage !== undefined) this.checkMemory();
    this.#renewLease(node);
    if (needsReport(node) || clock.nowMs - this.#reportedMs >= config.kubelet.nodeStatusMs) this.#report(node);
  }

  /** Models kubelet tryUpdateNodeStatus and, for a node that never reported, registerWithAPIServer. */
  #report(node: Node): void {
    const { clock } = this.ctx;
    const before = getCondition(node.status.conditions, 'Ready');
    const labels = registrationLabels(node);
    const labelled =
      before !== undefined || deepEqual(labels, node.metadata.labels ?? {})
        ? undefined
        : this.client.update({ ...node, metadata: { ...node.metadata, labels } });
    const latest = labelled?.ok ? labelled.value : node;
    const nowText = clock.timestamp();
    const status = isUnregistered(latest)
      ? registeredStatus(latest, hostAddress(this.index), nowText)
      : { ...latest.status, conditions: reportedConditions(latest.status.conditions, nowText) };
    const written = this.client.updateStatus({ ...latest, status });
    if (!written.ok) return;
    this.#reportedMs = clock.nowMs;
    const after = getCondition(written.value.status.conditions, 'Ready');
    if (before === undefined) this.recorder.event(written.value, 'Normal', 'Starting', 'Starting kubelet.');
    if (after?.status === 'True' && before?.status !== 'True') {
      this.recorder.event(written.value, 'Normal', 'NodeReady', `Node ${this.name} status is now: NodeReady`);
    }
  }

  #renewLease(node: Node): void {
    const renewTime = this.ctx.clock.microTimestamp();
    const existing = this.ctx.informer('Lease').lister.get(LEASES, this.name);
    if (existing !== undefined) {
      this.client.update({ ...existing, spec: { ...existing.spec, holderIdentity: this.name, renewTime } });
      return;
    }
    const lease: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: this.name,
        namespace: LEASES,
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: this.name, uid: node.metadata.uid ?? '' }],
      },
      spec: { holderIdentity: this.name, leaseDurationSeconds: LEASE_SECONDS, renewTime },
    };
    this.client.create(lease);
  }

  #node(): Node | undefined {
    return this.ctx.informer('Node').lister.get('', this.name);
  }

  #podsHere(): readonly Pod[] {
    return this.ctx.informer('Pod').lister.byIndex('nodeName', this.name);
  }
}

function podKey(pod: Pod): string {
  return `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
}
