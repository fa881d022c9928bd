import { compareStrings } from '#shared/core/compare.ts';
import type { AnyObject, Pod } from '#shared/kube/types.ts';
import type { EventWrite } from '../deployments/lab.ts';
import { plainMessages } from '../rollouts.ts';
import type { ConformanceFamily, Disagreement } from '../types.ts';
import { runCommand } from './commands.ts';
import { createWorkloadLab, type WorkloadLab } from './lab.ts';
import { Fold, sortedText, type TimelineEntry, viewOf } from './timeline.ts';

/** A kubectl command of a step and what it said. */
export interface CapturedCommand {
  command: string;
  exitCode?: number;
  stdout?: string;
  stderr?: string;
}

/** One file of workloads/scenarios, as far as it is compared. */
export interface WorkloadScenario {
  id: string;
  final: Record<string, { metadata?: { annotations?: Record<string, string>; generation?: number }; status?: unknown }>;
  finalPods: ({ name: string; node?: string } & Record<string, unknown>)[];
  examplePod?: AnyObject | null;
  steps: { step: string; readySteps?: number; timeline: TimelineEntry[]; output?: CapturedCommand[] }[];
  events: EventWrite[];
}

/** What is done in one step: the captured commands first, then `run`; pods are driven to readiness afterwards. */
export interface ScriptStep {
  /** What precedes the commands; the cluster settles after it. */
  before?: ((lab: WorkloadLab) => void) | undefined;
  run?: (lab: WorkloadLab) => void;
  /** Virtual time that passes after the step. */
  waitMs?: number;
  /** Most pods that are marked ready; 0 leaves all as they are. */
  limit?: number;
  /** RFC 3339 time at which the step begins, where what it writes depends on it. */
  at?: string;
}

/** How a captured scenario is played. */
export interface Script {
  /** RFC 3339 time at which the lab begins. */
  startTime?: string;
  /** The cluster before the first step. */
  start?: (lab: WorkloadLab) => void;
  steps: readonly ScriptStep[];
}

/** What of a family's scenarios may be compared. */
export interface ComparisonRules {
  /** Names of pods are the same in each run (StatefulSet). */
  stablePodNames: boolean;
  /** The nodes of the pods at the end are the workload's decision, not the scheduler's (DaemonSet). */
  nodesMatter: boolean;
  /** Actions of a scenario that has no script, read off its name and texts; undefined when they do not tell enough. */
  derive?: (scenario: WorkloadScenario) => Script | undefined;
}

/** Changes and answers of one played step. */
export interface StepLog {
  timeline: readonly TimelineEntry[];
  readySteps: number;
  outputs: readonly Required<CapturedCommand>[];
}

/** Random suffixes off the names of pods. */
function anonymous(text: string): string {
  return text.replace(
    /\b((?:Created|Deleted) pod: \S+|daemon pod \S+|for deletion Pod \S+)-[bcdfghjklmnpqrstvwxz2456789]{5}\b/,
    '$1',
  );
}

/** Plays the steps of a scenario and records each. */
export function playScenario(scenario: WorkloadScenario, script: Script): { lab: WorkloadLab; logs: StepLog[] } {
  const lab = createWorkloadLab(`w-${scenario.id.toLowerCase()}`, script.startTime);
  script.start?.(lab);
  lab.lockstep();
  const logs = scenario.steps.map(({ output = [] }, at): StepLog => {
    const step = script.steps[at] ?? {};
    lab.resetLog();
    if (step.at !== undefined) lab.waitUntil(step.at);
    step.before?.(lab);
    if (step.before !== undefined) lab.settle();
    const outputs = output.filter(({ command }) => command.startsWith('kubectl ')).map(({ command }) => runCommand(lab, command));
    step.run?.(lab);
    const readySteps = lab.lockstep(step.limit === undefined ? {} : { limit: step.limit });
    if (step.waitMs !== undefined) lab.cluster.runFor(step.waitMs);
    return { timeline: [...lab.timeline()], readySteps, outputs };
  });
  return { lab, logs };
}

