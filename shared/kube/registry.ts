import type { KindMap } from './types.ts';

/** What is known of one kind of the Kubernetes 1.36 API. */
export interface KindInfo {
  readonly kind: string;
  /** `apps`; empty for the core group. */
  readonly group: string;
  /** Version in which objects are stored and shown: `v1`. */
  readonly version: string;
  /** `apps/v1`, `v1`. */
  readonly apiVersion: string;
  /** All versions the API serves, the stored one first. */
  readonly apiVersions: readonly string[];
  /** `deployments`. */
  readonly plural: string;
  /** `deployment`. */
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly hasStatus: boolean;
  readonly hasScale: boolean;
  /** False for requests in the shape of objects (reviews, Binding) and for what the server makes up (ComponentStatus). */
  readonly storable: boolean;
  /** Whether something in this program acts on it; the others are kept, shown as inert and written back. */
  readonly simulated: boolean;
}

/**
 * Kind: served versions, plural, short names, flags, categories. Flags: n namespaced, s status, c scale, x not storable.
 * As `kubectl api-resources` of 1.36 lists them.
 */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  Binding: ['v1', 'bindings', '', 'nx'],
  ComponentStatus: ['v1', 'componentstatuses', 'cs', 'x'],
  ConfigMap: ['v1', 'configmaps', 'cm', 'n'],
  Endpoints: ['v1', 'endpoints', 'ep', 'n'],
  Event: ['v1 events.k8s.io/v1', 'events', 'ev', 'n'],
  LimitRange: ['v1', 'limitranges', 'limits', 'n'],
  Namespace: ['v1', 'namespaces', 'ns', 's'],
  Node: ['v1', 'nodes', 'no', 's'],
  PersistentVolumeClaim: ['v1', 'persistentvolumeclaims', 'pvc', 'ns'],
  PersistentVolume: ['v1', 'persistentvolumes', 'pv', 's'],
  Pod: ['v1', 'pods', 'po', 'ns', 'all'],
  PodTemplate: ['v1', 'podtemplates', '', 'n'],
  ReplicationController: ['v1', 'replicationcontrollers', 'rc', 'nsc', 'all'],
  ResourceQuota: ['v1', 'resourcequotas', 'quota', 'ns'],
  Secret: ['v1', 'secrets', '', 'n'],
  ServiceAccount: ['v1', 'serviceaccounts', 'sa', 'n'],
  Service: ['v1', 'services', 'svc', 'ns', 'all'],
  MutatingAdmissionPolicy: ['admissionregistration.k8s.io/v1', 'mutatingadmissionpolicies', '', '', 'api-extensions'],
  MutatingAdmissionPolicyBinding: [
    'admissionregistration.k8s.io/v1',
    'mutatingadmissionpolicybindings',
    '',
    '',
    'api-extensions',
  ],
  MutatingWebhookConfiguration: ['admissionregistration.k8s.io/v1', 'mutatingwebhookconfigurations', '', '', 'api-extensions'],
  ValidatingAdmissionPolicy: ['admissionregistration.k8s.io/v1', 'validatingadmissionpolicies', '', 's', 'api-extensions'],
  ValidatingAdmissionPolicyBinding: [
    'admissionregistration.k8s.io/v1',
    'validatingadmissionpolicybindings',
    '',
    '',
    'api-extensions',
  ],
  ValidatingWebhookConfiguration: [
    'admissionregistration.k8s.io/v1',
    'validatingwebhookconfigurations',
    '',
    '',
    'api-extensions',
  ],
  CustomResourceDefinition: ['apiextensions.k8s.io/v1', 'customresourcedefinitions', 'crd crds', 's', 'api-extensions'],
  APIService: ['apiregistration.k8s.io/v1', 'apiservices', '', 's', 'api-extensions'],
  ControllerRevision: ['apps/v1', 'controllerrevisions', '', 'n'],
  DaemonSet: ['apps/v1', 'daemonsets', 'ds', 'ns', 'all'],
  Deployment: ['apps/v1', 'deployments', 'deploy', 'nsc', 'all'],
  ReplicaSet: ['apps/v1', 'replicasets', 'rs', 'nsc', 'all'],
  StatefulSet: ['apps/v1', 'statefulsets', 'sts', 'nsc', 'all'],
  SelfSubjectReview: ['authentication.k8s.io/v1', 'selfsubjectreviews', '', 'x'],
  TokenReview: ['authentication.k8s.io/v1', 'tokenreviews', '', 'x'],
  LocalSubjectAccessReview: ['authorization.k8s.io/v1', 'localsubjectaccessreviews', '', 'nx'],
  SelfSubjectAccessReview: ['authorization.k8s.io/v1', 'selfsubjectaccessreviews', '', 'x'],
  SelfSubjectRulesReview: ['authorization.k8s.io/v1', 'selfsubjectrulesreviews', '', 'x'],
  SubjectAccessReview: ['authorization.k8s.io/v1', 'subjectaccessreviews', '', 'x'],
  HorizontalPodAutoscaler: ['autoscaling/v2 autoscaling/v1', 'horizontalpodautoscalers', 'hpa', 'ns', 'all'],
  // The two of the vertical pod autoscaler, which a cluster has as custom resources.
  VerticalPodAutoscaler: ['autoscaling.k8s.io/v1', 'verticalpodautoscalers', 'vpa', 'ns'],
  VerticalPodAutoscalerCheckpoint: ['autoscaling.k8s.io/v1', 'verticalpodautoscalercheckpoints', 'vpacheckpoint', 'ns'],
  CronJob: ['batch/v1', 'cronjobs', 'cj', 'ns', 'all'],
  Job: ['batch/v1', 'jobs', '', 'ns', 'all'],
  CertificateSigningRequest: ['certificates.k8s.io/v1', 'certificatesigningrequests', 'csr', 's'],
  Lease: ['coordination.k8s.io/v1', 'leases', '', 'n'],
  EndpointSlice: ['discovery.k8s.io/v1', 'endpointslices', '', 'n'],
  FlowSchema: ['flowcontrol.apiserver.k8s.io/v1', 'flowschemas', '', 's'],
  PriorityLevelConfiguration: ['flowcontrol.apiserver.k8s.io/v1', 'prioritylevelconfigurations', '', 's'],
  IngressClass: ['networking.k8s.io/v1', 'ingressclasses', '', ''],
  Ingress: ['networking.k8s.io/v1', 'ingresses', 'ing', 'ns'],
  IPAddress: ['networking.k8s.io/v1', 'ipaddresses', 'ip', ''],
  NetworkPolicy: ['networking.k8s.io/v1', 'networkpolicies', 'netpol', 'n'],
  ServiceCIDR: ['networking.k8s.io/v1', 'servicecidrs', '', 's'],
  RuntimeClass: ['node.k8s.io/v1', 'runtimeclasses', '', ''],
  PodDisruptionBudget: ['policy/v1', 'poddisruptionbudgets', 'pdb', 'ns'],
  ClusterRoleBinding: ['rbac.authorization.k8s.io/v1', 'clusterrolebindings', '', ''],
  ClusterRole: ['rbac.authorization.k8s.io/v1', 'clusterroles', '', ''],
  RoleBinding: ['rbac.authorization.k8s.io/v1', 'rolebindings', '', 'n'],
  Role: ['rbac.authorization.k8s.io/v1', 'roles', '', 'n'],
  DeviceClass: ['resource.k8s.io/v1', 'deviceclasses', '', ''],
  ResourceClaim: ['resource.k8s.io/v1', 'resourceclaims', '', 'ns'],
  ResourceClaimTemplate: ['resource.k8s.io/v1', 'resourceclaimtemplates', '', 'n'],
  ResourceSlice: ['resource.k8s.io/v1', 'resourceslices', '', ''],
  PriorityClass: ['scheduling.k8s.io/v1', 'priorityclasses', 'pc', ''],
  CSIDriver: ['storage.k8s.io/v1', 'csidrivers', '', ''],
  CSINode: ['storage.k8s.io/v1', 'csinodes', '', ''],
  CSIStorageCapacity: ['storage.k8s.io/v1', 'csistoragecapacities', '', 'n'],
  StorageClass: ['storage.k8s.io/v1', 'storageclasses', 'sc', ''],
  VolumeAttachment: ['storage.k8s.io/v1', 'volumeattachments', '', 's'],
  VolumeAttributesClass: ['storage.k8s.io/v1', 'volumeattributesclasses', 'vac', ''],
};

