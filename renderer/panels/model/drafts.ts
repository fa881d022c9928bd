import type { AnyObject, Toleration } from '#shared/kube/types.ts';

/** One row of a key/value editor. */
export interface Pair {
  key: string;
  value: string;
}

/** A required or preferred node affinity expression in the pod form. */
export interface AffinityRow {
  mode: 'required' | 'preferred';
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  /** Comma-separated, as typed. */
  values: string;
  weight: number;
}

/** What the pod form holds. Quantities are Kubernetes notation as typed. */
export interface PodDraft {
  name: string;
  namespace: string;
  image: string;
  cpu: string;
  memory: string;
  extended: Pair[];
  priorityClassName: string;
  nodeName: string;
  labels: Pair[];
  nodeSelector: Pair[];
  tolerations: Toleration[];
  affinity: AffinityRow[];
  hostPort: string;
  gates: string;
  graceSeconds: string;
}

/** What the Deployment form holds beside its pod template. */
export interface DeploymentDraft {
  pod: PodDraft;
  replicas: number;
  strategy: 'RollingUpdate' | 'Recreate';
  maxSurge: string;
  maxUnavailable: string;
  minReadySeconds: number;
}

/** Ready-made pods of the form, by what they teach. */
export type PodPresetName = 'small' | 'medium' | 'critical' | 'batch' | 'gpu' | 'tolerant' | 'gated';

/** An empty draft with sensible values. */
export function emptyPodDraft(): PodDraft {
  return {
    name: '',
    namespace: 'default',
    image: 'registry.k8s.io/pause:3.10',
    cpu: '250m',
    memory: '256Mi',
    extended: [],
    priorityClassName: '',
    nodeName: '',
    labels: [],
    nodeSelector: [],
    tolerations: [],
    affinity: [],
    hostPort: '',
    gates: '',
    graceSeconds: '',
  };
}

/** Fields a preset sets; the rest of the draft stays as it is. */
export function podPreset(preset: PodPresetName): Partial<PodDraft> {
  const clear = { extended: [], tolerations: [], gates: '', priorityClassName: '' };
  switch (preset) {
    case 'small':
      return { ...clear, cpu: '250m', memory: '256Mi' };
    case 'medium':
      return { ...clear, cpu: '1', memory: '2Gi' };
    case 'critical':
      return { ...clear, cpu: '1', memory: '1Gi', priorityClassName: 'system-cluster-critical', namespace: 'kube-system' };
    case 'batch':
      return { ...clear, cpu: '500m', memory: '512Mi', labels: [{ key: 'tier', value: 'batch' }] };
    case 'gpu':
      return {
        ...clear,
        cpu: '2',
        memory: '8Gi',
        extended: [{ key: 'nvidia.com/gpu', value: '1' }],
        tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
      };
    case 'tolerant':
      return { ...clear, tolerations: [{ operator: 'Exists' }] };
    case 'gated':
      return { ...clear, gates: 'example.com/approval' };
  }
}

/** Pairs with a key as a map; the last of equal keys wins. */
export function toRecord(pairs: readonly Pair[]): Record<string, string> {
  return Object.fromEntries(pairs.filter((pair) => pair.key.trim() !== '').map((pair) => [pair.key.trim(), pair.value.trim()]));
}

function filled<T extends object>(record: T): T | undefined {
  return Object.keys(record).length > 0 ? record : undefined;
}

function compact<T extends Record<string, unknown>>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

function affinityOf(rows: readonly AffinityRow[]): object | undefined {
  const expression = (row: AffinityRow): object =>
    compact({
      key: row.key.trim(),
      operator: row.operator,
      values:
        row.operator === 'Exists' || row.operator === 'DoesNotExist'
          ? undefined
          : row.values
              .split(',')
              .map((text) => text.trim())
              .filter((text) => text !== ''),
    });
  const used = rows.filter((row) => row.key.trim() !== '');
  const required = used.filter((row) => row.mode === 'required').map(expression);
  const preferred = used
    .filter((row) => row.mode === 'preferred')
    .map((row) => ({ weight: row.weight, preference: { matchExpressions: [expression(row)] } }));
  if (required.length + preferred.length === 0) return undefined;
  return {
    nodeAffinity: compact({
      requiredDuringSchedulingIgnoredDuringExecution:
        required.length > 0 ? { nodeSelectorTerms: [{ matchExpressions: required }] } : undefined,
      preferredDuringSchedulingIgnoredDuringExecution: preferred.length > 0 ? preferred : undefined,
    }),
  };
}

/** Pod spec of a draft; fields left empty are left out, so that the API server's defaults apply. */
export function specOfDraft(draft: PodDraft): Record<string, unknown> {
  const requests = compact({ cpu: draft.cpu.trim() || undefined, memory: draft.memory.trim() || undefined });
  const extended = toRecord(draft.extended);
  const port = draft.hostPort.trim();
  const resources = compact({
    requests: filled({ ...requests, ...extended }),
    limits: filled(extended),
  });
  const container = compact({
    name: 'main',
    image: draft.image.trim(),
    resources: filled(resources),
    ports: port === '' ? undefined : [{ containerPort: Number(port), hostPort: Number(port) }],
  });
  const gates = draft.gates.split(',').map((text) => text.trim());
  const grace = draft.graceSeconds.trim();
  return compact({
    containers: [container],
    nodeName: draft.nodeName || undefined,
    priorityClassName: draft.priorityClassName || undefined,
    nodeSelector: filled(toRecord(draft.nodeSelector)),
    tolerations: draft.tolerations.length > 0 ? draft.tolerations : undefined,
    affinity: affinityOf(draft.affinity),
    schedulingGates: gates[0] === '' ? undefined : gates.filter((name) => name !== '').map((name) => ({ name })),
    terminationGracePeriodSeconds: grace === '' ? undefined : Number(grace),
  });
}

/** The pod a draft describes. */
export function podOfDraft(draft: PodDraft): AnyObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: compact({ name: draft.name.trim(), namespace: draft.namespace, labels: filled(toRecord(draft.labels)) }),
    spec: specOfDraft(draft),
  };
}

function intOrPercent(text: string): string | number | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return /^\d+$/.test(trimmed) ? Number(trimmed) : trimmed;
}

/** The Deployment a draft describes; its pods carry `app: NAME` beside their own labels. */
export function deploymentOfDraft(draft: DeploymentDraft): AnyObject {
  const name = draft.pod.name.trim();
  const labels = { app: name, ...toRecord(draft.pod.labels) };
  const rolling = compact({ maxSurge: intOrPercent(draft.maxSurge), maxUnavailable: intOrPercent(draft.maxUnavailable) });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: draft.pod.namespace, labels: { app: name } },
    spec: compact({
      replicas: draft.replicas,
      selector: { matchLabels: { app: name } },
      strategy: compact({
        type: draft.strategy,
        rollingUpdate: draft.strategy === 'RollingUpdate' ? filled(rolling) : undefined,
      }),
      minReadySeconds: draft.minReadySeconds > 0 ? draft.minReadySeconds : undefined,
      template: { metadata: { labels }, spec: specOfDraft(draft.pod) },
    }),
  };
}

/** First free name of the form `base-1`, `base-2`... */
export function freeName(base: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) if (!taken.has(`${base}-${number}`)) return `${base}-${number}`;
}
