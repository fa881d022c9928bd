import { compareStrings } from '#shared/core/compare.ts';
import { deepEqual } from '#shared/core/json.ts';
import type { CapturedState, CommandStep, DrainCase, RequestStep } from './drain/cases.ts';
import { DrainLab } from './drain/lab.ts';
import { namespaceOf, reconstruct } from './drain/reconstruct.ts';
import type { ConformanceFamily, ConformanceReport, Disagreement, LaterCase } from './types.ts';

/** Time the cluster is given before the first and after the last step, in virtual milliseconds. */
const SETTLE_MS = 1_500;
/** Klog lines: a header of level, date, time, process and place. */
const KLOG = /^([IWEF])\d{4} \S+ +\d+ \S+\] /;

export type { DrainCase } from './drain/cases.ts';

/**
 * Replays nodes/drain.json: state before, kubectl lines with output and exit code, raw evictions with code and body, state after. As its
 * README says, the order of lines about several pods, the order of refusal groups and pod suffixes are not compared.
 */
export function runDrainConformance(cases: readonly DrainCase[]): ConformanceReport {
  const family: ConformanceFamily = { name: 'drain', agree: 0, total: 0, disagree: [], later: [] };
  for (const drainCase of cases) {
    const reason = outsideCapture(drainCase);
    if (reason !== undefined) {
      family.later.push({ id: drainCase.id, why: reason });
      continue;
    }
    const { disagree, later } = checkDrainCase(drainCase);
    family.total += 1;
    if (disagree.length === 0) family.agree += 1;
    family.disagree.push(...disagree);
    family.later.push(...later);
  }
  return { topic: 'nodes', families: [family] };
}

/** A case whose state before is not in the capture cannot be replayed. */
function outsideCapture(drainCase: DrainCase): string | undefined {
  const named = [...JSON.stringify(drainCase.steps).matchAll(/evicting pod ([^/\s]+)\//g)].map((match) => match[1]);
  const foreign = named.filter((namespace) => namespace !== namespaceOf(drainCase));
  return foreign.length === 0
    ? undefined
    : `the state before has none of the pods of ${[...new Set(foreign)].sort().join(' and ')}`;
}

/** Replays one case. */
export function checkDrainCase(drainCase: DrainCase): { disagree: Disagreement[]; later: LaterCase[] } {
  const lab = new DrainLab(reconstruct(drainCase));
  const namespace = namespaceOf(drainCase);
  const disagree: Disagreement[] = [];
  const later: LaterCase[] = [];
  const compare = (what: string, expected: unknown, got: unknown): void => {
    if (!deepEqual(expected, got))
      disagree.push({ id: drainCase.id, what, expected: JSON.stringify(expected), got: JSON.stringify(got) });
  };
  lab.runFor(SETTLE_MS);
  if (drainCase.before !== undefined) compare('before', stateForm(drainCase.before), stateForm(lab.state(namespace)));
  for (const step of drainCase.steps) {
    if ('request' in step) checkRequest(lab, step, compare);
    else if (!checkCommand(lab, step, compare))
      later.push({ id: `${drainCase.id}: ${step.command}`, why: 'printing objects is the kubectl topic' });
  }
  lab.runFor(SETTLE_MS);
  compare('after', stateForm(drainCase.after), stateForm(lab.state(namespace)));
  return { disagree, later };
}

type Compare = (what: string, expected: unknown, got: unknown) => void;

function checkCommand(lab: DrainLab, step: CommandStep, compare: Compare): boolean {
  const outcome = lab.run(step.command);
  if (outcome === undefined) return false;
  compare(`${step.command}: exit code`, step.exitCode, outcome.exitCode);
  for (const stream of ['stdout', 'stderr'] as const) {
    const expected = textLines(step[stream]);
    const got = outcome[stream];
    compare(`${step.command}: ${stream}`, linesForm(expected), linesForm(got));
    if (stream === 'stdout') compare(`${step.command}: frame`, frameOf(expected), frameOf(got));
  }
  return true;
}

function checkRequest(lab: DrainLab, step: RequestStep, compare: Compare): void {
  const { name, namespace } = step.request.body.metadata;
  const answer = lab.evict(namespace, name, step.request.body.deleteOptions?.preconditions?.uid);
  compare(`evict ${name}: code`, step.code, answer.code);
  compare(`evict ${name}: body`, withoutUids(step.body), withoutUids(answer.body));
}

/** Lines that are not about single pods: their order is fixed. */
function frameOf(lines: readonly string[]): string[] {
  return lines.filter((line) => !line.startsWith('evicting pod ') && !line.startsWith('pod/'));
}

/** Lines of a stream without what klog adds: information lines go, warnings keep their text. */
function textLines(text: string): string[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.filter((line) => KLOG.exec(line)?.[1] !== 'I').map((line) => line.replace(KLOG, ''));
}

/** Lines in byte order, the members of lists inside a line too. */
function linesForm(lines: readonly string[]): string[] {
  return lines.map(sortMembers).sort(compareStrings);
}

function sortMembers(line: string): string {
  const parts = /^(.*)\[((?:cannot delete|error when) .*)\](.*)$/.exec(line);
  if (parts !== null) {
    const members = (parts[2] ?? '').split(/, (?=cannot delete |error when )/).sort(compareStrings);
    return `${parts[1]}[${members.join(', ')}]${parts[3]}`;
  }
  if (!line.startsWith('Warning: ')) return line;
  return `Warning: ${line.slice('Warning: '.length).split('; ').sort(compareStrings).join('; ')}`;
}

function withoutUids(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body).replace(/the UID in record \([^)]*\)/g, 'the UID in record (uid)')) as unknown;
}

/** State with the random suffix of pods that have an owner taken away, in byte order. */
function stateForm(state: CapturedState) {
  const pods = state.pods.map((pod) => ({
    ...pod,
    name: pod.owner === null ? pod.name : pod.name.split('-').slice(0, -1).join('-'),
  }));
  const texts = pods
    .map((pod) => JSON.stringify([pod.name, pod.node, pod.phase, pod.deleting, pod.owner, pod.disruptionTarget]))
    .sort(compareStrings);
  return { pods: texts, node: state['node dr-1'], budgets: state.pdbs };
}
