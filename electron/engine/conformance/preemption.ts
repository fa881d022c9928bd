import type { Pod } from '#shared/kube/types.ts';
import { createPreemptionLab, type PreemptionLab } from './preemptionLab.ts';
import { preemptionScripts } from './preemptionScripts.ts';
import type { ConformanceFamily, ConformanceReport, Disagreement } from './types.ts';

interface CapturedCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** One captured sequence, as in `preemption/cases.json`. */
export interface PreemptionCase {
  id: string;
  steps: {
    timeline: {
      pod?: string;
      nominatedNodeName?: string | null;
      conditions?: CapturedCondition[];
      event?: { type: string; reason: string; message: string; object: string; action?: string };
    }[];
  }[];
  finalPods: { name: string; node: string | null; nominatedNodeName: string | null; conditions: CapturedCondition[] }[];
}

/** What is compared of a sequence. Which of several equal nodes or victims is taken, uids, and repetitions of events are not. */
interface Picture {
  /** Distinct events of the waiting pods, without node names. */
  events: string[];
  /** Number of preempted pods, and the words about them. */
  preempted: string[];
  scheduled: Record<string, boolean>;
  /** PodScheduled of the pods that wait at the end. */
  waiting: Record<string, string>;
  /** Pods that are still nominated to a node at the end. */
  nominated: string[];
}

/** Pods that only fill the nodes; victims are among them. */
const isFiller = (name: string) => /^(low|mid|high)-\d/.test(name) || /^x\d$/.test(name);

function plain(message: string): string {
  return message
    .replace(/^Successfully assigned \S+\/(\S+) to \S+$/, 'Successfully assigned $1')
    .replace(/^Preempted by pod \S+ on node \S+$/, 'Preempted by a pod');
}

const describeCondition = (found: CapturedCondition | undefined) =>
  found === undefined ? 'none' : `${found.status} ${found.reason ?? ''} ${found.message ?? ''}`;

function capturedPicture({ steps, finalPods }: PreemptionCase): Picture {
  const events = steps.flatMap(({ timeline }) =>
    timeline.flatMap(({ event }) => (event === undefined ? [] : [{ ...event, name: event.object.replace('Pod/', '') }])),
  );
  return {
    ...eventParts(events),
    scheduled: Object.fromEntries(finalPods.filter(({ name }) => !isFiller(name)).map(({ name, node }) => [name, node !== null])),
    nominated: finalPods.flatMap(({ name, nominatedNodeName }) => (nominatedNodeName ? [name] : [])).sort(),
    waiting: Object.fromEntries(
      finalPods
        .filter(({ node }) => node === null)
        .map(({ name, conditions }) => [name, describeCondition(conditions.find(({ type }) => type === 'PodScheduled'))]),
    ),
  };
}

function eventParts(
  events: readonly { name: string; type: string; reason: string; message: string; action?: string | undefined }[],
): Pick<Picture, 'events' | 'preempted'> {
  const words = (one: (typeof events)[number]) => `${one.type} ${one.reason} ${one.action ?? ''} ${plain(one.message)}`;
  const about = events.filter(({ reason, name }) => ['Scheduled', 'FailedScheduling'].includes(reason) && !isFiller(name));
  return {
    events: [...new Set(about.map((one) => `${one.name}: ${words(one)}`))].sort(),
    preempted: events.filter(({ reason }) => reason === 'Preempted').map(words),
  };
}

function playedPicture({ test }: PreemptionLab): Picture {
  const events = test.list('Event').map((event) => ({
    name: event.involvedObject.name ?? '',
    type: event.type ?? '',
    reason: event.reason ?? '',
    message: event.message ?? '',
    action: event.action,
  }));
  const pods = test.list('Pod');
  const own = pods.filter(({ metadata }) => !isFiller(metadata.name));
  const condition = (pod: Pod) => pod.status.conditions?.find(({ type }) => type === 'PodScheduled');
  return {
    ...eventParts(events),
    scheduled: Object.fromEntries(own.map(({ metadata, spec }) => [metadata.name, spec.nodeName !== undefined])),
    nominated: pods.flatMap(({ metadata, status }) => (status.nominatedNodeName ? [metadata.name] : [])).sort(),
    waiting: Object.fromEntries(
      own.filter(({ spec }) => !spec.nodeName).map((pod) => [pod.metadata.name, describeCondition(condition(pod))]),
    ),
  };
}

/** Plays one sequence on the live scheduler and lists what differs from the capture. */
export function checkPreemptionCase(one: PreemptionCase, seed = 1): Disagreement[] {
  const script = preemptionScripts[one.id];
  if (script === undefined) return [{ id: one.id, what: 'script', expected: 'a script', got: 'none' }];
  const lab = createPreemptionLab(seed);
  script(lab);
  const expected = capturedPicture(one);
  const got = playedPicture(lab);
  return (['events', 'preempted', 'scheduled', 'waiting', 'nominated'] as const).flatMap((what) => {
    const [left, right] = [JSON.stringify(expected[what]), JSON.stringify(got[what])];
    return left === right ? [] : [{ id: one.id, what, expected: left, got: right }];
  });
}

/** Replays preemption/cases.json: events verbatim, conditions, who is scheduled at the end, how many are preempted. */
export function runPreemptionConformance(cases: readonly PreemptionCase[]): ConformanceReport {
  const family: ConformanceFamily = { name: 'sequences', agree: 0, total: 0, disagree: [], later: [] };
  for (const one of cases) {
    const disagree = checkPreemptionCase(one);
    family.total++;
    if (disagree.length === 0) family.agree++;
    family.disagree.push(...disagree);
  }
  return { topic: 'preemption', families: [family] };
}
