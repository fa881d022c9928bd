import { compareStrings } from '#shared/core/compare.ts';
import { isRecord } from '#shared/core/json.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import type { ConformanceFamily, Disagreement } from '../types.ts';
import type { AutoscalerCase, AutoscalerStep, TimelineEntry } from './cases.ts';
import { type AutoscalerLab, createAutoscalerLab, type Seen, SYNC_MS } from './lab.ts';

/** Time the workloads get before the first actions, and time between those and the creation of the autoscalers, as in the capture. */
const SETTLE_MS = 3_000;
const BEFORE_AUTOSCALER_MS = 2_000;
/** Syncs of the capture drift by a little. */
const DRIFT = 1.015;
/** Entries within this time belong to one sync. */
const SYNC_SPAN_SECONDS = 1;
/** Nearest that an action may come before or after a sync. */
const MARGIN_MS = 50;
const DONE_MS = 400;

/**
 * Replays the captured time lines against the real controllers and a scripted metrics source. Each step begins as long before a sync as in the
 * capture and lasts as many syncs. Compared per step: the statuses that were written, in order and without repeats; sizes the target was given, in
 * order; events with type, reason, message and source, without order and counts; which metrics were asked for; at the end the whole status.
 */
export function runAutoscalerTimelines(cases: readonly AutoscalerCase[]): ConformanceFamily {
  const family: ConformanceFamily = { name: 'autoscaler time lines', agree: 0, total: 0, disagree: [], later: [] };
  for (const one of cases) {
    const replay = new Replay(one);
    const unknown = replay.run();
    if (unknown !== undefined) {
      family.later.push({ id: one.case, why: `the replay has no action "${unknown}"` });
      continue;
    }
    family.total++;
    if (replay.disagree.length === 0) family.agree++;
    family.disagree.push(...replay.disagree);
  }
  return family;
}

/** First sync of a step in milliseconds after its start (undefined where none left a trace) and the number of syncs. */
interface Phase {
  readonly firstMs: number | undefined;
  readonly syncs: number;
}

class Replay {
  readonly disagree: Disagreement[] = [];
  readonly #case: AutoscalerCase;
  readonly #lab: AutoscalerLab;
  /** Last status of each autoscaler, as captured and as written here: equal writes in a row count once. */
  readonly #lastCaptured = new Map<string, string>();
  readonly #lastWritten = new Map<string, string>();
  readonly #capturedSizes = new Map<string, number>();
  readonly #writtenSizes = new Map<string, number>();

  constructor(one: AutoscalerCase) {
    this.#case = one;
    this.#lab = createAutoscalerLab(`hpa-${one.case}`, lastSeen(one));
  }

