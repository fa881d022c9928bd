import { parseQuantity } from '#shared/kube/quantity.ts';

/** Fixed places of the native resources in a resource vector; extended resources follow. Units: milli-CPU, bytes, bytes. */
export const cpuIndex = 0;
export const memoryIndex = 1;
export const ephemeralIndex = 2;
const nativeNames = ['cpu', 'memory', 'ephemeral-storage'] as const;
export const firstScalarIndex = nativeNames.length;

/** Amounts by index of the resource table; a missing tail means zero. */
export type ResourceVector = number[];

/** Gives every resource name of one scheduler a small index, so that node arithmetic is on arrays of numbers. */
export class ResourceTable {
  readonly #indexes = new Map<string, number>();
  readonly names: string[] = [];

  constructor() {
    for (const name of nativeNames) this.indexOf(name);
  }

  /** Index of a name, given out on first use. */
  indexOf(name: string): number {
    const known = this.#indexes.get(name);
    if (known !== undefined) return known;
    const index = this.names.length;
    this.names.push(name);
    this.#indexes.set(name, index);
    return index;
  }

  /** Index of a name somebody already used. */
  find(name: string): number | undefined {
    return this.#indexes.get(name);
  }
}

/** True for `hugepages-<size>`. */
export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}

/** True for resources that a vendor defines (`example.com/foo`). Models pkg/apis/core/v1/helper IsExtendedResourceName. */
export function isExtendedResource(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
}

/** Resources other than the native ones which the scheduler counts. Models pkg/scheduler/util IsScalarResourceName. */
export function isScalarResource(name: string): boolean {
  return (
    isExtendedResource(name) || isHugePages(name) || name.includes('kubernetes.io/') || name.startsWith('attachable-volumes-')
  );
}

/** Amount of one resource in scheduler units: milli-CPU, else whole units; both rounded up. 0 when the text is no quantity. */
export function amountOf(resource: string, quantity: string | number): number {
  const parsed = parseQuantity(quantity);
  if (!parsed.ok) return 0;
  return resource === 'cpu' ? parsed.value.milli : parsed.value.value;
}

/** Reads position `index`, zero when beyond the end. */
export function at(vector: readonly number[], index: number): number {
  return vector[index] ?? 0;
}

/** Adds `sign` times `amounts` to `target` in place. */
export function accumulate(target: number[], amounts: readonly number[], sign: 1 | -1): void {
  for (let i = 0; i < amounts.length; i++) target[i] = (target[i] ?? 0) + sign * (amounts[i] ?? 0);
  for (let i = 0; i < target.length; i++) if (target[i] === undefined) target[i] = 0;
}
