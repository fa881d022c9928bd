import { compareStrings } from '#shared/core/compare.ts';
import { deepEqual } from '#shared/core/json.ts';
import { getCondition } from '#shared/kube/conditions.ts';
import type { Node, NodeCondition, Pod, Taint, Toleration } from '#shared/kube/types.ts';
import { createNodeLifecycle } from '../controllers/nodelifecycle/index.ts';
import { createPodGarbageCollector } from '../controllers/podgc/index.ts';
import { createReplicaSetController } from '../controllers/replicaset/index.ts';
import { createTaintEviction } from '../controllers/tainteviction/index.ts';
import { createFaults, type Faults } from '../faults/index.ts';
import { taint } from '../kubectl/mark.ts';
import { createKubelets } from '../kubelet/index.ts';
import { node, pod, replicaSet } from '../testing/builders.ts';
import { createTestCluster, type TestCluster } from '../testing/harness.ts';
import type { ConformanceFamily, Disagreement } from './types.ts';

/** One change or event of a captured time line, as far as it is compared. */
export interface TimelineEntry {
  t: number;
  obj?: string;
  object?: string;
  taints?: { key: string; effect: string }[];
  conditions?: [string, string, string?, string?][];
  phase?: string;
  ready?: boolean | string[];
  deleting?: boolean;
  disruptionTarget?: string[][];
  event?: { reason: string; message: string; object: string };
}

/** A captured case: steps, each with what followed. */
export interface TimelineCase {
  id: string;
  steps: { step: string; timeline: TimelineEntry[] }[];
}

/** A file that holds one time line only. */
export interface SingleTimeline {
  timeline: TimelineEntry[];
}

/** Cases of taints-and-conditions.json with the files of one time line each, by their name. */
export function timelineCases(cases: readonly TimelineCase[], singles: Readonly<Record<string, SingleTimeline>>): TimelineCase[] {
  return [
    ...cases,
    ...Object.entries(singles).map(([id, { timeline }]) => ({ id, steps: [{ step: 'heartbeats stop', timeline }] })),
  ];
}

/** How a case is replayed. Manifests were not captured: the pods' tolerations are read off their names. */
interface Script {
  node: string;
  pods: Readonly<Record<string, Toleration[]>>;
  /** Node and pods come with `prepare` or with the steps. */
  late?: true;
  /** What stands before the steps, besides nodes and pods. */
  prepare?: (lab: Lab) => void;
  /** The capture of this case does not hold the node's conditions. */
  conditions?: 'not captured';
  /** Pods' phases are compared too: they are not the fake kubelet's. */
  phases?: true;
  /** One action for each step, and the seconds that are watched after it. */
  steps: readonly (readonly [(lab: Lab) => void, number])[];
}

interface Lab {
  cluster: TestCluster;
  faults: Faults;
  node: string;
}

const tolerate = (key: string, seconds?: number, value?: string): Toleration => ({
  key,
  effect: 'NoExecute',
  ...(value === undefined ? { operator: 'Exists' } : { operator: 'Equal', value }),
  ...(seconds === undefined ? {} : { tolerationSeconds: seconds }),
});
const tolerateDown = (seconds?: number): Toleration[] =>
  ['not-ready', 'unreachable'].map((name) => tolerate(`node.kubernetes.io/${name}`, seconds));

const addTaint =
  (key: string, effect: 'NoExecute' | 'NoSchedule' | 'PreferNoSchedule' = 'NoExecute') =>
  (lab: Lab): void => {
    taint(lab.cluster.client, lab.node, { add: [{ key, value: '1', effect }], remove: [], overwrite: false });
  };
const removeTaints =
  (...keys: string[]) =>
  (lab: Lab): void => {
    taint(lab.cluster.client, lab.node, { add: [], remove: keys.map((key) => ({ key })), overwrite: false });
  };
const report =
  (...changes: [string, NodeCondition['status']][]) =>
  (lab: Lab): void => {
    const current = lab.cluster.get('Node', '', lab.node);
    let conditions = current.status.conditions ?? [];
    for (const [type, status] of changes) {
      const known = getCondition(conditions, type);
      conditions =
        known === undefined
          ? [...conditions, { type, status }]
          : conditions.map((condition) => (condition === known ? { ...condition, status } : condition));
    }
    lab.cluster.client.updateStatus({ ...current, status: { ...current.status, conditions } });
  };

const allDown = (lab: Lab): void => {
  for (const name of ['node-1', 'node-2', 'node-3']) lab.faults.partition(name);
};

