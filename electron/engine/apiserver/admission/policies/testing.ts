import type { AnyObject } from '#shared/kube/types.ts';
import { applyDefaults } from '../../defaulting/index.ts';

const API = 'admissionregistration.k8s.io/v1';

/** A policy or binding with its defaults. */
export function policyObject(kind: string, name: string, spec: object): AnyObject {
  return applyDefaults({ apiVersion: API, kind, metadata: { name }, spec } as AnyObject);
}

/** Rules about creations and updates of one resource. */
export function about(resource: string, group = '', operations: readonly string[] = ['CREATE', 'UPDATE']): object {
  return { resourceRules: [{ apiGroups: [group], apiVersions: ['*'], operations, resources: [resource] }] };
}

/** A webhook configuration with its defaults; `annotations` hold what the webhooks answer. */
export function webhookObject(
  kind: string,
  name: string,
  webhooks: readonly object[],
  annotations: Record<string, string> = {},
): AnyObject {
  return applyDefaults({ apiVersion: API, kind, metadata: { name, annotations }, webhooks } as unknown as AnyObject);
}

/** A ConfigMap in namespace `shop`. */
export function configMap(name: string, more: object = {}): AnyObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' }, ...more } as AnyObject;
}

/** Namespace `shop` with labels. */
export const SHOP = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', labels: { env: 'prod' } },
} as AnyObject;
