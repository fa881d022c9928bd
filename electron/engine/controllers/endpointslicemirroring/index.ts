import type { EndpointSlice, Endpoints, Service, Status } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { hasSelector } from '../common/endpoints/pods.ts';
import { SERVICE_LABEL, sliceWriter } from '../common/endpoints/sliceWriter.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { isTerminatingRefusal } from '../common/replicas/pods.ts';
import { retrying } from '../common/retry.ts';
import { CONTROLLER, MAX_PER_SUBSET, planMirror } from './reconcile.ts';

const NAME = 'endpointslicemirroring-controller';
/** Event source of this controller. */
const SOURCE = 'endpoint-slice-mirroring-controller';
const SKIP_LABEL = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER_ANNOTATION = 'control-plane.alpha.kubernetes.io/leader';
const RETRIES = 15;
/** Changes within this time are mirrored together. Models --mirroring-endpointslice-updates-batch-period. */
const BATCH_MS = 500;
/** Models minRetryDelay for what somebody else has touched. */
const FOREIGN_CHANGE_MS = 1_000;

function isMirrored(endpoints: Endpoints): boolean {
  const { labels, annotations } = endpoints.metadata;
  return labels?.[SKIP_LABEL] !== 'true' && annotations?.[LEADER_ANNOTATION] === undefined;
}

/** Copies Endpoints that somebody keeps by hand, of services without a selector, into slices. Models pkg/controller/endpointslicemirroring. */
export function createEndpointSliceMirroring(ctx: ComponentContext): Component {
  const writer = sliceWriter(ctx.client(NAME), CONTROLLER);
  const recorder = ctx.recorder(SOURCE);
  const services = ctx.informer('Service');
  const all = ctx.informer('Endpoints');
  const slices = ctx.informer('EndpointSlice');
  const slicesOf = (namespace: string, name: string): EndpointSlice[] =>
    slices.lister.list(namespace).filter((slice) => writer.isOwn(slice) && slice.metadata.labels?.[SERVICE_LABEL] === name);
  const remove = (old: readonly EndpointSlice[]): Status | undefined => {
    for (const slice of old) {
      const failure = writer.remove(slice);
      if (failure !== undefined) return failure;
    }
    return undefined;
  };

  const mirror = (endpoints: Endpoints, existing: readonly EndpointSlice[]): Status | undefined => {
    const plan = planMirror(endpoints, existing);
    const tell = (reason: string, text: string): void => recorder.event(endpoints, 'Warning', reason, text);
    if (plan.invalid > 0) {
      tell('InvalidIPAddress', `Skipped ${plan.invalid} invalid IP addresses when mirroring to EndpointSlices`);
    }
    if (plan.skipped > plan.invalid) {
      const text = `A max of ${MAX_PER_SUBSET} addresses can be mirrored to EndpointSlices per Endpoints subset. ${plan.skipped} addresses were skipped`;
      tell('TooManyAddressesToMirror', text);
    }
    for (const slice of endpoints.metadata.deletionTimestamp === undefined ? plan.create : []) {
      const failure = writer.create(slice);
      if (failure !== undefined) return isTerminatingRefusal(failure) ? undefined : failure;
    }
    for (const slice of plan.update) {
      const failure = writer.update(slice);
      if (failure !== undefined) return failure;
    }
    return remove(plan.remove);
  };

  const queue = controllerQueue(ctx, NAME, (key) => {
    const { namespace, name } = splitKey(key);
    const endpoints = all.lister.get(namespace, name);
    const service = services.lister.get(namespace, name);
    const existing = slicesOf(namespace, name);
    const wanted = endpoints !== undefined && isMirrored(endpoints) && service !== undefined && !hasSelector(service);
    const failure = wanted ? mirror(endpoints, existing) : remove(existing);
    if (failure === undefined) retries.forget(key);
    else retries.failed(key);
  });
  const retries = retrying(queue, RETRIES);

  const soon = (key: string): void => queue.addAfter(key, BATCH_MS);
  const ofEndpoints = (endpoints: Endpoints): void => {
    // Most Endpoints belong to a controller of their own service: nothing is to be done for those but once, at a change of that.
    const { namespace, name } = splitKey(queueKey(endpoints));
    const service = services.lister.get(namespace, name);
    if (service === undefined || !hasSelector(service)) soon(queueKey(endpoints));
  };
  const ofService = (service: Service): void => {
    const { namespace, name } = splitKey(queueKey(service));
    if (all.lister.get(namespace, name) !== undefined) soon(queueKey(service));
  };
  const mend = (slice: EndpointSlice): void => {
    const name = slice.metadata.labels?.[SERVICE_LABEL];
    if (name !== undefined) queue.addAfter(`${slice.metadata.namespace ?? ''}/${name}`, FOREIGN_CHANGE_MS);
  };
  return lifecycle(NAME, queue, () => [
    services.subscribe(
      {
        onAdd: ofService,
        onUpdate: (before, after) => {
          if (hasSelector(before) !== hasSelector(after)) ofService(after);
        },
        onDelete: ofService,
      },
      { replay: true },
    ),
    all.subscribe(
      { onAdd: ofEndpoints, onUpdate: (_before, after) => ofEndpoints(after), onDelete: ofEndpoints },
      { replay: true },
    ),
    // Also slices whose Endpoints went while nobody looked.
    slices.subscribe(writer.foreignChanges(mend), { replay: true }),
  ]);
}
