import { qosClass } from '#shared/kube/pod.ts';
import type {
  KubeObject,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  ReplicaSet,
} from '#shared/kube/types.ts';
import { prepareDaemonSet } from '../kinds/daemonSet.ts';
import { prepareService } from '../kinds/service.ts';
import { withPlainSecrets } from '../kinds/serviceAccount.ts';
import { prepareStatefulSet } from '../kinds/statefulSet.ts';
import { initialAutoscalerStatus } from './hpa.ts';
import { mergeLabelKeys } from './labelKeys.ts';
import { normalizeDataSource } from './storage.ts';
import { withoutStatus } from './vpa.ts';

const EMPTY_NODE_INFO = {
  machineID: '',
  systemUUID: '',
  bootID: '',
  kernelVersion: '',
  osImage: '',
  containerRuntimeVersion: '',
  kubeletVersion: '',
  kubeProxyVersion: '',
  operatingSystem: '',
  architecture: '',
};

/** What each kind's registry strategy does to an object that a client creates. */
const strategies: Readonly<Record<string, (object: never, nowText: string) => KubeObject>> = {
  Namespace: (namespace: Namespace): Namespace => {
    const finalizers = namespace.spec?.finalizers ?? [];
    return {
      ...namespace,
      spec: { ...namespace.spec, finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'] },
      status: { phase: 'Active' },
    };
  },
  // A node may bring its status along: the kubelet registers itself that way.
  Node: (node: Node): Node => ({
    ...node,
    status: {
      ...node.status,
      daemonEndpoints: node.status?.daemonEndpoints ?? { kubeletEndpoint: { Port: 0 } },
      nodeInfo: { ...EMPTY_NODE_INFO, ...node.status?.nodeInfo },
    },
  }),
  Pod: (pod: Pod, nowText: string): Pod => ({ ...pod, spec: mergeLabelKeys(pod), status: initialPodStatus(pod, nowText) }),
  ReplicaSet: (set: ReplicaSet): ReplicaSet => ({ ...set, status: { replicas: 0 } }),
  Deployment: <T extends KubeObject>(deployment: T): T => ({ ...deployment, status: {} }),
  DaemonSet: prepareDaemonSet,
  ReplicationController: <T extends KubeObject>(controller: T): T => ({ ...controller, status: { replicas: 0 } }),
  StatefulSet: prepareStatefulSet,
  Service: prepareService,
  Ingress: <T extends KubeObject>(ingress: T): T => ({ ...ingress, status: { loadBalancer: {} } }),
  ResourceQuota: <T extends KubeObject>(quota: T): T => ({ ...quota, status: {} }),
  ServiceAccount: withPlainSecrets,
  Job: <T extends KubeObject>(job: T): T => ({ ...job, status: {} }),
  CronJob: <T extends KubeObject>(cronJob: T): T => ({ ...cronJob, status: {} }),
  HorizontalPodAutoscaler: <T extends KubeObject>(hpa: T): T => ({ ...hpa, status: initialAutoscalerStatus() }),
  VerticalPodAutoscaler: withoutStatus,
  VerticalPodAutoscalerCheckpoint: withoutStatus,
  PersistentVolume: (volume: PersistentVolume, nowText: string): PersistentVolume => ({
    ...volume,
    status: { phase: 'Pending', lastPhaseTransitionTime: nowText as never },
  }),
  PersistentVolumeClaim: (claim: PersistentVolumeClaim): PersistentVolumeClaim => ({
    ...normalizeDataSource(claim),
    status: { phase: 'Pending' },
  }),
  PodDisruptionBudget: (budget: PodDisruptionBudget): PodDisruptionBudget => ({
    ...budget,
    status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  }),
};

/** Kinds whose metadata.generation the API server counts, among the simulated ones. */
const COUNTED: readonly string[] = ['Pod', 'ReplicaSet', 'Deployment', 'PodDisruptionBudget', 'PriorityClass'];

/**
 * A new object as its kind's strategy lets it in: status emptied and set to its beginning, generation 1, a namespace's finalizer, a
 * pod's QoS class and gate condition. `nowText` is the RFC 3339 time of the write. Models PrepareForCreate in pkg/registry.
 */
export function prepareForCreate<T extends KubeObject>(object: T, nowText: string): T {
  const strategy = strategies[object.kind];
  const prepared = strategy === undefined ? object : (strategy(object as never, nowText) as T);
  const { generation: _given, ...metadata } = prepared.metadata;
  return { ...prepared, metadata: COUNTED.includes(object.kind) ? { ...metadata, generation: 1 } : metadata };
}

/** Whether metadata.generation counts changes of the spec for this kind. */
export function hasGeneration(kind: string): boolean {
  return COUNTED.includes(kind);
}

/** Status of a pod that was just created. Models podStrategy PrepareForCreate and applySchedulingGatedCondition. */
export function initialPodStatus(pod: Pod, nowText: string): Pod['status'] {
  const gated = (pod.spec?.schedulingGates?.length ?? 0) > 0;
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    lastTransitionTime: nowText,
    reason: 'SchedulingGated',
    message: 'Scheduling is blocked due to non-empty scheduling gates',
  };
  return {
    phase: 'Pending',
    ...(gated ? { conditions: [condition] } : {}),
    qosClass: pod.spec === undefined ? 'BestEffort' : qosClass(pod.spec),
  };
}
