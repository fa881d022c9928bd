import type { AnyObject } from '#shared/kube/types.ts';
import type { RandomStream } from '../sim/types.ts';
import { pick, untyped } from './fuzz.ts';

/** Namespaces of a random run; `team` may go and come back. */
export const NAMESPACES = ['default', 'default', 'team'];
/** Names of workloads of each kind: few, so that commands meet what is there. */
export const NAMES = ['x', 'y'];

const SCRIPTS: readonly Readonly<Record<string, string>>[] = [
  {},
  {},
  {},
  { 'stowage.dev/readiness': 'fail@20s,pass@60s' },
  { 'stowage.dev/liveness': 'pass@15s,fail@40s' },
  { 'stowage.dev/run-seconds': '25', 'stowage.dev/exit-code': '1,0' },
  { 'stowage.dev/termination-seconds': '12' },
  { 'stowage.dev/post-start': 'pass@3s' },
];

/** A template with one or two containers, probes and scripts drawn by chance. */
function template(random: RandomStream, app: string, pod: object = {}, scripts = SCRIPTS) {
  const requests = { cpu: pick(random, ['50m', '100m', '400m']), memory: pick(random, ['32Mi', '128Mi']) };
  const probe = { httpGet: { path: '/', port: 80 }, periodSeconds: 5, failureThreshold: 2 };
  const probes = pick(random, [{}, {}, { readinessProbe: probe }, { readinessProbe: probe, livenessProbe: probe }]);
  const resources = pick(random, [{ requests }, { requests, limits: { cpu: '500m', memory: '256Mi' } }, {}]);
  const image = `registry.example/app:${pick(random, ['v1', 'v1', 'v2', 'bad'])}`;
  const containers = [
    { name: 'app', image: image.replace('bad', random.nextInt(3) === 0 ? 'bad' : 'v3'), resources, ...probes },
    ...(random.nextInt(4) === 0 ? [{ name: 'side', image: 'registry.example/side:v1', resources: { requests } }] : []),
  ];
  return {
    metadata: { labels: { app }, annotations: pick(random, scripts) },
    spec: { containers, terminationGracePeriodSeconds: pick(random, [0, 2, 10, 30]), ...pod },
  };
}

type Kind = (random: RandomStream, name: string, namespace: string) => AnyObject;

function made(apiVersion: string, kind: string, name: string, namespace: string, spec: object, rest: object = {}): AnyObject {
  return untyped({ apiVersion, kind, metadata: { name, namespace }, spec, ...rest });
}

function selected(random: RandomStream, app: string, pod: object = {}) {
  return { selector: { matchLabels: { app } }, template: template(random, app, pod) };
}

const claimTemplate = (whenScaled: string) => ({
  volumeClaimTemplates: [
    {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } },
    },
  ],
  persistentVolumeClaimRetentionPolicy: { whenDeleted: whenScaled, whenScaled },
});

function jobSpec(random: RandomStream, app: string) {
  const scripts = [
    { 'stowage.dev/run-seconds': '5' },
    { 'stowage.dev/run-seconds': '20' },
    { 'stowage.dev/run-seconds': '10', 'stowage.dev/exit-code': '1,0' },
    { 'stowage.dev/run-seconds': '3', 'stowage.dev/exit-code': '1' },
  ];
  const indexed = random.nextInt(2) === 0;
  const completions = 1 + random.nextInt(5);
  return {
    parallelism: 1 + random.nextInt(4),
    ...(indexed || random.nextInt(4) > 0 ? { completions } : {}),
    ...(indexed ? { completionMode: 'Indexed' } : {}),
    ...(indexed && random.nextInt(2) === 0 ? { backoffLimitPerIndex: random.nextInt(2), maxFailedIndexes: completions } : {}),
    backoffLimit: random.nextInt(4),
    ...pick(random, [{}, {}, { activeDeadlineSeconds: 60 }, { ttlSecondsAfterFinished: 30 }, { podReplacementPolicy: 'Failed' }]),
    template: template(random, app, { restartPolicy: pick(random, ['Never', 'Never', 'OnFailure']) }, scripts),
  };
}

/** Job specs that the API server refuses together: a limit per index needs restartPolicy Never. */
function allowedJob(random: RandomStream, app: string) {
  const spec = jobSpec(random, app);
  const never = 'backoffLimitPerIndex' in spec;
  return never ? { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, restartPolicy: 'Never' } } } : spec;
}

