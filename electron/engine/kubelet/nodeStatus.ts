import { getCondition } from '#shared/kube/conditions.ts';
import type { Node, NodeCondition } from '#shared/kube/types.ts';
import { canonicalImage, imageSizeBytes, normalizeImage } from './images.ts';

const VERSION = 'v1.36.2';

const NODE_INFO: NonNullable<Node['status']['nodeInfo']> = {
  architecture: 'amd64',
  bootID: '',
  containerRuntimeVersion: 'containerd://2.1.0',
  kernelVersion: '6.12.0',
  kubeProxyVersion: '',
  kubeletVersion: VERSION,
  machineID: '',
  operatingSystem: 'linux',
  osImage: 'Stowage',
  systemUUID: '',
};

/** Conditions of a healthy machine, in the kubelet's order. */
const HEALTHY: readonly Pick<NodeCondition, 'type' | 'status' | 'reason' | 'message'>[] = [
  {
    type: 'MemoryPressure',
    status: 'False',
    reason: 'KubeletHasSufficientMemory',
    message: 'kubelet has sufficient memory available',
  },
  { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure' },
  { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID', message: 'kubelet has sufficient PID available' },
  { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
];

/**
 * Conditions as the kubelet reports them now: heartbeats renewed, Unknown ones and missing ones put right. What somebody has set by hand
 * (pressure, not ready) stays. Models kubelet nodestatus setters.
 */
export function reportedConditions(conditions: readonly NodeCondition[] | undefined, nowText: string): NodeCondition[] {
  const before = conditions ?? [];
  const known = before.map((condition): NodeCondition => {
    const healthy = HEALTHY.find((candidate) => candidate.type === condition.type);
    if (healthy === undefined) return condition;
    if (condition.status !== 'Unknown') return { ...condition, lastHeartbeatTime: nowText };
    return { ...healthy, lastHeartbeatTime: nowText, lastTransitionTime: nowText };
  });
  const missing = HEALTHY.filter((healthy) => getCondition(before, healthy.type) === undefined);
  return [...known, ...missing.map((healthy) => ({ ...healthy, lastHeartbeatTime: nowText, lastTransitionTime: nowText }))];
}

/** Whether the kubelet has to report at once: it never did, or the control plane has given the node up. */
export function needsReport(node: Node): boolean {
  const conditions = node.status.conditions;
  return HEALTHY.some((healthy) => {
    const condition = getCondition(conditions, healthy.type);
    return condition === undefined || condition.status === 'Unknown';
  });
}

/** Address of the n-th machine. */
export function hostAddress(index: number): string {
  return `172.18.${Math.floor(index / 250)}.${(index % 250) + 2}`;
}

/** Whether the node object lacks what a kubelet fills in at registration. */
export function isUnregistered(node: Node): boolean {
  return !node.status.nodeInfo?.kubeletVersion || (node.status.addresses ?? []).length === 0;
}

/** Status with everything a kubelet fills in at registration: conditions, addresses, capacity from allocatable (or the other way round), versions. */
export function registeredStatus(node: Node, hostIP: string, nowText: string): Node['status'] {
  const status = node.status;
  const capacity = status.capacity ?? status.allocatable;
  const allocatable = status.allocatable ?? status.capacity;
  const stated = Object.fromEntries(Object.entries(status.nodeInfo ?? {}).filter(([, text]) => text !== ''));
  const addresses = (status.addresses ?? []).length === 0 ? undefined : status.addresses;
  return {
    ...status,
    ...(capacity === undefined ? {} : { capacity }),
    ...(allocatable === undefined ? {} : { allocatable }),
    addresses: addresses ?? [
      { type: 'InternalIP', address: hostIP },
      { type: 'Hostname', address: node.metadata.name },
    ],
    conditions: reportedConditions(status.conditions, nowText),
    nodeInfo: { ...NODE_INFO, ...stated },
  };
}

/** Labels every kubelet puts on its node, where they are missing. */
export function registrationLabels(node: Node): Record<string, string> {
  return {
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': node.metadata.name,
    'kubernetes.io/os': 'linux',
    ...node.metadata.labels,
  };
}

/** Image list of a node with one more image on top of it, largest first as the kubelet sorts it. */
export function withImage(node: Node, image: string): NonNullable<Node['status']['images']> {
  const name = normalizeImage(image);
  const images = node.status.images ?? [];
  if (images.some((entry) => entry.names?.includes(name))) return images;
  return [...images, { names: [name], sizeBytes: imageSizeBytes(image) }].sort(
    (a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0) || ((a.names?.[0] ?? '') < (b.names?.[0] ?? '') ? -1 : 1),
  );
}

/** Whether the image is on the node, under its short or its full name. */
export function hasImage(node: Node | undefined, image: string): boolean {
  const names = [normalizeImage(image), canonicalImage(image)];
  return node?.status.images?.some((entry) => entry.names?.some((name) => names.includes(name))) ?? false;
}