/** Compares everything the README lets be compared; an empty list when all agrees. */
export function compareScenario(
  scenario: WorkloadScenario,
  { lab, logs }: { lab: WorkloadLab; logs: readonly StepLog[] },
  rules: ComparisonRules,
): Disagreement[] {
  const found: Disagreement[] = [];
  const check = (what: string, expected: string, got: string) => {
    if (expected !== got) found.push({ id: scenario.id, what, expected, got });
  };
  const [theirs, ours] = [new Fold(), new Fold()];
  scenario.steps.forEach(({ step, timeline, readySteps = 0, output = [] }, at) => {
    const log = logs[at];
    if (log === undefined) return;
    theirs.apply(timeline);
    ours.apply(log.timeline);
    check(`${step}: ready steps`, String(readySteps), String(log.readySteps));
    if (readySteps > 0) check(`${step}: pod writes`, phases(timeline, rules), phases(log.timeline, rules));
    check(`${step}: state`, stateText(theirs, rules), stateText(ours, rules));
    const commands = output.filter(({ command }) => command.startsWith('kubectl '));
    commands.forEach((captured, index) => {
      check(`${step}: ${captured.command}`, commandText(captured), commandText(log.outputs[index]));
    });
  });
  check('final', finalText(scenario.final), finalText(finalOf(lab, Object.keys(scenario.final))));
  if (scenario.examplePod) {
    const mine = twinOf(scenario.examplePod as unknown as Pod, lab.pods(), rules);
    check('example pod', podText(scenario.examplePod as unknown as Pod), mine === undefined ? 'none' : podText(mine));
  }
  check('final pods', finalPodsText(scenario.finalPods, rules), finalPodsText(finalPodsOf(lab), rules));
  const about = (events: readonly EventWrite[]) => (rules.stablePodNames ? merged(events) : writes(events));
  check('events', about(scenario.events), about(lab.events));
  return found;
}

/** Every write of an event, without what is chance. */
function writes(events: readonly EventWrite[]): string {
  return plainMessages(events)
    .map((text, index) => `${events[index]?.type} ${events[index]?.object.split('/')[0]} ${anonymous(text)}`)
    .sort(compareStrings)
    .join('\n');
}

/** The events as they are in the end: each with the count of its last write. */
function merged(events: readonly EventWrite[]): string {
  const counts = new Map(events.map((one) => [`${one.type} ${one.object} ${one.reason} ${one.message}`, one.count]));
  return [...counts]
    .map(([text, count]) => `${text} x${count}`)
    .sort(compareStrings)
    .join('\n');
}

function commandText(one: CapturedCommand | undefined): string {
  return `exit ${one?.exitCode ?? 0}\n${one?.stdout ?? ''}${one?.stderr ?? ''}`;
}

/**
 * Creations and deletions of pods between two pods that got ready. Within one such phase the order of writes is chance; a disappearance is
 * not counted, since it may fall into the next phase.
 */
function phases(timeline: readonly TimelineEntry[], rules: ComparisonRules): string {
  const list: string[][] = [[]];
  for (const { obj, op, image, deleting, ready } of timeline) {
    if (!obj.startsWith('pods/')) continue;
    const name = rules.stablePodNames ? ` ${obj}` : '';
    if (ready === true) list.push([]);
    else if (op === 'ADDED') list.at(-1)?.push(`create${name} ${String(image)}`);
    else if (deleting === true) list.at(-1)?.push(`delete${name}`);
  }
  return list.map((phase) => phase.sort(compareStrings).join(', ')).join(' | ');
}

/** The objects as the entries up to now tell; pods without what is chance. */
function stateText(fold: Fold, rules: ComparisonRules): string {
  const pods = fold.of('pods').map(([name, { node, DisruptionTarget: _reason, ...fields }]) => {
    const placed = node === undefined ? {} : { node: 'set' };
    return `${rules.stablePodNames ? name : 'pod'} ${sortedText({ ...fields, ...placed })}`;
  });
  const others = [
    'daemonsets',
    'statefulsets',
    'replicationcontrollers',
    'jobs',
    'controllerrevisions',
    'persistentvolumeclaims',
  ];
  const rest = others.flatMap((plural) => fold.of(plural).map(([name, fields]) => `${plural}/${name} ${sortedText(fields)}`));
  return [...rest, ...pods.sort(compareStrings)].join('\n');
}

