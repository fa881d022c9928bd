import { annMigratedPlugins, annotationOf, type CsiNode, type PersistentVolume } from '#shared/kube/storage.ts';

/** A volume as its CSI driver knows it. `plugin`: the in-tree plugin that it was written for. */
export interface MigratedSource {
  readonly plugin: string;
  readonly driver: string;
  readonly handle: string;
}

/** In-tree plugins whose volumes CSI drivers took over. */
const drivers: Readonly<Record<string, string>> = {
  'kubernetes.io/gce-pd': 'pd.csi.storage.gke.io',
  'kubernetes.io/aws-ebs': 'ebs.csi.aws.com',
  'kubernetes.io/cinder': 'cinder.csi.openstack.org',
  'kubernetes.io/azure-disk': 'disk.csi.azure.com',
  'kubernetes.io/azure-file': 'file.csi.azure.com',
  'kubernetes.io/vsphere-volume': 'csi.vsphere.vmware.com',
  'kubernetes.io/portworx-volume': 'pxd.portworx.com',
};

/** Volume sources of pods and of persistent volumes, as far as migration is concerned. */
interface Sources {
  readonly gcePersistentDisk?: { readonly pdName: string };
  readonly awsElasticBlockStore?: { readonly volumeID: string };
  readonly cinder?: { readonly volumeID: string };
  readonly azureDisk?: { readonly diskURI: string };
  readonly azureFile?: { readonly shareName: string };
  readonly vsphereVolume?: { readonly volumePath: string };
  readonly portworxVolume?: { readonly volumeID: string };
}

function migrated(plugin: string, handle: string): MigratedSource {
  return { plugin, driver: drivers[plugin] ?? '', handle };
}

/** The in-tree source of a volume with its driver; undefined for any other. Models csi-translation-lib IsInlineMigratable and IsPVMigratable. */
export function inlineSource(sources: Sources): MigratedSource | undefined {
  if (sources.gcePersistentDisk !== undefined) {
    const disk = sources.gcePersistentDisk.pdName;
    return migrated('kubernetes.io/gce-pd', `projects/UNSPECIFIED/zones/UNSPECIFIED/disks/${disk}`);
  }
  if (sources.awsElasticBlockStore !== undefined)
    return migrated('kubernetes.io/aws-ebs', (sources.awsElasticBlockStore.volumeID ?? '').split('/').at(-1) ?? '');
  if (sources.cinder !== undefined) return migrated('kubernetes.io/cinder', sources.cinder.volumeID);
  if (sources.azureDisk !== undefined) return migrated('kubernetes.io/azure-disk', sources.azureDisk.diskURI);
  if (sources.azureFile !== undefined) return migrated('kubernetes.io/azure-file', sources.azureFile.shareName);
  if (sources.vsphereVolume !== undefined) return migrated('kubernetes.io/vsphere-volume', sources.vsphereVolume.volumePath);
  if (sources.portworxVolume !== undefined) return migrated('kubernetes.io/portworx-volume', sources.portworxVolume.volumeID);
  return undefined;
}

/** Whether the node's kubelet has handed an in-tree plugin to its driver. Models isCSIMigrationOn. */
export function migrationIsOn(node: CsiNode | undefined, plugin: string): boolean {
  const list = node === undefined ? undefined : annotationOf(node, annMigratedPlugins);
  return list?.split(',').includes(plugin) ?? false;
}

/** Driver and handle of a persistent volume on that node; undefined when no CSI driver attaches it. */
export function sourceOf(volume: PersistentVolume, node: CsiNode | undefined): { driver: string; handle: string } | undefined {
  const { csi } = volume.spec;
  if (csi !== undefined) return { driver: csi.driver, handle: csi.volumeHandle };
  const source = inlineSource(volume.spec);
  return source !== undefined && migrationIsOn(node, source.plugin) ? source : undefined;
}

/** Driver that provisions for a class on that node. */
export function driverOfProvisioner(provisioner: string, node: CsiNode | undefined): string {
  return migrationIsOn(node, provisioner) ? (drivers[provisioner] ?? provisioner) : provisioner;
}
