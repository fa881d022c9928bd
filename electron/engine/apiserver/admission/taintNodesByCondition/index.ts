import { ok } from '#shared/core/result.ts';
import type { Node, Taint } from '#shared/kube/types.ts';
import type { AdmissionPlugin } from '../types.ts';

const NOT_READY: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/**
 * A new node takes no pods until the node lifecycle controller has seen it ready: otherwise pods could land on it before its
 * conditions are known. Models plugin/pkg/admission/nodetaint.
 */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  mutate(object, request) {
    if (object.kind !== 'Node' || request.operation !== 'CREATE' || request.subresource !== undefined) return ok(object);
    const { spec } = object as unknown as Node;
    const taints = spec?.taints ?? [];
    if (taints.some((taint) => taint.key === NOT_READY.key && taint.effect === NOT_READY.effect)) return ok(object);
    return ok({ ...object, spec: { ...spec, taints: [...taints, NOT_READY] } });
  },
};
