import type { AnyObject, Pod } from '#shared/kube/types.ts';
import { objectKey } from '#shared/kube/types.ts';
import type { Frame, SessionState } from '#shared/protocol/index.ts';

/** A session at rest, for tests. */
export const SESSION: SessionState = {
  title: 'Test',
  description: '',
  fileName: null,
  dirty: false,
  playing: false,
  speed: 1,
  quiet: true,
  nextDueMs: null,
  seeking: false,
  endMs: 0,
  startTime: '2026-01-01T00:00:00Z',
  canUndo: false,
  canRedo: false,
  undoLabel: null,
  redoLabel: null,
  autosave: null,
  problems: [],
  pendingSteps: 0,
  historyForgottenBefore: null,
  host: 'browser',
  language: null,
};

/** A frame with these objects added or, by key, removed. */
export function frame(parts: Partial<Frame> & { put?: readonly AnyObject[]; remove?: readonly string[] }): Frame {
  const { put = [], remove = [], ...rest } = parts;
  return {
    epoch: 1,
    seq: 1,
    snapshot: false,
    fromRevision: 0,
    toRevision: 0,
    nowMs: 0,
    signals: [],
    session: SESSION,
    queue: { active: [], backoff: [], unschedulable: [], gated: [], inFlight: [] },
    components: [],
    positions: {},
    faults: {},
    draining: [],
    ...rest,
    changes: [...put.map((object) => ({ key: objectKey(object), object })), ...remove.map((key) => ({ key, object: null }))],
  };
}

/** A node with 4 CPUs, 8 GiB and room for 20 pods. */
export function node(
  name: string,
  parts: { zone?: string; labels?: Record<string, string>; spec?: object; allocatable?: object } = {},
): AnyObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { ...(parts.zone ? { 'topology.kubernetes.io/zone': parts.zone } : {}), ...parts.labels } },
    spec: { ...parts.spec },
    status: {
      allocatable: { cpu: '4', memory: '8Gi', pods: '20', ...parts.allocatable },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

/** A pod; `on` binds it, `set` makes a ReplicaSet its controller. */
export function pod(
  name: string,
  parts: {
    on?: string;
    set?: string;
    cpu?: string;
    phase?: string;
    ready?: boolean;
    meta?: object;
    spec?: object;
    status?: object;
  } = {},
): AnyObject & Pod {
  const owner = parts.set
    ? [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: parts.set, uid: `uid-${parts.set}`, controller: true }]
    : undefined;
  const hash = parts.set?.split('-').at(-1);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      ...(owner ? { ownerReferences: owner, labels: { 'pod-template-hash': hash ?? '' } } : {}),
      ...parts.meta,
    },
    spec: {
      containers: [{ name: 'app', resources: { requests: { cpu: parts.cpu ?? '500m', memory: '1Gi' } } }],
      ...(parts.on ? { nodeName: parts.on } : {}),
      ...parts.spec,
    },
    status: {
      phase: parts.phase ?? (parts.on ? 'Running' : 'Pending'),
      conditions: [{ type: 'Ready', status: (parts.ready ?? Boolean(parts.on)) ? 'True' : 'False' }],
      ...parts.status,
    },
  } as AnyObject & Pod;
}

/** A ReplicaSet of a Deployment at a revision. */
export function replicaSet(name: string, deployment: string, revision: number): AnyObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: 'default',
      annotations: { 'deployment.kubernetes.io/revision': String(revision) },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment, uid: `uid-${deployment}`, controller: true },
      ],
    },
    spec: {},
    status: {},
  };
}
