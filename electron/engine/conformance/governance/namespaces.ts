import type { AnyObject } from '#shared/kube/types.ts';
import { deployment, pod } from '../../testing/builders.ts';
import { unwrap } from '../../testing/harness.ts';
import type { Lab } from '../deployments/lab.ts';
import type { ConformanceFamily } from '../types.ts';
import { runLifecycles, type Step } from './lifecycles.ts';
import type { GovernanceScenario } from './timeline.ts';

function configMap(name: string, namespace: string, finalizers: string[] = []): AnyObject {
  const metadata = { name, namespace, ...(finalizers.length > 0 ? { finalizers } : {}) };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata };
}

function dropFinalizers(lab: Lab, kind: string, namespace: string, name: string): void {
  const before = unwrap(lab.cluster.client.get<string>(kind, namespace, name));
  const { finalizers: _gone, ...metadata } = before.metadata;
  unwrap(lab.cluster.client.update({ ...before, metadata }));
}

const create =
  (of: (namespace: string) => AnyObject[]): Step =>
  (lab, namespace) => {
    for (const object of of(namespace)) unwrap(lab.cluster.client.create(object));
    return undefined;
  };

const API_SERVICE: AnyObject = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: 'v1.dead.example.com' },
  spec: {
    group: 'dead.example.com',
    version: 'v1',
    groupPriorityMinimum: 1000,
    versionPriority: 15,
    insecureSkipTLSVerify: true,
    service: { name: 'dead', namespace: 'default' },
  },
};

/** Steps by their captured names; what `content` is depends on the scenario. */
const STEPS: Readonly<Record<string, Step>> = {
  'namespaces/empty: content': () => undefined,
  'namespaces/metadata-finalizer: content': (lab, namespace) => {
    const before = lab.cluster.get('Namespace', '', namespace);
    const metadata = { ...before.metadata, finalizers: ['example.com/ns-hold'] };
    return lab.cluster.client.update({ ...before, metadata });
  },
  'namespaces/slow-pods: content': create((namespace) => [
    pod('slow', { namespace, annotations: { 'lab/term': 'manual' } }) as unknown as AnyObject,
    configMap('a', namespace),
  ]),
  'namespaces/finalizer-in-content: content': create((namespace) => [
    configMap('held', namespace, ['example.com/hold']),
    configMap('held2', namespace, ['example.com/hold', 'example.com/other']),
    deployment('web', { namespace, replicas: 2 }) as unknown as AnyObject,
  ]),
  'namespaces/deployment-and-claim: content': create((namespace) => [
    deployment('web', { namespace, replicas: 2 }) as unknown as AnyObject,
    configMap('a', namespace),
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c', namespace },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'x', resources: { requests: { storage: '1Gi' } } },
    },
  ]),
  'an aggregated API whose server does not answer; ConfigMap a': (lab, namespace) => {
    unwrap(lab.cluster.client.create(API_SERVICE));
    return lab.cluster.client.create(configMap('a', namespace));
  },
  'the APIService is removed': (lab) =>
    lab.cluster.client.delete({ kind: 'APIService', namespace: '', name: API_SERVICE.metadata.name }),
  'delete the namespace': (lab, namespace) => lab.cluster.client.delete({ kind: 'Namespace', namespace: '', name: namespace }),
  'create in a terminating namespace': (lab, namespace) => lab.cluster.client.create(configMap('late', namespace)),
  'delete again': (lab, namespace) => {
    lab.cluster.client.delete({ kind: 'Namespace', namespace: '', name: namespace });
    return undefined;
  },
  wait: (lab) => {
    lab.cluster.runFor(5000);
    return undefined;
  },
  'kubectl get ns': () => undefined,
  'finalizers removed': (lab, namespace) => {
    for (const name of ['held', 'held2']) dropFinalizers(lab, 'ConfigMap', namespace, name);
    return undefined;
  },
  'metadata finalizer removed': (lab, namespace) => {
    dropFinalizers(lab, 'Namespace', '', namespace);
    return undefined;
  },
  'the pod is gone': (lab, namespace) =>
    lab.cluster.client.delete({ kind: 'Pod', namespace, name: 'slow' }, { gracePeriodSeconds: 0 }),
};

/** Plays the scenarios of governance/namespaces. */
export function runNamespaces(scenarios: readonly GovernanceScenario[]): ConformanceFamily {
  return runLifecycles('namespaces', scenarios, STEPS);
}
