import type { Deployment, Node, ObjectKey, ReplicaSet } from '#shared/kube/types.ts';
import { pressuresOf } from '../graph/model.ts';
import type { Mirror } from '../store/mirror.ts';
import { type Happening, happening } from './happening.ts';

function lastName(key: ObjectKey): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

function aboutNode(kind: Happening['kind'], node: string, parts: Partial<Happening> = {}): Happening {
  return happening(kind, 'nodes', node, { nodes: [node], ...parts });
}

/** What the machines and the control plane as a whole went through: crashes, drains, components stopped and started. */
export function clusterHappenings(before: Mirror, after: Mirror): Happening[] {
  const told: Happening[] = [];
  for (const node of Object.keys(after.faults))
    if (!before.faults[node])
      told.push(
        isShuttingDown(after.nodes.get(node))
          ? aboutNode('off', node, { why: 'endedInOrder' })
          : aboutNode('crashed', node, { why: 'unnoticed' }),
      );
  for (const node of Object.keys(before.faults))
    if (!after.faults[node] && after.nodes.has(node)) told.push(aboutNode('recovered', node));
  for (const node of after.draining)
    if (!before.draining.includes(node)) told.push(happening('draining', node, node, { nodes: [node], why: 'drainHow' }));
  if (before.components === after.components) return told;
  for (const { name, running } of after.components) {
    const was = before.components.find((one) => one.name === name);
    if (!was || was.running === running) continue;
    told.push(
      happening(running ? 'started' : 'stopped', name, name, {
        others: [`Component/${name}`],
        why: running ? null : 'halt',
      }),
    );
  }
  return told;
}

/** Whether the node's kubelet has said that it is going down. */
function isShuttingDown(node: Node | undefined): boolean {
  const ready = node?.status?.conditions?.find((one) => one.type === 'Ready');
  return ready?.status !== 'True' && /shutting down/.test(ready?.message ?? '');
}

function lostNode(name: string, node: Node): Happening {
  if (isShuttingDown(node)) return aboutNode('shutting', name, { why: 'orderly' });
  return aboutNode('notReady', name, readiness(node) === 'Unknown' ? { why: 'heartbeat' } : { why: 'kubeletSays' });
}

function readiness(node: Node): string {
  return node.status?.conditions?.find((one) => one.type === 'Ready')?.status ?? '';
}

/** Taints that say something of their own; those of cordon, readiness and joining are told otherwise. */
function ownTaints(node: Node): string[] {
  return (node.spec.taints ?? [])
    .filter((taint) => !taint.key.startsWith('node.kubernetes.io/') && !taint.key.startsWith('node.cloudprovider.'))
    .map((taint) => `${taint.value ? `${taint.key}=${taint.value}` : taint.key}:${taint.effect}`);
}

const SHORT_OF = { MemoryPressure: 'memory', DiskPressure: 'disk', PIDPressure: 'pid' } as const;

/** What the node began or ceased to be short of. */
function shortages(name: string, was: Node, is: Node): Happening[] {
  const before: readonly string[] = pressuresOf(was);
  const now: readonly string[] = pressuresOf(is);
  return Object.entries(SHORT_OF).flatMap(([type, short]) => {
    if (before.includes(type) === now.includes(type)) return [];
    const low = now.includes(type);
    const why = low ? ('kubeletAlarm' as const) : ('kubeletCalm' as const);
    return [happening(low ? 'pressure' : 'relieved', type, name, { nodes: [name], why, values: { short } })];
  });
}

/** What a node's own object says: joined, left, ready or not, cordoned, tainted. */
export function nodeHappenings(name: string, before: Mirror, after: Mirror): Happening[] {
  const was = before.nodes.get(name);
  const is = after.nodes.get(name);
  if (!is) return was ? [aboutNode('left', name, { nodes: [] })] : [];
  if (!was) return [aboutNode('joined', name)];
  const told: Happening[] = [];
  if (readiness(was) === 'True' && readiness(is) !== 'True') told.push(lostNode(name, is));
  if (readiness(was) === 'Unknown' && readiness(is) === 'True') told.push(aboutNode('ready', name));
  told.push(...shortages(name, was, is));
  const closed = is.spec.unschedulable === true;
  if (closed !== (was.spec.unschedulable === true))
    told.push(aboutNode(closed ? 'cordoned' : 'uncordoned', name, closed ? { why: 'cordon' } : {}));
  const fresh = ownTaints(is).find((taint) => !ownTaints(was).includes(taint));
  if (fresh) told.push(aboutNode('tainted', name, { why: 'taintEffect', values: { taint: fresh } }));
  return told;
}

