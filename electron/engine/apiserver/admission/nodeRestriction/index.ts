import { compareStrings } from '#shared/core/compare.ts';
import { deepEqual } from '#shared/core/json.ts';
import type { AnyObject, Node, Pod, Status } from '#shared/kube/types.ts';
import { forbiddenStatus } from '../status.ts';
import type { AdmissionAccess, AdmissionPlugin, AdmissionRequest } from '../types.ts';

const USER = 'system:node:';
const MIRROR = 'kubernetes.io/config.mirror';
const LEASES = 'kube-node-lease';
/** Labels under kubernetes.io that a kubelet may set on its own node. Models kubelet/pkg/apis IsKubeletLabel. */
const KUBELET_LABELS: readonly string[] = [
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
];
const KUBELET_DOMAINS: readonly string[] = ['kubelet.kubernetes.io', 'node.kubernetes.io'];

function domainOf(label: string): string {
  const slash = label.indexOf('/');
  return slash < 0 ? '' : label.slice(0, slash);
}

function under(domain: string, parent: string): boolean {
  return domain === parent || domain.endsWith(`.${parent}`);
}

/** Labels in Kubernetes' own domains that are no kubelet's business. */
function isForbiddenLabel(label: string): boolean {
  const domain = domainOf(label);
  if (under(domain, 'node-restriction.kubernetes.io')) return true;
  if (!under(domain, 'kubernetes.io') && !under(domain, 'k8s.io')) return false;
  return !KUBELET_LABELS.includes(label) && !KUBELET_DOMAINS.some((allowed) => under(domain, allowed));
}

/** Labels that differ, sorted. */
function changedLabels(now: Readonly<Record<string, string>>, old: Readonly<Record<string, string>>): string[] {
  return [...new Set([...Object.keys(now), ...Object.keys(old)])]
    .filter((label) => now[label] !== old[label])
    .sort(compareStrings);
}

/** What a kubelet may not do to a pod. Models Plugin.admitPod and admitPodCreate. */
function aboutPod(node: string, request: AdmissionRequest, access: AdmissionAccess): string | undefined {
  const pod = (request.object ?? request.old) as unknown as Pod;
  if (request.operation === 'DELETE' || request.subresource === 'eviction') {
    const stored = access.get('Pod', pod.metadata.namespace ?? '', pod.metadata.name) as unknown as Pod | undefined;
    if (stored === undefined || stored.spec.nodeName === node) return undefined;
    const what = request.subresource === 'eviction' ? `node ${node} can only evict` : `node "${node}" can only delete`;
    return `${what} pods with spec.nodeName set to itself`;
  }
  if (request.subresource === 'status') {
    const old = request.old as unknown as Pod;
    if (old.spec.nodeName !== node) return `node "${node}" can only update pod status for pods with spec.nodeName set to itself`;
    return deepEqual(old.metadata.labels, pod.metadata.labels)
      ? undefined
      : `node "${node}" cannot update labels through pod status`;
  }
  if (request.operation !== 'CREATE')
    return `unexpected operation "${request.operation}", node "${node}" can only create and delete mirror pods`;
  if (pod.metadata.annotations?.[MIRROR] === undefined)
    return `pod does not have "${MIRROR}" annotation, node "${node}" can only create mirror pods`;
  if (pod.spec.nodeName !== node) return `node "${node}" can only create pods with spec.nodeName set to itself`;
  const owners = pod.metadata.ownerReferences ?? [];
  if (owners.length > 1) return `node "${node}" can only create pods with a single owner reference set to itself`;
  const [owner] = owners;
  if (owner === undefined) return `node "${node}" can only create pods with an owner reference set to itself`;
  if (owner.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node)
    return `node "${node}" can only create pods with an owner reference set to itself`;
  if (owner.controller !== true) return `node "${node}" can only create pods with a controller owner reference set to itself`;
  if (owner.blockOwnerDeletion === true) return `node "${node}" must not set blockOwnerDeletion on an owner reference`;
  return references(node, pod);
}

/** A mirror pod names no objects of the API. */
function references(node: string, pod: Pod): string | undefined {
  if ((pod.spec.serviceAccountName ?? '') !== '') return `node "${node}" can not create pods that reference a service account`;
  const volumes = pod.spec.volumes ?? [];
  for (const [field, what] of [
    ['secret', 'secrets'],
    ['configMap', 'configmaps'],
    ['persistentVolumeClaim', 'persistentvolumeclaims'],
  ] as const) {
    if (volumes.some((volume) => field in volume)) return `node "${node}" can not create pods that reference ${what}`;
  }
  return undefined;
}

/** What a kubelet may not do to a node. Models Plugin.admitNode. */
function aboutNode(node: string, request: AdmissionRequest): string | undefined {
  const now = request.object as unknown as Node | null;
  const old = request.old as unknown as Node | null;
  const name = (now ?? old)?.metadata.name ?? '';
  if (name !== node) return `node "${node}" is not allowed to modify node "${name}"`;
  if (now === null) return undefined;
  if (old === null) {
    const bad = Object.keys(now.metadata.labels ?? {})
      .filter(isForbiddenLabel)
      .sort(compareStrings);
    return bad.length === 0 ? undefined : `node "${node}" is not allowed to set the following labels: ${bad.join(', ')}`;
  }
  if (!deepEqual(now.spec?.taints, old.spec?.taints)) return `node "${node}" is not allowed to modify taints`;
  if (!deepEqual(now.metadata.ownerReferences, old.metadata.ownerReferences))
    return `node "${node}" is not allowed to modify ownerReferences`;
  const bad = changedLabels(now.metadata.labels ?? {}, old.metadata.labels ?? {}).filter(isForbiddenLabel);
  return bad.length === 0 ? undefined : `is not allowed to modify labels: ${bad.join(', ')}`;
}

function refusal(node: string, subject: AnyObject, request: AdmissionRequest, access: AdmissionAccess): Status | null {
  const refuse = (why: string | undefined): Status | null => (why === undefined ? null : forbiddenStatus(subject, why));
  const { namespace, name } = subject.metadata;
  switch (subject.kind) {
    case 'Pod':
      return refuse(aboutPod(node, request, access));
    case 'Node':
      return refuse(aboutNode(node, request));
    case 'Lease':
      if (namespace !== LEASES) return refuse(`can only access leases in the "${LEASES}" system namespace`);
      return refuse(name === node ? undefined : 'can only access node lease with the same name as the requesting node');
    case 'CSINode':
      return refuse(name === node ? undefined : 'can only access CSINode with the same name as the requesting node');
    default:
      return null;
  }
}

/**
 * A kubelet (user `system:node:<name>`) changes nothing but its own node, lease and pods. Off unless enabled, as in kube-apiserver; kubeadm enables
 * it. Models plugin/pkg/admission/noderestriction.
 */
export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  guard(request, access) {
    if (!request.user.startsWith(USER)) return null;
    const subject = request.object ?? request.old;
    return subject === null ? null : refusal(request.user.slice(USER.length), subject, request, access);
  },
};
