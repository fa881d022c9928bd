import { annotationOf, annProvisionedBy, type PersistentVolume } from '#shared/kube/storage.ts';

/** Names of built-in plugins begin so; every other name belongs to a driver. */
const IN_TREE = 'kubernetes.io/';
const annMigratedTo = 'pv.kubernetes.io/migrated-to';

/** Drivers that took over the work of built-in plugins. Models k8s.io/csi-translation-lib. */
const MIGRATED: Readonly<Record<string, string>> = {
  'kubernetes.io/aws-ebs': 'ebs.csi.aws.com',
  'kubernetes.io/azure-disk': 'disk.csi.azure.com',
  'kubernetes.io/azure-file': 'file.csi.azure.com',
  'kubernetes.io/cinder': 'cinder.csi.openstack.org',
  'kubernetes.io/gce-pd': 'pd.csi.storage.gke.io',
  'kubernetes.io/portworx-volume': 'pxd.portworx.com',
  'kubernetes.io/vsphere-volume': 'csi.vsphere.vmware.com',
};

/** Plugins that the controller manager still has, by the field of a volume they are responsible for. */
const PLUGINS: Readonly<Record<string, { source: keyof PersistentVolume['spec']; deletes: boolean; provisions: boolean }>> = {
  'kubernetes.io/host-path': { source: 'hostPath', deletes: true, provisions: true },
  'kubernetes.io/nfs': { source: 'nfs', deletes: false, provisions: false },
  'kubernetes.io/local-volume': { source: 'local', deletes: false, provisions: false },
};

/** Name of the driver behind a class's provisioner: its successor's for a plugin that moved out of the tree. */
export function driverOf(provisioner: string): string {
  return MIGRATED[provisioner] ?? provisioner;
}

/** Why no volume can be made for a class of this provisioner; undefined when a driver is asked. Models findProvisionablePlugin. */
export function provisioningFault(provisioner: string): string | undefined {
  if (!provisioner.startsWith(IN_TREE) || MIGRATED[provisioner] !== undefined) return undefined;
  const plugin = PLUGINS[provisioner];
  if (plugin === undefined) return `no volume plugin matched name: ${provisioner}`;
  if (!plugin.provisions) return 'no provisionable volume plugin matched';
  return `Failed to create provisioner: provisioning in volume plugin ${JSON.stringify(provisioner)} is disabled`;
}

/** Who deletes a released volume: its driver (nothing is to be done), a plugin of ours, or nobody, for the reason given. */
export type Deleter = { by: 'driver' } | { by: 'plugin' } | { by: 'nobody'; fault: string };

/** Who deletes a volume. Models findDeletablePlugin and the hostPath plugin's deleter. */
export function deleterOf(volume: PersistentVolume): Deleter {
  const { name } = volume.metadata;
  const nobody = (fault: string): Deleter => ({ by: 'nobody', fault });
  const maker = annotationOf(volume, annProvisionedBy);
  if (maker) {
    if (PLUGINS[maker]?.deletes === true) return hostPathDeleter(volume);
    if (!maker.startsWith(IN_TREE)) return { by: 'driver' };
    if (annotationOf(volume, annMigratedTo)) return { by: 'driver' };
    return nobody(
      PLUGINS[maker] === undefined ? `no volume plugin matched name: ${maker}` : 'no deletable volume plugin matched',
    );
  }
  if (annotationOf(volume, annMigratedTo) !== undefined || volume.spec.csi !== undefined) return { by: 'driver' };
  const plugin = Object.values(PLUGINS).find(({ source }) => volume.spec[source] !== undefined);
  if (plugin?.deletes === true) return hostPathDeleter(volume);
  const fault = plugin === undefined ? 'no volume plugin matched' : 'no deletable volume plugin matched';
  return nobody(`error getting deleter volume plugin for volume ${JSON.stringify(name)}: ${fault}`);
}

function hostPathDeleter(volume: PersistentVolume): Deleter {
  const path = volume.spec.hostPath?.path;
  if (path === undefined)
    return {
      by: 'nobody',
      fault: `failed to create deleter for volume ${JSON.stringify(volume.metadata.name)}: spec.PersistentVolume.Spec.HostPath is nil`,
    };
  if (/\/tmp\/.+/.test(path)) return { by: 'plugin' };
  return { by: 'nobody', fault: `host_path deleter only supports /tmp/.+ but received provided ${path}` };
}

/** Whether a plugin can empty a released volume for its next claim: those of hostPath and NFS. Models FindRecyclablePluginBySpec. */
export function isRecyclable(volume: PersistentVolume): boolean {
  return volume.spec.hostPath !== undefined || volume.spec.nfs !== undefined;
}