/** A random object of each kind. */
export const KINDS: Readonly<Record<string, Kind>> = {
  StatefulSet: (random, name, namespace) =>
    made('apps/v1', 'StatefulSet', name, namespace, {
      replicas: random.nextInt(5),
      serviceName: name,
      podManagementPolicy: pick(random, ['OrderedReady', 'OrderedReady', 'Parallel']),
      minReadySeconds: pick(random, [0, 0, 4]),
      ordinals: { start: pick(random, [0, 0, 3]) },
      updateStrategy: pick(random, [
        { type: 'RollingUpdate' },
        { type: 'RollingUpdate', rollingUpdate: { partition: 2 } },
        { type: 'OnDelete' },
      ]),
      ...pick(random, [{}, {}, claimTemplate('Retain'), claimTemplate('Delete')]),
      ...selected(random, `sts-${name}`),
    }),
  DaemonSet: (random, name, namespace) =>
    made('apps/v1', 'DaemonSet', name, namespace, {
      minReadySeconds: pick(random, [0, 0, 4]),
      updateStrategy: pick(random, [
        { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
        { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '50%' } },
        { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        { type: 'OnDelete' },
      ]),
      ...selected(random, `ds-${name}`, pick(random, [{}, {}, { nodeSelector: { 'topology.kubernetes.io/zone': 'z0' } }])),
    }),
  Job: (random, name, namespace) => made('batch/v1', 'Job', name, namespace, allowedJob(random, `job-${name}`)),
  CronJob: (random, name, namespace) =>
    made('batch/v1', 'CronJob', name, namespace, {
      schedule: pick(random, ['* * * * *', '*/2 * * * *']),
      concurrencyPolicy: pick(random, ['Forbid', 'Allow', 'Replace']),
      ...pick(random, [{}, { timeZone: 'Asia/Seoul' }, { timeZone: 'America/New_York' }]),
      ...pick(random, [{}, { startingDeadlineSeconds: 30 }, { successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0 }]),
      jobTemplate: { spec: allowedJob(random, `cron-${name}`) },
    }),
  ReplicationController: (random, name, namespace) =>
    made('v1', 'ReplicationController', name, namespace, {
      replicas: random.nextInt(4),
      selector: { app: `rc-${name}` },
      template: template(random, `rc-${name}`),
    }),
  Service: (random, name, namespace) =>
    made('v1', 'Service', name, namespace, {
      selector: { app: pick(random, [`sts-${name}`, 'a', `ds-${name}`]) },
      ports: [{ port: 80, targetPort: 80 }],
      ...pick(random, [{}, { type: 'NodePort' }, { clusterIP: 'None' }, { publishNotReadyAddresses: true }]),
    }),
  HorizontalPodAutoscaler: (random, name, namespace) =>
    made('autoscaling/v2', 'HorizontalPodAutoscaler', name, namespace, {
      scaleTargetRef: pick(random, [
        { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' },
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name },
      ]),
      minReplicas: 1 + random.nextInt(2),
      maxReplicas: 2 + random.nextInt(5),
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }],
      behavior: { scaleDown: { stabilizationWindowSeconds: pick(random, [0, 30, 300]) } },
    }),
  ResourceQuota: (random, name, namespace) =>
    made('v1', 'ResourceQuota', name, namespace, {
      hard: pick(random, [
        { pods: '6' },
        { 'count/jobs.batch': '2', pods: '12' },
        { 'requests.cpu': '1500m' },
        { services: '1', persistentvolumeclaims: '2' },
      ]),
      ...pick(random, [{}, {}, {}]),
    }),
  LimitRange: (random, name, namespace) =>
    made('v1', 'LimitRange', name, namespace, {
      limits: [
        pick(random, [
          { type: 'Container', default: { cpu: '300m', memory: '128Mi' }, defaultRequest: { cpu: '100m', memory: '64Mi' } },
          { type: 'Container', max: { cpu: '450m' }, default: { cpu: '400m' }, defaultRequest: { cpu: '50m' } },
          { type: 'Container', min: { memory: '64Mi' }, default: { memory: '128Mi' } },
        ]),
      ],
    }),
  PodDisruptionBudget: (random, name, namespace) =>
    made('policy/v1', 'PodDisruptionBudget', name, namespace, {
      selector: { matchLabels: { app: pick(random, ['a', `sts-${name}`, `rc-${name}`]) } },
      ...pick(random, [{ minAvailable: 1 }, { maxUnavailable: 1 }, { minAvailable: '50%' }]),
    }),
};
