import { decodeObject } from '#shared/kube/shape/index.ts';
import type {
  CsiNode,
  Deployment,
  KubeObject,
  Namespace,
  Node,
  Pod,
  PodDisruptionBudget,
  PriorityClass,
  ReplicaSet,
} from '#shared/kube/types.ts';
import { storedAutoscaler } from '../kinds/hpa.ts';
import { defaultPodTemplate, defaultSecret } from './config.ts';
import { defaultResourceList } from './container.ts';
import { defaultCronJob } from './cronJob.ts';
import { defaultDaemonSet, defaultReplicationController } from './daemonSet.ts';
import { defaultEndpointSlice, defaultEndpoints } from './endpoints.ts';
import { defaultAutoscaler } from './hpa.ts';
import { defaultIngress, defaultIngressClass } from './ingress.ts';
import { defaultJob } from './job.ts';
import { defaultLimitRange } from './limitRange.ts';
import { defaultNetworkPolicy } from './networkPolicy.ts';
import { defaultPodLevelRequests, defaultPodSpec, defaultTemplate } from './podSpec.ts';
import { defaultPolicy, defaultPolicyBinding } from './policies.ts';
import { defaultResourceQuota } from './resourceQuota.ts';
import { defaultService } from './service.ts';
import { shareEqual } from './share.ts';
import { defaultStatefulSet } from './statefulSet.ts';
import { defaultClaim, defaultStorageClass, defaultVolumeObject } from './storage.ts';
import { defaultCsiDriver } from './storageDrivers.ts';
import { defaultVerticalAutoscaler } from './vpa.ts';
import { defaultMutatingWebhooks, defaultValidatingWebhooks } from './webhooks.ts';
import { defaultRollingUpdate, REPLICAS, REVISION_HISTORY_LIMIT } from './workload.ts';

const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name';
const PROGRESS_DEADLINE_SECONDS = 600;
const QUARTER = '25%';

/** Default-maker of each kind that has any. They are given objects whose spec may be missing altogether. */
const makers: Readonly<Record<string, (object: never) => KubeObject>> = {
  Namespace: defaultNamespace,
  Node: defaultNode,
  Pod: defaultPod,
  ReplicaSet: defaultReplicaSet,
  Deployment: defaultDeployment,
  DaemonSet: defaultDaemonSet,
  ReplicationController: defaultReplicationController,
  StatefulSet: defaultStatefulSet,
  HorizontalPodAutoscaler: defaultAutoscaler,
  VerticalPodAutoscaler: defaultVerticalAutoscaler,
  Job: defaultJob,
  CronJob: defaultCronJob,
  PriorityClass: defaultPriorityClass,
  Secret: defaultSecret,
  PodTemplate: defaultPodTemplate,
  LimitRange: defaultLimitRange,
  ResourceQuota: defaultResourceQuota,
  PersistentVolume: defaultVolumeObject,
  PersistentVolumeClaim: defaultClaim,
  StorageClass: defaultStorageClass,
  CSIDriver: defaultCsiDriver,
  Service: defaultService,
  Endpoints: defaultEndpoints,
  EndpointSlice: defaultEndpointSlice,
  Ingress: defaultIngress,
  IngressClass: defaultIngressClass,
  NetworkPolicy: defaultNetworkPolicy,
  CSINode: (node: CsiNode): CsiNode => ({ ...node, spec: { ...node.spec, drivers: node.spec?.drivers ?? [] } }),
  PodDisruptionBudget: (budget: PodDisruptionBudget): PodDisruptionBudget => ({ ...budget, spec: budget.spec ?? {} }),
  ValidatingAdmissionPolicy: defaultPolicy,
  MutatingAdmissionPolicy: defaultPolicy,
  ValidatingAdmissionPolicyBinding: defaultPolicyBinding,
  MutatingAdmissionPolicyBinding: defaultPolicyBinding,
  ValidatingWebhookConfiguration: defaultValidatingWebhooks,
  MutatingWebhookConfiguration: defaultMutatingWebhooks,
};

/** Specs that came out of here and are frozen since: they need no second look, which makes most updates cheap. */
const settled = new WeakSet<object>();

/**
 * The object as the API server decodes and completes it: unknown fields and nulls dropped, quantities canonical, defaults filled in. New
 * object; the input is never changed and shares every part that needed nothing. Applying twice changes nothing more. What only a create
 * adds is the business of `prepareForCreate`. The types of its values must be sound (decodeRefusal).
 * Models the SetDefaults functions of pkg/apis of each kind.
 */
export function applyDefaults<T extends KubeObject>(object: T): T {
  const spec = (object as { spec?: unknown }).spec;
  const isObject = typeof spec === 'object' && spec !== null;
  if (isObject && object.kind !== 'Node' && Object.isFrozen(spec) && settled.has(spec)) {
    const metadata = decodeObject(object.metadata, 'ObjectMeta');
    return metadata === object.metadata ? object : { ...object, metadata };
  }
  const decoded = decodeObject(storedAutoscaler(object), object.kind);
  const make = makers[object.kind];
  const result = make === undefined ? decoded : (make(decoded as never) as unknown as T);
  const shared = shareEqual(result, object);
  const finished = (shared as { spec?: unknown }).spec;
  if (typeof finished === 'object' && finished !== null) settled.add(finished);
  return shared;
}

function defaultNamespace(namespace: Namespace): Namespace {
  const { metadata } = namespace;
  if (!metadata.name) return namespace;
  return { ...namespace, metadata: { ...metadata, labels: { ...metadata.labels, [NAMESPACE_NAME_LABEL]: metadata.name } } };
}

/** Capacity and allocatable in canonical form; allocatable is the capacity when it is not said. Models SetDefaults_NodeStatus. */
function defaultNode(node: Node): Node {
  const capacity = defaultResourceList(node.status?.capacity);
  const allocatable = defaultResourceList(node.status?.allocatable) ?? capacity;
  const status = {
    ...node.status,
    ...(capacity ? { capacity } : {}),
    ...(allocatable ? { allocatable } : {}),
  } as Node['status'];
  return { ...node, spec: node.spec ?? {}, status };
}

function defaultPod(pod: Pod): Pod {
  const spec = defaultPodLevelRequests(defaultPodSpec(pod.spec ?? { containers: [] }, true));
  return { ...pod, spec: { ...spec, enableServiceLinks: spec.enableServiceLinks ?? true }, status: pod.status ?? {} };
}

function defaultReplicaSet(set: ReplicaSet): ReplicaSet {
  const { spec } = set;
  if (spec === undefined) return set;
  return {
    ...set,
    spec: {
      ...spec,
      replicas: spec.replicas ?? REPLICAS,
      ...(spec.template ? { template: defaultTemplate(spec.template) } : {}),
    },
  };
}

function defaultDeployment(deployment: Deployment): Deployment {
  const { spec } = deployment;
  if (spec === undefined) return deployment;
  return {
    ...deployment,
    spec: {
      ...spec,
      replicas: spec.replicas ?? REPLICAS,
      ...(spec.template ? { template: defaultTemplate(spec.template) } : {}),
      strategy: defaultRollingUpdate(spec.strategy, QUARTER, QUARTER),
      revisionHistoryLimit: spec.revisionHistoryLimit ?? REVISION_HISTORY_LIMIT,
      progressDeadlineSeconds: spec.progressDeadlineSeconds ?? PROGRESS_DEADLINE_SECONDS,
    },
  };
}

function defaultPriorityClass(priorityClass: PriorityClass): PriorityClass {
  return { ...priorityClass, preemptionPolicy: priorityClass.preemptionPolicy ?? 'PreemptLowerPriority' };
}
