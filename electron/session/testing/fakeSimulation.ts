import type { RunOutcome, Simulation, SimulationOptions, StoredChange } from '#engine/types.ts';
import { hashText } from '#shared/core/hash.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { type AnyObject, objectKey, type Status } from '#shared/kube/types.ts';
import type {
  Attempt,
  Command,
  CommandPreview,
  CommandReply,
  DrainPreview,
  MetricsView,
  SettingsView,
  Suggestion,
} from '#shared/protocol/index.ts';

interface Task {
  dueMs: number;
  seq: number;
  background: boolean;
  run: () => void;
}

function status(reason: string, message: string): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code: 409 };
}

/**
 * The engine's door with next to nothing behind it, so that tests of the session know each task by heart. A created Pod is written again after 10 and 20 ms
 * and three times within the instant at 100 ms, each time with a number drawn from one random stream (whoever runs tasks in another order gets other objects).
 * A Lease is renewed each second as background work.
 */
export class FakeSimulation implements Simulation {
  nowMs = 0;
  tasks = 0;
  revision = 0;
  readonly startTime: string;
  oldestRevision = 0;
  private readonly store = new Map<string, AnyObject>();
  private readonly history: StoredChange[] = [];
  private queueOfTasks: Task[] = [];
  private seq = 0;
  private random: number;

  constructor(options: SimulationOptions) {
    this.startTime = options.startTime ?? '2026-01-01T00:00:00Z';
    this.random = options.seed;
    this.renewLease();
  }

  load(objects: AnyObject[]): Result<null, { index: number; status: Status }[]> {
    const errors = objects.flatMap((object, index) =>
      object.metadata.name === 'bad' ? [{ index, status: status('Invalid', 'bad name') }] : [],
    );
    if (errors.length > 0) return err(errors);
    for (const object of objects) this.put(object);
    return ok(null);
  }

  execute(command: Command): Result<CommandReply, Status> {
    if (command.type === 'create') {
      for (const object of command.objects) {
        const named = object as AnyObject;
        if (this.store.has(objectKey(named))) return err(status('AlreadyExists', `${named.metadata.name} exists`));
        this.put(named);
        this.live(objectKey(named));
      }
      return ok({ commandId: `c${this.revision}`, lines: [], running: false });
    }
    if (command.type === 'delete') {
      for (const ref of command.refs)
        this.put({ apiVersion: 'v1', kind: ref.kind, metadata: { name: ref.name, namespace: ref.namespace } }, true);
      return ok({ commandId: `c${this.revision}`, lines: [], running: false });
    }
    return err(status('Unsupported', command.type));
  }

  run(options: Parameters<Simulation['run']>[0]): RunOutcome {
    let count = 0;
    for (;;) {
      if (options.untilQuiet === true && this.nextDueMs({ foregroundOnly: true }) === undefined)
        return { reason: 'quiet', tasks: count };
      if (count >= (options.maxTasks ?? Number.POSITIVE_INFINITY)) return { reason: 'tasks', tasks: count };
      const next = this.queueOfTasks[0];
      if (!next || next.dueMs > options.untilMs) {
        this.nowMs = Math.max(this.nowMs, options.untilMs);
        return { reason: next ? 'until' : 'idle', tasks: count };
      }
      const before = this.revision;
      this.queueOfTasks.shift();
      this.nowMs = next.dueMs;
      next.run();
      this.tasks++;
      count++;
      if (options.untilWrite === true && this.revision !== before) return { reason: 'write', tasks: count };
      if (options.stop?.() === true) return { reason: 'stop', tasks: count };
    }
  }

  nextDueMs(options?: { foregroundOnly?: boolean }): number | undefined {
    return this.queueOfTasks.find((task) => options?.foregroundOnly !== true || !task.background)?.dueMs;
  }

  changesSince(revision: number): readonly StoredChange[] | undefined {
    return revision < this.oldestRevision ? undefined : this.history.filter((change) => change.revision > revision);
  }

  objects(): readonly AnyObject[] {
    return [...this.store.keys()].sort().map((key) => this.store.get(key)!);
  }

