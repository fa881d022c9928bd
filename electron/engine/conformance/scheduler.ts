import { compareStrings } from '#shared/core/compare.ts';
import {
  completeConfiguration,
  defaultConfiguration,
  defaultProfile,
  type SchedulerConfiguration,
  validateConfiguration,
} from '#shared/kube/schedulerConfig/index.ts';
import type { KubeObject, Node, Pod } from '#shared/kube/types.ts';
import { numberAt } from '../scheduler/framework/columns.ts';
import type { Decision } from '../scheduler/framework/decide.ts';
import type { PluginStatus } from '../scheduler/framework/status.ts';
import { createOfflineScheduler, type OfflineScheduler } from '../scheduler/offline.ts';
import type { ConformanceFamily, ConformanceReport, Disagreement } from './types.ts';

/** A status as recorded. */
export interface RecordedStatus {
  code: string;
  plugin?: string;
  reasons?: string[];
  excludedByPreFilter?: boolean;
  nodeNames?: string[] | null;
}

/** One recorded decision. */
export interface SchedulerCase {
  id: string;
  family: string;
  objects: { nodes: Node[]; pods: Pod[] } & { [collection: string]: KubeObject[] };
  pod: Pod;
  schedulerConfiguration?: SchedulerConfiguration;
  expected: {
    preEnqueue: RecordedStatus;
    preFilter?: RecordedStatus;
    filter?: Record<string, RecordedStatus>;
    scores?: Record<string, Record<string, { raw: number; normalized: number; weighted: number }>>;
    totals?: Record<string, number>;
    best?: string[];
    failedSchedulingMessage?: string;
    postFilter?: RecordedStatus;
    preemption?: {
      eligible: boolean;
      reason?: string;
      candidates: { node: string; victims: string[]; numPDBViolations: number }[];
      selected?: string;
      selectedAnyOf?: string[];
      nodeStatuses?: Record<string, RecordedStatus>;
    };
  };
}

/** What is counted for itself. */
export const aspects = ['verdict', 'scores', 'best', 'message', 'preemption'] as const;
export type Aspect = (typeof aspects)[number];

/** Agreement of one family in one aspect; cases without that aspect do not count. */
export interface AspectCount {
  agree: number;
  total: number;
}

/** A family with its counts by aspect; `agree`/`total` of the family count whole cases. */
export interface SchedulerFamily extends ConformanceFamily {
  aspects: Record<Aspect, AspectCount>;
}

export interface SchedulerReport extends ConformanceReport {
  families: SchedulerFamily[];
}

/** The part of the real scheduler that takes one decision, over a case's objects; undefined when no profile bears the pod's scheduler name. */
function offline(one: SchedulerCase): OfflineScheduler | undefined {
  const { nodes, pods, ...others } = one.objects;
  const configuration = one.schedulerConfiguration ?? defaultConfiguration;
  const [refused] = validateConfiguration(configuration);
  if (refused !== undefined) throw new Error(`${one.id}: ${refused.field}: ${refused.message}`);
  const { profiles } = completeConfiguration(configuration);
  const profile = profiles.find(
    ({ schedulerName }) => schedulerName === (one.pod.spec.schedulerName ?? defaultProfile.schedulerName),
  );
  return profile && createOfflineScheduler({ nodes, pods, others: Object.values(others).flat(), profile });
}

/** Compares the program's decision with a recorded one. One entry per point that differs. */
export function checkSchedulerCase(one: SchedulerCase): { aspect: Aspect; detail: Disagreement }[] {
  const found: { aspect: Aspect; detail: Disagreement }[] = [];
  const differ = (aspect: Aspect, what: string, expected: unknown, got: unknown) => {
    const texts = [JSON.stringify(expected) ?? 'undefined', JSON.stringify(got) ?? 'undefined'] as const;
    if (texts[0] !== texts[1])
      found.push({ aspect, detail: { id: one.id, what: `${aspect}: ${what}`, expected: texts[0], got: texts[1] } });
  };
  const scheduler = offline(one);
  if (scheduler === undefined) {
    differ('verdict', 'profile', 'a profile of that name', 'none');
    return found;
  }
  const { expected } = one;
  const gate = scheduler.framework.preEnqueue(one.pod);
  differ('verdict', 'preEnqueue', plainStatus(expected.preEnqueue), plainStatus(gate));
  if (expected.preEnqueue.code !== 'Success' || gate !== null) return found;
  const decision = scheduler.decide(one.pod);
  compareVerdicts(one, decision, differ);
  compareScores(one, decision, differ);
  differ('message', 'failedSchedulingMessage', expected.failedSchedulingMessage, decision.message);
  comparePreemption(one, decision, differ);
  return found;
}

type Differ = (aspect: Aspect, what: string, expected: unknown, got: unknown) => void;

/** A status in one shape; reasons of NodeResourcesFit are a set. */
function plainStatus(status: RecordedStatus | PluginStatus | null | undefined): unknown {
  if (status === undefined) return undefined;
  if (status === null) return { code: 'Success' };
  if (status.code === 'Success') return { code: 'Success' };
  const reasons = status.plugin === 'NodeResourcesFit' ? [...(status.reasons ?? [])].sort() : (status.reasons ?? []);
  return { code: status.code, plugin: status.plugin, reasons };
}

