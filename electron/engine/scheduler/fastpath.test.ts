import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ok } from '#shared/core/result.ts';
import type { KubeObject, Node, Pod, PodSpec } from '#shared/kube/types.ts';
import { VirtualClock } from '../sim/clock.ts';
import { node, pod } from '../testing/builders.ts';
import { SchedulerCache } from './cache/cache.ts';
import { numberAt } from './framework/columns.ts';
import { type Decision, decide } from './framework/decide.ts';
import { Framework } from './framework/framework.ts';
import { PodInfos } from './framework/podinfo.ts';
import { ResourceTable } from './framework/resources.ts';
import { createOfflineScheduler } from './offline.ts';
import { pluginRegistry } from './plugins/registry.ts';
import { defaultProfile } from './profiles.ts';
import { Nominator } from './queue/nominator.ts';

const namespaces: readonly KubeObject[] = ['default', 'other'].map((name) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { name } },
}));
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 's', namespace: 'default' },
  spec: { selector: { app: 'red' } },
} as KubeObject;
const services: readonly KubeObject[] = [service];
const none: readonly KubeObject[] = [];
const options = { startIndex: 0, percentageOfNodesToScore: 100, scoreAlways: true, draw: () => 0, postFilter: true };

/** A scheduler that lives through all changes: everything it keeps has to stay right. */
function living() {
  const pods = new PodInfos(new ResourceTable());
  const cache = new SchedulerCache(pods);
  const nominator = new Nominator(pods);
  const framework = new Framework(defaultProfile, pluginRegistry, {
    clock: new VirtualClock('2026-02-01T00:00:00Z'),
    pods,
    snapshot: () => cache.updateSnapshot(),
    objects: {
      list: (kind, namespace) =>
        kind === 'Namespace' ? namespaces : kind === 'Service' && namespace === 'default' ? services : none,
      get: (kind, _namespace, name) =>
        kind === 'Namespace' ? namespaces.find(({ metadata }) => metadata.name === name) : undefined,
    },
    nominatedPods: (name) => nominator.onNode(name),
    nominatedNodes: () => nominator.nodes(),
    update: (object) => ok(object),
    bind: () => null,
    draw: () => 0,
    preemptionTriesAllNodes: () => true,
  });
  return { pods, cache, nominator, framework };
}

const zone = 'topology.kubernetes.io/zone';
const host = 'kubernetes.io/hostname';
const term = (topologyKey: string, app: string) => ({ topologyKey, labelSelector: { matchLabels: { app } } });
const required = (...terms: object[]) => ({ requiredDuringSchedulingIgnoredDuringExecution: terms });
const preferred = (weight: number, one: object) => ({
  preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: one }],
});
const spread = (topologyKey: string, whenUnsatisfiable: string, more: object = {}) => ({
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey, whenUnsatisfiable, labelSelector: { matchLabels: { app: 'red' } }, ...more },
  ],
});
const everyNamespace = { namespaceSelector: {} };

/** Specs that pods are made of; each reaches another plugin. */
const specs: readonly object[] = [
  {},
  { affinity: { podAffinity: required(term(zone, 'red')) } },
  { affinity: { podAntiAffinity: required(term(host, 'red')) } },
  {
    affinity: {
      podAntiAffinity: required({ ...term(zone, 'blue'), ...everyNamespace }),
      podAffinity: preferred(5, term(host, 'red')),
    },
  },
  { affinity: { podAntiAffinity: preferred(7, term(zone, 'red')) } },
  spread(zone, 'DoNotSchedule'),
  spread(host, 'DoNotSchedule', { minDomains: 3, nodeTaintsPolicy: 'Honor' }),
  spread(zone, 'ScheduleAnyway'),
  spread(host, 'ScheduleAnyway'),
  { nodeSelector: { disk: 'ssd' } },
  { tolerations: [{ operator: 'Exists' }] },
];

