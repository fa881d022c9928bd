import { err, ok, type Result } from '#shared/core/result.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, Service, Status } from '#shared/kube/types.ts';
import type { Random, RandomStream } from '../../sim/types.ts';
import { internalError } from '../status.ts';
import { type FieldError, invalid } from '../validation/errors.ts';
import { invalidStatus } from '../validation/index.ts';
import { initFamilies, keepsPreferredFamilies } from './families.ts';
import { needsHealthPort, normalizeClusterIps, patchAllocated } from './linked.ts';
import { AddressPool, PortPool } from './pools.ts';

type Spec = Service['spec'];

/** Ends a request; thrown and caught in this file only. */
class Refused extends Error {
  readonly status: Status;
  constructor(status: Status) {
    super(status.message ?? '');
    this.status = status;
  }
}

interface Pools {
  readonly addresses: AddressPool;
  readonly ports: PortPool;
}

/**
 * Gives services their addresses and node ports. What is taken is read off the services there are, at every request: nothing is kept that a
 * restart would lose, and what a deleted service had is free at once. Models registry/core/service/storage REST beginCreate and beginUpdate.
 */
export class ServiceAllocators {
  readonly #addresses: RandomStream;
  readonly #ports: RandomStream;
  readonly #services: () => readonly AnyObject[];

  constructor(random: Random, services: () => readonly AnyObject[]) {
    this.#addresses = random.stream('apiserver/cluster-ip');
    this.#ports = random.stream('apiserver/node-port');
    this.#services = services;
  }

