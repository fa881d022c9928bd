import { ipv4Number, ipv4Text } from '#shared/kube/ip.ts';
import type { Service } from '#shared/kube/types.ts';
import type { RandomStream } from '../../sim/types.ts';

/** Range of cluster addresses. Models --service-cluster-ip-range. */
export const SERVICE_RANGE = { base: '10.96.0.0', prefix: 16 } as const;
/** The first address of the range is the API server's own. */
export const API_SERVER_IP = '10.96.0.1';
/** Range of node ports. Models --service-node-port-range. */
export const NODE_PORTS = { first: 30_000, last: 32_767 } as const;

const TAKEN_IP = 'provided IP is already allocated';
const OTHER_RANGE = 'the provided network does not match the current range';
const TAKEN_PORT = 'provided port is already allocated';
const FULL = 'range is full';

/** Port shown by a dry run that is given none. */
const DRY_PORT = 32_769;

/** Values of the range, those below the band last: they are for people who choose. */
interface Range {
  readonly first: number;
  readonly last: number;
  /** How many values at the beginning are given by the server only when nothing else is left. */
  readonly band: number;
}

/** Size of the part of a range that is left for chosen values. Models calculateRangeOffset. */
function bandOf(size: number, step: number, most: number): number {
  if (size <= 16) return 0;
  return Math.min(Math.max(16, Math.floor(size / step)), most);
}

function addressRange(): Range {
  const base = ipv4Number(SERVICE_RANGE.base) ?? 0;
  const size = 2 ** (32 - SERVICE_RANGE.prefix);
  // Neither the network's own address nor the broadcast address.
  return { first: base + 1, last: base + size - 2, band: bandOf(size, 16, 256) };
}

const ADDRESSES = addressRange();
const PORTS: Range = {
  first: NODE_PORTS.first,
  last: NODE_PORTS.last,
  band: bandOf(NODE_PORTS.last - NODE_PORTS.first + 1, 32, 128),
};

/** A free value: from the stream when it falls on one, else the next free one; undefined when all are taken. */
function draw(range: Range, taken: ReadonlySet<number>, stream: RandomStream): number | undefined {
  const parts: readonly (readonly [from: number, to: number])[] = [
    [range.first + range.band, range.last],
    [range.first, range.first + range.band - 1],
  ];
  for (const [from, to] of parts) {
    const count = to - from + 1;
    if (count <= 0) continue;
    const start = stream.nextInt(count);
    for (let step = 0; step < count; step++) {
      const value = from + ((start + step) % count);
      if (!taken.has(value)) return value;
    }
  }
  return undefined;
}

/** What a pool answers: the value, or why there is none. */
export type Given<T> = { readonly value: T } | { readonly why: string };

/** Addresses as they are taken by the services there are, and what one request takes more. Models registry/core/service/ipallocator. */
export class AddressPool {
  readonly #taken: Set<number>;
  readonly #stream: RandomStream;
  readonly #dryRun: boolean;

  constructor(services: readonly Service[], stream: RandomStream, dryRun: boolean) {
    this.#stream = stream;
    this.#dryRun = dryRun;
    this.#taken = new Set([ipv4Number(API_SERVER_IP) ?? 0]);
    for (const { spec } of services) for (const ip of spec?.clusterIPs ?? []) this.#add(ip);
  }

  #add(ip: string): void {
    const value = ip === 'None' ? undefined : ipv4Number(ip);
    if (value !== undefined) this.#taken.add(value);
  }

  /** Takes an address somebody chose. */
  take(ip: string, owner: string | undefined): Given<string> {
    const value = ipv4Number(ip);
    if (value === undefined || value < ADDRESSES.first || value > ADDRESSES.last) return { why: OTHER_RANGE };
    // The API server's own service is the only one that may have the first address.
    const own = ip === API_SERVER_IP && owner === 'default/kubernetes';
    if (!this.#dryRun && !own && this.#taken.has(value)) return { why: TAKEN_IP };
    this.#taken.add(value);
    return { value: ip };
  }

  /** Gives any address; a dry run gets that of the network, for nothing is looked for. */
  next(): Given<string> {
    if (this.#dryRun) return { value: SERVICE_RANGE.base };
    const value = draw(ADDRESSES, this.#taken, this.#stream);
    if (value === undefined) return { why: FULL };
    this.#taken.add(value);
    return { value: ipv4Text(value) };
  }
}

/** Node ports, health check ports among them. Models registry/core/service/portallocator. */
export class PortPool {
  readonly #taken = new Set<number>();
  readonly #own: number[] = [];
  readonly #stream: RandomStream;
  readonly #dryRun: boolean;

  constructor(services: readonly Service[], stream: RandomStream, dryRun: boolean) {
    this.#stream = stream;
    this.#dryRun = dryRun;
    for (const { spec } of services) {
      for (const { nodePort } of spec?.ports ?? []) if (nodePort) this.#taken.add(nodePort);
      if (spec?.healthCheckNodePort) this.#taken.add(spec.healthCheckNodePort);
    }
  }

  /** Takes a port somebody chose. */
  take(port: number): Given<number> {
    if (!this.#dryRun && (port < PORTS.first || port > PORTS.last)) {
      return { why: `provided port is not in the valid range. The range of valid ports is ${PORTS.first}-${PORTS.last}` };
    }
    if (this.#taken.has(port)) return { why: TAKEN_PORT };
    this.#taken.add(port);
    this.#own.push(port);
    return { value: port };
  }

  /** Gives any port; those of a dry run lie beyond the range. */
  next(): Given<number> {
    if (this.#dryRun) {
      const port = this.#own.length === 0 ? DRY_PORT : Math.max(...this.#own) + 1;
      this.#own.push(port);
      return { value: port };
    }
    const value = draw(PORTS, this.#taken, this.#stream);
    if (value === undefined) return { why: FULL };
    this.#taken.add(value);
    this.#own.push(value);
    return { value };
  }
}
