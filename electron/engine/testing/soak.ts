import type { AnyObject, ObjectRef } from '#shared/kube/types.ts';
import type { Command } from '#shared/protocol/commands.ts';
import { CONTROLLER_MANAGER } from '../components.ts';
import { createSimulation } from '../index.ts';
import { checkConverged, checkInvariants } from '../invariants/index.ts';
import { SeededRandom } from '../sim/random.ts';
import type { RandomStream } from '../sim/types.ts';
import type { Simulation } from '../types.ts';
import { pick } from './fuzz.ts';
import { soakObjects } from './soakCluster.ts';

/** How large and how long. `pods`: about how many the workloads ask for; churn and faults last `minutes`, then the cluster has ten more to rest. */
export interface SoakOptions {
  readonly seed: number;
  readonly nodes: number;
  readonly pods: number;
  readonly minutes: number;
  /** Tasks run at a time; the outcome must not depend on it. */
  readonly slice?: number;
  readonly historyBytes?: number;
}

/** What a soak came to. `faults`: what the invariants say, during the run and at its end; `commands`: given, and refused by the cluster. */
export interface SoakReport {
  readonly simulation: Simulation;
  readonly faults: readonly string[];
  readonly digest: string;
  readonly commands: { readonly given: number; readonly refused: number };
  /** Pods at the end of the churn's every minute. */
  readonly pods: readonly number[];
}

const CHURN_EVERY_MS = 30_000;
const FAULT_EVERY_MS = 120_000;
const RECOVERY_MS = 600_000;

/** Runs a cluster of all kinds of workloads under churn and faults, repairs it and lets it come to rest. `minute` is called once a virtual minute. */
export function runSoak(options: SoakOptions, minute: (simulation: Simulation) => void = () => undefined): SoakReport {
  const simulation = createSimulation({
    seed: options.seed,
    historyBytes: options.historyBytes ?? 64 * 1024 * 1024,
    // About the pace of the real scheduler in a cluster of this size.
    config: { scheduler: { cycleMs: 5 }, eventTtlMs: 600_000 },
  });
  const loaded = simulation.load(soakObjects(options.nodes, options.pods));
  if (!loaded.ok) throw new Error(loaded.error[0]?.status.message);
  const soak = new Soak(simulation, options, minute);
  return soak.run();
}

class Soak {
  readonly #simulation: Simulation;
  readonly #options: SoakOptions;
  readonly #minute: (simulation: Simulation) => void;
  readonly #random: RandomStream;
  readonly #faults: string[] = [];
  readonly #pods: number[] = [];
  #given = 0;
  #refused = 0;
  #nextMinuteMs = 60_000;

  constructor(simulation: Simulation, options: SoakOptions, minute: (simulation: Simulation) => void) {
    this.#simulation = simulation;
    this.#options = options;
    this.#minute = minute;
    this.#random = new SeededRandom(options.seed).stream('soak');
  }

