import type { AnyObject, PodSpec, ResourceList } from '#shared/kube/types.ts';
import type { ApiResult } from '../../client/types.ts';
import { deployment, pod } from '../../testing/builders.ts';
import { unwrap } from '../../testing/harness.ts';
import type { Lab } from '../deployments/lab.ts';
import type { ConformanceFamily } from '../types.ts';
import { runLifecycles, type Step } from './lifecycles.ts';
import type { GovernanceScenario } from './timeline.ts';

type Answer = ApiResult<unknown>;

function quota(name: string, hard: Record<string, string>, more: object = {}): Step {
  return (lab, namespace) =>
    lab.cluster.client.create<AnyObject>({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name, namespace },
      spec: { hard, ...more },
    });
}

/** Several actions; the answer is the first refusal, or the last answer. */
function all(...steps: Step[]): Step {
  return (lab, namespace) => {
    let last: ReturnType<Step>;
    for (const step of steps) {
      last = step(lab, namespace);
      if (last?.ok === false) return last;
    }
    return last;
  };
}

function changeQuota(change: Record<string, string>): Step {
  return (lab, namespace) => {
    const before = lab.cluster.get('ResourceQuota', namespace, 'q');
    return lab.cluster.client.update({ ...before, spec: { ...before.spec, hard: { ...before.spec.hard, ...change } } });
  };
}

function makePod(name: string, requests: ResourceList = {}, limits: ResourceList = {}, more: Partial<PodSpec> = {}): Step {
  return (lab, namespace) => {
    const resources = { requests, limits } as NonNullable<PodSpec['containers'][number]['resources']>;
    const spec = { containers: [{ name: 'app', image: 'registry.example/app:v1', resources }], ...more };
    const annotations = name === 'b' ? { 'lab/term': 'manual' } : {};
    return lab.cluster.client.create(pod(name, { namespace, annotations, spec }));
  };
}

const measured = (name: string, cpu: string, memory = '256Mi') => makePod(name, { cpu, memory }, { memory });

function object(apiVersion: string, kind: string, name: string, fields: object = {}): Step {
  return (lab, namespace) => lab.cluster.client.create<AnyObject>({ apiVersion, kind, metadata: { name, namespace }, ...fields });
}

function service(name: string, type: string, ports = 1): Step {
  const list = Array.from({ length: ports }, (_none, at) => ({ name: `p${at}`, port: 80 + at }));
  return object('v1', 'Service', name, { spec: { type, selector: { app: 'x' }, ports: list } });
}

function claim(name: string, storageClassName: string, storage: string): Step {
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage } } };
  return object('v1', 'PersistentVolumeClaim', name, { spec });
}

function remove(kind: string, name: string, now = false): Step {
  return (lab, namespace): Answer => lab.cluster.client.delete({ kind, namespace, name }, now ? { gracePeriodSeconds: 0 } : {});
}

function end(lab: Lab, namespace: string, name: string): Answer {
  const before = lab.cluster.get('Pod', namespace, name);
  const conditions = before.status.conditions?.filter(({ type }) => type !== 'ContainersReady');
  return lab.cluster.client.updateStatus({
    ...before,
    status: { ...before.status, phase: 'Succeeded', ...(conditions ? { conditions } : {}) },
  });
}

