import { isPodReady } from '#shared/kube/conditions.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '#shared/kube/storage.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import { nameOf, ofKind } from './state.ts';

function untyped<T>(objects: readonly AnyObject[], kind: string): T[] {
  return objects.filter((object) => object.kind === kind) as unknown as T[];
}

/** Objects in namespaces that are not there. */
export function strayObjects(objects: readonly AnyObject[]): string[] {
  const namespaces = new Set(ofKind(objects, 'Namespace').map(({ metadata }) => metadata.name));
  return objects
    .filter(({ metadata }) => (metadata.namespace ?? '') !== '' && !namespaces.has(metadata.namespace ?? ''))
    .map((object) => `${object.kind} ${nameOf(object)} is in a namespace that is gone`);
}

/** Claims and volumes that are bound two to one, or to something else than each other. */
export function doubleBindings(objects: readonly AnyObject[]): string[] {
  const faults: string[] = [];
  const volumes = new Map(untyped<PersistentVolume>(objects, 'PersistentVolume').map((volume) => [volume.metadata.name, volume]));
  const holders = new Map<string, string>();
  for (const claim of untyped<PersistentVolumeClaim>(objects, 'PersistentVolumeClaim')) {
    const name = claim.spec.volumeName ?? '';
    if (claim.status?.phase !== 'Bound' || name === '') continue;
    const other = holders.get(name);
    if (other !== undefined) faults.push(`volume ${name} is bound to claims ${other} and ${nameOf(claim)}`);
    holders.set(name, nameOf(claim));
    const reference = volumes.get(name)?.spec.claimRef;
    if (reference?.uid !== undefined && reference.uid !== claim.metadata.uid)
      faults.push(`claim ${nameOf(claim)} is bound to volume ${name}, which belongs to ${reference.namespace}/${reference.name}`);
  }
  return faults;
}

/** Addresses and ports of services that are given twice. */
export function doubleAddresses(objects: readonly AnyObject[]): string[] {
  const faults: string[] = [];
  const takers = new Map<string, string>();
  const take = (what: string, who: string): void => {
    const other = takers.get(what);
    if (other !== undefined && other !== who) faults.push(`${what} is given to ${other} and ${who}`);
    takers.set(what, who);
  };
  for (const service of ofKind(objects, 'Service')) {
    for (const address of service.spec?.clusterIPs ?? []) if (address !== 'None') take(`cluster IP ${address}`, nameOf(service));
    for (const { nodePort, protocol } of service.spec?.ports ?? [])
      if (nodePort !== undefined && nodePort !== 0) take(`node port ${nodePort}/${protocol}`, nameOf(service));
  }
  for (const pod of ofKind(objects, 'Pod')) {
    const { podIP, phase } = pod.status;
    if (podIP !== undefined && podIP !== pod.status.hostIP && phase === 'Running') take(`pod IP ${podIP}`, `pod ${nameOf(pod)}`);
  }
  return faults;
}

/** Mirror pods that are not on the machine that owns them. */
export function strayMirrors(objects: readonly AnyObject[]): string[] {
  return ofKind(objects, 'Pod')
    .filter((pod) => pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined)
    .filter((pod) => {
      const [owner] = pod.metadata.ownerReferences ?? [];
      return owner?.kind !== 'Node' || owner.name !== pod.spec.nodeName || !pod.metadata.name.endsWith(`-${owner.name}`);
    })
    .map((pod) => `mirror pod ${nameOf(pod)} is not on the node that owns it`);
}

/** Dependents all of whose owners are gone, once there was time to collect them. */
export function orphanedDependents(objects: readonly AnyObject[]): string[] {
  const uids = new Set(objects.map(({ metadata }) => metadata.uid));
  return objects
    .filter(({ metadata, kind }) => kind !== 'Lease' && kind !== 'Event' && (metadata.ownerReferences?.length ?? 0) > 0)
    .filter(({ metadata }) => metadata.ownerReferences?.every(({ uid }) => !uids.has(uid)) === true)
    .map((object) => `${object.kind} ${nameOf(object)} outlives ${object.metadata.ownerReferences?.[0]?.kind} that owned it`);
}

/** Endpoints of pods that are not there, or that say ready of one that is not; ready pods of a service that no slice lists. */
export function wrongEndpoints(objects: readonly AnyObject[]): string[] {
  const faults: string[] = [];
  const pods = new Map(ofKind(objects, 'Pod').map((pod) => [nameOf(pod), pod]));
  const services = new Map(ofKind(objects, 'Service').map((service) => [nameOf(service), service]));
  const listed = new Map<string, Set<string>>();
  for (const slice of ofKind(objects, 'EndpointSlice')) {
    if (slice.metadata.labels?.['endpointslice.kubernetes.io/managed-by'] !== 'endpointslice-controller.k8s.io') continue;
    const namespace = slice.metadata.namespace ?? '';
    const owner = `${namespace}/${slice.metadata.labels['kubernetes.io/service-name'] ?? ''}`;
    const seen = listed.get(owner) ?? new Set();
    listed.set(owner, seen);
    // What a deletion without cascade has left over is nobody's business any more.
    if (!services.has(owner)) continue;
    for (const { targetRef, conditions } of slice.endpoints ?? []) {
      if (targetRef?.kind !== 'Pod') continue;
      const pod = pods.get(`${namespace}/${targetRef.name}`);
      seen.add(targetRef.name ?? '');
      if (pod === undefined || pod.metadata.uid !== targetRef.uid) {
        faults.push(`slice ${nameOf(slice)} lists pod ${targetRef.name}, which is gone`);
        continue;
      }
      const all = services.get(owner)?.spec?.publishNotReadyAddresses === true;
      const ready = all || (isPodReady(pod) && pod.metadata.deletionTimestamp === undefined);
      if (conditions?.ready !== ready)
        faults.push(`slice ${nameOf(slice)} says ready ${conditions?.ready} of pod ${targetRef.name}`);
    }
  }
  for (const [name, service] of services) {
    const selector = Object.entries(service.spec?.selector ?? {});
    // Without slices there is nobody who makes them.
    if (selector.length === 0 || listed.size === 0 || service.spec?.type === 'ExternalName') continue;
    for (const pod of pods.values()) {
      if (
        pod.metadata.namespace !== service.metadata.namespace ||
        !isPodReady(pod) ||
        pod.metadata.deletionTimestamp !== undefined
      )
        continue;
      if (pod.status.podIP === undefined || !selector.every(([key, value]) => pod.metadata.labels?.[key] === value)) continue;
      if (listed.get(name)?.has(pod.metadata.name) !== true)
        faults.push(`no slice of service ${name} lists pod ${pod.metadata.name}`);
    }
  }
  return faults;
}
