import { compareStrings } from '#shared/core/compare.ts';
import { ok } from '#shared/core/result.ts';
import type { AnyObject, Ingress } from '#shared/kube/types.ts';
import type { AdmissionPlugin } from '../types.ts';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const DEFAULT_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class';

/** The newest of the classes that are marked as default, the first by name of those made in the same second. */
function defaultClass(classes: readonly AnyObject[]): AnyObject | undefined {
  const marked = classes.filter(({ metadata }) => metadata.annotations?.[DEFAULT_ANNOTATION] === 'true');
  const age = ({ metadata }: AnyObject): string => metadata.creationTimestamp ?? '';
  return marked.sort((a, b) => compareStrings(age(b), age(a)) || compareStrings(a.metadata.name, b.metadata.name))[0];
}

/** A new Ingress that names no class, neither way, gets the cluster's default. Models plugin/pkg/admission/network/defaultingressclass. */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  mutate(object, { operation, subresource }, access) {
    if (operation !== 'CREATE' || subresource !== undefined || object.kind !== 'Ingress') return ok(object);
    const ingress = object as unknown as Ingress;
    const { annotations } = ingress.metadata;
    if (ingress.spec.ingressClassName !== undefined || annotations?.[CLASS_ANNOTATION] !== undefined) return ok(object);
    const found = defaultClass(access.list('IngressClass'));
    return ok(found === undefined ? object : { ...object, spec: { ...ingress.spec, ingressClassName: found.metadata.name } });
  },
};
