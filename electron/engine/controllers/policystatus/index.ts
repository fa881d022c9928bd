import type { ValidatingAdmissionPolicy } from '#shared/kube/kinds.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';
import { checkPolicy } from './check.ts';

const NAME = 'validatingadmissionpolicy-status-controller';

/** Checks the expressions of each new version of a policy and writes what it thinks of them into the status. Models pkg/controller/validatingadmissionpolicystatus. */
export function createPolicyStatusController(ctx: ComponentContext): Component {
  const client = ctx.client(NAME);
  const policies = ctx.informer('ValidatingAdmissionPolicy');
  const sync = (policy: ValidatingAdmissionPolicy): boolean => {
    const generation = policy.metadata.generation ?? 0;
    if (generation <= (policy.status?.observedGeneration ?? 0)) return true;
    const expressionWarnings = checkPolicy(policy);
    const typeChecking = expressionWarnings.length === 0 ? {} : { expressionWarnings };
    const written = client.updateStatus({
      ...policy,
      status: { ...policy.status, observedGeneration: generation, typeChecking },
    });
    return written.ok || written.error.reason === 'NotFound';
  };
  const queue = controllerQueue(ctx, NAME, (key) => {
    const policy = policies.lister.get('', splitKey(key).name);
    if (policy === undefined || sync(policy)) retries.forget(key);
    else retries.failed(key);
  });
  const retries = retrying(queue);
  const enqueue = (policy: ValidatingAdmissionPolicy): void => queue.add(queueKey(policy));
  return lifecycle(NAME, queue, () => [
    policies.subscribe({ onAdd: enqueue, onUpdate: (_before, after) => enqueue(after) }, { replay: true }),
  ]);
}
