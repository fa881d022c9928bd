import { getCondition } from '#shared/kube/conditions.ts';
import type { Node, NodeCondition } from '#shared/kube/types.ts';
import { canonicalImage, imageSizeBytes, normalizeImage } from './images.ts';
import { SHUTDOWN_ERROR } from './shutdown.ts';

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

/** Conditions of a machine that is short of something. */
const PRESSED: readonly Verdict[] = [
  {
    type: 'MemoryPressure',
    status: 'True',
    reason: 'KubeletHasInsufficientMemory',
    message: 'kubelet has insufficient memory available',
  },
  { type: 'DiskPressure', status: 'True', reason: 'KubeletHasDiskPressure', message: 'kubelet has disk pressure' },
  { type: 'PIDPressure', status: 'True', reason: 'KubeletHasInsufficientPID', message: 'kubelet has insufficient PID available' },
];

/** Event that goes with a change of a condition, by type and new status. Models recordNodeStatusEvent in the setters. */
const CHANGE_EVENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  MemoryPressure: { True: 'NodeHasInsufficientMemory', False: 'NodeHasSufficientMemory' },
  DiskPressure: { True: 'NodeHasDiskPressure', False: 'NodeHasNoDiskPressure' },
  PIDPressure: { True: 'NodeHasInsufficientPID', False: 'NodeHasSufficientPID' },
  Ready: { True: 'NodeReady', False: 'NodeNotReady' },
};

/** What the kubelet has to say of one condition. */
export type Verdict = Pick<NodeCondition, 'type' | 'status' | 'reason' | 'message'>;

/**
 * What the eviction manager says of the pressure conditions. One that it has not brought about itself is left alone while the machine is well.
 * Models the setters MemoryPressureCondition, DiskPressureCondition, PIDPressureCondition.
 */
export function pressureVerdicts(node: Node, pressed: readonly string[]): Verdict[] {
  return PRESSED.flatMap((bad): Verdict[] => {
    if (pressed.includes(bad.type)) return [bad];
    const shown = getCondition(node.status.conditions, bad.type);
    const good = HEALTHY.find(({ type }) => type === bad.type);
    return good !== undefined && shown?.status === 'True' && shown.reason === bad.reason ? [good] : [];
  });
}

/**
 * The Ready condition of a machine that goes down, and of one that did and is up again; a condition for another reason is left alone. Models the setter
 * ReadyCondition.
 */
export function readyVerdict(node: Node, shuttingDown: boolean): Verdict[] {
  const bad = { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: SHUTDOWN_ERROR } as const;
  if (shuttingDown) return [bad];
  const shown = getCondition(node.status.conditions, 'Ready');
  const left = shown?.status === 'False' && shown.reason === bad.reason && shown.message === bad.message;
  return left ? HEALTHY.filter(({ type }) => type === 'Ready') : [];
}

/** Whether the node shows something else than the verdicts say. */
export function disagrees(node: Node, verdicts: readonly Verdict[]): boolean {
  return verdicts.some(({ type, status, message }) => {
    const shown = getCondition(node.status.conditions, type);
    return shown?.status !== status || shown.message !== message;
  });
}

/** Reasons of the events about conditions that changed. */
export function changeEvents(before: Node, after: Node): string[] {
  return ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].flatMap((type) => {
    const [old, now] = [before, after].map((node) => getCondition(node.status.conditions, type)?.status);
    const reason = now === undefined ? undefined : CHANGE_EVENTS[type]?.[now];
    // A condition that is well from the start is no news, except that the node is ready.
    const news = old !== now && (type === 'Ready' || now === 'True' || old === 'True');
    return news && reason !== undefined ? [reason] : [];
  });
}

/**
 * Conditions as the kubelet reports them now: heartbeats renewed, Unknown ones and missing ones put right. What somebody has set by hand
 * (pressure, not ready) stays, unless a verdict says otherwise. Models kubelet nodestatus setters.
 */
export function reportedConditions(
  conditions: readonly NodeCondition[] | undefined,
  nowText: string,
  verdicts: readonly Verdict[] = [],
): NodeCondition[] {
  const before = conditions ?? [];
  const known = before.map((condition): NodeCondition => {
    const verdict = verdicts.find(({ type }) => type === condition.type);
    const healthy = verdict ?? HEALTHY.find(({ type }) => type === condition.type);
    if (healthy === undefined) return condition;
    if (verdict === undefined && condition.status !== 'Unknown') return { ...condition, lastHeartbeatTime: nowText };
    const since = healthy.status === condition.status ? condition.lastTransitionTime : undefined;
    return { ...healthy, lastHeartbeatTime: nowText, lastTransitionTime: since ?? nowText };
  });
  const missing = HEALTHY.filter((healthy) => getCondition(before, healthy.type) === undefined);
  const added = missing.map((healthy) => verdicts.find(({ type }) => type === healthy.type) ?? healthy);
  return [...known, ...added.map((healthy) => ({ ...healthy, lastHeartbeatTime: nowText, lastTransitionTime: nowText }))];
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
export function registeredStatus(node: Node, hostIP: string, nowText: string, verdicts: readonly Verdict[] = []): Node['status'] {
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
    conditions: reportedConditions(status.conditions, nowText, verdicts),
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