const TIMES: ReadonlySet<string> = new Set(['lastTransitionTime', 'lastProbeTime', 'startTime', 'completionTime']);

function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, TIMES.has(key) ? 'set' : withoutTimes(item)]));
}

function finalText(final: WorkloadScenario['final']): string {
  return Object.keys(final)
    .sort(compareStrings)
    .map((name) => {
      const { metadata, status } = final[name] ?? {};
      const { annotations, generation } = metadata ?? {};
      return `${name} ${sortedText(withoutTimes({ annotations, generation, status }))}`;
    })
    .join('\n');
}

const KINDS: Readonly<Record<string, string>> = {
  daemonsets: 'DaemonSet',
  statefulsets: 'StatefulSet',
  jobs: 'Job',
  replicationcontrollers: 'ReplicationController',
};

function finalOf(lab: WorkloadLab, names: readonly string[]): WorkloadScenario['final'] {
  const final: WorkloadScenario['final'] = {};
  for (const key of names) {
    const [plural = '', name = ''] = key.split('/');
    const found = lab.cluster.client.get(KINDS[plural] ?? '', lab.namespace, name);
    if (found.ok) final[key] = found.value as unknown as WorkloadScenario['final'][string];
  }
  return final;
}

function finalPodsOf(lab: WorkloadLab): WorkloadScenario['finalPods'] {
  return lab.pods().map((pod) => ({ name: pod.metadata.name, ready: false, ...viewOf(pod as unknown as AnyObject) }));
}

function finalPodsText(pods: WorkloadScenario['finalPods'], rules: ComparisonRules): string {
  return pods
    .map(({ name, node, DisruptionTarget: _reason, ...fields }) => {
      const head = rules.stablePodNames ? name : 'pod';
      return `${head} ${sortedText({ ...fields, ...(rules.nodesMatter ? { node } : {}) })}`;
    })
    .sort(compareStrings)
    .join('\n');
}

const GENERATION = 'pod-template-generation';

/** Our pod that should look like the captured one; of daemon pods the ones of the same generation do, whatever their nodes. */
function twinOf(pod: Pod, ours: readonly Pod[], rules: ComparisonRules): Pod | undefined {
  if (rules.stablePodNames) return ours.find(({ metadata }) => metadata.name === pod.metadata.name);
  return ours.find(({ metadata }) => metadata.labels?.[GENERATION] === pod.metadata.labels?.[GENERATION]);
}

const TOPOLOGY = /^topology\.kubernetes\.io\//;

/** A stored pod without its status, its random parts and what its node decides. */
function podText({ metadata, spec }: Pod): string {
  const labels = Object.entries(metadata.labels ?? {}).filter(([key]) => !TOPOLOGY.test(key));
  const owners = (metadata.ownerReferences ?? []).map(({ uid: _uid, ...reference }) => reference);
  const { generateName, generation, annotations, finalizers } = metadata;
  const shown = {
    metadata: { generateName, generation, annotations, finalizers, labels: Object.fromEntries(labels), owners },
    spec,
  };
  const text = sortedText(shown).replace(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access');
  return spec.nodeName ? text.replaceAll(JSON.stringify(spec.nodeName), '<node>') : text;
}

/** Plays and compares all scenarios of one family; `scripts` by scenario id. */
export function runScenarioFamily(
  name: string,
  scenarios: readonly WorkloadScenario[],
  scripts: Readonly<Record<string, Script>>,
  rules: ComparisonRules,
): ConformanceFamily {
  const family: ConformanceFamily = { name, agree: 0, total: 0, disagree: [], later: [] };
  for (const scenario of scenarios) {
    const script = scripts[scenario.id] ?? rules.derive?.(scenario);
    if (script === undefined) {
      family.later.push({
        id: scenario.id,
        why: 'the capture tells its steps in words only, and nobody has written them down as actions',
      });
      continue;
    }
    const found = compareScenario(scenario, playScenario(scenario, script), rules);
    family.total += 1;
    if (found.length === 0) family.agree += 1;
    family.disagree.push(...found);
  }
  return family;
}
