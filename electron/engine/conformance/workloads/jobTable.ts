import type { Job } from '#shared/kube/kinds.ts';

/** Columns of `kubectl get jobs` that do not depend on the moment: name, status, completions. */
export function jobTable(jobs: readonly Job[]): string {
  return jobs.map((job) => `${job.metadata.name} ${stateOf(job)} ${completionsOf(job)}`).join('\n');
}

/** The same columns of a captured table. */
export function capturedJobTable(stdout: string): string {
  const lines = stdout.trim().split('\n').slice(1);
  return lines
    .map((line) =>
      line
        .split(/\s{2,}/)
        .slice(0, 3)
        .join(' '),
    )
    .join('\n');
}

/** Models kubectl's printJob. */
function stateOf({ metadata, status }: Job): string {
  const holds = (type: string): boolean => status.conditions?.some((one) => one.type === type && one.status === 'True') ?? false;
  const over = ['Complete', 'Failed'].find(holds);
  if (over !== undefined) return over;
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(holds) ?? 'Running';
}

function completionsOf({ spec, status }: Job): string {
  const done = status.succeeded ?? 0;
  if (spec.completions !== undefined) return `${done}/${spec.completions}`;
  const { parallelism = 1 } = spec;
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}
