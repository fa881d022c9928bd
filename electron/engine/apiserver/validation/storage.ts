import { compareStrings } from '#shared/core/compare.ts';
import { deepEqual } from '#shared/core/json.ts';
import { checkDnsSubdomain, checkQualifiedName } from '#shared/kube/names.ts';
import { validateNodeSelector } from '#shared/kube/nodeSelectors.ts';
import { parseQuantity } from '#shared/kube/quantity.ts';
import {
  type CsiNode,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type StorageClass,
  storageOf,
} from '#shared/kube/storage.ts';
import { duplicate, type FieldError, forbidden, IMMUTABLE, invalid, invalidEach, notSupported, required } from './errors.ts';
import { sortedKeys, validateLabelSelector } from './labels.ts';
import { subdomainName, validateMetadata, validateMetadataUpdate } from './metadata.ts';
import { validateParameters } from './storageDrivers.ts';
import { VOLUME_SOURCES, validateVolumeSource } from './volumes.ts';

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const VOLUME_MODES = ['Block', 'Filesystem'];
const POSITIVE = 'must be greater than zero';
const CLAIM_IMMUTABLE =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
const SOURCE_IMMUTABLE = 'spec.persistentvolumesource is immutable after creation';

/** Sources that only a pod's volumes have. */
const POD_ONLY: readonly string[] = [
  'emptyDir',
  'gitRepo',
  'secret',
  'persistentVolumeClaim',
  'downwardAPI',
  'configMap',
  'projected',
  'ephemeral',
  'image',
];
/** Sources of volumes, in the order in which the API server looks at them. */
const SOURCES = [...VOLUME_SOURCES.filter((one) => !POD_ONLY.includes(one) && one !== 'csi'), 'local', 'csi'] as const;

/** Secrets of a driver that are looked at. */
const CSI_SECRETS = ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef'] as const;

function validateModes(modes: readonly string[] | undefined, field: string): FieldError[] {
  const list = modes ?? [];
  const errors = list.flatMap((mode) => (ACCESS_MODES.includes(mode) ? [] : [notSupported(field, mode, ACCESS_MODES)]));
  if (list.includes('ReadWriteOncePod') && list.some((mode) => mode !== 'ReadWriteOncePod'))
    errors.push(forbidden(field, 'may not use ReadWriteOncePod with other access modes'));
  return errors;
}

function validateMode(mode: string | undefined, field = 'spec'): FieldError[] {
  return mode === undefined || VOLUME_MODES.includes(mode) ? [] : [notSupported(`${field}.volumeMode`, mode, VOLUME_MODES)];
}

function validateClassName(name: string | undefined, field = 'spec'): FieldError[] {
  return name ? invalidEach(`${field}.storageClassName`, name, checkDnsSubdomain(name)) : [];
}

/** An amount that must be above zero. `negative`: whether a negative one is told of as such first. */
function validatePositive(text: string | number, field: string, negative: boolean): FieldError[] {
  const parsed = parseQuantity(text);
  if (!parsed.ok || parsed.value.nano > 0n) return [];
  const errors =
    negative && parsed.value.nano < 0n ? [invalid(field, parsed.value.value, 'must be a valid resource quantity')] : [];
  return [...errors, invalid(field, String(text), POSITIVE)];
}

function validateCapacity(capacity: PersistentVolume['spec']['capacity']): FieldError[] {
  const errors: FieldError[] = [];
  const names = sortedKeys(capacity);
  if (names.length === 0) errors.push(required('spec.capacity'));
  if (names.length !== 1 || names[0] !== 'storage') errors.push(notSupported('spec.capacity', capacity, ['storage']));
  for (const name of names)
    if (name === 'storage') errors.push(...validatePositive(capacity?.[name] ?? '0', 'spec.capacity[storage]', true));
  return errors;
}

