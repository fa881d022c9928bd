import { isRecord } from '#shared/core/json.ts';
import { parseIp } from '#shared/kube/ip.ts';
import { checkDnsLabel, checkDnsSubdomain, regexError } from '#shared/kube/names.ts';
import type { AnyObject, Ingress } from '#shared/kube/types.ts';
import { type FieldError, forbidden, IMMUTABLE, invalid, invalidEach, notSupported, required, tooLong } from './errors.ts';
import { validateIp } from './ip.ts';
import { checkPathSegment, subdomainName, validateMetadata } from './metadata.ts';
import { checkPortName, checkPortNumber } from './ports.ts';

type Spec = Ingress['spec'];
type Rule = NonNullable<Spec['rules']>[number];
type Path = NonNullable<Rule['http']>['paths'][number];
type Backend = NonNullable<Spec['defaultBackend']>;

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const BAD_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const BAD_ENDINGS = ['/..', '/.'];
const SCOPES = ['Cluster', 'Namespace'];
const MAX_CONTROLLER = 250;
const NO_NAME = 'must be a DNS name, not an IP address';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const WILDCARD = `\\*\\.${LABEL}(\\.${LABEL})*`;
const WILDCARD_ERROR = regexError(
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  WILDCARD,
  '*.example.com',
);
const HTTP_PATH = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/;
const HTTP_PATH_ERROR = regexError(
  "a valid path must consist of alphanumeric characters or '-', '.', '_', '~', '%', '!', '$', '&', ''', '(', ')', '*', '+', ',', ';', '=', ':', '/'",
  "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+",
);

function checkWildcard(host: string): string[] {
  const problems = host.length > 253 ? ['must be no more than 253 characters'] : [];
  return new RegExp(`^${WILDCARD}$`).test(host) ? problems : [...problems, WILDCARD_ERROR];
}

function checkHost(host: string): string[] {
  return host.includes('*') ? checkWildcard(host) : checkDnsSubdomain(host);
}

interface Reference {
  readonly apiGroup?: string;
  readonly kind?: string;
  readonly name?: string;
}

/** An object by group, kind and name. Models validateIngressTypedLocalObjectReference. */
function validateReference({ apiGroup, kind = '', name = '' }: Reference, field: string): FieldError[] {
  return [
    ...(apiGroup === undefined ? [] : invalidEach(`${field}.apiGroup`, apiGroup, checkDnsSubdomain(apiGroup))),
    ...(kind === ''
      ? [required(`${field}.kind`, 'kind is required')]
      : invalidEach(`${field}.kind`, kind, checkPathSegment(kind))),
    ...(name === ''
      ? [required(`${field}.name`, 'name is required')]
      : invalidEach(`${field}.name`, name, checkPathSegment(name))),
  ];
}

function validateBackend(backend: Backend | undefined, field: string): FieldError[] {
  const { resource, service } = backend ?? {};
  if (resource !== undefined && service !== undefined) {
    return [invalid(field, '', 'cannot set both resource and service backends')];
  }
  if (resource !== undefined) return validateReference(resource, `${field}.resource`);
  if (service === undefined) return [invalid(field, '', 'resource or service backend is required')];
  const at = `${field}.service.name`;
  const errors = service.name ? invalidEach(at, service.name, checkDnsLabel(service.name)) : [required(at)];
  const { name = '', number = 0 } = service.port ?? {};
  if (name !== '' && number !== 0) return [...errors, invalid(field, '', 'cannot set both port name & port number')];
  if (name !== '') return [...errors, ...invalidEach(`${field}.service.port.name`, name, checkPortName(name))];
  if (number !== 0) return [...errors, ...invalidEach(`${field}.service.port.number`, number, checkPortNumber(number))];
  return [...errors, required(field, 'port name or number is required')];
}