const STEPS: Readonly<Record<string, Step>> = {
  'quota pods=2': quota('q', { pods: '2' }),
  'Deployment of 4': (lab, namespace) => lab.cluster.client.create(deployment('web', { replicas: 4, namespace })),
  'quota raised to 3': changeQuota({ pods: '3' }),
  'count quotas': quota('q', {
    'count/configmaps': '2',
    'count/deployments.apps': '1',
    'count/secrets': '1',
    'count/widgets.example.com': '3',
    'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
    'gold.storageclass.storage.k8s.io/requests.storage': '1Gi',
    persistentvolumeclaims: '2',
    'requests.storage': '5Gi',
    services: '3',
    'services.loadbalancers': '0',
    'services.nodeports': '1',
  }),
  'a configmap (kube-root-ca.crt counts too)': object('v1', 'ConfigMap', 'a'),
  'one more': object('v1', 'ConfigMap', 'b'),
  Deployment: (lab, namespace) => lab.cluster.client.create(deployment('d1', { replicas: 0, namespace })),
  'second Deployment': (lab, namespace) => lab.cluster.client.create(deployment('d2', { replicas: 0, namespace })),
  'NodePort Service': service('np1', 'NodePort'),
  'second NodePort Service': service('np2', 'NodePort'),
  'NodePort Service with two ports': service('np3', 'NodePort', 2),
  LoadBalancer: service('lb', 'LoadBalancer'),
  'ClusterIP changed to LoadBalancer': all(service('ci', 'ClusterIP'), (lab, namespace) => {
    const before = unwrap(lab.cluster.client.get<string>('Service', namespace, 'ci'));
    return lab.cluster.client.update({ ...before, spec: { ...(before.spec as object), type: 'LoadBalancer' } } as AnyObject);
  }),
  'PVC gold 1Gi': claim('g1', 'gold', '1Gi'),
  'second gold PVC': claim('g2', 'gold', '1Gi'),
  'PVC silver 6Gi': claim('s6', 'silver', '6Gi'),
  'PVC silver 2Gi': claim('s2', 'silver', '2Gi'),
  secret: object('v1', 'Secret', 's1'),
  'secret 2': object('v1', 'Secret', 's2'),
  'delete configmap a': remove('ConfigMap', 'a'),
  'quota pods=3 requests.cpu=500m limits.memory=1Gi': quota('q', { pods: '3', 'requests.cpu': '500m', 'limits.memory': '1Gi' }),
  'pod a 200m': measured('a', '200m'),
  'pod b 200m, terminating slowly later': measured('b', '200m'),
  'pod c 200m: too much cpu': measured('c', '200m'),
  'pod c 100m': measured('c', '100m'),
  'pod d: all exceeded': measured('d', '200m', '512Mi'),
  'pod without requests': makePod('e'),
  'pod c Succeeded: no longer counted': (lab, namespace) => end(lab, namespace, 'c'),
  'delete b (terminating, still counted?)': remove('Pod', 'b'),
  'b gone': remove('Pod', 'b', true),
  'delete a': remove('Pod', 'a'),
  'quota lowered to pods=0 while 1 object stays': changeQuota({ pods: '0' }),
  '5 scoped quotas': all(
    quota('best', { pods: '2' }, { scopes: ['BestEffort'] }),
    quota('notbest', { pods: '2', 'requests.cpu': '1' }, { scopes: ['NotBestEffort'] }),
    quota('term', { pods: '5' }, { scopes: ['Terminating'] }),
    quota('notterm', { pods: '5' }, { scopes: ['NotTerminating'] }),
    quota(
      'prio',
      { pods: '5' },
      {
        scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] },
      },
    ),
  ),
  'BestEffort pod': makePod('be'),
  'burstable pod 100m': makePod('bu', { cpu: '100m' }),
  'pod with activeDeadlineSeconds': makePod('ads', {}, {}, { activeDeadlineSeconds: 3600 }),
  'third BestEffort pod': makePod('be3'),
  'burstable pod with only memory (no cpu request)': makePod('mem', { memory: '64Mi' }),
  'quota big and small': all(
    quota('big', { pods: '5', 'requests.nvidia.com/gpu': '2' }),
    quota('small', { cpu: '1', memory: '1Gi', pods: '1' }),
  ),
  'pod with cpu+memory, no gpu': makePod('a', { cpu: '100m', memory: '64Mi' }),
  'second pod': makePod('b', { cpu: '100m', memory: '64Mi' }),
  'small deleted': remove('ResourceQuota', 'small'),
  'gpu pod 3': makePod('g', { 'nvidia.com/gpu': '3' }, { 'nvidia.com/gpu': '3' }),
  'pod plain': makePod('b'),
};

/** Plays the scenarios of governance/quota. */
export function runQuotas(scenarios: readonly GovernanceScenario[]): ConformanceFamily {
  return runLifecycles('quotas', scenarios, STEPS);
}
