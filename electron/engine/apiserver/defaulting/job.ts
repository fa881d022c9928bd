import type { Job, JobSpec } from '#shared/kube/kinds.ts';
import type { PodSpec } from '#shared/kube/types.ts';
import { defaultTemplate } from './podSpec.ts';

const BACKOFF_LIMIT = 6;
const MAX_INT32 = 2_147_483_647;

type FailurePolicy = NonNullable<JobSpec['podFailurePolicy']>;

/** A pattern that names no status means True. Models SetDefaults_PodFailurePolicyOnPodConditionsPattern. */
function defaultFailurePolicy(policy: FailurePolicy): FailurePolicy {
  if (!Array.isArray(policy.rules)) return policy;
  const rules = policy.rules.map((rule) =>
    rule.onPodConditions === undefined
      ? rule
      : { ...rule, onPodConditions: rule.onPodConditions.map((one) => ({ ...one, status: one.status || 'True' })) },
  );
  return { ...policy, rules };
}

/** Defaults that hold wherever a Job's spec is written down, in a Job or in a CronJob's template. */
export function defaultJobTemplateSpec(spec: JobSpec): JobSpec {
  const policy = spec.podFailurePolicy;
  return {
    ...spec,
    ...(policy === undefined ? {} : { podFailurePolicy: defaultFailurePolicy(policy) }),
    // A template without a spec counts as one with an empty spec, which gets its defaults too.
    template: { metadata: {}, ...defaultTemplate({ ...spec.template, spec: spec.template?.spec ?? ({} as PodSpec) }) },
  };
}

/** Models pkg/apis/batch/v1 SetDefaults_Job; its labels are given when the selector is. */
export function defaultJob(job: Job): Job {
  const spec = defaultJobTemplateSpec(job.spec ?? ({} as JobSpec));
  const single = spec.completions === undefined && spec.parallelism === undefined;
  const limit = spec.backoffLimitPerIndex === undefined ? BACKOFF_LIMIT : MAX_INT32;
  return {
    ...job,
    spec: {
      ...spec,
      parallelism: spec.parallelism ?? 1,
      ...(single ? { completions: 1 } : {}),
      backoffLimit: spec.backoffLimit ?? limit,
      completionMode: spec.completionMode ?? 'NonIndexed',
      suspend: spec.suspend ?? false,
      manualSelector: spec.manualSelector ?? false,
      podReplacementPolicy: spec.podReplacementPolicy ?? (spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed'),
    },
  };
}
