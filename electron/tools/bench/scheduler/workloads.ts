// The workloads of scheduler-performance.md: nodes, pods scheduled beforehand, pods measured, and what the real scheduler makes of them.
import type { Node, Pod, PodSpec } from '#shared/kube/types.ts';

/** Sizes of one run of a workload, as upstream's scheduler_perf has them. `real`: pods/s of the real scheduler; `floor`: that of upstream's CI. */
export interface Size {
  readonly nodes: number;
  readonly before: number;
  readonly measured: number;
  readonly real?: number;
  readonly floor?: number;
  /** What we want at least, in pods/s. */
  readonly aim?: number;
}

/** One workload. Names of pods are given by the bench. */
export interface Workload {
  readonly name: string;
  readonly sizes: readonly Size[];
  node(index: number): Node;
  before(index: number): Pod;
  measured(index: number): Pod;
  /** Further pods that arrive every so many virtual milliseconds while the others are scheduled, and the pace of the real scheduler. */
  readonly churn?: { readonly everyMs: number; readonly cycleMs: number; pod(index: number): Pod };
  /** The pods before are never bound. */
  readonly stuck?: true;
}

const zoneLabel = 'topology.kubernetes.io/zone';
const hostLabel = 'kubernetes.io/hostname';
const bothNamespaces = ['sched-0', 'sched-1'];

function nodeWith(index: number, zone: string | undefined, big = false): Node {
  const name = `scheduler-perf-${String(index).padStart(5, '0')}`;
  const amounts = big ? { cpu: '40000', memory: '320Ti', pods: '100000' } : { cpu: '4', memory: '32Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { [hostLabel]: name, ...(zone === undefined ? {} : { [zoneLabel]: zone }) } },
    spec: {},
    status: { capacity: amounts, allocatable: amounts, conditions: [{ type: 'Ready', status: 'True' }] },
  } as unknown as Node;
}

interface PodParts {
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly cpu?: string;
  readonly memory?: string;
  readonly spec?: Partial<PodSpec>;
}

function podWith({ namespace = 'sched-1', labels, cpu = '100m', memory = '500Mi', spec }: PodParts = {}): Pod {
  const amounts = { cpu, memory };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: '', namespace, ...(labels === undefined ? {} : { labels }) },
    spec: {
      containers: [{ name: 'pause', image: 'registry.k8s.io/pause:3.10.1', resources: { requests: amounts, limits: amounts } }],
      ...spec,
    },
  } as unknown as Pod;
}

const plain = (): Pod => podWith();

function termOver(topologyKey: string, labels: Record<string, string>) {
  return { topologyKey, labelSelector: { matchLabels: labels }, namespaces: bothNamespaces };
}

