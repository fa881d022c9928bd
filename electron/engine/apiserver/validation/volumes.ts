import { checkDnsLabel, checkDnsSubdomain } from '#shared/kube/names.ts';
import { parseQuantity } from '#shared/kube/quantity.ts';
import type { PodSpec } from '#shared/kube/types.ts';
import { duplicate, type FieldError, forbidden, invalid, invalidEach, notSupported, required } from './errors.ts';

type Volume = NonNullable<PodSpec['volumes']>[number] & { image?: { reference?: string; pullPolicy?: string } };

/** Every kind of source, in the order in which the API server looks at them. */
export const VOLUME_SOURCES = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flexVolume',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'scaleIO',
  'projected',
  'csi',
  'ephemeral',
  'image',
] as const;
type Source = (typeof VOLUME_SOURCES)[number];

const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];

/** Volumes of a pod: names, and exactly one complete source each. Models ValidateVolumes. */
export function validateVolumes(volumes: readonly Volume[], field: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  volumes.forEach((volume, index) => {
    const at = `${field}[${index}]`;
    errors.push(...validateSources(volume, at));
    if (!volume.name) errors.push(required(`${at}.name`));
    else errors.push(...invalidEach(`${at}.name`, volume.name, checkDnsLabel(volume.name)));
    if (names.has(volume.name)) errors.push(duplicate(`${at}.name`, volume.name));
    names.add(volume.name);
  });
  return errors;
}

function validateSources(volume: Volume, at: string): FieldError[] {
  const errors: FieldError[] = [];
  let count = 0;
  for (const source of VOLUME_SOURCES) {
    if (volume[source] === undefined) continue;
    count++;
    if (count > 1) errors.push(forbidden(`${at}.${source}`, 'may not specify more than 1 volume type'));
    else errors.push(...validateVolumeSource(volume, source, `${at}.${source}`));
  }
  if (count === 0) errors.push(required(at, 'must specify a volume type'));
  return errors;
}

/** The one field without which each source means nothing, and its form. */
export function validateVolumeSource(volume: Volume, source: Source, at: string): FieldError[] {
  switch (source) {
    case 'emptyDir': {
      const limit = volume.emptyDir?.sizeLimit;
      const parsed = limit === undefined ? undefined : parseQuantity(limit);
      const bad = parsed?.ok === true && parsed.value.nano < 0n;
      return bad ? [forbidden(`${at}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')] : [];
    }
    case 'hostPath': {
      const path = volume.hostPath?.path ?? '';
      const type = volume.hostPath?.type;
      const errors = path ? [] : [required(`${at}.path`)];
      if (path.split('/').includes('..')) errors.push(invalid(`${at}.path`, path, "must not contain '..'"));
      if (type !== undefined && !HOST_PATH_TYPES.includes(type)) errors.push(notSupported(`${at}.type`, type, HOST_PATH_TYPES));
      return errors;
    }
    case 'secret':
      return [
        ...need(volume.secret?.secretName, `${at}.secretName`),
        ...validateMode(volume.secret?.defaultMode, at),
        ...validateItems(volume.secret?.items, at),
      ];
    case 'configMap':
      return [
        ...need(volume.configMap?.name, `${at}.name`),
        ...validateMode(volume.configMap?.defaultMode, at),
        ...validateItems(volume.configMap?.items, at),
      ];
    case 'persistentVolumeClaim':
      return need(volume.persistentVolumeClaim?.claimName, `${at}.claimName`);
    case 'nfs': {
      const path = volume.nfs?.path;
      const errors = [...need(volume.nfs?.server, `${at}.server`), ...need(path, `${at}.path`)];
      if (path && !path.startsWith('/')) errors.push(invalid(`${at}.path`, path, 'must be an absolute path'));
      return errors;
    }
    case 'csi': {
      const driver = volume.csi?.driver ?? '';
      return driver ? invalidEach(`${at}.driver`, driver, checkDnsSubdomain(driver.toLowerCase())) : [required(`${at}.driver`)];
    }
    case 'downwardAPI':
      return validateMode(volume.downwardAPI?.defaultMode, at);
    case 'projected':
      return validateMode(volume.projected?.defaultMode, at);
    case 'ephemeral':
      return volume.ephemeral?.volumeClaimTemplate === undefined ? [required(`${at}.volumeClaimTemplate`)] : [];
    case 'image':
      return need(volume.image?.reference, `${at}.reference`);
    default:
      return [];
  }
}

function need(text: string | undefined, field: string): FieldError[] {
  return text ? [] : [required(field)];
}

const MODE_ERROR = 'must be a number between 0 and 0777 (octal), both inclusive';

function validateMode(mode: number | undefined, at: string): FieldError[] {
  return mode === undefined || (mode >= 0 && mode <= 0o777) ? [] : [invalid(`${at}.defaultMode`, mode, MODE_ERROR)];
}

function validateItems(items: readonly { key?: string; path?: string; mode?: number }[] | undefined, at: string): FieldError[] {
  return (items ?? []).flatMap((item, index) => {
    const field = `${at}.items[${index}]`;
    const { path = '' } = item;
    const errors = [...need(item.key, `${field}.key`), ...need(path, `${field}.path`)];
    if (path.startsWith('/')) errors.push(invalid(`${field}.path`, path, 'must be a relative path'));
    if (path.split('/').includes('..')) errors.push(invalid(`${field}.path`, path, "must not contain '..'"));
    if (item.mode !== undefined && (item.mode < 0 || item.mode > 0o777))
      errors.push(invalid(`${field}.mode`, item.mode, MODE_ERROR));
    return errors;
  });
}
