import type { Status } from '#shared/kube/types.ts';
import type { BridgeError, Problem } from '#shared/protocol/index.ts';
import type { Scenario } from '#shared/scenario/index.ts';

/** An API refusal as it travels to the renderer. */
export function statusError(status: Status): BridgeError {
  const causes = status.details?.causes?.map(({ field, message, reason }) => ({
    ...(field === undefined ? {} : { field }),
    ...(message === undefined ? {} : { message }),
    ...(reason === undefined ? {} : { reason }),
  }));
  return { code: status.reason, message: status.message, httpCode: status.code, ...(causes ? { causes } : {}) };
}

/** A failure of the session itself. */
export function bridgeError(code: string, message: string, problems?: Problem[]): BridgeError {
  return { code, message, ...(problems ? { problems } : {}) };
}

/** Problems of objects that the API server refuses, each cause at its place in the file where the scenario knows it. */
export function loadProblems(
  scenario: Pick<Scenario, 'objects' | 'sources'>,
  errors: readonly { index: number; status: Status }[],
): Problem[] {
  return errors.flatMap(({ index, status }) => {
    const object = scenario.objects[index];
    const source = scenario.sources?.[index];
    const causes = status.details?.causes ?? [];
    const about = object ? { object: `${object.kind}/${object.metadata.name}` } : {};
    const place = (path?: string): Partial<Problem> => {
      if (!source) return {};
      return { file: source.file, ...(path === undefined ? { line: source.line, column: source.column } : source.locate(path)) };
    };
    if (causes.length === 0) return [{ severity: 'error', message: status.message, ...about, ...place() }];
    return causes.map(
      (cause): Problem => ({
        severity: 'error',
        message: cause.message ?? status.message,
        ...(cause.field === undefined ? {} : { path: cause.field }),
        ...about,
        ...place(cause.field),
      }),
    );
  });
}

/** Orders problems as they stand in the file. */
export function byPlace(a: Problem, b: Problem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** `file:line:column: path: message`, as compilers print. */
export function printProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const parts = [place, problem.path, problem.message].filter((part) => part !== undefined && part !== '');
  return `${parts.join(': ')}${problem.hint === undefined ? '' : ` (${problem.hint})`}`;
}
