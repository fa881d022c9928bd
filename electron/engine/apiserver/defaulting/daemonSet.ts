import type { DaemonSet, ReplicationController } from '#shared/kube/kinds.ts';
import { defaultTemplate } from './podSpec.ts';

type UpdateStrategy = NonNullable<DaemonSet['spec']['updateStrategy']>;

const REVISION_HISTORY_LIMIT = 10;
const MAX_UNAVAILABLE = 1;
const MAX_SURGE = 0;
const REPLICAS = 1;

function defaultStrategy(strategy: UpdateStrategy | undefined): UpdateStrategy {
  const type = strategy?.type || 'RollingUpdate';
  if (type !== 'RollingUpdate') return { ...strategy, type };
  const rolling = strategy?.rollingUpdate;
  const rollingUpdate = {
    ...rolling,
    maxUnavailable: rolling?.maxUnavailable ?? MAX_UNAVAILABLE,
    maxSurge: rolling?.maxSurge ?? MAX_SURGE,
  };
  return { ...strategy, type, rollingUpdate };
}

/** Models SetDefaults_DaemonSet of pkg/apis/apps/v1. */
export function defaultDaemonSet(set: DaemonSet): DaemonSet {
  const { spec } = set;
  if (spec === undefined) return set;
  return {
    ...set,
    spec: {
      ...spec,
      ...(spec.template ? { template: defaultTemplate(spec.template) } : {}),
      updateStrategy: defaultStrategy(spec.updateStrategy),
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
