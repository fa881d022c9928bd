import { deepEqual } from '#shared/core/json.ts';
import { labelOf } from '#shared/kube/labels.ts';
import {
  classOf,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type StorageClass,
  waitForFirstConsumer,
} from '#shared/kube/storage.ts';
import type { Pod } from '#shared/kube/types.ts';
import { stateKey } from '../../framework/cyclestate.ts';
import { action } from '../../framework/events.ts';
import type { EventRegistration, Handle, ObjectSource, Plugin } from '../../framework/plugin.ts';
import { type PluginStatus, skip, unresolvable } from '../../framework/status.ts';

export const reasonZone = 'node(s) had no available volume zone';
const rejected = unresolvable(reasonZone);

/** Old names of topology labels with the present ones. */
const presentNames: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
};
const topologyLabels = [...Object.keys(presentNames), ...Object.values(presentNames)];

/** Places one label of a volume allows. */
interface Topology {
  readonly key: string;
  readonly values: readonly string[];
}

const key = stateKey<{ readonly topologies: readonly Topology[] }>('PreFilterVolumeZone');

/** Topology labels of a volume; one that names an empty zone is ignored. Models getPVTopologies and LabelZonesToSet. */
function topologiesOf(volume: PersistentVolume): Topology[] {
  return topologyLabels.flatMap((name) => {
    const values = labelOf(volume.metadata.labels, name)?.split('__');
    if (values === undefined || values.some((value) => value === '')) return [];
    return [{ key: name, values: [...new Set(values)].sort() }];
  });
}

/** Topologies of the volumes the pod's claims are bound to, or why the pod has to wait. Models getPVbyPod. */
function podTopologies(objects: ObjectSource, pod: Pod): Topology[] | PluginStatus {
  const found: Topology[] = [];
  for (const { persistentVolumeClaim } of pod.spec.volumes ?? []) {
    if (persistentVolumeClaim === undefined) continue;
    const name = persistentVolumeClaim.claimName;
    if (!name) return unresolvable('PersistentVolumeClaim had no name');
    const claim = objects.get('PersistentVolumeClaim', pod.metadata.namespace ?? '', name) as PersistentVolumeClaim | undefined;
    if (claim === undefined) return unresolvable(`persistentvolumeclaim ${JSON.stringify(name)} not found`);
    const volumeName = claim.spec.volumeName;
    if (volumeName) {
      const volume = objects.get('PersistentVolume', '', volumeName);
      if (volume === undefined) return unresolvable(`persistentvolume ${JSON.stringify(volumeName)} not found`);
      found.push(...topologiesOf(volume as PersistentVolume));
      continue;
    }
    const className = classOf(claim);
    if (className === '') return unresolvable('PersistentVolumeClaim had no pv name and storageClass name');
    const storageClass = objects.get('StorageClass', '', className) as StorageClass | undefined;
    if (storageClass === undefined) return unresolvable(`storageclass.storage.k8s.io ${JSON.stringify(className)} not found`);
    if (storageClass.volumeBindingMode !== waitForFirstConsumer) return unresolvable('PersistentVolume had no name');
  }
  return found;
}

/** Nodes must lie in the zone and region a bound volume is labelled with. Models pkg/scheduler/framework/plugins/volumezone. */
export function createVolumeZone(_args: unknown, handle: Handle): Plugin {
  return {
    name: 'VolumeZone',
    preFilter(state, { pod }) {
      if (pod.spec.volumes === undefined || pod.spec.volumes.length === 0) return skip;
      const topologies = podTopologies(handle.objects, pod);
      if ('code' in topologies) return topologies;
      if (topologies.length === 0) return skip;
      state.write(key, { topologies });
      return null;
    },
    filter(state, _pod, { node }) {
      const topologies = state.read(key)?.topologies ?? [];
      const { labels } = node.metadata;
      // A node without any topology label stands for a cluster of one zone.
      if (topologies.length === 0 || !topologyLabels.some((name) => labelOf(labels, name) !== undefined)) return null;
      const fits = ({ key: name, values }: Topology) => {
        const value = labelOf(labels, name) ?? labelOf(labels, presentNames[name] ?? name);
        return value !== undefined && values.includes(value);
      };
      return topologies.every(fits) ? null : rejected;
    },
    events: () => zoneEvents,
  };
}

/** Models VolumeZone EventsToRegister. */
const zoneEvents: readonly EventRegistration[] = [
  {
    event: { resource: 'StorageClass', action: action.add },
    hint: (_pod, _before, after) => (after as StorageClass | undefined)?.volumeBindingMode === waitForFirstConsumer,
  },
  { event: { resource: 'Node', action: action.add | action.updateNodeLabel } },
  {
    event: { resource: 'PersistentVolumeClaim', action: action.add | action.updateOther },
    hint: (pod, _before, after) =>
      after?.metadata.namespace === pod.metadata.namespace &&
      (pod.spec.volumes ?? []).some((one) => one.persistentVolumeClaim?.claimName === after?.metadata.name),
  },
  {
    event: { resource: 'PersistentVolume', action: action.add | action.updateOther },
    hint: (_pod, before, after) =>
      before === undefined ||
      after === undefined ||
      !deepEqual(topologiesOf(before as PersistentVolume), topologiesOf(after as PersistentVolume)),
  },
];
