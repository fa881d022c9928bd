import type { MutatingWebhookConfiguration, ValidatingWebhookConfiguration, Webhook } from '#shared/kube/kinds.ts';
import { checkDnsSubdomain } from '#shared/kube/names.ts';
import {
  FAILURE_POLICIES,
  MATCH_POLICIES,
  oneOf,
  REINVOCATION_POLICIES,
  validateMatchConditions,
  validateRule,
} from './admissionRules.ts';
import { duplicate, type FieldError, inclusiveRange, invalid, notSupported, required } from './errors.ts';
import { validateLabelSelector } from './labels.ts';
import { subdomainName, validateMetadata } from './metadata.ts';
import { checkDns1035Label } from './policies.ts';

const SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const REVIEW_VERSIONS = ['v1', 'v1beta1'];
const MAX_TIMEOUT_SECONDS = 30;
const URL_FORM = '; desired format: https://host[/path]';

/** Webhooks of either kind of configuration. Models ValidateValidatingWebhookConfiguration and ValidateMutatingWebhookConfiguration. */
export function validateWebhooks(configuration: ValidatingWebhookConfiguration | MutatingWebhookConfiguration): FieldError[] {
  const errors = validateMetadata(configuration.metadata, false, subdomainName);
  const names = new Set<string>();
  (configuration.webhooks ?? []).forEach((hook, i) => {
    const field = `webhooks[${i}]`;
    errors.push(...validateWebhook(hook, field));
    errors.push(...validateReviewVersions(hook.admissionReviewVersions ?? [], `${field}.admissionReviewVersions`));
    if (hook.name && names.has(hook.name)) errors.push(duplicate(`${field}.name`, hook.name));
    names.add(hook.name);
  });
  return errors;
}

function validateWebhook(hook: Webhook, field: string): FieldError[] {
  const errors = validateFullName(hook.name, `${field}.name`);
  (hook.rules ?? []).forEach((rule, i) => {
    errors.push(...validateRule(rule, `${field}.rules[${i}]`));
  });
  errors.push(...oneOf(`${field}.failurePolicy`, hook.failurePolicy, FAILURE_POLICIES));
  errors.push(...oneOf(`${field}.matchPolicy`, hook.matchPolicy, MATCH_POLICIES));
  if (hook.sideEffects === undefined) {
    errors.push(required(`${field}.sideEffects`, `must specify one of ${SIDE_EFFECTS.join(', ')}`));
  } else if (!SIDE_EFFECTS.includes(hook.sideEffects)) {
    errors.push(notSupported(`${field}.sideEffects`, hook.sideEffects, SIDE_EFFECTS));
  }
  const timeout = hook.timeoutSeconds;
  if (timeout !== undefined && (timeout > MAX_TIMEOUT_SECONDS || timeout < 1)) {
    const text = `the timeout value must be between 1 and ${MAX_TIMEOUT_SECONDS} seconds`;
    errors.push(invalid(`${field}.timeoutSeconds`, timeout, text));
  }
  for (const name of ['namespaceSelector', 'objectSelector'] as const) {
    errors.push(...validateLabelSelector(hook[name] as Parameters<typeof validateLabelSelector>[0], `${field}.${name}`));
  }
  errors.push(...oneOf(`${field}.reinvocationPolicy`, hook.reinvocationPolicy, REINVOCATION_POLICIES));
  errors.push(...validateClient(hook.clientConfig ?? {}, `${field}.clientConfig`));
  return [...errors, ...validateMatchConditions(hook.matchConditions, false, `${field}.matchConditions`)];
}

/** A name of three parts or more. Models validation.IsFullyQualifiedName. */
function validateFullName(name: string | undefined, field: string): FieldError[] {
  if (!name) return [required(field)];
  const problems = checkDnsSubdomain(name);
  if (problems.length > 0) return [invalid(field, name, problems.join(','))];
  if (name.split('.').length >= 3) return [];
  return [invalid(field, name, 'should be a domain with at least three segments separated by dots')];
}

function validateReviewVersions(versions: readonly string[], field: string): FieldError[] {
  if (versions.length === 0) return [required(field, `must specify one of ${REVIEW_VERSIONS.join(', ')}`)];
  const seen = new Set<string>();
  const errors = versions.flatMap((version, i) => {
    if (seen.has(version)) return [invalid(`${field}[${i}]`, version, 'duplicate version')];
    seen.add(version);
    return checkDns1035Label(version).map((problem) => invalid(`${field}[${i}]`, version, problem));
  });
  if (!versions.some((version) => REVIEW_VERSIONS.includes(version))) {
    errors.push(invalid(field, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`));
  }
  return errors;
}

type ClientConfig = Webhook['clientConfig'];

function validateClient(client: ClientConfig, field: string): FieldError[] {
  if ((client.url === undefined) === (client.service === undefined)) {
    return [required(field, 'exactly one of url or service is required')];
  }
  if (client.url !== undefined) return validateUrl(client.url, `${field}.url`);
  return client.service === undefined ? [] : validateService(client.service, `${field}.service`);
}

/** Models apiserver/pkg/util/webhook ValidateWebhookURL. */
function validateUrl(url: string, field: string): FieldError[] {
  const match = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/(?:([^/?#@]*)@)?([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/.exec(url);
  if (match === null || /\s/.test(match[3] ?? '')) {
    return [required(field, `url must be a valid URL: parse ${JSON.stringify(url)}: invalid character in URL${URL_FORM}`)];
  }
  const [, scheme = '', user, host = '', query = '', fragment = ''] = match;
  const errors: FieldError[] = [];
  if (scheme.toLowerCase() !== 'https') {
    errors.push(invalid(field, scheme.toLowerCase(), `'https' is the only allowed URL scheme${URL_FORM}`));
  }
  if (host === '') errors.push(invalid(field, host, `host must be provided${URL_FORM}`));
  if (user !== undefined) errors.push(invalid(field, user, 'user information is not permitted in the URL'));
  if (fragment !== '') errors.push(invalid(field, fragment, 'fragments are not permitted in the URL'));
  if (query !== '') errors.push(invalid(field, query, 'query parameters are not permitted in the URL'));
  return errors;
}

/** Models apiserver/pkg/util/webhook ValidateWebhookService. */
function validateService(service: NonNullable<ClientConfig['service']>, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!service.name) errors.push(required(`${field}.name`, 'service name is required'));
  if (!service.namespace) errors.push(required(`${field}.namespace`, 'service namespace is required'));
  const { port, path } = service;
  if (port !== undefined && (port < 1 || port > 65_535)) {
    errors.push(invalid(`${field}.port`, port, `port is not valid: ${inclusiveRange(1, 65_535)}`));
  }
  if (path === undefined || path === '' || path === '/') return errors;
  const at = `${field}.path`;
  if (path === '//') return [...errors, invalid(at, path, 'segment[0] may not be empty')];
  if (!path.startsWith('/')) return [...errors, invalid(at, path, "must start with a '/'")];
  const segments = path.slice(1, path.endsWith('/') ? -1 : undefined).split('/');
  segments.forEach((segment, i) => {
    if (segment === '') errors.push(invalid(at, path, `segment[${i}] may not be empty`));
    else errors.push(...checkDnsSubdomain(segment).map((problem) => invalid(at, path, `segment[${i}]: ${problem}`)));
  });
  return errors;
}
