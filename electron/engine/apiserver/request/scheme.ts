import { kindInfo, servedKind } from '#shared/kube/registry.ts';

/** Where the API server's own types are registered, as its errors name it. */
const SCHEME = 'pkg/api/legacyscheme/scheme.go:30';

/** Kinds in versions that are no longer served, but still known to the decoder. */
const RETIRED: Readonly<Record<string, readonly string[]>> = {
  'extensions/v1beta1': ['DaemonSet', 'Deployment', 'Ingress', 'NetworkPolicy', 'ReplicaSet'],
  'apps/v1beta1': ['ControllerRevision', 'Deployment', 'StatefulSet'],
  'apps/v1beta2': ['ControllerRevision', 'DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
  'batch/v1beta1': ['CronJob'],
  'policy/v1beta1': ['PodDisruptionBudget', 'Eviction'],
  'networking.k8s.io/v1beta1': ['Ingress', 'IngressClass', 'IPAddress', 'ServiceCIDR'],
  'events.k8s.io/v1beta1': ['Event'],
  'discovery.k8s.io/v1beta1': ['EndpointSlice'],
  'coordination.k8s.io/v1beta1': ['Lease'],
  'storage.k8s.io/v1beta1': [
    'CSIDriver',
    'CSINode',
    'CSIStorageCapacity',
    'StorageClass',
    'VolumeAttachment',
    'VolumeAttributesClass',
  ],
  'scheduling.k8s.io/v1beta1': ['PriorityClass'],
  'scheduling.k8s.io/v1alpha1': ['PriorityClass'],
  'node.k8s.io/v1beta1': ['RuntimeClass'],
  'rbac.authorization.k8s.io/v1beta1': ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  'rbac.authorization.k8s.io/v1alpha1': ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
};

/** Shapes of requests that are stored nowhere. */
const REQUEST_KINDS: Readonly<Record<string, readonly string[]>> = {
  'policy/v1': ['Eviction'],
  'autoscaling/v1': ['Scale'],
  'authentication.k8s.io/v1': ['TokenRequest'],
};

/** What a handler reads the body as. */
export interface Expected {
  readonly kind: string;
  readonly apiVersion: string;
  /** Other versions that the handler takes. */
  readonly alsoAccepted?: readonly string[];
}

/** `apps` and `v1` of `apps/v1`. */
export function groupVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** Whether the decoder knows the kind in this version. */
export function isRegistered(apiVersion: string, kind: string): boolean {
  if (servedKind(apiVersion, kind) !== undefined) return true;
  return RETIRED[apiVersion]?.includes(kind) === true || REQUEST_KINDS[apiVersion]?.includes(kind) === true;
}

/** Why a kind can't be decoded. Models runtime.NewNotRegisteredErrForKind. */
export function notRegistered(apiVersion: string, kind: string): string {
  return `no kind "${kind}" is registered for version "${apiVersion}" in scheme "${SCHEME}"`;
}

/** Why a known object is none of the expected kind. Models conversion.Converter: type names are those of Go's packages. */
export function unknownConversion(apiVersion: string, kind: string, expected: Expected): string {
  const { version } = groupVersion(apiVersion);
  const group = kindInfo(expected.kind)?.group ?? groupVersion(expected.apiVersion).group;
  const internal = group === '' ? 'core' : (group.split('.')[0] ?? '');
  return `converting (${version}.${kind}) to (${internal}.${expected.kind}): unknown conversion`;
}
