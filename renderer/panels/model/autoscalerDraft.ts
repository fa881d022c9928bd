import type { AnyObject, HorizontalPodAutoscaler, ObjectRef } from '#shared/kube/types.ts';

/** The fields of the form, as typed; empty is the API's default. */
export interface AutoscalerDraft {
  readonly name: string;
  readonly min: string;
  readonly max: string;
  /** Per cent of the CPU and memory requests; empty = not measured. */
  readonly cpu: string;
  readonly memory: string;
  readonly upWindow: string;
  readonly downWindow: string;
  /** Most pods added and taken in a minute. */
  readonly upPods: string;
  readonly downPods: string;
}

const PERIOD_S = 60;
const API_VERSIONS: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  ReplicaSet: 'apps/v1',
  StatefulSet: 'apps/v1',
  ReplicationController: 'v1',
};

/** Whether a HorizontalPodAutoscaler can scale objects of the kind. */
export function isScalable(kind: string): boolean {
  return Object.hasOwn(API_VERSIONS, kind);
}

/** What the form begins with for a workload. */
export function emptyAutoscaler(name: string): AutoscalerDraft {
  return { name, min: '1', max: '10', cpu: '60', memory: '', upWindow: '', downWindow: '', upPods: '', downPods: '' };
}

function number(text: string): number | undefined {
  const trimmed = text.trim();
  return /^\d+$/.test(trimmed) ? Number(trimmed) : undefined;
}

function rules(window: string, pods: string): object | undefined {
  const seconds = number(window);
  const value = number(pods);
  if (seconds === undefined && value === undefined) return undefined;
  return {
    ...(seconds === undefined ? {} : { stabilizationWindowSeconds: seconds }),
    ...(value === undefined ? {} : { policies: [{ type: 'Pods', value, periodSeconds: PERIOD_S }] }),
  };
}

function resourceMetric(name: 'cpu' | 'memory', percent: string): object[] {
  const averageUtilization = number(percent);
  return averageUtilization === undefined
    ? []
    : [{ type: 'Resource', resource: { name, target: { type: 'Utilization', averageUtilization } } }];
}

/** The fields that make an autoscaler, as the API takes them. `behavior` is absent when nothing is said of it. */
export function specOfDraft(draft: AutoscalerDraft): {
  minReplicas?: number;
  maxReplicas: number;
  metrics: object[];
  behavior?: object;
} {
  const min = number(draft.min);
  const up = rules(draft.upWindow, draft.upPods);
  const down = rules(draft.downWindow, draft.downPods);
  return {
    ...(min === undefined ? {} : { minReplicas: min }),
    maxReplicas: number(draft.max) ?? 0,
    metrics: [...resourceMetric('cpu', draft.cpu), ...resourceMetric('memory', draft.memory)],
    ...(up || down ? { behavior: { ...(up ? { scaleUp: up } : {}), ...(down ? { scaleDown: down } : {}) } } : {}),
  };
}

/** The new object for a workload. */
export function autoscalerOfDraft(draft: AutoscalerDraft, target: ObjectRef): AnyObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: draft.name.trim(), namespace: target.namespace },
    spec: {
      scaleTargetRef: { apiVersion: API_VERSIONS[target.kind] ?? 'apps/v1', kind: target.kind, name: target.name },
      ...specOfDraft(draft),
    },
  };
}

function percentOf(hpa: HorizontalPodAutoscaler, name: string): string {
  const metric = hpa.spec.metrics?.find(
    (one) => one.resource?.name === name && one.resource.target.averageUtilization !== undefined,
  );
  return String(metric?.resource?.target.averageUtilization ?? '');
}

/** The form of an autoscaler that is there. */
export function draftOfAutoscaler(hpa: HorizontalPodAutoscaler): AutoscalerDraft {
  const { behavior } = hpa.spec;
  const pods = (side: 'scaleUp' | 'scaleDown'): string => {
    const list = behavior?.[side]?.policies ?? [];
    const [only] = list;
    return list.length === 1 && only?.type === 'Pods' && only.periodSeconds === PERIOD_S ? String(only.value) : '';
  };
  return {
    name: hpa.metadata.name,
    min: String(hpa.spec.minReplicas ?? ''),
    max: String(hpa.spec.maxReplicas),
    cpu: percentOf(hpa, 'cpu'),
    memory: percentOf(hpa, 'memory'),
    upWindow: String(behavior?.scaleUp?.stabilizationWindowSeconds ?? ''),
    downWindow: String(behavior?.scaleDown?.stabilizationWindowSeconds ?? ''),
    upPods: pods('scaleUp'),
    downPods: pods('scaleDown'),
  };
}

/** Merge patch from one form to another; what the form does not show (other metrics, other policies) stays. */
export function patchOfDraft(
  hpa: HorizontalPodAutoscaler,
  before: AutoscalerDraft,
  after: AutoscalerDraft,
): { spec: Record<string, unknown> } {
  const next = specOfDraft(after);
  const spec: Record<string, unknown> = {};
  if (before.min !== after.min) spec.minReplicas = next.minReplicas ?? null;
  if (before.max !== after.max) spec.maxReplicas = next.maxReplicas;
  if (before.cpu !== after.cpu || before.memory !== after.memory) {
    const shown = (one: NonNullable<typeof hpa.spec.metrics>[number]): boolean =>
      one.resource?.target.averageUtilization !== undefined && ['cpu', 'memory'].includes(one.resource.name);
    spec.metrics = [...next.metrics, ...(hpa.spec.metrics ?? []).filter((one) => !shown(one))];
  }
  const behavior: Record<string, unknown> = {};
  for (const [side, window, pods] of [
    ['scaleUp', 'upWindow', 'upPods'],
    ['scaleDown', 'downWindow', 'downPods'],
  ] as const) {
    const change: Record<string, unknown> = {};
    if (before[window] !== after[window]) change.stabilizationWindowSeconds = number(after[window]) ?? null;
    if (before[pods] !== after[pods]) {
      const value = number(after[pods]);
      change.policies = value === undefined ? null : [{ type: 'Pods', value, periodSeconds: PERIOD_S }];
    }
    if (Object.keys(change).length > 0) behavior[side] = change;
  }
  if (Object.keys(behavior).length > 0) spec.behavior = behavior;
  return { spec };
}

/** The kubectl line that makes the same, as long as nothing is said of behaviour. */
export function autoscaleLine(draft: AutoscalerDraft, target: ObjectRef): string {
  const flags = [
    ...(draft.name.trim() === target.name ? [] : [`--name=${draft.name.trim()}`]),
    ...(draft.min.trim() === '' ? [] : [`--min=${draft.min.trim()}`]),
    `--max=${draft.max.trim()}`,
    ...(draft.cpu.trim() === '' ? [] : [`--cpu=${draft.cpu.trim()}%`]),
    ...(draft.memory.trim() === '' ? [] : [`--memory=${draft.memory.trim()}%`]),
    ...(target.namespace === '' || target.namespace === 'default' ? [] : [`-n ${target.namespace}`]),
  ];
  return `kubectl autoscale ${target.kind.toLowerCase()} ${target.name} ${flags.join(' ')}`;
}
