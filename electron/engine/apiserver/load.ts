import { compareStrings } from '#shared/core/compare.ts';
import { isRecord } from '#shared/core/json.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { nodeReadyCondition } from '#shared/kube/conditions.ts';
import { writeAmounts } from '#shared/kube/quota/amounts.ts';
import { countUsage } from '#shared/kube/quota/index.ts';
import { type KindInfo, servedKind } from '#shared/kube/registry.ts';
import type { AnyObject, Node, ResourceQuota, Status } from '#shared/kube/types.ts';
import { parseTime } from '../sim/time.ts';
import type { ObjectStore } from '../store/store.ts';
import { defaultAccount } from './bootstrap.ts';
import type { ApiServer, ReadView } from './server.ts';
import { ADMIN, scopeOf } from './server.ts';
import * as status from './status.ts';
import type { Answer } from './types.ts';

/** One refused object of a batch, by its place in it. */
export interface LoadError {
  readonly index: number;
  readonly status: Status;
}

/** Objects others depend on come first: namespaces, then priority classes and service accounts. */
function phaseOf(kind: string): number {
  return kind === 'Namespace' ? 0 : kind === 'PriorityClass' || kind === 'ServiceAccount' ? 1 : 2;
}

function stageKey(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

/** What is stored, overlaid with what is about to be. */
class Stage implements ReadView {
  readonly #server: ApiServer;
  readonly #staged = new Map<string, AnyObject>();
  readonly #byKind = new Map<string, AnyObject[]>();

  constructor(server: ApiServer) {
    this.#server = server;
  }

  has(kind: string, namespace: string, name: string): boolean {
    return this.#staged.has(stageKey(kind, namespace, name));
  }

  add(object: AnyObject): void {
    this.#staged.set(stageKey(object.kind, object.metadata.namespace ?? '', object.metadata.name), object);
    const ofKind = this.#byKind.get(object.kind);
    if (ofKind === undefined) this.#byKind.set(object.kind, [object]);
    else ofKind.push(object);
  }

  get(kind: string, namespace: string, name: string): AnyObject | undefined {
    return this.#staged.get(stageKey(kind, namespace, name)) ?? this.#server.get(kind, namespace, name);
  }

  list(kind: string, namespace?: string): readonly AnyObject[] {
    const ofKind = this.#byKind.get(kind) ?? [];
    const own = namespace === undefined ? ofKind : ofKind.filter(({ metadata }) => metadata.namespace === namespace);
    const stored = this.#server.list(kind, namespace);
    return [...stored.filter(({ metadata }) => !this.has(kind, metadata.namespace ?? '', metadata.name)), ...own];
  }

  objects(): readonly AnyObject[] {
    return [...this.#staged.values()];
  }
}

function noMatch(object: AnyObject): Status {
  const message = `no matches for kind "${object.kind}" in version "${object.apiVersion}"`;
  return { ...status.unknownResource(), message };
}

/** What comes out of a cluster has been admitted there; a Node that is Ready has lost the taint that new ones get. */
function passedAdmission(object: AnyObject): boolean {
  if (object.metadata.uid !== undefined) return true;
  const conditions = object.kind === 'Node' ? (object as unknown as Node).status?.conditions : undefined;
  return nodeReadyCondition(conditions)?.status === 'True';
}

function stageOne(server: ApiServer, stage: Stage, input: AnyObject): Answer {
  if (!isRecord(input) || !isRecord(input.metadata)) return err(status.badRequest('metadata must be an object'));
  const info: KindInfo | undefined = servedKind(input.apiVersion, input.kind);
  if (info === undefined || !info.storable) return err(noMatch(input));
  const scoped = scopeOf(info, input);
  if (!scoped.ok) return scoped;
  const prepared = server.withView(stage, () =>
    server.prepareCreate(info, scoped.value, { user: ADMIN }, { kept: true, admitted: passedAdmission(input) }),
  );
  if (!prepared.ok) return prepared;
  const { namespace, name } = prepared.value.metadata;
  if (stage.has(info.kind, namespace ?? '', name)) return err(status.alreadyExists(info, name));
  stage.add(prepared.value);
  return prepared;
}

/** Namespaces that objects live in and nobody has: a partial dump of a cluster names them without bringing them. */
function missingNamespaces(server: ApiServer, objects: readonly AnyObject[]): AnyObject[] {
  const given = new Set(objects.filter((object) => object?.kind === 'Namespace').map((object) => object.metadata?.name));
  const wanted = new Set<string>();
  for (const object of objects) {
    const namespace = object?.metadata?.namespace;
    if (typeof namespace !== 'string' || namespace === '' || servedKind(object.apiVersion, object.kind)?.namespaced !== true)
      continue;
    if (!given.has(namespace) && server.get('Namespace', '', namespace) === undefined) wanted.add(namespace);
  }
  return [...wanted].sort(compareStrings).map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
}

/** Stages the default service account of every namespace of the batch that is not going, unless the batch brings it. */
function stageAccounts(server: ApiServer, stage: Stage, objects: readonly AnyObject[]): void {
  const key = (one: AnyObject) => (one?.kind === 'ServiceAccount' ? `${one.metadata?.namespace}/${one.metadata?.name}` : '');
  const given = new Set(objects.map(key));
  for (const namespace of stage.objects().filter(({ kind }) => kind === 'Namespace')) {
    const { name, deletionTimestamp } = namespace.metadata;
    if (deletionTimestamp !== undefined || given.has(`${name}/default`)) continue;
    if (server.get('ServiceAccount', name, 'default') === undefined) stageOne(server, stage, defaultAccount(name));
  }
}

/** Books what the loaded objects use in the quotas of their namespaces. */
function bookUsage(server: ApiServer, objects: readonly AnyObject[]): void {
  const namespaces = new Set(objects.map(({ metadata }) => metadata.namespace ?? ''));
  const clock = { nowMs: parseTime(server.timestamp()) ?? 0, parseMs: (text: string) => parseTime(text) ?? Number.NaN };
  for (const namespace of [...namespaces].sort(compareStrings)) {
    for (const object of server.list('ResourceQuota', namespace)) {
      const quota = object as unknown as ResourceQuota;
      if (quota.status?.hard === undefined) continue;
      const usage = writeAmounts(countUsage(quota, (kind) => server.list(kind, namespace), clock));
      const used = Object.entries({ ...quota.status.used, ...usage }).filter(([name]) => quota.status.hard?.[name] !== undefined);
      server.commit(object, { ...object, status: { ...quota.status, used: Object.fromEntries(used) } }, false);
    }
  }
}

/**
 * Stores a batch of objects as they are: bound pods stay bound, status, uids and times are respected. Namespaces the batch needs are made.
 * What a fresh cluster brings along (namespace default...) may be given again. All errors are listed by index, and one error stores nothing.
 */
export function loadObjects(server: ApiServer, store: ObjectStore, objects: readonly AnyObject[]): Result<null, LoadError[]> {
  const stage = new Stage(server);
  const errors: LoadError[] = [];
  for (const namespace of missingNamespaces(server, objects)) {
    const staged = stageOne(server, stage, namespace);
    if (!staged.ok)
      errors.push({
        index: objects.findIndex((object) => object.metadata.namespace === namespace.metadata.name),
        status: staged.error,
      });
  }
  const order = objects.map((object, index) => ({ object, index, phase: phaseOf(object.kind) }));
  order.sort((a, b) => a.phase - b.phase || a.index - b.index);
  const stageAll = (wanted: (phase: number) => boolean) => {
    for (const { object, index, phase } of order) {
      const staged = wanted(phase) ? stageOne(server, stage, object) : undefined;
      if (staged?.ok === false) errors.push({ index, status: staged.error });
    }
  };
  stageAll((phase) => phase === 0);
  stageAccounts(server, stage, objects);
  stageAll((phase) => phase > 0);
  if (errors.length > 0) return err(errors.sort((a, b) => a.index - b.index));
  for (const object of stage.objects()) store.put(object);
  bookUsage(server, stage.objects());
  return ok(null);
}
