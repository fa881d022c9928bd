import { deepEqual } from '#shared/core/json.ts';
import { err, ok } from '#shared/core/result.ts';
import { type KindInfo, kindInfo, servedKind } from '#shared/kube/registry.ts';
import type { AnyObject, ObjectRef, Status } from '#shared/kube/types.ts';
import type { VirtualClock } from '../sim/clock.ts';
import type { Random, RandomStream } from '../sim/types.ts';
import type { ObjectStore } from '../store/store.ts';
import { type Admission, type AdmissionRequest, type AdmissionSwitches, chainOf, createAdmission } from './admission/index.ts';
import { AdmissionTrace, STORAGE, VALIDATION } from './admission/trace.ts';
import { ServiceAllocators } from './allocation/index.ts';
import { prepareForCreate } from './defaulting/create.ts';
import { applyDefaults } from './defaulting/index.ts';
import { checkPreconditions, planDeletion } from './deletion.ts';
import { strategyOf } from './kinds/index.ts';
import { deletionOf, withMeta, withStatus } from './meta.ts';
import * as status from './status.ts';
import { deletionTime } from './times.ts';
import type { Answer, DeleteRequest, RequestOptions, ServerCore } from './types.ts';
import { decodeRefusal } from './validation/decode.ts';
import { invalidStatus, validateCreate, validateStatusUpdate, validateUpdate } from './validation/index.ts';
import { warningsOf, warningsOfUpdate } from './warnings.ts';

/** The person at the keyboard. */
export const ADMIN = 'kubernetes-admin';
const NAME_SUFFIX_LENGTH = 5;
const GENERATED_BASE_LENGTH = 63 - NAME_SUFFIX_LENGTH;
const GENERATE_ATTEMPTS = 8;
/** Dry runs draw no random numbers: asking must not change what happens later. */
const DRY_RUN_UID = '00000000-0000-4000-8000-000000000000';
const DRY_RUN_SUFFIX = 'zzzzz';

/** Reads that admission and subresources use; replaced while a batch is being staged. */
export interface ReadView {
  get(kind: string, namespace: string, name: string): AnyObject | undefined;
  list(kind: string, namespace?: string): readonly AnyObject[];
}

/**
 * The verbs of the API: default, admit, validate, commit. Every write of users, scheduler, controllers and kubelets passes here.
 * Models apiserver/pkg/registry/generic/registry Store and registry/rest.
 */
export class ApiServer implements ServerCore {
  readonly #store: ObjectStore;
  readonly #clock: VirtualClock;
  readonly #uids: RandomStream;
  readonly #names: RandomStream;
  readonly #stored: ReadView;
  readonly #admission: Admission;
  readonly #allocators: ServiceAllocators;
  /** What admission has decided lately. */
  readonly trace: AdmissionTrace;
  #view: ReadView;

