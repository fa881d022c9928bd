import type * as admissionregistration from 'kubernetes-types/admissionregistration/v1';
import type * as apps from 'kubernetes-types/apps/v1';
import type * as autoscaling from 'kubernetes-types/autoscaling/v2';
import type * as batch from 'kubernetes-types/batch/v1';
import type * as core from 'kubernetes-types/core/v1';
import type * as discovery from 'kubernetes-types/discovery/v1';
import type * as networking from 'kubernetes-types/networking/v1';
import type { KubeObject, PodTemplateSpec, ResourceList } from './types.ts';

/** A pod on each node that takes it. */
export interface DaemonSet extends KubeObject {
  kind: 'DaemonSet';
  spec: Omit<apps.DaemonSetSpec, 'template'> & { template: PodTemplateSpec };
  status: apps.DaemonSetStatus;
}
/** Pods with stable names and claims, in order. */
export interface StatefulSet extends KubeObject {
  kind: 'StatefulSet';
  spec: Omit<apps.StatefulSetSpec, 'template'> & { template: PodTemplateSpec };
  status: apps.StatefulSetStatus;
}
/** One stored version of a DaemonSet's or StatefulSet's template. */
export interface ControllerRevision extends KubeObject {
  kind: 'ControllerRevision';
  data?: unknown;
  revision: number;
}
/** The legacy predecessor of ReplicaSet. */
export interface ReplicationController extends KubeObject {
  kind: 'ReplicationController';
  spec: Omit<core.ReplicationControllerSpec, 'template'> & { template?: PodTemplateSpec };
  status: core.ReplicationControllerStatus;
}
/** Specification of a Job as 1.36 has it. */
export type JobSpec = Omit<batch.JobSpec, 'template'> & { template: PodTemplateSpec };
/** Pods that run to completion. */
export interface Job extends KubeObject {
  kind: 'Job';
  spec: JobSpec;
  status: batch.JobStatus;
}
/** Jobs on a schedule. */
export interface CronJob extends KubeObject {
  kind: 'CronJob';
  spec: Omit<batch.CronJobSpec, 'jobTemplate'> & { jobTemplate: { metadata?: batch.JobTemplateSpec['metadata']; spec: JobSpec } };
  status: batch.CronJobStatus;
}
/** Scaling rules with 1.36's own tolerance. */
export type HpaScalingRules = autoscaling.HPAScalingRules & { tolerance?: string };
/** Scales a workload by metrics; stored and handled in version v2. */
export interface HorizontalPodAutoscaler extends KubeObject {
  kind: 'HorizontalPodAutoscaler';
  spec: Omit<autoscaling.HorizontalPodAutoscalerSpec, 'behavior'> & {
    behavior?: { scaleDown?: HpaScalingRules; scaleUp?: HpaScalingRules };
  };
  status: autoscaling.HorizontalPodAutoscalerStatus;
}
/** Requests that an autoscaler advises for one container. */
export interface RecommendedContainerResources {
  containerName?: string;
  target: ResourceList;
  lowerBound?: ResourceList;
  upperBound?: ResourceList;
  uncappedTarget?: ResourceList;
}
/** What an autoscaler may do to one container (`*`: to all that are not named). */
export interface VpaContainerPolicy {
  containerName?: string;
  mode?: string;
  minAllowed?: ResourceList;
  maxAllowed?: ResourceList;
  controlledResources?: string[];
  controlledValues?: string;
}
/** Fits the requests of a workload's pods to their use; autoscaling.k8s.io/v1. */
export interface VerticalPodAutoscaler extends KubeObject {
  kind: 'VerticalPodAutoscaler';
  spec: {
    targetRef?: autoscaling.CrossVersionObjectReference;
    updatePolicy?: {
      updateMode?: string;
      minReplicas?: number;
      evictionRequirements?: { resources: string[]; changeRequirement: string }[];
    };
    resourcePolicy?: { containerPolicies?: VpaContainerPolicy[] };
    recommenders?: { name: string }[];
  };
  status?: {
    conditions?: { type: string; status: string; lastTransitionTime?: string; reason?: string; message?: string }[];
    recommendation?: { containerRecommendations?: RecommendedContainerResources[] };
  };
}
/** Weights of the buckets of a histogram, the largest being 10000. */
export interface HistogramCheckpoint {
  bucketWeights?: { [bucket: string]: number };
  referenceTimestamp?: string;
  totalWeight?: number;
}
/** What the recommender knows about the containers of one name under one autoscaler. */
export interface VerticalPodAutoscalerCheckpoint extends KubeObject {
  kind: 'VerticalPodAutoscalerCheckpoint';
  spec: { vpaObjectName?: string; containerName?: string };
  status?: {
    cpuHistogram?: HistogramCheckpoint;
    memoryHistogram?: HistogramCheckpoint;
    firstSampleStart?: string;
    lastSampleStart?: string;
    lastUpdateTime?: string;
    totalSamplesCount?: number;
    version?: string;
  };
}
/** Configuration data. */
export interface ConfigMap extends KubeObject {
  kind: 'ConfigMap';
  data?: { [key: string]: string };
  binaryData?: { [key: string]: string };
  immutable?: boolean;
}
/** Secret data, base64 in `data`. */
export interface Secret extends KubeObject {
  kind: 'Secret';
  data?: { [key: string]: string };
  stringData?: { [key: string]: string };
  type?: string;
  immutable?: boolean;
}
/** Identity of pods. */
export interface ServiceAccount extends KubeObject {
  kind: 'ServiceAccount';
  automountServiceAccountToken?: boolean;
  imagePullSecrets?: core.LocalObjectReference[];
  secrets?: core.ObjectReference[];
}
/** Limits and defaults for the pods, containers and claims of a namespace. */
export interface LimitRange extends KubeObject {
  kind: 'LimitRange';
  spec: core.LimitRangeSpec;
}
/** What a namespace may use in all. */
export interface ResourceQuota extends KubeObject {
  kind: 'ResourceQuota';
  spec: core.ResourceQuotaSpec;
  status: core.ResourceQuotaStatus;
}
/** Class of container runtime, with the overhead of its pods. */
export interface RuntimeClass extends KubeObject {
  kind: 'RuntimeClass';
  handler: string;
  overhead?: { podFixed?: { [resource: string]: string } };
  scheduling?: { nodeSelector?: { [label: string]: string }; tolerations?: core.Toleration[] };
}
/** A name and address for a set of pods. */
export interface Service extends KubeObject {
  kind: 'Service';
  spec: core.ServiceSpec & { trafficDistribution?: string };
  status: core.ServiceStatus;
}
/** Endpoints of a service, up to a hundred a slice. */
export interface EndpointSlice extends KubeObject {
  kind: 'EndpointSlice';
  addressType: string;
  endpoints: discovery.Endpoint[];
  ports?: discovery.EndpointPort[];
}
/** Endpoints of a service in the old form. */
export interface Endpoints extends KubeObject {
  kind: 'Endpoints';
  subsets?: core.EndpointSubset[];
}
/** HTTP routing to services. */
export interface Ingress extends KubeObject {
  kind: 'Ingress';
  spec: networking.IngressSpec;
  status: networking.IngressStatus;
}
/** Who may talk to whom. */
export interface NetworkPolicy extends KubeObject {
  kind: 'NetworkPolicy';
  spec: networking.NetworkPolicySpec;
}
/** Rule of a match: operations on resources. */
export type PolicyRule = admissionregistration.NamedRuleWithOperations & { resources?: string[]; scope?: string };
/** What a policy or a binding is about. */
export type MatchResources = Omit<admissionregistration.MatchResources, 'resourceRules' | 'excludeResourceRules'> & {
  resourceRules?: PolicyRule[];
  excludeResourceRules?: PolicyRule[];
};
/** Rules in CEL that refuse, warn or audit. */
export interface ValidatingAdmissionPolicy extends KubeObject {
  kind: 'ValidatingAdmissionPolicy';
  spec: Omit<admissionregistration.ValidatingAdmissionPolicySpec, 'matchConstraints'> & { matchConstraints?: MatchResources };
  status: admissionregistration.ValidatingAdmissionPolicyStatus;
}
/** Puts a validating policy in force. */
export interface ValidatingAdmissionPolicyBinding extends KubeObject {
  kind: 'ValidatingAdmissionPolicyBinding';
  spec: Omit<admissionregistration.ValidatingAdmissionPolicyBindingSpec, 'matchResources'> & { matchResources?: MatchResources };
}
/** One change of a mutating policy. */
export interface PolicyMutation {
  patchType: 'ApplyConfiguration' | 'JSONPatch';
  applyConfiguration?: { expression: string };
  jsonPatch?: { expression: string };
}
/** Changes in CEL. */
export interface MutatingAdmissionPolicy extends KubeObject {
  kind: 'MutatingAdmissionPolicy';
  spec: {
    failurePolicy?: string;
    matchConditions?: admissionregistration.MatchCondition[];
    matchConstraints?: MatchResources;
    mutations?: PolicyMutation[];
    paramKind?: admissionregistration.ParamKind;
    reinvocationPolicy?: string;
    variables?: admissionregistration.Variable[];
  };
}
/** Puts a mutating policy in force. */
export interface MutatingAdmissionPolicyBinding extends KubeObject {
  kind: 'MutatingAdmissionPolicyBinding';
  spec: { matchResources?: MatchResources; paramRef?: admissionregistration.ParamRef; policyName?: string };
}
/** Webhook of either kind of configuration. */
export type Webhook = Omit<admissionregistration.MutatingWebhook, 'rules'> & { rules?: PolicyRule[] };
/** Webhooks that may refuse. */
export interface ValidatingWebhookConfiguration extends KubeObject {
  kind: 'ValidatingWebhookConfiguration';
  webhooks?: Webhook[];
}
/** Webhooks that may change. */
export interface MutatingWebhookConfiguration extends KubeObject {
  kind: 'MutatingWebhookConfiguration';
  webhooks?: Webhook[];
}

