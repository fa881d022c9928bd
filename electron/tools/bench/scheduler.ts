// npm run bench:scheduler [-- --only NAME] [--nodes N] [--json]: the scheduler_perf workloads on the real engine path (API server, store, informers,
// queue, binding, events), without kubelets and controllers, cycleMs 0. One row a run, then the cost of growing and the memory of a big cluster.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { createCore } from '#engine/core.ts';
import { createScheduler } from '#engine/scheduler/index.ts';
import type { AnyObject, Node, Pod } from '#shared/kube/types.ts';
import { type Size, type Workload, workloads } from './scheduler/workloads.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    nodes: { type: 'string' },
    json: { type: 'boolean', default: false },
    'no-memory': { type: 'boolean', default: false },
    'no-trace': { type: 'boolean', default: false },
  },
});

interface Outcome {
  readonly workload: string;
  readonly size: Size;
  readonly podsPerSecond: number;
  readonly createdPerSecond: number;
  /** The same by processor time (garbage collection included): what a machine that nobody else uses would give. */
  readonly cpuPodsPerSecond: number;
  readonly meanUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly heapMb: number;
  readonly bound: number;
}

const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);

function heapUsed(): number {
  const collect = (globalThis as { gc?: () => void }).gc;
  collect?.();
  return process.memoryUsage().heapUsed;
}

/** The cluster of one run with the means to work it. */
function lab(workload: Workload, size: Size) {
  const core = createCore({ seed: 1, config: { scheduler: { cycleMs: 0 } } });
  const client = core.context.client('scheduler-perf');
  const put = (object: unknown): AnyObject => {
    const answer = client.create(object as AnyObject);
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.value;
  };
  for (const name of ['sched-0', 'sched-1']) {
    put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    put({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } });
  }
  put({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 10 });
  for (let i = 0; i < size.nodes; i++) {
    const node = put(workload.node(i)) as unknown as Node;
    // Admission taints every new node; the node lifecycle controller, which is off, would take that away.
    const { taints: _notReady, ...spec } = node.spec;
    const untainted = client.update({ ...node, spec });
    if (!untainted.ok) throw new Error(untainted.error.message);
  }
  const scheduler = createScheduler(core.context, values['no-trace'] ? { trace: false } : {});
  scheduler.start();
  const create = (count: number, prefix: string, make: (index: number) => Pod) => {
    for (let i = 0; i < count; i++) {
      const pod = make(i);
      put({ ...pod, metadata: { ...pod.metadata, name: `${prefix}-${i}` } });
    }
  };
  const bound = (prefix: string) =>
    core.context
      .informer('Pod')
      .lister.list()
      .filter(({ metadata, spec }) => metadata.name.startsWith(`${prefix}-`) && spec.nodeName !== undefined).length;
  return { core, scheduler, put, create, bound };
}

type Lab = ReturnType<typeof lab>;

/** Runs until nobody is waiting in the queue; answers microseconds of each cycle. Virtual time stays within `horizonMs`. */
function drain({ core, scheduler }: Lab, horizonMs: number): number[] {
  const durations: number[] = [];
  const untilMs = core.clock.nowMs + horizonMs;
  for (;;) {
    const cycles = scheduler.cycles;
    const started = performance.now();
    if (!core.clock.runNext(untilMs)) return durations;
    if (scheduler.cycles !== cycles) durations.push((performance.now() - started) * 1000);
  }
}

function run(workload: Workload, size: Size): Outcome {
  const one = lab(workload, size);
  one.create(size.before, 'before', workload.before);
  drain(one, 0);
  const before = one.bound('before');
  const expected = workload.stuck === true ? 0 : size.before;
  if (before !== expected) throw new Error(`${workload.name}: ${before} of ${expected} pods are bound beforehand`);
  const creating = performance.now();
  one.create(size.measured, 'measured', workload.measured);
  const createdMs = performance.now() - creating;
  const started = performance.now();
  const cpu = process.cpuUsage();
  const durations = workload.churn === undefined ? drain(one, 0) : drainWithChurn(one, workload.churn, size);
  const elapsedMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  const bound = one.bound('measured');
  durations.sort((a, b) => a - b);
  const at = (share: number) => durations[Math.min(durations.length - 1, Math.floor(durations.length * share))] ?? 0;
  return {
    workload: workload.name,
    size,
    podsPerSecond: (bound / elapsedMs) * 1000,
    cpuPodsPerSecond: (bound / (user + system)) * 1e6,
    createdPerSecond: (size.measured / createdMs) * 1000,
    meanUs: (elapsedMs / Math.max(bound, 1)) * 1000,
    p50Us: at(0.5),
    p99Us: at(0.99),
    heapMb: megabytes(heapUsed()),
    bound,
  };
}

