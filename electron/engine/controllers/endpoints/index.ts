import { deepEqual } from '#shared/core/json.ts';
import { ok } from '#shared/core/result.ts';
import type { Endpoints, Pod, Service } from '#shared/kube/types.ts';
import type { ApiResult, Component, ComponentContext } from '../../client/types.ts';
import {
  HEADLESS_LABEL,
  hasAddress,
  hasSelector,
  podsOf,
  servicesOf,
  servicesToUpdate,
  triggerTime,
  withTrigger,
} from '../common/endpoints/pods.ts';
import type { Subset } from '../common/endpoints/subsets.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { isTerminatingRefusal } from '../common/replicas/pods.ts';
import { retrying } from '../common/retry.ts';
import { MAX_ADDRESSES, subsetsOf, truncated } from './subsets.ts';

const NAME = 'endpoint-controller';
/** Label of the objects this controller looks after. */
const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
/** Says that not all addresses are there. */
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';
const RETRIES = 15;
/** Big services are worked off in batches, as in the controller of slices. */
const BATCH_MS_PER_HUNDRED = 10;
const MAX_BATCH_MS = 1_000;

/** Keeps the Endpoints, the old form of EndpointSlices, of services with a selector. Models pkg/controller/endpoint. */
export function createEndpointsController(ctx: ComponentContext): Component {
  const client = ctx.client(NAME);
  const recorder = ctx.recorder(NAME);
  const services = ctx.informer('Service');
  const pods = ctx.informer('Pod');
  const all = ctx.informer('Endpoints');

  const sync = (service: Service): ApiResult<unknown> => {
    const { namespace = '', name } = service.metadata;
    const chosen = podsOf(pods.lister, service);
    const current = all.lister.get(namespace, name);
    const whole = subsetsOf(service, chosen);
    const { subsets, cut } = truncated(whole);
    if (current !== undefined && isCurrent(current, service, subsets, cut)) return ok(null);
    const served = servedBy(current);
    const time = triggerTime(service, chosen, current === undefined, (pod) => served.get(pod.metadata.uid ?? ''));
    const { [OVER_CAPACITY]: _cut, ...kept } = withTrigger(current?.metadata.annotations ?? {}, time);
    const annotations = cut ? { ...kept, [OVER_CAPACITY]: 'truncated' } : kept;
    const { annotations: _old, ...metadata } = current?.metadata ?? { name, namespace };
    const endpoints = {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: {
        ...metadata,
        labels: labelsFor(service),
        ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      },
      ...(subsets.length === 0 ? {} : { subsets }),
    } as Endpoints;
    return current === undefined ? client.create(endpoints) : client.update(endpoints);
  };

  const remove = (key: string) => {
    const { namespace, name } = splitKey(key);
    if (all.lister.get(namespace, name) === undefined) return retries.forget(key);
    const deleted = client.delete({ kind: 'Endpoints', namespace, name });
    if (deleted.ok || deleted.error.reason === 'NotFound') retries.forget(key);
    else retries.failed(key);
  };

  const queue = controllerQueue(ctx, NAME, (key) => {
    const { namespace, name } = splitKey(key);
    const service = services.lister.get(namespace, name);
    if (service === undefined) return remove(key);
    if (service.spec.type === 'ExternalName' || !hasSelector(service)) return retries.forget(key);
    const isNew = all.lister.get(namespace, name) === undefined;
    const written = sync(service);
    if (written.ok || isTerminatingRefusal(written.error)) return retries.forget(key);
    const [reason, words] = isNew
      ? ['FailedToCreateEndpoint', `Failed to create endpoint for service ${key}`]
      : ['FailedToUpdateEndpoint', `Failed to update endpoint ${key}`];
    const about = { apiVersion: 'v1', kind: 'Endpoints', metadata: { namespace, name } };
    recorder.event(about, 'Warning', reason, `${words}: ${written.error.message}`);
    retries.failed(key);
  });
  const retries = retrying(queue, RETRIES);

  const enqueue = (service: Service): void => {
    const key = queueKey(service);
    const { namespace, name } = splitKey(key);
    const stored = all.lister.get(namespace, name)?.subsets ?? [];
    const count = stored.reduce(
      (sum, { addresses, notReadyAddresses }) => sum + (addresses?.length ?? 0) + (notReadyAddresses?.length ?? 0),
      0,
    );
    const hundreds = Math.floor(Math.min(count, MAX_ADDRESSES) / 100);
    if (hundreds === 0) queue.add(key);
    else queue.addAfter(key, Math.min(MAX_BATCH_MS, hundreds * BATCH_MS_PER_HUNDRED));
  };
  const enqueueAll = (pod: Pod): void => {
    for (const service of servicesOf(services.lister, pod)) enqueue(service);
  };
  return lifecycle(NAME, queue, () => [
    services.subscribe(
      {
        onAdd: (service) => queue.add(queueKey(service)),
        onUpdate: (_before, after) => queue.add(queueKey(after)),
        onDelete: (service) => queue.add(queueKey(service)),
      },
      { replay: true },
    ),
    pods.subscribe({
      onAdd: enqueueAll,
      onUpdate: (before, after) => {
        // An ended pod is no change here, in contrast to slices: it leaves with the next one.
        for (const service of servicesToUpdate(services.lister, before, after, false)) enqueue(service);
      },
      onDelete: enqueueAll,
    }),
    all.subscribe(
      {
        // What was made here for a service that went while nobody looked.
        onAdd: (endpoints) => {
          if (endpoints.metadata.labels?.[MANAGED_BY] === NAME) queue.add(queueKey(endpoints));
        },
        onDelete: (endpoints) => queue.add(queueKey(endpoints)),
      },
      { replay: true },
    ),
  ]);
}

function labelsFor(service: Service): Record<string, string> {
  const { [HEADLESS_LABEL]: _headless, ...labels } = service.metadata.labels ?? {};
  return { ...labels, [MANAGED_BY]: NAME, ...(hasAddress(service) ? {} : { [HEADLESS_LABEL]: '' }) };
}

function isCurrent(current: Endpoints, service: Service, subsets: readonly Subset[], cut: boolean): boolean {
  const annotations = current.metadata.annotations ?? {};
  return (
    deepEqual(current.subsets ?? [], subsets) &&
    deepEqual(current.metadata.labels ?? {}, labelsFor(service)) &&
    (annotations[OVER_CAPACITY] !== undefined) === cut
  );
}

/** Which pods are there, and whether as ready ones. */
function servedBy(current: Endpoints | undefined): Map<string, boolean> {
  const served = new Map<string, boolean>();
  for (const { addresses = [], notReadyAddresses = [] } of current?.subsets ?? []) {
    for (const { targetRef } of notReadyAddresses) served.set(targetRef?.uid ?? '', false);
    for (const { targetRef } of addresses) served.set(targetRef?.uid ?? '', true);
  }
  return served;
}
