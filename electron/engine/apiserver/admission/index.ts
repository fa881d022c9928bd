import { err, ok, type Result } from '#shared/core/result.ts';
import type { AnyObject, Status } from '#shared/kube/types.ts';
import { defaultStorageClassPlugin } from './defaultStorageClass/index.ts';
import { defaultTolerationSeconds } from './defaultTolerationSeconds/index.ts';
import { namespaceLifecycle } from './namespaceLifecycle/index.ts';
import { priority } from './priority/index.ts';
import { storageObjectInUseProtection } from './storageObjectInUseProtection/index.ts';
import { taintNodesByCondition } from './taintNodesByCondition/index.ts';
import type { AdmissionAccess, AdmissionPlugin, AdmissionRequest } from './types.ts';

export type { AdmissionAccess, AdmissionPlugin, AdmissionRequest } from './types.ts';

/** All plugins in the order in which Kubernetes runs them. Models kubeapiserver/options AllOrderedPlugins. */
export const admissionPlugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  taintNodesByCondition,
  priority,
  defaultTolerationSeconds,
  storageObjectInUseProtection,
  defaultStorageClassPlugin,
];

/** The chain of one API server. */
export interface Admission {
  /** The object to go on with (null for a delete that may happen), or the refusal. */
  admit(request: AdmissionRequest): Result<AnyObject | null, Status>;
}

/** Chain of the given plugins (all of them unless said otherwise): every mutation, then every validation, each in order. */
export function createAdmission(access: AdmissionAccess, plugins: readonly AdmissionPlugin[] = admissionPlugins): Admission {
  return {
    admit(request) {
      let current = request;
      for (const plugin of plugins) {
        const refusal = plugin.guard?.(current, access) ?? null;
        if (refusal !== null) return err(refusal);
        if (plugin.mutate === undefined || current.object === null) continue;
        const outcome = plugin.mutate(current.object, current, access);
        if (!outcome.ok) return outcome;
        current = { ...current, object: outcome.value };
      }
      for (const plugin of plugins) {
        const refusal = plugin.validate?.(current, access) ?? null;
        if (refusal !== null) return err(refusal);
      }
      return ok(current.object);
    },
  };
}