const scripts: Readonly<Record<string, Script>> = {
  'noexecute-taint': {
    node: 'dr-1',
    pods: {
      none: [],
      zero: [tolerate('lab/ne', 0)],
      negative: [tolerate('lab/ne', -5)],
      'equal-wrong-value': [tolerate('lab/ne', undefined, '2')],
      'four-seconds': [tolerate('lab/ne', 4)],
      'ten-minutes': [tolerate('lab/ne', 600)],
    },
    steps: [
      [addTaint('lab/ne'), 6],
      [removeTaints('lab/ne'), 3],
    ],
  },
  'noexecute-cancel': {
    node: 'dr-1',
    pods: { eight: [tolerate('lab/ne', 8)] },
    steps: [
      [addTaint('lab/ne'), 3],
      [removeTaints('lab/ne'), 3],
      [addTaint('lab/ne'), 10],
      [removeTaints('lab/ne'), 2],
    ],
  },
  'noexecute-two-taints': {
    node: 'dr-1',
    pods: { two: [tolerate('lab/a', 5), tolerate('lab/b', 60)] },
    steps: [
      [addTaint('lab/b'), 2.5],
      [addTaint('lab/a'), 8],
      [removeTaints('lab/a', 'lab/b'), 2],
    ],
  },
  'noschedule-taint-running-pods': {
    node: 'dr-1',
    pods: { calm: [] },
    steps: [
      [addTaint('lab/ns', 'NoSchedule'), 2],
      [addTaint('lab/pns', 'PreferNoSchedule'), 2],
      [removeTaints('lab/ns', 'lab/pns'), 2],
    ],
  },
  'kubelet-reports-not-ready': {
    node: 'dr-1',
    pods: { 'tol-5s': tolerateDown(5), 'default-tol': tolerateDown(300) },
    steps: [
      [report(['Ready', 'False']), 12],
      [report(['Ready', 'True']), 6],
    ],
  },
  'pressure-conditions': {
    node: 'dr-1',
    pods: {},
    steps: [
      [report(['MemoryPressure', 'True']), 1],
      [report(['DiskPressure', 'True']), 1],
      [report(['PIDPressure', 'True']), 1],
      [report(['NetworkUnavailable', 'True']), 1],
      [
        report(['MemoryPressure', 'False'], ['DiskPressure', 'False'], ['PIDPressure', 'False'], ['NetworkUnavailable', 'False']),
        1,
      ],
    ],
  },
  'notready-default-timing': {
    node: 'nz-1',
    pods: {
      'tol-0s': tolerateDown(0),
      'tol-20s': tolerateDown(20),
      'default-tol': tolerateDown(300),
      'tol-forever': tolerateDown(),
      'tol-all-noexecute-no-key': [{ operator: 'Exists', effect: 'NoExecute' }],
    },
    steps: [[(lab) => void lab.faults.partition(lab.node), 395]],
  },
  'all-nodes-down': {
    node: 'node-2',
    pods: { 'tol5-2': tolerateDown(5) },
    conditions: 'not captured',
    steps: [[allDown, 79]],
  },
};

/** The Node as a cloud's controller would make it; its machine never comes up. */
const freshNode = (lab: Lab): void => {
  lab.faults.crash(lab.node);
  lab.cluster.client.create({ ...node(lab.node, { ready: 'none' }) });
};

/** The first status a machine reports: Ready, and a new heartbeat time. */
const firstReport = (lab: Lab): void => {
  const current = lab.cluster.get('Node', '', lab.node);
  const ready = { status: 'True', reason: 'KubeletReady', lastHeartbeatTime: lab.cluster.ctx.clock.timestamp() } as const;
  const conditions = (current.status.conditions ?? []).map((condition) =>
    condition.type === 'Ready' ? { ...condition, ...ready } : condition,
  );
  lab.cluster.client.updateStatus({ ...current, status: { ...current.status, conditions } });
};

const bornScripts: Readonly<Record<string, Script>> = {
  'noexecute-unscheduled-then-bound': {
    node: 'dr-1',
    pods: { direct: [] },
    late: true,
    prepare: addTaint('lab/ne'),
    steps: [[(lab) => void lab.cluster.create(pod('direct', { nodeName: lab.node })), 5]],
  },
  'new-node-initial-taints': {
    node: 'fresh-1',
    pods: {},
    late: true,
    steps: [
      // A minute is the grace period of a machine that starts up.
      [freshNode, 70],
      [firstReport, 6],
    ],
  },
  'node-deleted': {
    node: 'fresh-1',
    pods: { bare: [], rs: [] },
    late: true,
    phases: true,
    prepare: (lab) => {
      lab.cluster.create(node(lab.node));
      lab.cluster.create(pod('bare', { nodeName: lab.node }), replicaSet('rs', { replicas: 1 }));
      lab.cluster.runFor(1000);
      for (const { metadata } of lab.cluster.list('Pod'))
        lab.cluster.client.bind(metadata.namespace ?? '', metadata.name, lab.node);
      lab.cluster.runFor(10_000);
    },
    steps: [[(lab) => void lab.cluster.client.delete({ kind: 'Node', namespace: '', name: lab.node }), 90]],
  },
};