  /** The verb of an action that is unknown, else undefined. */
  run(): string | undefined {
    const { cluster, namespace } = this.#lab;
    const place = (object: AnyObject): AnyObject => ({ ...object, metadata: { ...object.metadata, namespace } });
    cluster.create(...this.#case.otherObjects.map(place), ...this.#case.workloads.map(place));
    for (const { kind, metadata, spec } of this.#case.workloads) {
      for (const last of [this.#capturedSizes, this.#writtenSizes]) {
        last.set(`${kind}/${metadata.name}`, (spec as { replicas?: number }).replicas ?? 1);
      }
    }
    cluster.runFor(SETTLE_MS);
    const phases = this.#case.steps.map((step, at) => phaseOf(step, at === 0));
    for (const [at, step] of this.#case.steps.entries()) {
      this.#lab.source.script = step.metricsScript;
      const unknown = (step.actions ?? []).find((action) => !this.#lab.act(action));
      if (unknown !== undefined) return unknown[0];
      if (at === 0) {
        cluster.runFor(BEFORE_AUTOSCALER_MS);
        this.#lab.take();
        this.#createAutoscalers(place);
      }
      this.#runStep(phases[at] as Phase, phases[at + 1]);
      this.#compareStep(step, at);
    }
    this.#compareEnd();
    return undefined;
  }

  /** Two autoscalers of one instant are synced in any order: here in the captured one. */
  #createAutoscalers(place: (object: AnyObject) => AnyObject): void {
    const synced = (this.#case.steps[0]?.timeline ?? []).filter(({ hpaStatus }) => hasContent(hpaStatus));
    const rank = ({ metadata }: AnyObject) =>
      synced.findIndex(({ hpa, hpaStatus }) => hpa === metadata.name && !isAmbiguous(hpaStatus));
    const rankOf = (object: AnyObject) => (rank(object) < 0 ? synced.length : rank(object));
    const inOrder = [...this.#case.hpas].sort((a, b) => rankOf(a) - rankOf(b));
    for (const hpa of inOrder) {
      const [created] = this.#lab.cluster.create(place(hpa));
      const { name } = hpa.metadata;
      this.#compare('start', `spec of ${name} as stored`, canonical(this.#case.hpaSpecAsStored[name]), canonical(created?.spec));
    }
  }

  /** Runs from the actions of a step until those of the next one are due. */
  #runStep({ firstMs, syncs }: Phase, next: Phase | undefined): void {
    const { cluster } = this.#lab;
    const first = Math.max(firstMs ?? SYNC_MS / 2, MARGIN_MS);
    const upToLast = first + (syncs - 1) * SYNC_MS;
    const toNext = Math.min(Math.max(next?.firstMs ?? SYNC_MS / 2, MARGIN_MS), SYNC_MS - DONE_MS);
    cluster.runFor(upToLast + (next === undefined ? DONE_MS : SYNC_MS - toNext));
  }

  #compareStep(step: AutoscalerStep, at: number): void {
    const seen = this.#lab.take();
    const where = `step ${at + 1}`;
    this.#compareStatuses(where, step.timeline, seen);
    const targets = step.timeline.flatMap(({ target }) => target ?? []);
    this.#compare(where, 'sizes', sizes(targets, this.#capturedSizes), sizes(seen.targets, this.#writtenSizes));
    const events = step.timeline.flatMap(({ event }) => (event === undefined ? [] : [event]));
    this.#compare(where, 'events', this.#eventTexts(events), this.#eventTexts(seen.events));
    const asked = step.timeline.flatMap(({ metricRequest }) => {
      if (metricRequest === undefined) return [];
      const { path, labelSelector = '' } = metricRequest;
      return [`${path} ${labelSelector}`];
    });
    this.#compare(where, 'metrics asked for', unique(asked), unique(this.#lab.source.asked));
    this.#lab.source.asked = [];
  }

  #compareStatuses(where: string, timeline: readonly TimelineEntry[], seen: Seen): void {
    for (const { metadata } of this.#case.hpas) {
      const { name } = metadata;
      const captured = timeline.flatMap(({ hpa, hpaStatus }) => (hpa === name ? [this.#statusText(hpaStatus)] : []));
      const written = seen.statuses.flatMap(({ hpa, status }) => (hpa === name ? [this.#statusText(status)] : []));
      const expected = changes(captured, this.#lastCaptured, name);
      const got = changes(written, this.#lastWritten, name);
      this.#compare(where, `statuses of ${name}`, expected.join('\n'), got.join('\n'));
    }
  }

  #compareEnd(): void {
    const { cluster, namespace } = this.#lab;
    const stored = new Map(
      cluster.list('HorizontalPodAutoscaler', namespace).map(({ metadata, status }) => [metadata.name, status as unknown]),
    );
    for (const [name, status] of Object.entries(this.#case.finalStatus)) {
      this.#compare('end', `status of ${name}`, this.#statusText(status), this.#statusText(stored.get(name)));
    }
  }

  #compare(where: string, what: string, expected: string, got: string): void {
    if (expected !== got) this.disagree.push({ id: `${this.#case.case}: ${where}`, what, expected, got });
  }

  #eventTexts(events: readonly Seen['events'][number][]): string {
    return unique(
      events.map(({ object, type, reason, message, source }) => [object, type, reason, this.#text(message), source].join(' | ')),
    );
  }

  #statusText(status: unknown): string {
    return typeof status === 'string' ? status : this.#text(canonical(status));
  }

  /** Which pod is named first and the order of autoscalers that share pods are those of a map: neither is compared. */
  #text(text: string): string {
    return text
      .replace(/\b(in|of) Pod [a-z0-9-]+/g, '$1 Pod *')
      .replace(
        /(multiple HPAs: \[)([^\]]*)\]/g,
        (_whole, head: string, list: string) => `${head}${list.split(' ').sort(compareStrings).join(' ')}]`,
      );
  }
}

function hasContent(status: unknown): boolean {
  return isRecord(status) && status.conditions !== undefined;
}

function isAmbiguous(status: unknown): boolean {
  return JSON.stringify(status).includes('AmbiguousSelector');
}

/**
 * For each pod by its number, the request for metrics in which it was seen last. Which of several equal pods a ReplicaSet gives up is chance: the
 * replay lets those go that went in the capture.
 */
function lastSeen(one: AutoscalerCase): ReadonlyMap<number, number> {
  const seen = new Map<number, number>();
  const requests = one.steps.flatMap(({ timeline }) => timeline.flatMap(({ metricRequest }) => metricRequest ?? []));
  for (const [at, { pods = [] }] of requests.entries()) {
    for (const { pod } of pods) seen.set(Number(pod.replace('pod-', '')), at + 1);
  }
  return seen;
}

/** Seconds at which something happened that only a sync does. */
function syncTimes(step: AutoscalerStep, isFirst: boolean): number[] {
  const times = step.timeline.flatMap(({ t, times: repeated, metricRequest, event, hpaStatus }) => {
    if (metricRequest !== undefined) return [t, ...(repeated ?? [])];
    if (event !== undefined) return [t];
    // The status that comes with the creation or an edit is the one from before.
    return hasContent(hpaStatus) && (isFirst || t > 0) ? [t] : [];
  });
  const starts: number[] = [];
  for (const time of times.sort((a, b) => a - b)) {
    const last = starts.at(-1);
    if (last === undefined || time - last > SYNC_SPAN_SECONDS) starts.push(time);
  }
  return starts;
}

function phaseOf(step: AutoscalerStep, isFirst: boolean): Phase {
  const starts = syncTimes(step, isFirst);
  const [first] = starts;
  const seconds = isFirst ? SYNC_MS / 1000 : (first ?? SYNC_MS / 2000);
  const fitting = Math.floor(((step.observedSeconds - seconds) * 1000) / (SYNC_MS * DRIFT)) + 1;
  const firstMs = isFirst ? SYNC_MS : first === undefined ? undefined : Math.round(first * 1000);
  return { firstMs, syncs: Math.max(fitting, starts.length, 1) };
}

/** The texts without those that repeat the one before. */
function changes(texts: readonly string[], last: Map<string, string>, name: string): string[] {
  return texts.filter((text) => {
    const changed = last.get(name) !== text;
    last.set(name, text);
    return changed;
  });
}

/** Sizes each target was given, in order. */
function sizes(targets: Seen['targets'], last: Map<string, number>): string {
  const lines = targets.flatMap(({ object, specReplicas }) => {
    if (last.get(object) === specReplicas) return [];
    last.set(object, specReplicas);
    return [`${object} ${specReplicas}`];
  });
  return lines.join('\n');
}

function unique(texts: readonly string[]): string {
  return [...new Set(texts)].sort(compareStrings).join('\n');
}

/** Text with sorted keys, without what the README leaves out and without absent values. */
function canonical(value: unknown): string {
  return JSON.stringify(sorted(value ?? null));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  const names = Object.keys(value).filter(
    (name) => value[name] !== undefined && name !== 'lastScaleTime' && name !== 'lastTransitionTime',
  );
  return Object.fromEntries(names.sort(compareStrings).map((name) => [name, sorted(value[name])]));
}