  constructor(store: ObjectStore, clock: VirtualClock, random: Random, switches?: AdmissionSwitches) {
    this.#store = store;
    this.#clock = clock;
    this.#uids = random.stream('apiserver/uid');
    this.#names = random.stream('apiserver/generate-name');
    this.#stored = {
      get: (kind, namespace, name) => store.get(kind, namespace, name),
      list: (kind, namespace) => store.table(kind).list(namespace),
    };
    this.#view = this.#stored;
    this.#allocators = new ServiceAllocators(random, () => this.#view.list('Service'));
    this.trace = new AdmissionTrace(
      () => clock.nowMs,
      (user) => user === ADMIN,
    );
    const suffixes = random.stream('apiserver/admission');
    const access = {
      get: (kind: string, namespace: string, name: string) => this.#view.get(kind, namespace, name),
      list: (kind: string, namespace?: string) => this.#view.list(kind, namespace),
      timestamp: () => this.timestamp(),
      commit: (old: AnyObject, next: AnyObject) => this.commit(old, next, false),
      suffix: (length: number) => suffixes.suffix(length),
    };
    this.#admission = createAdmission(access, chainOf(switches), this.trace);
  }

  timestamp(): string {
    return this.#clock.timestamp();
  }

  /** Revision of the last write, as lists carry it. */
  get resourceVersion(): string {
    return String(this.#store.revision);
  }

  get(kind: string, namespace: string, name: string): AnyObject | undefined {
    return this.#store.get(kind, namespace, name);
  }

  list(kind: string, namespace?: string): readonly AnyObject[] {
    return this.#store.table(kind).list(namespace);
  }

  /** Answers 404 for an object that is not there. */
  read(kind: string, namespace: string, name: string): Answer {
    const info = kindInfo(kind);
    if (info === undefined) return err(status.unknownResource());
    const object = this.get(kind, namespace, name);
    return object === undefined ? err(status.notFound(info, name)) : ok(object);
  }

  /** Lets admission see other objects than the stored ones while `work` runs (used to check a batch before anything of it is stored). */
  withView<T>(view: ReadView, work: () => T): T {
    this.#view = view;
    try {
      return work();
    } finally {
      this.#view = this.#stored;
    }
  }

  create(input: AnyObject, options: RequestOptions): Answer {
    const info = servedKind(input.apiVersion, input.kind);
    if (info === undefined) return err(status.unknownResource());
    if (!info.storable) return err(status.methodNotAllowed(info, 'create'));
    const scoped = scopeOf(info, input);
    if (!scoped.ok) return scoped;
    if (scoped.value.metadata.resourceVersion !== undefined && scoped.value.metadata.resourceVersion !== '') {
      return err(status.internalError('resourceVersion should not be set on objects to be created'));
    }
    const taken = ({ metadata }: AnyObject): Status | undefined => {
      const { namespace = '', name } = metadata;
      return this.get(info.kind, namespace, name) === undefined ? undefined : status.alreadyExists(info, name);
    };
    const prepared = this.prepareCreate(info, scoped.value, options, undefined, taken);
    if (!prepared.ok) return prepared;
    return ok(options.dryRun === true ? prepared.value : this.#store.put(prepared.value));
  }

  /**
   * Everything create does before the commit: decoding, defaults, mutating admission, strategy, system fields, validation, validating admission. An
   * object that was stored before (`kept`) keeps its status, uid, times and generation; `admitted` ones do not pass admission again. `taken` has the
   * last word, when all is said.
   */
  prepareCreate(
    info: KindInfo,
    input: AnyObject,
    options: RequestOptions,
    stored?: { kept: true; admitted: boolean },
    taken?: (object: AnyObject) => Status | undefined,
  ): Answer {
    const asStored = stored !== undefined;
    const malformed = shapeFault(input, options.user);
    if (malformed !== undefined) return err(malformed);
    let object = applyDefaults(input);
    const request = { ...requestOf('CREATE', object, null, options), ...(asStored ? { loaded: true as const } : {}) };
    const run = stored?.admitted === true ? undefined : this.#admission.begin(request);
    const admitted = run?.mutate();
    if (admitted?.ok === false) return admitted;
    object = admitted?.value ?? object;
    const fresh = prepareForCreate(info.simulated || !info.hasStatus ? object : withStatus(object, undefined), this.timestamp());
    object = this.#systemFields(info, asStored ? withKept(fresh, object) : fresh, asStored, options.dryRun === true);
    object = strategyOf(info.kind).completeCreate?.(object) ?? object;
    const allocated = this.#allocators.begin(object, undefined, options.dryRun === true);
    if (allocated.ok) object = allocated.value;
    const errors = allocated.ok ? validateCreate(object) : [];
    const invalid = allocated.ok ? (errors.length > 0 ? invalidStatus(object, errors) : undefined) : allocated.error;
    if (invalid !== undefined) run?.refuse(VALIDATION, invalid);
    // Components don't listen, so nobody looks for them.
    else if (options.warn !== undefined) for (const text of warningsOf(object)) options.warn(text);
    const refusal = invalid ?? run?.validate(object) ?? undefined;
    if (refusal !== undefined) return err(refusal);
    const clash = taken?.(object);
    if (clash !== undefined) {
      run?.refuse(STORAGE, clash);
      return err(clash);
    }
    run?.done(object);
    return ok(object);
  }

  /** The object as create would complete it (defaults, admission), checked, without asking whether the name is free. Stores nothing. */
  completed(info: KindInfo, input: AnyObject): Answer {
    const scoped = scopeOf(info, withMeta(input, { resourceVersion: undefined }));
    return scoped.ok ? this.prepareCreate(info, scoped.value, { user: ADMIN, dryRun: true }) : scoped;
  }

  /** PUT on the main resource. Creates nothing: 404 when the object is not there. */
  put(input: AnyObject, options: RequestOptions): Answer {
    const info = servedKind(input.apiVersion, input.kind);
    if (info === undefined) return err(status.unknownResource());
    const scoped = scopeOf(info, input);
    return scoped.ok ? this.update(info, scoped.value, options) : scoped;
  }

  update(info: KindInfo, next: AnyObject, options: RequestOptions): Answer {
    const malformed = shapeFault(next, options.user);
    if (malformed !== undefined) return err(malformed);
    const old = this.#current(info, next);
    if (!old.ok) return old;
    const strategy = strategyOf(info.kind);
    let object = keepSystemFields(applyDefaults(next), old.value);
    if (info.hasStatus) object = withStatus(object, old.value.status);
    const run = this.#admission.begin(requestOf('UPDATE', object, old.value, options));
    const admitted = run.mutate();
    if (!admitted.ok) return admitted;
    object = admitted.value ?? object;
    const allocated = this.#allocators.begin(object, old.value, options.dryRun === true);
    if (!allocated.ok) {
      run.refuse(VALIDATION, allocated.error);
      return allocated;
    }
    object = allocated.value;
    if (strategy.prepareForUpdate !== undefined) object = strategy.prepareForUpdate(object, old.value);
    if (strategy.generation?.(object, old.value) === true) {
      object = withMeta(object, { generation: (old.value.metadata.generation ?? 0) + 1 });
    }
    const errors = validateUpdate(object, old.value);
    const invalid = errors.length > 0 ? invalidStatus(object, errors) : undefined;
    if (invalid !== undefined) run.refuse(VALIDATION, invalid);
    else if (options.warn !== undefined) for (const text of warningsOfUpdate(object, old.value)) options.warn(text);
    const refusal = invalid ?? run.validate(object);
    if (refusal !== null) return err(refusal);
    run.done(object);
    return ok(this.commit(old.value, object, options.dryRun));
  }

  updateStatus(input: AnyObject, options: RequestOptions): Answer {
    const info = servedKind(input.apiVersion, input.kind);
    if (info === undefined || !info.hasStatus) return err(status.unknownResource());
    const old = this.#current(info, input);
    if (!old.ok) return old;
    const strategy = strategyOf(info.kind);
    let object = keepSystemFields({ ...input, spec: old.value.spec }, old.value);
    if (old.value.spec === undefined) object = keepSystemFields(input, old.value);
    if (strategy.prepareForStatusUpdate !== undefined) object = strategy.prepareForStatusUpdate(object, old.value);
    if (info.kind === 'Node') object = applyDefaults(object);
    const errors = validateStatusUpdate(object, old.value);
    if (errors.length > 0) return err(invalidStatus(object, errors));
    return ok(this.commit(old.value, object, options.dryRun));
  }

  delete(ref: ObjectRef, options: DeleteRequest): Answer {
    const info = kindInfo(ref.kind);
    if (info === undefined || !info.storable) return err(status.unknownResource());
    const { deletionWarning } = strategyOf(info.kind);
    if (deletionWarning !== undefined && options.propagationPolicy === undefined) options.warn?.(deletionWarning);
    const old = this.get(ref.kind, ref.namespace, ref.name);
    if (old === undefined) return err(status.notFound(info, ref.name));
    const refused = checkPreconditions(info, old, options);
    if (refused !== undefined) return err(refused);
    const dryRun = options.dryRun === true;
    const admitted = this.#admission.admit(requestOf('DELETE', null, old, options));
    if (!admitted.ok) return admitted;
    if (info.kind === 'Namespace') return this.#deleteNamespace(info, old, options);
    const plan = planDeletion(old, options, deletionTime(this.#clock));
    let last = old;
    if (plan.next !== undefined) last = dryRun ? plan.next : this.#store.put(plan.next);
    if (plan.remove && !dryRun) this.#store.remove(ref.kind, ref.namespace, ref.name);
    return ok(last);
  }

  /**
   * Stores a new version. Equal versions are not stored; an object whose deletion only waited for this write (last finalizer gone) is removed.
   * Models generic registry Store.Update with ShouldDeleteDuringUpdate.
   */
  commit(old: AnyObject, next: AnyObject, dryRun: boolean | undefined): AnyObject {
    const versioned = withMeta(next, { resourceVersion: old.metadata.resourceVersion });
    const { timestamp, graceSeconds } = deletionOf(old);
    const finished = timestamp !== undefined && graceSeconds === 0 && (next.metadata.finalizers?.length ?? 0) === 0;
    if (finished && !blockedNamespace(next)) {
      if (dryRun !== true) this.#store.remove(old.kind, old.metadata.namespace ?? '', old.metadata.name);
      return versioned;
    }
    if (deepEqual(versioned, old)) return old;
    return dryRun === true ? versioned : this.#store.put(versioned);
  }

  /** Models registry/core/namespace/storage REST.Delete: first it only becomes Terminating; the namespace controller ends it. */
  #deleteNamespace(info: KindInfo, old: AnyObject, options: DeleteRequest): Answer {
    if (deletionOf(old).timestamp !== undefined) {
      if (!blockedNamespace(old) && (old.metadata.finalizers?.length ?? 0) === 0) {
        if (options.dryRun !== true) this.#store.remove(info.kind, '', old.metadata.name);
        return ok(old);
      }
      const why =
        'The system is ensuring all content is removed from this namespace.  Upon completion, this namespace will automatically be purged by the system.';
      return err(status.conflict(info.plural, info.group, old.metadata.name, why));
    }
    const marked = withMeta(old, { deletionTimestamp: this.timestamp(), deletionGracePeriodSeconds: 0 });
    const next = withStatus(marked, { ...(old.status as object | undefined), phase: 'Terminating' });
    return ok(options.dryRun === true ? next : this.#store.put(next));
  }

  /** The stored object an update is about, after the resourceVersion and uid it was sent with have been compared. */
  #current(info: KindInfo, next: AnyObject): Answer {
    const { namespace, name, resourceVersion, uid } = next.metadata;
    const old = this.get(info.kind, namespace ?? '', name);
    if (old === undefined) return err(status.notFound(info, name));
    if (uid !== undefined && uid !== '' && uid !== old.metadata.uid) {
      const why = `StorageError: invalid object, Code: 4, Key: ${storageKey(info, old)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`;
      return err(status.conflict(info.plural, info.group, name, why));
    }
    const stale = resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== old.metadata.resourceVersion;
    return stale ? err(status.staleVersion(info, name)) : ok(old);
  }

  /** Name, uid and times the server gives. Models registry/rest BeforeCreate. */
  #systemFields(info: KindInfo, object: AnyObject, asStored: boolean, dryRun: boolean): AnyObject {
    const { name, generateName, uid, creationTimestamp, generation, deletionTimestamp, deletionGracePeriodSeconds } =
      object.metadata;
    const counted = strategyOf(info.kind).generation !== undefined;
    return withMeta(object, {
      name:
        name === undefined || name === ''
          ? this.#generateName(info, object.metadata.namespace ?? '', generateName, dryRun)
          : name,
      uid: asStored && uid !== undefined ? uid : dryRun ? DRY_RUN_UID : this.#uids.uuid(),
      creationTimestamp: asStored && creationTimestamp ? creationTimestamp : this.timestamp(),
      generation: asStored && generation !== undefined ? generation : counted ? 1 : undefined,
      deletionTimestamp: asStored ? deletionTimestamp : undefined,
      deletionGracePeriodSeconds: asStored ? deletionGracePeriodSeconds : undefined,
      resourceVersion: undefined,
      selfLink: undefined,
      managedFields: undefined,
    });
  }

  #generateName(info: KindInfo, namespace: string, base: string | undefined, dryRun: boolean): string {
    if (base === undefined || base === '') return '';
    const cut = base.slice(0, GENERATED_BASE_LENGTH);
    if (dryRun) return cut + DRY_RUN_SUFFIX;
    let name = '';
    for (let attempt = 0; attempt < GENERATE_ATTEMPTS; attempt++) {
      name = cut + this.#names.suffix(NAME_SUFFIX_LENGTH);
      if (this.#view.get(info.kind, namespace, name) === undefined) break;
    }
    return name;
  }
}

function requestOf(
  operation: AdmissionRequest['operation'],
  object: AnyObject | null,
  old: AnyObject | null,
  options: RequestOptions,
): AdmissionRequest {
  return {
    operation,
    object,
    old,
    user: options.user,
    dryRun: options.dryRun === true,
    warn: options.warn ?? unheard,
    ...(options.rehearsal === true ? { rehearsal: true } : {}),
  };
}

function unheard(): void {}

/** The object with the generation and status it was stored with, the status completed by what a new one would have. */
function withKept(fresh: AnyObject, given: AnyObject): AnyObject {
  const counted = withMeta(fresh, { generation: given.metadata.generation });
  if (given.status === undefined) return counted;
  return withStatus(counted, { ...(fresh.status as object | undefined), ...(given.status as object) });
}

/** 400 for values of a wrong type in what a person sent; the program's own components send typed objects. */
function shapeFault(object: AnyObject, user: string): Status | undefined {
  if (user !== ADMIN) return undefined;
  return decodeRefusal(object) ?? undefined;
}

function storageKey(info: KindInfo, object: AnyObject): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined ? `/registry/${info.plural}/${name}` : `/registry/${info.plural}/${namespace}/${name}`;
}

