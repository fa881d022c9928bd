import { z } from 'zod';

/** A KubeSchedulerConfiguration as data; its validation is shared/kube/schedulerConfig's. */
export const schedulerConfigurationSchema = z.looseObject({ apiVersion: z.string(), kind: z.string() });

/** One scheduler process: its component name and what it runs with. */
export const namedSchedulerSchema = z.strictObject({ name: z.string(), configuration: schedulerConfigurationSchema });

/** A scheduler of the simulated cluster. `profiles`: the schedulerNames it serves. */
export const schedulerViewSchema = z.strictObject({
  name: z.string(),
  running: z.boolean(),
  profiles: z.array(z.string()),
  configuration: schedulerConfigurationSchema,
});
export type SchedulerView = z.infer<typeof schedulerViewSchema>;

/** One side of a comparison: schedulers that replace those of the same name, or come beside them; none: the scenario as it is. */
export const variantSchema = z.strictObject({ label: z.string(), schedulers: z.array(namedSchedulerSchema) });
export type Variant = z.infer<typeof variantSchema>;

/** How much of a resource is requested on all nodes, and how evenly: shares are 0 to 1 of what is allocatable. */
export const spreadSchema = z.strictObject({
  share: z.number(),
  /** Standard deviation of the nodes' shares. */
  deviation: z.number(),
  /** Fullest minus emptiest node. */
  range: z.number(),
});
export type Spread = z.infer<typeof spreadSchema>;

/** What one side of a comparison came to. */
export const comparisonSideSchema = z.strictObject({
  label: z.string(),
  nowMs: z.number(),
  /** Why the run ended: nothing left to do, the time asked for, or the longest time a comparison runs. */
  ended: z.enum(['quiet', 'until', 'limit']),
  pods: z.number(),
  placed: z.number(),
  /** Pods without a node, with what the scheduler last said about them. */
  pending: z.array(z.strictObject({ pod: z.string(), message: z.string() })),
  nodes: z.array(z.strictObject({ node: z.string(), zone: z.string(), pods: z.number(), cpu: z.number(), memory: z.number() })),
  zones: z.array(z.strictObject({ zone: z.string(), nodes: z.number(), pods: z.number() })),
  cpu: spreadSchema,
  memory: spreadSchema,
  emptyNodes: z.number(),
  preemptions: z.number(),
  evictions: z.number(),
  /** When the last pod got its node; null while some wait. */
  allPlacedMs: z.number().nullable(),
  /** Longest time between a pod's creation and its node (or its deletion, or the end). */
  longestWaitMs: z.number(),
  /** Steps and commands that were refused on this side. */
  refused: z.array(z.string()),
});
export type ComparisonSide = z.infer<typeof comparisonSideSchema>;

/** One pod that is not on the same node on both sides: null = pending, absent = no such pod there. */
export const movedPodSchema = z.strictObject({
  pod: z.string(),
  a: z.string().nullable().optional(),
  b: z.string().nullable().optional(),
});
export type MovedPod = z.infer<typeof movedPodSchema>;

/** One scenario under two configurations. */
export const comparisonSchema = z.strictObject({
  a: comparisonSideSchema,
  b: comparisonSideSchema,
  moved: z.array(movedPodSchema),
  /** Pods on the same node on both sides. */
  same: z.number(),
});
export type Comparison = z.infer<typeof comparisonSchema>;
