import { base64Length, fromBase64, utf8Length } from '#shared/core/base64.ts';
import { readJson } from '#shared/core/goJson.ts';
import { deepEqual, isRecord } from '#shared/core/json.ts';
import type { ConfigMap, RuntimeClass, Secret } from '#shared/kube/kinds.ts';
import { checkConfigKey, checkDnsLabel } from '#shared/kube/names.ts';
import type { KubeObject, PodTemplateSpec } from '#shared/kube/types.ts';
import { duplicate, type FieldError, forbidden, IMMUTABLE, invalid, invalidEach, required, tooLong } from './errors.ts';
import { sortedKeys, validateLabels } from './labels.ts';
import { subdomainName, validateMetadata, validateMetadataUpdate } from './metadata.ts';
import { validateTemplate } from './podSpec.ts';
import { validateRequirements } from './resources.ts';
import { validateTolerations } from './scheduling.ts';

/** Bytes of all values of a config map or secret together. Models core.MaxSecretSize. */
const MAX_BYTES = 1_048_576;
const WHEN_IMMUTABLE = 'field is immutable when `immutable` is set';
const ACCOUNT_NAME = 'kubernetes.io/service-account.name';

/** A config map. Models ValidateConfigMap. */
export function validateConfigMap(map: ConfigMap): FieldError[] {
  const errors = validateMetadata(map.metadata, true, subdomainName);
  let bytes = 0;
  for (const key of sortedKeys(map.data)) {
    errors.push(...invalidEach(`data[${key}]`, key, checkConfigKey(key)));
    if (Object.hasOwn(map.binaryData ?? {}, key))
      errors.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    bytes += utf8Length(map.data?.[key] ?? '');
  }
  for (const key of sortedKeys(map.binaryData)) {
    errors.push(...invalidEach(`binaryData[${key}]`, key, checkConfigKey(key)));
    if (Object.hasOwn(map.data ?? {}, key)) errors.push(invalid(`binaryData[${key}]`, key, 'duplicate of key present in data'));
    bytes += base64Length(map.binaryData?.[key] ?? '');
  }
  if (bytes > MAX_BYTES) errors.push(tooLong('', MAX_BYTES));
  return errors;
}

/** A changed config map. Models ValidateConfigMapUpdate. */
export function validateConfigMapUpdate(now: ConfigMap, before: ConfigMap): FieldError[] {
  const errors = validateMetadataUpdate(now.metadata, before.metadata);
  if (before.immutable === true) errors.push(...frozen(now, before, ['data', 'binaryData']));
  return [...errors, ...validateConfigMap(now)];
}

/** Complaints about fields of an object that was declared immutable. */
function frozen<T extends { immutable?: boolean }>(now: T, before: T, fields: readonly (keyof T & string)[]): FieldError[] {
  const errors = now.immutable === true ? [] : [forbidden('immutable', WHEN_IMMUTABLE)];
  for (const field of fields) {
    if (!deepEqual(now[field] ?? {}, before[field] ?? {})) errors.push(forbidden(field, WHEN_IMMUTABLE));
  }
  return errors;
}

/** A secret: keys, size, and what its type must hold. Models ValidateSecret. */
export function validateSecret(secret: Secret): FieldError[] {
  const errors = validateMetadata(secret.metadata, true, subdomainName);
  let bytes = 0;
  for (const key of sortedKeys(secret.data)) {
    errors.push(...invalidEach(`data[${key}]`, key, checkConfigKey(key)));
    bytes += base64Length(secret.data?.[key] ?? '');
  }
  if (bytes > MAX_BYTES) errors.push(tooLong('data', MAX_BYTES));
  return [...errors, ...typeErrors(secret)];
}

