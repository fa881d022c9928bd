import { checkDnsSubdomain, regexError } from '#shared/kube/names.ts';
import type { Container } from '#shared/kube/types.ts';
import { type FieldError, invalid, invalidEach, notSupported, required } from './errors.ts';

type EnvVar = NonNullable<Container['env']>[number];
type EnvSource = NonNullable<EnvVar['valueFrom']> & { fileKeyRef?: { volumeName?: string; path?: string; key?: string } };
type EnvFrom = NonNullable<Container['envFrom']>[number];

const NAME_ERROR = "a valid environment variable name must consist only of printable ASCII characters other than '='";
const SOURCES = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'] as const;
const FIELD_PATHS: readonly string[] = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

/** Complaints about a variable's name: any printable ASCII but `=`. Models IsRelaxedEnvVarName. */
function checkEnvName(name: string): string[] {
  return /^[ -<>-~]*$/.test(name) ? [] : [NAME_ERROR];
}

/** Complaints about a key of a ConfigMap or Secret. Models IsConfigMapKey. */
export function checkConfigKey(key: string): string[] {
  const problems: string[] = [];
  if (key.length > 253) problems.push('must be no more than 253 characters');
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
    const rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
    problems.push(regexError(rule, '[-._a-zA-Z0-9]+', 'key.name', 'KEY_NAME', 'key-name'));
  }
  if (key === '.') problems.push("must not be '.'");
  if (key === '..') problems.push("must not be '..'");
  else if (key.startsWith('..')) problems.push("must not start with '..'");
  return problems;
}

/** Variables of a container. Models ValidateEnv. */
export function validateEnv(env: readonly EnvVar[], field: string): FieldError[] {
  return env.flatMap((variable, index) => {
    const at = `${field}[${index}]`;
    const name = variable.name ? invalidEach(`${at}.name`, variable.name, checkEnvName(variable.name)) : [required(`${at}.name`)];
    return [...name, ...validateValueFrom(variable, `${at}.valueFrom`)];
  });
}

function validateValueFrom(variable: EnvVar, field: string): FieldError[] {
  const source: EnvSource | undefined = variable.valueFrom;
  if (source === undefined) return [];
  const given = SOURCES.filter((name) => source[name] !== undefined);
  const errors = validateSource(source, field);
  if (given.length === 0) {
    const list = '`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    errors.push(invalid(field, '', `must specify one of: ${list}`));
  } else if (variable.value) {
    errors.push(invalid(field, '', 'may not be specified when `value` is not empty'));
  } else if (given.length > 1) {
    errors.push(invalid(field, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}

function validateSource(source: EnvSource, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (source.fieldRef !== undefined) {
    const path = source.fieldRef.fieldPath;
    const at = `${field}.fieldRef.fieldPath`;
    if (!path) errors.push(required(at));
    else if (!/^metadata\.(labels|annotations)\['.*'\]$/.test(path) && !FIELD_PATHS.includes(path)) {
      if (/^(metadata|spec|status)\./.test(path)) errors.push(notSupported(at, path, FIELD_PATHS));
      else errors.push(invalid(at, path, `error converting fieldPath: field label not supported: ${path}`));
    }
  }
  if (source.resourceFieldRef !== undefined && !source.resourceFieldRef.resource) {
    errors.push(required(`${field}.resourceFieldRef.resource`));
  }
  for (const name of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const reference = source[name];
    if (reference === undefined) continue;
    if (!reference.key) errors.push(required(`${field}.${name}.key`));
    else errors.push(...invalidEach(`${field}.${name}.key`, reference.key, checkConfigKey(reference.key)));
  }
  return errors;
}

/** Whole ConfigMaps and Secrets as variables. Models ValidateEnvFrom. */
export function validateEnvFrom(sources: readonly EnvFrom[], field: string): FieldError[] {
  return sources.flatMap((source, index) => {
    const at = `${field}[${index}]`;
    const errors = source.prefix ? invalidEach(`${at}.prefix`, source.prefix, checkEnvName(source.prefix)) : [];
    const given = (['configMapRef', 'secretRef'] as const).filter((name) => source[name] !== undefined);
    for (const name of given) {
      const target = source[name]?.name;
      if (!target) errors.push(required(`${at}.${name}.name`));
      else errors.push(...invalidEach(`${at}.${name}.name`, target, checkDnsSubdomain(target)));
    }
    if (given.length === 0) errors.push(invalid(at, '', 'must specify one of: `configMapRef` or `secretRef`'));
    if (given.length > 1) errors.push(invalid(at, '', 'may not have more than one field specified at a time'));
    return errors;
  });
}
