import { toBase64 } from '#shared/core/base64.ts';
import type { Secret } from '#shared/kube/kinds.ts';
import type { KubeObject, PodTemplateSpec } from '#shared/kube/types.ts';
import { defaultTemplate } from './podSpec.ts';

/** Plain texts go into the data, which they win over; a secret without a type is Opaque. Models Convert_v1_Secret_To_core_Secret and SetDefaults_Secret. */
export function defaultSecret(secret: Secret): Secret {
  const { stringData, ...rest } = secret as Secret & { stringData?: Record<string, string> };
  const type = rest.type ? rest.type : 'Opaque';
  if (stringData === undefined) return { ...rest, type } as Secret;
  const encoded = Object.fromEntries(Object.entries(stringData).map(([key, text]) => [key, toBase64(text)]));
  const data = { ...rest.data, ...encoded };
  return { ...rest, ...(Object.keys(data).length > 0 ? { data } : {}), type } as Secret;
}

/** A pod template's spec gets a pod's defaults. */
export function defaultPodTemplate<T extends KubeObject & { template?: PodTemplateSpec }>(one: T): T {
  return one.template === undefined ? one : { ...one, template: defaultTemplate(one.template) };
}
