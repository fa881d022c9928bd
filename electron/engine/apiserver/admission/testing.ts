import type { AnyObject, Status } from '#shared/kube/types.ts';
import { createAdmission } from './index.ts';
import type { AdmissionPlugin, AdmissionRequest } from './types.ts';

/** Runs one plugin alone over the stored objects given. Returns the object or the refusal. */
export function admitWith(
  plugin: AdmissionPlugin,
  request: Partial<AdmissionRequest> & Pick<AdmissionRequest, 'operation'>,
  stored: readonly AnyObject[] = [],
): { object: AnyObject | null; refusal: Status | null } {
  const admission = createAdmission(
    {
      get: (kind, namespace, name) =>
        stored.find((one) => one.kind === kind && (one.metadata.namespace ?? '') === namespace && one.metadata.name === name),
      list: (kind) => stored.filter((one) => one.kind === kind),
    },
    [plugin],
  );
  const result = admission.admit({ object: null, old: null, user: 'test', dryRun: false, warn: () => undefined, ...request });
  return result.ok ? { object: result.value, refusal: null } : { object: null, refusal: result.error };
}

/** A pod in namespace `default` with the spec given beside its one container. */
export function podObject(spec: Record<string, unknown> = {}): AnyObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { containers: [{ name: 'app', image: 'x:1' }], ...spec },
  };
}

/** A priority class; `more` overrides any field. */
export function classObject(name: string, value: number, more: Record<string, unknown> = {}): AnyObject {
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    preemptionPolicy: 'PreemptLowerPriority',
    ...more,
  };
}
