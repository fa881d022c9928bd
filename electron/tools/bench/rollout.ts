// npm run bench -- rollout [--only NAME] [--pods N]: creation and roll-out of large workloads on a whole simulated cluster (kubelets, scheduler, all
// controllers). One line each: real seconds, writes, tasks, ms per pod, and the ratio to plain creation of as many bare pods in the same process.
import { parseArgs } from 'node:util';
import type { Simulation } from '#engine/types.ts';
import type { AnyObject, Deployment, Pod } from '#shared/kube/types.ts';
import { give, HEADER, labOf, lineOf, type Measured, measure, stopwatch, workload } from './cluster/lab.ts';

const { values } = parseArgs({
  options: { only: { type: 'string' }, pods: { type: 'string', default: '5000' } },
  strict: false,
});
const PODS = Number(values.pods);
const NODES = 200;
const LIMIT_MS = 3 * 3_600_000;

const ref = (kind: string) => ({ kind, namespace: 'default', name: 'big' });
const statusOf = (simulation: Simulation, kind: string) =>
  (simulation.get(`${kind}/default/big`)?.status ?? {}) as Record<string, number | undefined>;

/** Bare pods with nobody to look after them: what API server, scheduler and kubelets need on their own. */
function barePods(count: number): Measured {
  const simulation = labOf(NODES);
  const template = (workload('Deployment', 'big', {}) as unknown as Deployment).spec.template;
  const watch = stopwatch();
  const objects = Array.from({ length: count }, (_, i): AnyObject => {
    const metadata = { name: `bare-${i}`, namespace: 'default', labels: { app: 'big' } };
    return { apiVersion: 'v1', kind: 'Pod', metadata, spec: template.spec } as unknown as AnyObject;
  });
  give(simulation, { type: 'create', objects });
  const creating = watch();
  const running = () => simulation.get(`Pod/default/bare-${count - 1}`) as unknown as Pod;
  const ready = () => running().status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
  const ran = measure(simulation, 'bare pods: created, placed, ready', count, LIMIT_MS, ready);
  return {
    ...ran,
    seconds: ran.seconds + creating.seconds,
    cpuSeconds: ran.cpuSeconds + creating.cpuSeconds,
    writes: ran.writes + count,
  };
}

/** Creation and roll-out of one workload. `ready`, `updated`: the fields of its status that say how far it is. */
function workloadRuns(kind: string, spec: object, ready: string, updated: string, nodes = NODES): Measured[] {
  const simulation = nodes === NODES ? labOf(NODES) : labOf(nodes, '8', '110');
  const count = kind === 'DaemonSet' ? nodes : PODS;
  give(simulation, { type: 'create', objects: [workload(kind, 'big', spec)] });
  const created = measure(simulation, `${kind}: created`, count, LIMIT_MS, () => statusOf(simulation, kind)[ready] === count);
  give(simulation, { type: 'setImage', ref: ref(kind), container: 'app', image: 'app:v2' });
  const generation = simulation.get(`${kind}/default/big`)?.metadata.generation;
  const rolled = measure(simulation, `${kind}: rolled out`, count, LIMIT_MS, () => {
    const status = statusOf(simulation, kind);
    const seen = status.observedGeneration === generation;
    const total = kind === 'DaemonSet' || status.replicas === count;
    return seen && total && status[updated] === count && status[ready] === count;
  });
  return [created, rolled];
}

/** A StatefulSet rolls one pod at a time, parallel or not: only the last hundred of its pods are updated. Then it goes down to nothing. */
function statefulSetRuns(): Measured[] {
  const simulation = labOf(NODES);
  const rolled = Math.min(100, PODS);
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: PODS - rolled } };
  const spec = { replicas: PODS, serviceName: 'big', podManagementPolicy: 'Parallel', updateStrategy };
  give(simulation, { type: 'create', objects: [workload('StatefulSet', 'big', spec)] });
  const status = () => statusOf(simulation, 'StatefulSet');
  const created = measure(simulation, 'StatefulSet, parallel: created', PODS, LIMIT_MS, () => status().readyReplicas === PODS);
  give(simulation, { type: 'setImage', ref: ref('StatefulSet'), container: 'app', image: 'app:v2' });
  const updated = () => status().updatedReplicas === rolled && status().readyReplicas === PODS;
  const one = measure(simulation, `StatefulSet of ${PODS}: last ${rolled} rolled`, rolled, LIMIT_MS, updated);
  give(simulation, { type: 'scale', ref: ref('StatefulSet'), replicas: 0 });
  return [created, one, measure(simulation, 'StatefulSet: scaled to 0', PODS, LIMIT_MS, () => status().replicas === 0)];
}

function jobRuns(spec: object, name: string): Measured[] {
  const simulation = labOf(NODES);
  const template = workload('Job', 'big', { parallelism: PODS, completions: PODS, ...spec }, { restartPolicy: 'Never' });
  const job = template as unknown as { spec: { template: { metadata: object } } };
  job.spec.template.metadata = { annotations: { 'stowage.dev/run-seconds': '30' } };
  give(simulation, { type: 'create', objects: [template] });
  const done = () => statusOf(simulation, 'Job').succeeded === PODS && finished(simulation);
  return [measure(simulation, `${name}: to its end`, PODS, LIMIT_MS, done)];
}

function finished(simulation: Simulation): boolean {
  const job = simulation.get('Job/default/big') as unknown as { status?: { conditions?: { type: string }[] } } | undefined;
  return job?.status?.conditions?.some(({ type }) => type === 'Complete') === true;
}

const quarter = { maxSurge: '25%', maxUnavailable: '25%' };
const CASES: Record<string, () => Measured[]> = {
  deployment: () =>
    workloadRuns('Deployment', { replicas: PODS, strategy: { rollingUpdate: quarter } }, 'readyReplicas', 'updatedReplicas'),
  statefulset: statefulSetRuns,
  daemonset: () =>
    workloadRuns(
      'DaemonSet',
      { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } } },
      'numberReady',
      'updatedNumberScheduled',
      PODS,
    ),
  job: () => jobRuns({}, 'Job'),
  'job-indexed': () => jobRuns({ completionMode: 'Indexed' }, 'Job (Indexed)'),
  'job-narrow': () => jobRuns({ parallelism: Math.ceil(PODS / 50), completionMode: 'Indexed' }, 'Job (Indexed, 50 waves)'),
};

console.log(`${NODES} nodes (DaemonSet: ${PODS}), ${PODS} pods; ratio = processor time per pod against bare pods`);
console.log(HEADER);
barePods(Math.min(500, PODS));
const baseline = barePods(PODS);
console.log(lineOf(baseline, baseline));
for (const [name, run] of Object.entries(CASES)) {
  if (values.only !== undefined && name !== values.only) continue;
  for (const one of run()) console.log(lineOf(one, baseline));
}
