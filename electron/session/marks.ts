import type { Simulation, StoredChange } from '#engine/types.ts';
import type { AnyObject, Deployment, Node, Pod } from '#shared/kube/types.ts';
import type { Mark } from '#shared/protocol/index.ts';

/** Marks kept for the timeline; the oldest go first. */
const MAX_MARKS = 4_000;

function conditionOf(object: AnyObject | null, type: string): { status: string; reason?: string } | undefined {
  const status = object?.status as { conditions?: { type: string; status: string; reason?: string }[] } | undefined;
  return status?.conditions?.find((condition) => condition.type === type);
}

function restarts(pod: Pod | null): number {
  return (pod?.status?.containerStatuses ?? []).reduce((sum, container) => sum + container.restartCount, 0);
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
  return undefined;
}

const revisionAnnotation = 'deployment.kubernetes.io/revision';

function deploymentMark(before: Deployment | null, after: Deployment): Pick<Mark, 'kind' | 'text'> | undefined {
  const revision = after.metadata.annotations?.[revisionAnnotation];
  if (revision === undefined || revision === before?.metadata.annotations?.[revisionAnnotation]) return undefined;
  return { kind: 'rollout', text: `${after.metadata.name} revision ${revision}` };
}

/** The mark one stored change leaves on the timeline, if any. */
export function markOf(change: StoredChange): Mark | undefined {
  const { before, object, atMs, revision } = change;
  let mark: Pick<Mark, 'kind' | 'text'> | undefined;
  if (object?.kind === 'Pod') mark = podMark(before as Pod | null, object as unknown as Pod);
  else if (object?.kind === 'Node') mark = nodeMark(before as Node | null, object as unknown as Node);
  else if (object?.kind === 'Deployment') mark = deploymentMark(before as Deployment | null, object as unknown as Deployment);
  else if (!object && before?.kind === 'Node') mark = { kind: 'node', text: `${before.metadata.name} removed` };
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
