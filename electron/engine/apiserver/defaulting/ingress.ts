import { isRecord } from '#shared/core/json.ts';
import type { AnyObject, Ingress } from '#shared/kube/types.ts';

/** An Ingress has a spec and a status, whatever is in them. */
export function defaultIngress(ingress: Ingress): Ingress {
  const status = (ingress.status as Ingress['status'] | undefined) ?? {};
  return { ...ingress, spec: ingress.spec ?? {}, status: { ...status, loadBalancer: status.loadBalancer ?? {} } };
}

/** Parameters are looked for in the whole cluster unless it is said. Models SetDefaults_IngressClass. */
export function defaultIngressClass(ingressClass: AnyObject): AnyObject {
  const spec = isRecord(ingressClass.spec) ? ingressClass.spec : {};
  const { parameters } = spec;
  if (!isRecord(parameters)) return { ...ingressClass, spec };
  return { ...ingressClass, spec: { ...spec, parameters: { ...parameters, scope: parameters.scope ?? 'Cluster' } } };
}
