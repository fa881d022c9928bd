const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'] as const;

/** CPU as a card writes it: whole and tenth cores (`3.7`), milli-cores beneath one tenth (`50m`). */
export function cpuText(milli: number): string {
  if (milli !== 0 && Math.abs(milli) < 100) return `${milli}m`;
  const cores = milli / 1000;
  return Number.isInteger(cores) ? String(cores) : cores >= 10 ? String(Math.round(cores)) : String(Math.round(cores * 10) / 10);
}

/** Bytes with a binary unit: `9.8Gi`, `512Mi`. */
export function bytesText(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  while (amount >= 1024 && unit < BINARY.length - 1) {
    amount /= 1024;
    unit++;
  }
  const shown = amount >= 100 ? Math.round(amount) : Math.round(amount * 10) / 10;
  return `${shown}${BINARY[unit]}`;
}

/** Amount of a resource, in the unit `podRequests` counts it in. */
export function amountText(resource: string, amount: number): string {
  if (resource === 'cpu') return cpuText(amount);
  if (resource === 'memory' || resource === 'ephemeral-storage' || resource.startsWith('hugepages-')) return bytesText(amount);
  return String(amount);
}
