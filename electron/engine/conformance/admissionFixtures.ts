import type { AnyObject } from '#shared/kube/types.ts';

const container = { name: 'app', image: 'registry.example/app:v1' };

const LEVEL = 'pod-security.kubernetes.io/';
/** Labels of the namespaces that have any. */
const LABELS: Readonly<Record<string, Record<string, string>>> = {
  'adm-ps': { [`${LEVEL}enforce`]: 'restricted', [`${LEVEL}warn`]: 'restricted' },
  'adm-psb': { [`${LEVEL}enforce`]: 'baseline' },
  'adm-psw': { [`${LEVEL}warn`]: 'restricted' },
};

/** A workload of the namespace `adm`. */
function workload(apiVersion: string, kind: string, name: string, spec: Record<string, unknown>, podSpec = {}): AnyObject {
  const template = { metadata: { labels: { app: name } }, spec: { containers: [container], ...podSpec } };
  const selector = kind === 'Job' ? {} : { selector: { matchLabels: { app: name } } };
  return { apiVersion, kind, metadata: { name, namespace: 'adm' }, spec: { ...selector, ...spec, template } };
}

/** Limits and quotas of the namespaces that have some (fixtures.json has them word by word). */
function governed(wanted: readonly string[]): AnyObject[] {
  const objects = [
    {
      kind: 'LimitRange',
      metadata: { name: 'lr', namespace: 'adm-lr' },
      spec: {
        limits: [
          {
            type: 'Container',
            max: { cpu: '2', memory: '1Gi' },
            min: { cpu: '50m', memory: '32Mi' },
            default: { cpu: '500m', memory: '256Mi' },
            defaultRequest: { cpu: '100m', memory: '64Mi' },
            maxLimitRequestRatio: { cpu: '10' },
          },
          { type: 'Pod', max: { cpu: '3', memory: '2Gi' } },
          { type: 'PersistentVolumeClaim', max: { storage: '10Gi' }, min: { storage: '1Gi' } },
        ],
      },
    },
    {
      kind: 'LimitRange',
      metadata: { name: 'only-max', namespace: 'adm-lr2' },
      spec: { limits: [{ type: 'Container', max: { cpu: '1', memory: '512Mi' } }] },
    },
    quota('rq', 'adm-rq', {
      hard: {
        'count/deployments.apps': '1',
        'limits.cpu': '2',
        persistentvolumeclaims: '1',
        pods: '2',
        'requests.cpu': '1',
        'requests.memory': '1Gi',
        'requests.storage': '5Gi',
        services: '1',
        'services.nodeports': '0',
      },
    }),
    quota('be', 'adm-rq2', { hard: { pods: '1' }, scopes: ['BestEffort'] }),
  ];
  return objects.filter(({ metadata }) => wanted.includes(metadata.namespace)).map((object) => ({ apiVersion: 'v1', ...object }));
}

/** A quota as it was when the requests came: its controller had counted nothing yet. */
function quota(name: string, namespace: string, spec: { hard: Record<string, string>; scopes?: string[] }) {
  const used = Object.fromEntries(Object.keys(spec.hard).map((resource) => [resource, '0']));
  return { kind: 'ResourceQuota', metadata: { name, namespace }, spec, status: { hard: spec.hard, used } };
}

/** The objects the captured requests meet (fixtures.json of the data says which), and the namespaces they name. */
export function fixtures(namespaces: readonly string[]): AnyObject[] {
  const present = new Set(['adm', 'default', 'kube-system', 'kube-public', 'kube-node-lease']);
  const wanted = ['adm', ...namespaces.filter((name) => !present.has(name) && name !== 'no-such-namespace')];
  return [
    ...wanted.map(
      (name): AnyObject => ({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, ...(LABELS[name] === undefined ? {} : { labels: LABELS[name] }) },
      }),
    ),
    ...wanted.map(
      (namespace): AnyObject => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } }),
    ),
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
    workload('batch/v1', 'Job', 'fix-job', { suspend: true, completions: 3 }, { restartPolicy: 'Never' }),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'fix-svc', namespace: 'adm' },
      spec: { selector: { app: 'fix' }, ports: [{ port: 80 }] },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'fix-cm-immutable', namespace: 'adm' },
      data: { a: '1' },
      immutable: true,
    },
    ...governed(wanted),
  ];
}

function priorityClass(name: string, value: number): AnyObject {
  return { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value };
}
