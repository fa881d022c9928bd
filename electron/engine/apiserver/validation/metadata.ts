import { deepEqual } from '#shared/core/json.ts';
import { checkDnsLabel, checkDnsSubdomain, checkQualifiedName } from '#shared/kube/names.ts';
import type { ObjectMeta } from '#shared/kube/types.ts';
import { type FieldError, forbidden, IMMUTABLE, invalid, invalidEach, notNegative, required, tooLong } from './errors.ts';
import { sortedKeys, validateLabels } from './labels.ts';

/** Bytes all annotations of an object may take together. */
const ANNOTATIONS_LIMIT = 262_144;
const STANDARD_FINALIZERS: readonly string[] = ['kubernetes', 'orphan', 'foregroundDeletion'];

/** Complaints about a name of some form. */
export type NameCheck = (name: string) => string[];

/** Complaints about a name that only has to fit into a URL. Models path.IsValidPathSegmentName. */
export function checkPathSegment(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((bad) => name.includes(bad)).map((bad) => `may not contain '${bad}'`);
}

/** A prefix for generated names may end in a dash. */
function checkPrefix(prefix: string, check: NameCheck): string[] {
  return check(prefix.endsWith('-') ? `${prefix.slice(0, -1)}a` : prefix);
}

/** Rules of metadata that hold for every object. Models ValidateObjectMetaAccessor. */
export function validateMetadata(metadata: ObjectMeta, namespaced: boolean, check: NameCheck): FieldError[] {
  const errors: FieldError[] = [];
  const { name, generateName, namespace } = metadata;
  if (generateName) errors.push(...invalidEach('metadata.generateName', generateName, checkPrefix(generateName, check)));
  if (!name) errors.push(required('metadata.name', 'name or generateName is required'));
  else errors.push(...invalidEach('metadata.name', name, check(name)));
  if (namespaced) {
    if (!namespace) errors.push(required('metadata.namespace'));
    else errors.push(...invalidEach('metadata.namespace', namespace, checkDnsLabel(namespace)));
  } else if (namespace) {
    errors.push(forbidden('metadata.namespace', 'not allowed on this type'));
  }
  errors.push(...notNegative('metadata.generation', metadata.generation));
  errors.push(...validateLabels(metadata.labels, 'metadata.labels'));
  errors.push(...validateAnnotations(metadata.annotations, 'metadata.annotations'));
  errors.push(...validateOwnerReferences(metadata));
  errors.push(...validateFinalizers(metadata.finalizers ?? []));
  return errors;
}

/** Annotation keys follow label keys in any case; the whole map has a limit. Models ValidateAnnotations. */
export function validateAnnotations(annotations: Record<string, string> | undefined, field: string): FieldError[] {
  let size = 0;
  const errors = sortedKeys(annotations).flatMap((key) => {
    size += key.length + (annotations?.[key]?.length ?? 0);
    return invalidEach(field, key, checkQualifiedName(key.toLowerCase()));
  });
  if (size > ANNOTATIONS_LIMIT) errors.push(tooLong(field, ANNOTATIONS_LIMIT));
  return errors;
}

function validateOwnerReferences(metadata: ObjectMeta): FieldError[] {
  const field = 'metadata.ownerReferences';
  const errors: FieldError[] = [];
  const references = metadata.ownerReferences ?? [];
  let controller: string | undefined;
  for (const reference of references) {
    const version = (reference.apiVersion ?? '').split('/').at(-1) ?? '';
    if (version === '') errors.push(invalid(`${field}.apiVersion`, reference.apiVersion ?? '', 'version must not be empty'));
    if (!reference.kind) errors.push(invalid(`${field}.kind`, '', 'must not be empty'));
    if (!reference.name) errors.push(invalid(`${field}.name`, '', 'must not be empty'));
    if (!reference.uid) errors.push(invalid(`${field}.uid`, '', 'must not be empty'));
    if (reference.apiVersion === 'v1' && reference.kind === 'Event') {
      errors.push(invalid(field, reference, '/v1, Kind=Event is disallowed from being an owner'));
    }
    if (reference.controller !== true) continue;
    if (controller !== undefined) {
      const both = `"true" in references for ${controller} and ${reference.name}`;
      errors.push(invalid(field, references, `Only one reference can have Controller set to true. Found ${both}`));
    }
    controller ??= reference.name;
  }
  return errors;
}

function validateFinalizers(finalizers: readonly string[]): FieldError[] {
  const field = 'metadata.finalizers';
  const errors = finalizers.flatMap((one, index) => invalidEach(`${field}[${index}]`, one, checkQualifiedName(one)));
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalid(field, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
  finalizers.forEach((one, index) => {
    if (one.includes('/') || STANDARD_FINALIZERS.includes(one)) return;
    errors.push(invalid(`${field}[${index}]`, one, 'name is neither a standard finalizer name nor is it fully qualified'));
  });
  return errors;
}

/** What an update may not change in metadata. Models ValidateObjectMetaAccessorUpdate. */
export function validateMetadataUpdate(now: ObjectMeta, before: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  if (before.deletionTimestamp) {
    const extra = (now.finalizers ?? []).filter((one) => !(before.finalizers ?? []).includes(one)).sort();
    if (extra.length > 0) {
      const shown = `[]string{${extra.map((one) => JSON.stringify(one)).join(', ')}}`;
      const text = `no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`;
      errors.push(forbidden('metadata.finalizers', text));
    }
  }
  if ((now.generation ?? 0) < (before.generation ?? 0)) {
    errors.push(invalid('metadata.generation', now.generation ?? 0, 'must not be decremented'));
  }
  for (const field of [
    'name',
    'namespace',
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ] as const) {
    if (!deepEqual(now[field], before[field])) errors.push(invalid(`metadata.${field}`, now[field], IMMUTABLE));
  }
  errors.push(...validateLabels(now.labels, 'metadata.labels'));
  errors.push(...validateAnnotations(now.annotations, 'metadata.annotations'));
  errors.push(...validateOwnerReferences(now));
  return errors;
}

/** The name rule of most kinds. */
export const subdomainName: NameCheck = checkDnsSubdomain;
