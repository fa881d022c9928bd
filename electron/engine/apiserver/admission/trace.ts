import { compareStrings } from '#shared/core/compare.ts';
import { deepEqual, isRecord } from '#shared/core/json.ts';
import type { AnyObject, ObjectRef, Status } from '#shared/kube/types.ts';
import type { AdmissionChange, AdmissionDecision, AdmissionStep } from '#shared/protocol/admission.ts';
import type { AdmissionRequest } from './types.ts';

/** Decisions kept in all, of one object, and objects whose decisions are kept. */
const KEPT = 500;
const KEPT_PER_OBJECT = 5;
const KEPT_OBJECTS = 5000;
/** Fields of one step that are told one by one. */
const MAX_CHANGES = 50;
/** Step under which the checks of the kind itself stand, which are no plugin. */
export const VALIDATION = 'validation';
/** Step under which the store refuses: the name is taken. */
export const STORAGE = 'storage';

/** What one plugin did, before anybody asks: the objects are kept as they were, their difference is made when it is shown. */
interface StepNote {
  plugin: string;
  before?: AnyObject;
  after?: AnyObject;
  refused?: Status;
  warnings: string[];
}

/** One request under way or done. */
export interface TraceNote {
  atMs: number;
  request: AdmissionRequest;
  ref: ObjectRef;
  steps: StepNote[];
}

/**
 * What admission has decided lately: the last requests of all, and the last ones of each object. Not part of the cluster's state: it is never
 * hashed, and a replay makes it anew. Keeps references to versions, so that noting costs next to nothing; differences are made when asked for.
 */
export class AdmissionTrace {
  readonly #nowMs: () => number;
  /** Whether every request of this user is kept, also one that nobody changed or refused. */
  readonly #keepsAll: (user: string) => boolean;
  readonly #last: TraceNote[] = [];
  readonly #byObject = new Map<string, TraceNote[]>();

  constructor(nowMs: () => number, keepsAll: (user: string) => boolean) {
    this.#nowMs = nowMs;
    this.#keepsAll = keepsAll;
  }

  /** A new note; nothing is kept of it before `keep`. */
  begin(request: AdmissionRequest): TraceNote {
    const subject = request.object ?? request.old;
    return { atMs: this.#nowMs(), request, ref: refOf(subject), steps: [] };
  }

  /** Files a finished note. `object`: what the request came to, for the name it was given. */
  keep(note: TraceNote, object?: AnyObject | null): void {
    const refused = note.steps.some((step) => step.refused !== undefined);
    if (note.request.dryRun && !(refused && note.request.rehearsal === true)) return;
    if (note.steps.length === 0 && !this.#keepsAll(note.request.user)) return;
    if (object) note.ref = refOf(object);
    this.#last.push(note);
    // Cut in lumps, so that the list isn't moved at every request.
    if (this.#last.length >= 2 * KEPT) this.#last.splice(0, this.#last.length - KEPT);
    const key = `${note.ref.kind}/${note.ref.namespace}/${note.ref.name}`;
    const own = this.#byObject.get(key) ?? [];
    this.#byObject.delete(key);
    this.#byObject.set(key, [...own.slice(1 - KEPT_PER_OBJECT), note]);
    if (this.#byObject.size > KEPT_OBJECTS) {
      for (const oldest of this.#byObject.keys()) {
        this.#byObject.delete(oldest);
        break;
      }
    }
  }

  /** Decisions about one object, newest first. */
  of(ref: ObjectRef): AdmissionDecision[] {
    const notes = this.#byObject.get(`${ref.kind}/${ref.namespace}/${ref.name}`) ?? [];
    return notes.map(decisionOf).reverse();
  }

  /** The last refusals, newest first. */
  refusals(limit: number): AdmissionDecision[] {
    return this.recent(limit, (note) => note.steps.some((step) => step.refused !== undefined));
  }

  /** The last decisions, newest first. */
  recent(limit: number, wanted: (note: TraceNote) => boolean = () => true): AdmissionDecision[] {
    const kept = this.#last.slice(-KEPT).filter(wanted);
    return kept
      .slice(Math.max(0, kept.length - limit))
      .map(decisionOf)
      .reverse();
  }
}

/** The step of a plugin in a note: the last one when it is that plugin's, else a new one. */
export function stepOf(note: TraceNote, plugin: string): StepNote {
  const last = note.steps[note.steps.length - 1];
  if (last?.plugin === plugin) return last;
  const step: StepNote = { plugin, warnings: [] };
  note.steps.push(step);
  return step;
}

function refOf(object: AnyObject | null): ObjectRef {
  if (object === null) return { kind: '', namespace: '', name: '' };
  const { namespace, name, generateName } = object.metadata;
  return { kind: object.kind, namespace: namespace ?? '', name: name || (generateName ?? '') };
}

function decisionOf(note: TraceNote): AdmissionDecision {
  const { operation, user, subresource, dryRun } = note.request;
  const refused = note.steps.find((step) => step.refused !== undefined);
  return {
    atMs: note.atMs,
    operation,
    user,
    ref: note.ref,
    ...(subresource === undefined ? {} : { subresource }),
    dryRun,
    steps: note.steps.map(shownStep),
    ...(refused?.refused === undefined
      ? {}
      : {
          refusal: {
            by: refused.plugin,
            code: refused.refused.code ?? 0,
            reason: refused.refused.reason ?? '',
            message: refused.refused.message ?? '',
          },
        }),
  };
}

function shownStep(step: StepNote): AdmissionStep {
  const changes: AdmissionChange[] = [];
  if (step.before !== undefined && step.after !== undefined) collect(step.before, step.after, '', changes);
  return {
    plugin: step.plugin,
    changes,
    warnings: [...step.warnings],
    ...(step.refused === undefined ? {} : { refused: step.refused.message ?? '' }),
  };
}

/** Fields that differ, deepest first where both sides have the same shape; lists of another length are told from where they grow. */
function collect(before: unknown, after: unknown, path: string, found: AdmissionChange[]): void {
  if (before === after || found.length >= MAX_CHANGES || deepEqual(before, after)) return;
  if (isRecord(before) && isRecord(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(compareStrings);
    for (const name of names) collect(before[name], after[name], childPath(path, name), found);
    return;
  }
  if (Array.isArray(before) && Array.isArray(after) && after.length >= before.length) {
    for (let i = 0; i < after.length; i++) collect(before[i], after[i], `${path}[${i}]`, found);
    return;
  }
  found.push({
    path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  });
}

/** `spec.nodeName`, `metadata.labels[app.kubernetes.io/name]`. */
function childPath(path: string, name: string): string {
  if (path === '') return name;
  return /^[A-Za-z][A-Za-z0-9]*$/.test(name) ? `${path}.${name}` : `${path}[${name}]`;
}
