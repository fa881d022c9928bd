import type { Simulation, StoredChange } from '#engine/types.ts';
import { controllerOf } from '#shared/kube/pod.ts';
import type { AnyObject, ControllerRevision, Deployment, HorizontalPodAutoscaler, Job, Node, Pod } from '#shared/kube/types.ts';
import type { Mark } from '#shared/protocol/index.ts';

const PRESSURES = ['MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;

/** Marks kept for the timeline; the oldest go first. */
const MAX_MARKS = 4_000;

function conditionOf(object: AnyObject | null, type: string): { status: string; reason?: string } | undefined {
  const status = object?.status as { conditions?: { type: string; status: string; reason?: string }[] } | undefined;
  return status?.conditions?.find((condition) => condition.type === type);
}

function restarts(pod: Pod | null): number {
  return (pod?.status?.containerStatuses ?? []).reduce((sum, container) => sum + container.restartCount, 0);
}

function becameTrue(before: Node | Job | null, after: Node | Job, type: string): boolean {
  const was = conditionOf(before as unknown as AnyObject | null, type)?.status;
  return was !== 'True' && conditionOf(after as unknown as AnyObject, type)?.status === 'True';
}

function podMark(before: Pod | null, after: Pod): Pick<Mark, 'kind' | 'text'> | undefined {
  const name = after.metadata.name;
  const disruption = conditionOf(after as unknown as AnyObject, 'DisruptionTarget');
  if (
    disruption?.status === 'True' &&
    conditionOf(before as unknown as AnyObject | null, 'DisruptionTarget')?.status !== 'True'
  ) {
    return disruption.reason === 'PreemptionByScheduler'
      ? { kind: 'preempted', text: `${name} preempted` }
      : { kind: 'evicted', text: `${name} evicted` };
  }
  if (before && !before.spec.nodeName && after.spec.nodeName)
    return { kind: 'scheduled', text: `${name} -> ${after.spec.nodeName}` };
  if (before && before.status?.phase !== 'Failed' && after.status?.phase === 'Failed')
    return { kind: 'failed', text: `${name} failed` };
  if (before && restarts(after) > restarts(before)) return { kind: 'failed', text: `${name} restarted` };
  return undefined;
}

function nodeMark(before: Node | null, after: Node): Pick<Mark, 'kind' | 'text'> | undefined {
  const name = after.metadata.name;
  if (!before) return { kind: 'node', text: `${name} joined` };
  const ready = conditionOf(after as unknown as AnyObject, 'Ready')?.status;
  const wasReady = conditionOf(before as unknown as AnyObject, 'Ready')?.status;
  if (ready !== wasReady && (ready === 'True' || wasReady === 'True'))
    return { kind: 'node', text: ready === 'True' ? `${name} Ready` : `${name} NotReady` };
  if (Boolean(before.spec.unschedulable) !== Boolean(after.spec.unschedulable)) {
    return { kind: 'node', text: after.spec.unschedulable ? `${name} cordoned` : `${name} uncordoned` };
  }
  const short = PRESSURES.find((type) => becameTrue(before, after, type));
  return short === undefined ? undefined : { kind: 'node', text: `${name} ${short}` };
}

const revisionAnnotation = 'deployment.kubernetes.io/revision';

function deploymentMark(before: Deployment | null, after: Deployment): Pick<Mark, 'kind' | 'text'> | undefined {
  const revision = after.metadata.annotations?.[revisionAnnotation];
  if (revision === undefined || revision === before?.metadata.annotations?.[revisionAnnotation]) return undefined;
  return { kind: 'rollout', text: `${after.metadata.name} revision ${revision}` };
}

function jobMark(before: Job | null, after: Job): Pick<Mark, 'kind' | 'text'> | undefined {
  const { name } = after.metadata;
  if (becameTrue(before, after, 'Complete')) return { kind: 'done', text: `${name} complete` };
  return becameTrue(before, after, 'Failed') ? { kind: 'failed', text: `${name} failed` } : undefined;
}

/** A further template of a StatefulSet or DaemonSet; its first one is no roll-out. */
function revisionMark(before: ControllerRevision | null, after: ControllerRevision): Pick<Mark, 'kind' | 'text'> | undefined {
  if (after.revision < 2 || before?.revision === after.revision) return undefined;
  return { kind: 'rollout', text: `${controllerOf(after)?.name ?? after.metadata.name} revision ${after.revision}` };
}

function scaleMark(
  before: HorizontalPodAutoscaler | null,
  after: HorizontalPodAutoscaler,
): Pick<Mark, 'kind' | 'text'> | undefined {
  const { lastScaleTime, desiredReplicas } = after.status ?? {};
  if (before === null || lastScaleTime === undefined || lastScaleTime === before.status?.lastScaleTime) return undefined;
  return { kind: 'scaled', text: `${after.spec.scaleTargetRef.name} scaled to ${desiredReplicas}` };
}

type Marker = (before: never, after: never) => Pick<Mark, 'kind' | 'text'> | undefined;

const MARKERS: Readonly<Record<string, Marker>> = {
  Pod: podMark,
  Node: nodeMark,
  Deployment: deploymentMark,
  Job: jobMark,
  ControllerRevision: revisionMark,
  HorizontalPodAutoscaler: scaleMark,
};

/** The mark one stored change leaves on the timeline, if any. */
export function markOf(change: StoredChange): Mark | undefined {
  const { before, object, atMs, revision } = change;
  if (object === null) {
    return before?.kind === 'Node' ? { atMs, revision, kind: 'node', text: `${before.metadata.name} removed` } : undefined;
  }
  const mark = MARKERS[object.kind]?.(before as never, object as never);
  return mark && { atMs, revision, ...mark };
}

/**
 * The timeline's marks. Those ahead of the present (after going back) stay until a new command makes another future; a replay of the same
 * future does not add them again.
 */
export class MarkBook {
  private marks: Mark[] = [];
  private through = 0;

  /** All marks, oldest first. */
  all(): readonly Mark[] {
    return this.marks;
  }

  /** Reads what has been stored since the last call and returns the new marks. */
  collect(simulation: Simulation): Mark[] {
    if (simulation.revision <= this.through) return [];
    const from = Math.max(this.through, simulation.oldestRevision);
    const fresh: Mark[] = [];
    for (const change of simulation.changesSince(from) ?? []) {
      // What was loaded from the file is no event of this timeline.
      const mark = change.atMs === 0 && change.object?.kind === 'Node' && !change.before ? undefined : markOf(change);
      if (mark) fresh.push(mark);
    }
    this.through = simulation.revision;
    this.marks.push(...fresh);
    if (this.marks.length > MAX_MARKS) this.marks = this.marks.slice(-MAX_MARKS);
    return fresh;
  }

  /** Forgets what lies ahead: the future has changed. */
  truncate(revision: number): void {
    if (revision >= this.through) return;
    this.marks = this.marks.filter((mark) => mark.revision <= revision);
    this.through = revision;
  }
}