interface PodShape {
  readonly spec: number;
  readonly app: string;
  readonly namespace: string;
  readonly cpu: number;
  readonly port: boolean;
  readonly priority: number;
}
const shape: fc.Arbitrary<PodShape> = fc.record({
  spec: fc.nat(specs.length - 1),
  app: fc.constantFrom('red', 'blue'),
  namespace: fc.constantFrom('default', 'default', 'default', 'default', 'other'),
  cpu: fc.integer({ min: 1, max: 3 }),
  port: fc.boolean(),
  priority: fc.constantFrom(0, 0, 10),
});

function build(name: string, { spec, app, namespace, cpu, port, priority }: PodShape, more: Partial<PodSpec> = {}): Pod {
  const one = pod(name, {
    labels: { app },
    namespace,
    cpu: `${cpu}`,
    spec: { ...specs[spec], priority, ...more } as Partial<PodSpec>,
  });
  if (!port) return one;
  const containers = one.spec.containers.map((container) => ({ ...container, ports: [{ containerPort: 80, hostPort: 80 }] }));
  return { ...one, spec: { ...one.spec, containers } };
}

const machine = fc.record({
  zone: fc.constantFrom(undefined, 'a', 'b', ''),
  disk: fc.boolean(),
  taint: fc.constantFrom(undefined, 'NoSchedule', 'PreferNoSchedule'),
  cpu: fc.integer({ min: 3, max: 8 }),
  cordoned: fc.constantFrom(false, false, false, false, true),
});

function machineOf(
  name: string,
  { zone: inZone, disk, taint, cpu, cordoned }: typeof machine extends fc.Arbitrary<infer T> ? T : never,
): Node {
  return node(name, {
    cpu: `${cpu}`,
    labels: { ...(inZone === undefined ? {} : { [zone]: inZone }), ...(disk ? { disk: 'ssd' } : {}) },
    ...(taint === undefined ? {} : { taints: [{ key: 'k', effect: taint }] }),
    ...(cordoned ? { unschedulable: true } : {}),
  });
}

const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('node' as const), which: fc.nat(5), machine }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), which: fc.nat(5) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('pod' as const), which: fc.nat(8), on: fc.nat(5), shape: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('gone' as const), which: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('nominate' as const), on: fc.nat(5), shape: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('decide' as const), shape: fc.nat(3), urgent: fc.boolean() }) },
);
/** Few shapes a run, so that what is kept for one is used again. */
const setUp = fc.tuple(
  fc.array(shape, { minLength: 4, maxLength: 4 }),
  fc.array(machine, { minLength: 3, maxLength: 6 }),
  fc.array(step, { minLength: 20, maxLength: 60 }),
);

/** A decision as plain data. */
function plain(decision: Decision) {
  const { feasible, scores, totals, statuses, postFilter } = decision;
  const numbers = (column: Parameters<typeof numberAt>[0]) => feasible.map((_, i) => numberAt(column, i) + 0);
  return {
    statuses: Object.fromEntries(statuses.entries()),
    absent: statuses.absent,
    feasible: feasible.map(({ name }) => name),
    scores: scores?.map(({ plugin, raw, normalized }) => [plugin, numbers(raw), numbers(normalized)]),
    totals: totals === undefined ? undefined : numbers(totals),
    best: decision.best,
    selected: decision.selected,
    message: decision.message,
    rejectors: [...decision.rejectors].sort(),
    candidates: postFilter?.preemption?.candidates.map(({ node: name, victims, pdbViolations }) => [
      name,
      victims.map(({ key }) => key),
      pdbViolations,
    ]),
    nominated: postFilter?.nominatedNode,
  };
}

