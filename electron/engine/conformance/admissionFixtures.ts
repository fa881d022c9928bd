import type { AnyObject } from '#shared/kube/types.ts';

const container = { name: 'app', image: 'registry.example/app:v1' };

/** The objects the captured requests meet (fixtures.json of the data says which), and the namespaces they name. */
export function fixtures(namespaces: readonly string[]): AnyObject[] {
  const present = new Set(['adm', 'default', 'kube-system', 'kube-public', 'kube-node-lease']);
  const wanted = ['adm', ...namespaces.filter((name) => !present.has(name) && name !== 'no-such-namespace')];
  return [
    ...wanted.map((name): AnyObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } },
    priorityClass('high', 1_000_000),
    priorityClass('low', 100),
    { ...priorityClass('never', 5000), preemptionPolicy: 'Never' },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'fix-pod', namespace: 'adm', labels: { a: 'b' } },
      spec: { containers: [container], nodeSelector: { none: 'none' } },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'fix-dep', namespace: 'adm', labels: { app: 'fix-dep' } },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'fix-dep' } },
        template: { metadata: { labels: { app: 'fix-dep' } }, spec: { containers: [container] } },
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'fix-ds', namespace: 'adm' },
      spec: {
        selector: { matchLabels: { app: 'fix-ds' } },
        template: { metadata: { labels: { app: 'fix-ds' } }, spec: { containers: [container] } },
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'fix-sts', namespace: 'adm' },
      spec: {
        replicas: 0,
        serviceName: 'x',
        selector: { matchLabels: { app: 'fix-sts' } },
        template: { metadata: { labels: { app: 'fix-sts' } }, spec: { containers: [container] } },
        volumeClaimTemplates: [
          { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
        ],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'fix-pvc', namespace: 'adm' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'fix-pdb', namespace: 'adm' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'fix-dep' } } },
    },
  ];
}

function priorityClass(name: string, value: number): AnyObject {
  return { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value };
}
