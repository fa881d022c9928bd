import { compareStrings } from '#shared/core/compare.ts';
import { parseIp } from '#shared/kube/ip.ts';
import type { Endpoints } from '#shared/kube/types.ts';
import { fnv128a } from './portOrder.ts';

/** One subset: addresses that all have the same ports. */
export type Subset = NonNullable<Endpoints['subsets']>[number];
/** One address of a subset. */
export type Address = NonNullable<Subset['addresses']>[number];
/** One port of a subset. */
export type SubsetPort = NonNullable<Subset['ports']>[number];

interface Entry {
  readonly address: Address;
  readonly ready: boolean;
}

function uidOf({ targetRef }: Address): string {
  return targetRef?.uid ?? '';
}

/** Keys of addresses met before; a function of the text alone, so forgetting them changes nothing. */
const keys = new Map<string, string>();
const MOST_KEYS = 100_000;

/** A key by which addresses sort as their sixteen bytes do. */
function bytesOf(ip: string): string {
  const known = keys.get(ip);
  if (known !== undefined) return known;
  const bytes = parseIp(ip)?.bytes ?? [];
  const whole = bytes.length === 4 ? [...new Array<number>(10).fill(0), 255, 255, ...bytes] : bytes;
  const key = whole.map((byte) => String.fromCharCode(byte)).join('');
  if (keys.size >= MOST_KEYS) keys.clear();
  keys.set(ip, key);
  return key;
}

/** By address, then by the pod's uid. Models LessEndpointAddress. */
function byAddress(a: Entry, b: Entry): number {
  return (
    compareStrings(bytesOf(a.address.ip), bytesOf(b.address.ip)) ||
    compareStrings(a.address.ip, b.address.ip) ||
    compareStrings(uidOf(a.address), uidOf(b.address))
  );
}

function printed({ name = '', port, protocol = 'TCP', appProtocol }: SubsetPort): string {
  return `(v1.EndpointPort){Name:(string)${name} Port:(int32)${port} Protocol:(v1.Protocol)${protocol} AppProtocol:(*string)${appProtocol ?? '<nil>'}}`;
}

function sortedPorts(ports: readonly SubsetPort[]): SubsetPort[] {
  if (ports.length < 2) return [...ports];
  const keyed = ports.map((port) => ({ port, key: fnv128a(printed(port)) }));
  return keyed.sort((a, b) => compareStrings(a.key, b.key)).map(({ port }) => port);
}

/**
 * Subsets merged so that no two have the same ports or the same addresses, everything in an order that never varies. Models
 * endpoints.RepackSubsets; the order of subsets is our own, as the real one depends on uids.
 */
export function repackSubsets(subsets: readonly Subset[]): Subset[] {
  // Addresses by port; an address without ports is kept under none.
  const byPort = new Map<string, { port: SubsetPort | undefined; entries: Map<string, Entry> }>();
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    const entries: Entry[] = [
      ...addresses.map((address) => ({ address, ready: true })),
      ...notReadyAddresses.map((address) => ({ address, ready: false })),
    ];
    for (const port of ports.length === 0 ? [undefined] : ports) {
      const key = port === undefined ? '' : printed(port);
      const known = byPort.get(key) ?? { port, entries: new Map<string, Entry>() };
      byPort.set(key, known);
      for (const entry of entries) {
        const id = `${entry.address.ip}|${uidOf(entry.address)}`;
        // Ready wins over not ready, the first of equals over the others.
        const before = known.entries.get(id);
        if (before === undefined || (entry.ready && !before.ready)) known.entries.set(id, entry);
      }
    }
  }
  // Ports by the set of their addresses.
  const bySet = new Map<string, { entries: Entry[]; ports: SubsetPort[] }>();
  for (const { port, entries } of byPort.values()) {
    const list = [...entries.values()].sort(byAddress);
    const key = list.map(({ address, ready }) => `${address.ip}|${uidOf(address)}|${ready}`).join(',');
    const known = bySet.get(key) ?? { entries: list, ports: [] };
    bySet.set(key, known);
    if (port !== undefined) known.ports.push(port);
  }
  return [...bySet.values()]
    .map(subsetOf)
    .sort((a, b) => compareStrings(JSON.stringify(a.ports ?? []), JSON.stringify(b.ports ?? [])));
}

function subsetOf({ entries, ports }: { entries: Entry[]; ports: SubsetPort[] }): Subset {
  const addresses = entries.filter(({ ready }) => ready).map(({ address }) => address);
  const notReadyAddresses = entries.filter(({ ready }) => !ready).map(({ address }) => address);
  return {
    ...(addresses.length === 0 ? {} : { addresses }),
    ...(notReadyAddresses.length === 0 ? {} : { notReadyAddresses }),
    ...(ports.length === 0 ? {} : { ports: sortedPorts(ports) }),
  };
}
