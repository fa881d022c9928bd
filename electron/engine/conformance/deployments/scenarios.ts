import { compareStrings } from '#shared/core/compare.ts';
import { type CapturedObject, captured, describeState, plainMessages } from '../rollouts.ts';
import type { ConformanceFamily, ConformanceReport, Disagreement } from '../types.ts';
import { createLab, type EventWrite, type Lab, type SizeWrite } from './lab.ts';
import { playReplicaSetScenario, type ReplicaSetScenario } from './replicaSetScenarios.ts';
import { SCRIPTS } from './scripts.ts';

/** One file of deployments/scenarios, as far as it is compared. */
export interface DeploymentScenario {
  id: string;
  steps: {
    step: string;
    rsWrites?: SizeWrite[];
    state?: { deployments: CapturedObject[]; replicaSets: CapturedObject[] };
  }[];
  events: EventWrite[];
}

/** Names of pods are random, and each captured scenario had a namespace of its own. */
function anonymous(text: string): string {
  return text
    .replace(/((?:Created|Deleted) pod: \S+)-[a-z0-9]{5}$/, '$1')
    .replace(/(pods "web-[0-9a-z]{6,10})-[a-z0-9]{5}"/g, '$1-<pod>"')
    .replace(/\bs-[a-z-]+\/(?=\w+: serviceaccount)/g, 'default/');
}

/** How often something failed is a matter of time: each failure is told once. */
function withoutRepeats(texts: readonly string[]): string[] {
  const failures = new Set<string>();
  return texts.filter((text) => {
    if (!text.startsWith('FailedCreate ')) return true;
    const known = failures.has(text);
    failures.add(text);
    return !known;
  });
}

function stateText(objects: readonly CapturedObject[], rename: (text: string) => string): string {
  return [...objects]
    .map((one) => rename(anonymous(describeState(one))))
    .sort(compareStrings)
    .join('\n');
}

/** Replaces the names that two runs cannot share by their order of appearance. */
function renamer(known: ReadonlySet<string>): (text: string) => string {
  return (text) => text.replace(/web-[0-9a-z]{6,10}\b/g, (name) => (known.has(name) ? name : 'web-<other>'));
}

function replicaSetNames(text: string): Set<string> {
  return new Set(text.match(/web-[0-9a-z]{6,10}\b/g) ?? []);
}

function compareScenario(scenario: DeploymentScenario): Disagreement[] {
  const script = SCRIPTS[scenario.id];
  const found: Disagreement[] = [];
  const check = (what: string, expected: string, got: string) => {
    if (expected !== got) found.push({ id: scenario.id, what, expected, got });
  };
  if (script === undefined) return [{ id: scenario.id, what: 'script', expected: 'a script', got: 'none' }];
  const lab = createLab(1, script.controllers);
  script.start(lab);
  lab.lockstep();
  const logs: {
    what: string;
    sizes: readonly SizeWrite[];
    state: { deployments: CapturedObject[]; replicaSets: CapturedObject[] };
  }[] = [];
  for (const step of script.steps) {
    step.prepare?.(lab);
    lab.settle();
    lab.resetLog();
    step.run?.(lab);
    lab.lockstep({
      ...(step.quietMs === undefined ? {} : { quietMs: step.quietMs }),
      ...(step.limit === undefined ? {} : { limit: step.limit }),
    });
    if (step.waitMs !== undefined) lab.cluster.runFor(step.waitMs);
    logs.push({ what: '', sizes: [...lab.log().sizes], state: stateOf(lab) });
  }
  const ours = replicaSetNames(JSON.stringify(logs));
  const theirs = replicaSetNames(JSON.stringify(scenario.steps));
  const rename = renamer(new Set([...ours].filter((name) => theirs.has(name))));
  scenario.steps.forEach((step, at) => {
    const log = logs[at];
    if (log === undefined) return;
    const line = (writes: readonly SizeWrite[]) => writes.map(({ from, to }) => `${from ?? 'new'}>${to}`).join(' ');
    check(`${step.step}: rsWrites`, line(step.rsWrites ?? []), line(log.sizes));
    if (step.state === undefined) return;
    check(`${step.step}: deployments`, stateText(step.state.deployments, rename), stateText(log.state.deployments, rename));
    check(`${step.step}: replica sets`, stateText(step.state.replicaSets, rename), stateText(log.state.replicaSets, rename));
  });
  const about = (events: readonly EventWrite[]) =>
    withoutRepeats(plainMessages(events).map((text) => rename(anonymous(text))))
      .sort(compareStrings)
      .join('\n');
  check('events', about(scenario.events), about(lab.events));
  return found;
}

function stateOf(lab: Lab): { deployments: CapturedObject[]; replicaSets: CapturedObject[] } {
  return {
    deployments: lab.cluster.list('Deployment', 'default').map(captured),
    replicaSets: lab.cluster.list('ReplicaSet', 'default').map(captured),
  };
}

function isReplicaSetScenario(scenario: DeploymentScenario | ReplicaSetScenario): scenario is ReplicaSetScenario {
  return scenario.id.startsWith('replicaset-');
}

/** Plays the scenarios of deployments/scenarios and compares sizes, states and events after each step. */
export function runDeploymentScenarios(scenarios: readonly (DeploymentScenario | ReplicaSetScenario)[]): ConformanceReport {
  const family: ConformanceFamily = { name: 'scenarios', agree: 0, total: 0, disagree: [], later: [] };
  for (const scenario of scenarios) {
    const found = isReplicaSetScenario(scenario) ? playReplicaSetScenario(scenario) : compareScenario(scenario);
    family.total += 1;
    if (found.length === 0) family.agree += 1;
    family.disagree.push(...found);
  }
  return { topic: 'deployments', families: [family] };
}