function typeErrors({ type, data, metadata }: Secret): FieldError[] {
  const has = (key: string): boolean => Object.hasOwn(data ?? {}, key);
  const needs = (...keys: string[]): FieldError[] => keys.filter((key) => !has(key)).map((key) => required(`data[${key}]`));
  switch (type) {
    case 'kubernetes.io/service-account-token':
      return (metadata.annotations?.[ACCOUNT_NAME] ?? '') === '' ? [required(`metadata.annotations[${ACCOUNT_NAME}]`)] : [];
    case 'kubernetes.io/dockercfg':
      return has('.dockercfg') ? jsonErrors('.dockercfg', data) : needs('.dockercfg');
    case 'kubernetes.io/dockerconfigjson':
      return has('.dockerconfigjson') ? jsonErrors('.dockerconfigjson', data) : needs('.dockerconfigjson');
    case 'kubernetes.io/basic-auth':
      return has('username') || has('password') ? [] : needs('username', 'password');
    case 'kubernetes.io/ssh-auth':
      return base64Length(data?.['ssh-privatekey'] ?? '') === 0 ? [required('data[ssh-privatekey]')] : [];
    case 'kubernetes.io/tls':
      return needs('tls.crt', 'tls.key');
    default:
      return [];
  }
}

/** The content must be a JSON object; what it is, is not told. */
function jsonErrors(key: string, data: Secret['data']): FieldError[] {
  const text = fromBase64(data?.[key] ?? '');
  const read = text.ok ? readJson(text.value) : text;
  const fits = read.ok && (isRecord(read.value.value) || read.value.value === null);
  const why = read.ok ? 'json: cannot unmarshal value into Go value of type map[string]interface {}' : read.error;
  return fits ? [] : [invalid(`data[${key}]`, '<secret contents redacted>', why)];
}

/** A changed secret; its type never changes. Models ValidateSecretUpdate. */
export function validateSecretUpdate(now: Secret, before: Secret): FieldError[] {
  const errors = validateMetadataUpdate(now.metadata, before.metadata);
  if ((now.type ?? '') !== (before.type ?? '')) errors.push(invalid('type', now.type, IMMUTABLE));
  if (before.immutable === true) errors.push(...frozen(now, before, ['data']));
  return [...errors, ...validateSecret(now)];
}

/** A runtime class. Models node validation ValidateRuntimeClass. */
export function validateRuntimeClass(one: RuntimeClass): FieldError[] {
  const errors = validateMetadata(one.metadata, false, subdomainName);
  errors.push(...invalidEach('handler', one.handler ?? '', checkDnsLabel(one.handler)));
  if (one.overhead !== undefined)
    errors.push(...validateRequirements({ limits: one.overhead.podFixed ?? {} }, 'overhead.podFixed'));
  const { nodeSelector, tolerations = [] } = one.scheduling ?? {};
  errors.push(...validateLabels(nodeSelector, 'scheduling.nodeSelector'));
  errors.push(...validateTolerations(tolerations, 'scheduling.tolerations'));
  for (const [i, toleration] of tolerations.entries()) {
    if (tolerations.slice(0, i).some((other) => deepEqual(other, toleration)))
      errors.push(duplicate(`scheduling.tolerations[${i}]`, toleration));
  }
  return errors;
}

/** A changed runtime class; pods rely on its handler. Models ValidateRuntimeClassUpdate. */
export function validateRuntimeClassUpdate(now: RuntimeClass, before: RuntimeClass): FieldError[] {
  const errors = validateMetadataUpdate(now.metadata, before.metadata);
  if (now.handler !== before.handler) errors.push(invalid('handler', now.handler, IMMUTABLE));
  return errors;
}

interface PodTemplate extends KubeObject {
  template?: PodTemplateSpec;
}

/** A pod template on its own. Models ValidatePodTemplate. */
export function validatePodTemplate(one: PodTemplate): FieldError[] {
  const errors = validateMetadata(one.metadata, true, subdomainName);
  return [...errors, ...validateTemplate(one.template ?? ({} as PodTemplateSpec), 'template')];
}

/** A changed pod template. Models ValidatePodTemplateUpdate. */
export function validatePodTemplateUpdate(now: PodTemplate, before: PodTemplate): FieldError[] {
  return [...validateMetadataUpdate(now.metadata, before.metadata), ...validatePodTemplate(now)];
}