const SIMULATED: Readonly<Record<keyof KindMap, true>> = {
  Namespace: true,
  Node: true,
  Lease: true,
  Pod: true,
  ReplicaSet: true,
  Deployment: true,
  PriorityClass: true,
  PodDisruptionBudget: true,
  Event: true,
  PersistentVolume: true,
  PersistentVolumeClaim: true,
  StorageClass: true,
  CSINode: true,
  DaemonSet: true,
  StatefulSet: true,
  ControllerRevision: true,
  ReplicationController: true,
  Job: true,
  CronJob: true,
  HorizontalPodAutoscaler: true,
  VerticalPodAutoscaler: true,
  VerticalPodAutoscalerCheckpoint: true,
  ConfigMap: true,
  Secret: true,
  ServiceAccount: true,
  LimitRange: true,
  ResourceQuota: true,
  RuntimeClass: true,
  Service: true,
  EndpointSlice: true,
  Endpoints: true,
  Ingress: true,
  NetworkPolicy: true,
  ValidatingAdmissionPolicy: true,
  ValidatingAdmissionPolicyBinding: true,
  MutatingAdmissionPolicy: true,
  MutatingAdmissionPolicyBinding: true,
  ValidatingWebhookConfiguration: true,
  MutatingWebhookConfiguration: true,
};

