import { z } from 'zod';
import { refSchema } from './commands.ts';

/** A field that a plugin changed; without `before` it was not there, without `after` it went. */
const admissionChangeSchema = z.strictObject({
  path: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
export type AdmissionChange = z.infer<typeof admissionChangeSchema>;

/** What one admission plugin did to a request; `validation` stands for the checks of the kind itself, `storage` for a name that is taken. */
const admissionStepSchema = z.strictObject({
  plugin: z.string(),
  changes: z.array(admissionChangeSchema),
  refused: z.string().optional(),
  warnings: z.array(z.string()),
});
export type AdmissionStep = z.infer<typeof admissionStepSchema>;

/** One write on its way through admission. Plugins that did nothing are not named; `dryRun` is a refused rehearsal of a real request. */
export const admissionDecisionSchema = z.strictObject({
  atMs: z.number(),
  operation: z.enum(['CREATE', 'UPDATE', 'DELETE', 'CONNECT']),
  user: z.string(),
  /** The name is the generateName prefix where the request was refused before it had a name. */
  ref: refSchema,
  subresource: z.string().optional(),
  dryRun: z.boolean(),
  steps: z.array(admissionStepSchema),
  refusal: z.strictObject({ by: z.string(), code: z.number(), reason: z.string(), message: z.string() }).optional(),
});
export type AdmissionDecision = z.infer<typeof admissionDecisionSchema>;