function compareVerdicts({ expected }: SchedulerCase, decision: Decision, differ: Differ): void {
  const narrowed = decision.preFilter;
  differ('verdict', 'preFilter', plainStatus(expected.preFilter), plainStatus(narrowed?.status));
  if (expected.preFilter?.code === 'Success') {
    differ('verdict', 'preFilter.nodeNames', expected.preFilter.nodeNames?.toSorted() ?? null, narrowed?.nodeNames ?? null);
  }
  if (expected.filter === undefined) return;
  const got: Record<string, unknown> = {};
  for (const { name } of decision.feasible) got[name] = plainStatus(null);
  for (const [name, status] of decision.statuses.entries()) got[name] ??= plainStatus(status);
  const nominated = decision.feasible.length === 1 && decision.pod.pod.status?.nominatedNodeName === decision.feasible[0]?.name;
  if (!nominated) for (const name of decision.unasked()) got[name] = plainStatus(decision.statuses.absent);
  const names = new Set([...Object.keys(expected.filter), ...Object.keys(got)]);
  for (const name of [...names].sort(compareStrings))
    differ('verdict', `filter ${name}`, plainStatus(expected.filter[name]), got[name]);
}

function compareScores({ expected }: SchedulerCase, decision: Decision, differ: Differ): void {
  if (expected.scores === undefined) {
    differ('best', 'selected', undefined, decision.selected);
    return;
  }
  const got: Record<string, Record<string, unknown>> = {};
  const totals: Record<string, number> = {};
  decision.feasible.forEach(({ name }, i) => {
    got[name] = {};
    for (const { plugin, raw, normalized, weight } of decision.scores ?? []) {
      got[name][plugin] = {
        raw: numberAt(raw, i),
        normalized: numberAt(normalized, i),
        weighted: numberAt(normalized, i) * weight,
      };
    }
    totals[name] = decision.totals?.[i] ?? 0;
  });
  for (const name of Object.keys(expected.scores).sort(compareStrings)) {
    const plugins = new Set([...Object.keys(expected.scores[name] ?? {}), ...Object.keys(got[name] ?? {})]);
    for (const plugin of [...plugins].sort(compareStrings)) {
      differ('scores', `${name} ${plugin}`, expected.scores[name]?.[plugin], got[name]?.[plugin]);
    }
    differ('scores', `${name} total`, expected.totals?.[name], totals[name]);
  }
  differ('best', 'best', expected.best?.toSorted(compareStrings), decision.best);
}

function comparePreemption({ expected }: SchedulerCase, decision: Decision, differ: Differ): void {
  differ(
    'preemption',
    'postFilter',
    plainStatus(expected.postFilter),
    decision.postFilter && plainStatus(decision.postFilter.status),
  );
  const wanted = expected.preemption;
  const got = decision.postFilter?.preemption;
  differ('preemption', 'eligible', wanted && [wanted.eligible, wanted.reason], got && [got.eligible, got.reason]);
  if (wanted === undefined || got === undefined) return;
  const candidates = got.candidates.map(({ node, victims, pdbViolations }) => ({
    node,
    victims: victims.map(({ key }) => key),
    numPDBViolations: pdbViolations,
  }));
  candidates.sort((a, b) => compareStrings(a.node, b.node));
  differ('preemption', 'candidates', wanted.candidates, candidates);
  differ('preemption', 'selected', wanted.selected, got.selected?.node);
  const anyOf = wanted.selectedAnyOf?.toSorted(compareStrings) ?? (wanted.selected === undefined ? [] : [wanted.selected]);
  differ('preemption', 'selectedAnyOf', anyOf, got.selectedAnyOf);
  const statuses: Record<string, unknown> = {};
  for (const name of [...got.nodeStatuses.keys()].sort(compareStrings)) statuses[name] = plainStatus(got.nodeStatuses.get(name));
  const recorded: Record<string, unknown> = {};
  for (const name of Object.keys(wanted.nodeStatuses ?? {}).sort(compareStrings))
    recorded[name] = plainStatus(wanted.nodeStatuses?.[name]);
  differ('preemption', 'nodeStatuses', recorded, statuses);
}

/** Whether a case says anything about an aspect. */
function covers({ expected }: SchedulerCase, aspect: Aspect): boolean {
  switch (aspect) {
    case 'verdict':
      return true;
    case 'scores':
      return expected.scores !== undefined;
    case 'best':
      return expected.best !== undefined;
    case 'message':
      return expected.failedSchedulingMessage !== undefined;
    case 'preemption':
      return expected.postFilter !== undefined;
  }
}

/** Runs the cases of one family through the real code. */
export function runSchedulerFamily(name: string, cases: readonly SchedulerCase[]): SchedulerFamily {
  const counts = {} as Record<Aspect, AspectCount>;
  for (const aspect of aspects) counts[aspect] = { agree: 0, total: 0 };
  const family: SchedulerFamily = { name, agree: 0, total: 0, disagree: [], later: [], aspects: counts };
  for (const one of cases) {
    const found = checkSchedulerCase(one);
    family.total++;
    if (found.length === 0) family.agree++;
    family.disagree.push(...found.map(({ detail }) => detail));
    for (const aspect of aspects) {
      if (!covers(one, aspect)) continue;
      counts[aspect].total++;
      if (!found.some((difference) => difference.aspect === aspect)) counts[aspect].agree++;
    }
  }
  return family;
}

/** Runs several families, sorted by name. */
export function runSchedulerConformance(families: ReadonlyMap<string, readonly SchedulerCase[]>): SchedulerReport {
  const names = [...families.keys()].sort(compareStrings);
  return { topic: 'scheduler', families: names.map((name) => runSchedulerFamily(name, families.get(name) ?? [])) };
}
