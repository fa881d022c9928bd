import type { ConfigMap } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';
import { ROOT_CA } from '../common/rootCa.ts';
import { sameStatus } from '../common/same.ts';

const NAME = 'root-ca-certificate-publisher';
const CONFIG_MAP = 'kube-root-ca.crt';
const DESCRIPTION = {
  'kubernetes.io/description':
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
};
const DATA = { 'ca.crt': ROOT_CA.text };

/**
 * Publishes the certificate of the cluster's authority in every namespace and puts it back when somebody changes or removes it.
 * Models pkg/controller/certificates/rootcacertpublisher.
 */
export function createRootCaPublisher(ctx: ComponentContext): Component {
  const client = ctx.client(NAME);
  const namespaces = ctx.informer('Namespace');
  const configMaps = ctx.informer('ConfigMap');

  const write = (name: string) => {
    const found = configMaps.lister.get(name, CONFIG_MAP);
    if (found === undefined) {
      const metadata = { name: CONFIG_MAP, namespace: name, annotations: DESCRIPTION };
      return client.create<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: DATA });
    }
    const described = Object.entries(DESCRIPTION).every(([key, text]) => found.metadata.annotations?.[key] === text);
    if (sameStatus(found.data, DATA) && described) return undefined;
    const metadata = { ...found.metadata, annotations: { ...found.metadata.annotations, ...DESCRIPTION } };
    return client.update({ ...found, metadata, data: DATA });
  };

  const sync = (name: string): boolean => {
    const namespace = namespaces.lister.get('', name);
    if (namespace === undefined || namespace.status?.phase !== 'Active') return true;
    const written = write(name);
    // What has begun to go takes nothing new; a namespace or map that went meanwhile needs nothing.
    return written?.ok !== false || ['AlreadyExists', 'Forbidden', 'NotFound'].includes(written.error.reason ?? '');
  };

  const queue = controllerQueue(ctx, NAME, (name) => {
    if (sync(name)) retries.forget(name);
    else retries.failed(name);
  });
  const retries = retrying(queue);
  const enqueueOf = ({ metadata }: ConfigMap) => {
    if (metadata.name === CONFIG_MAP) queue.add(metadata.namespace ?? '');
  };
  return lifecycle(NAME, queue, () => [
    namespaces.subscribe(
      { onAdd: ({ metadata }) => queue.add(metadata.name), onUpdate: (_before, { metadata }) => queue.add(metadata.name) },
      { replay: true },
    ),
    configMaps.subscribe({ onUpdate: (_before, after) => enqueueOf(after), onDelete: enqueueOf }),
  ]);
}
