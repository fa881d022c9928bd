import type { Job } from '#shared/kube/kinds.ts';
import { controllerOf, isTerminal } from '#shared/kube/pod.ts';
import type { AnyObject, Pod } from '#shared/kube/types.ts';
import type { StoredChange } from '../types.ts';
import { nameOf, ofKind } from './state.ts';
import { isFinished, JOB_FINALIZER } from './workloads.ts';

interface Counted {
  readonly succeeded: Set<string>;
  readonly failed: Set<string>;
}

/** Counts for itself the pods that Jobs let go of once they have ended: each has to show in the Job's status exactly once. */
export class JobLedger {
  readonly #counted = new Map<string, Counted>();

  /** Takes note of a write; what is wrong with it. */
  note({ key, before, object, revision }: StoredChange): string[] {
    if (key.startsWith('Job/') && before !== null && object !== null) return shrunken(before, object, revision);
    if (key.startsWith('Pod/') && before !== null) this.#released(before as unknown as Pod, object as unknown as Pod | null);
    return [];
  }

  /** Jobs whose status counts other pods than were let go of; only to be asked in quiet. */
  miscounted(objects: readonly AnyObject[]): string[] {
    const faults: string[] = [];
    for (const job of ofKind(objects, 'Job')) {
      const { succeeded, failed } = this.#counted.get(job.metadata.uid ?? '') ?? { succeeded: new Set(), failed: new Set() };
      const indexed = job.spec.completionMode === 'Indexed';
      if (!indexed && (job.status?.succeeded ?? 0) !== succeeded.size)
        faults.push(`job ${nameOf(job)}: ${job.status?.succeeded ?? 0} succeeded, ${succeeded.size} pods were counted`);
      if (
        job.spec.podFailurePolicy === undefined &&
        job.spec.backoffLimitPerIndex === undefined &&
        !indexed &&
        (job.status?.failed ?? 0) !== failed.size
      )
        faults.push(`job ${nameOf(job)}: ${job.status?.failed ?? 0} failed, ${failed.size} pods were counted`);
    }
    return faults;
  }

  #released(before: Pod, after: Pod | null): void {
    const owner = controllerOf(before);
    const held = before.metadata.finalizers?.includes(JOB_FINALIZER) === true;
    if (owner?.kind !== 'Job' || !held || after?.metadata.finalizers?.includes(JOB_FINALIZER) === true) return;
    // One that is neither over nor going is let go of uncounted, to be deleted as one too many.
    if (!isTerminal(before) && before.metadata.deletionTimestamp === undefined) return;
    const counted = this.#counted.get(owner.uid) ?? { succeeded: new Set(), failed: new Set() };
    this.#counted.set(owner.uid, counted);
    const uid = before.metadata.uid ?? '';
    (before.status.phase === 'Succeeded' ? counted.succeeded : counted.failed).add(uid);
  }
}

/** Counts of a Job that went back. An indexed one forgets indexes when its completions are lowered. */
function shrunken(before: AnyObject, after: AnyObject, revision: number): string[] {
  const [old, now] = [before as unknown as Job, after as unknown as Job];
  if (old.metadata.uid !== now.metadata.uid || old.spec.completionMode === 'Indexed') return [];
  const faults: string[] = [];
  for (const field of ['succeeded', 'failed'] as const) {
    const [was, is] = [old.status?.[field] ?? 0, now.status?.[field] ?? 0];
    if (is < was) faults.push(`revision ${revision}: job ${nameOf(now)}: ${field} went from ${was} to ${is}`);
  }
  if (isFinished(old) && !isFinished(now)) faults.push(`revision ${revision}: job ${nameOf(now)} came back from its end`);
  return faults;
}
