import { compareStrings } from '#shared/core/compare.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { printLabelSelector } from '#shared/kube/labels.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, HorizontalPodAutoscaler, LabelSelector, ObjectRef } from '#shared/kube/types.ts';
import type { Client } from '../../client/types.ts';

/** The scale subresource of the target: sizes and the selector in its printed form (empty when there is none). */
export interface Scale {
  readonly ref: ObjectRef;
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly selector: string;
}

const NO_SELECTOR = '<none>';

/** A ReplicationController selects by a plain map of labels. */
function selectorText({ kind, spec }: AnyObject): string {
  const { selector } = (spec ?? {}) as { selector?: LabelSelector | Readonly<Record<string, string>> };
  if (kind === 'ReplicationController') {
    const pairs = Object.entries((selector ?? {}) as Readonly<Record<string, string>>);
    return pairs
      .sort(([a], [b]) => compareStrings(a, b))
      .map(([key, value]) => `${key}=${value}`)
      .join(',');
  }
  const text = printLabelSelector(selector as LabelSelector | undefined);
  return text === NO_SELECTOR ? '' : text;
}

/** Reads the target's scale; the error is the text that upstream's events carry. Kinds are found by group and name, the version does not matter. */
export function readScale(client: Client, hpa: HorizontalPodAutoscaler): Result<Scale, string> {
  const { apiVersion = '', kind, name } = hpa.spec.scaleTargetRef;
  const parts = apiVersion === '/' ? [''] : apiVersion.split('/');
  if (parts.length > 2) return err(`unexpected GroupVersion string: ${apiVersion}`);
  const group = parts.length === 2 ? (parts[0] ?? '') : '';
  const info = kindInfo(kind);
  if (info === undefined || info.group !== group) return err(`no matches for kind "${kind}" in group "${group}"`);
  if (!info.hasScale) return err('the server could not find the requested resource');
  const namespace = hpa.metadata.namespace ?? '';
  const found = client.get<string>(kind, namespace, name);
  if (!found.ok) return err(found.error.message);
  const object = found.value as AnyObject;
  const spec = object.spec as { replicas?: number } | undefined;
  const status = object.status as { replicas?: number } | undefined;
  return ok({
    ref: { kind, namespace, name },
    specReplicas: spec?.replicas ?? 0,
    statusReplicas: status?.replicas ?? 0,
    selector: selectorText(object),
  });
}
