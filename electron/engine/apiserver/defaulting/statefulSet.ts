import type { StatefulSet } from '#shared/kube/kinds.ts';
import type { PersistentVolumeClaim } from '#shared/kube/storage.ts';
import { defaultTemplate } from './podSpec.ts';
import { defaultClaim } from './storage.ts';
import { REPLICAS, REVISION_HISTORY_LIMIT } from './workload.ts';

type UpdateStrategy = NonNullable<StatefulSet['spec']['updateStrategy']>;

/** A strategy that is not named rolls; only then does it get a rollingUpdate of its own, and a partition wherever there is one. */
function defaultStrategy(strategy: UpdateStrategy | undefined): UpdateStrategy {
  const type = strategy?.type || 'RollingUpdate';
  const given = strategy?.rollingUpdate ?? (strategy?.type ? undefined : {});
  if (type !== 'RollingUpdate' || given === undefined) return { ...strategy, type };
  return { ...strategy, type, rollingUpdate: { ...given, partition: given.partition ?? 0 } };
}

/** A claim template is stored with its kind and version and the phase of a claim that nobody has looked at. */
function defaultClaimTemplate(template: PersistentVolumeClaim): PersistentVolumeClaim {
  const claim = defaultClaim(template);
  return {
    ...claim,
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    status: { ...claim.status, phase: claim.status?.phase || 'Pending' },
  };
}

/** Models SetDefaults_StatefulSet of pkg/apis/apps/v1, with the gate MaxUnavailableStatefulSet off as in 1.36. */
export function defaultStatefulSet(set: StatefulSet): StatefulSet {
  const { spec } = set;
  if (spec === undefined) return set;
  const policy = spec.persistentVolumeClaimRetentionPolicy;
  const claims = spec.volumeClaimTemplates as unknown as PersistentVolumeClaim[] | undefined;
  return {
    ...set,
    spec: {
      ...spec,
      // The field is written even when it is empty.
      serviceName: spec.serviceName ?? '',
      replicas: spec.replicas ?? REPLICAS,
      ...(spec.template ? { template: defaultTemplate(spec.template) } : {}),
      ...(claims === undefined ? {} : { volumeClaimTemplates: claims.map(defaultClaimTemplate) as never }),
      podManagementPolicy: spec.podManagementPolicy || 'OrderedReady',
      updateStrategy: defaultStrategy(spec.updateStrategy),
      revisionHistoryLimit: spec.revisionHistoryLimit ?? REVISION_HISTORY_LIMIT,
      persistentVolumeClaimRetentionPolicy: {
        whenDeleted: policy?.whenDeleted || 'Retain',
        whenScaled: policy?.whenScaled || 'Retain',
      },
    },
  };
}
