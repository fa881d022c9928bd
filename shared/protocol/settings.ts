import { z } from 'zod';

const textsSchema = z.record(z.string(), z.string());

/** Options of the horizontal pod autoscaler that hold where an autoscaler says nothing of its own. Virtual milliseconds; `tolerance` a share. */
export const autoscalerSettingsSchema = z.strictObject({
  syncMs: z.number(),
  downscaleStabilizationMs: z.number(),
  tolerance: z.number(),
  cpuInitializationMs: z.number(),
  initialReadinessDelayMs: z.number(),
});
export type AutoscalerSettings = z.infer<typeof autoscalerSettingsSchema>;

/** When a kubelet evicts. Limits by signal (`memory.available`...) as quantities or per cent; durations in virtual milliseconds. */
export const evictionSettingsSchema = z.strictObject({
  hard: textsSchema,
  soft: textsSchema,
  softGraceMs: z.record(z.string(), z.number()),
  minimumReclaim: textsSchema,
  pressureTransitionMs: z.number(),
  maxPodGraceSeconds: z.number(),
  monitorMs: z.number(),
});
export type EvictionSettingsView = z.infer<typeof evictionSettingsSchema>;

/** What the cluster was set up with, as far as explanations need it. It stays the same for a whole playground. */
export const settingsViewSchema = z.strictObject({
  hpa: autoscalerSettingsSchema,
  kubelet: z.strictObject({ eviction: evictionSettingsSchema }),
  nodeLifecycle: z.strictObject({
    monitorPeriodMs: z.number(),
    monitorGraceMs: z.number(),
    evictionRatePerSecond: z.number(),
    secondaryEvictionRatePerSecond: z.number(),
    largeZoneNodes: z.number(),
    unhealthyZoneThreshold: z.number(),
  }),
  /** Admission plugins switched on beside, or off among, the default ones. */
  admission: z.strictObject({ enable: z.array(z.string()), disable: z.array(z.string()) }),
});
export type SettingsView = z.infer<typeof settingsViewSchema>;
