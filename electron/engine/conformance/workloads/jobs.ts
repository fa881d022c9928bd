import { compareStrings } from '#shared/core/compare.ts';
import { isRecord } from '#shared/core/json.ts';
import type { Job, JobSpec } from '#shared/kube/kinds.ts';
import type { AnyObject, Pod } from '#shared/kube/types.ts';
import { unwrap } from '../../testing/harness.ts';
import type { ConformanceFamily, Disagreement } from '../types.ts';
import { runCommand } from './commands.ts';
import { jobOf } from './jobScripts.ts';
import { capturedJobTable, jobTable } from './jobTable.ts';
import { createWorkloadLab, type WorkloadLab } from './lab.ts';
import type { WorkloadScenario } from './scenario.ts';
import { Fold, sortedText, type TimelineEntry, viewOf } from './timeline.ts';

/** The capture counts pods up to about a second after they have ended; the creations that follow may be apart by that much more. */
const TOLERANCE_SECONDS = 1.2;
/** What passes after the last captured change of a scenario: longer than anything that is still to come. */
const LAST_WAIT_MS = 3000;
/** Silence between two steps: less than the second for which the controller gathers changes of pods, as in the capture. */
const STEP_QUIET_MS = 300;
/** The controller gathers changes of pods for this long; a state of the capture may be reached by as much later. */
const BATCH_MS = 1000;
const LOOK_MS = 50;
const TIMES: readonly string[] = ['startTime', 'completionTime'];

/** When which pod was created, in seconds since the step began. */
interface Creation {
  readonly t: number;
  readonly name: string;
}

/** Random suffixes off names of pods, namespaces kept. */
function anonymous(text: string, job: string): string {
  return text.replace(new RegExp(`(${job}(?:-\\d+)?)-[a-z0-9]{5}\\b`, 'g'), '$1-*');
}

/** A Job's or pod's fields as the capture's time lines show them, without what is chance. */
function stateOf(name: string, fields: Readonly<Record<string, unknown>>, job: string): string {
  const { owner: _owner, image: _image, finalizers: _held, node: _node, t: _t, ready, status, ...rest } = fields;
  const shown = isRecord(status)
    ? Object.fromEntries(Object.entries(status).map(([key, value]) => [key, TIMES.includes(key) ? 'set' : uidsCounted(value)]))
    : undefined;
  const known = { ...rest, ...(ready === true ? { ready } : {}), ...(shown === undefined ? {} : { status: shown }) };
  return `${anonymous(name, job)} ${anonymous(sortedText(known), job)}`;
}

/** The capture shows how many uids are noted, not which. */
function uidsCounted(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, list]) => [key, Array.isArray(list) ? list.length : list]));
}

function capturedState(fold: Fold, job: string): string {
  const all = ['jobs', 'pods'].flatMap((plural) =>
    fold.of(plural).map(([name, fields]) => stateOf(`${plural}/${name}`, fields, job)),
  );
  return all.sort(compareStrings).join('\n');
}

/** A pod as the capture of Jobs shows it. */
function podFields(pod: Pod): Record<string, unknown> {
  const { index: _index, ...view } = viewOf(pod as unknown as AnyObject) as Record<string, unknown>;
  const annotations = pod.metadata.annotations ?? {};
  return {
    ...view,
    'job-completion-index': annotations['batch.kubernetes.io/job-completion-index'],
    'job-index-failure-count': annotations['batch.kubernetes.io/job-index-failure-count'],
  };
}

function liveState(lab: WorkloadLab, job: string): string {
  const jobs = lab.cluster.list('Job', lab.namespace).map((one) => {
    const fields = viewOf(one as unknown as AnyObject);
    return stateOf(`jobs/${one.metadata.name}`, fields, job);
  });
  const pods = lab.pods().map((pod) => stateOf(`pods/${pod.metadata.name}`, podFields(pod), job));
  return [...jobs, ...pods].sort(compareStrings).join('\n');
}

/** The lists of conditions a Job went through. */
function conditionWrites(timeline: readonly TimelineEntry[], job: string): string {
  const lists = timeline.flatMap(({ obj, conditions }) =>
    obj.startsWith('jobs/') && conditions ? [sortedText(conditions)] : [],
  );
  return anonymous(lists.filter((text, at) => text !== lists[at - 1]).join('\n'), job);
}

