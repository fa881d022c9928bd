import type { AnyObject } from '#shared/kube/types.ts';
import { forbiddenStatus } from '../status.ts';
import type { AdmissionPlugin } from '../types.ts';

function externalIPs(object: AnyObject | null): readonly string[] {
  return (object?.spec as { externalIPs?: readonly string[] } | undefined)?.externalIPs ?? [];
}

/** Services get no external addresses beyond those they have. Off unless enabled. Models plugin/pkg/admission/network/denyserviceexternalips. */
export const denyServiceExternalIPs: AdmissionPlugin = {
  name: 'DenyServiceExternalIPs',
  validate(request) {
    const { object, old, operation } = request;
    if (object?.kind !== 'Service' || request.subresource !== undefined || operation === 'DELETE') return null;
    const kept = new Set(externalIPs(old));
    if (externalIPs(object).every((ip) => kept.has(ip))) return null;
    return forbiddenStatus(object, 'Use of external IPs is denied by admission control.');
  },
};
