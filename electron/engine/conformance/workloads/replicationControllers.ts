import type { ReplicationController } from '#shared/kube/kinds.ts';
import type { ConformanceFamily } from '../types.ts';
import { runScenarioFamily, type Script, type WorkloadScenario } from './scenario.ts';

const IMAGE = 'registry.example/app';

const rc = (replicas: number): ReplicationController =>
  ({
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'rc' },
    spec: {
      replicas,
      selector: { app: 'rc' },
      template: { metadata: { labels: { app: 'rc' } }, spec: { containers: [{ name: 'app', image: `${IMAGE}:v1` }] } },
    },
  }) as unknown as ReplicationController;

const SCRIPTS: Readonly<Record<string, Script>> = {
  replicationcontroller: {
    steps: [
      { run: (lab) => lab.create(rc(2)) },
      {},
      {
        run: (lab) =>
          lab.edit<ReplicationController>('ReplicationController', 'rc', (before) => ({
            ...before,
            spec: {
              ...before.spec,
              template: { ...before.spec.template, spec: { containers: [{ name: 'app', image: `${IMAGE}:v2` }] } },
            },
          })),
      },
      {
        run: (lab) => {
          lab.cluster.client.delete({ kind: 'Pod', namespace: lab.namespace, name: lab.pods()[0]?.metadata.name ?? '' });
        },
      },
      {},
    ],
  },
};

/** Plays the scenarios of ReplicationControllers. */
export function runReplicationControllers(scenarios: readonly WorkloadScenario[]): ConformanceFamily {
  return runScenarioFamily('replication controllers', scenarios, SCRIPTS, { stablePodNames: false, nodesMatter: false });
}
