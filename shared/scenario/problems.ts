import type { Problem } from '../protocol/frames.ts';
import type { Position } from './types.ts';

/** Problems shown at once; the rest is counted in one closing line. */
export const MAX_PROBLEMS = 100;

/** What a check says besides where. */
export interface ProblemDetails {
  severity?: 'error' | 'warning';
  path?: string;
  object?: string;
  hint?: string;
}

/** Collects the problems of one file. Keeps a bounded number of them, however bad the file is. */
export class ProblemList {
  readonly file: string;
  private readonly kept: { problem: Problem; order: number }[] = [];
  private dropped = 0;
  private errors = 0;

  constructor(file: string) {
    this.file = file;
  }

  add(position: Position | undefined, message: string, details: ProblemDetails = {}): void {
    if (details.severity !== 'warning') this.errors += 1;
    if (this.kept.length >= MAX_PROBLEMS) {
      this.dropped += 1;
      return;
    }
    const problem: Problem = { severity: details.severity ?? 'error', message, file: this.file };
    if (position) Object.assign(problem, { line: position.line, column: position.column });
    if (details.path !== undefined && details.path !== '') problem.path = details.path;
    if (details.object !== undefined) problem.object = details.object;
    if (details.hint !== undefined) problem.hint = details.hint;
    this.kept.push({ problem, order: this.kept.length });
  }

  get hasErrors(): boolean {
    return this.errors > 0;
  }

  /** Errors so far, also those that are no longer kept. */
  get errorCount(): number {
    return this.errors;
  }

  /** All kept problems in the file's order, with a closing count when there were more. */
  list(): Problem[] {
    const sorted = [...this.kept].sort(
      (a, b) =>
        (a.problem.line ?? 0) - (b.problem.line ?? 0) || (a.problem.column ?? 0) - (b.problem.column ?? 0) || a.order - b.order,
    );
    const problems = sorted.map((entry) => entry.problem);
    if (this.dropped > 0) problems.push({ severity: 'error', message: `and ${this.dropped} more problems`, file: this.file });
    return problems;
  }
}
