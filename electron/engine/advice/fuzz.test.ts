import { expect, it } from 'vitest';
import type { AnyObject, KubeObject, Pod, PodSpec, PriorityClass } from '#shared/kube/types.ts';
import type { Command } from '#shared/protocol/index.ts';
import { createSimulation } from '../index.ts';
import { SeededRandom } from '../sim/random.ts';
import { deployment, node, pod } from '../testing/builders.ts';
import { unwrap } from '../testing/harness.ts';
import type { Simulation } from '../types.ts';

const MINUTE = 60_000;

/** A small cluster in some trouble, drawn from a seed. */
function clusterOf(seed: number): { first: KubeObject[]; late: KubeObject } {
  const random = new SeededRandom(seed).stream('fuzz');
  const pick = <T>(...from: T[]): T => from[random.nextInt(from.length)]!;
  const maybe = (oneIn: number): boolean => random.nextInt(oneIn) === 0;
  const nodes = Array.from({ length: 2 + random.nextInt(4) }, (_, at) =>
    node(`n${at}`, {
      cpu: pick('1', '2', '3', '4'),
      memory: pick('2Gi', '4Gi'),
      labels: {
        'topology.kubernetes.io/zone': pick('one', 'two'),
        ...(maybe(2) ? { disk: pick('ssd', 'hdd') } : {}),
      },
      ...(maybe(3)
        ? { taints: [{ key: pick('gpu', 'team'), value: pick('x', 'y'), effect: pick('NoSchedule', 'NoExecute') }] }
        : {}),
      unschedulable: maybe(4),
    }),
  );
  const classes = [100, 200].map(
    (value) =>
      ({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: `p${value}` }, value }) as PriorityClass,
  );
  const spec = (): Partial<PodSpec> => ({
    ...(maybe(3) ? { nodeSelector: { disk: pick('ssd', 'nvme') } } : {}),
    ...(maybe(4) ? { tolerations: [{ key: 'gpu', operator: 'Exists' }] } : {}),
    ...(maybe(4) ? { schedulingGates: [{ name: 'example.com/wait' }] } : {}),
    ...(maybe(4)
      ? {
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: pick('w0', 'stuck') } } },
              ],
            },
          },
        }
      : {}),
    ...(maybe(4)
      ? {
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'topology.kubernetes.io/zone',
              whenUnsatisfiable: 'DoNotSchedule',
              labelSelector: { matchLabels: { app: pick('w0', 'w1') } },
            },
          ],
        }
      : {}),
  });
  const workloads = [0, 1].map((at) => deployment(`w${at}`, { replicas: 1 + random.nextInt(3), cpu: pick('300m', '700m', '1') }));
  const bare = [0, 1, 2].map((at) =>
    pod(`bare${at}`, { cpu: pick('200m', '900m'), memory: pick('512Mi', '1Gi'), labels: { app: 'bare' } }),
  );
  const settings = { cpu: pick('500m', '1', '2', '5'), memory: pick('256Mi', '3Gi'), labels: { app: 'stuck' }, spec: spec() };
  const late = maybe(3) ? deployment('stuck', { ...settings, replicas: 1 }) : pod('stuck', settings);
  return { first: [...nodes, ...classes, ...workloads, ...bare], late };
}

function built(seed: number): Simulation {
  const { first, late } = clusterOf(seed);
  const simulation = createSimulation({ seed });
  simulation.load(first as AnyObject[]);
  simulation.run({ untilMs: MINUTE });
  unwrap(simulation.execute({ type: 'create', objects: [late as unknown as AnyObject] }));
  simulation.run({ untilMs: 2 * MINUTE });
  return simulation;
}

const pending = (simulation: Simulation): Pod[] =>
  simulation.objects().filter((one) => one.kind === 'Pod' && !(one as unknown as Pod).spec.nodeName) as unknown as Pod[];

it('every suggestion for the only pending pod of a cluster helps', () => {
  const followed = new Map<string, number>();
  const failed: string[] = [];
  for (let seed = 1; seed <= 70; seed++) {
    const simulation = built(seed);
    const [stuck, ...others] = pending(simulation);
    if (stuck === undefined || others.length > 0 || !stuck.metadata.name.startsWith('stuck')) continue;
    const list = unwrap(simulation.suggest('default', stuck.metadata.name));
    if (list.length === 0) failed.push(`${seed}: nothing was found`);
    for (const { kind, command } of list) {
      const again = built(seed);
      unwrap(again.execute(command));
      again.run({ untilMs: 8 * MINUTE });
      const waiting = pending(again).filter(({ metadata }) => metadata.name.startsWith('stuck'));
      followed.set(kind, (followed.get(kind) ?? 0) + 1);
      if (waiting.length > 0) failed.push(`${seed} ${kind}: ${JSON.stringify(command).slice(0, 300)}`);
    }
  }
  expect(failed).toEqual([]);
  expect(followed.size).toBeGreaterThanOrEqual(10);
}, 120_000);

/** Pods that a preview says will be pending. */
function foretoldPending(simulation: Simulation, command: Command): number {
  const { leave, arrive, pending: changed } = unwrap(simulation.preview(command));
  const lost = leave.filter(({ from, blocked }) => from === undefined && !blocked).length;
  const stranded = leave.filter(({ replaced, blocked, to }) => replaced && !blocked && to === undefined).length;
  const placed = changed.filter(({ to }) => to !== undefined).length;
  return pending(simulation).length - lost + stranded + arrive.filter(({ to }) => to === undefined).length - placed;
}

it('previews foretell how many pods will be pending', () => {
  const w0 = { kind: 'Deployment', namespace: 'default', name: 'w0' };
  const commands: Command[] = [
    { type: 'drain', node: 'n0', options: { force: true, ignoreDaemonSets: true } },
    { type: 'taint', node: 'n1', add: [{ key: 'maintenance', effect: 'NoExecute' }], remove: [] },
    { type: 'uncordon', node: 'n0' },
    { type: 'scale', ref: w0, replicas: 5 },
    { type: 'scale', ref: w0, replicas: 0 },
  ];
  const wrong: string[] = [];
  for (let seed = 1; seed <= 20; seed++) {
    for (const command of commands) {
      const simulation = built(seed);
      const foretold = foretoldPending(simulation, command);
      unwrap(simulation.execute(command));
      simulation.run({ untilMs: 12 * MINUTE });
      const real = pending(simulation).length;
      if (real !== foretold) wrong.push(`${seed} ${command.type}: ${foretold} foretold, ${real} in truth`);
    }
  }
  expect(wrong).toEqual([]);
}, 60_000);
