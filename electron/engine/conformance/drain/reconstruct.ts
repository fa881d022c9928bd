import type { AnyObject } from '#shared/kube/types.ts';
import type { CapturedBudget, CapturedPod, CapturedState, DrainCase } from './cases.ts';

/**
 * Builds the objects of a case from what the capture tells. The manifests themselves were not captured, so some things are read off the words
 * of `setup` and off the numbers of the budgets; what is assumed beyond that stands here and nowhere else:
 * Deployment `cache` (and a bare pod "with emptyDir") has an emptyDir volume; a Deployment never seen off one node is pinned to it.
 */
export function reconstruct(drainCase: DrainCase): AnyObject[] {
  const namespace = namespaceOf(drainCase);
  const before = drainCase.before ?? { pods: [], 'node dr-1': undefined, pdbs: [] };
  const nodes = ['dr-1', 'dr-2'].map((name) => nodeObject(name, name === 'dr-1' ? before['node dr-1'] : undefined));
  const pods = before.pods.map((pod) => podObject(pod, drainCase, namespace, isReady(pod, before)));
  const owners = ownersOf(drainCase, namespace);
  const budgets = before.pdbs.map((budget) => budgetObject(budget, drainCase, namespace));
  return [...nodes, ...owners, ...budgets, ...pods];
}

/** Namespace of the case's pods, as the lines and paths of the case name it. */
export function namespaceOf(drainCase: DrainCase): string {
  return /\bdrn2\b/.test(JSON.stringify(drainCase.steps)) ? 'drn2' : 'drn';
}

function nodeObject(name: string, captured: CapturedState['node dr-1'] | undefined): AnyObject {
  const resources = { cpu: '16', memory: '64Gi', pods: '110' };
  const taints = captured?.taints ?? [{ key: 'lab/dr', value: '1', effect: 'NoSchedule' }];
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, pool: 'dr' } },
    spec: {
      taints: taints.map(({ key, value, effect }) => ({ key, effect, ...(value === null ? {} : { value }) })),
      ...(captured?.unschedulable === true ? { unschedulable: true } : {}),
    },
    status: {
      capacity: resources,
      allocatable: resources,
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }],
    },
  };
}

/** Name of what made the pod: Deployment, DaemonSet; bare pods share one. */
function appOf(pod: CapturedPod): string {
  const parts = pod.name.split('-');
  if (pod.owner === 'ReplicaSet') return parts.slice(0, -2).join('-');
  return pod.owner === null ? 'bare' : parts.slice(0, -1).join('-');
}

function uidOf(kind: string, name: string): string {
  return `${kind.toLowerCase()}-${name}-uid`;
}

function podSpec(app: string, bare: boolean, drainCase: DrainCase) {
  const emptyDir = app === 'cache' || (bare && /bare pod with emptyDir/.test(drainCase.setup));
  const pinned = bare ? undefined : pinnedTo(app, drainCase);
  return {
    containers: [{ name: 'app', image: 'registry.example/app:v1' }],
    tolerations: [{ key: 'lab/dr', operator: 'Exists' }],
    ...(pinned === undefined ? {} : { nodeSelector: { 'kubernetes.io/hostname': pinned } }),
    ...(emptyDir ? { volumes: [{ name: 'data', emptyDir: {} }] } : {}),
  };
}

/** The one node the app's pods were ever seen on, undefined when there were several. */
function pinnedTo(app: string, drainCase: DrainCase): string | undefined {
  const seen = [...(drainCase.before?.pods ?? []), ...drainCase.after.pods].filter(
    (pod) => pod.owner === 'ReplicaSet' && appOf(pod) === app,
  );
  const nodes = new Set(seen.flatMap((pod) => (pod.node === null ? [] : [pod.node])));
  return nodes.size === 1 ? [...nodes][0] : undefined;
}

function annotationsOf(pod: CapturedPod | undefined, drainCase: DrainCase, ready: boolean): Record<string, string> {
  const slow = /needs (\d+) s to terminate/.exec(drainCase.setup)?.[1];
  const lingers = pod?.name.startsWith('stuck') === true && /lingers/.test(drainCase.setup);
  return {
    ...(slow === undefined ? {} : { 'stowage.dev/termination-seconds': slow }),
    ...(lingers ? { 'stowage.dev/termination-seconds': '3600' } : {}),
    ...(ready ? {} : { 'stowage.dev/ready': 'false' }),
  };
}

/** Of the pods a budget counts, the first ones are the unhealthy ones. */
function isReady(pod: CapturedPod, state: Pick<CapturedState, 'pods' | 'pdbs'>): boolean {
  const running = state.pods.filter((other) => other.phase === 'Running' && appOf(other) === appOf(pod));
  const budget = state.pdbs.find((candidate) => candidate.status.expectedPods === running.length);
  if (budget === undefined || pod.phase !== 'Running') return true;
  return running.indexOf(pod) >= running.length - budget.status.currentHealthy;
}