  run(): SoakReport {
    const simulation = this.#simulation;
    const endMs = this.#options.minutes * 60_000;
    for (let atMs = CHURN_EVERY_MS; atMs <= endMs; atMs += CHURN_EVERY_MS) {
      this.#runTo(atMs);
      for (const command of churn(this.#random, simulation)) this.#give(command);
      if (atMs % FAULT_EVERY_MS === 0) for (const command of faults(this.#random, simulation)) this.#give(command);
    }
    for (const command of repairs(simulation)) this.#give(command);
    this.#runTo(endMs + RECOVERY_MS);
    this.#faults.push(...checkConverged(simulation));
    const commands = { given: this.#given, refused: this.#refused };
    return { simulation, faults: this.#faults, digest: simulation.digest(), commands, pods: this.#pods };
  }

  #give(command: Command): void {
    this.#given++;
    if (!this.#simulation.execute(command).ok) this.#refused++;
  }

  #runTo(atMs: number): void {
    const maxTasks = this.#options.slice ?? Number.POSITIVE_INFINITY;
    while (this.#simulation.nowMs < atMs) {
      const untilMs = Math.min(atMs, this.#nextMinuteMs);
      while (this.#simulation.run({ untilMs, maxTasks }).reason === 'tasks');
      this.#simulation.drainSignals();
      if (untilMs < this.#nextMinuteMs) continue;
      this.#nextMinuteMs += 60_000;
      this.#faults.push(...checkInvariants(this.#simulation));
      this.#pods.push(this.#simulation.objects().filter(({ kind }) => kind === 'Pod').length);
      this.#minute(this.#simulation);
    }
  }
}

function refsOf(simulation: Simulation, kinds: readonly string[]): ObjectRef[] {
  return simulation
    .objects()
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ kind, metadata }) => ({ kind, namespace: metadata.namespace ?? '', name: metadata.name }));
}

/** One change that people make all day. */
function churn(random: RandomStream, simulation: Simulation): Command[] {
  const some = (...kinds: string[]): ObjectRef => pick(random, refsOf(simulation, kinds));
  const replicasOf = ({ kind, namespace, name }: ObjectRef): number =>
    (simulation.get(`${kind}/${namespace}/${name}`)?.spec as { replicas?: number } | undefined)?.replicas ?? 1;
  const version = `registry.example/app:v${1 + random.nextInt(5)}`;
  switch (random.nextInt(8)) {
    case 0:
    case 1:
      return [{ type: 'setImage', ref: some('Deployment'), container: 'app', image: version }];
    case 2:
      return [{ type: 'setImage', ref: some('DaemonSet', 'StatefulSet'), container: 'app', image: version }];
    case 3: {
      const ref = some('Deployment', 'StatefulSet');
      const now = replicasOf(ref);
      // Up and down around what it was, so that the cluster stays as full as it was meant.
      return [{ type: 'scale', ref, replicas: Math.max(1, now + (random.nextInt(2) === 0 ? 1 : -1) * Math.ceil(now / 10)) }];
    }
    case 4:
      return Array.from({ length: 10 }, () => ({ type: 'evict', ref: some('Pod') }));
    case 5:
      return [{ type: 'rolloutUndo', ref: some('Deployment') }];
    case 6:
      return [{ type: 'rolloutRestart', ref: some('Deployment') }];
    default:
      return Array.from({ length: 5 }, () => ({ type: 'failContainer', ref: some('Pod'), container: 'app', exitCode: 1 }));
  }
}

/** Machines go and come back, connections break, a component stops while another one starts again. */
function faults(random: RandomStream, simulation: Simulation): Command[] {
  const nodes = refsOf(simulation, ['Node']).map(({ name }) => name);
  const few = Math.max(1, Math.floor(nodes.length / 40));
  const broken = Object.keys(simulation.faults());
  const stopped = simulation.components().filter(({ running }) => !running);
  return [
    ...broken.slice(0, few).map((node): Command => ({ type: 'recoverNode', node })),
    ...stopped.map(({ name }): Command => ({ type: 'startComponent', component: name })),
    ...Array.from({ length: few }, (): Command => ({ type: 'crashNode', node: pick(random, nodes) })),
    ...Array.from({ length: few }, (): Command => ({ type: 'partitionNode', node: pick(random, nodes) })),
    { type: 'stopComponent', component: pick(random, simulation.components()).name },
    random.nextInt(2) === 0
      ? { type: 'drain', node: pick(random, nodes), options: DRAIN }
      : { type: 'uncordon', node: pick(random, nodes) },
  ];
}

const DRAIN = { ignoreDaemonSets: true, force: true, deleteEmptyDirData: true, timeoutSeconds: 120 };

/** Lifts all faults and stops what begins by the clock or by load. */
function repairs(simulation: Simulation): Command[] {
  const suspend = { spec: { suspend: true } };
  const off = (object: AnyObject): Command => ({
    type: 'patch',
    ref: { kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name },
    patchType: 'merge',
    patch: suspend,
  });
  return [
    { type: 'startComponent', component: 'kube-scheduler' },
    { type: 'startComponent', component: 'kubelet' },
    { type: 'startComponent', component: CONTROLLER_MANAGER },
    ...simulation.components().map(({ name }): Command => ({ type: 'startComponent', component: name })),
    ...Object.keys(simulation.faults()).map((node): Command => ({ type: 'recoverNode', node })),
    ...simulation.draining().map((node): Command => ({ type: 'cancelDrain', node })),
    ...refsOf(simulation, ['Node']).map(({ name }): Command => ({ type: 'uncordon', node: name })),
    ...simulation
      .objects()
      .filter(({ kind }) => kind === 'CronJob')
      .map(off),
    ...refsOf(simulation, ['HorizontalPodAutoscaler']).map((ref): Command => ({ type: 'delete', refs: [ref] })),
  ];
}
