import { pluginRegistry } from '../scheduler/plugins/registry.ts';
import type { RecordedStatus, SchedulerCase } from './scheduler.ts';

const volumePlugins = ['VolumeRestrictions', 'NodeVolumeLimits', 'VolumeBinding', 'VolumeZone'];

/** Plugins of a later issue that take part in this case, found in what was recorded and in what the objects use. */
function missingPlugins(one: SchedulerCase): Set<string> {
  const needed = new Set<string>();
  const { expected } = one;
  const statuses: (RecordedStatus | undefined)[] = [
    expected.preFilter,
    ...Object.values(expected.filter ?? {}),
    ...Object.values(expected.preemption?.nodeStatuses ?? {}),
  ];
  for (const status of statuses) if (status?.plugin !== undefined) needed.add(status.plugin);
  for (const scores of Object.values(expected.scores ?? {})) {
    for (const [plugin, { weighted, raw }] of Object.entries(scores)) if (weighted !== 0 || raw !== 0) needed.add(plugin);
  }
  for (const { spec } of [one.pod, ...one.objects.pods]) {
    if (spec.affinity?.podAffinity !== undefined || spec.affinity?.podAntiAffinity !== undefined) needed.add('InterPodAffinity');
    if (spec.volumes?.some((volume) => volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined))
      needed.add('VolumeBinding');
    if (spec.volumes?.some((volume) => volume.gcePersistentDisk ?? volume.awsElasticBlockStore ?? volume.iscsi ?? volume.rbd))
      needed.add('VolumeRestrictions');
  }
  if ((one.pod.spec.topologySpreadConstraints?.length ?? 0) > 0) needed.add('PodTopologySpread');
  return new Set([...needed].filter((name) => !pluginRegistry.has(name)));
}

/** Why a case cannot agree yet; undefined when every plugin it needs exists. */
export function laterReason(one: SchedulerCase): string | undefined {
  const missing = [...missingPlugins(one)].map((name) => (volumePlugins.includes(name) ? 'volume plugins' : name));
  return missing.length === 0 ? undefined : `needs ${[...new Set(missing)].sort().join(', ')}`;
}
