import { ok, type Result } from '#shared/core/result.ts';
import type { Status } from '#shared/kube/types.ts';
import type { Client } from '../client/types.ts';
import { nameOf } from './words.ts';

/** Marks a node unschedulable, or schedulable again; kubectl's line, or the API's error. Models kubectl/pkg/drain CordonHelper. */
export function cordonNode(
  client: Client,
  name: string,
  cordon: boolean,
  options: { dryRun?: boolean } = {},
): Result<string, Status> {
  const found = client.get('Node', '', name);
  if (!found.ok) return found;
  const ref = { kind: 'Node', namespace: '', name };
  const verb = cordon ? 'cordoned' : 'uncordoned';
  if ((found.value.spec.unschedulable === true) === cordon) return ok(`${nameOf(ref)} already ${verb}`);
  const patched = client.patch(ref, 'strategic', { spec: { unschedulable: cordon ? true : null } }, options);
  return patched.ok ? ok(`${nameOf(ref)} ${verb}`) : patched;
}
