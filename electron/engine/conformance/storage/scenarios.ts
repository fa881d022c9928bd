import { compareStrings } from '#shared/core/compare.ts';
import { isRecord } from '#shared/core/json.ts';
import type { Status } from '#shared/kube/types.ts';
import type { ConformanceFamily, Disagreement } from '../types.ts';
import { sortedText } from '../workloads/timeline.ts';
import { Reader } from './actions.ts';
import { createStorageLab } from './lab.ts';
import { canonicalNames, type StorageEntry, StorageFold, type StorageScenario } from './timeline.ts';

/** Longer than the capture's --pvclaimbinder-sync-period, as its waiting steps were. */
const STEP_MS = 6_500;
/** Reasons of events that are repeated while an object waits. How often is chance, and so is whether at all once it waits no more. */
const WAITING: readonly string[] = [
  'FailedBinding',
  'ProvisioningFailed',
  'WaitForFirstConsumer',
  'WaitForPodScheduled',
  'ExternalProvisioning',
  'FailedScheduling',
];

/** Two writers at once: chance, not behaviour. */
const CONFLICT = /Operation cannot be fulfilled/;

/** An event by the object it is about: the run's own name and the one under which runs are compared. */
interface SeenEvent {
  reason: string;
  object: string;
  canonical: string;
}
type Names = ReadonlyMap<string, string>;
type Fields = Readonly<Record<string, unknown>>;

/** Puts the names under which runs are compared into fields that name other objects. */
function renamed(names: Names, fields: Fields): Fields {
  const claim = (name: string) => (names.get(`persistentvolumeclaims/${name}`) ?? `/${name}`).split('/')[1];
  const out: Record<string, unknown> = { ...fields };
  if (typeof out.volumeName === 'string') out.volumeName = names.get(`persistentvolumes/${out.volumeName}`) ?? out.volumeName;
  if (isRecord(out.claimRef)) {
    const name = claim(String(out.claimRef.name));
    out.claimRef = { ...out.claimRef, name, ...(out.claimRef.uid === undefined ? {} : { uid: `UID(${name})` }) };
  }
  // The scheduler's choice of a node is not compared; the class of nodes a volume allows is seen by the volume that was chosen.
  if (typeof out.nodeName === 'string') out.nodeName = 'a node';
  if (isRecord(out.annotations) && out.annotations[SELECTED] !== undefined)
    out.annotations = { ...out.annotations, [SELECTED]: 'a node' };
  return out;
}
const SELECTED = 'volume.kubernetes.io/selected-node';

/** Whether an object has what it waited for: a claim its volume, a pod its node. Objects that are gone wait no more. */
function satisfied(fold: StorageFold, object: string): boolean {
  const [kind, name] = object.split('/');
  if (kind === 'Pod') {
    const fields = fold.get(`pods/${name}`);
    return fields === undefined || fields.nodeName !== undefined;
  }
  const fields = fold.get(`persistentvolumeclaims/${name}`);
  return kind === 'PersistentVolumeClaim' && (fields === undefined || fields.phase === 'Bound');
}

