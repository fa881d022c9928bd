import type { AnyObject } from '#shared/kube/types.ts';
import type { ApiServer } from './server.ts';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Models pkg/apis/scheduling SystemPriorityClasses. */
const PRIORITY_CLASSES = [
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description: 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
];

/** The account that pods of a namespace get which name none; the service account controller makes those of later namespaces. */
export function defaultAccount(namespace: string): AnyObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } };
}

/** The objects every cluster has before anyone has done anything. */
export function bootstrapObjects(): AnyObject[] {
  const namespaces = NAMESPACES.map((name): AnyObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  const classes = PRIORITY_CLASSES.map(
    ({ name, ...rest }): AnyObject => ({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      preemptionPolicy: 'PreemptLowerPriority',
      ...rest,
    }),
  );
  const accounts = NAMESPACES.map((name) => defaultAccount(name));
  return [...namespaces, ...accounts, ...classes];
}

/** Stores them. Throws when one is refused, which would be a fault of this program. */
export function bootstrap(server: ApiServer): void {
  for (const object of bootstrapObjects()) {
    const answer = server.create(object, { user: 'system:apiserver' });
    if (!answer.ok) throw new Error(`bootstrap of ${object.kind} ${object.metadata.name}: ${answer.error.message}`);
  }
}
