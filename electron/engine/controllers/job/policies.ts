import type { Job, JobSpec } from '#shared/kube/kinds.ts';
import type { Pod } from '#shared/kube/types.ts';
import { commonCount, countOf, type Indexes, readIndexes } from './indexes.ts';

type Rule = NonNullable<JobSpec['podFailurePolicy']>['rules'][number];
type ExitCodes = NonNullable<Rule['onExitCodes']>;
type ContainerStatus = NonNullable<Pod['status']['containerStatuses']>[number];

/** What the policy makes of a failed pod. `message`: the whole Job fails with it; `counted`: it counts towards the back-off limit. */
export interface FailureVerdict {
  readonly action: Rule['action'] | undefined;
  readonly counted: boolean;
  readonly message: string | undefined;
}

const COUNTED: FailureVerdict = { action: undefined, counted: true, message: undefined };

/** The first rule that fits decides. Models matchPodFailurePolicy. */
export function judgeFailure(job: Job, pod: Pod): FailureVerdict {
  const rules = job.spec.podFailurePolicy?.rules ?? [];
  for (const [index, rule] of rules.entries()) {
    const why = reasonOf(rule, pod);
    if (why === undefined) continue;
    const { action } = rule;
    if (action === 'Ignore') return { action, counted: false, message: undefined };
    const message = action === 'FailJob' ? `${why} matching FailJob rule at index ${index}` : undefined;
    return { action, counted: true, message };
  }
  return COUNTED;
}

function reasonOf(rule: Rule, pod: Pod): string | undefined {
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
  if (rule.onExitCodes !== undefined) {
    const { onExitCodes } = rule;
    const statuses = [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])];
    const found = statuses.find((status) => exitCodeFits(status, onExitCodes));
    const code = found?.state?.terminated?.exitCode;
    return found === undefined ? undefined : `Container ${found.name} for pod ${name} failed with exit code ${code}`;
  }
  const found = pod.status.conditions?.find((condition) =>
    rule.onPodConditions?.some(({ type, status }) => type === condition.type && status === condition.status),
  );
  return found === undefined ? undefined : `Pod ${name} has condition ${found.type}`;
}

function exitCodeFits(status: ContainerStatus, { containerName, operator, values }: ExitCodes): boolean {
  const code = status.state?.terminated?.exitCode;
  if (code === undefined || code === 0) return false;
  if (containerName !== undefined && containerName !== status.name) return false;
  if (operator === 'In') return values.includes(code);
  return operator === 'NotIn' && !values.includes(code);
}

/** Message of the first rule of the success policy that the indexes done so far fulfil. Models matchSuccessPolicy. */
export function judgeSuccess(job: Job, succeeded: Indexes): string | undefined {
  if (succeeded.length === 0) return undefined;
  const rules = job.spec.successPolicy?.rules ?? [];
  const at = rules.findIndex(({ succeededCount: count, succeededIndexes: text }) => {
    if (text === undefined) return count !== undefined && countOf(succeeded) >= count;
    const wanted = readIndexes(text, job.spec.completions ?? 0);
    return commonCount(wanted, succeeded) >= (count ?? countOf(wanted));
  });
  return at < 0 ? undefined : `Matched rules at index ${at}`;
}
