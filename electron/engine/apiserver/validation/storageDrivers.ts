import { deepEqual } from '#shared/core/json.ts';
import { checkDnsSubdomain, checkQualifiedName } from '#shared/kube/names.ts';
import { compareQuantity, parseQuantity, printQuantity } from '#shared/kube/quantity.ts';
import type { CsiStorageCapacity, VolumeAttachment } from '#shared/kube/storage.ts';
import type { KubeObject } from '#shared/kube/types.ts';
import {
  duplicate,
  type FieldError,
  forbidden,
  IMMUTABLE,
  invalid,
  invalidEach,
  notSupported,
  required,
  tooLong,
} from './errors.ts';
import { validateLabelSelector } from './labels.ts';
import { subdomainName, validateMetadata, validateMetadataUpdate } from './metadata.ts';

const FS_GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType'];
const LIFECYCLE_MODES = ['Ephemeral', 'Persistent'];
const SHORTEST_TOKEN_SECONDS = 600;
const LONGEST_TOKEN_SECONDS = 2 ** 32;
const SHORTEST_UPDATE_SECONDS = 10;
const MOST_PARAMETERS = 512;
const PARAMETER_BYTES = 256 * 1024;
const ONE_SOURCE = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
const NOT_NEGATIVE = 'must be greater than or equal to 0';

/** What a driver asks of the cluster, with every field that its rules look at. */
export interface CsiDriverObject extends KubeObject {
  spec: {
    attachRequired?: boolean;
    podInfoOnMount?: boolean;
    storageCapacity?: boolean;
    fsGroupPolicy?: string;
    volumeLifecycleModes?: readonly string[];
    tokenRequests?: readonly { audience?: string; expirationSeconds?: number }[];
    requiresRepublish?: boolean;
    seLinuxMount?: boolean;
    nodeAllocatableUpdatePeriodSeconds?: number;
  };
}

/** A class of volume attributes. */
export interface VolumeAttributesClass extends KubeObject {
  driverName?: string;
  parameters?: Readonly<Record<string, string>>;
}

/** A driver. Models ValidateCSIDriver. */
export function validateCsiDriver({ metadata, spec }: CsiDriverObject): FieldError[] {
  const errors = validateMetadata(metadata, false, subdomainName);
  if (spec.attachRequired === undefined) errors.push(required('spec.attachedRequired'));
  if (spec.podInfoOnMount === undefined) errors.push(required('spec.podInfoOnMount'));
  if (spec.storageCapacity === undefined) errors.push(required('spec.storageCapacity'));
  if (spec.fsGroupPolicy === undefined) errors.push(required('spec.fsGroupPolicy'));
  else if (!FS_GROUP_POLICIES.includes(spec.fsGroupPolicy))
    errors.push(notSupported('spec.fsGroupPolicy', spec.fsGroupPolicy, FS_GROUP_POLICIES));
  errors.push(...validateTokenRequests(spec.tokenRequests ?? []));
  for (const mode of spec.volumeLifecycleModes ?? [])
    if (!LIFECYCLE_MODES.includes(mode)) errors.push(notSupported('spec.volumeLifecycleModes', mode, LIFECYCLE_MODES));
  const seconds = spec.nodeAllocatableUpdatePeriodSeconds;
  if (seconds !== undefined && seconds < SHORTEST_UPDATE_SECONDS)
    errors.push(invalid('spec.nodeAllocatableUpdatePeriodSeconds', seconds, 'must be greater than or equal to 10 seconds'));
  return errors;
}

