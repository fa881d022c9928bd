import { canonicalQuantity } from '#shared/kube/quantity.ts';
import type { PodTemplateSpec } from '#shared/kube/types.ts';
import { HASH_LABEL } from './annotations.ts';

const QUANTITY_MAPS: ReadonlySet<string> = new Set(['limits', 'requests', 'overhead']);
const PLAIN_MAPS: ReadonlySet<string> = new Set(['labels', 'annotations', 'nodeSelector', 'matchLabels', ...QUANTITY_MAPS]);

/** Template without the pod-template-hash label. */
export function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const { [HASH_LABEL]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** Whether two templates mean the same pods, the hash label apart. Models deploymentutil.EqualIgnoreHash. */
export function equalIgnoreHash(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  return equal(withoutHash(a), withoutHash(b), '');
}

function isAbsent(value: unknown, field: string): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  // An empty map and none are equal to Kubernetes; an empty struct (`emptyDir: {}`) is something.
  return PLAIN_MAPS.has(field) && typeof value === 'object' && Object.keys(value).length === 0;
}

function equal(a: unknown, b: unknown, field: string): boolean {
  if (isAbsent(a, field) || isAbsent(b, field)) return isAbsent(a, field) && isAbsent(b, field);
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item: unknown, at) => equal(item, b[at], ''))
    );
  }
  if (isRecord(a) && isRecord(b)) {
    const quantities = QUANTITY_MAPS.has(field);
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].every((key) => (quantities ? equalQuantity(a[key], b[key]) : equal(a[key], b[key], key)));
  }
  return a === b;
}

function equalQuantity(a: unknown, b: unknown): boolean {
  const text = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? canonicalQuantity(value) : undefined;
  return text(a) === text(b);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
