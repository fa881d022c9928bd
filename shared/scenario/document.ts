import { z } from 'zod';
import { NOT_SIMULATED, PLUGIN_ORDER } from '../kube/admissionPlugins.ts';
import { validateConfiguration } from '../kube/schedulerConfig/index.ts';
import { type Command, commandSchema } from '../protocol/commands.ts';
import { clusterAutoscalerSchema } from './clusterAutoscaler.ts';
import { parseDuration } from './durations.ts';
import { checkFields } from './fields.ts';
import { migrateScenario, readableVersions, type ScenarioData } from './migrate.ts';
import { kubeletSchema, nodeLifecycleSchema } from './nodeConfig.ts';
import { ObjectReader } from './objects.ts';
import { parsePath, printPath, type Segment } from './places.ts';
import type { ProblemList } from './problems.ts';
import { nearest } from './suggest.ts';
import {
  type JournalEntry,
  SCENARIO_API_VERSION,
  SCENARIO_TOPICS,
  type Scenario,
  type ScenarioConfig,
  type ScenarioStep,
} from './types.ts';
import type { YamlDocument } from './yaml.ts';

const durationMessage = 'expected a duration such as 1500ms, 2s, 1m30s or a whole number of milliseconds';
const duration = z.union([z.number(), z.string()]).transform((value, context) => {
  const ms = parseDuration(value);
  if (ms === undefined) context.addIssue({ code: 'custom', message: `${durationMessage}, not ${JSON.stringify(value)}` });
  return ms ?? 0;
});
const positiveDuration = duration.refine((ms) => ms > 0, 'must be longer than 0');

const plugin = z.string().superRefine((name, context) => {
  if (PLUGIN_ORDER.includes(name)) return;
  const meant = nearest(name, [...PLUGIN_ORDER]);
  context.addIssue({ code: 'custom', message: `unknown admission plugin "${name}"${meant ? `: did you mean "${meant}"?` : ''}` });
});
const enabledPlugin = plugin.refine((name) => !NOT_SIMULATED.has(name), 'this admission plugin is not simulated');

const configSchema = z.strictObject({
  clusterAutoscaler: clusterAutoscalerSchema(duration, positiveDuration).optional(),
  kubelet: kubeletSchema(duration, positiveDuration).optional(),
  nodeLifecycle: nodeLifecycleSchema(positiveDuration).optional(),
  scheduler: z
    .strictObject({
      cycleMs: duration,
      backoffInitialMs: positiveDuration,
      backoffMaxMs: positiveDuration,
      unschedulableFlushMs: positiveDuration,
    })
    .partial()
    .optional(),
  storage: z.strictObject({ resyncMs: positiveDuration, provisionMs: duration }).partial().optional(),
  hpa: z
    .strictObject({
      syncMs: positiveDuration,
      downscaleStabilizationMs: duration,
      tolerance: z.number().min(0),
      cpuInitializationMs: duration,
      initialReadinessDelayMs: duration,
    })
    .partial()
    .optional(),
  eventTtlMs: positiveDuration.optional(),
  admission: z
    .strictObject({ enable: z.array(enabledPlugin), disable: z.array(plugin) })
    .partial()
    .optional(),
});

const translationSchema = z.strictObject({ title: z.string().optional(), description: z.string().optional() });
const journalEntrySchema = z.strictObject({ at: duration, tasks: z.int().min(0).optional(), do: commandSchema });

const documentSchema = z.strictObject({
  apiVersion: z.literal(SCENARIO_API_VERSION),
  kind: z.literal('Scenario'),
  metadata: z.looseObject({ name: z.string().min(1) }),
  spec: z
    .strictObject({
      title: z.string().optional(),
      description: z.string().optional(),
      translations: z.strictObject({ ko: translationSchema.optional() }).optional(),
      topic: z.enum(SCENARIO_TOPICS).optional(),
      seed: z.int().optional(),
      speed: z.number().min(0.25).max(100).optional(),
      startTime: z
        .string()
        .regex(
          /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?Z$/,
          'expected an RFC 3339 time in UTC such as 2026-01-01T00:00:00Z',
        )
        .optional(),
      positions: z.record(z.string(), z.strictObject({ x: z.number(), y: z.number() })).optional(),
      config: configSchema.optional(),
      steps: z.array(z.strictObject({ at: duration, title: z.string().optional(), do: commandSchema })).optional(),
      saved: z
        .strictObject({
          at: duration,
          tasks: z.int().min(0).optional(),
          digest: z.string().optional(),
          journal: z.array(journalEntrySchema).optional(),
        })
        .optional(),
    })
    .optional(),
});
type ScenarioDocument = z.infer<typeof documentSchema>;

