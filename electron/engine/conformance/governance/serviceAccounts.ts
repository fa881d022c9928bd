import type { AnyObject } from '#shared/kube/types.ts';
import { deployment, pod } from '../../testing/builders.ts';
import type { ConformanceFamily } from '../types.ts';
import { runLifecycles, type Step } from './lifecycles.ts';
import type { GovernanceScenario } from './timeline.ts';

const ROBOT = { serviceAccountName: 'robot' };

function remove(kind: string, name: string): Step {
  return (lab, namespace) => lab.cluster.client.delete({ kind, namespace, name });
}

function tokenSecret(name: string, account: string): Step {
  return (lab, namespace) =>
    lab.cluster.client.create<AnyObject>({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace, annotations: { 'kubernetes.io/service-account.name': account } },
      type: 'kubernetes.io/service-account-token',
    });
}

const STEPS: Readonly<Record<string, Step>> = {
  'delete ServiceAccount default: comes back': remove('ServiceAccount', 'default'),
  'delete ConfigMap kube-root-ca.crt: comes back': remove('ConfigMap', 'kube-root-ca.crt'),
  'edit kube-root-ca.crt: is put back': (lab, namespace) => {
    const before = lab.cluster.get('ConfigMap', namespace, 'kube-root-ca.crt');
    return lab.cluster.client.update({ ...before, data: { 'ca.crt': 'something else', more: 'x' } });
  },
  'pod with a ServiceAccount that does not exist': (lab, namespace) =>
    lab.cluster.client.create(pod('p', { namespace, spec: ROBOT })),
  'Deployment with that ServiceAccount': (lab, namespace) =>
    lab.cluster.client.create(deployment('web', { namespace, spec: ROBOT })),
  'ServiceAccount robot created': (lab, namespace) =>
    lab.cluster.client.create<AnyObject>({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace } }),
  'token Secret for robot': tokenSecret('tok', 'robot'),
  'token Secret for a missing account': tokenSecret('tok2', 'ghost'),
  'ServiceAccount robot deleted (pods keep running, token Secret goes)': remove('ServiceAccount', 'robot'),
};

/** Plays the scenarios of governance/serviceaccounts. */
export function runServiceAccounts(scenarios: readonly GovernanceScenario[]): ConformanceFamily {
  return runLifecycles('service account life cycle', scenarios, STEPS);
}
