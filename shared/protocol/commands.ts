import { z } from 'zod';
import { schedulerConfigurationSchema } from './schedulers.ts';

/** A Kubernetes-shaped object as data; its own validation is the API server's work. */
export const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string().optional(), namespace: z.string().optional() }),
});
export const refSchema = z.strictObject({ kind: z.string(), namespace: z.string(), name: z.string() });
export const taintSchema = z.strictObject({
  key: z.string(),
  value: z.string().optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
});
export const positionSchema = z.strictObject({ x: z.number(), y: z.number() });

/** Flags of `kubectl drain`. Durations in seconds; -1 grace period = the pod's own; timeout 0 = endless. */
export const drainOptionsSchema = z.strictObject({
  ignoreDaemonSets: z.boolean().optional(),
  deleteEmptyDirData: z.boolean().optional(),
  force: z.boolean().optional(),
  disableEviction: z.boolean().optional(),
  gracePeriodSeconds: z.int().optional(),
  timeoutSeconds: z.number().optional(),
  podSelector: z.string().optional(),
});
export type DrainOptions = z.infer<typeof drainOptionsSchema>;

const node = z.string();
/** --all and --selector: the objects of the kind (and namespace) that a command is about instead of the one it names. */
const choice = { all: z.boolean().optional(), selector: z.string().optional() };
const single = [
  /** kubectl apply: creates, or merges into what exists. All objects are checked first; one error changes nothing. */
  z.strictObject({ type: z.literal('apply'), objects: z.array(objectSchema) }),
  z.strictObject({ type: z.literal('create'), objects: z.array(objectSchema) }),
  z.strictObject({ type: z.literal('replace'), object: objectSchema }),
  z.strictObject({ type: z.literal('patch'), ref: refSchema, patchType: z.enum(['merge', 'strategic']), patch: z.unknown() }),
  z.strictObject({
    type: z.literal('delete'),
    refs: z.array(refSchema),
    gracePeriodSeconds: z.int().optional(),
    force: z.boolean().optional(),
    cascade: z.enum(['background', 'foreground', 'orphan']).optional(),
  }),
  z.strictObject({ type: z.literal('evict'), ref: refSchema }),
  z.strictObject({ type: z.literal('scale'), ref: refSchema, replicas: z.int() }),
  z.strictObject({ type: z.literal('setImage'), ref: refSchema, container: z.string(), image: z.string() }),
  z.strictObject({ type: z.literal('rolloutUndo'), ref: refSchema, toRevision: z.int().optional() }),
  z.strictObject({ type: z.literal('rolloutRestart'), ref: refSchema }),
  z.strictObject({ type: z.literal('rolloutPause'), ref: refSchema }),
  z.strictObject({ type: z.literal('rolloutResume'), ref: refSchema }),
  z.strictObject({ type: z.literal('cordon'), node }),
  z.strictObject({ type: z.literal('uncordon'), node }),
  /** kubectl drain as a process on virtual time; its lines come as `output` signals, `cancelDrain` is Ctrl-C. */
  z.strictObject({ type: z.literal('drain'), node, options: drainOptionsSchema }),
  z.strictObject({ type: z.literal('cancelDrain'), node }),
  z.strictObject({
    type: z.literal('taint'),
    node,
    add: z.array(taintSchema),
    remove: z.array(z.strictObject({ key: z.string(), effect: z.string().optional() })),
    overwrite: z.boolean().optional(),
    ...choice,
  }),
  z.strictObject({
    type: z.literal('label'),
    ref: refSchema,
    set: z.record(z.string(), z.string()),
    remove: z.array(z.string()),
    overwrite: z.boolean().optional(),
    ...choice,
  }),
  z.strictObject({
    type: z.literal('annotate'),
    ref: refSchema,
    set: z.record(z.string(), z.string()),
    remove: z.array(z.string()),
    overwrite: z.boolean().optional(),
    ...choice,
  }),
  /** Machine dies at once: its kubelet stops, its containers are gone. `partition`: the kubelet lives on but cannot reach the API server. */
  z.strictObject({ type: z.literal('crashNode'), node }),
  z.strictObject({ type: z.literal('partitionNode'), node }),
  z.strictObject({ type: z.literal('recoverNode'), node }),
  /** The machine goes down in order: its kubelet ends the pods, critical ones last, then it is off. Seconds: the cluster's settings when not given. */
  z.strictObject({
    type: z.literal('shutdownNode'),
    node,
    graceSeconds: z.number().min(0).optional(),
    criticalGraceSeconds: z.number().min(0).optional(),
  }),
  /**
   * Something outside of pods uses so much of a machine that only this is left: a quantity or a percentage; too little for the kubelet when not given.
   * null: nothing does any more. Kept in the node's annotation `stowage.dev/pressure`.
   */
  z.strictObject({
    type: z.literal('setNodePressure'),
    node,
    signal: z.enum(['memory', 'disk', 'inodes', 'pid']),
    available: z.string().nullable().optional(),
  }),
  /** A container exits now with this code; its restart policy decides what follows. */
  z.strictObject({ type: z.literal('failContainer'), ref: refSchema, container: z.string(), exitCode: z.int() }),
  z.strictObject({ type: z.literal('setReadiness'), ref: refSchema, ready: z.boolean() }),
  /** From now on a probe of the pod's containers (or of one) passes or fails; its period and thresholds decide when that shows. */
  z.strictObject({
    type: z.literal('setProbe'),
    ref: refSchema,
    container: z.string().optional(),
    probe: z.enum(['readiness', 'liveness', 'startup']),
    outcome: z.enum(['pass', 'fail']),
  }),
  /**
   * The load on a workload from now on, or with null none: the JSON of its annotation `stowage.dev/load`. Of a pod: what it uses, `stowage.dev/usage`.
   * The engine checks it (electron/engine/metrics/load.ts has the format).
   */
  z.strictObject({ type: z.literal('setLoad'), ref: refSchema, load: z.record(z.string(), z.unknown()).nullable() }),
  z.strictObject({ type: z.literal('stopComponent'), component: z.string() }),
  z.strictObject({ type: z.literal('startComponent'), component: z.string() }),
  /** Another KubeSchedulerConfiguration for a scheduler, which restarts with it. `name` is its component's. */
  z.strictObject({ type: z.literal('configureScheduler'), name: z.string(), configuration: schedulerConfigurationSchema }),
  /** A further scheduler, running from now on; pods choose it by the schedulerName of one of its profiles. */
  z.strictObject({ type: z.literal('addScheduler'), name: z.string(), configuration: schedulerConfigurationSchema }),
  /** Ends a further scheduler; its pending pods stay Pending. kube-scheduler itself can only be stopped. */
  z.strictObject({ type: z.literal('removeScheduler'), name: z.string() }),
  /** Where node cards stand on the canvas; part of the scenario, not of the cluster. */
  z.strictObject({ type: z.literal('setPositions'), positions: z.record(z.string(), positionSchema) }),
] as const;

