/** Rules of names. Every checker returns upstream's complaints, none when the text is fine; a missing text counts as empty. */

const LABEL_FORMAT = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN_FORMAT = `${LABEL_FORMAT}(\\.${LABEL_FORMAT})*`;
const DNS_LABEL = new RegExp(`^${LABEL_FORMAT}$`);
const DNS_SUBDOMAIN = new RegExp(`^${SUBDOMAIN_FORMAT}$`);
const NAME_PART = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

/** Complaint of a label key or value that is over `max`. Names of objects use other words, see tooManyCharacters. */
export function tooManyBytes(max: number): string {
  return `must be no more than ${max} bytes`;
}

/** Complaint of a name that is over `max`. */
export function tooManyCharacters(max: number): string {
  return `must be no more than ${max} characters`;
}

/** Complaint of a text that a regular expression refuses. Models validation.RegexError. */
export function regexError(message: string, format: string, ...examples: string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return `${message} (e.g. ${shown}regex used for validation is '${format}')`;
}

const SUBDOMAIN_ERROR = regexError(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  SUBDOMAIN_FORMAT,
  'example.com',
);
const LABEL_ERROR = regexError(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  LABEL_FORMAT,
  'my-name',
  '123-abc',
);
const NAME_PART_ERROR = regexError(
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]',
  'MyName',
  'my.name',
  '123-abc',
);
const LABEL_VALUE_ERROR = regexError(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?',
  'MyValue',
  'my_value',
  '12345',
);

/** Complaints about a DNS-1123 label (namespaces, containers, volumes). Models validation.IsDNS1123Label. */
export function checkDnsLabel(text = ''): string[] {
  const problems: string[] = [];
  if (text.length > 63) problems.push(tooManyCharacters(63));
  if (!DNS_LABEL.test(text)) problems.push(DNS_SUBDOMAIN.test(text) ? 'must not contain dots' : LABEL_ERROR);
  return problems;
}

/** Complaints about a DNS-1123 subdomain (names of most objects). Models validation.IsDNS1123Subdomain. */
export function checkDnsSubdomain(text = ''): string[] {
  const problems: string[] = [];
  if (text.length > 253) problems.push(tooManyCharacters(253));
  if (!DNS_SUBDOMAIN.test(text)) problems.push(SUBDOMAIN_ERROR);
  return problems;
}

/** Complaints about a label or taint key: `[prefix/]name`. Models validation.IsQualifiedName. */
export function checkQualifiedName(text = ''): string[] {
  const problems: string[] = [];
  const parts = text.split('/');
  let name = text;
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    name = parts[1] ?? '';
    if (prefix === '') problems.push('prefix part must be non-empty');
    else {
      if (prefix.length > 253) problems.push(`prefix part ${tooManyBytes(253)}`);
      if (!DNS_SUBDOMAIN.test(prefix)) problems.push(`prefix part ${SUBDOMAIN_ERROR}`);
    }
  } else if (parts.length > 2) {
    return [
      `a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character ${qualifiedHint()}`,
    ];
  }
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push(`name part ${tooManyBytes(63)}`);
  if (!NAME_PART.test(name)) problems.push(NAME_PART_ERROR);
  return problems;
}

function qualifiedHint(): string {
  return "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
}

/** Complaints about a label value. Models validation.IsValidLabelValue. */
export function checkLabelValue(text = ''): string[] {
  const problems: string[] = [];
  if (text.length > 63) problems.push(tooManyBytes(63));
  if (!LABEL_VALUE.test(text)) problems.push(LABEL_VALUE_ERROR);
  return problems;
}

const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;
const CONFIG_KEY_ERROR = regexError(
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  '[-._a-zA-Z0-9]+',
  'key.name',
  'KEY_NAME',
  'key-name',
);

/** Complaints about a key of a config map or secret, which becomes a file's name. Models validation.IsConfigMapKey. */
export function checkConfigKey(text: string): string[] {
  const problems: string[] = [];
  if (text.length > 253) problems.push(tooManyCharacters(253));
  if (!CONFIG_KEY.test(text)) problems.push(CONFIG_KEY_ERROR);
  if (text === '.' || text === '..') problems.push(`must not be '${text}'`);
  else if (text.startsWith('..')) problems.push("must not start with '..'");
  return problems;
}
