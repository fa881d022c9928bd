import type { CronJob, Job } from '#shared/kube/kinds.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import { specChanged } from './common.ts';
import type { KindStrategy } from './strategy.ts';

/** Labels that tie a Job's pods to it, in today's spelling and the older one. */
export const UID_LABELS = ['batch.kubernetes.io/controller-uid', 'controller-uid'] as const;
export const NAME_LABELS = ['batch.kubernetes.io/job-name', 'job-name'] as const;

/** Template labels and selector by the Job's uid and name, unless it has a selector of its own. Models generateSelector. */
function withSelector(job: Job): Job {
  if (job.spec.manualSelector === true) return job;
  const { uid = '', name } = job.metadata;
  const labels: Record<string, string> = { ...job.spec.template.metadata?.labels };
  for (const key of NAME_LABELS) labels[key] ??= name;
  for (const key of UID_LABELS) labels[key] ??= uid;
  const selector = job.spec.selector;
  const matchLabels = { ...selector?.matchLabels };
  matchLabels[UID_LABELS[0]] ??= uid;
  const template = { ...job.spec.template, metadata: { ...job.spec.template.metadata, labels } };
  return { ...job, spec: { ...job.spec, selector: { ...selector, matchLabels }, template } };
}

/** A Job without labels has those of its template. Models SetDefaults_Job, as it reads a stored Job. */
function withLabels(job: Job): Job {
  const labels = job.spec.template.metadata?.labels;
  if (labels === undefined || Object.keys(job.metadata.labels ?? {}).length > 0) return job;
  return { ...job, metadata: { ...job.metadata, labels } };
}

/** Models registry/batch/job jobStrategy. */
export const jobStrategy: KindStrategy = {
  generation: specChanged,
  completeCreate: (object) => withLabels(withSelector(object as unknown as Job)) as unknown as AnyObject,
  prepareForUpdate: (next) => withLabels(next as unknown as Job) as unknown as AnyObject,
  // As the deletion of a Job always has been for clients that do not say what is to become of its pods.
  orphansByDefault: true,
  deletionWarning:
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
};

const MANY_COMPLETIONS = 100_000;
const MANY_PARALLEL = 10_000;

/** What is said of the spec of a Job or of a CronJob's Jobs besides what its template gives to say. Models pkg/api/job WarningsForJobSpec. */
export function jobWarnings(object: AnyObject): string[] {
  const inCronJob = object.kind === 'CronJob';
  if (!inCronJob && object.kind !== 'Job') return [];
  const spec = inCronJob ? (object as unknown as CronJob).spec.jobTemplate.spec : (object as unknown as Job).spec;
  const { completionMode, completions = 0, parallelism = 0 } = spec;
  if (completionMode !== 'Indexed' || completions <= MANY_COMPLETIONS || parallelism <= MANY_PARALLEL) return [];
  const much = 'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4';
  const field = inCronJob ? 'spec.jobTemplate.spec' : 'spec';
  return [`${field}: ${much}, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`];
}