/** A namespace whose spec still names finalizers. */
function blockedNamespace(object: AnyObject): boolean {
  if (object.kind !== 'Namespace') return false;
  return ((object.spec as { finalizers?: readonly string[] } | undefined)?.finalizers?.length ?? 0) > 0;
}

/** Fields of metadata that no client changes are taken from the stored object. Models registry/rest BeforeUpdate. */
function keepSystemFields(next: AnyObject, old: AnyObject): AnyObject {
  const { uid, creationTimestamp, generation, deletionTimestamp, deletionGracePeriodSeconds } = old.metadata;
  return withMeta(next, {
    uid,
    creationTimestamp,
    generation,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    selfLink: undefined,
    managedFields: undefined,
  });
}

/** The object in its scope: `default` where a namespaced one names none; 400 for a namespace on a cluster-scoped one. */
export function scopeOf(info: KindInfo, object: AnyObject): Answer {
  const namespace = object.metadata.namespace;
  if (info.namespaced) {
    return ok(namespace === undefined || namespace === '' ? withMeta(object, { namespace: 'default' }) : object);
  }
  if (namespace === undefined) return ok(object);
  if (namespace === '') return ok(withMeta(object, { namespace: undefined }));
  return err(status.badRequest('the namespace of the provided object does not match the namespace sent on the request'));
}