function podObject(pod: CapturedPod, drainCase: DrainCase, namespace: string, ready: boolean): AnyObject {
  const app = appOf(pod);
  const spec = podSpec(app, pod.owner === null, drainCase);
  const ownerName = pod.name.split('-').slice(0, -1).join('-');
  const hash = pod.owner === 'ReplicaSet' ? { 'pod-template-hash': pod.name.split('-').at(-2) ?? '' } : {};
  const owner =
    pod.owner === null
      ? []
      : [
          {
            apiVersion: 'apps/v1',
            kind: pod.owner,
            name: ownerName,
            uid: uidOf(pod.owner, ownerName),
            controller: true,
            blockOwnerDeletion: true,
          },
        ];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: pod.name,
      namespace,
      labels: { app, ...hash, ...(pod.owner === 'DaemonSet' ? { 'pod-template-generation': '1' } : {}) },
      annotations: annotationsOf(pod, drainCase, ready),
      ownerReferences: owner,
    },
    spec: { ...spec, ...(pod.node === null ? { nodeSelector: { nowhere: 'true' } } : { nodeName: pod.node }) },
    ...(pod.phase === 'Succeeded' || pod.phase === 'Failed' ? { status: { phase: pod.phase } } : {}),
  };
}

/** Deployments with their ReplicaSets, and DaemonSets, of the pods. */
function ownersOf(drainCase: DrainCase, namespace: string): AnyObject[] {
  const groups = new Map<string, CapturedPod[]>();
  for (const pod of drainCase.before?.pods ?? [])
    if (pod.owner !== null) groups.set(appOf(pod), [...(groups.get(appOf(pod)) ?? []), pod]);
  return [...groups].flatMap(([app, pods]): AnyObject[] => {
    const [first] = pods;
    if (first?.owner === 'ReplicaSet') return deploymentObjects(app, first, pods.length, drainCase, namespace);
    return [daemonSetObject(app, drainCase, namespace)];
  });
}

function templateOf(app: string, labels: Record<string, string>, drainCase: DrainCase) {
  return { metadata: { labels, annotations: annotationsOf(undefined, drainCase, true) }, spec: podSpec(app, false, drainCase) };
}

function deploymentObjects(
  app: string,
  pod: CapturedPod,
  replicas: number,
  drainCase: DrainCase,
  namespace: string,
): AnyObject[] {
  const set = pod.name.split('-').slice(0, -1).join('-');
  const hash = set.slice(app.length + 1);
  const labels = { app, 'pod-template-hash': hash };
  const controller = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name: app,
    uid: uidOf('Deployment', app),
    controller: true,
    blockOwnerDeletion: true,
  };
  const replicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: set,
      namespace,
      uid: uidOf('ReplicaSet', set),
      labels,
      ownerReferences: [controller],
      annotations: { 'deployment.kubernetes.io/revision': '1' },
    },
    spec: { replicas, selector: { matchLabels: labels }, template: templateOf(app, labels, drainCase) },
  };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: app, namespace, uid: uidOf('Deployment', app) },
    spec: { replicas, selector: { matchLabels: { app } }, template: templateOf(app, { app }, drainCase) },
  };
  return [deployment, replicaSet];
}

function daemonSetObject(app: string, drainCase: DrainCase, namespace: string): AnyObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: app, namespace, uid: uidOf('DaemonSet', app) },
    spec: { selector: { matchLabels: { app } }, template: templateOf(app, { app }, drainCase) },
  };
}

/** Limit as `setup` states it, else the minimum its numbers tell. */
function budgetObject(budget: CapturedBudget, drainCase: DrainCase, namespace: string): AnyObject {
  const stated = /(minAvailable|maxUnavailable) (\d+%?)/.exec(drainCase.setup);
  const amount = stated?.[2]?.endsWith('%') === true ? stated[2] : Number(stated?.[2]);
  const limit =
    stated !== null
      ? { [stated[1] ?? '']: amount }
      : /maxUnavailable/.test(drainCase.setup)
        ? { maxUnavailable: 1 }
        : { minAvailable: budget.status.desiredHealthy };
  const apps = new Map<string, number>();
  for (const pod of drainCase.before?.pods ?? []) apps.set(appOf(pod), (apps.get(appOf(pod)) ?? 0) + 1);
  const covered = [...apps].find(([, count]) => count === budget.status.expectedPods) ?? [...apps][0];
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: budget.name, namespace },
    spec: {
      selector: { matchLabels: { app: covered?.[0] ?? 'none' } },
      ...limit,
      ...(/AlwaysAllow/.test(drainCase.setup) ? { unhealthyPodEvictionPolicy: 'AlwaysAllow' } : {}),
    },
  };
}