  /** The object with what the server gives it, before validation; any other kind as it is. 422 for values that cannot be had. */
  begin(object: AnyObject, old: AnyObject | undefined, dryRun: boolean): Result<AnyObject, Status> {
    if (object.kind !== 'Service' || kindInfo('Service')?.apiVersion !== object.apiVersion) return ok(object);
    const next = draftOf(object as unknown as Service);
    const before = old as unknown as Service | undefined;
    const services = this.#services() as unknown as readonly Service[];
    const pools: Pools = {
      addresses: new AddressPool(services, this.#addresses, dryRun),
      ports: new PortPool(services, this.#ports, dryRun),
    };
    try {
      if (before === undefined) allocateCreate(next, pools);
      else allocateUpdate(next, before, pools);
    } catch (refusal) {
      if (refusal instanceof Refused) return err(refusal.status);
      throw refusal;
    }
    return ok(next as unknown as AnyObject);
  }
}

/** A copy whose spec, ports and lists may be changed in place. */
function draftOf(service: Service): Service {
  const { spec } = service;
  return {
    ...service,
    spec: {
      ...spec,
      ...(spec.ports === undefined ? {} : { ports: spec.ports.map((port) => ({ ...port })) }),
      ...(spec.clusterIPs === undefined ? {} : { clusterIPs: [...spec.clusterIPs] }),
      ...(spec.ipFamilies === undefined ? {} : { ipFamilies: [...spec.ipFamilies] }),
    },
  };
}

function refuse(service: Service, errors: readonly FieldError[]): never {
  throw new Refused(invalidStatus(service as unknown as AnyObject, errors));
}

function fail(message: string): never {
  throw new Refused({ ...internalError(`Internal error occurred: ${message}`), reason: 'InternalError' });
}

function allocateCreate(service: Service, pools: Pools): void {
  normalizeClusterIps(service.spec, undefined);
  const errors = initFamilies(service.spec, undefined);
  if (errors.length > 0) refuse(service, errors);
  giveAddresses(service, pools);
  if (hasNodePorts(service.spec)) initNodePorts(service, pools);
  if (needsHealthPort(service.spec)) giveHealthPort(service, pools);
}

function allocateUpdate(service: Service, old: Service, pools: Pools): void {
  patchAllocated(service.spec, old.spec);
  normalizeClusterIps(service.spec, old.spec);
  const errors = initFamilies(service.spec, old.spec);
  if (errors.length > 0) refuse(service, errors);
  const kept = keepsPreferredFamilies(service.spec, old.spec);
  if (!kept && old.spec.type === 'ExternalName' && service.spec.type !== 'ExternalName') giveAddresses(service, pools);
  if (hasNodePorts(service.spec)) updateNodePorts(service, old, pools);
  updateHealthPort(service, old, pools);
}

function ownerOf({ metadata }: Service): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** One address for each family the service has none for. Models allocClusterIPs. */
function giveAddresses(service: Service, { addresses }: Pools): void {
  const { spec } = service;
  if (spec.type === 'ExternalName' || spec.clusterIPs?.[0] === 'None') return;
  const ips = spec.clusterIPs ?? [];
  (spec.ipFamilies ?? []).forEach((_, i) => {
    const asked = ips[i];
    const given = asked === undefined ? addresses.next() : addresses.take(asked, ownerOf(service));
    if ('value' in given) {
      ips[i] = given.value;
      return;
    }
    if (asked === undefined) fail(`failed to allocate a serviceIP: ${given.why}`);
    refuse(service, [invalid('spec.clusterIPs', ips, `failed to allocate IP ${asked}: ${given.why}`)]);
  });
  const [first] = ips;
  if (first === undefined) return;
  spec.clusterIPs = ips;
  spec.clusterIP = first;
}

function hasNodePorts({ type }: Spec): boolean {
  return type === 'NodePort' || type === 'LoadBalancer';
}

/** Whether ports that name no node port get one. Models shouldAllocateNodePorts. */
function getsNodePorts({ type, allocateLoadBalancerNodePorts }: Spec): boolean {
  return type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false);
}

function takePort(service: Service, index: number, port: number, { ports }: Pools): void {
  const given = ports.take(port);
  if ('why' in given) refuse(service, [invalid(`spec.ports[${index}].nodePort`, port, given.why)]);
}

function anyPort({ ports }: Pools): number {
  const given = ports.next();
  return 'value' in given ? given.value : fail(`failed to allocate a nodePort: ${given.why}`);
}

/** The same port over two protocols shares one node port. Models initNodePorts. */
function initNodePorts(service: Service, pools: Pools): void {
  const shared = new Map<number, number>();
  const all = service.spec.ports ?? [];
  for (const [i, port] of all.entries()) {
    if (!port.nodePort && !getsNodePorts(service.spec)) continue;
    const known = shared.get(port.port);
    if (known === undefined) {
      const asked = all.find((one) => one.port === port.port && (one.nodePort ?? 0) !== 0)?.nodePort;
      if (asked === undefined) port.nodePort = anyPort(pools);
      else {
        takePort(service, i, asked, pools);
        port.nodePort = asked;
      }
      shared.set(port.port, port.nodePort);
    } else if (!port.nodePort) port.nodePort = known;
    else if (port.nodePort !== known) takePort(service, i, port.nodePort, pools);
  }
}

/** Node ports the service had stay its own; others are taken or given. Models updateNodePorts. */
function updateNodePorts(service: Service, old: Service, pools: Pools): void {
  const had = new Set((old.spec.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : [])));
  const taken = new Set<number>();
  for (const [i, port] of (service.spec.ports ?? []).entries()) {
    if (!port.nodePort) {
      if (getsNodePorts(service.spec)) port.nodePort = anyPort(pools);
      continue;
    }
    if (!had.has(port.nodePort) && !taken.has(port.nodePort)) takePort(service, i, port.nodePort, pools);
    taken.add(port.nodePort);
  }
}

/** Models allocHealthCheckNodePort. */
function giveHealthPort({ spec }: Service, { ports }: Pools): void {
  const asked = spec.healthCheckNodePort;
  const given = asked ? ports.take(asked) : ports.next();
  if ('value' in given) spec.healthCheckNodePort = given.value;
  else if (asked) fail(`failed to allocate requested HealthCheck NodePort ${asked}: ${given.why}`);
  else fail(`failed to allocate a HealthCheck NodePort ${spec.healthCheckNodePort ?? 0}: ${given.why}`);
}

/** Models healthCheckNodePortUpdate. */
function updateHealthPort(service: Service, old: Service, pools: Pools): void {
  const [needed, needs] = [needsHealthPort(old.spec), needsHealthPort(service.spec)];
  if (needs && !needed) giveHealthPort(service, pools);
  const port = service.spec.healthCheckNodePort ?? 0;
  if (!needs || !needed || port === (old.spec.healthCheckNodePort ?? 0)) return;
  refuse(service, [invalid('spec.healthCheckNodePort', port, 'field is immutable')]);
}