/** A volume. Models ValidatePersistentVolume. */
export function validateVolumeObject(volume: PersistentVolume): FieldError[] {
  const { spec } = volume;
  const policy = spec.persistentVolumeReclaimPolicy;
  const policies = ['Delete', 'Recycle', 'Retain'];
  const errors = validateMetadata(volume.metadata, false, subdomainName);
  if ((spec.accessModes ?? []).length === 0) errors.push(required('spec.accessModes'));
  errors.push(...validateModes(spec.accessModes, 'spec.accessModes'), ...validateCapacity(spec.capacity));
  if (policy && !policies.includes(policy)) errors.push(notSupported('spec.persistentVolumeReclaimPolicy', policy, policies));
  const selector = spec.nodeAffinity?.required;
  if (spec.nodeAffinity !== undefined && selector === undefined)
    errors.push(required('spec.nodeAffinity.required', 'must specify required node constraints'));
  if (selector !== undefined) errors.push(...validateNodeSelector(selector, 'spec.nodeAffinity.required'));
  errors.push(...validateSources(spec));
  if (spec.hostPath?.path === '/' && policy === 'Recycle')
    errors.push(forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'"));
  errors.push(...validateClassName(spec.storageClassName), ...validateMode(spec.volumeMode));
  const attributes = spec.volumeAttributesClassName;
  const at = 'spec.volumeAttributesClassName';
  if (attributes === undefined) return errors;
  if (attributes === '') errors.push(required(at, 'an empty string is disallowed'));
  else errors.push(...invalidEach(at, attributes, checkDnsSubdomain(attributes)));
  if (spec.csi === undefined) errors.push(required('spec.csi', 'has to be specified when using volumeAttributesClassName'));
  return errors;
}

function validateSources(spec: PersistentVolume['spec']): FieldError[] {
  const given = SOURCES.filter((source) => spec[source as keyof typeof spec] !== undefined);
  const [first, ...others] = given;
  if (first === undefined) return [required('spec', 'must specify a volume type')];
  const further = others.map((source) => forbidden(`spec.${source}`, 'may not specify more than 1 volume type'));
  return [...validateOneSource(spec, first), ...further];
}

/** A reference to a secret needs both parts. */
function validateSecretReference(reference: { name?: string; namespace?: string } | undefined, field: string): FieldError[] {
  if (reference === undefined) return [];
  return [
    ...(reference.name ? [] : [required(`${field}.name`)]),
    ...(reference.namespace ? [] : [required(`${field}.namespace`)]),
  ];
}

function validateOneSource(spec: PersistentVolume['spec'], source: (typeof SOURCES)[number]): FieldError[] {
  const at = `spec.${source}`;
  if (source === 'csi') {
    const driver = spec.csi?.driver ?? '';
    return [
      ...(driver ? invalidEach(`${at}.driver`, driver, checkDnsSubdomain(driver.toLowerCase())) : [required(`${at}.driver`)]),
      ...(spec.csi?.volumeHandle ? [] : [required(`${at}.volumeHandle`)]),
      ...CSI_SECRETS.flatMap((name) => validateSecretReference(spec.csi?.[name], `${at}.${name}`)),
    ];
  }
  if (source !== 'local') return validateVolumeSource({ name: 'v', ...spec } as never, source, at);
  const path = spec.local?.path ?? '';
  const errors = path ? [] : [required(`${at}.path`)];
  if (path.split('/').includes('..')) errors.push(invalid(`${at}.path`, path, "must not contain '..'"));
  if (spec.nodeAffinity === undefined) errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
  return errors;
}

/** A changed volume: its source, mode and (once set) affinity stay. Models ValidatePersistentVolumeUpdate. */
export function validateVolumeObjectUpdate(now: PersistentVolume, before: PersistentVolume): FieldError[] {
  const errors = validateVolumeObject(now);
  const source = ({ spec }: PersistentVolume) => SOURCES.map((name) => spec[name as keyof typeof spec] ?? null);
  if (!deepEqual(source(now), source(before))) errors.push(forbidden('spec.persistentvolumesource', SOURCE_IMMUTABLE));
  if (now.spec.volumeMode !== before.spec.volumeMode) errors.push(invalid('volumeMode', now.spec.volumeMode, IMMUTABLE));
  if (before.spec.nodeAffinity !== undefined && !deepEqual(now.spec.nodeAffinity, before.spec.nodeAffinity))
    errors.push(invalid('nodeAffinity', now.spec.nodeAffinity, IMMUTABLE));
  return errors;
}

/** A claim. Models ValidatePersistentVolumeClaim. */
export function validateClaim(claim: PersistentVolumeClaim): FieldError[] {
  return [...validateMetadata(claim.metadata, true, subdomainName), ...validateClaimSpec(claim.spec, 'spec')];
}

/** What a claim asks for, in a claim or a template of one. Models ValidatePersistentVolumeClaimSpec. */
export function validateClaimSpec(spec: PersistentVolumeClaim['spec'], field: string): FieldError[] {
  const errors: FieldError[] = [];
  if ((spec.accessModes ?? []).length === 0) errors.push(required(`${field}.accessModes`, 'at least 1 access mode is required'));
  errors.push(...validateLabelSelector(spec.selector, `${field}.selector`));
  errors.push(...validateModes(spec.accessModes, `${field}.accessModes`));
  const request = spec.resources?.requests?.storage;
  if (request === undefined) errors.push(required(`${field}.resources[storage]`));
  else errors.push(...validatePositive(request, `${field}.resources[storage]`, false));
  errors.push(...validateClassName(spec.storageClassName, field), ...validateMode(spec.volumeMode, field));
  const attributes = spec.volumeAttributesClassName;
  const at = `${field}.volumeAttributesClassName`;
  return [
    ...errors,
    ...validateDataSources(spec, field),
    ...(attributes ? invalidEach(at, attributes, checkDnsSubdomain(attributes)) : []),
  ];
}

/** Where a claim's data comes from, in the older field and the newer one. Models validateDataSource and validateDataSourceRef. */
function validateDataSources(spec: PersistentVolumeClaim['spec'], field: string): FieldError[] {
  const { dataSource, dataSourceRef } = spec as { dataSource?: DataSource; dataSourceRef?: DataSource };
  const errors: FieldError[] = [];
  for (const [name, source] of [
    ['dataSource', dataSource],
    ['dataSourceRef', dataSourceRef],
  ] as const) {
    if (source === undefined) continue;
    const { name: of = '', kind = '', apiGroup = '' } = source;
    const at = `${field}.${name}`;
    if (of === '') errors.push(required(`${at}.name`));
    if (kind === '') errors.push(required(`${at}.kind`));
    if (apiGroup === '' && kind !== 'PersistentVolumeClaim')
      errors.push(invalid(at, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
    if (apiGroup !== '') errors.push(...invalidEach(at, apiGroup, checkDnsSubdomain(apiGroup)));
  }
  if (dataSource === undefined || dataSourceRef === undefined) return errors;
  const same = dataSource.name === dataSourceRef.name && dataSource.kind === dataSourceRef.kind;
  if (dataSourceRef.namespace)
    errors.push(invalid(field, `${field}.dataSource`, 'may not be specified when dataSourceRef.namespace is specified'));
  else if (!same || (dataSource.apiGroup ?? '') !== (dataSourceRef.apiGroup ?? ''))
    errors.push(invalid(field, `${field}.dataSource`, 'must match dataSourceRef'));
  return errors;
}
interface DataSource {
  apiGroup?: string;
  kind?: string;
  name?: string;
  namespace?: string;
}

/**
 * A changed claim. The volume may be named once, a class given once where there was none, and a bound claim may grow. Models
 * ValidatePersistentVolumeClaimUpdate.
 */
export function validateClaimUpdate(now: PersistentVolumeClaim, before: PersistentVolumeClaim): FieldError[] {
  const errors = [...validateMetadataUpdate(now.metadata, before.metadata), ...validateClaim(now)];
  const { volumeName, storageClassName, resources, ...rest } = now.spec;
  const old = before.spec;
  const bound = before.status?.phase === 'Bound';
  const settled = {
    ...rest,
    ...optional('volumeName', old.volumeName ? volumeName : old.volumeName),
    ...optional('storageClassName', old.storageClassName === undefined ? undefined : storageClassName),
    ...optional('resources', bound ? grownFrom(old.resources, resources) : resources),
    ...optional('volumeAttributesClassName', bound ? old.volumeAttributesClassName : now.spec.volumeAttributesClassName),
  };
  if (!deepEqual(settled, { ...old })) errors.push(forbidden('spec', CLAIM_IMMUTABLE));
  const has = storageOf(before.status?.capacity);
  if (bound && storageOf(resources?.requests) < storageOf(old.resources?.requests) && storageOf(resources?.requests) <= has)
    errors.push(forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  if (now.spec.volumeMode !== old.volumeMode) errors.push(invalid('volumeMode', now.spec.volumeMode, IMMUTABLE));
  return [...errors, ...validateAttributesChange(now.spec.volumeAttributesClassName, old.volumeAttributesClassName)];
}

/** The new resources but for the size, which alone may change. */
function grownFrom(old: ClaimResources | undefined, now: ClaimResources | undefined): ClaimResources | undefined {
  const size = old?.requests?.storage;
  if (now?.requests === undefined || size === undefined) return now;
  return { ...now, requests: { ...now.requests, storage: size } };
}
type ClaimResources = NonNullable<PersistentVolumeClaim['spec']['resources']>;

/** A class of attributes may be changed for another, not taken away. */
function validateAttributesChange(now: string | undefined, before: string | undefined): FieldError[] {
  if (before === undefined || now) return [];
  const what = now === undefined ? 'nil' : 'an empty string';
  return [forbidden('spec.volumeAttributesClassName', `update from non-nil value to ${what} is forbidden`)];
}

function optional<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [name]: value }) as { [P in K]?: V };
}

/** A class. Models ValidateStorageClass. */
export function validateStorageClass(one: StorageClass): FieldError[] {
  const errors = validateMetadata(one.metadata, false, subdomainName);
  const provisioner = one.provisioner ?? '';
  if (provisioner === '') errors.push(required('provisioner'));
  else errors.push(...invalidEach('provisioner', provisioner, checkQualifiedName(provisioner.toLowerCase())));
  errors.push(...validateParameters(one.parameters ?? {}));
  const policies = ['Delete', 'Retain'];
  if (one.reclaimPolicy && !policies.includes(one.reclaimPolicy))
    errors.push(notSupported('reclaimPolicy', one.reclaimPolicy, policies));
  const modes = ['Immediate', 'WaitForFirstConsumer'];
  if (!one.volumeBindingMode) errors.push(required('volumeBindingMode'));
  else if (!modes.includes(one.volumeBindingMode)) errors.push(notSupported('volumeBindingMode', one.volumeBindingMode, modes));
  return [...errors, ...validateTopologies(one.allowedTopologies ?? [])];
}

/** Places a class allows: each key once in a term, each value once under it, no term twice. Models validateAllowedTopologies. */
function validateTopologies(terms: NonNullable<StorageClass['allowedTopologies']>): FieldError[] {
  const errors: FieldError[] = [];
  const seen: Record<string, string[]>[] = [];
  for (const [i, term] of terms.entries()) {
    const byKey: Record<string, string[]> = {};
    for (const [j, { key, values = [] }] of (term.matchLabelExpressions ?? []).entries()) {
      const at = `allowedTopologies[${i}].matchLabelExpressions[${j}]`;
      if (values.length === 0) errors.push(required(`${at}.values`));
      for (const [k, value] of values.entries())
        if (values.indexOf(value) < k) errors.push(duplicate(`${at}.values[${k}]`, value));
      errors.push(...invalidEach(`${at}.key`, key, checkQualifiedName(key)));
      if (Object.hasOwn(byKey, key)) errors.push(duplicate(`${at}.key`, key));
      byKey[key] = [...new Set(values)].sort(compareStrings);
    }
    if (seen.some((one) => deepEqual(one, byKey))) errors.push(duplicate(`allowedTopologies[${i}].matchLabelExpressions`, ''));
    seen.push(byKey);
  }
  return errors;
}

/** A changed class: only expansion, topologies and mount options may change. Models ValidateStorageClassUpdate. */
export function validateStorageClassUpdate(now: StorageClass, before: StorageClass): FieldError[] {
  const errors = [...validateStorageClass(now), ...validateMetadataUpdate(now.metadata, before.metadata)];
  for (const field of ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const)
    if (!deepEqual(now[field] ?? null, before[field] ?? null)) errors.push(invalid(field, now[field], IMMUTABLE));
  return errors;
}

/** Drivers of a node. Models ValidateCSINode. */
export function validateCsiNode(node: CsiNode): FieldError[] {
  const errors = validateMetadata(node.metadata, false, subdomainName);
  for (const [i, { name, nodeID, allocatable }] of (node.spec.drivers ?? []).entries()) {
    const at = `spec.drivers[${i}]`;
    if (!name) errors.push(required(`${at}.name`));
    if (!nodeID) errors.push(required(`${at}.nodeID`));
    if ((allocatable?.count ?? 0) < 0)
      errors.push(invalid(`${at}.allocatable.count`, allocatable?.count, 'must be greater than or equal to 0'));
  }
  return errors;
}
