import { z } from 'zod';
import { queueViewSchema } from './explain.ts';

/** A problem a person can act on: what, where, what was expected. Line and column count from 1. */
export const problemSchema = z.strictObject({
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  file: z.string().optional(),
  line: z.number().optional(),
  column: z.number().optional(),
  path: z.string().optional(),
  object: z.string().optional(),
  hint: z.string().optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** Error as it travels over the bridge. `code`: machine-readable; for API refusals the Kubernetes reason (`Invalid`, `Conflict`...). */
export const bridgeErrorSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  httpCode: z.number().optional(),
  problems: z.array(problemSchema).optional(),
  causes: z
    .array(z.strictObject({ field: z.string().optional(), message: z.string().optional(), reason: z.string().optional() }))
    .optional(),
});
export type BridgeError = z.infer<typeof bridgeErrorSchema>;

/** A changed object: `object` null = gone. */
export const changeSchema = z.strictObject({ key: z.string(), object: z.looseObject({ kind: z.string() }).nullable() });
export type Change = { key: string; object: import('../kube/types.ts').AnyObject | null };

/** A mark on the timeline. `kind` decides its colour. */
export const markSchema = z.strictObject({
  atMs: z.number(),
  revision: z.number(),
  kind: z.enum(['command', 'scheduled', 'preempted', 'evicted', 'failed', 'node', 'rollout', 'scaled', 'done']),
  text: z.string(),
});
export type Mark = z.infer<typeof markSchema>;

export const signalSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('pulse'), component: z.string() }),
  z.strictObject({ type: z.literal('output'), commandId: z.string(), stream: z.enum(['stdout', 'stderr']), line: z.string() }),
  z.strictObject({ type: z.literal('done'), commandId: z.string(), exitCode: z.number() }),
  z.strictObject({ type: z.literal('mark'), mark: markSchema }),
  /** Sent by the host (application menu, file association): the renderer carries it out as if a person had asked for it. */
  z.strictObject({ type: z.literal('menu'), action: z.string() }),
]);
export type Signal = z.infer<typeof signalSchema>;

/** State of the session, whole in each frame (it is small). */
export const sessionStateSchema = z.strictObject({
  title: z.string(),
  description: z.string(),
  fileName: z.string().nullable(),
  dirty: z.boolean(),
  playing: z.boolean(),
  speed: z.number(),
  /** Nothing but background work is due. */
  quiet: z.boolean(),
  nextDueMs: z.number().nullable(),
  seeking: z.boolean(),
  /** Furthest virtual time this journal has reached (the timeline's end when one has gone back). */
  endMs: z.number(),
  startTime: z.string(),
  canUndo: z.boolean(),
  canRedo: z.boolean(),
  undoLabel: z.string().nullable(),
  redoLabel: z.string().nullable(),
  autosave: z.strictObject({ title: z.string(), savedAt: z.string(), commands: z.number() }).nullable(),
  problems: z.array(problemSchema),
  /** Scenario steps still to come. */
  pendingSteps: z.number(),
  historyForgottenBefore: z.number().nullable(),
  host: z.enum(['electron', 'browser']),
  language: z.enum(['en', 'ko']).nullable(),
});
export type SessionState = z.infer<typeof sessionStateSchema>;

/** One component of the control plane. */
export const componentViewSchema = z.strictObject({
  name: z.string(),
  running: z.boolean(),
  queued: z.number(),
  cycles: z.number(),
  /** Schedulers only: the schedulerNames they serve. */
  profiles: z.array(z.string()).optional(),
});
export type ComponentView = z.infer<typeof componentViewSchema>;

/**
 * One flush to the renderer. `fromRevision` must equal the mirror's revision (and the epoch its epoch), else the renderer asks for a resync;
 * `snapshot` frames replace the mirror. A new epoch begins with each opened file, undo, redo and seek. Lease objects are left out.
 */
export const frameSchema = z.strictObject({
  epoch: z.number(),
  seq: z.number(),
  snapshot: z.boolean(),
  fromRevision: z.number(),
  toRevision: z.number(),
  nowMs: z.number(),
  changes: z.array(changeSchema),
  signals: z.array(signalSchema),
  session: sessionStateSchema,
  queue: queueViewSchema,
  components: z.array(componentViewSchema),
  positions: z.record(z.string(), z.strictObject({ x: z.number(), y: z.number() })),
  /** Node name -> what a fault has done to the machine (the cluster itself learns it later, through missing heartbeats). */
  faults: z.record(z.string(), z.enum(['crashed', 'partitioned'])),
  /** Nodes that a drain is emptying at this moment, by name. */
  draining: z.array(z.string()),
});
export type Frame = Omit<z.infer<typeof frameSchema>, 'changes'> & { changes: Change[] };
