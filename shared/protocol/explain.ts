import { z } from 'zod';

/** Status codes of the scheduling framework. */
export const frameworkCodeSchema = z.enum([
  'Success',
  'Error',
  'Unschedulable',
  'UnschedulableAndUnresolvable',
  'Wait',
  'Skip',
  'Pending',
]);
export type FrameworkCode = z.infer<typeof frameworkCodeSchema>;

/** Score of one plugin for one node: as given, after NormalizeScore, and times the plugin's weight. */
export const pluginScoreSchema = z.strictObject({
  plugin: z.string(),
  raw: z.number(),
  normalized: z.number(),
  weight: z.number(),
  weighted: z.number(),
});
export type PluginScore = z.infer<typeof pluginScoreSchema>;

/** Rule by which a preemption candidate lost to the chosen one; the rules count in this order. */
export const preemptionLossSchema = z.enum(['budgets', 'highestPriority', 'prioritySum', 'podCount', 'startTime', 'draw']);
export type PreemptionLoss = z.infer<typeof preemptionLossSchema>;

/** One node in one attempt: the first plugin that said no with its reasons, or its scores. */
export const nodeVerdictSchema = z.strictObject({
  node: z.string(),
  code: frameworkCodeSchema,
  plugin: z.string().optional(),
  reasons: z.array(z.string()),
  excludedByPreFilter: z.boolean().optional(),
  scores: z.array(pluginScoreSchema),
  total: z.number().optional(),
  /** Would fit after these pods (namespace/name) were preempted; only when preemption was tried. */
  victims: z.array(z.string()).optional(),
  pdbViolations: z.number().optional(),
  /** Why it was not chosen for preemption although it could have been. */
  lostBy: preemptionLossSchema.optional(),
});
export type NodeVerdict = z.infer<typeof nodeVerdictSchema>;

/** One scheduling attempt of one pod, complete. */
export const attemptSchema = z.strictObject({
  pod: z.string(),
  attempt: z.number(),
  atMs: z.number(),
  cycle: z.number(),
  profile: z.string(),
  preEnqueue: z.strictObject({ plugin: z.string(), reasons: z.array(z.string()) }).optional(),
  preFilter: z
    .strictObject({
      code: frameworkCodeSchema,
      plugin: z.string().optional(),
      reasons: z.array(z.string()),
      nodeNames: z.array(z.string()).nullable(),
    })
    .optional(),
  nodes: z.array(nodeVerdictSchema),
  /** Nodes in the cluster; larger than nodes.length when not all were looked at. */
  nodesTotal: z.number(),
  best: z.array(z.string()),
  selected: z.string().optional(),
  /** More than one best node: drawn at random from `best`. */
  tieBreak: z.boolean(),
  message: z.string().optional(),
  postFilter: z
    .strictObject({ code: frameworkCodeSchema, plugin: z.string().optional(), reasons: z.array(z.string()) })
    .optional(),
  nominatedNode: z.string().optional(),
  victims: z.array(z.string()),
  /** Cluster event that brought the pod back to the active queue, with the plugin whose hint let it through. */
  wokenBy: z.strictObject({ event: z.string(), plugin: z.string().optional() }).optional(),
  result: z.enum(['scheduled', 'unschedulable', 'error', 'gated', 'preview']),
});
export type Attempt = z.infer<typeof attemptSchema>;

/** Where a pending pod stands. `untilMs`: end of back-off, in virtual time. */
export const queueEntrySchema = z.strictObject({
  key: z.string(),
  namespace: z.string(),
  name: z.string(),
  /** Component that has the pod in its queue. */
  scheduler: z.string().optional(),
  priority: z.number(),
  attempts: z.number(),
  untilMs: z.number().optional(),
  plugins: z.array(z.string()),
  nominatedNode: z.string().optional(),
});
export type QueueEntry = z.infer<typeof queueEntrySchema>;
/** The scheduler's lanes, in queue order. */
export const queueViewSchema = z.strictObject({
  active: z.array(queueEntrySchema),
  backoff: z.array(queueEntrySchema),
  unschedulable: z.array(queueEntrySchema),
  gated: z.array(queueEntrySchema),
  /** Pod being scheduled or bound at this instant. */
  inFlight: z.array(queueEntrySchema),
});
export type QueueView = z.infer<typeof queueViewSchema>;

/** What a drain would do, without doing it. */
export const drainPreviewSchema = z.strictObject({
  /** Pods that would be evicted. */
  evict: z.array(
    z.strictObject({ pod: z.string(), budget: z.string().optional(), allowed: z.number().optional(), blocked: z.boolean() }),
  ),
  /** Pods drain leaves alone (finished, mirror, DaemonSet with the flag). */
  skipped: z.array(z.strictObject({ pod: z.string(), reason: z.string() })),
  /** Refusals as kubectl words them; empty when the drain would start. */
  errors: z.array(z.string()),
  warnings: z.array(z.string()),
});
export type DrainPreview = z.infer<typeof drainPreviewSchema>;
