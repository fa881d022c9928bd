import { compareStrings } from '#shared/core/compare.ts';
import type { Deployment, ReplicaSet } from '#shared/kube/types.ts';
import { deployment } from '../testing/builders.ts';
import { unwrap } from '../testing/harness.ts';
import { createLab, type EventWrite, type Lab } from './deployments/lab.ts';
import type { ConformanceFamily, ConformanceReport, Disagreement } from './types.ts';

const FIRST_IMAGE = 'registry.example/app:v1';
const SECOND_IMAGE = 'registry.example/app:slow2';

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** A Deployment or ReplicaSet as the capture's `final` and `state` show it. */
export interface CapturedObject {
  name: string;
  annotations?: Record<string, string>;
  specReplicas: number;
  status: Record<string, unknown>;
  conditions?: Condition[];
}

/** One line of rollouts.jsonl, as far as it is compared. */
export interface RolloutCase {
  id: string;
  case: { replicas?: number; maxSurge?: number | string; maxUnavailable?: number | string };
  readySteps: number;
  rsWrites: { rs: string; from: number | null; to: number }[];
  maxSpecReplicasTotal: number;
  minReadyPods: number | null;
  final: { deployments: CapturedObject[]; replicaSets: CapturedObject[] };
  events: EventWrite[];
}

/** A Deployment `web` as the capture created it. */
export function webDeployment(replicas: number, workload: Record<string, unknown> = {}, image = FIRST_IMAGE): Deployment {
  const spec = { containers: [{ name: 'app', image }] };
  return deployment('web', { replicas, workload, spec });
}

/** The Deployment with another image in its one container. */
export function withImage(before: Deployment, image: string): Deployment {
  const { template } = before.spec;
  const containers = (template.spec?.containers ?? []).map((container) => ({ ...container, image }));
  return { ...before, spec: { ...before.spec, template: { ...template, spec: { ...template.spec, containers } } } };
}

function runCase(rollout: RolloutCase): { lab: Lab; steps: number } {
  const { replicas = 3, maxSurge, maxUnavailable } = rollout.case;
  const rollingUpdate = {
    ...(maxSurge === undefined ? {} : { maxSurge }),
    ...(maxUnavailable === undefined ? {} : { maxUnavailable }),
  };
  const strategy = Object.keys(rollingUpdate).length > 0 ? { strategy: { type: 'RollingUpdate', rollingUpdate } } : {};
  const lab = createLab();
  lab.cluster.create(webDeployment(replicas, strategy));
  lab.lockstep();
  lab.resetLog();
  unwrap(lab.cluster.client.update(withImage(lab.deployment(), SECOND_IMAGE)));
  const steps = lab.lockstep();
  return { lab, steps };
}

/** Sorted text of what must be equal of a Deployment or ReplicaSet at the end. */
export function describeState(one: CapturedObject): string {
  // The capture shows a Deployment's conditions beside its status, a ReplicaSet's within.
  const own = one.conditions ?? (one.status.conditions as Condition[] | undefined) ?? [];
  const conditions = own.map(({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`);
  const annotations = Object.entries(one.annotations ?? {}).map(([key, value]) => `${key}=${value}`);
  const { conditions: _conditions, ...counts } = one.status;
  const status = Object.entries(counts).map(([key, value]) => `${key}=${String(value)}`);
  return `${one.name} size=${one.specReplicas} [${status.sort().join(' ')}] [${annotations.sort().join(' ')}] [${conditions.sort().join('; ')}]`;
}

/** A stored Deployment or ReplicaSet in the capture's form. */
export function captured(one: Deployment | ReplicaSet): CapturedObject {
  const status: Record<string, unknown> = { ...one.status };
  return {
    name: one.metadata.name,
    annotations: one.metadata.annotations ?? {},
    specReplicas: one.spec.replicas ?? 1,
    status,
    conditions: (one.status.conditions ?? []) as Condition[],
  };
}

/** Event messages with the mark of aggregation taken off: when events are aggregated is timing. */
export function plainMessages(events: readonly EventWrite[]): string[] {
  return events.map(({ reason, message }) => `${reason} ${message.replace(/^\(combined from similar events\): /, '')}`);
}

function compareCase(rollout: RolloutCase, lab: Lab, steps: number): Disagreement[] {
  const found: Disagreement[] = [];
  const check = (what: string, expected: string, got: string) => {
    if (expected !== got) found.push({ id: rollout.id, what, expected, got });
  };
  const log = lab.log();
  const sets = [...lab.cluster.list('ReplicaSet')].sort(
    (a, b) => Number(a.metadata.annotations?.[REVISION]) - Number(b.metadata.annotations?.[REVISION]),
  );
  const alias = new Map(sets.map((one, at) => [one.metadata.name, `rs${at + 1}`]));
  const line = (writes: readonly { rs: string; from: number | null; to: number }[]) =>
    writes.map(({ rs, from, to }) => `${alias.get(rs) ?? rs}:${from ?? 'new'}>${to}`).join(' ');
  check('rsWrites', line(rollout.rsWrites), line(log.sizes));
  check('readySteps', String(rollout.readySteps), String(steps));
  check('maxSpecReplicasTotal', String(rollout.maxSpecReplicasTotal), String(log.maxSpecTotal));
  check('minReadyPods', String(rollout.minReadyPods), String(log.minReady));
  const byName = (a: CapturedObject, b: CapturedObject) => compareStrings(a.name, b.name);
  const text = (objects: readonly CapturedObject[]) => [...objects].sort(byName).map(describeState).join('\n');
  check('final deployment', text(rollout.final.deployments), text([captured(lab.deployment())]));
  check('final replica sets', text(rollout.final.replicaSets), text(sets.map(captured)));
  const about = (events: readonly EventWrite[]) =>
    plainMessages(events.filter(({ object }) => object.startsWith('Deployment/'))).join('\n');
  check('events', about(rollout.events), about(lab.events));
  return found;
}

const REVISION = 'deployment.kubernetes.io/revision';

/** Families of a roll-out's comparison. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  rsWrites: ['rsWrites'],
  'roll-out counts': ['readySteps', 'maxSpecReplicasTotal', 'minReadyPods'],
  'roll-out final state': ['final deployment', 'final replica sets'],
  'roll-out events': ['events'],
};

/**
 * Runs every roll-out of rollouts.jsonl in lockstep (to a fixed point, then one pod ready, and again) and compares writes, counts, final state
 * and events.
 */
export function runRollouts(rollouts: readonly RolloutCase[]): ConformanceReport {
  const families = Object.keys(FAMILIES).map(
    (name): ConformanceFamily => ({ name, agree: 0, total: 0, disagree: [], later: [] }),
  );
  for (const rollout of rollouts) {
    const { lab, steps } = runCase(rollout);
    const found = compareCase(rollout, lab, steps);
    for (const family of families) {
      const own = found.filter(({ what }) => FAMILIES[family.name]?.includes(what));
      family.total += 1;
      if (own.length === 0) family.agree += 1;
      family.disagree.push(...own);
    }
  }
  return { topic: 'deployments', families };
}
