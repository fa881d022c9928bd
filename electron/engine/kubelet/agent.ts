import { compareStrings } from '#shared/core/compare.ts';
import { deepEqual } from '#shared/core/json.ts';
import { err, type Result } from '#shared/core/result.ts';
import { getCondition } from '#shared/kube/conditions.ts';
import { type Amounts, isTerminal } from '#shared/kube/pod.ts';
import type { Lease, Node, Pod } from '#shared/kube/types.ts';
import type { Client, ComponentContext, EventRecorder, ShutdownSettings } from '../client/types.ts';
import type { Faults } from '../faults/index.ts';
import { type Admission, admitPod } from './admission.ts';
import { isCriticalPod, PREEMPTED, podsToPreempt } from './criticalPods.ts';
import { type EvictionHost, EvictionManager } from './eviction.ts';
import type { UsageSource } from './host.ts';
import { normalizeImage } from './images.ts';
import {
  changeEvents,
  disagrees,
  hasImage,
  hostAddress,
  isUnregistered,
  needsReport,
  pressureVerdicts,
  readyVerdict,
  registeredStatus,
  registrationLabels,
  reportedConditions,
  type Verdict,
  withImage,
} from './nodeStatus.ts';
import { outsideFor, type PodUse, PRESSURE_ANNOTATION, podUse, readPressure, type WantedPressure } from './pressure.ts';
import { NodeShutdown, SHUTTING_DOWN } from './shutdown.ts';
import { isMirror } from './staticPods.ts';
import { type StaticHost, StaticPods } from './staticRunner.ts';
import { type Origin, PodWorker, type Termination } from './worker.ts';

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
  /** Whether a part of the control plane runs; without it all of them do. */
  readonly componentRuns: ((component: string) => boolean) | undefined;
}

