import { ok, type Result } from '#shared/core/result.ts';
import type { Status } from '#shared/kube/types.ts';
import type { Client } from '../client/types.ts';
import { nameOf } from './words.ts';

/**
 * Marks a node unschedulable, or schedulable again; kubectl's line, or the API's error. A dry run says what would be done: on the client's word
 * alone, or after the server has checked it. Models kubectl/pkg/drain CordonHelper.
 */
export function cordonNode(client: Client, name: string, cordon: boolean, dryRun?: 'client' | 'server'): Result<string, Status> {
  const found = client.get('Node', '', name);
  if (!found.ok) return found;
  const ref = { kind: 'Node', namespace: '', name };
  const verb = cordon ? 'cordoned' : 'uncordoned';
  const suffix = dryRun === undefined ? '' : dryRun === 'server' ? ' (server dry run)' : ' (dry run)';
  if ((found.value.spec.unschedulable === true) === cordon) return ok(`${nameOf(ref)} already ${verb}${suffix}`);
  if (dryRun === 'client') return ok(`${nameOf(ref)} ${verb}${suffix}`);
  const patched = client.patch(
    ref,
    'strategic',
    { spec: { unschedulable: cordon ? true : null } },
    { dryRun: dryRun === 'server' },
  );
  return patched.ok ? ok(`${nameOf(ref)} ${verb}${suffix}`) : patched;
}
