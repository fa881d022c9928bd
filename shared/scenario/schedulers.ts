import { err, ok, type Result } from '../core/result.ts';
import {
  type NamedScheduler,
  SCHEDULER_CONFIG_KIND,
  type SchedulerConfiguration,
  schedulerNameOf,
  validateSchedulers,
  withoutNulls,
} from '../kube/schedulerConfig/index.ts';
import type { Problem } from '../protocol/frames.ts';
import { parsePath } from './places.ts';
import { ProblemList } from './problems.ts';
import { readYaml, type YamlDocument } from './yaml.ts';

/** Whether a document is a scheduler's configuration. */
export function isSchedulerDocument(document: YamlDocument): boolean {
  const value = document.value;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const { apiVersion, kind } = value as { apiVersion?: unknown; kind?: unknown };
  return (
    kind === SCHEDULER_CONFIG_KIND || (typeof apiVersion === 'string' && apiVersion.startsWith('kubescheduler.config.k8s.io/'))
  );
}

/** Reads the schedulers of one file, in its order: names them, and reports what is wrong with each at its place. */
export class SchedulerReader {
  readonly found: NamedScheduler[] = [];
  private readonly problems: ProblemList;

  constructor(problems: ProblemList) {
    this.problems = problems;
  }

  read(document: YamlDocument): void {
    const configuration = withoutNulls(document.value) as SchedulerConfiguration;
    const name = schedulerNameOf(configuration, this.found.length === 0);
    const object = `${SCHEDULER_CONFIG_KIND} ${name}`;
    const report = (path: string, message: string, hint?: string): void => {
      const at = message.startsWith('unknown field') ? 'key' : 'value';
      this.problems.add(document.places.find(document.root, parsePath(path), at), message, {
        path,
        object,
        ...(hint === undefined ? {} : { hint }),
      });
    };
    for (const error of validateSchedulers({ name, configuration }, this.found)) report(error.field, error.message);
    if (this.found.some((other) => other.name === name)) {
      const hint = 'leaderElection.resourceName names a scheduler; without one it is named after its first profile';
      report('leaderElection.resourceName', `a second scheduler named ${JSON.stringify(name)}`, hint);
    }
    this.found.push({ name, configuration });
  }
}

/** Reads a text that holds nothing but scheduler configurations, or tells all that is wrong with it. Never throws. */
export function parseSchedulers(text: string, fileName: string): Result<NamedScheduler[], Problem[]> {
  const problems = new ProblemList(fileName);
  const reader = new SchedulerReader(problems);
  for (const document of readYaml(text, problems)) {
    if (isSchedulerDocument(document)) reader.read(document);
    else
      problems.add(document.places.node(document.root), `expected a ${SCHEDULER_CONFIG_KIND} (kubescheduler.config.k8s.io/v1)`);
  }
  if (problems.hasErrors) return err(problems.list());
  if (reader.found.length === 0) {
    problems.add({ line: 1, column: 1 }, `the file holds no ${SCHEDULER_CONFIG_KIND}`);
    return err(problems.list());
  }
  return ok(reader.found);
}
