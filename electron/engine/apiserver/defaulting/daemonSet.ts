import type { DaemonSet, ReplicationController } from '#shared/kube/kinds.ts';
import { defaultTemplate } from './podSpec.ts';
import { defaultRollingUpdate, REPLICAS, REVISION_HISTORY_LIMIT } from './workload.ts';

const MAX_UNAVAILABLE = 1;
const MAX_SURGE = 0;

/** Models SetDefaults_DaemonSet of pkg/apis/apps/v1. */
export function defaultDaemonSet(set: DaemonSet): DaemonSet {
  const { spec } = set;
  if (spec === undefined) return set;
  return {
    ...set,
    spec: {
      ...spec,
      ...(spec.template ? { template: defaultTemplate(spec.template) } : {}),
      updateStrategy: defaultRollingUpdate(spec.updateStrategy, MAX_UNAVAILABLE, MAX_SURGE),
      revisionHistoryLimit: spec.revisionHistoryLimit ?? REVISION_HISTORY_LIMIT,
    },
  };
}

/** Selector and labels come from the template where there are none. Models SetDefaults_ReplicationController of pkg/apis/core/v1. */
export function defaultReplicationController(controller: ReplicationController): ReplicationController {
  const { spec, metadata } = controller;
  if (spec === undefined) return controller;
  const labels = spec.template?.metadata?.labels;
  const isEmpty = (map: object | undefined) => Object.keys(map ?? {}).length === 0;
  return {
    ...controller,
    metadata: labels !== undefined && isEmpty(metadata.labels) ? { ...metadata, labels } : metadata,
    spec: {
      ...spec,
      replicas: spec.replicas ?? REPLICAS,
      ...(labels !== undefined && isEmpty(spec.selector) ? { selector: labels } : {}),
      ...(spec.template ? { template: defaultTemplate(spec.template) } : {}),
    },
  };
}