/** Any command but a sequence. */
export const singleCommandSchema = z.discriminatedUnion('type', single);
export type SingleCommand = z.infer<typeof singleCommandSchema>;

/**
 * Commands change the simulated cluster (or the scenario's layout). Each is journalled with its virtual time; replaying the journal gives the
 * same digest. They act as the user kubernetes-admin and go through the API server like any other client.
 */
export const commandSchema = z.discriminatedUnion('type', [
  ...single,
  /**
   * Commands given one right after the other, as one step of the journal. A refused first one refuses the whole; a later refusal ends it, is told
   * in the answer's lines, and leaves what was done before.
   */
  z.strictObject({ type: z.literal('sequence'), commands: z.array(singleCommandSchema) }),
]);
export type Command = z.infer<typeof commandSchema>;

/** What a successful command answers: kubectl's own lines (`node/node-a cordoned`) and, for a process, the id its output signals carry. */
export const commandReplySchema = z.strictObject({ commandId: z.string(), lines: z.array(z.string()), running: z.boolean() });
export type CommandReply = z.infer<typeof commandReplySchema>;

/** Controls act on the session (time, files, undo). They are not journalled. */
export const controlSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('play') }),
  z.strictObject({ type: z.literal('pause') }),
  z.strictObject({ type: z.literal('setSpeed'), speed: z.number().min(0.25).max(100) }),
  /** Runs until at least one write has been stored. */
  z.strictObject({ type: z.literal('step') }),
  /** Runs until only background work is due (bounded by ten virtual minutes). */
  z.strictObject({ type: z.literal('settle') }),
  /** Back or forth to a virtual time, by replay. Going back keeps the later journal for redo until a new command is given. */
  z.strictObject({ type: z.literal('seek'), atMs: z.number().min(0) }),
  z.strictObject({ type: z.literal('stepBack') }),
  z.strictObject({ type: z.literal('undo') }),
  z.strictObject({ type: z.literal('redo') }),
  z.strictObject({ type: z.literal('new') }),
  /** Opens a file by path (Electron: one the user chose or a recent/library one), else text. The open playground stays when there are problems. */
  z.strictObject({ type: z.literal('openFile'), path: z.string() }),
  z.strictObject({ type: z.literal('openText'), name: z.string(), text: z.string() }),
  z.strictObject({ type: z.literal('openLibrary'), id: z.string() }),
  /** Shows the host's dialog where it has one. Browser host: answers `unsupported`, the renderer then downloads/uploads text itself. */
  z.strictObject({ type: z.literal('openDialog') }),
  z.strictObject({ type: z.literal('save') }),
  z.strictObject({ type: z.literal('saveAs') }),
  /** The renderer has given the person the scenario text as a file of this name: nothing is unsaved any more. Only where the host cannot write. */
  z.strictObject({ type: z.literal('noteDownload'), name: z.string() }),
  z.strictObject({ type: z.literal('exportAs') }),
  z.strictObject({ type: z.literal('restoreAutosave') }),
  z.strictObject({ type: z.literal('discardAutosave') }),
  z.strictObject({ type: z.literal('setLanguage'), language: z.enum(['en', 'ko']) }),
]);
export type Control = z.infer<typeof controlSchema>;