/** Asks every plugin for every node itself, on copies that nobody keeps answers for. */
function byHand({ framework, cache, nominator }: ReturnType<typeof living>, decision: Decision): void {
  const { state, pod: info, feasible, statuses } = decision;
  if (decision.preFilter?.status) return;
  for (const one of cache.updateSnapshot().nodes) {
    if (nominator.onNode(one.name).length > 0) continue;
    const copy = one.clone();
    const asked = framework.at('filter').filter(({ name }) => !state.skipFilter.has(name));
    const first = asked.map((plugin) => plugin.filter!(state, info, copy)).find((status) => status !== null);
    const said = feasible.includes(one) ? undefined : statuses.get(one.name);
    if (decision.preFilter?.nodeNames?.includes(one.name) !== false) expect(said?.reasons).toEqual(first?.reasons);
  }
  for (const { plugin: name, raw, normalized } of decision.scores ?? []) {
    const plugin = framework.plugin(name)!;
    const scores = feasible.map((one) => plugin.score!(state, info, one) + 0);
    expect(feasible.map((_, i) => numberAt(raw, i) + 0)).toEqual(scores);
    plugin.normalize?.(state, info, scores, feasible);
    expect(feasible.map((_, i) => numberAt(normalized, i) + 0)).toEqual(scores.map((score) => score + 0));
  }
}

describe('kept answers and counts', () => {
  it('give what a scheduler that has just begun, and asking every plugin by hand, would give', () => {
    let compared = 0;
    fc.assert(
      fc.property(setUp, ([shapes, machines, steps]) => {
        const lived = living();
        const nodes = new Map<string, Node>();
        const pods = new Map<string, Pod>();
        const nominated = new Map<string, Pod>();
        const put = (after: Node) => {
          const before = nodes.get(after.metadata.name);
          if (before === undefined) lived.cache.addNode(after);
          else lived.cache.updateNode(before, after);
          nodes.set(after.metadata.name, after);
        };
        for (const [i, one] of machines.entries()) put(machineOf(`n${i}`, one));
        const drop = (key: string) => {
          const before = pods.get(key);
          if (before !== undefined) lived.cache.removePod(before);
          pods.delete(key);
        };
        steps.forEach((now, index) => {
          const own = 'shape' in now ? shapes[now.shape]! : shapes[0]!;
          if (now.do === 'node') put(machineOf(`n${now.which}`, now.machine));
          else if (now.do === 'drop') {
            const before = nodes.get(`n${now.which}`);
            if (before !== undefined && nodes.size > 1) lived.cache.removeNode(before);
            if (nodes.size > 1) nodes.delete(`n${now.which}`);
          } else if (now.do === 'gone') drop(`p${now.which}`);
          else if (now.do === 'pod') {
            // Two pods of one port on one node are a case of its own: there the past counts, as upstream.
            const holds = (one: Pod) => one.spec.containers.some(({ ports }) => ports !== undefined);
            const free = ![...pods.values()].some((one) => one.spec.nodeName === `n${now.on}` && holds(one));
            const placed = build(`p${now.which}`, { ...own, port: own.port && free }, { nodeName: `n${now.on}` });
            // A pod of another namespace is another pod.
            if (pods.get(`p${now.which}`)?.metadata.namespace !== placed.metadata.namespace) drop(`p${now.which}`);
            lived.cache.setPod(placed);
            pods.set(`p${now.which}`, placed);
          } else if (now.do === 'nominate') {
            const waiting = { ...build(`w${index}`, own), status: { nominatedNodeName: `n${now.on}` } } as Pod;
            lived.nominator.set(waiting);
            nominated.set(waiting.metadata.name, waiting);
          } else {
            const wanted = build(`q${index}`, now.urgent ? { ...own, priority: 10 } : own);
            const decision = decide(lived.framework, lived.pods.of(wanted), lived.cache.updateSnapshot(), options);
            byHand(lived, decision);
            const again = decide(lived.framework, lived.pods.of(wanted), lived.cache.updateSnapshot(), options);
            const others = [...namespaces, service];
            const fresh = createOfflineScheduler({
              nodes: [...nodes.values()],
              pods: [...pods.values(), ...nominated.values()],
              others,
            });
            const expected = plain(fresh.decide(wanted));
            // Pods without a start time are told apart by name, so the order on the node does not matter.
            expect(plain(decision)).toEqual(expected);
            expect(plain(again)).toEqual(expected);
            compared++;
          }
        });
      }),
      { numRuns: 500 },
    );
    expect(compared).toBeGreaterThan(50);
  });
});
