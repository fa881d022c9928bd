import type { StatefulSet } from '#shared/kube/kinds.ts';
import type { Deployment, Node, Pod, PodDisruptionBudget, PodSpec, ReplicaSet, ResourceList, Taint } from '#shared/kube/types.ts';

/** Settings of a built node. Quantities as in manifests. */
export interface NodeSettings {
  labels?: Record<string, string>;
  taints?: Taint[];
  cpu?: string;
  memory?: string;
  pods?: string;
  resources?: ResourceList;
  unschedulable?: boolean;
  /** Status of the Ready condition; 'none' leaves the condition out. */
  ready?: 'True' | 'False' | 'Unknown' | 'none';
}

/** A node: 4 CPU, 8Gi, 110 pods, Ready unless told otherwise. */
export function node(name: string, settings: NodeSettings = {}): Node {
  const resources = {
    cpu: settings.cpu ?? '4',
    memory: settings.memory ?? '8Gi',
    pods: settings.pods ?? '110',
    ...settings.resources,
  } as Record<string, string>;
  const ready = settings.ready ?? 'True';
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...settings.labels } },
    spec: {
      ...(settings.taints === undefined ? {} : { taints: settings.taints }),
      ...(settings.unschedulable === true ? { unschedulable: true } : {}),
    },
    status: {
      capacity: resources,
      allocatable: resources,
      ...(ready === 'none' ? {} : { conditions: [{ type: 'Ready', status: ready }] }),
    },
  };
}

/** Settings of a built pod: what goes beside or over the one container's spec. */
export interface PodSettings {
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  cpu?: string;
  memory?: string;
  nodeName?: string;
  priorityClassName?: string;
  spec?: Partial<PodSpec>;
  finalizers?: string[];
}

function podSpec(settings: PodSettings): PodSpec {
  const requests: Record<string, string> = {};
  if (settings.cpu !== undefined) requests.cpu = settings.cpu;
  if (settings.memory !== undefined) requests.memory = settings.memory;
  return {
    containers: [{ name: 'app', image: 'registry.example/app:v1', resources: { requests } }],
    ...(settings.nodeName === undefined ? {} : { nodeName: settings.nodeName }),
    ...(settings.priorityClassName === undefined ? {} : { priorityClassName: settings.priorityClassName }),
    ...settings.spec,
  };
}

/** A pod as a user would send it, in namespace `default` unless told otherwise. */
export function pod(name: string, settings: PodSettings = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: settings.namespace ?? 'default',
      ...(settings.labels === undefined ? {} : { labels: settings.labels }),
      ...(settings.annotations === undefined ? {} : { annotations: settings.annotations }),
      ...(settings.finalizers === undefined ? {} : { finalizers: settings.finalizers }),
    },
    spec: podSpec(settings),
  } as Pod;
}

/** Settings of a built Deployment or ReplicaSet; the pod settings are those of its template. */
export interface WorkloadSettings extends PodSettings {
  replicas?: number;
  spec?: Partial<PodSpec>;
  /** Merged into the Deployment's (ReplicaSet's) own spec. */
  workload?: Record<string, unknown>;
}

function template(name: string, settings: WorkloadSettings) {
  const labels = settings.labels ?? { app: name };
  return { metadata: { labels }, spec: podSpec(settings) };
}

/** A Deployment selecting `app: <name>` (or the labels given). */
export function deployment(name: string, settings: WorkloadSettings = {}): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: settings.namespace ?? 'default' },
    spec: {
      replicas: settings.replicas ?? 1,
      selector: { matchLabels: settings.labels ?? { app: name } },
      template: template(name, settings),
      ...settings.workload,
    },
  } as unknown as Deployment;
}

/** A ReplicaSet selecting `app: <name>` (or the labels given). */
export function replicaSet(name: string, settings: WorkloadSettings = {}): ReplicaSet {
  return { ...deployment(name, settings), kind: 'ReplicaSet' } as unknown as ReplicaSet;
}

/** A StatefulSet selecting `app: <name>` (or the labels given), governed by the service of its name. */
export function statefulSet(name: string, settings: WorkloadSettings = {}): StatefulSet {
  const workload = { serviceName: name, ...settings.workload };
  return { ...deployment(name, { ...settings, workload }), kind: 'StatefulSet' } as unknown as StatefulSet;
}

/** A PodDisruptionBudget over `matchLabels`. */
export function budget(
  name: string,
  matchLabels: Record<string, string>,
  limit: { minAvailable?: number | string; maxUnavailable?: number | string },
): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'default' },
    spec: { selector: { matchLabels }, ...limit },
  } as unknown as PodDisruptionBudget;
}
