import { err, ok, type Result } from '#shared/core/result.ts';
import type { RuntimeClass } from '#shared/kube/kinds.ts';
import { canonicalQuantity } from '#shared/kube/quantity.ts';
import type { AnyObject, Pod, Status } from '#shared/kube/types.ts';
import { forbiddenStatus } from '../status.ts';
import { mergeTolerations } from '../tolerations.ts';
import type { AdmissionAccess, AdmissionPlugin, AdmissionRequest } from '../types.ts';

type Amounts = Readonly<Record<string, string>> | undefined;

const MISMATCH = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

function sameAmounts(a: Amounts, b: Amounts): boolean {
  const [left, right] = [a ?? {}, b ?? {}];
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => right[name] !== undefined && canonicalQuantity(left[name] ?? '0') === canonicalQuantity(right[name]))
  );
}

function isNewPod(object: AnyObject | null, request: AdmissionRequest): object is AnyObject {
  return object?.kind === 'Pod' && request.operation === 'CREATE' && request.subresource === undefined;
}

/** The class a pod names; undefined when it names none. */
function classOf(object: AnyObject, access: AdmissionAccess): Result<RuntimeClass | undefined, Status> {
  const name = (object.spec as { runtimeClassName?: string } | undefined)?.runtimeClassName;
  if (name === undefined) return ok(undefined);
  const found = access.get('RuntimeClass', '', name);
  if (found === undefined) return err(forbiddenStatus(object, `pod rejected: RuntimeClass "${name}" not found`));
  return ok(found as unknown as RuntimeClass);
}

function withOverhead(object: AnyObject, { overhead }: RuntimeClass): Result<AnyObject, Status> {
  if (overhead === undefined) return ok(object);
  const { spec } = object as unknown as Pod;
  if (spec.overhead !== undefined && !sameAmounts(spec.overhead, overhead.podFixed))
    return err(forbiddenStatus(object, MISMATCH));
  return ok(
    overhead.podFixed === undefined ? object : ({ ...object, spec: { ...spec, overhead: overhead.podFixed } } as AnyObject),
  );
}

function withScheduling(object: AnyObject, { scheduling }: RuntimeClass): Result<AnyObject, Status> {
  if (scheduling === undefined) return ok(object);
  const { spec } = object as unknown as Pod;
  const wanted = scheduling.nodeSelector ?? {};
  for (const key of Object.keys(wanted).sort()) {
    const own = spec.nodeSelector?.[key];
    if (own === undefined || own === wanted[key]) continue;
    const why = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${wanted[key]}; pod.spec.nodeSelector[${key}] = ${own}`;
    return err(forbiddenStatus(object, why));
  }
  const nodeSelector = { ...spec.nodeSelector, ...wanted };
  const tolerations = mergeTolerations(spec.tolerations ?? [], scheduling.tolerations ?? []);
  const next = {
    ...spec,
    ...(Object.keys(nodeSelector).length > 0 ? { nodeSelector } : {}),
    ...(tolerations.length > 0 ? { tolerations } : {}),
  };
  return ok({ ...object, spec: next } as AnyObject);
}

/** A pod takes on the overhead and the nodes of its runtime class. Models plugin/pkg/admission/runtimeclass. */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  mutate(object, request, access) {
    if (!isNewPod(object, request)) return ok(object);
    const found = classOf(object, access);
    if (!found.ok) return found;
    if (found.value === undefined) return ok(object);
    const heavier = withOverhead(object, found.value);
    return heavier.ok ? withScheduling(heavier.value, found.value) : heavier;
  },
  validate(request, access) {
    const { object } = request;
    if (!isNewPod(object, request)) return null;
    const found = classOf(object, access);
    if (!found.ok) return found.error;
    const { overhead } = (object as unknown as Pod).spec;
    if (found.value?.overhead !== undefined)
      return sameAmounts(overhead, found.value.overhead.podFixed) ? null : forbiddenStatus(object, MISMATCH);
    if (overhead === undefined) return null;
    return forbiddenStatus(object, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
  },
};