/** What is compared of one step: taints of the node in order, and per subject the facts in byte order. */
interface StepFacts {
  taints: string[];
  facts: string[];
  /** Second of each eviction, counted from the NoExecute taint where the step brings one about. */
  evictions: Record<string, number>;
}

/** Replays the time lines. Cases without a script are listed: they need kinds or controllers of other topics. */
export function runNodeTimelines(cases: readonly TimelineCase[]): ConformanceFamily {
  const family: ConformanceFamily = { name: 'node-timelines', agree: 0, total: 0, disagree: [], later: [] };
  for (const timelineCase of cases) {
    const script = scripts[timelineCase.id] ?? bornScripts[timelineCase.id];
    if (script === undefined) {
      family.later.push({ id: timelineCase.id, why: 'the manifests of this case were not captured' });
      continue;
    }
    const disagree = replay(timelineCase, script);
    family.total += 1;
    if (disagree.length === 0) family.agree += 1;
    family.disagree.push(...disagree);
  }
  return family;
}

function replay(timelineCase: TimelineCase, script: Script): Disagreement[] {
  const faults = createFaults();
  const cluster = createTestCluster({
    components: (ctx) => [
      createReplicaSetController(ctx),
      createNodeLifecycle(ctx),
      createTaintEviction(ctx),
      createPodGarbageCollector(ctx),
      createKubelets(ctx, faults),
    ],
  });
  const others = script.node === 'node-2' ? ['node-1', 'node-3'] : ['other-1', 'other-2'];
  for (const name of [script.node, ...others]) if (name !== 'fresh-1') cluster.create(node(name));
  if (script.late === undefined)
    for (const [name, tolerations] of Object.entries(script.pods))
      cluster.create(pod(name, { nodeName: script.node, spec: { tolerations } }));
  script.prepare?.({ cluster, faults, node: script.node });
  cluster.runFor(12_000);
  const watched = watch(cluster, script);
  return script.steps.flatMap(([action, seconds], index) => {
    const step = timelineCase.steps[index];
    if (step === undefined) return [];
    watched.begin();
    action({ cluster, faults, node: script.node });
    cluster.runFor(seconds * 1000);
    const expected = factsOf(step.timeline, script, seconds);
    const got = factsOf(watched.entries(), script, seconds);
    if (deepEqual(expected, got)) return [];
    return [{ id: timelineCase.id, what: step.step, expected: JSON.stringify(expected), got: JSON.stringify(got) }];
  });
}

/** Records what happens in the capture's own form. */
function watch(cluster: TestCluster, script: Script) {
  let entries: TimelineEntry[] = [];
  let beganMs = 0;
  const add = (entry: Omit<TimelineEntry, 't'>): void => void entries.push({ t: (cluster.nowMs - beganMs) / 1000, ...entry });
  const obj = `Node/${script.node}`;
  cluster.ctx.informer('Node').subscribe({
    onAdd(object: Node) {
      if (object.metadata.name === script.node) add({ obj, taints: object.spec.taints ?? [] });
    },
    onUpdate(before: Node, after: Node) {
      if (after.metadata.name !== script.node) return;
      if (!deepEqual(before.spec.taints, after.spec.taints)) add({ obj, taints: after.spec.taints ?? [] });
      const [old, now] = [before, after].map(({ status }) =>
        (status.conditions ?? []).map(({ type, status: state, reason = '' }): [string, string, string] => [type, state, reason]),
      );
      if (now !== undefined && !deepEqual(old, now)) add({ obj, conditions: now });
    },
  });
  cluster.ctx.informer('Pod').subscribe({
    onUpdate(before: Pod, after: Pod) {
      const obj = `Pod/${after.metadata.name}`;
      const target = getCondition(after.status.conditions, 'DisruptionTarget');
      const ready = getCondition(after.status.conditions, 'Ready')?.status;
      if (
        ready === 'False' &&
        getCondition(before.status.conditions, 'Ready')?.status === 'True' &&
        after.metadata.deletionTimestamp === undefined
      )
        add({ obj, ready: false });
      if (target !== undefined && getCondition(before.status.conditions, 'DisruptionTarget') === undefined)
        add({ obj, disruptionTarget: [[target.status, target.reason ?? '']] });
      if (after.metadata.deletionTimestamp !== undefined && before.metadata.deletionTimestamp === undefined)
        add({ obj, deleting: true });
      if (after.status.phase !== undefined && after.status.phase !== before.status.phase) add({ obj, phase: after.status.phase });
    },
    onDelete: (last: Pod) => add({ obj: `Pod/${last.metadata.name}`, deleting: true }),
  });
  cluster.ctx.informer('Event').subscribe({
    onAdd: ({ reason = '', message = '', involvedObject }) =>
      add({ event: { reason, message, object: `${involvedObject.kind}/${involvedObject.name}` } }),
    onUpdate: (_, { reason = '', message = '', involvedObject }) =>
      add({ event: { reason, message, object: `${involvedObject.kind}/${involvedObject.name}` } }),
  });
  return {
    begin(): void {
      entries = [];
      beganMs = cluster.nowMs;
    },
    entries: (): TimelineEntry[] => entries,
  };
}