function words(text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : text.split(' ');
}

function buildInfo(kind: string, row: readonly string[]): KindInfo {
  const apiVersions = words(row[0]);
  const apiVersion = apiVersions[0] ?? '';
  const slash = apiVersion.indexOf('/');
  const flags = row[3] ?? '';
  return {
    kind,
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    apiVersion,
    apiVersions,
    plural: row[1] ?? '',
    singular: kind.toLowerCase(),
    shortNames: words(row[2]),
    categories: words(row[4]),
    namespaced: flags.includes('n'),
    hasStatus: flags.includes('s'),
    hasScale: flags.includes('c'),
    storable: !flags.includes('x'),
    simulated: Object.hasOwn(SIMULATED, kind),
  };
}

/** Every built-in kind, sorted by kind name. */
export const allKinds: readonly KindInfo[] = Object.keys(KINDS)
  .sort()
  .map((kind) => buildInfo(kind, KINDS[kind] ?? []));

const byKind: ReadonlyMap<string, KindInfo> = new Map(allKinds.map((info) => [info.kind, info]));

const byResourceName: ReadonlyMap<string, KindInfo> = new Map(
  // Core names win over those of groups, as kubectl's discovery order has it; no two kinds share one today.
  allKinds.flatMap((info) => [info.plural, info.singular, ...info.shortNames].map((name) => [name, info] as const)),
);

/** Information on a kind by its name alone (`Pod`); undefined when Kubernetes has no such kind. */
export function kindInfo(kind: string): KindInfo | undefined {
  return byKind.get(kind);
}

/** Information on a kind when it is served in this apiVersion; undefined otherwise. */
export function servedKind(apiVersion: string, kind: string): KindInfo | undefined {
  const info = byKind.get(kind);
  return info?.apiVersions.includes(apiVersion) === true ? info : undefined;
}

/**
 * Resolves what people type as a resource type: plural, singular or short name in any case, optionally with group or version and group
 * (`po`, `Deployment`, `deployments.apps`, `deployments.v1.apps`). Models kubectl's shortcut expander and REST mapper.
 */
export function resolveResource(text: string): KindInfo | undefined {
  const lower = text.toLowerCase();
  const dot = lower.indexOf('.');
  if (dot < 0) return byResourceName.get(lower);
  const info = byResourceName.get(lower.slice(0, dot));
  if (info === undefined) return undefined;
  const rest = lower.slice(dot + 1);
  const matches = info.apiVersions.some((apiVersion) => {
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    return rest === group || rest === `${version}.${group}`;
  });
  return matches ? info : undefined;
}

/** Kinds of a category, such as `all`. */
export function kindsInCategory(category: string): readonly KindInfo[] {
  return allKinds.filter((info) => info.categories.includes(category));
}

/** `deployments.apps`, `pods`: how the API server names a resource in its messages. */
export function qualifiedResource(info: KindInfo): string {
  return info.group === '' ? info.plural : `${info.plural}.${info.group}`;
}

/** `Deployment.apps`, `Pod`: how the API server names a kind in 422 answers. */
export function qualifiedKind(info: KindInfo): string {
  return info.group === '' ? info.kind : `${info.kind}.${info.group}`;
}

/** `deployment.apps/web`, `pod/web`: how kubectl names an object in its output. */
export function printName(info: KindInfo, name: string): string {
  return `${info.group === '' ? info.singular : `${info.singular}.${info.group}`}/${name}`;
}