function related(kind: 'podAffinity' | 'podAntiAffinity', key: string, color: string, namespace: string): Pod {
  const term = termOver(key, { color });
  const affinity = { [kind]: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  return podWith({ namespace, labels: { color }, spec: { affinity } as Partial<PodSpec> });
}

function preferring(kind: 'podAffinity' | 'podAntiAffinity', namespace: string): Pod {
  const labels = { foo: '' };
  const wish = { weight: 1, podAffinityTerm: termOver(hostLabel, labels) };
  const affinity = { [kind]: { preferredDuringSchedulingIgnoredDuringExecution: [wish] } };
  return podWith({ namespace, labels, spec: { affinity } as Partial<PodSpec> });
}

function spread(whenUnsatisfiable: string): Pod {
  const labels = { color: 'blue' };
  const constraint = { maxSkew: 5, topologyKey: zoneLabel, whenUnsatisfiable, labelSelector: { matchLabels: labels } };
  return podWith({ labels, spec: { topologySpreadConstraints: [constraint] } as Partial<PodSpec> });
}

function onNode(requirement: object, where: 'matchExpressions' | 'matchFields'): Pod {
  const nodeSelectorTerms = [{ [where]: [requirement] }];
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
  return podWith({ spec: { affinity } as Partial<PodSpec> });
}

const oneZone = (index: number): Node => nodeWith(index, 'zone1');
const noZone = (index: number): Node => nodeWith(index, undefined);
const threeZones = (index: number): Node => nodeWith(index, `moon-${(index % 3) + 1}`);
const mixed: readonly (() => Pod)[] = [
  plain,
  () => related('podAffinity', zoneLabel, 'blue', 'sched-0'),
  () => related('podAntiAffinity', hostLabel, 'green', 'sched-0'),
  () => preferring('podAffinity', 'sched-0'),
  () => preferring('podAntiAffinity', 'sched-0'),
];
const inZone = { key: zoneLabel, operator: 'In', values: ['zone1', 'zone2'] };
const namedNode = { key: 'metadata.name', operator: 'In', values: [nodeWith(0, undefined).metadata.name] };

/** All rows, in the order of the file. */
export const workloads: readonly Workload[] = [
  {
    name: 'SchedulingBasic',
    sizes: [
      { nodes: 500, before: 500, measured: 1000, real: 278 },
      { nodes: 5000, before: 1000, measured: 10_000, real: 240, floor: 270, aim: 5000 },
    ],
    node: noZone,
    before: plain,
    measured: plain,
  },
  {
    name: 'SchedulingNodeAffinity',
    sizes: [
      { nodes: 500, before: 500, measured: 1000 },
      { nodes: 5000, before: 1000, measured: 10_000, floor: 220 },
    ],
    node: oneZone,
    before: plain,
    measured: () => onNode(inZone, 'matchExpressions'),
  },
  {
    name: 'SchedulingPodAffinity',
    sizes: [
      { nodes: 500, before: 500, measured: 1000, real: 117 },
      { nodes: 5000, before: 5000, measured: 5000, floor: 35, aim: 2000 },
    ],
    node: oneZone,
    before: () => related('podAffinity', zoneLabel, 'blue', 'sched-0'),
    measured: () => related('podAffinity', zoneLabel, 'blue', 'sched-1'),
  },
  {
    name: 'SchedulingPodAntiAffinity',
    sizes: [
      { nodes: 500, before: 100, measured: 400, real: 213 },
      { nodes: 5000, before: 1000, measured: 2000, real: 62, floor: 60, aim: 1500 },
    ],
    node: noZone,
    before: () => related('podAntiAffinity', hostLabel, 'green', 'sched-0'),
    measured: () => related('podAntiAffinity', hostLabel, 'green', 'sched-1'),
  },
  {
    name: 'SchedulingPreferredPodAffinity',
    sizes: [
      { nodes: 500, before: 500, measured: 1000 },
      { nodes: 5000, before: 5000, measured: 5000, floor: 90 },
    ],
    node: noZone,
    before: () => preferring('podAffinity', 'sched-0'),
    measured: () => preferring('podAffinity', 'sched-1'),
  },
  {
    name: 'SchedulingPreferredPodAntiAffinity',
    sizes: [
      { nodes: 500, before: 500, measured: 1000 },
      { nodes: 5000, before: 5000, measured: 5000, floor: 90 },
    ],
    node: noZone,
    before: () => preferring('podAntiAffinity', 'sched-0'),
    measured: () => preferring('podAntiAffinity', 'sched-1'),
  },
  {
    name: 'TopologySpreading',
    sizes: [
      { nodes: 500, before: 1000, measured: 1000, real: 180 },
      { nodes: 5000, before: 5000, measured: 5000, real: 87, floor: 85, aim: 2000 },
    ],
    node: threeZones,
    before: plain,
    measured: () => spread('DoNotSchedule'),
  },
  {
    name: 'PreferredTopologySpreading',
    sizes: [
      { nodes: 500, before: 1000, measured: 1000, real: 209 },
      { nodes: 5000, before: 5000, measured: 5000, floor: 125 },
    ],
    node: threeZones,
    before: plain,
    measured: () => spread('ScheduleAnyway'),
  },
  {
    name: 'PreemptionAsync',
    sizes: [
      { nodes: 500, before: 2000, measured: 500, real: 366, aim: 7000 },
      { nodes: 5000, before: 20_000, measured: 5000, floor: 160 },
    ],
    node: noZone,
    before: () => podWith({ cpu: '900m', spec: { terminationGracePeriodSeconds: 0 } as Partial<PodSpec> }),
    measured: plain,
    churn: {
      everyMs: 200,
      cycleMs: 3,
      pod: () => podWith({ cpu: '3000m', spec: { priority: 10, priorityClassName: 'high' } as Partial<PodSpec> }),
    },
  },
  {
    name: 'Unschedulable',
    sizes: [
      { nodes: 500, before: 200, measured: 1000 },
      { nodes: 5000, before: 200, measured: 10_000, floor: 140 },
    ],
    node: noZone,
    before: () => podWith({ cpu: '9' }),
    measured: plain,
    stuck: true,
  },
  {
    name: 'MixedSchedulingBasePod',
    sizes: [
      { nodes: 500, before: 1000, measured: 1000 },
      { nodes: 5000, before: 10_000, measured: 5000, floor: 140 },
    ],
    node: oneZone,
    before: (index) => mixed[index % mixed.length]!(),
    measured: plain,
  },
  {
    name: 'SchedulingDaemonset',
    // All pods go to the one node that is named, so that one has to be big.
    sizes: [{ nodes: 15_000, before: 0, measured: 10_000, floor: 390 }],
    node: (index) => nodeWith(index, undefined, index === 0),
    before: plain,
    measured: () => onNode(namedNode, 'matchFields'),
  },
];
