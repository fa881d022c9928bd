import { ok } from '#shared/core/result.ts';
import { nodeReadyCondition } from '#shared/kube/conditions.ts';
import { nodeZone } from '#shared/kube/pod.ts';
import type { EndpointSlice, Node, Pod, Service } from '#shared/kube/types.ts';
import type { ApiResult, Component, ComponentContext } from '../../client/types.ts';
import { hasSelector, podsOf, servicesOf, servicesToUpdate, triggerTime, withTrigger } from '../common/endpoints/pods.ts';
import { SERVICE_LABEL, serviceKeyOf, sliceWriter } from '../common/endpoints/sliceWriter.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { isTerminatingRefusal } from '../common/replicas/pods.ts';
import { retrying } from '../common/retry.ts';
import { planSlices } from './reconcile.ts';
import { CONTROLLER } from './slices.ts';
import { cpuShares, isOverloaded, wantsTopology } from './topology.ts';

const NAME = 'endpointslice-controller';
/** Event source of this controller. */
const SOURCE = 'endpoint-slice-controller';
/** Attempts after which a failing service is left alone. Models maxRetries. */
const RETRIES = 15;
/** How long the controller waits before it mends a slice that somebody else has touched. Models endpointSliceChangeMinSyncDelay. */
const FOREIGN_CHANGE_MS = 1_000;
/** Wait for each slice a service has beyond the first: changes of big services are worked off together, as a slow API makes a real controller do. */
const BATCH_MS_PER_SLICE = 10;
const MAX_BATCH_MS = 1_000;

