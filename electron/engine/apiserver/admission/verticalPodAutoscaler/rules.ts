import type { VerticalPodAutoscaler, VpaContainerPolicy } from '#shared/kube/kinds.ts';
import { compareQuantity, parseQuantity, type Quantity } from '#shared/kube/quantity.ts';
import { UPDATE_MODES } from '#shared/kube/vpa.ts';

const NANO_PER_MILLI = 1_000_000n;
const NANO_PER_UNIT = 1_000_000_000n;

function parsed(amount: string | number | undefined): Quantity | undefined {
  const result = amount === undefined ? undefined : parseQuantity(amount);
  return result?.ok === true ? result.value : undefined;
}

/** Amounts finer than the autoscaler counts. Models validateResourceResolution. */
function resolutionFault(name: string, amount: string | number): string | undefined {
  const nano = parsed(amount)?.nano ?? 0n;
  if (name === 'cpu' && nano % NANO_PER_MILLI !== 0n) return `CPU [${amount}] must be a whole number of milli CPUs`;
  if (name === 'memory' && nano % NANO_PER_UNIT !== 0n) return `Memory [${amount}] must be a whole number of bytes`;
  return undefined;
}

function policyFault(policy: VpaContainerPolicy): string | undefined {
  if (!policy.containerName) return 'containerPolicies.ContainerName is required if policy is used';
  const { mode, minAllowed = {}, maxAllowed = {}, controlledValues } = policy;
  if (mode !== undefined && mode !== 'Auto' && mode !== 'Off') return `unexpected Mode value ${mode}`;
  for (const [name, least] of Object.entries(minAllowed)) {
    const fault = resolutionFault(name, least);
    if (fault !== undefined) return `minAllowed: ${fault}`;
    const [low, high] = [parsed(least), parsed(maxAllowed[name])];
    if (low !== undefined && high !== undefined && compareQuantity(high, low) < 0)
      return `max resource for ${name} is lower than min`;
  }
  for (const [name, most] of Object.entries(maxAllowed)) {
    const fault = resolutionFault(name, most);
    if (fault !== undefined) return `maxAllowed: ${fault}`;
  }
  if (mode === 'Off' && controlledValues !== undefined)
    return "controlledValues shouldn't be specified if container scaling mode is off";
  return undefined;
}

/** What the vpa admission controller says against an autoscaler; undefined when nothing. Models resource/vpa ValidateVPA. */
export function verticalAutoscalerFault({ spec }: VerticalPodAutoscaler, isCreate: boolean): string | undefined {
  const { updatePolicy, resourcePolicy, targetRef, recommenders = [] } = spec;
  if (updatePolicy !== undefined) {
    const { updateMode, minReplicas } = updatePolicy;
    if (updateMode === undefined) return 'updateMode is required if UpdatePolicy is used';
    if (!UPDATE_MODES.some((mode) => mode === updateMode)) return `unexpected UpdateMode value ${updateMode}`;
    if (minReplicas !== undefined && minReplicas <= 0) return `minReplicas has to be positive, got ${minReplicas}`;
  }
  for (const policy of resourcePolicy?.containerPolicies ?? []) {
    const fault = policyFault(policy);
    if (fault !== undefined) return fault;
  }
  if (isCreate && targetRef === undefined)
    return "targetRef is required. If you're using v1beta1 version of the API, please migrate to v1";
  return recommenders.length > 1 ? "the current version of VPA object shouldn't specify more than one recommenders" : undefined;
}
