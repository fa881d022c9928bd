import { z } from 'zod';
import { admissionDecisionSchema } from './admission.ts';
import { commandPreviewSchema, suggestionSchema } from './advice.ts';
import { commandSchema, drainOptionsSchema, objectSchema, refSchema } from './commands.ts';
import { attemptSchema, drainPreviewSchema } from './explain.ts';
import { problemSchema } from './frames.ts';
import { metricsViewSchema, topOptionsSchema } from './metrics.ts';
import { comparisonSchema, schedulerViewSchema, variantSchema } from './schedulers.ts';
import { settingsViewSchema } from './settings.ts';

/** Queries read; they change nothing. */
export const querySchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('explain'), namespace: z.string(), name: z.string() }),
  /** Dry run of the scheduler for a stored pod or for any pod object on the current state. */
  z.strictObject({ type: z.literal('fit'), pod: z.union([refSchema, objectSchema]) }),
  z.strictObject({ type: z.literal('drainPreview'), node: z.string(), options: drainOptionsSchema }),
  /** The smallest changes after which a stored, pending pod would get a node; each has been tried. */
  z.strictObject({ type: z.literal('suggest'), namespace: z.string(), name: z.string() }),
  /** What would follow from a command, without giving it. */
  z.strictObject({ type: z.literal('preview'), command: commandSchema }),
  /** What admission has decided about one object's requests (also refused ones), or without `ref` the last refusals of all. */
  z.strictObject({ type: z.literal('admission'), ref: refSchema.optional() }),
  /**
   * Measured use and the autoscalers' recent past: of everything, or of what `ref` names (a pod; a node with its pods; an autoscaler with the pods
   * of its target; a workload with its pods; a namespace).
   */
  z.strictObject({ type: z.literal('metrics'), ref: refSchema.optional() }),
  /** The lines of `kubectl top`. */
  z.strictObject({ type: z.literal('top'), what: z.enum(['nodes', 'pods']), options: topOptionsSchema }),
  /** The lines of `kubectl logs`: what a container's program has written, or the run before it. */
  z.strictObject({ type: z.literal('logs'), ref: refSchema, container: z.string(), previous: z.boolean().optional() }),
  /** The lines of `kubectl rollout status` (as of now) and `kubectl rollout history`. */
  z.strictObject({ type: z.literal('rollout'), ref: refSchema, what: z.enum(['status', 'history']) }),
  /** The schedulers with their configurations. */
  z.strictObject({ type: z.literal('schedulers') }),
  /** What the cluster was set up with, as far as explanations need it. */
  z.strictObject({ type: z.literal('settings') }),
  /**
   * Runs the scenario with all commands so far twice from its start, beside the open playground: under one configuration and under the other. Takes a while;
   * a newer comparison, or another file, ends an older one with the code `cancelled`. Without `untilMs`: until nothing is left to do, an hour at most.
   */
  z.strictObject({
    type: z.literal('compare'),
    a: variantSchema,
    b: variantSchema,
    untilMs: z.number().positive().optional(),
  }),
  z.strictObject({ type: z.literal('object'), ref: refSchema }),
  /** Checks an edited manifest as `replace`/`apply` would, without writing. */
  z.strictObject({ type: z.literal('checkText'), text: z.string() }),
  z.strictObject({ type: z.literal('library') }),
  z.strictObject({ type: z.literal('recent') }),
  /** The scenario file (state, layout, settings) or plain manifests, as YAML text. */
  z.strictObject({ type: z.literal('fileText'), format: z.enum(['scenario', 'manifests']) }),
  z.strictObject({ type: z.literal('digest') }),
  z.strictObject({ type: z.literal('about') }),
]);
export type Query = z.infer<typeof querySchema>;

/** A scenario of the library; `topic` groups it with others. */
export const libraryEntrySchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  topic: z.string().optional(),
});
export type LibraryEntry = z.infer<typeof libraryEntrySchema>;

/** Answer type of each query. */
export const queryReplySchemas = {
  explain: z.strictObject({ attempts: z.array(attemptSchema) }),
  fit: z.strictObject({ attempt: attemptSchema }),
  drainPreview: drainPreviewSchema,
  suggest: z.strictObject({ suggestions: z.array(suggestionSchema) }),
  preview: commandPreviewSchema,
  /** Newest first. */
  admission: z.strictObject({ decisions: z.array(admissionDecisionSchema) }),
  metrics: metricsViewSchema,
  top: z.strictObject({ lines: z.array(z.string()) }),
  logs: z.strictObject({ lines: z.array(z.string()) }),
  rollout: z.strictObject({ lines: z.array(z.string()) }),
  schedulers: z.strictObject({ schedulers: z.array(schedulerViewSchema) }),
  settings: settingsViewSchema,
  compare: comparisonSchema,
  object: z.strictObject({ object: z.looseObject({ kind: z.string() }).nullable() }),
  checkText: z.strictObject({ problems: z.array(problemSchema) }),
  library: z.strictObject({ entries: z.array(libraryEntrySchema) }),
  recent: z.strictObject({ paths: z.array(z.string()) }),
  fileText: z.strictObject({ name: z.string(), text: z.string() }),
  digest: z.strictObject({ digest: z.string(), revision: z.number(), nowMs: z.number() }),
  about: z.strictObject({
    version: z.string(),
    kubernetes: z.string(),
    protocol: z.number(),
    host: z.enum(['electron', 'browser']),
  }),
} as const;
export type QueryReply<T extends Query['type']> = z.infer<(typeof queryReplySchemas)[T]>;
