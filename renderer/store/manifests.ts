import type { AnyObject, Taint } from '#shared/kube/types.ts';
import type { PaletteItem, PodPreset } from './view.ts';

type Machine = Extract<PaletteItem, { type: 'machine' }>['preset'];

interface MachineSpec {
  prefix: string;
  cpu: string;
  memory: string;
  extra: Record<string, string>;
  labels: Record<string, string>;
  taints: readonly Taint[];
}

const MACHINES: Record<Machine, MachineSpec> = {
  small: {
    prefix: 'node',
    cpu: '2',
    memory: '4Gi',
    extra: {},
    labels: { 'node.kubernetes.io/instance-type': 'small' },
    taints: [],
  },
  medium: {
    prefix: 'node',
    cpu: '4',
    memory: '16Gi',
    extra: {},
    labels: { 'node.kubernetes.io/instance-type': 'medium' },
    taints: [],
  },
  large: {
    prefix: 'node',
    cpu: '16',
    memory: '64Gi',
    extra: {},
    labels: { 'node.kubernetes.io/instance-type': 'large' },
    taints: [],
  },
  gpu: {
    prefix: 'gpu',
    cpu: '16',
    memory: '64Gi',
    extra: { 'nvidia.com/gpu': '2' },
    labels: { 'node.kubernetes.io/instance-type': 'gpu', accelerator: 'nvidia' },
    taints: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' }],
  },
  spot: {
    prefix: 'spot',
    cpu: '4',
    memory: '16Gi',
    extra: {},
    labels: { 'node.kubernetes.io/instance-type': 'spot', lifecycle: 'spot' },
    taints: [{ key: 'lifecycle', value: 'spot', effect: 'PreferNoSchedule' }],
  },
};

/** Beginning of the names a machine preset gives. */
export function machinePrefix(preset: Machine): string {
  return MACHINES[preset].prefix;
}

/** Node manifest of a machine preset in a zone. */
export function machineManifest(preset: Machine, name: string, zone: string): AnyObject {
  const machine = MACHINES[preset];
  const resources = { cpu: machine.cpu, memory: machine.memory, 'ephemeral-storage': '100Gi', pods: '110', ...machine.extra };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': zone, ...machine.labels } },
    spec: machine.taints.length > 0 ? { taints: machine.taints } : {},
    status: { capacity: resources, allocatable: resources },
  };
}

function container(preset: PodPreset): Record<string, unknown> {
  return { name: 'app', image: 'nginx:1.29', resources: { requests: { cpu: preset.cpu, memory: preset.memory } } };
}

/** Pod manifest of the palette's preset; `nodeName` binds it past the scheduler. */
export function podManifest(name: string, preset: PodPreset, nodeName?: string): AnyObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: name.replace(/-\d+$/, '') } },
    spec: {
      containers: [container(preset)],
      ...(preset.priorityClassName ? { priorityClassName: preset.priorityClassName } : {}),
      ...(nodeName ? { nodeName } : {}),
    },
  };
}

/** Deployment manifest of the palette's preset. */
export function deploymentManifest(name: string, preset: PodPreset, replicas: number): AnyObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default', labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [container(preset)],
          ...(preset.priorityClassName ? { priorityClassName: preset.priorityClassName } : {}),
        },
      },
    },
  };
}

/** Manifest of a copy: what the cluster itself filled in is left out, the name is the given one. */
export function copyManifest(object: AnyObject, name: string): AnyObject {
  const { labels, annotations, namespace } = object.metadata;
  const spec = { ...(object.spec as Record<string, unknown>) };
  if (object.kind === 'Pod') for (const field of ['nodeName', 'priority', 'preemptionPolicy']) delete spec[field];
  if (object.kind === 'Node') for (const field of ['unschedulable', 'podCIDR', 'podCIDRs', 'providerID']) delete spec[field];
  if (object.kind === 'Node' && Array.isArray(spec.taints)) {
    spec.taints = (spec.taints as Taint[]).filter((taint) => !taint.key.startsWith('node.kubernetes.io/'));
  }
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !/kubernetes\.io\//.test(key));
  const own = { ...labels };
  delete own['pod-template-hash'];
  if (own['kubernetes.io/hostname']) own['kubernetes.io/hostname'] = name;
  const status = object.status as { capacity?: unknown; allocatable?: unknown } | undefined;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      name,
      ...(namespace ? { namespace } : {}),
      ...(Object.keys(own).length > 0 ? { labels: own } : {}),
      ...(kept.length > 0 ? { annotations: Object.fromEntries(kept) } : {}),
    },
    spec,
    ...(object.kind === 'Node' ? { status: { capacity: status?.capacity, allocatable: status?.allocatable } } : {}),
  };
}