/** What the Scenario document says; `objects` and `sources` are the caller's. */
export type ScenarioHeader = Omit<Scenario, 'objects' | 'schedulers' | 'sources'>;

/** Settings of a file without a Scenario document. */
export function defaultHeader(fileName: string): ScenarioHeader {
  const base = (fileName.split(/[\\/]/).pop() ?? '').replace(/\.(?:ya?ml|json)$/i, '');
  const name = base === '' ? 'untitled' : base;
  return {
    apiVersion: SCENARIO_API_VERSION,
    name,
    title: name,
    description: '',
    translations: {},
    seed: 1,
    speed: 1,
    positions: {},
    steps: [],
  };
}

/** Reads a Scenario document. Answers undefined after reporting what is wrong with it. */
export function readScenarioDocument(document: YamlDocument, problems: ProblemList): ScenarioHeader | undefined {
  const written = document.value as ScenarioData;
  const data = typeof written.apiVersion === 'string' ? migrateScenario(written) : undefined;
  if (!data) {
    problems.add(
      document.places.find(document.root, ['apiVersion']),
      `a Scenario of apiVersion ${JSON.stringify(written.apiVersion ?? '')} cannot be read: expected ${readableVersions().join(' or ')}`,
      { path: 'apiVersion', object: 'Scenario' },
    );
    return undefined;
  }
  const parsed = documentSchema.safeParse(data);
  if (parsed.success) {
    const { steps, saved } = parsed.data.spec ?? {};
    for (const [i, step] of (steps ?? []).entries())
      step.do = withCheckedObjects(step.do, document, ['spec', 'steps', i, 'do'], problems);
    for (const [i, entry] of (saved?.journal ?? []).entries()) {
      entry.do = withCheckedObjects(entry.do, document, ['spec', 'saved', 'journal', i, 'do'], problems);
    }
    return headerOf(parsed.data, written.apiVersion);
  }
  for (const issue of parsed.error.issues) reportIssue(document, issue, problems);
  return undefined;
}

/** The command with its objects read as those of a file are: checked, with their namespace, without null fields. */
function withCheckedObjects(command: Command, document: YamlDocument, path: readonly Segment[], problems: ProblemList): Command {
  if (command.type === 'configureScheduler' || command.type === 'addScheduler') {
    for (const { field, message } of validateConfiguration(command.configuration)) {
      const full = [...path, 'configuration', ...parsePath(field)];
      problems.add(document.places.find(document.root, full), message, { path: printPath(full), object: 'Scenario' });
    }
    return command;
  }
  const reader = new ObjectReader(problems);
  if (command.type === 'apply' || command.type === 'create') {
    for (const [i, object] of command.objects.entries()) reader.read(document, [...path, 'objects', i], object);
  } else if (command.type === 'replace') reader.read(document, [...path, 'object'], command.object);
  else return command;
  for (const found of reader.found) checkFields(found, problems);
  const objects = reader.found.map((found) => found.object);
  if (command.type !== 'replace') return { ...command, objects };
  return objects[0] ? { ...command, object: objects[0] } : command;
}

function headerOf(document: ScenarioDocument, apiVersion: string): ScenarioHeader {
  const spec = document.spec ?? {};
  const header: ScenarioHeader = {
    apiVersion,
    name: document.metadata.name,
    title: spec.title ?? document.metadata.name,
    description: (spec.description ?? '').trim(),
    translations: {},
    seed: spec.seed ?? 1,
    speed: spec.speed ?? 1,
    positions: spec.positions ?? {},
    steps: (spec.steps ?? []).map(stepOf).sort((a, b) => a.atMs - b.atMs),
  };
  const ko = spec.translations?.ko;
  if (ko) {
    header.translations.ko = {
      ...(ko.title === undefined ? {} : { title: ko.title }),
      ...(ko.description === undefined ? {} : { description: ko.description.trim() }),
    };
  }
  if (spec.topic !== undefined) header.topic = spec.topic;
  if (spec.startTime !== undefined) header.startTime = spec.startTime;
  if (spec.config) header.config = withoutUndefined(spec.config);
  if (spec.saved) {
    const { at, tasks, digest, journal } = spec.saved;
    header.clock = {
      nowMs: at,
      ...(tasks === undefined ? {} : { tasks }),
      ...(digest === undefined ? {} : { digest }),
      journal: (journal ?? []).map(journalOf),
    };
  }
  return header;
}

