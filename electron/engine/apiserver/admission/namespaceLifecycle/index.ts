import { kindInfo } from '#shared/kube/registry.ts';
import type { Status } from '#shared/kube/types.ts';
import { forbiddenStatus, notFoundStatus } from '../status.ts';
import type { AdmissionAccess, AdmissionPlugin, AdmissionRequest } from '../types.ts';

/** Namespaces that the cluster can't live without. */
const IMMORTAL: readonly string[] = ['default', 'kube-system', 'kube-public'];

function refuse(request: AdmissionRequest, access: AdmissionAccess): Status | null {
  const subject = request.object ?? request.old;
  if (subject === null || request.subresource !== undefined) return null;
  if (request.operation === 'DELETE') {
    const immortal = subject.kind === 'Namespace' && IMMORTAL.includes(subject.metadata.name);
    return immortal ? forbiddenStatus(subject, 'this namespace may not be deleted') : null;
  }
  if (request.operation !== 'CREATE' || kindInfo(subject.kind)?.namespaced !== true) return null;
  const name = subject.metadata.namespace ?? '';
  const namespace = access.get('Namespace', '', name);
  if (namespace === undefined) return notFoundStatus('namespaces', name);
  if (!namespace.metadata.deletionTimestamp) return null;
  return forbiddenStatus(subject, `unable to create new content in namespace ${name} because it is being terminated`, [
    { reason: 'NamespaceTerminating', message: `namespace ${name} is being terminated`, field: 'metadata.namespace' },
  ]);
}

/**
 * Nothing is created in a namespace that is missing or going away, and the namespaces of the system stay.
 * Models plugin/namespace/lifecycle.
 */
export const namespaceLifecycle: AdmissionPlugin = { name: 'NamespaceLifecycle', guard: refuse };