/** Keeps the EndpointSlices of services with a selector. Models pkg/controller/endpointslice. */
export function createEndpointSliceController(ctx: ComponentContext): Component {
  const writer = sliceWriter(ctx.client(NAME), CONTROLLER);
  const recorder = ctx.recorder(SOURCE);
  const services = ctx.informer('Service');
  const pods = ctx.informer('Pod');
  const nodes = ctx.informer('Node');
  const slices = ctx.informer('EndpointSlice');
  /** Services whose endpoints are shared out among zones, found again on start by their slices. */
  const shared = new Set<string>();
  const shares = () => cpuShares(nodes.lister.list());

  const slicesOf = (service: Service): EndpointSlice[] =>
    slices.lister
      .list(service.metadata.namespace ?? '')
      .filter(
        (slice) =>
          writer.isOwn(slice) &&
          slice.metadata.labels?.[SERVICE_LABEL] === service.metadata.name &&
          slice.metadata.deletionTimestamp === undefined,
      );

  const sync = (service: Service): ApiResult<null> | string => {
    const chosen = podsOf(pods.lister, service);
    const existing = slicesOf(service);
    const key = queueKey(service);
    const plan = planSlices(service, chosen, existing, {
      nodeOf: (name) => nodes.lister.get('', name),
      shares,
      populated: shared.has(key),
    });
    if (plan.populated) shared.add(key);
    else shared.delete(key);
    for (const { type, reason, message } of plan.events) recorder.event(service, type, reason, message);
    if (plan.create.length + plan.update.length + plan.remove.length > 0) {
      const time = cause(service, chosen, existing);
      const stamped = (slice: EndpointSlice): EndpointSlice => stamp(slice, time);
      for (const slice of service.metadata.deletionTimestamp === undefined ? plan.create : []) {
        const failure = writer.create(stamped(slice));
        if (failure !== undefined && isTerminatingRefusal(failure)) return ok(null);
        if (failure !== undefined) return `failed to create EndpointSlice for Service ${queueKey(service)}: ${failure.message}`;
      }
      for (const slice of plan.update) {
        const failure = writer.update(stamped(slice));
        const { name } = slice.metadata;
        if (failure !== undefined)
          return `failed to update ${name} EndpointSlice for Service ${queueKey(service)}: ${failure.message}`;
      }
      for (const slice of plan.remove) {
        const failure = writer.remove(slice);
        if (failure !== undefined)
          return `failed to delete ${slice.metadata.name} EndpointSlice for Service ${queueKey(service)}: ${failure.message}`;
      }
    }
    if (plan.skipped.length === 0) return ok(null);
    const texts = plan.skipped.map(
      ({ pod, node }) => `skipping Pod ${pod} for Service ${queueKey(service)}: Node ${node} Not Found`,
    );
    return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
  };

  const queue = controllerQueue(ctx, NAME, (key) => {
    const { namespace, name } = splitKey(key);
    const service = services.lister.get(namespace, name);
    // The slices of a service that is gone go with their owner.
    if (service === undefined) shared.delete(key);
    if (service === undefined || service.spec.type === 'ExternalName' || !hasSelector(service)) return retries.forget(key);
    const result = sync(service);
    if (typeof result !== 'string') return retries.forget(key);
    const text = `Error updating Endpoint Slices for Service ${key}: ${result}`;
    recorder.event(service, 'Warning', 'FailedToUpdateEndpointSlices', text);
    retries.failed(key);
  });
  const retries = retrying(queue, RETRIES);

  const enqueue = (service: Service): void => {
    const many = slices.lister.byIndex('ownerUid', service.metadata.uid ?? '').length - 1;
    if (many <= 0) queue.add(queueKey(service));
    else queue.addAfter(queueKey(service), Math.min(MAX_BATCH_MS, many * BATCH_MS_PER_SLICE));
  };
  const enqueueAll = (pod: Pod): void => {
    for (const service of servicesOf(services.lister, pod)) enqueue(service);
  };
  const mend = (slice: EndpointSlice): void => {
    const key = serviceKeyOf(slice);
    if (key !== undefined) queue.addAfter(key, FOREIGN_CHANGE_MS);
  };
  const touched = writer.foreignChanges(mend);
  const recall = (service: Service): void => {
    const hinted = ({ endpoints }: EndpointSlice): boolean => (endpoints ?? []).some(({ hints }) => hints !== undefined);
    if (wantsTopology(service) && slicesOf(service).some(hinted)) shared.add(queueKey(service));
  };
  /** A node has come, gone, changed its zone or its readiness: services may have too few endpoints in some zone now. */
  const weigh = (): void => {
    if (shared.size === 0) return;
    const now = shares();
    for (const key of shared) {
      const { namespace, name } = splitKey(key);
      const service = services.lister.get(namespace, name);
      if (service !== undefined && isOverloaded(slicesOf(service), now)) queue.add(key);
    }
  };
  return lifecycle(NAME, queue, () => [
    nodes.subscribe({
      onAdd: weigh,
      onUpdate: (before, after) => {
        const placed = nodeZone(before) === nodeZone(after);
        const state = (node: Node) => nodeReadyCondition(node.status.conditions)?.status;
        if (!placed || state(before) !== state(after)) weigh();
      },
      onDelete: weigh,
    }),
    services.subscribe(
      {
        onAdd: (service) => {
          recall(service);
          queue.add(queueKey(service));
        },
        onDelete: (service) => queue.add(queueKey(service)),
        onUpdate: (_before, after) => queue.add(queueKey(after)),
      },
      { replay: true },
    ),
    pods.subscribe({
      onAdd: enqueueAll,
      onUpdate: (before, after) => {
        for (const service of servicesToUpdate(services.lister, before, after, true)) enqueue(service);
      },
      onDelete: enqueueAll,
    }),
    slices.subscribe({
      ...touched,
      onUpdate: (before, after) => {
        if (serviceKeyOf(before) === serviceKeyOf(after)) return touched.onUpdate(before, after);
        mend(before);
        mend(after);
      },
    }),
  ]);
}

function cause(service: Service, pods: readonly Pod[], existing: readonly EndpointSlice[]): string | undefined {
  const served = new Map<string, boolean>();
  for (const { endpoints } of existing) {
    for (const { targetRef, conditions } of endpoints ?? []) served.set(targetRef?.uid ?? '', conditions?.serving === true);
  }
  return triggerTime(service, pods, existing.length === 0, (pod) => served.get(pod.metadata.uid ?? ''));
}

function stamp(slice: EndpointSlice, time: string | undefined): EndpointSlice {
  const annotations = withTrigger(slice.metadata.annotations ?? {}, time);
  const { annotations: _old, ...metadata } = slice.metadata;
  return { ...slice, metadata: Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations } };
}
