import { countedStrategy } from './common.ts';
import type { KindStrategy } from './strategy.ts';

/** A validating policy is born without a status; the controller that checks its expressions writes it. Models validatingadmissionpolicy strategy. */
export const validatingPolicyStrategy: KindStrategy = {
  ...countedStrategy,
  completeCreate: (policy) => ({ ...policy, status: policy.status ?? {} }),
};

/** Bindings and mutating policies count the changes of their spec. */
export const policyStrategy: KindStrategy = countedStrategy;