/** The kubelet of one machine: registration, heartbeats, images, and a worker for each pod. */
export class NodeAgent implements StaticHost, EvictionHost {
  readonly ctx: ComponentContext;
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly name: string;
  readonly index: number;
  readonly #faults: Faults;
  readonly #usage: UsageSource | undefined;
  readonly #componentRuns: AgentParts['componentRuns'];
  readonly #eviction: EvictionManager;
  readonly #statics: StaticPods;
  #shutdown: NodeShutdown | undefined;
  /** What programs use, while it is asked of many at the same moment. */
  #sweep: Pick<UsageSource, 'containersOf'> | undefined;
  /** An annotation about pressure that was complained about. */
  #misread: string | undefined;
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
    this.#componentRuns = parts.componentRuns;
    this.#eviction = new EvictionManager(this);
    this.#statics = new StaticPods(this);
  }

  reachable(): boolean {
    return this.#faults.of(this.name) === undefined && this.node() !== undefined;
  }

  hostIP(): string | undefined {
    return this.node()?.status.addresses?.find((address) => address.type === 'InternalIP')?.address;
  }

  hasImage(image: string): boolean {
    return hasImage(this.node(), image);
  }

  addImage(image: string): void {
    const node = this.node();
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

  /** Next free address of the machine's range; addresses of pods that have not ended are passed over. */
  allocateIP(pod: Pod): string {
    const own = pod.status.podIP;
    if (pod.spec.hostNetwork === true) return this.hostIP() ?? hostAddress(this.index);
    if (own !== undefined) return own;
    const taken = new Set(this.podsHere().flatMap((other) => (isTerminal(other) ? [] : (other.status.podIP ?? []))));
    const prefix = `10.${244 + Math.floor(this.index / 256)}.${this.index % 256}`;
    for (let tries = 0; tries < ADDRESSES; tries += 1) {
      const address = `${prefix}.${this.#nextAddress}`;
      this.#nextAddress = this.#nextAddress > ADDRESSES ? 2 : this.#nextAddress + 1;
      if (!taken.has(address)) return address;
    }
    return `${prefix}.${this.#nextAddress}`;
  }

  memoryUsage(pod: Pod, container: string): number | undefined {
    return (this.#sweep ?? this.#usage)?.containersOf(pod).find((used) => used.name === container)?.memoryBytes;
  }

  admit(pod: Pod): Admission {
    const node = this.node();
    if (node === undefined) return { kind: 'admitted' };
    const refused = this.#eviction.admit(pod) ?? (this.#shutdown === undefined ? undefined : SHUTTING_DOWN);
    if (refused !== undefined) return { kind: 'rejected', ...refused };
    const others = this.activePods().filter((other) => other.metadata.uid !== pod.metadata.uid);
    const rejection = admitPod(pod, node, others);
    if (rejection === undefined) return { kind: 'admitted' };
    return isCriticalPod(pod) && rejection.missing !== undefined && this.#makeRoom(pod, rejection.missing, others)
      ? { kind: 'makingRoom' }
      : { kind: 'rejected', ...rejection };
  }

  /** Pods that take up the machine, static ones too. */
  activePods(): Pod[] {
    return this.#allWorkers()
      .filter((worker) => worker.active)
      .map((worker) => worker.pod)
      .filter((other) => !isTerminal(other));
  }

  /** Ends pods so that a critical one fits; false when that cannot help. Models preemption CriticalPodAdmissionHandler. */
  #makeRoom(pod: Pod, missing: Amounts, others: readonly Pod[]): boolean {
    const victims = podsToPreempt(pod, others, missing);
    for (const victim of victims ?? []) {
      const worker = this.worker(podKey(victim));
      if (worker === undefined || !worker.terminate(PREEMPTED)) continue;
      this.recorder.event(victim, 'Warning', PREEMPTED.reason, PREEMPTED.message);
    }
    return victims !== undefined;
  }

  /** Node object seen for the first time: registers at once or, for one that never reported, after the kubelet's start-up. */
  start(): void {
    if (!this.reachable()) return;
    const node = this.node();
    const fresh = node === undefined || getCondition(node.status.conditions, 'Ready') === undefined;
    this.#heartbeat = this.ctx.clock.schedule(fresh ? this.ctx.config.kubelet.syncMs : 0, `kubelet/${this.name}/register`, () =>
      this.#beat(),
    );
    for (const pod of this.podsHere()) this.podChanged(pod, 'restored');
    this.#statics.sync('restored');
    this.pressureChanged();
  }

  /** What lies on the machine, or who runs the control plane, has changed. */
  manifestsChanged(): void {
    this.#statics.sync();
  }

  /** What the machine uses outside of pods has changed. */
  pressureChanged(): void {
    const text = this.node()?.metadata.annotations?.[PRESSURE_ANNOTATION];
    if (this.#faults.of(this.name) === 'crashed' || (text === undefined && !this.#eviction.active)) return;
    const read = text === undefined ? undefined : readPressure(text);
    const fault = read === undefined || read.ok ? undefined : read.error;
    if (fault !== undefined && fault !== this.#misread)
      this.nodeEvent('Warning', 'InvalidNodePressure', `Annotation ${PRESSURE_ANNOTATION} cannot be read: ${fault}`);
    this.#misread = fault;
    this.#eviction.look();
  }

  /** Programs here use more than idle ones do: containers above their limit end, and what is left of the machine is looked at. */
  loadChanged(): void {
    if (this.#faults.of(this.name) === 'crashed') return;
    this.checkMemory();
    this.#eviction.look();
  }

  /** The conditions the kubelet shows were brought about by what it no longer remembers. */
  reviewPressure(): void {
    if (this.#faults.of(this.name) !== 'crashed') this.#eviction.look();
  }

  /** Whether the machine is short of something. */
  get pressed(): boolean {
    return this.#eviction.conditions.length > 0;
  }

  /** Text for the annotation so that this much is left now; the error is for people. */
  outsideFor(wanted: WantedPressure): Result<string, string> {
    const node = this.node();
    return node === undefined ? err('there is no such node') : outsideFor(node, this.podUse(), this.#eviction.thresholds, wanted);
  }

  /** The machine goes down in order: its pods are ended, then it is off. False when it is down, or going down already. */
  shutDown(settings: ShutdownSettings): boolean {
    if (this.#shutdown !== undefined || this.#faults.of(this.name) === 'crashed') return false;
    this.#shutdown = new NodeShutdown(this, settings);
    this.nodeEvent('Normal', 'Shutdown', 'Shutdown manager detected shutdown event');
    this.report();
    this.#shutdown.start();
    return true;
  }

  get shuttingDown(): boolean {
    return this.#shutdown !== undefined;
  }

  /** Lets the machine stay up once its pods have been ended; false when it is not going down. */
  cancelShutdown(): boolean {
    return this.#shutdown?.cancel() ?? false;
  }

  shutDownOver(cancelled: boolean): void {
    if (!cancelled) {
      this.#faults.crash(this.name);
      return;
    }
    this.#shutdown = undefined;
    this.nodeEvent('Normal', 'Shutdown', 'Shutdown manager detected shutdown cancellation');
    this.report();
  }

  componentRuns(component: string): boolean {
    return this.#componentRuns?.(component) ?? true;
  }

  podUse(): PodUse[] {
    const source = this.#usage?.sweep?.() ?? this.#usage;
    return this.activePods().map((pod) => podUse(pod, source?.containersOf(pod) ?? []));
  }

  terminate(pod: Pod, termination: Termination, event?: readonly [reason: string, message: string]): boolean {
    const worker = this.worker(podKey(pod));
    if (worker === undefined || worker.ending) return false;
    if (event !== undefined && this.reachable()) this.recorder.event(pod, 'Warning', event[0], event[1]);
    return worker.terminate(termination);
  }

  present(pod: Pod): boolean {
    const worker = this.worker(podKey(pod));
    return worker?.uid === pod.metadata.uid && worker?.active === true;
  }

  keepImages(images: NonNullable<Node['status']['images']>): void {
    const node = this.node();
    if (node !== undefined && this.reachable()) this.client.updateStatus({ ...node, status: { ...node.status, images } });
  }

  nodeEvent(type: 'Normal' | 'Warning', reason: string, message: string): void {
    const node = this.node();
    if (node !== undefined && this.reachable()) this.recorder.event(node, type, reason, message);
  }

  /** Tells at once when the node shows other conditions than hold. */
  report(): void {
    const node = this.node();
    if (node !== undefined && this.reachable() && disagrees(node, this.#verdicts(node))) this.#report(node);
  }

  #verdicts(node: Node): Verdict[] {
    const pressure = this.#eviction.active ? pressureVerdicts(node, this.#eviction.conditions) : [];
    return [...pressure, ...readyVerdict(node, this.#shutdown !== undefined)];
  }

  /** Cancels everything; nothing is written. */
  dispose(): void {
    if (this.#unnoticed !== undefined) this.ctx.clock.cancel(this.#unnoticed);
    this.#unnoticed = undefined;
    if (this.#heartbeat !== undefined) this.ctx.clock.cancel(this.#heartbeat);
    this.#heartbeat = undefined;
    for (const worker of this.#workers.values()) worker.dispose();
    this.#workers.clear();
    this.#statics.dispose();
    this.#eviction.dispose();
    this.#shutdown?.dispose();
    this.#shutdown = undefined;
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
    const node = this.node();
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
    for (const pod of this.podsHere()) {
      const worker = this.#workers.get(podKey(pod));
      if (worker === undefined) {
        this.podChanged(pod, origin);
        continue;
      }
      worker.update(pod);
      worker.report();
      worker.forget();
    }
    if (origin === 'crashed') this.#statics.sync(origin);
    else this.#statics.catchUp();
    this.pressureChanged();
  }

  /** A pod of this machine is new or has changed; undefined objects are gone. */
  podChanged(pod: Pod, origin: Origin = 'new'): void {
    const key = podKey(pod);
    if (isMirror(pod) || this.#statics.has(key)) {
      this.#statics.sync(origin);
      return;
    }
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
    if (this.#statics.has(key)) this.#statics.sync();
  }

  /** Ends containers above their memory limit. */
  checkMemory(): void {
    this.#sweep = this.#usage?.sweep?.();
    for (const worker of this.#allWorkers()) worker.checkMemory();
    this.#sweep = undefined;
  }

  worker(key: string): PodWorker | undefined {
    return this.#workers.get(key) ?? this.#statics.worker(key);
  }

  #allWorkers(): PodWorker[] {
    return this.#statics.size === 0 ? [...this.#workers.values()] : [...this.#statics.workers(), ...this.#workers.values()];
  }

  #beat(): void {
    const { clock, config } = this.ctx;
    this.#heartbeat = clock.schedule(config.kubelet.heartbeatMs, `kubelet/${this.name}/heartbeat`, () => this.#beat(), {
      background: true,
    });
    const node = this.node();
    if (node === undefined) return;
    this.#renewLease(node);
    if (this.#statics.size > 0) this.#statics.sync();
    if (
      needsReport(node) ||
      disagrees(node, this.#verdicts(node)) ||
      clock.nowMs - this.#reportedMs >= config.kubelet.nodeStatusMs
    )
      this.#report(node);
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
    const verdicts = this.#verdicts(latest);
    const status = isUnregistered(latest)
      ? registeredStatus(latest, hostAddress(this.index), nowText, verdicts)
      : { ...latest.status, conditions: reportedConditions(latest.status.conditions, nowText, verdicts) };
    const written = this.client.updateStatus({ ...latest, status });
    if (!written.ok) return;
    this.#reportedMs = clock.nowMs;
    if (before === undefined) this.recorder.event(written.value, 'Normal', 'Starting', 'Starting kubelet.');
    for (const reason of changeEvents(latest, written.value))
      this.recorder.event(written.value, 'Normal', reason, `Node ${this.name} status is now: ${reason}`);
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

  node(): Node | undefined {
    return this.ctx.informer('Node').lister.get('', this.name);
  }

  podsHere(): readonly Pod[] {
    return this.ctx.informer('Pod').lister.byIndex('nodeName', this.name);
  }
}

function podKey(pod: Pod): string {
  return `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
}
