import { canonicalQuantity, parseQuantity } from '#shared/kube/quantity.ts';
import { annotationOf, type PersistentVolume, type PersistentVolumeClaim, type StorageClass } from '#shared/kube/storage.ts';
import type { AnyObject } from '#shared/kube/types.ts';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const OLD_CLASS = `metadata.annotations[${CLASS_ANNOTATION}]: deprecated since v1.8; use "storageClassName" attribute instead`;
const RECYCLE =
  'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.';
const NANO_IN_ONE = 1_000_000_000n;
/** Sources of volumes whose drivers are gone, in the order in which they are told. */
const OLD_SOURCES: readonly (readonly [source: string, text: string])[] = [
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

/** What is said of an old node label; undefined for the others. */
export type OldLabel = (key: string) => string | undefined;

/** Models pkg/api/persistentvolume GetWarningsForPersistentVolume. */
function volumeObjectWarnings(volume: PersistentVolume, oldLabel: OldLabel): string[] {
  const { spec } = volume;
  const warnings = annotationOf(volume, CLASS_ANNOTATION) === undefined ? [] : [OLD_CLASS];
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') warnings.push(RECYCLE);
  for (const [i, term] of (spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).entries()) {
    for (const [j, { key }] of (term.matchExpressions ?? []).entries()) {
      const told = oldLabel(key);
      const at = `spec.nodeAffinity.required.nodeSelectorTerms[${i}].matchExpressions[${j}].key`;
      if (told !== undefined) warnings.push(`${at}: ${key} is ${told}`);
    }
  }
  const old = OLD_SOURCES.filter(([source]) => spec[source as keyof typeof spec] !== undefined);
  return [...warnings, ...old.map(([source, text]) => `spec.${source === 'storageos' ? 'storageOS' : source}: ${text}`)];
}

/** Models pkg/api/persistentvolumeclaim GetWarningsForPersistentVolumeClaim. */
function claimWarnings(claim: PersistentVolumeClaim): string[] {
  const warnings = annotationOf(claim, CLASS_ANNOTATION) === undefined ? [] : [OLD_CLASS];
  for (const list of ['requests', 'limits'] as const) {
    const text = claim.spec.resources?.[list]?.storage;
    const parsed = parseQuantity(text ?? '0');
    if (text === undefined || !parsed.ok || parsed.value.nano % NANO_IN_ONE === 0n) continue;
    const shown = JSON.stringify(canonicalQuantity(text));
    warnings.push(`spec.resources.${list}[storage]: fractional byte value ${shown} is invalid, must be an integer`);
  }
  return warnings;
}

/** Models pkg/api/storage GetWarningsForStorageClass. */
function storageClassWarnings({ allowedTopologies = [] }: StorageClass, oldLabel: OldLabel): string[] {
  return allowedTopologies.flatMap(({ matchLabelExpressions = [] }, i) =>
    matchLabelExpressions.flatMap(({ key }, j) => {
      const told = oldLabel(key);
      return told === undefined ? [] : [`allowedTopologies[${i}].matchLabelExpressions[${j}].key: ${told}`];
    }),
  );
}

/** What the API server says about a new or changed volume, claim or class; undefined for any other kind. */
export function storageWarnings(object: AnyObject, oldLabel: OldLabel): string[] | undefined {
  switch (object.kind) {
    case 'PersistentVolume':
      return volumeObjectWarnings(object as unknown as PersistentVolume, oldLabel);
    case 'PersistentVolumeClaim':
      return claimWarnings(object as unknown as PersistentVolumeClaim);
    case 'StorageClass':
      return storageClassWarnings(object as unknown as StorageClass, oldLabel);
    default:
      return undefined;
  }
}