/** Static type of the simulated kinds that types.ts does not have itself. */
export interface MoreKinds {
  DaemonSet: DaemonSet;
  StatefulSet: StatefulSet;
  ControllerRevision: ControllerRevision;
  ReplicationController: ReplicationController;
  Job: Job;
  CronJob: CronJob;
  HorizontalPodAutoscaler: HorizontalPodAutoscaler;
  VerticalPodAutoscaler: VerticalPodAutoscaler;
  VerticalPodAutoscalerCheckpoint: VerticalPodAutoscalerCheckpoint;
  ConfigMap: ConfigMap;
  Secret: Secret;
  ServiceAccount: ServiceAccount;
  LimitRange: LimitRange;
  ResourceQuota: ResourceQuota;
  RuntimeClass: RuntimeClass;
  Service: Service;
  EndpointSlice: EndpointSlice;
  Endpoints: Endpoints;
  Ingress: Ingress;
  NetworkPolicy: NetworkPolicy;
  ValidatingAdmissionPolicy: ValidatingAdmissionPolicy;
  ValidatingAdmissionPolicyBinding: ValidatingAdmissionPolicyBinding;
  MutatingAdmissionPolicy: MutatingAdmissionPolicy;
  MutatingAdmissionPolicyBinding: MutatingAdmissionPolicyBinding;
  ValidatingWebhookConfiguration: ValidatingWebhookConfiguration;
  MutatingWebhookConfiguration: MutatingWebhookConfiguration;
}
