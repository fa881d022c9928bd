import { createSimulation } from '#engine/index.ts';
import type { Simulation, SimulationOptions } from '#engine/types.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import type { Command } from '#shared/protocol/commands.ts';

/** Roll-outs are about controllers: the scheduler takes no virtual time, and every pod is ready soon after it is placed. */
export const FAST = { scheduler: { cycleMs: 0 } } as const;

/** What a stretch of work came to. Real seconds, virtual seconds, committed writes, tasks on the clock. */
export interface Measured {
  readonly what: string;
  readonly pods: number;
  readonly seconds: number;
  /** Processor time, garbage collection included: what a machine that nobody else uses would take at most. */
  readonly cpuSeconds: number;
  readonly virtualSeconds: number;
  readonly writes: number;
  readonly tasks: number;
}

/** A node of `cpu` with room for `pods`. */
export function benchNode(name: string, cpu: string, pods: string, labels: Record<string, string> = {}): AnyObject {
  const room = { cpu, memory: '256Gi', 'ephemeral-storage': '500Gi', pods };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: {},
    status: { capacity: room, allocatable: room, conditions: [{ type: 'Ready', status: 'True' }] },
  } as unknown as AnyObject;
}

/** A workload with one container; `spec` goes beside selector and template, `pod` into the template's spec. */
export function workload(kind: string, name: string, spec: object, pod: object = {}, image = 'app:v1'): AnyObject {
  const labels = { app: name };
  const container = { name: 'app', image, resources: { requests: { cpu: '100m', memory: '64Mi' } } };
  const batch = kind === 'Job';
  return {
    apiVersion: batch ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name, namespace: 'default' },
    spec: {
      ...(batch ? {} : { selector: { matchLabels: labels } }),
      template: { metadata: { labels }, spec: { containers: [container], terminationGracePeriodSeconds: 5, ...pod } },
      ...spec,
    },
  } as unknown as AnyObject;
}

/** A cluster of equal nodes whose background has come to rest. */
export function labOf(nodes: number, cpu = '32', pods = '500', options: Partial<SimulationOptions> = {}): Simulation {
  const simulation = createSimulation({ seed: 1, config: FAST, historyBytes: 64 * 1024 * 1024, ...options });
  const zone = (i: number) => ({ 'topology.kubernetes.io/zone': `z${i % 3}` });
  const loaded = simulation.load(Array.from({ length: nodes }, (_, i) => benchNode(`node-${i}`, cpu, pods, zone(i))));
  if (!loaded.ok) throw new Error(loaded.error[0]?.status.message);
  simulation.run({ untilMs: 5000 });
  return simulation;
}

/** Gives a command; throws when it is refused. */
export function give(simulation: Simulation, command: Command): void {
  const answer = simulation.execute(command);
  if (!answer.ok) throw new Error(`${command.type}: ${answer.error.message}`);
}

/** Starts measuring; the function it returns answers real and processor seconds since. */
export function stopwatch(): () => { seconds: number; cpuSeconds: number } {
  const started = performance.now();
  const cpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 };
  };
}

/** Runs until `done` says so, looked at once a virtual second; throws when that takes longer than `limitMs` of virtual time. */
export function measure(simulation: Simulation, what: string, pods: number, limitMs: number, done: () => boolean): Measured {
  const from = { nowMs: simulation.nowMs, revision: simulation.revision, tasks: simulation.tasks };
  const watch = stopwatch();
  while (!done()) {
    if (simulation.nowMs - from.nowMs > limitMs) throw new Error(`${what}: not done after ${limitMs / 1000} virtual seconds`);
    simulation.run({ untilMs: simulation.nowMs + 1000 });
  }
  return {
    what,
    pods,
    ...watch(),
    virtualSeconds: (simulation.nowMs - from.nowMs) / 1000,
    writes: simulation.revision - from.revision,
    tasks: simulation.tasks - from.tasks,
  };
}

const WIDTHS = [36, 7, 9, 9, 10, 9, 9, 11, 11, 8];

/** One line of the table. */
export function line(cells: readonly (string | number)[]): string {
  return cells
    .map((cell, i) => (i === 0 ? String(cell).padEnd(WIDTHS[i] ?? 0) : String(cell).padStart(WIDTHS[i] ?? 10)))
    .join('');
}

export const HEADER = line([
  'what',
  'pods',
  'seconds',
  'cpu s',
  'virtual s',
  'writes',
  'tasks',
  'cpu ms/pod',
  'writes/pod',
  'ratio',
]);

/** A measurement as a line; `baseline`: what its processor time per pod is compared with. */
export function lineOf(one: Measured, baseline: Measured): string {
  const perPod = (of: Measured) => (of.cpuSeconds * 1000) / of.pods;
  return line([
    one.what,
    one.pods,
    one.seconds.toFixed(2),
    one.cpuSeconds.toFixed(2),
    one.virtualSeconds.toFixed(0),
    one.writes,
    one.tasks,
    perPod(one).toFixed(2),
    (one.writes / one.pods).toFixed(1),
    `${(perPod(one) / perPod(baseline)).toFixed(2)}x`,
  ]);
}
