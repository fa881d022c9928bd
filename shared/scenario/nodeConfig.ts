import { z } from 'zod';
import { parseQuantity } from '../kube/quantity.ts';

type Duration = z.ZodType<number, number | string>;

const SIGNALS = [
  'memory.available',
  'nodefs.available',
  'nodefs.inodesFree',
  'imagefs.available',
  'imagefs.inodesFree',
  'containerfs.available',
  'containerfs.inodesFree',
  'pid.available',
] as const;
const signal = z.enum(SIGNALS);

const limit = z.string().superRefine((text, context) => {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  const fits = percent === undefined ? parseQuantity(text).ok && !text.startsWith('-') : Number(percent) <= 100;
  if (!fits)
    context.addIssue({ code: 'custom', message: `expected an amount such as 100Mi or 10%, not ${JSON.stringify(text)}` });
});
const limits = z.partialRecord(signal, limit);
const percentage = z.int().min(0).max(100);

/** Configuration of the kubelets: times of a pod's steps, limits of node pressure, shutdown. Every field is optional. */
export function kubeletSchema(duration: Duration, positiveDuration: Duration) {
  return z
    .strictObject({
      syncMs: duration,
      imagePullMs: duration,
      containerStartMs: duration,
      readyMs: duration,
      terminationMs: duration,
      crashLoopBackoffMs: duration,
      heartbeatMs: positiveDuration,
      nodeStatusMs: positiveDuration,
      eviction: z
        .strictObject({
          hard: limits,
          soft: limits,
          softGraceMs: z.partialRecord(signal, duration),
          minimumReclaim: limits,
          pressureTransitionMs: duration,
          maxPodGraceSeconds: z.int().min(0),
          monitorMs: positiveDuration,
        })
        .partial(),
      imageGc: z.strictObject({ highPercent: percentage, lowPercent: percentage, periodMs: positiveDuration }).partial(),
      shutdown: z
        .strictObject({
          graceMs: duration,
          criticalGraceMs: duration,
          byPriority: z.array(z.strictObject({ priority: z.int(), graceMs: duration })),
        })
        .partial(),
      controlPlaneStaticPods: z.boolean(),
    })
    .partial();
}

/** Configuration of the controller that looks after nodes. Every field is optional. */
export function nodeLifecycleSchema(positiveDuration: Duration) {
  return z
    .strictObject({
      monitorPeriodMs: positiveDuration,
      monitorGraceMs: positiveDuration,
      evictionRatePerSecond: z.number().positive(),
      secondaryEvictionRatePerSecond: z.number().min(0),
      largeZoneNodes: z.int().min(0),
      unhealthyZoneThreshold: z.number().min(0).max(1),
    })
    .partial();
}
