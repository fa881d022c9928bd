import type { Namespace } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';

const NAME = 'service-account-controller';
const ACCOUNT = 'default';

/**
 * Sees to it that every active namespace has the service account `default`: made with the namespace, and again whenever it is gone.
 * Models pkg/controller/serviceaccount ServiceAccountsController.
 */
export function createServiceAccountController(ctx: ComponentContext): Component {
  const client = ctx.client(NAME);
  const namespaces = ctx.informer('Namespace');
  const accounts = ctx.informer('ServiceAccount');

  const sync = (name: string): boolean => {
    const namespace = namespaces.lister.get('', name);
    if (namespace === undefined || namespace.status?.phase !== 'Active') return true;
    if (accounts.lister.get(name, ACCOUNT) !== undefined) return true;
    const made = client.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: ACCOUNT, namespace: name } });
    // In a namespace that has begun to go nothing can be made, and nothing has to.
    return made.ok || made.error.reason === 'AlreadyExists' || made.error.reason === 'Forbidden';
  };

  const queue = controllerQueue(ctx, NAME, (name) => {
    if (sync(name)) retries.forget(name);
    else retries.failed(name);
  });
  const retries = retrying(queue);
  const enqueue = ({ metadata }: Namespace) => queue.add(metadata.name);
  return lifecycle(NAME, queue, () => [
    namespaces.subscribe({ onAdd: enqueue, onUpdate: (_before, after) => enqueue(after) }, { replay: true }),
    accounts.subscribe({
      onDelete: ({ metadata }) => {
        if (metadata.name === ACCOUNT) queue.add(metadata.namespace ?? '');
      },
    }),
  ]);
}
