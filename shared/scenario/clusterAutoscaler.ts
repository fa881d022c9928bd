import { z } from 'zod';
import { EXPANDERS } from '../kube/nodeGroups.ts';
import { parseQuantity } from '../kube/quantity.ts';
import { TAINT_EFFECTS } from '../kube/taints.ts';

const quantity = z.union([z.string(), z.number()]).superRefine((value, context) => {
  if (!parseQuantity(value).ok || String(value).startsWith('-'))
    context.addIssue({ code: 'custom', message: `expected an amount such as 4, 500m or 8Gi, not ${JSON.stringify(value)}` });
});

const amounts = z.record(z.string(), quantity);
/** What a machine must say of its size to be of any use. */
const capacity = amounts.superRefine((given, context) => {
  const missing = ['cpu', 'memory', 'pods'].filter((name) => !Object.hasOwn(given, name));
  if (missing.length > 0) context.addIssue({ code: 'custom', message: `a machine needs ${missing.join(' and ')}` });
});

const taint = z.strictObject({
  key: z.string().min(1, 'a taint needs a key'),
  value: z.string().optional(),
  effect: z.enum(TAINT_EFFECTS as readonly [string, ...string[]]),
});

const template = z.strictObject({
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  taints: z.array(taint).optional(),
  capacity,
  allocatable: amounts.optional(),
});

/** Names of machines come of it: room for a dash and five letters in a label. */
const groupName = z
  .string()
  .regex(/^[a-z0-9](?:[-a-z0-9]{0,55}[a-z0-9])?$/, 'expected small letters, digits and dashes, 57 at most, such as pool-a');

function sizes(group: { min: number; max: number }, context: z.RefinementCtx): void {
  if (group.max >= group.min) return;
  context.addIssue({ code: 'custom', path: ['max'], message: `the largest size is below the smallest one (${group.min})` });
}

/** Two groups of one name could not be told apart. */
function uniqueNames(groups: readonly { name: string }[], context: z.RefinementCtx): void {
  for (const [i, { name }] of groups.entries()) {
    const first = groups.findIndex((other) => other.name === name);
    if (first < i) context.addIssue({ code: 'custom', path: [i, 'name'], message: `there is a node group "${name}" already` });
  }
}

type Duration = z.ZodType<number, number | string>;

/** Schema of `config.clusterAutoscaler`; durations as everywhere in the file. */
export function clusterAutoscalerSchema(duration: Duration, positive: Duration) {
  const nodeGroup = z
    .strictObject({
      name: groupName,
      min: z.int('expected a whole number').min(0, 'a group cannot have less than no machine'),
      max: z.int('expected a whole number').min(1, 'a group that may have no machine is of no use'),
      provisionMs: duration.optional(),
      priority: z.int('expected a whole number').optional(),
      template,
    })
    .superRefine(sizes);
  return z
    .strictObject({
      enabled: z.boolean(),
      nodeGroups: z.array(nodeGroup).superRefine(uniqueNames),
      scanIntervalMs: positive,
      expander: z.enum(EXPANDERS),
      balanceSimilarNodeGroups: z.boolean(),
      maxNodesTotal: z.int('expected a whole number').min(0, 'expected 0 (no limit) or more'),
      expendablePodsPriorityCutoff: z.int('expected a priority'),
      maxNodeProvisionMs: positive,
      scaleDownEnabled: z.boolean(),
      scaleDownUtilizationThreshold: z.number().min(0, 'expected a share of 0 to 1').max(1, 'expected a share of 0 to 1'),
      scaleDownUnneededMs: duration,
      scaleDownDelayAfterAddMs: duration,
      scaleDownDelayAfterDeleteMs: duration,
      scaleDownDelayAfterFailureMs: duration,
      skipNodesWithLocalStorage: z.boolean(),
      skipNodesWithSystemPods: z.boolean(),
    })
    .partial()
    .superRefine((given, context) => {
      if (given.enabled !== true || (given.nodeGroups?.length ?? 0) > 0) return;
      const message = 'the autoscaler needs at least one node group that it may change';
      context.addIssue({ code: 'custom', path: given.nodeGroups === undefined ? [] : ['nodeGroups'], message });
    });
}
