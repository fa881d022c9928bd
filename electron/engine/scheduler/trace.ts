import { compareStrings } from '#shared/core/compare.ts';
import type { Attempt, NodeVerdict, PluginScore, PreemptionLoss } from '#shared/protocol/explain.ts';
import { numberAt } from './framework/columns.ts';
import type { Decision } from './framework/decide.ts';
import type { PreemptionCandidate } from './framework/plugin.ts';
import type { PluginStatus } from './framework/status.ts';

/** What the trace adds to a decision: where and when it was taken and what came of it. */
export interface AttemptFrame {
  readonly pod: string;
  readonly attempt: number;
  readonly atMs: number;
  readonly cycle: number;
  readonly profile: string;
  readonly result: Attempt['result'];
  readonly wokenBy?: { event: string; plugin?: string } | undefined;
}

/** What the trace keeps of a decision: names and numbers, no nodes and no cycle state, so that old snapshots can go. */
export type DecisionRecord = Omit<Decision, 'pod' | 'state' | 'feasible' | 'best'>;

/** The part of a decision worth keeping. */
export function recordOf(decision: Decision): DecisionRecord {
  const { pod: _pod, state: _state, feasible: _feasible, best: _best, ...rest } = decision;
  return rest;
}

/** Names of the feasible nodes, in the order in which they were found. */
function feasibleOf({ positions, listed }: DecisionRecord): string[] {
  return Array.from(positions, (position) => listed[position] ?? '');
}

/** Names of the nodes with the highest total, in order. */
function bestOf(decision: DecisionRecord): string[] {
  const { totals, selected } = decision;
  if (totals === undefined) return selected === undefined ? [] : [selected];
  const feasible = feasibleOf(decision);
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < feasible.length; i++) top = Math.max(top, numberAt(totals, i));
  return feasible.filter((_, i) => numberAt(totals, i) === top).sort(compareStrings);
}

/** A decision as the screen shows it: every node that was looked at, by name. */
export function toAttempt(frame: AttemptFrame, decision: DecisionRecord): Attempt {
  const { preFilter, postFilter } = decision;
  const selected = postFilter?.preemption?.selected;
  const narrowed = preFilter?.status ?? null;
  const best = bestOf(decision);
  return {
    ...base(frame, decision.nodesTotal),
    ...(preFilter === undefined
      ? {}
      : {
          preFilter: {
            code: narrowed?.code ?? 'Success',
            ...pluginOf(narrowed),
            reasons: [...(narrowed?.reasons ?? [])],
            nodeNames: preFilter.nodeNames?.slice() ?? null,
          },
        }),
    nodes: verdicts(decision),
    best,
    ...(decision.selected === undefined ? {} : { selected: decision.selected }),
    tieBreak: best.length > 1,
    ...(decision.message === undefined ? {} : { message: decision.message }),
    ...(postFilter === undefined
      ? {}
      : {
          postFilter: {
            code: postFilter.status?.code ?? 'Success',
            ...pluginOf(postFilter.status),
            reasons: [...(postFilter.status?.reasons ?? [])],
          },
        }),
    ...(selected === undefined ? {} : { nominatedNode: selected.node }),
    victims: selected === undefined ? [] : selected.victims.map(({ key }) => key),
  };
}

/** An attempt that ended before any node was looked at, because the pod is gated. */
export function gatedAttempt(frame: AttemptFrame, nodesTotal: number, status: PluginStatus): Attempt {
  return { ...base(frame, nodesTotal), preEnqueue: { plugin: status.plugin ?? '', reasons: [...status.reasons] } };
}

function base(frame: AttemptFrame, nodesTotal: number): Attempt {
  const { wokenBy, ...rest } = frame;
  return {
    ...rest,
    nodes: [],
    nodesTotal,
    best: [],
    tieBreak: false,
    victims: [],
    ...(wokenBy === undefined ? {} : { wokenBy }),
  };
}

function pluginOf(status: PluginStatus | null): { plugin?: string } {
  return status?.plugin === undefined ? {} : { plugin: status.plugin };
}