/** What the API server stores of a Job's pod, without what is chance. */
function podText(pod: AnyObject, job: string): string {
  const { generateName, labels = {}, annotations, ownerReferences = [], finalizers } = pod.metadata;
  const owners = ownerReferences.map(({ uid: _uid, ...reference }) => reference);
  // Where the pod runs is the scheduler's choice.
  const own = Object.fromEntries(Object.entries(labels).filter(([key]) => !/controller-uid$|^topology\./.test(key)));
  const { nodeName: _node, ...spec } = isRecord(pod.spec) ? pod.spec : {};
  const kept = finalizers?.filter((one) => one !== 'batch.kubernetes.io/job-tracking') ?? [];
  const text = sortedText({ generateName, labels: own, annotations, owners, kept, spec });
  return anonymous(text, job).replace(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-*');
}

class JobPlay {
  readonly #scenario: WorkloadScenario;
  readonly #job: Job;
  readonly #lab: WorkloadLab;
  readonly #found: Disagreement[] = [];
  #creations: Creation[] = [];
  #began = 0;
  /** Pods of the capture and of the lab in the order of their creation. */
  readonly #theirPods: string[] = [];
  readonly #ourPods: string[] = [];
  #example: AnyObject | undefined;

  constructor(scenario: WorkloadScenario) {
    this.#scenario = scenario;
    this.#job = jobOf(scenario);
    this.#lab = createWorkloadLab(`w-${scenario.id.toLowerCase()}`);
    const { cluster, namespace } = this.#lab;
    cluster.ctx.informer('Pod').subscribe({
      onAdd: (pod) => {
        if (pod.metadata.namespace !== namespace) return;
        this.#ourPods.push(pod.metadata.name);
        this.#creations.push({ t: (cluster.nowMs - this.#began) / 1000, name: pod.metadata.name });
      },
      onUpdate: (_before, after) => this.#noteExample(after),
    });
  }

  play(): Disagreement[] {
    const fold = new Fold();
    const { steps } = this.#scenario;
    const last = steps.findLastIndex(({ timeline }) => timeline.length > 0);
    steps.forEach((step, at) => {
      this.#lab.resetLog();
      this.#creations = [];
      this.#began = this.#lab.cluster.nowMs;
      this.#act(at);
      const seconds = Math.max(0, ...step.timeline.map(({ t = 0 }) => t));
      this.#lab.cluster.runFor(Math.ceil(seconds * 1000) + (at === last ? LAST_WAIT_MS : 0));
      this.#lab.settle(STEP_QUIET_MS);
      if (at > last) return;
      fold.apply(step.timeline);
      this.#awaitState(capturedState(fold, this.#job.metadata.name));
      this.#compareStep(step.step, step.timeline, fold);
    });
    this.#compareEnd();
    return this.#found;
  }

  #check(what: string, expected: string, got: string): void {
    if (expected !== got) this.#found.push({ id: this.#scenario.id, what, expected, got });
  }

  /** Lets a batch pass when the state is not the captured one yet. */
  #awaitState(expected: string): void {
    const until = this.#lab.cluster.nowMs + BATCH_MS;
    while (this.#lab.cluster.nowMs < until && liveState(this.#lab, this.#job.metadata.name) !== expected) {
      this.#lab.cluster.runFor(LOOK_MS);
    }
  }

  /** The example is a pod as it was in the end; ours is the one with the same index. */
  #noteExample(pod: Pod): void {
    const example = this.#scenario.examplePod;
    if (!example || pod.metadata.namespace !== this.#lab.namespace) return;
    const keys = ['batch.kubernetes.io/job-completion-index', 'batch.kubernetes.io/job-index-failure-count'];
    const same = keys.every((key) => pod.metadata.annotations?.[key] === example.metadata.annotations?.[key]);
    if (same) this.#example = pod as unknown as AnyObject;
  }

  /** Creates the Job, or does to it what the step's first changes show: a new spec, a deleted pod, a kubectl command. */
  #act(at: number): void {
    const { step, timeline, output = [] } = this.#scenario.steps[at] ?? { step: '', timeline: [] };
    for (const { obj, op } of timeline) if (op === 'ADDED' && obj.startsWith('pods/')) this.#theirPods.push(obj.slice(5));
    if (at === 0) {
      this.#lab.create(this.#job);
      return;
    }
    const changed = timeline.find(({ obj, op, spec }) => obj.startsWith('jobs/') && op === 'MODIFIED' && isRecord(spec));
    if (changed !== undefined) {
      this.#lab.edit<Job>('Job', this.#job.metadata.name, (before) => ({
        ...before,
        spec: { ...before.spec, ...(changed.spec as Partial<JobSpec>) },
      }));
    }
    const deleted = /^delete a\b.*\bpod/.test(step) ? timeline.find(({ deleting }) => deleting === true) : undefined;
    if (deleted !== undefined) {
      const name = this.#ourPods[this.#theirPods.indexOf(deleted.obj.slice(5))] ?? '';
      unwrap(this.#lab.cluster.client.delete({ kind: 'Pod', namespace: this.#lab.namespace, name }));
    }
    for (const { command, stdout = '' } of output) {
      if (/^kubectl delete /.test(command)) runCommand(this.#lab, command);
      if (command !== 'kubectl get jobs') continue;
      this.#check(command, capturedJobTable(stdout), jobTable(this.#lab.cluster.list('Job', this.#lab.namespace)));
    }
  }

  #compareStep(step: string, timeline: readonly TimelineEntry[], fold: Fold): void {
    const job = this.#job.metadata.name;
    this.#check(`${step}: state`, capturedState(fold, job), liveState(this.#lab, job));
    this.#check(`${step}: conditions`, conditionWrites(timeline, job), conditionWrites(this.#lab.timeline(), job));
    const theirs = timeline.filter(({ obj, op }) => op === 'ADDED' && obj.startsWith('pods/'));
    const names = (list: readonly string[]): string =>
      list
        .map((name) => anonymous(name, job))
        .sort(compareStrings)
        .join(' ');
    this.#check(
      `${step}: pods created`,
      names(theirs.map(({ obj }) => obj.slice(5))),
      names(this.#creations.map(({ name }) => name)),
    );
    const gap = (times: readonly number[], at: number): number => (times[at] ?? 0) - (times[at - 1] ?? 0);
    const [captured, own] = [theirs.map(({ t = 0 }) => t), this.#creations.map(({ t }) => t)];
    const late = captured.flatMap((_t, at) => {
      const [expected, got] = [gap(captured, at), gap(own, at)];
      return Math.abs(got - expected) > TOLERANCE_SECONDS ? [`pod ${at + 1} after ${expected} s, not ${got} s`] : [];
    });
    this.#check(`${step}: times of creation`, '', late.join(', '));
  }

  #compareEnd(): void {
    const { cluster, namespace } = this.#lab;
    const job = this.#job.metadata.name;
    const events = (
      list: readonly { type?: string; reason?: string; message?: string; count?: number; object: string }[],
    ): string =>
      list
        .map(
          ({ type, reason, message, count, object }) => `${type} ${reason} ${object} ${anonymous(message ?? '', job)} x${count}`,
        )
        .sort(compareStrings)
        .join('\n');
    const ours = cluster
      .list('Event', namespace)
      .filter(({ reason }) => reason !== 'Scheduled' && reason !== 'FailedScheduling')
      .map((event) => ({ ...event, object: `${event.involvedObject.kind}/${event.involvedObject.name}` }));
    this.#check('events', events(this.#scenario.events), events(ours));
    for (const [key, { metadata }] of Object.entries(this.#scenario.final)) {
      const stored = cluster.client.get('Job', namespace, key.slice('jobs/'.length));
      if (!stored.ok) continue;
      this.#check(`${key}: generation`, String(metadata?.generation), String(stored.value.metadata.generation));
    }
    const example = this.#scenario.examplePod;
    if (example)
      this.#check('example pod', podText(example, job), this.#example === undefined ? 'none' : podText(this.#example, job));
  }
}

/** Plays the scenarios of Jobs: what is compared are states after each step, conditions, pods with names and times, and events. */
export function runJobs(scenarios: readonly WorkloadScenario[]): ConformanceFamily {
  const family: ConformanceFamily = { name: 'jobs', agree: 0, total: 0, disagree: [], later: [] };
  for (const scenario of scenarios) {
    const found = new JobPlay(scenario).play();
    family.total += 1;
    if (found.length === 0) family.agree += 1;
    family.disagree.push(...found);
  }
  return family;
}
