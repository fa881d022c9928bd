import { isPodReady } from '#shared/kube/conditions.ts';
import type { Pod, PodDisruptionBudget } from '#shared/kube/types.ts';
import type { ApiResult } from '../../client/types.ts';
import { budget, deployment, pod, statefulSet } from '../../testing/builders.ts';
import { unwrap } from '../../testing/harness.ts';
import { createLab, type Lab } from '../deployments/lab.ts';
import { withReady } from '../labKubelet.ts';
import type { ConformanceFamily, Disagreement } from '../types.ts';
import { type GovernanceScenario, type GovernanceStep, Replay, refusalText } from './timeline.ts';

const LABELS = { app: 'web' };
type Answer = ApiResult<unknown> | undefined;

function podsOf(lab: Lab): Pod[] {
  return lab.cluster.list('Pod', 'default').filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

function evict(lab: Lab, target: Pod | undefined, dryRun = false): Answer {
  return lab.cluster.client.evict('default', target?.metadata.name ?? 'ghost', dryRun ? { dryRun } : {});
}

function makeUnready(lab: Lab): Answer {
  const target = podsOf(lab).find(isPodReady);
  return target === undefined
    ? undefined
    : lab.cluster.client.updateStatus(withReady(target, false, lab.cluster.core.clock.timestamp()));
}

function create(lab: Lab, ...objects: Parameters<Lab['cluster']['create']>): undefined {
  lab.cluster.create(...objects);
  return undefined;
}

function replaceBudget(lab: Lab, limit: { maxUnavailable: number }): undefined {
  unwrap(lab.cluster.client.delete({ kind: 'PodDisruptionBudget', namespace: 'default', name: 'pdb' }));
  return create(lab, budget('pdb', LABELS, limit));
}

function changeBudget(lab: Lab, minAvailable: string): Answer {
  const before = lab.cluster.get('PodDisruptionBudget', 'default', 'pdb');
  return lab.cluster.client.update({ ...before, spec: { ...before.spec, minAvailable } });
}

function withSelector(name: string, selector: object | undefined): PodDisruptionBudget {
  const built = budget(name, {}, { minAvailable: 1 });
  const { selector: _old, ...spec } = built.spec;
  return { ...built, spec: selector === undefined ? spec : { ...spec, selector } } as PodDisruptionBudget;
}

const unplaceable = () => pod('pending', { labels: LABELS, spec: { nodeSelector: { no: 'where' } } });
const named = (lab: Lab, name: string) => podsOf(lab).find(({ metadata }) => metadata.name === name);
const workload = (lab: Lab) => podsOf(lab).find(({ metadata }) => metadata.name.startsWith('web-'));

const workloadKind = (lab: Lab) => (lab.cluster.list('StatefulSet').length > 0 ? 'StatefulSet' : 'Deployment');

/** Steps by their captured names. */
const STEPS: Readonly<Record<string, (lab: Lab) => Answer>> = {
  'three bare pods': (lab) => create(lab, ...['a', 'b', 'c'].map((name) => pod(name, { labels: LABELS }))),
  'PDB minAvailable 2 (number)': (lab) => create(lab, budget('pdb', LABELS, { minAvailable: 2 })),
  'evict a': (lab) => evict(lab, named(lab, 'a')),
  'evict b': (lab) => evict(lab, named(lab, 'b')),
  'PDB changed to minAvailable 50%': (lab) => changeBudget(lab, '50%'),
  'PDB replaced by maxUnavailable 1': (lab) => replaceBudget(lab, { maxUnavailable: 1 }),
  'evict one': (lab) => evict(lab, podsOf(lab)[0]),
  'one pod becomes unready': makeUnready,
  'evict a ready one': (lab) => evict(lab, podsOf(lab).find(isPodReady)),
  'evict the unready one': (lab) =>
    evict(
      lab,
      podsOf(lab).find((one) => !isPodReady(one)),
    ),
  'scale to 1': (lab) => lab.cluster.client.scale({ kind: workloadKind(lab), namespace: 'default', name: 'web' }, 1),
  'evict the last': (lab) => evict(lab, podsOf(lab)[0]),
  'Deployment of 2 and a bare pod with the same label': (lab) =>
    create(lab, deployment('web', { replicas: 2 }), pod('bare', { labels: LABELS })),
  'PDB maxUnavailable 1': (lab) => create(lab, budget('pdb', LABELS, { maxUnavailable: 1 })),
  'second PDB minAvailable 1 selecting the same pods': (lab) => create(lab, budget('pdb2', LABELS, { minAvailable: 1 })),
  'evict the bare pod (two budgets)': (lab) => evict(lab, named(lab, 'bare')),
  'PDB with empty selector {}': (lab) => create(lab, withSelector('all', {})),
  'PDB without selector': (lab) => create(lab, withSelector('none', undefined)),
  'PDB that selects nothing': (lab) => create(lab, budget('zero', { app: 'nothing' }, { minAvailable: 1 })),
  'Deployment of 2 plus a pod that cannot be scheduled, minAvailable 2': (lab) =>
    create(lab, budget('pdb', LABELS, { minAvailable: 2 }), deployment('web', { replicas: 2 }), unplaceable()),
  'evict the pending pod': (lab) => evict(lab, named(lab, 'pending')),
  'evict a running pod, dry run': (lab) => evict(lab, workload(lab), true),
  'evict a running pod': (lab) => evict(lab, workload(lab)),
  'evict with wrong uid precondition': (lab) => evict(lab, workload(lab)),
  'evict a pod that does not exist': (lab) => evict(lab, undefined),
  'PDB deleted, evict': (lab) => {
    unwrap(lab.cluster.client.delete({ kind: 'PodDisruptionBudget', namespace: 'default', name: 'pdb' }));
    return evict(lab, workload(lab));
  },
};

/** Steps whose names carry their arguments. */
function actionOf(step: string): ((lab: Lab) => Answer) | undefined {
  const [, kind, size] = /^(Deployment|StatefulSet) of (\d+)$/.exec(step) ?? [];
  const replicas = Number(size);
  if (kind === 'Deployment') return (lab) => create(lab, deployment('web', { replicas }));
  if (kind === 'StatefulSet')
    return (lab) => create(lab, statefulSet('web', { replicas, workload: { podManagementPolicy: 'Parallel' } }));
  const spec = /^PDB (\{".*\})$/.exec(step)?.[1];
  if (spec !== undefined) {
    return (lab) => {
      const built = budget('pdb', LABELS, {});
      const whole: PodDisruptionBudget = { ...built, spec: { ...built.spec, ...(JSON.parse(spec) as object) } };
      return create(lab, whole);
    };
  }
  return STEPS[step];
}

const COMPARED = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods', 'observedGeneration'] as const;

function statusText(status: Readonly<Record<string, unknown>>): string {
  const counts = COMPARED.map((field) => `${field}=${String(status[field])}`).join(' ');
  const conditions = (status.conditions ?? []) as {
    type: string;
    status: string;
    reason: string;
    message: string;
    observedGeneration: number;
  }[];
  const texts = conditions.map((one) => `${one.type}=${one.status} ${one.reason} "${one.message}" @${one.observedGeneration}`);
  const disrupted = Object.keys((status.disruptedPods ?? {}) as object).length;
  return `${counts} disrupted=${disrupted} ${texts.join('; ')}`;
}

function answerText(answer: Answer): string {
  if (answer === undefined || answer.ok) return 'accepted';
  const { code, message, details } = answer.error;
  return refusalText({ error: code, message, ...(details?.causes === undefined ? {} : { details: { causes: details.causes } }) });
}

function play(scenario: GovernanceScenario): Disagreement[] {
  const lab = createLab();
  const replay = new Replay();
  const found: Disagreement[] = [];
  const check = (step: GovernanceStep, what: string, expected: string, got: string) => {
    if (expected !== got) found.push({ id: scenario.scenario, what: `${step.step}: ${what}`, expected, got });
  };
  for (const step of scenario.steps) {
    const action = actionOf(step.step);
    if (action === undefined) {
      check(step, 'step', 'known', 'unknown');
      break;
    }
    const answer = action(lab);
    lab.settle();
    replay.apply(step);
    check(step, 'answer', refusalText(step.refused), answerText(answer));
    for (const name of replay.of('poddisruptionbudgets')) {
      const stored = lab.cluster.client.get('PodDisruptionBudget', 'default', name.slice(name.indexOf('/') + 1));
      const got = stored.ok ? statusText({ ...stored.value.status }) : 'missing';
      check(step, name, statusText(replay.get(name) ?? {}), got);
    }
  }
  return found;
}

/** Plays the scenarios of governance/pdb: the budgets' status after each step, and the answers to evictions. */
export function runBudgets(scenarios: readonly GovernanceScenario[]): ConformanceFamily {
  const family: ConformanceFamily = { name: 'pod disruption budgets', agree: 0, total: 0, disagree: [], later: [] };
  for (const scenario of scenarios) {
    const found = play(scenario);
    family.total += 1;
    if (found.length === 0) family.agree += 1;
    family.disagree.push(...found);
  }
  return family;
}