interface SetLine {
  key: ObjectKey;
  set: ReplicaSet;
  revision: number;
  current: boolean;
}

function setsOf(deployment: ObjectKey, mirror: Mirror): SetLine[] {
  const found: SetLine[] = [];
  for (const [key, line] of mirror.lineage) {
    const set = mirror.replicaSets.get(key);
    if (line.deployment === deployment && set) found.push({ key, set, revision: line.revision, current: line.current });
  }
  return found.sort((a, b) => a.revision - b.revision);
}

function imagesOf(set: ReplicaSet | undefined): string {
  return (set?.spec.template?.spec?.containers ?? []).map((container) => container.image ?? '').join(', ');
}

function progress(deployment: Deployment): { failed: boolean; done: boolean } {
  const { status, spec, metadata } = deployment;
  const wanted = spec.replicas ?? 1;
  const progressing = status?.conditions?.find((one) => one.type === 'Progressing');
  const seen = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  const done =
    seen &&
    (status?.updatedReplicas ?? 0) === wanted &&
    (status?.replicas ?? 0) === wanted &&
    (status?.availableReplicas ?? 0) === wanted;
  return { failed: progressing?.status === 'False' && progressing.reason === 'ProgressDeadlineExceeded', done };
}

/** What a Deployment went through: scaled, a new revision, a step of its rollout, its end or standstill. Asked when the Deployment changed. */
export function workloadHappenings(key: ObjectKey, before: Mirror, after: Mirror): Happening[] {
  const was = before.deployments.get(key);
  const is = after.deployments.get(key);
  if (!was || !is) return [];
  const name = lastName(key);
  const told: Happening[] = [];
  const tell = (kind: Happening['kind'], parts: Partial<Happening>): void => {
    told.push(happening(kind, key, name, { others: [key], ...parts }));
  };
  const [from, to] = [was.spec.replicas ?? 1, is.spec.replicas ?? 1];
  if (from !== to) tell('scaled', { values: { from, to } });
  if (JSON.stringify(was.spec.template) !== JSON.stringify(is.spec.template)) tell('rollout', newTemplate(was, is));
  const sets = setsOf(key, after);
  const [then, now] = [progress(was), progress(is)];
  if (now.failed && !then.failed) tell('stuck', { why: 'deadline', values: { seconds: is.spec.progressDeadlineSeconds ?? 600 } });
  const revision = sets.at(-1)?.revision ?? 1;
  if (now.done && !then.done && sets.length > 1 && from === to)
    tell('rolledOut', { why: 'allReady', values: { revision, replicas: to } });
  else told.push(...shiftOf(key, name, is, was, sets));
  return told;
}

function templateImages(deployment: Deployment): string {
  return imagesOf({ spec: { template: deployment.spec.template } } as unknown as ReplicaSet);
}

function newTemplate(was: Deployment, is: Deployment): Partial<Happening> {
  const [old, fresh] = [templateImages(was), templateImages(is)];
  return old === fresh ? { why: 'template' } : { why: 'newImage', values: { old, fresh } };
}

/** How far the new revision has replaced the old ones, told whenever the number of its pods moved. */
function shiftOf(key: ObjectKey, name: string, is: Deployment, was: Deployment, sets: readonly SetLine[]): Happening[] {
  const total = is.status?.replicas ?? 0;
  const fresh = is.status?.updatedReplicas ?? 0;
  const old = total - fresh;
  // Only growth is a step: that a new template makes all pods old ones is said when the rollout starts.
  if (sets.length < 2 || old < 0 || fresh <= (was.status?.updatedReplicas ?? 0)) return [];
  const rolling = is.spec.strategy?.rollingUpdate;
  const recreate = is.spec.strategy?.type === 'Recreate';
  const values = {
    fresh,
    old,
    revision: sets.at(-1)?.revision ?? 1,
    surge: String(rolling?.maxSurge ?? '25%'),
    unavailable: String(rolling?.maxUnavailable ?? '25%'),
  };
  return [happening('shift', key, name, { others: [key], why: recreate ? 'recreate' : 'pace', values })];
}