function validateTokenRequests(requests: NonNullable<CsiDriverObject['spec']['tokenRequests']>): FieldError[] {
  const errors: FieldError[] = [];
  const audiences = new Set<string>();
  for (const [i, { audience = '', expirationSeconds: seconds }] of requests.entries()) {
    const at = `spec.tokenRequests[${i}]`;
    if (audiences.has(audience)) errors.push(duplicate(`${at}.audience`, audience));
    audiences.add(audience);
    if (seconds === undefined) continue;
    const field = `${at}.expirationSeconds`;
    if (seconds < SHORTEST_TOKEN_SECONDS) errors.push(invalid(field, seconds, 'may not specify a duration less than 10 minutes'));
    if (seconds > LONGEST_TOKEN_SECONDS)
      errors.push(invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds'));
  }
  return errors;
}

/** A changed driver: whether it attaches, and in which lives its volumes are, stays. Models ValidateCSIDriverUpdate. */
export function validateCsiDriverUpdate(now: CsiDriverObject, before: CsiDriverObject): FieldError[] {
  const errors = validateMetadataUpdate(now.metadata, before.metadata);
  if (now.spec.attachRequired !== before.spec.attachRequired)
    errors.push(invalid('spec.attachedRequired', now.spec.attachRequired, IMMUTABLE));
  if (!deepEqual(now.spec.volumeLifecycleModes, before.spec.volumeLifecycleModes))
    errors.push(invalid('spec.volumeLifecycleModes', now.spec.volumeLifecycleModes, IMMUTABLE));
  return [...errors, ...validateTokenRequests(now.spec.tokenRequests ?? [])];
}

/** A volume at a node. Models ValidateVolumeAttachment and ValidateVolumeAttachmentV1. */
export function validateVolumeAttachment({ metadata, spec = {} }: VolumeAttachment): FieldError[] {
  const errors = validateMetadata(metadata, false, subdomainName);
  const { attacher = '', nodeName = '', source = {} } = spec;
  if (attacher === '') errors.push(required('spec.attacher'));
  const { persistentVolumeName: name, inlineVolumeSpec: inline } = source;
  if (name === undefined && inline === undefined) errors.push(required('spec.source', ONE_SOURCE));
  else if (name !== undefined && inline !== undefined) errors.push(forbidden('spec.source', ONE_SOURCE));
  else if (name === '') errors.push(required('spec.source.persistentVolumeName', 'must specify non empty persistentVolumeName'));
  errors.push(...invalidEach('spec.nodeName', nodeName, checkDnsSubdomain(nodeName)));
  if (attacher !== '') errors.push(...invalidEach('spec.attacher', attacher, checkDnsSubdomain(attacher.toLowerCase())));
  if (name) errors.push(...invalidEach('spec.source.persistentVolumeName', name, checkDnsSubdomain(name)));
  return errors;
}

/** A changed attachment: only its status changes. Models ValidateVolumeAttachmentUpdate. */
export function validateVolumeAttachmentUpdate(now: VolumeAttachment, before: VolumeAttachment): FieldError[] {
  const errors = validateVolumeAttachment(now);
  if (!deepEqual(now.spec, before.spec)) errors.push(invalid('spec', now.spec, IMMUTABLE));
  return errors;
}

/** A class of attributes: a driver and what it is to be told. Models ValidateVolumeAttributesClass. */
export function validateVolumeAttributesClass({
  metadata,
  driverName = '',
  parameters = {},
}: VolumeAttributesClass): FieldError[] {
  const errors = validateMetadata(metadata, false, subdomainName);
  if (driverName === '') errors.push(required('driverName'));
  else errors.push(...invalidEach('driverName', driverName, checkQualifiedName(driverName.toLowerCase())));
  errors.push(...validateParameters(parameters));
  return Object.keys(parameters).length === 0 ? [...errors, required('parameters')] : errors;
}

/** What a driver is told: not too much, and nothing without a name. Models validateParameters. */
export function validateParameters(parameters: Readonly<Record<string, string>>): FieldError[] {
  const entries = Object.entries(parameters);
  if (entries.length > MOST_PARAMETERS) return [tooLong('parameters', MOST_PARAMETERS)];
  const errors = entries.flatMap(([key]) => (key === '' ? [invalid('parameters', key, 'field can not be empty.')] : []));
  if (entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0) > PARAMETER_BYTES)
    errors.push(tooLong('parameters', PARAMETER_BYTES));
  return errors;
}

/** A changed class of attributes: nothing in it may change. Models ValidateVolumeAttributesClassUpdate. */
export function validateVolumeAttributesClassUpdate(now: VolumeAttributesClass, before: VolumeAttributesClass): FieldError[] {
  const errors = validateMetadataUpdate(now.metadata, before.metadata);
  if (now.driverName !== before.driverName) errors.push(invalid('driverName', now.driverName, IMMUTABLE));
  if (!deepEqual(now.parameters ?? {}, before.parameters ?? {})) errors.push(invalid('parameters', now.parameters, IMMUTABLE));
  return errors;
}

/** What a driver has left somewhere. Models ValidateCSIStorageCapacity. */
export function validateStorageCapacity(one: CsiStorageCapacity): FieldError[] {
  const errors = validateMetadata(one.metadata, true, subdomainName);
  errors.push(...validateLabelSelector(one.nodeTopology, 'nodeTopology'));
  const name = one.storageClassName ?? '';
  errors.push(...invalidEach('storageClassName', name, checkDnsSubdomain(name)));
  for (const field of ['capacity', 'maximumVolumeSize'] as const) {
    const parsed = parseQuantity(one[field] ?? '0');
    const zero = parseQuantity('0');
    if (parsed.ok && zero.ok && compareQuantity(parsed.value, zero.value) < 0)
      errors.push(invalid(field, printQuantity(parsed.value), NOT_NEGATIVE));
  }
  return errors;
}

/** A changed amount: where it is and of which class stays. Models ValidateCSIStorageCapacityUpdate. */
export function validateStorageCapacityUpdate(now: CsiStorageCapacity, before: CsiStorageCapacity): FieldError[] {
  const errors = validateMetadataUpdate(now.metadata, before.metadata);
  if (!deepEqual(now.nodeTopology, before.nodeTopology)) errors.push(invalid('nodeTopology', now.nodeTopology, IMMUTABLE));
  if (now.storageClassName !== before.storageClassName) errors.push(invalid('storageClassName', now.storageClassName, IMMUTABLE));
  return errors;
}
