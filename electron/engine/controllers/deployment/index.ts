import { matchLabelSelector } from '#shared/kube/labels.ts';
import { controllerOf } from '#shared/kube/pod.ts';
import type { Deployment, KubeObject, Pod, ReplicaSet } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';
import { syncDeployment } from './sync.ts';

const NAME = 'deployment-controller';
/** After that many failures in a row a Deployment waits for the next change. Models maxRetries in pkg/controller/deployment. */
const MAX_RETRIES = 15;

/** The Deployment controller. Models pkg/controller/deployment. */
export function createDeploymentController(ctx: ComponentContext): Component {
  const deployments = ctx.informer('Deployment');
  const replicaSets = ctx.informer('ReplicaSet');
  const pods = ctx.informer('Pod');
  const tools = {
    client: ctx.client(NAME),
    recorder: ctx.recorder(NAME),
    clock: ctx.clock,
    replicaSets: replicaSets.lister,
    pods: pods.lister,
  };
  const queue = controllerQueue(ctx, NAME, (key) => {
    const { namespace, name } = splitKey(key);
    const deployment = deployments.lister.get(namespace, name);
    if (deployment === undefined) return retries.forget(key);
    const outcome = syncDeployment(tools, deployment);
    if (!outcome.ok) return retries.failed(key);
    retries.forget(key);
    if (outcome.value.recheckMs !== undefined) queue.addAfter(key, outcome.value.recheckMs, { background: true });
  });
  const retries = retrying(queue, MAX_RETRIES);

  const enqueue = (deployment: Deployment) => queue.add(queueKey(deployment));
  const ownerOf = (object: KubeObject): Deployment | undefined => {
    const reference = controllerOf(object);
    if (reference?.kind !== 'Deployment') return undefined;
    const owner = deployments.lister.get(object.metadata.namespace ?? '', reference.name);
    return owner?.metadata.uid === reference.uid ? owner : undefined;
  };
  const enqueueOwner = (object: KubeObject) => {
    const owner = ownerOf(object);
    if (owner !== undefined) enqueue(owner);
  };
  /** An orphan concerns every Deployment that could adopt it. */
  const enqueueConcerned = (one: ReplicaSet) => {
    if (controllerOf(one) !== undefined) return enqueueOwner(one);
    for (const deployment of deployments.lister.list(one.metadata.namespace)) {
      if (matchLabelSelector(deployment.spec.selector, one.metadata.labels)) enqueue(deployment);
    }
  };
  const subscribe = () => [
    deployments.subscribe({ onAdd: enqueue, onUpdate: (_before, after) => enqueue(after) }, { replay: true }),
    replicaSets.subscribe({
      onAdd: enqueueConcerned,
      onUpdate: (before, after) => {
        if (controllerOf(before)?.uid !== controllerOf(after)?.uid) enqueueOwner(before);
        enqueueConcerned(after);
      },
      onDelete: enqueueOwner,
    }),
    pods.subscribe({
      // Only Recreate waits for pods to vanish.
      onDelete: (pod: Pod) => {
        const reference = controllerOf(pod);
        const owner =
          reference?.kind === 'ReplicaSet' ? replicaSets.lister.get(pod.metadata.namespace ?? '', reference.name) : undefined;
        const deployment = owner === undefined ? undefined : ownerOf(owner);
        if (deployment?.spec.strategy?.type === 'Recreate') enqueue(deployment);
      },
    }),
  ];
  return lifecycle(NAME, queue, subscribe);
}
