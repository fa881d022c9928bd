import { err, ok, type Result } from '../core/result.ts';
import type { AnyObject } from '../kube/types.ts';
import type { Problem } from '../protocol/frames.ts';
import { defaultHeader, readScenarioDocument, type ScenarioHeader } from './document.ts';
import { checkFields } from './fields.ts';
import { ObjectReader } from './objects.ts';
import { ProblemList } from './problems.ts';
import { isSchedulerDocument, SchedulerReader } from './schedulers.ts';
import type { ObjectSource, Scenario } from './types.ts';
import { readYaml, type YamlDocument } from './yaml.ts';

export { parseDuration, printDuration } from './durations.ts';
export { printManifests } from './export.ts';
export { printObjects, printScenario, printSchedulers } from './print.ts';
export { MAX_PROBLEMS } from './problems.ts';
export { parseSchedulers } from './schedulers.ts';
export * from './types.ts';
export { MAX_TEXT_LENGTH } from './yaml.ts';

/** A file as far as it can be read, with all that is wrong with it. */
export interface Inspection {
  /** Everything readable; incomplete when `problems` holds errors. */
  scenario: Scenario & { sources: ObjectSource[] };
  /** Aligned with scenario.objects: no error is known about this one (worth giving to the engine's own validation). */
  sound: boolean[];
  /** In the file's order, at most 100 and a line that counts the rest. Empty or only warnings: the scenario is complete. */
  problems: Problem[];
}

function isScenarioDocument(document: YamlDocument): boolean {
  const value = document.value;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const { apiVersion, kind } = value as { apiVersion?: unknown; kind?: unknown };
  return kind === 'Scenario' || (typeof apiVersion === 'string' && apiVersion.startsWith('stowage/'));
}

/**
 * Reads a scenario file or any Kubernetes manifests and never throws. Use it where problems of the engine's validation are to be shown together with
 * the file's own; else parseScenario is enough.
 */
export function inspectScenario(text: string, fileName: string): Inspection {
  const problems = new ProblemList(fileName);
  const reader = new ObjectReader(problems);
  const schedulers = new SchedulerReader(problems);
  let header: ScenarioHeader | undefined;
  let headerLine: number | undefined;
  for (const document of readYaml(text, problems)) {
    if (isSchedulerDocument(document)) {
      schedulers.read(document);
      continue;
    }
    if (!isScenarioDocument(document)) {
      reader.read(document);
      continue;
    }
    const place = document.places.node(document.root);
    if (headerLine !== undefined) {
      problems.add(place, `a second Scenario document: the first one stands on line ${headerLine}`, { object: 'Scenario' });
      continue;
    }
    headerLine = place.line;
    header = readScenarioDocument(document, problems);
  }
  for (const found of reader.found) checkFields(found, problems);
  if (!problems.hasErrors && headerLine === undefined && reader.found.length + schedulers.found.length === 0) {
    problems.add({ line: 1, column: 1 }, 'the file holds no objects: expected Kubernetes objects or a Scenario document');
  }
  return {
    scenario: {
      ...(header ?? defaultHeader(fileName)),
      ...(schedulers.found.length > 0 ? { schedulers: schedulers.found } : {}),
      objects: reader.found.map((found) => found.object),
      sources: reader.found.map((found) => found.source),
    },
    sound: reader.found.map((found) => found.sound),
    problems: problems.list(),
  };
}

/** Reads a scenario file or any Kubernetes manifests: the scenario, or all that is wrong with the text. Never throws. */
export function parseScenario(text: string, fileName: string): Result<Scenario & { sources: ObjectSource[] }, Problem[]> {
  const { scenario, problems } = inspectScenario(text, fileName);
  return problems.some((problem) => problem.severity === 'error') ? err(problems) : ok(scenario);
}

/** Objects of a manifest with their places. */
export interface Manifest {
  objects: AnyObject[];
  sources: ObjectSource[];
}

/** Reads one or several objects without a Scenario document, as in the inspector's YAML tab. Never throws. */
export function parseManifest(text: string, fileName = 'manifest'): Result<Manifest, Problem[]> {
  const problems = new ProblemList(fileName);
  const reader = new ObjectReader(problems);
  for (const document of readYaml(text, problems)) reader.read(document);
  for (const found of reader.found) checkFields(found, problems);
  if (problems.hasErrors) return err(problems.list());
  return ok({ objects: reader.found.map((found) => found.object), sources: reader.found.map((found) => found.source) });
}