/** One run as it is compared: what was done to each object in order, what exists, which events there have been. */
class Side {
  readonly #fold = new StorageFold();
  readonly #events = new Map<string, SeenEvent>();
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  apply(entries: readonly StorageEntry[]): void {
    this.#fold.apply(entries);
    for (const { event } of entries) {
      if (event === undefined) continue;
      const { type, reason, object } = event;
      const plural: Record<string, string> = {
        PersistentVolumeClaim: 'persistentvolumeclaims',
        PersistentVolume: 'persistentvolumes',
      };
      const [kind = '', name = ''] = object.split('/');
      const canonical = (this.#names.get(`${plural[kind]}/${name}`) ?? `/${name}`).split('/')[1];
      const message = event.message.replace(/ to node-\d+/, ' to a node');
      this.#events.set(`${type} ${kind}/${canonical} ${reason} ${message}`, {
        reason,
        object,
        canonical: `${kind}/${canonical}`,
      });
    }
  }

  state(): string {
    return this.#fold.text((object, fields) => [this.#names.get(object) ?? object, renamed(this.#names, fields)]);
  }

  /** Events there have been, but those that `skip` is true of. */
  events(skip: (event: SeenEvent, text: string) => boolean): string {
    return [...this.#events]
      .filter(([text, event]) => !skip(event, text))
      .map(([text]) => text)
      .sort(compareStrings)
      .join('\n');
  }

  /** Objects that have events of waiting and wait no more. */
  satisfied(): string[] {
    return [...this.#events.values()].filter(({ object }) => satisfied(this.#fold, object)).map(({ canonical }) => canonical);
  }

  /**
   * Pods said to wait for claims when no claim waits: the scheduler's recorder folds later messages of the same attempt at the same version of a pod
   * into the first one, so what it said after the binding is not in the capture.
   */
  outdated(): string[] {
    if (this.#fold.some('persistentvolumeclaims/', ({ phase }) => phase === 'Pending')) return [];
    return [...this.#events].filter(([text]) => /has unbound immediate/.test(text)).map(([, { canonical }]) => canonical);
  }

  /** Pods of a StatefulSet whose creation was disturbed by somebody else's write of the same object. */
  disturbed(): string[] {
    return [...this.#events.keys()].flatMap((text) => (CONFLICT.test(text) ? (/ Pod \S+ in /.exec(text) ?? []) : []));
  }

  /** The writes of a step, object by object, each in order. */
  writes(entries: readonly StorageEntry[]): string {
    const lines = new Map<string, string[]>();
    for (const { object, op, set } of entries) {
      if (object === undefined) continue;
      // Owners are written by others than the binder: which of the two comes first is chance.
      const owners = set !== undefined && Object.keys(set).join() === 'ownerReferences' ? ' owners' : '';
      const name = `${this.#names.get(object) ?? object}${owners}`;
      const text = `${op} ${sortedText(nullsKept(renamed(this.#names, set ?? {})))}`;
      lines.set(name, [...(lines.get(name) ?? []), text]);
    }
    return [...lines]
      .map(([name, texts]) => `${name}:\n  ${texts.join('\n  ')}`)
      .sort(compareStrings)
      .join('\n');
  }
}

/** A field that went away is part of what was written. */
function nullsKept(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value === null ? 'gone' : value]));
}

/** Code and words of a refusal, without the printed difference of internal structures. */
function refusalText(code: number | undefined, message = ''): string {
  return code === undefined ? 'accepted' : `${code} ${message.split('\n@@')[0]}`;
}

interface PlayedStep {
  entries: StorageEntry[];
  refused: Status | undefined;
}

function play(scenario: StorageScenario, reader: Reader): PlayedStep[] {
  const lab = createStorageLab(scenario.namespace);
  const before = new StorageFold();
  const played: PlayedStep[] = [];
  const theirs = (upTo: number) =>
    canonicalNames(
      scenario.steps.slice(0, upTo).map(({ timeline }) => timeline),
      (one) => reader.alike(one),
    );
  for (const [at, step] of scenario.steps.entries()) {
    const ours = canonicalNames(
      played.map(({ entries }) => entries),
      (one) => reader.alike(one),
    );
    const back = new Map([...ours].map(([name, canonical]) => [canonical, name]));
    const captured = theirs(at);
    let refused: Status | undefined;
    for (const act of reader.actions(step, before)) {
      const answer = act(lab, (object) => back.get(captured.get(object) ?? object) ?? object);
      refused = answer ?? refused;
    }
    lab.cluster.runFor(STEP_MS);
    before.apply(step.timeline);
    played.push({ entries: lab.take(), refused });
  }
  return played;
}

/** Everything in which a replay differs from its capture. */
export function checkStorageScenario(scenario: StorageScenario): Disagreement[] {
  const reader = new Reader(scenario);
  const played = play(scenario, reader);
  const alike = (object: string) => reader.alike(object);
  const theirs = new Side(
    canonicalNames(
      scenario.steps.map(({ timeline }) => timeline),
      alike,
    ),
  );
  const ours = new Side(
    canonicalNames(
      played.map(({ entries }) => entries),
      alike,
    ),
  );
  const found: Disagreement[] = [];
  const check = (what: string, expected: string, got: string) => {
    if (expected !== got) found.push({ id: scenario.scenario, what, expected, got });
  };
  scenario.steps.forEach(({ step, timeline, refused }, at) => {
    const mine = played[at];
    if (mine === undefined) return;
    theirs.apply(timeline);
    ours.apply(mine.entries);
    check(
      `${step}: answer`,
      refusalText(refused?.error, refused?.message),
      refusalText(mine.refused?.code, mine.refused?.message),
    );
    check(`${step}: writes`, theirs.writes(timeline), ours.writes(mine.entries));
    check(`${step}: state`, theirs.state(), ours.state());
    const waited = new Set([...theirs.satisfied(), ...ours.satisfied(), ...theirs.outdated()]);
    const disturbed = theirs.disturbed();
    const skip = ({ reason, canonical }: SeenEvent, text: string) =>
      (WAITING.includes(reason) && waited.has(canonical)) ||
      CONFLICT.test(text) ||
      (reason === 'SuccessfulCreate' && disturbed.some((pod) => text.includes(`Create${pod}`)));
    check(`${step}: events`, theirs.events(skip), ours.events(skip));
  });
  return found;
}

/**
 * Replays storage/scenarios: the answer to each step, the writes of every volume, claim and pod in order, what exists after it, and which events there
 * have been by then.
 */
export function runStorageScenarios(scenarios: readonly StorageScenario[]): ConformanceFamily {
  const family: ConformanceFamily = { name: 'scenarios', agree: 0, total: 0, disagree: [], later: [] };
  for (const scenario of scenarios) {
    const found = checkStorageScenario(scenario);
    family.total += 1;
    if (found.length === 0) family.agree += 1;
    family.disagree.push(...found);
  }
  return family;
}
