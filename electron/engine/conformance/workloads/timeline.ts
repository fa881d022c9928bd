import { compareStrings } from '#shared/core/compare.ts';
import { deepEqual, isRecord } from '#shared/core/json.ts';
import { isPodReady, podCondition } from '#shared/kube/conditions.ts';
import { controllerOf } from '#shared/kube/pod.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, Pod } from '#shared/kube/types.ts';

/** One line of a captured time line: the object (`pods/x`), what happened, and the fields that changed. */
export interface TimelineEntry {
  obj: string;
  op: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** Seconds since the step began; Jobs only. */
  t?: number;
  [field: string]: unknown;
}

type View = Readonly<Record<string, unknown>>;

const present = (fields: Record<string, unknown>): View =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function podView(pod: Pod): View {
  const owner = controllerOf(pod);
  const restarts = pod.status.containerStatuses?.[0]?.restartCount ?? 0;
  return present({
    phase: pod.status.phase,
    owner: owner === undefined ? undefined : `${owner.kind}/${owner.name}`,
    image: pod.spec.containers[0]?.image?.split(':')[1],
    'controller-revision-hash': pod.metadata.labels?.['controller-revision-hash'],
    index: pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index'],
    node: pod.spec.nodeName === '' ? undefined : pod.spec.nodeName,
    ready: podCondition(pod, 'Ready') === undefined ? undefined : isPodReady(pod) || undefined,
    restarts: restarts === 0 ? undefined : restarts,
    deleting: pod.metadata.deletionTimestamp === undefined ? undefined : true,
    DisruptionTarget: podCondition(pod, 'DisruptionTarget')?.reason,
  });
}

const SPEC_FIELDS: Readonly<Record<string, readonly string[]>> = {
  ReplicationController: ['replicas'],
  StatefulSet: ['replicas'],
  Job: ['parallelism', 'completions', 'suspend'],
};

function claimView({ metadata, status }: AnyObject): View {
  const owners = (metadata.ownerReferences ?? []).map(({ kind }) => kind);
  return present({
    phase: isRecord(status) ? status.phase : undefined,
    owners: owners.length === 0 ? undefined : owners,
    deleting: metadata.deletionTimestamp === undefined ? undefined : true,
  });
}

/** What the capture's time lines show of an object. */
export function viewOf(object: AnyObject): View {
  if (object.kind === 'Pod') return podView(object as unknown as Pod);
  if (object.kind === 'ControllerRevision') return { revision: (object as { revision?: unknown }).revision };
  if (object.kind === 'PersistentVolumeClaim') return claimView(object);
  const spec = isRecord(object.spec) ? object.spec : {};
  const names = SPEC_FIELDS[object.kind] ?? [];
  const status = isRecord(object.status) ? object.status : undefined;
  const { conditions, ...counts } = status ?? {};
  return present({
    spec: names.length === 0 ? undefined : present(Object.fromEntries(names.map((name) => [name, spec[name]]))),
    status: status === undefined ? undefined : present(counts),
    conditions: Array.isArray(conditions)
      ? (conditions as Record<string, unknown>[]).map(({ type, status: state, reason, message }) => [
          type,
          state,
          reason,
          message,
        ])
      : undefined,
  });
}

/** `pods/x` of an object. */
export function objectKey(object: AnyObject): string {
  return `${kindInfo(object.kind)?.plural ?? object.kind}/${object.metadata.name}`;
}

/** The line for one change; undefined when nothing that time lines show has changed. */
export function entryOf(before: AnyObject | undefined, after: AnyObject | undefined): TimelineEntry | undefined {
  const object = after ?? before;
  if (object === undefined) return undefined;
  const obj = objectKey(object);
  if (after === undefined) return { obj, op: 'DELETED' };
  const now = viewOf(after);
  if (before === undefined) return { obj, op: 'ADDED', ...now };
  const old = viewOf(before);
  const changed = Object.entries(now).filter(([name, value]) => !deepEqual(value, old[name]));
  for (const name of Object.keys(old)) if (now[name] === undefined) changed.push([name, name === 'ready' ? false : null]);
  return changed.length === 0 ? undefined : { obj, op: 'MODIFIED', ...Object.fromEntries(changed) };
}

/** The objects as a time line's entries leave them, by name: only what the entries told. */
export class Fold {
  readonly #objects = new Map<string, Record<string, unknown>>();

  /** Applies entries in order. */
  apply(entries: readonly TimelineEntry[]): void {
    for (const { obj, op, t: _t, ...fields } of entries) {
      if (op === 'DELETED') this.#objects.delete(obj);
      else this.#objects.set(obj, { ...(op === 'ADDED' ? {} : this.#objects.get(obj)), ...fields });
    }
  }

  /** Objects of a resource (`pods`) with their fields, by name. */
  of(plural: string): [string, Readonly<Record<string, unknown>>][] {
    return [...this.#objects]
      .filter(([name]) => name.startsWith(`${plural}/`))
      .map(([name, fields]): [string, Readonly<Record<string, unknown>>] => [name.slice(plural.length + 1), fields])
      .sort(([a], [b]) => compareStrings(a, b));
  }
}

/** JSON with sorted keys, without what is null or undefined. */
export function sortedText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedText).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value ?? null);
  const keys = Object.keys(value).filter((key) => value[key] !== undefined && value[key] !== null);
  return `{${keys
    .sort(compareStrings)
    .map((key) => `${key}:${sortedText(value[key])}`)
    .join(',')}}`;
}
