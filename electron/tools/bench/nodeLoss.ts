// npm run bench -- nodeloss [--pods N]: half of 200 nodes crash at once under a Deployment of 5,000 pods;
// the cluster notices, evicts and replaces; then the machines come back. One line each, with the ratio to placing as many bare pods.
import { parseArgs } from 'node:util';
import type { Simulation } from '#engine/types.ts';
import type { Pod } from '#shared/kube/types.ts';
import { FAST, give, HEADER, labOf, lineOf, type Measured, measure, workload } from './cluster/lab.ts';

const { values } = parseArgs({ options: { pods: { type: 'string', default: '5000' } }, strict: false });
const PODS = Number(values.pods);
const NODES = 200;
const LOST = 100;
const LIMIT_MS = 3 * 3_600_000;

const statusOf = (simulation: Simulation, key: string) =>
  (simulation.get(key)?.status ?? {}) as Record<string, number | undefined>;
const pods = (simulation: Simulation) => simulation.objects().filter(({ kind }) => kind === 'Pod') as unknown as Pod[];
const isLost = (pod: Pod) => Number(/^node-(\d+)$/.exec(pod.spec.nodeName ?? '')?.[1] ?? NODES) < LOST;

/** Every zone loses half of its machines: below the share from which evictions stop, so that all taints come at once. */
function lossOf(what: string, evictionRatePerSecond: number): Measured[] {
  // Twice the room, so that the other half can take all.
  const simulation = labOf(NODES, '64', '500', { config: { ...FAST, nodeLifecycle: { evictionRatePerSecond } } });
  give(simulation, { type: 'create', objects: [workload('Deployment', 'big', { replicas: PODS })] });
  const ready = () => statusOf(simulation, 'Deployment/default/big').readyReplicas === PODS;
  const created = measure(simulation, 'Deployment: created', PODS, LIMIT_MS, ready);
  const lost = pods(simulation).filter(isLost).length;
  for (let i = 0; i < LOST; i++) give(simulation, { type: 'crashNode', node: `node-${i}` });
  const replaced = () => ready() && pods(simulation).every((pod) => !isLost(pod) || pod.metadata.deletionTimestamp !== undefined);
  const loss = measure(simulation, `${what}: ${LOST} nodes lost`, lost, LIMIT_MS, replaced);
  for (let i = 0; i < LOST; i++) give(simulation, { type: 'recoverNode', node: `node-${i}` });
  const back = () => pods(simulation).length === PODS && ready();
  return [created, loss, measure(simulation, `${what}: nodes back`, lost, LIMIT_MS, back)];
}

console.log(`${NODES} nodes, ${PODS} pods; ratio = processor time per pod against their creation`);
console.log(HEADER);
lossOf('warm-up', 10);
for (const [what, rate] of [
  ['eviction rate of upstream', 0.1],
  ['eviction rate 100/s', 100],
] as const) {
  const [created, ...rest] = lossOf(what, rate);
  if (created === undefined) continue;
  for (const one of [created, ...rest]) console.log(lineOf(one, created));
}
