import { err, ok } from '#shared/core/result.ts';
import { allKinds, type KindInfo } from '#shared/kube/registry.ts';
import { type AnyObject, type KubeObject, type Namespace, type Pod, refOf, type Status } from '#shared/kube/types.ts';
import type { ApiResult, Component, ComponentContext } from '../../client/types.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';
import { sameStatus } from '../common/same.ts';
import { deletionConditions, NOTHING_LEFT, type Remaining } from './conditions.ts';

const NAME = 'namespace-controller';
/** Time for caches to learn that the namespace is going before its content is deleted. */
const GRACE_MS = 5000;
/** Estimate in seconds for objects that finalizers hold. */
const FINALIZER_ESTIMATE = 15;
const DEFAULT_POD_GRACE = 30;
const FINALIZER = 'kubernetes';

/** Objects of one kind in a namespace. */
interface Left {
  info: KindInfo;
  objects: readonly KubeObject[];
}

/** Models apiregistration/v1 APIServiceSpec as far as it matters here. */
interface ApiServiceSpec {
  group?: string;
  version?: string;
  service?: object | null;
}

const NOT_DISCOVERED: Status = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'unable to retrieve the complete list of server APIs',
  reason: 'InternalError',
  code: 500,
};

/**
 * Empties terminating namespaces: pods first, then everything else, then the namespace's own finalizer. One write per queue item.
 * Models pkg/controller/namespace with OrderedNamespaceDeletion.
 */
export function createNamespaceController(ctx: ComponentContext): Component {
  const client = ctx.client(NAME);
  const namespaces = ctx.informer('Namespace');
  const pods = ctx.informer('Pod');
  const apiServices = ctx.informer('APIService');
  /** What was left of a kind right after its last object was deleted in the present pass, by namespace. */
  const passes = new Map<string, Left[]>();
  const others = allKinds
    .filter((info) => info.namespaced && info.storable && info.kind !== 'Pod')
    .map((info) => ({ info, lister: ctx.informer(info.kind).lister }));

  const contentOf = (name: string): Left[] =>
    others
      .map(({ info, lister }) => ({ info, objects: lister.list(name) as readonly KubeObject[] }))
      .filter(({ objects }) => objects.length > 0);

  /** APIs served by other servers that do not answer: whether they hold anything of the namespace cannot be known. */
  const silent = (): string[] => apiServices.lister.list().flatMap(silentApi);

  const writeConditions = (namespace: Namespace, remaining: Remaining): ApiResult<null> => {
    const conditions = deletionConditions(namespace.status.conditions, remaining, silent(), ctx.clock.timestamp());
    const status = { ...namespace.status, conditions };
    if (sameStatus(status, namespace.status)) return ok(null);
    const written = client.updateStatus({ ...namespace, status });
    return written.ok ? ok(null) : written;
  };

  /** Upstream looks again after half of what it thinks the content needs. */
  const lookAgain = (name: string, estimateSeconds: number) => queue.addAfter(name, (Math.trunc(estimateSeconds / 2) + 1) * 1000);

  /** Deletes the first object not being deleted yet; true when there was one. */
  const deleteOne = (objects: readonly KubeObject[], name: string): ApiResult<boolean> => {
    const next = objects.find((one) => one.metadata.deletionTimestamp === undefined);
    if (next === undefined) return ok(false);
    const deleted = client.delete(refOf(next), { propagationPolicy: 'Background' });
    if (!deleted.ok && deleted.error.reason !== 'NotFound') return deleted;
    queue.add(name);
    return ok(true);
  };

  /** Finalizers may still hold objects just deleted; a pass remembers them, also when they are gone before it ends. */
  const noteLeft = (name: string, info: KindInfo) => {
    const objects = contentOf(name).find((one) => one.info === info)?.objects ?? [];
    if (objects.length === 0 || objects.some(({ metadata }) => metadata.deletionTimestamp === undefined)) return;
    passes.set(name, union(passes.get(name) ?? [], [{ info, objects }]));
  };

  const empty = (namespace: Namespace): ApiResult<null> => {
    const { name } = namespace.metadata;
    const own = pods.lister.list(name);
    const pod = deleteOne(own, name);
    if (!pod.ok) return pod;
    if (pod.value) return ok(null);
    if (own.length > 0) {
      lookAgain(name, longestGrace(own));
      return writeConditions(namespace, NOTHING_LEFT);
    }
    const content = contentOf(name);
    for (const { info, objects } of content) {
      const one = deleteOne(objects, name);
      if (!one.ok) return one;
      if (one.value) {
        noteLeft(name, info);
        return ok(null);
      }
    }
    const left = union(passes.get(name) ?? [], content);
    passes.delete(name);
    if (left.length > 0) {
      lookAgain(name, FINALIZER_ESTIMATE);
      return writeConditions(namespace, remainingOf(left));
    }
    const noted = writeConditions(namespace, NOTHING_LEFT);
    if (!noted.ok) return noted;
    return silent().length > 0 ? err(NOT_DISCOVERED) : finish(namespace);
  };

  const finish = (namespace: Namespace): ApiResult<null> => {
    const { name } = namespace.metadata;
    const left = (namespace.spec.finalizers ?? []).filter((one) => one !== FINALIZER);
    const finished = client.finalizeNamespace(name, left);
    return finished.ok || finished.error.reason === 'NotFound' ? ok(null) : finished;
  };

  const queue = controllerQueue(ctx, NAME, (name) => {
    const namespace = namespaces.lister.get('', name);
    const done = namespace === undefined || !isPending(namespace) || empty(namespace).ok;
    if (done) retries.forget(name);
    else retries.failed(name);
  });
  const retries = retrying(queue);
  const watch = (namespace: Namespace) => {
    if (isPending(namespace)) queue.addAfter(namespace.metadata.name, GRACE_MS);
  };
  return lifecycle(NAME, queue, () => [
    namespaces.subscribe(
      {
        onAdd: watch,
        onUpdate: (before, after) => {
          if (before.metadata.deletionTimestamp === undefined) watch(after);
        },
      },
      { replay: true },
    ),
  ]);
}

/** Kinds of both lists; where both have one, the second. */
function union(noted: readonly Left[], present: readonly Left[]): Left[] {
  return [...noted.filter(({ info }) => !present.some((one) => one.info === info)), ...present];
}

/** `group/version` of an API that another server serves and that is not known to be available. */
function silentApi(service: AnyObject): string[] {
  const { spec, status } = service as { spec?: ApiServiceSpec; status?: { conditions?: { type: string; status: string }[] } };
  if (spec?.service === undefined || spec.service === null) return [];
  const available = status?.conditions?.some((one) => one.type === 'Available' && one.status === 'True') === true;
  return available ? [] : [`${spec.group ?? ''}/${spec.version ?? ''}`];
}

/** Being deleted, and this controller has not finished with it. */
function isPending(namespace: Namespace): boolean {
  return namespace.metadata.deletionTimestamp !== undefined && (namespace.spec.finalizers?.length ?? 0) > 0;
}

function longestGrace(pods: readonly Pod[]): number {
  return pods.reduce((most, pod) => Math.max(most, pod.spec.terminationGracePeriodSeconds ?? DEFAULT_POD_GRACE), 0);
}

function remainingOf(content: readonly Left[]): Remaining {
  const resources = new Map<string, number>();
  const finalizers = new Map<string, number>();
  for (const { info, objects } of content) {
    resources.set(`${info.plural}.${info.group}`, objects.length);
    for (const finalizer of objects.flatMap((one) => one.metadata.finalizers ?? [])) {
      finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
    }
  }
  return { resources, finalizers };
}
