import { err, ok, type Result } from '#shared/core/result.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import { type KindInfo, servedKind } from '#shared/kube/registry.ts';
import type { AnyObject, LabelSelector } from '#shared/kube/types.ts';
import type { AdmissionAccess } from '../types.ts';
import { splitVersion } from './matching.ts';

/** Kind of objects a policy takes its parameters from. */
export interface ParamKind {
  readonly apiVersion?: string;
  readonly kind?: string;
}

/** Where a binding finds the parameters. */
export interface ParamRef {
  readonly name?: string;
  readonly namespace?: string;
  readonly selector?: unknown;
  readonly parameterNotFoundAction?: string;
}

/** The kind of the parameters, or why there is none. Models policy_source compilePolicy. */
export function paramInfo(kind: ParamKind): Result<KindInfo, string> {
  const info = servedKind(kind.apiVersion ?? '', kind.kind ?? '');
  if (info !== undefined) return ok(info);
  const { group, version } = splitVersion(kind.apiVersion ?? '');
  return err(`failed to find resource referenced by paramKind: '${group}/${version}, Kind=${kind.kind ?? ''}'`);
}

/**
 * The objects a policy is evaluated with under a binding, one after the other; null stands for none. An error is a fault of the binding.
 * Models policy/generic CollectParams.
 */
export function collectParams(
  kind: ParamKind | undefined,
  ref: ParamRef | undefined,
  namespace: string,
  access: AdmissionAccess,
): Result<readonly (AnyObject | null)[], string> {
  if (kind === undefined || ref === undefined) return ok([null]);
  const info = paramInfo(kind);
  if (!info.ok) return info;
  const { namespaced } = info.value;
  if (!namespaced && ref.namespace) return err('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  const within = namespaced ? ref.namespace || namespace : '';
  if (namespaced && within === '') {
    return err('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources');
  }
  const found = find(info.value.kind, ref, within, access);
  if (found.length === 0 && ref.parameterNotFoundAction === 'Deny') {
    return err('no params found for policy binding with `Deny` parameterNotFoundAction');
  }
  return ok(found);
}

function find(kind: string, ref: ParamRef, namespace: string, access: AdmissionAccess): readonly AnyObject[] {
  if (ref.name) {
    const one = access.get(kind, namespace, ref.name);
    return one === undefined ? [] : [one];
  }
  const all = namespace === '' ? access.list(kind) : access.list(kind, namespace);
  return all.filter((one) => matchLabelSelector(ref.selector as LabelSelector | undefined, one.metadata.labels));
}
