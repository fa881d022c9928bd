import { z } from 'zod';
import { commandSchema } from './commands.ts';

/** Kinds of advice. Each has words in the renderer's catalogues. */
export const suggestionKindSchema = z.enum([
  'startScheduler',
  'useDefaultScheduler',
  'removeGates',
  'uncordon',
  'recoverNode',
  'untaint',
  'tolerate',
  'labelNode',
  'dropNodeSelector',
  'dropNodeAffinity',
  'dropPodAffinity',
  'dropPodAntiAffinity',
  'relaxSpread',
  'softenSpread',
  'dropHostPort',
  'lowerRequest',
  'raisePriority',
  'deletePods',
  'scaleDown',
  'addNode',
  'loosenBudget',
  'deleteBudget',
]);
export type SuggestionKind = z.infer<typeof suggestionKindSchema>;

/** A change that would help, with what would come of it. It has been tried on a copy of the present state. */
export const suggestionSchema = z.strictObject({
  kind: suggestionKindSchema,
  /** What the words of the kind name: a taint, a label, an amount, an object. Texts are those of the API. */
  values: z.record(z.string(), z.union([z.string(), z.number()])),
  /** Node that is changed or made room on, if any. */
  on: z.string().optional(),
  /** Node the pod would then get; one of several equally good ones when `ties` is above 1. */
  node: z.string().optional(),
  ties: z.number(),
  /** Pods (namespace/name) that would be gone. */
  victims: z.array(z.string()),
  /** Single changes it takes. */
  changes: z.number(),
  /** Other pods that are replaced because their template changes. */
  restarts: z.number(),
  command: commandSchema,
});
export type Suggestion = z.infer<typeof suggestionSchema>;

/** Where a pod would end up. Neither `to` nor `message`: it is not made anew. */
const outcome = {
  /** Node it would get; `anyOf` lists all equally good ones. */
  to: z.string().optional(),
  anyOf: z.array(z.string()),
  /** Why it would stay pending, in the scheduler's words. */
  message: z.string().optional(),
};

/** What would follow from a command on the present state. */
export const commandPreviewSchema = z.strictObject({
  /** Pods that would leave, in order. */
  leave: z.array(
    z.strictObject({
      pod: z.string(),
      from: z.string().optional(),
      /** Virtual seconds until it is told to leave. */
      afterSeconds: z.number(),
      /** Budget in the way of its eviction. */
      budget: z.string().optional(),
      allowed: z.number().optional(),
      blocked: z.boolean(),
      /** An owner makes a new pod in its place. */
      replaced: z.boolean(),
      ...outcome,
    }),
  ),
  /** New pods (of a scaled-up owner), by owner. */
  arrive: z.array(z.strictObject({ owner: z.string(), ...outcome })),
  /** Pods that wait now and would get a node, or would lose the one they could get now (`before`). */
  pending: z.array(z.strictObject({ pod: z.string(), before: z.string().optional(), ...outcome })),
  /** Pods that are left alone although the command is about their node. */
  stay: z.array(z.strictObject({ pod: z.string(), reason: z.string() })),
  errors: z.array(z.string()),
  warnings: z.array(z.string()),
  /** Ways around the budgets in the way. */
  remedies: z.array(suggestionSchema),
});
export type CommandPreview = z.infer<typeof commandPreviewSchema>;
