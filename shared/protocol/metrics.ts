import { z } from 'zod';

/** The measured use of one pod: what metrics-server knows. Thousandths of cores, bytes, virtual milliseconds. */
export const podUsageSchema = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  /** End of the window that was measured, and its length. */
  timestampMs: z.number(),
  windowMs: z.number(),
  cpuMilli: z.number(),
  memoryBytes: z.number(),
  containers: z.array(z.strictObject({ name: z.string(), cpuMilli: z.number(), memoryBytes: z.number() })),
});
export type PodUsage = z.infer<typeof podUsageSchema>;

/** The measured use of one node, with what it can give to pods. */
export const nodeUsageSchema = z.strictObject({
  name: z.string(),
  timestampMs: z.number(),
  cpuMilli: z.number(),
  memoryBytes: z.number(),
  allocatableCpuMilli: z.number(),
  allocatableMemoryBytes: z.number(),
});
export type NodeUsage = z.infer<typeof nodeUsageSchema>;

/** What an autoscaler saw and did at one sync. `percent` metrics as they are, others in thousandths; `value` is absent while it can't be had. */
export const autoscalerPointSchema = z.strictObject({
  atMs: z.number(),
  current: z.number(),
  desired: z.number(),
  metrics: z.array(
    z.strictObject({
      name: z.string(),
      unit: z.enum(['percent', 'milli']),
      value: z.number().optional(),
      target: z.number(),
    }),
  ),
});

/** The recent past of one autoscaler: up to 240 syncs, oldest first. */
export const autoscalerHistorySchema = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  points: z.array(autoscalerPointSchema),
});
export type AutoscalerHistoryView = z.infer<typeof autoscalerHistorySchema>;

/** Answer of the query `metrics`. Pods and nodes that were not measured (yet) are left out. */
export const metricsViewSchema = z.strictObject({
  pods: z.array(podUsageSchema),
  nodes: z.array(nodeUsageSchema),
  autoscalers: z.array(autoscalerHistorySchema),
});
export type MetricsView = z.infer<typeof metricsViewSchema>;

/** Flags of `kubectl top`. `name`: one node or pod; `namespace` is `default` when not given. */
export const topOptionsSchema = z.strictObject({
  name: z.string().optional(),
  namespace: z.string().optional(),
  allNamespaces: z.boolean().optional(),
  selector: z.string().optional(),
  /** Pods only: one line for each container. */
  containers: z.boolean().optional(),
  sortBy: z.enum(['cpu', 'memory']).optional(),
  noHeaders: z.boolean().optional(),
  /** Nodes only: percentages of the capacity instead of what pods can have. */
  showCapacity: z.boolean().optional(),
});
export type TopOptions = z.infer<typeof topOptionsSchema>;
