import type { Container, Pod } from '#shared/kube/types.ts';
import type { ContainerRun } from './containers.ts';

/** What a container's own rules do when it ends. */
export type RestartAction = 'Restart' | 'RestartAllContainers';

interface RestartRule {
  action: string;
  exitCodes?: { operator: string; values?: readonly number[] };
}

/** Container fields of 1.36 that the published types lack. */
type RuledContainer = Container & { restartPolicyRules?: readonly RestartRule[] };

/** The action of the first rule that matches the exit code. Models podutil findMatchingContainerRestartRule. */
export function matchingRule(container: Container, exitCode: number): RestartAction | undefined {
  const rule = (container as RuledContainer).restartPolicyRules?.find(({ exitCodes }) => {
    if (exitCodes === undefined) return false;
    const listed = exitCodes.values?.includes(exitCode) ?? false;
    return exitCodes.operator === 'In' ? listed : exitCodes.operator === 'NotIn' && !listed;
  });
  return rule?.action === 'Restart' || rule?.action === 'RestartAllContainers' ? rule.action : undefined;
}

/** Whether a container that has ended is started again: its rules first, then its own policy, then the pod's. Models ContainerShouldRestart. */
export function restartsAfter(run: Pick<ContainerRun, 'role' | 'spec'>, pod: Pod, exitCode: number): boolean {
  if (run.role === 'ephemeral') return false;
  if (run.role === 'init' && exitCode === 0) return false;
  if (matchingRule(run.spec, exitCode) !== undefined) return true;
  const policy = run.spec.restartPolicy ?? pod.spec.restartPolicy ?? 'Always';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

/** Exit code of the last end of a container, undefined when it has not ended yet. */
export function lastExitCode(run: ContainerRun): number | undefined {
  if (run.state.kind === 'terminated') return run.state.exitCode;
  return run.state.kind === 'waiting' && run.last?.kind === 'terminated' ? run.last.exitCode : undefined;
}

/** Whether the container has ended and will not run again. */
export function isOver(run: ContainerRun, pod: Pod): boolean {
  const exitCode = run.again ? undefined : lastExitCode(run);
  return exitCode !== undefined && !restartsAfter(run, pod, exitCode);
}