function stepOf(step: { at: number; title?: string | undefined; do: ScenarioStep['command'] }): ScenarioStep {
  return { atMs: step.at, command: step.do, ...(step.title === undefined ? {} : { title: step.title }) };
}

function journalOf(entry: { at: number; tasks?: number | undefined; do: JournalEntry['command'] }): JournalEntry {
  return { atMs: entry.at, command: entry.do, ...(entry.tasks === undefined ? {} : { tasks: entry.tasks }) };
}

/** The same settings; zod's optional fields may hold undefined in its types, never in its answers for YAML. */
function withoutUndefined(config: z.infer<typeof configSchema>): ScenarioConfig {
  const clean = (value: object): object =>
    Object.fromEntries(
      Object.entries(value)
        .filter(([, field]) => field !== undefined)
        .map(([name, field]) => [
          name,
          typeof field === 'object' && field !== null && !Array.isArray(field) ? clean(field) : field,
        ]),
    );
  return clean(config);
}

/** Reports one schema issue at its line, with the field that was probably meant. */
function reportIssue(document: YamlDocument, issue: z.core.$ZodIssue, problems: ProblemList): void {
  const path = issue.path as Segment[];
  const object = 'Scenario';
  if (issue.code === 'unrecognized_keys') {
    const known = fieldsAt(path, document.value);
    for (const key of issue.keys) {
      const meant = nearest(key, known);
      const full = [...path, key];
      problems.add(
        document.places.find(document.root, full, 'key'),
        `unknown field "${key}"${meant ? `: did you mean "${meant}"?` : ''}`,
        {
          path: printPath(full),
          object,
          ...(known.length > 0 ? { hint: `known fields here: ${known.join(', ')}` } : {}),
        },
      );
    }
    return;
  }
  problems.add(document.places.find(document.root, path), wording(issue, valueAt(document.value, path)), {
    path: printPath(path),
    object,
  });
}

function wording(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined && issue.code !== 'custom')
    return `required field "${String(issue.path[issue.path.length - 1])}" is missing`;
  if (issue.code === 'invalid_union' && 'discriminator' in issue && issue.discriminator !== undefined) {
    const known = commandTypes();
    const written = typeof value === 'string' ? value : String(value);
    const meant = nearest(written, known);
    return `unknown command ${JSON.stringify(written)}${meant ? `: did you mean "${meant}"?` : `: expected one of ${known.join(', ')}`}`;
  }
  if (issue.code === 'invalid_union') return durationMessage;
  if (issue.code === 'invalid_type') return `expected ${article(issue.expected)}, not ${JSON.stringify(value)?.slice(0, 60)}`;
  if (issue.code === 'invalid_value')
    return `expected ${issue.values.map((v) => JSON.stringify(v)).join(' or ')}, not ${JSON.stringify(value)}`;
  return issue.message;
}

function article(type: string): string {
  const words: Record<string, string> = {
    object: 'a map of fields',
    record: 'a map',
    array: 'a list',
    int: 'a whole number',
    boolean: 'true or false',
  };
  return words[type] ?? `a ${type}`;
}

function valueAt(value: unknown, path: readonly Segment[]): unknown {
  let current = value;
  for (const segment of path) {
    if (current === null || typeof current !== 'object') return undefined;
    current = (current as Record<string, unknown>)[String(segment)];
  }
  return current;
}

/** All command types, in the protocol's order. */
export function commandTypes(): string[] {
  return commandSchema.options.map((option) => option.shape.type.value);
}

/** Names of the fields that may stand at a path of the Scenario document. */
function fieldsAt(path: readonly Segment[], root: unknown): string[] {
  let schema: unknown = documentSchema;
  for (const [i, segment] of path.entries()) schema = childSchema(unwrap(schema), segment, valueAt(root, path.slice(0, i)));
  const inner = unwrap(schema);
  const chosen = inner instanceof z.ZodDiscriminatedUnion ? optionFor(inner, valueAt(root, path)) : inner;
  return chosen instanceof z.ZodObject ? Object.keys(chosen.shape) : [];
}

function unwrap(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap()) : schema;
}

function childSchema(schema: unknown, segment: Segment, value: unknown): unknown {
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodDiscriminatedUnion) return childSchema(optionFor(schema, value), segment, value);
  if (schema instanceof z.ZodObject) return (schema.shape as Record<string, unknown>)[String(segment)];
  return undefined;
}

function optionFor(union: unknown, value: unknown): unknown {
  if (union !== undefined && value !== null && typeof value === 'object') {
    return commandSchema.options.find((option) => option.shape.type.value === (value as { type?: unknown }).type);
  }
  return undefined;
}