/** By which rule a candidate for preemption lost; nothing for the chosen one. */
function lossOf({ postFilter }: DecisionRecord, node: string): { lostBy?: PreemptionLoss } {
  const { selected, lostBy } = postFilter?.preemption ?? {};
  return selected === undefined || selected.node === node ? {} : { lostBy: lostBy?.get(node) ?? 'draw' };
}

function verdicts(decision: DecisionRecord): NodeVerdict[] {
  const candidates = new Map<string, PreemptionCandidate>();
  for (const candidate of decision.postFilter?.preemption?.candidates ?? []) candidates.set(candidate.node, candidate);
  const names = feasibleOf(decision);
  const list: NodeVerdict[] = names.map((node, i) => ({
    node,
    code: 'Success',
    reasons: [],
    scores: scoresOf(decision, i),
    ...(decision.totals === undefined ? {} : { total: numberAt(decision.totals, i) }),
  }));
  const feasible = new Set(names);
  for (const [node, status] of decision.statuses.entries()) {
    if (feasible.has(node)) continue;
    const candidate = candidates.get(node);
    list.push({
      node,
      code: status.code,
      ...pluginOf(status),
      reasons: [...status.reasons],
      scores: [],
      ...(candidate === undefined
        ? {}
        : {
            victims: candidate.victims.map(({ key }) => key),
            pdbViolations: candidate.pdbViolations,
            ...lossOf(decision, node),
          }),
    });
  }
  const { absent } = decision.statuses;
  if (absent.reasons.length > 0) {
    for (const node of decision.unasked()) {
      list.push({ node, code: absent.code, reasons: [...absent.reasons], scores: [], excludedByPreFilter: true });
    }
  }
  return list.sort((a, b) => compareStrings(a.node, b.node));
}

function scoresOf({ scores }: DecisionRecord, index: number): PluginScore[] {
  return (scores ?? []).map(({ plugin, weight, raw, normalized }) => {
    const value = numberAt(normalized, index);
    return { plugin, raw: numberAt(raw, index), normalized: value, weight, weighted: value * weight };
  });
}

interface Kept {
  readonly pod: string;
  readonly nodes: number;
  /** Spells the attempt out; not before somebody asks, since most are never looked at. */
  readonly build: () => Attempt;
}

/** Attempts of each pod, newest first: some of each, and no more node verdicts in all than the bound. The oldest are dropped first. */
export class Trace {
  readonly #perPod: number;
  readonly #verdictBound: number;
  readonly #byPod = new Map<string, Kept[]>();
  /** By age; a set, because dropping from its middle must be cheap. */
  readonly #order = new Set<Kept>();
  #verdicts = 0;

  constructor(perPod = 10, verdictBound = 1_000_000) {
    this.#perPod = perPod;
    this.#verdictBound = verdictBound;
  }

  /** Keeps an attempt over so many nodes. */
  record(pod: string, nodes: number, build: () => Attempt): void {
    const kept = { pod, nodes, build };
    const list = [kept, ...(this.#byPod.get(pod) ?? [])];
    this.#byPod.set(pod, list);
    this.#order.add(kept);
    this.#verdicts += 1 + nodes;
    if (list.length > this.#perPod) this.#drop(list[list.length - 1]!);
    for (const oldest of this.#order) {
      if (this.#verdicts <= this.#verdictBound || oldest === kept) break;
      this.#drop(oldest);
    }
  }

  #drop(kept: Kept): void {
    this.#order.delete(kept);
    this.#verdicts -= 1 + kept.nodes;
    const left = (this.#byPod.get(kept.pod) ?? []).filter((one) => one !== kept);
    if (left.length === 0) this.#byPod.delete(kept.pod);
    else this.#byPod.set(kept.pod, left);
  }

  /** Newest first. */
  of(pod: string): readonly Attempt[] {
    return (this.#byPod.get(pod) ?? []).map(({ build }) => build());
  }
}
