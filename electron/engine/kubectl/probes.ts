import { err, ok } from '#shared/core/result.ts';
import { allContainers } from '#shared/kube/pod.ts';
import type { Container, ObjectRef } from '#shared/kube/types.ts';
import type { ApiResult, Client } from '../client/types.ts';
import { type ProbeKind, probeAnnotation, READY_ANNOTATION } from '../kubelet/behaviour.ts';
import { clientError, line } from './words.ts';

/** What the command setProbe asks for. */
export interface ProbeSetting {
  ref: ObjectRef;
  /** All containers of the pod when it is not given. */
  container?: string | undefined;
  probe: ProbeKind;
  outcome: 'pass' | 'fail';
}

function has(container: Container, probe: ProbeKind): boolean {
  if (probe === 'startup') return container.startupProbe !== undefined;
  return probe === 'readiness' || container.livenessProbe !== undefined;
}

/**
 * Scripts a probe from now on, through an annotation, so that it is saved with the pod. A container without that probe is an error, but for readiness,
 * which any container can lose.
 */
export function setProbe(client: Client, { ref, container, probe, outcome }: ProbeSetting): ApiResult<string[]> {
  const found = client.get('Pod', ref.namespace, ref.name);
  if (!found.ok) return found;
  const containers = allContainers(found.value.spec);
  const meant = container === undefined ? containers : containers.filter(({ name }) => name === container);
  if (container !== undefined && meant.length === 0)
    return err(clientError(`container ${container} not found in pod ${ref.name}`));
  if (!meant.some((one) => has(one, probe)))
    return err(
      clientError(`${container === undefined ? `pod "${ref.name}"` : `container "${container}"`} has no ${probe} probe`),
    );
  const annotations: Record<string, string | null> = {};
  // What was scripted for single containers, or told without a probe, must not stand against the new word.
  if (probe === 'readiness') annotations[READY_ANNOTATION] = null;
  if (container === undefined) for (const { name } of containers) annotations[probeAnnotation(probe, name)] = null;
  annotations[probeAnnotation(probe, container)] = outcome;
  const patched = client.patch(ref, 'merge', { metadata: { annotations } });
  if (!patched.ok) return patched;
  const whose = container === undefined ? '' : ` of container ${container}`;
  return ok([line(ref, `${probe} probe${whose} ${outcome === 'pass' ? 'passes' : 'fails'}`)]);
}