function factsOf(timeline: readonly TimelineEntry[], script: Script, untilSeconds: number): StepFacts {
  const nodeName = `Node/${script.node}`;
  const plain = (subject: string): string => (script.late === undefined ? subject : withoutSuffix(subject));
  const names = Object.keys(script.pods).map((name) => `Pod/${name}`);
  const within = timeline.filter(({ t }) => t <= untilSeconds);
  const seen = within.filter(({ obj, object, taints }) => (obj ?? object) === nodeName && taints !== undefined);
  const texts = seen.map(({ taints = [] }) => taintText(taints));
  const taints = texts.filter((text, index) => text !== (texts[index - 1] ?? ''));
  const executeAt = seen.find((entry) => entry.taints?.some(({ effect }) => effect === 'NoExecute') === true)?.t ?? 0;
  const facts = new Set<string>();
  const evictions: Record<string, number> = {};
  for (const entry of within) {
    const subject = plain(entry.event?.object ?? entry.obj ?? entry.object ?? '');
    if (!names.includes(subject) && subject !== nodeName && subject !== 'ReplicaSet/rs') continue;
    const compared = script.conditions === undefined || subject !== nodeName ? entry : { ...entry, conditions: [] };
    for (const fact of factsIn(compared)) facts.add(`${subject} ${plain(fact)}`);
    if (script.phases === true && entry.phase === 'Failed') facts.add(`${subject} failed`);
    if (entry.event?.message.startsWith('Marking') === true) evictions[subject] = Math.round(entry.t - executeAt);
  }
  return { taints, facts: [...facts].sort(compareStrings), evictions };
}

const COMPARED_EVENTS: readonly string[] = [
  'TaintManagerEviction',
  'NodeNotReady',
  'RegisteredNode',
  'RemovingNode',
  'SuccessfulCreate',
];

/** Names of pods that a ReplicaSet made lose what was drawn for them. */
function withoutSuffix(text: string): string {
  return text.replace(/\brs-[a-z0-9]{5}\b/g, 'rs');
}

function factsIn(entry: TimelineEntry): string[] {
  const { event } = entry;
  const facts: string[] = [];
  if (event !== undefined && COMPARED_EVENTS.includes(event.reason)) {
    facts.push(`${event.reason}: ${event.message.replace(/ Pod [^/]+\//, ' Pod namespace/')}`);
  }
  const conditions = entry.conditions ?? [];
  const target = entry.disruptionTarget?.[0]?.[1] ?? conditions.find(([type]) => type === 'DisruptionTarget')?.[2];
  if (target !== undefined) facts.push(`disrupted: ${target}`);
  const isPod = (entry.obj ?? entry.object ?? '').startsWith('Pod/');
  // Conditions that the node controller has written itself; all others are the fake kubelet's.
  for (const [type, status, reason = ''] of isPod ? [] : conditions)
    if (reason.startsWith('NodeStatus')) facts.push(`${type}=${status} ${reason}`);
  if (isPod && (entry.ready === false || conditions.some(([type, status]) => type === 'Ready' && status === 'False')))
    facts.push('not ready');
  if (entry.deleting === true) facts.push('deleting');
  return facts;
}

function taintText(taints: readonly Pick<Taint, 'key' | 'effect'>[]): string {
  const own = taints.filter(({ key }) => key !== 'lab/dr' && key !== 'lab/z');
  return own.map(({ key, effect }) => `${key}:${effect}`).join(' ');
}