/** More pods arrive at the pace of the real scheduler: as many for each measured pod as there. Ends with the last measured pod, as scheduler_perf does. */
function drainWithChurn(one: Lab, churn: NonNullable<Workload['churn']>, size: Size): number[] {
  const durations: number[] = [];
  const { clock, context } = one.core;
  let bound = 0;
  const unsubscribe = context.informer('Pod').subscribe({
    onUpdate: (before, after) => {
      if (before.spec.nodeName === undefined && after.spec.nodeName && after.metadata.name.startsWith('measured-')) bound++;
    },
  });
  const share = Math.ceil(churn.everyMs / churn.cycleMs);
  let arrivals = 0;
  while (bound < size.measured) {
    const cycles = one.scheduler.cycles;
    const started = performance.now();
    if (!clock.runNext(clock.nowMs + 1000)) break;
    if (one.scheduler.cycles === cycles) continue;
    durations.push((performance.now() - started) * 1000);
    if (durations.length % share > 0) continue;
    const pod = churn.pod(arrivals);
    one.put({ ...pod, metadata: { ...pod.metadata, name: `churn-${arrivals++}` } });
  }
  unsubscribe();
  return durations;
}

/** Heap of a cluster full of pods that have all been scheduled here, over what an empty process needs. */
function memory(): { heapMb: number; pods: number; nodes: number } {
  const basic = workloads[0]!;
  const size: Size = { nodes: 5000, before: 50_000, measured: 0 };
  const one = lab(basic, size);
  one.create(size.before, 'before', basic.before);
  drain(one, 0);
  const result = { heapMb: megabytes(heapUsed()), pods: one.bound('before'), nodes: size.nodes };
  one.scheduler.stop();
  return result;
}

const header = [
  'workload',
  'nodes',
  'before',
  'measured',
  'pods/s',
  'by cpu',
  'create/s',
  'mean us',
  'p50 us',
  'p99 us',
  'heap MB',
  'real',
  'ratio',
  'aim',
];
const row = (cells: readonly (string | number)[]) =>
  cells.map((cell, i) => (i === 0 ? String(cell).padEnd(34) : String(cell).padStart(9))).join('');

function cells({
  workload,
  size,
  podsPerSecond,
  cpuPodsPerSecond,
  createdPerSecond,
  meanUs,
  p50Us,
  p99Us,
  heapMb,
  bound,
}: Outcome): (string | number)[] {
  const reference = size.real ?? size.floor;
  const real = reference === undefined ? '-' : size.real === undefined ? `(${reference})` : reference;
  const ratio = reference === undefined ? '-' : `${(podsPerSecond / reference).toFixed(1)}x`;
  const measured = bound === size.measured ? size.measured : `${bound}/${size.measured}`;
  const numbers = [podsPerSecond, cpuPodsPerSecond, createdPerSecond, meanUs, p50Us, p99Us].map((value) => Math.round(value));
  return [workload, size.nodes, size.before, measured, ...numbers, heapMb, real, ratio, size.aim ?? '-'];
}

function main(): void {
  const only = values.only?.toLowerCase();
  const outcomes: Outcome[] = [];
  const load = () => loadavg().map((value) => value.toFixed(1));
  console.log(`load ${load().join(' ')}; "(n)" = upstream's floor on its own machines, no figure of this one`);
  console.log(row(header));
  for (const workload of workloads) {
    if (only !== undefined && !workload.name.toLowerCase().includes(only)) continue;
    for (const size of workload.sizes) {
      if (values.nodes !== undefined && Number(values.nodes) !== size.nodes) continue;
      // The compiler has to have seen the code, as Go's has: a short run that does not count.
      run(workload, { nodes: 500, before: Math.min(size.before, 100), measured: 300 });
      const outcome = run(workload, size);
      outcomes.push(outcome);
      console.log(row(cells(outcome)));
    }
  }
  const growth = growths(outcomes);
  if (growth.length > 0) console.log('\ncost per pod, 5,000 nodes against 500 (p50, mean)');
  for (const { name, factor, mean } of growth) console.log(row([name, `${factor.toFixed(2)}x`, `${mean.toFixed(2)}x`]));
  const big = only === undefined && values.nodes === undefined && !values['no-memory'] ? memory() : undefined;
  if (big !== undefined) console.log(`\nheap with ${big.nodes} nodes and ${big.pods} pods: ${big.heapMb} MB`);
  console.log(`load ${load().join(' ')}`);
  if (values.json) console.log(JSON.stringify({ outcomes, growth, memory: big }));
}

function growths(outcomes: readonly Outcome[]): { name: string; factor: number; mean: number }[] {
  return workloads.flatMap(({ name }) => {
    const at = (nodes: number) => outcomes.find(({ workload, size }) => workload === name && size.nodes === nodes);
    const small = at(500);
    const large = at(5000);
    if (small === undefined || large === undefined) return [];
    return [{ name, factor: large.p50Us / small.p50Us, mean: large.meanUs / small.meanUs }];
  });
}

main();