function validatePath(path: Path, field: string): FieldError[] {
  const { pathType, path: text = '' } = path as Partial<Path>;
  if (pathType === undefined) return [required(`${field}.pathType`, 'pathType must be specified')];
  const at = `${field}.path`;
  const errors: FieldError[] = [];
  const strict = pathType === 'Exact' || pathType === 'Prefix';
  if (!PATH_TYPES.includes(pathType)) errors.push(notSupported(`${field}.pathType`, pathType, PATH_TYPES));
  else if ((strict || text !== '') && !text.startsWith('/')) errors.push(invalid(at, text, 'must be an absolute path'));
  if (strict) {
    for (const bad of BAD_SEQUENCES) if (text.includes(bad)) errors.push(invalid(at, text, `must not contain '${bad}'`));
    for (const bad of BAD_ENDINGS) if (text.endsWith(bad)) errors.push(invalid(at, text, `cannot end with '${bad}'`));
  }
  return [...errors, ...validateBackend(path.backend, `${field}.backend`)];
}

function validateRuleValue({ http }: Rule, field: string): FieldError[] {
  if (http === undefined) return [];
  const paths = http.paths ?? [];
  if (paths.length === 0) return [required(`${field}.http.paths`)];
  return paths.flatMap((path, i) => validatePath(path, `${field}.http.paths[${i}]`));
}

function validateRule(rule: Rule, field: string, wildcardsPass: boolean): FieldError[] {
  const host = rule.host ?? '';
  const errors: FieldError[] = [];
  if (host !== '') {
    if (parseIp(host) !== undefined) errors.push(invalid(`${field}.host`, host, NO_NAME));
    errors.push(...invalidEach(`${field}.host`, host, checkHost(host)));
  }
  return host.includes('*') && wildcardsPass ? errors : [...errors, ...validateRuleValue(rule, field)];
}

/** What a stored Ingress already gets away with. */
interface Allowances {
  readonly secrets: boolean;
  readonly wildcards: boolean;
}

const checkSecret = (name: string | undefined): string[] => (name ? checkDnsSubdomain(name) : []);

function allowancesOf(old: Ingress): Allowances {
  return {
    secrets: (old.spec.tls ?? []).some(({ secretName }) => checkSecret(secretName).length > 0),
    wildcards: (old.spec.rules ?? []).some((rule) => rule.host?.includes('*') === true && validateRuleValue(rule, '').length > 0),
  };
}

function validateSpec(spec: Spec, allowed: Allowances): FieldError[] {
  const { rules = [], defaultBackend, tls = [], ingressClassName } = spec;
  const errors: FieldError[] = [];
  if (rules.length === 0 && defaultBackend === undefined) {
    errors.push(invalid('spec', null, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (defaultBackend !== undefined) errors.push(...validateBackend(defaultBackend, 'spec.defaultBackend'));
  rules.forEach((rule, i) => {
    errors.push(...validateRule(rule, `spec.rules[${i}]`, allowed.wildcards));
  });
  tls.forEach(({ hosts = [], secretName }, i) => {
    const field = `spec.tls[${i}]`;
    hosts.forEach((host, at) => {
      errors.push(...invalidEach(`${field}.hosts[${at}]`, host, checkHost(host)));
    });
    if (!allowed.secrets) errors.push(...invalidEach(`${field}.secretName`, secretName, checkSecret(secretName)));
  });
  if (ingressClassName === undefined) return errors;
  return [...errors, ...invalidEach('spec.ingressClassName', ingressClassName, checkDnsSubdomain(ingressClassName))];
}

/** A new Ingress. Models ValidateIngressCreate. */
export function validateIngress(ingress: Ingress): FieldError[] {
  const errors = validateMetadata(ingress.metadata, true, subdomainName);
  errors.push(...validateSpec(ingress.spec, { secrets: false, wildcards: false }));
  const annotation = ingress.metadata.annotations?.[CLASS_ANNOTATION];
  const name = ingress.spec.ingressClassName;
  if (annotation !== undefined && name !== undefined && annotation !== name) {
    const text = 'must match `ingressClassName` when both are specified';
    errors.push(invalid(`annotations.${CLASS_ANNOTATION}`, annotation, text));
  }
  return errors;
}

/** A changed Ingress. Models ValidateIngressUpdate. */
export function validateIngressUpdate(now: Ingress, before: Ingress): FieldError[] {
  return [...validateMetadata(now.metadata, true, subdomainName), ...validateSpec(now.spec, allowancesOf(before))];
}

/** The addresses an Ingress is reached at. Models ValidateIngressLoadBalancerStatus. */
export function validateIngressStatus(now: Ingress, before: Ingress): FieldError[] {
  const stored = (before.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip === undefined ? [] : [ip]));
  return (now.status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }, i) => {
    const field = `status.loadBalancer.ingress[${i}]`;
    const errors = ip ? validateIp(`${field}.ip`, ip, stored) : [];
    if (!hostname) return errors;
    errors.push(...invalidEach(`${field}.hostname`, hostname, checkDnsSubdomain(hostname)));
    if (parseIp(hostname) !== undefined) errors.push(invalid(`${field}.hostname`, hostname, NO_NAME));
    return errors;
  });
}

