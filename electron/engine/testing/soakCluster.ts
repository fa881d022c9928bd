import type { AnyObject } from '#shared/kube/types.ts';
import { budget, node } from './builders.ts';
import { untyped } from './fuzz.ts';

const ZONES = 4;

function template(app: string, cpu: string, annotations: Record<string, string> = {}, spec: object = {}) {
  const probe = { httpGet: { path: '/', port: 80 }, periodSeconds: 10 };
  const container = {
    name: 'app',
    image: 'registry.example/app:v1',
    resources: { requests: { cpu, memory: '64Mi' } },
    ...('restartPolicy' in spec ? {} : { readinessProbe: probe }),
  };
  return {
    metadata: { labels: { app }, annotations },
    spec: { containers: [container], terminationGracePeriodSeconds: 10, ...spec },
  };
}

function made(apiVersion: string, kind: string, name: string, spec: object, annotations: Record<string, string> = {}): AnyObject {
  return untyped({ apiVersion, kind, metadata: { name, namespace: 'default', annotations }, spec });
}

function workload(kind: string, name: string, spec: object, cpu = '100m', annotations: Record<string, string> = {}): AnyObject {
  const own = { selector: { matchLabels: { app: name } }, template: template(name, cpu), ...spec };
  return made('apps/v1', kind, name, own, annotations);
}

function jobSpec(app: string, parallelism: number, completions: number, seconds: number) {
  const scripts = { 'stowage.dev/run-seconds': String(seconds), 'stowage.dev/exit-code': '0' };
  return { parallelism, completions, backoffLimit: 50, template: template(app, '50m', scripts, { restartPolicy: 'Never' }) };
}

const many = (count: number, make: (index: number) => AnyObject[]): AnyObject[] =>
  Array.from({ length: count }, (_, index) => make(index)).flat();

/**
 * A cluster of `nodes` machines in four zones and workloads that ask for about `pods` pods: half in Deployments with services and budgets, a tenth
 * in StatefulSets, a fifth in DaemonSets where there are machines enough, the rest in Jobs, CronJobs and autoscaled Deployments.
 */
export function soakObjects(nodes: number, pods: number): AnyObject[] {
  const share = (part: number) => Math.max(1, Math.floor(pods * part));
  const daemons = Math.max(1, Math.floor((pods * 0.2) / nodes));
  const sine = { min: '100m', max: `${share(0.02)}`, periodSeconds: 900 };
  return [
    ...many(nodes, (i) => [
      untyped(
        node(`n${i}`, { cpu: '16', memory: '64Gi', pods: '110', labels: { 'topology.kubernetes.io/zone': `z${i % ZONES}` } }),
      ),
    ]),
    ...many(10, (i) => {
      const name = `web-${i}`;
      const strategy = { rollingUpdate: { maxSurge: '25%', maxUnavailable: i % 2 === 0 ? '25%' : 0 } };
      const set = workload('Deployment', name, { replicas: share(0.05), strategy, revisionHistoryLimit: 4 });
      const service = made('v1', 'Service', name, { selector: { app: name }, ports: [{ port: 80 }] });
      return [set, service, untyped(budget(name, { app: name }, { maxUnavailable: '10%' }))];
    }),
    ...many(5, (i) => [
      workload('StatefulSet', `data-${i}`, {
        replicas: i === 0 ? Math.min(10, share(0.02)) : share(0.02),
        serviceName: `data-${i}`,
        podManagementPolicy: i === 0 ? 'OrderedReady' : 'Parallel',
      }),
    ]),
    ...many(daemons, (i) => [
      workload('DaemonSet', `agent-${i}`, { updateStrategy: { rollingUpdate: { maxUnavailable: '20%' } } }, '20m'),
    ]),
    ...many(4, (i) => [made('batch/v1', 'Job', `batch-${i}`, jobSpec(`batch-${i}`, share(0.01), share(0.05), 60))]),
    ...many(4, (i) => [
      made('batch/v1', 'CronJob', `cron-${i}`, {
        schedule: `*/${i + 1} * * * *`,
        concurrencyPolicy: ['Forbid', 'Allow', 'Replace', 'Forbid'][i],
        jobTemplate: { spec: jobSpec(`cron-${i}`, share(0.001), share(0.002), 45) },
      }),
    ]),
    ...many(2, (i) => {
      const name = `elastic-${i}`;
      const load = { 'stowage.dev/load': JSON.stringify({ cpu: { sine } }) };
      const metric = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } };
      const spec = {
        minReplicas: 2,
        maxReplicas: share(0.06),
        metrics: [metric],
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      };
      return [
        workload('Deployment', name, { replicas: 2, revisionHistoryLimit: 4 }, '200m', load),
        made('autoscaling/v2', 'HorizontalPodAutoscaler', name, spec),
      ];
    }),
  ];
}