  get(key: string): AnyObject | undefined {
    return this.store.get(key);
  }

  stateAt(): undefined {
    return undefined;
  }

  drainSignals(): [] {
    return [];
  }

  queue(): ReturnType<Simulation['queue']> {
    return { active: [], backoff: [], unschedulable: [], gated: [], inFlight: [] };
  }

  components(): [] {
    return [];
  }

  draining(): string[] {
    return [];
  }

  schedulers(): [] {
    return [];
  }

  settings(): SettingsView {
    return {
      hpa: { syncMs: 0, downscaleStabilizationMs: 0, tolerance: 0, cpuInitializationMs: 0, initialReadinessDelayMs: 0 },
      kubelet: {
        eviction: {
          hard: {},
          soft: {},
          softGraceMs: {},
          minimumReclaim: {},
          pressureTransitionMs: 0,
          maxPodGraceSeconds: 0,
          monitorMs: 0,
        },
      },
      nodeLifecycle: {
        monitorPeriodMs: 0,
        monitorGraceMs: 0,
        evictionRatePerSecond: 0,
        secondaryEvictionRatePerSecond: 0,
        largeZoneNodes: 0,
        unhealthyZoneThreshold: 0,
      },
      admission: { enable: [], disable: [] },
    };
  }

  faults(): Record<string, 'crashed' | 'partitioned'> {
    return {};
  }

  explain(): readonly Attempt[] {
    return [];
  }

  fit(): Result<Attempt, Status> {
    return err(status('Unsupported', 'fit'));
  }

  drainPreview(): Result<DrainPreview, Status> {
    return err(status('Unsupported', 'drainPreview'));
  }

  suggest(): Result<Suggestion[], Status> {
    return err(status('Unsupported', 'suggest'));
  }

  preview(): Result<CommandPreview, Status> {
    return err(status('Unsupported', 'preview'));
  }

  metrics(): MetricsView {
    return { pods: [], nodes: [], autoscalers: [] };
  }

  top(): Result<string[], Status> {
    return ok([]);
  }

  logs(): Result<string[], Status> {
    return ok([]);
  }

  rollout(): Result<string[], Status> {
    return ok([]);
  }

  admission(): [] {
    return [];
  }

  check(object: AnyObject): Result<null, Status> {
    return object.metadata.name === 'bad' ? err(status('Invalid', 'bad name')) : ok(null);
  }

  digest(): string {
    return hashText(
      JSON.stringify([
        this.objects(),
        this.nowMs,
        this.tasks,
        this.random,
        this.queueOfTasks.map(({ dueMs, seq }) => [dueMs, seq]),
      ]),
    );
  }

  private after(delayMs: number, run: () => void, background = false): void {
    const task = { dueMs: this.nowMs + delayMs, seq: this.seq++, background, run };
    this.queueOfTasks.push(task);
    this.queueOfTasks.sort((a, b) => a.dueMs - b.dueMs || a.seq - b.seq);
  }

  private live(key: string): void {
    const write = (): void => {
      const object = this.store.get(key);
      this.random = (this.random * 48_271 + 11) % 2_147_483_647;
      if (object) this.put({ ...object, status: { draw: this.random, atMs: this.nowMs } });
    };
    for (const delayMs of [10, 20, 100, 100, 100]) this.after(delayMs, write);
  }

  private renewLease(): void {
    this.after(
      1_000,
      () => {
        this.put({
          apiVersion: 'coordination.k8s.io/v1',
          kind: 'Lease',
          metadata: { name: 'n', namespace: 'kube-node-lease' },
          spec: { at: this.nowMs },
        });
        this.renewLease();
      },
      true,
    );
  }

  private put(object: AnyObject, gone = false): void {
    const key = objectKey(object);
    const before = this.store.get(key) ?? null;
    if (gone) this.store.delete(key);
    else this.store.set(key, object);
    this.history.push({ revision: ++this.revision, atMs: this.nowMs, key, before, object: gone ? null : object });
  }
}