/** `domain/path`. Models validation.IsDomainPrefixedPath. */
function validateDomainPath(text: string, field: string): FieldError[] {
  if (text === '') return [required(field)];
  const slash = text.indexOf('/');
  if (slash <= 0 || slash === text.length - 1) {
    return [invalid(field, text, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const [host, path] = [text.slice(0, slash), text.slice(slash + 1)];
  const errors = invalidEach(field, host, checkDnsSubdomain(host));
  return HTTP_PATH.test(path) ? errors : [...errors, invalid(field, path, `Invalid path: ${HTTP_PATH_ERROR}`)];
}

function classSpec(ingressClass: AnyObject): Readonly<Record<string, unknown>> {
  return isRecord(ingressClass.spec) ? ingressClass.spec : {};
}

function validateParameters(given: unknown): FieldError[] {
  if (!isRecord(given)) return [];
  const field = 'spec.parameters';
  const { scope, namespace } = given as { scope?: string; namespace?: string };
  const errors = validateReference(given as Reference, field);
  if (scope === undefined) return [...errors, required(`${field}.scope`)];
  if (!SCOPES.includes(scope)) return [...errors, notSupported(`${field}.scope`, scope, SCOPES)];
  if (scope === 'Cluster') {
    return namespace === undefined
      ? errors
      : [...errors, forbidden(`${field}.namespace`, "`parameters.scope` is set to 'Cluster'")];
  }
  if (namespace === undefined) return [...errors, required(`${field}.namespace`, "`parameters.scope` is set to 'Namespace'")];
  return [...errors, ...invalidEach(`${field}.namespace`, namespace, checkDnsLabel(namespace))];
}

/** A class of Ingresses. Models ValidateIngressClass. */
export function validateIngressClass(ingressClass: AnyObject): FieldError[] {
  const { controller, parameters } = classSpec(ingressClass);
  const text = typeof controller === 'string' ? controller : '';
  return [
    ...validateMetadata(ingressClass.metadata, false, subdomainName),
    ...(text.length > MAX_CONTROLLER ? [tooLong('spec.controller', MAX_CONTROLLER)] : []),
    ...validateDomainPath(text, 'spec.controller'),
    ...validateParameters(parameters),
  ];
}

/** A changed class keeps its controller. Models ValidateIngressClassUpdate. */
export function validateIngressClassUpdate(now: AnyObject, before: AnyObject): FieldError[] {
  const [controller, old] = [classSpec(now).controller, classSpec(before).controller];
  const errors = controller === old ? [] : [invalid('spec.controller', controller ?? '', IMMUTABLE)];
  return [...errors, ...validateIngressClass(now)];
}
