import { Document, isScalar, Scalar, visit } from 'yaml';
import { type NamedScheduler, schedulerNameOf } from '../kube/schedulerConfig/index.ts';
import type { AnyObject } from '../kube/types.ts';
import type { Command } from '../protocol/commands.ts';
import { printDuration } from './durations.ts';
import { keyText } from './places.ts';
import { SCENARIO_API_VERSION, type Scenario, type ScenarioConfig } from './types.ts';
import { kubernetesYaml } from './yaml.ts';

/** Lines of text longer than this are folded in descriptions only; manifests are never folded. */
const layout = { lineWidth: 0, aliasDuplicateObjects: false, singleQuote: false } as const;

/** One document as YAML text, without a leading `---`. Every plain value reads back (here and in kubectl) as what it was. */
export function printDocument(value: unknown): string {
  const document = new Document(value, { ...kubernetesYaml, aliasDuplicateObjects: false });
  document.directives!.yaml.explicit = false;
  visit(document, {
    Map(_, node) {
      if (node.items.length === 2 && keyText(node.items[0]?.key) === 'x' && keyText(node.items[1]?.key) === 'y') node.flow = true;
    },
    Scalar(_, node) {
      if (isScalar(node) && typeof node.value === 'string' && node.value.includes('\n')) node.type = Scalar.BLOCK_LITERAL;
    },
  });
  return document.toString(layout).replace(/^%YAML[^\n]*\n---\n/, '');
}

/** Documents joined as one file. */
export function joinDocuments(documents: readonly string[]): string {
  return documents.join('---\n');
}

/** Objects in kubectl's customary field order: apiVersion, kind, metadata, then what follows. */
function ordered(object: AnyObject): Record<string, unknown> {
  const { apiVersion, kind, metadata, ...rest } = object;
  return { apiVersion, kind, metadata, ...rest };
}

function printConfig(config: ScenarioConfig): Record<string, unknown> {
  const convert = (fields: object): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(fields)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [
          name,
          Array.isArray(value)
            ? value
            : typeof value === 'object'
              ? convert(value)
              : name.endsWith('Ms')
                ? printDuration(value)
                : value,
        ]),
    );
  return convert(config);
}

/** A command without the fields that are undefined. */
function plain(command: Command): unknown {
  return JSON.parse(JSON.stringify(command));
}

function scenarioDocument(scenario: Scenario): Record<string, unknown> {
  const spec: Record<string, unknown> = { title: scenario.title };
  if (scenario.description !== '') spec.description = scenario.description;
  if (scenario.translations.ko) spec.translations = { ko: { ...scenario.translations.ko } };
  if (scenario.topic !== undefined) spec.topic = scenario.topic;
  spec.seed = scenario.seed;
  spec.speed = scenario.speed;
  if (scenario.startTime !== undefined) spec.startTime = scenario.startTime;
  if (scenario.config) spec.config = printConfig(scenario.config);
  if (Object.keys(scenario.positions).length > 0) spec.positions = scenario.positions;
  if (scenario.steps.length > 0) {
    spec.steps = scenario.steps.map((step) => ({
      at: printDuration(step.atMs),
      ...(step.title === undefined ? {} : { title: step.title }),
      do: plain(step.command),
    }));
  }
  if (scenario.clock) {
    const { nowMs, tasks, digest, journal } = scenario.clock;
    spec.saved = {
      at: printDuration(nowMs),
      ...(tasks === undefined ? {} : { tasks }),
      ...(digest === undefined ? {} : { digest }),
      journal: journal.map((entry) => ({
        at: printDuration(entry.atMs),
        ...(entry.tasks === undefined ? {} : { tasks: entry.tasks }),
        do: plain(entry.command),
      })),
    };
  }
  return { apiVersion: SCENARIO_API_VERSION, kind: 'Scenario', metadata: { name: scenario.name }, spec };
}

/** A scheduler's document: its configuration as it is, with the name written out where its place would give another one. */
function documentOf({ name, configuration }: NamedScheduler, first: boolean): Record<string, unknown> {
  const { apiVersion, kind, leaderElection, ...rest } = configuration;
  const lease = schedulerNameOf(configuration, first) === name ? leaderElection : { ...leaderElection, resourceName: name };
  return { apiVersion, kind, ...(lease === undefined ? {} : { leaderElection: lease }), ...rest };
}

/** Schedulers as YAML documents; reading them gives the same schedulers again. */
export function printSchedulers(schedulers: readonly NamedScheduler[]): string {
  return joinDocuments(schedulers.map((one, i) => printDocument(documentOf(one, i === 0))));
}

/** The scenario as the text of a file, in the newest version: parseScenario reads the same scenario back. */
export function printScenario(scenario: Scenario): string {
  // `y` alone means true to YAML 1.1, so the library quotes it; as a field name both spellings are read alike, and this one is easier on the eye.
  const head = printDocument(scenarioDocument(scenario)).replace(/\{ x: ([-+.\de]+), "y": /g, '{ x: $1, y: ');
  const schedulers = scenario.schedulers?.length ? [printSchedulers(scenario.schedulers)] : [];
  return joinDocuments([head, ...schedulers, ...scenario.objects.map((object) => printDocument(ordered(object)))]);
}

/** Any objects as they are (with status and server fields), one document each. */
export function printObjects(objects: readonly AnyObject[]): string {
  return joinDocuments(objects.map((object) => printDocument(ordered(object))));
}
