import type { CronJob, JobSpec } from '#shared/kube/kinds.ts';
import { defaultJobTemplateSpec } from './job.ts';

const SUCCESSFUL_KEPT = 3;
const FAILED_KEPT = 1;

/** Models pkg/apis/batch/v1 SetDefaults_CronJob. */
export function defaultCronJob(cronJob: CronJob): CronJob {
  const spec = cronJob.spec ?? ({} as CronJob['spec']);
  const template = spec.jobTemplate ?? {};
  return {
    ...cronJob,
    spec: {
      ...spec,
      concurrencyPolicy: spec.concurrencyPolicy || 'Allow',
      suspend: spec.suspend ?? false,
      jobTemplate: { metadata: {}, ...template, spec: defaultJobTemplateSpec(template.spec ?? ({} as JobSpec)) },
      successfulJobsHistoryLimit: spec.successfulJobsHistoryLimit ?? SUCCESSFUL_KEPT,
      failedJobsHistoryLimit: spec.failedJobsHistoryLimit ?? FAILED_KEPT,
    },
  };
}
