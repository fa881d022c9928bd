import { type Happening, type Kind, merge, weightOf } from './happening.ts';

/** A happening that is, or will be, on the screen. `id` stays when others of its group join it. */
export interface Caption {
  id: number;
  told: Happening;
}

/** The captions: one shown, a few waiting. `sinceMs`: wall time at which the shown one came. */
export interface Captions {
  readonly shown: Caption | null;
  readonly sinceMs: number;
  readonly waiting: readonly Caption[];
  readonly lastId: number;
}

/** Nothing to say yet. */
export const NO_CAPTIONS: Captions = { shown: null, sinceMs: 0, waiting: [], lastId: 0 };

/** Most captions that may wait; beyond that the least important goes. */
export const MOST_WAITING = 4;
/** How long after it came the shown caption may still take up others of its group. */
const JOIN_MS = 900;

/** What makes an earlier, waiting happening stale: a pod that was placed need not be told to have arrived. */
const OVERTAKES: Partial<Record<Kind, readonly Kind[]>> = {
  placed: ['arrived', 'unplaced', 'ungated'],
  running: ['arrived', 'placed'],
  ready: ['recovered'],
  shift: ['arrived', 'stopping'],
  jobDone: ['arrived', 'placed', 'running', 'finished', 'fired'],
  jobFailed: ['arrived', 'placed', 'running', 'failed', 'fired'],
  autoscaled: ['scaled', 'arrived', 'stopping'],
  crashLoop: ['oomKilled', 'failed'],
  restarted: ['unready'],
  rolledOut: ['shift', 'arrived', 'stopping', 'placed', 'running'],
};

/** Happenings that the account of another one, still to come or on the screen, says already. */
const SAID_BY: Partial<Record<Kind, readonly Kind[]>> = {
  running: ['placed'],
  arrived: ['rollout', 'shift', 'scaled', 'autoscaled', 'fired'],
  stopping: ['rollout', 'shift', 'scaled', 'autoscaled'],
  scaled: ['autoscaled'],
  finished: ['jobDone'],
  unready: ['restarted'],
  failed: ['jobFailed'],
};

/** Whether one is about the workload whose pods the other is about, or about all the same objects. */
function concerns(wide: Happening, narrow: Happening): boolean {
  const owner = wide.others[0];
  if (owner !== undefined) return narrow.others[0] === owner || narrow.group === `${narrow.kind}|${owner}`;
  if (narrow.pods.length > 0) return narrow.pods.every((pod) => wide.pods.includes(pod));
  return narrow.nodes.length > 0 && narrow.nodes.every((node) => wide.nodes.includes(node));
}

function overtaken(older: Happening, newer: Happening): boolean {
  return (OVERTAKES[newer.kind]?.includes(older.kind) ?? false) && concerns(newer, older);
}

function repeats(told: Happening, captions: readonly Caption[]): boolean {
  return captions.some(({ told: other }) => (SAID_BY[told.kind]?.includes(other.kind) ?? false) && concerns(other, told));
}

/** Takes what happened into the captions: it joins a waiting caption of its group, or the one just shown, or waits its turn. */
export function take(captions: Captions, told: readonly Happening[], nowMs: number): Captions {
  let { shown, sinceMs, lastId } = captions;
  let waiting = [...captions.waiting];
  for (const one of told) {
    const index = waiting.findIndex((caption) => caption.told.group === one.group);
    const mate = waiting[index];
    if (mate) {
      waiting[index] = { ...mate, told: merge(mate.told, one) };
      continue;
    }
    if (shown && shown.told.group === one.group && (nowMs - sinceMs < JOIN_MS || covers(shown.told, one))) {
      shown = { ...shown, told: merge(shown.told, one) };
      continue;
    }
    if (repeats(one, shown ? [shown, ...waiting] : waiting)) continue;
    waiting = waiting.filter((caption) => !overtaken(caption.told, one));
    waiting.push({ id: ++lastId, told: one });
  }
  if (!shown && waiting.length > 0) {
    shown = waiting.shift() ?? null;
    sinceMs = nowMs;
  }
  while (waiting.length > MOST_WAITING) waiting.splice(leastOf(waiting), 1);
  return { shown, sinceMs, waiting, lastId };
}

/** Whether the newer one only says more about objects that are already on the screen. */
function covers(shown: Happening, one: Happening): boolean {
  return one.kind === 'preempted' && one.pods.every((pod) => shown.pods.includes(pod));
}

function leastOf(waiting: readonly Caption[]): number {
  let least = 0;
  waiting.forEach((caption, index) => {
    if (weightOf(caption.told) < weightOf((waiting[least] as Caption).told)) least = index;
  });
  return least;
}

/** Shows the next caption; the same when none waits. */
export function advance(captions: Captions, nowMs: number): Captions {
  const [next, ...waiting] = captions.waiting;
  return next ? { ...captions, shown: next, sinceMs: nowMs, waiting } : captions;
}

/** Wall milliseconds the shown caption still has before the next may come: less when many wait. */
export function restMs(captions: Captions, nowMs: number): number {
  const least = captions.waiting.length > 2 ? 1400 : captions.shown && weightOf(captions.shown.told) === 0 ? 1300 : 2600;
  return Math.max(0, captions.sinceMs + least - nowMs);
}
