import { isRecord } from '#shared/core/json.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import { type JsonOperation, readOperations } from '../../patch/jsonPatch.ts';
import { compile } from '../cel/index.ts';

/**
 * What a simulated webhook answers. Written as JSON into an annotation of the configuration object: `stowage.dev/webhook-<name of the
 * webhook>`, or, for all webhooks of the object at once and for long names, `stowage.dev/webhooks` with the names as keys.
 */
export interface Behaviour {
  /** Whether requests may pass; true unless said otherwise. */
  readonly allow: boolean;
  readonly message?: string;
  /** HTTP code of a refusal; 403 unless said otherwise. */
  readonly code: number;
  /** Reason of a refusal; the one of the code unless said otherwise. */
  readonly reason?: string;
  /** What a mutating webhook changes. */
  readonly patch: readonly JsonOperation[];
  readonly warnings: readonly string[];
  /** How long the answer takes; longer than the webhook's timeout means that there is none. */
  readonly delaySeconds: number;
  /** Expression over the request; where it is not true the webhook lets everything pass as it is. */
  readonly when?: string;
}

/** Prefix of the annotations. */
export const BEHAVIOUR_PREFIX = 'stowage.dev/webhook-';
/** Annotation with the behaviour of every webhook of the object. */
export const BEHAVIOURS = 'stowage.dev/webhooks';

const FORBIDDEN = 403;

/** The behaviour written for a webhook; undefined when there is none. The error says what cannot be read. */
export function behaviourOf(configuration: AnyObject, name: string): Result<Behaviour | undefined, string> {
  const annotations = configuration.metadata.annotations ?? {};
  const own = annotations[`${BEHAVIOUR_PREFIX}${name}`];
  if (own !== undefined) return read(own, (value) => value);
  const all = annotations[BEHAVIOURS];
  return all === undefined ? ok(undefined) : read(all, (value) => (isRecord(value) ? value[name] : value));
}

function read(text: string, part: (value: unknown) => unknown): Result<Behaviour | undefined, string> {
  let value: unknown;
  try {
    value = part(JSON.parse(text));
  } catch {
    return err('the behaviour is not JSON');
  }
  if (value === undefined) return ok(undefined);
  return isRecord(value) ? checked(value) : err('the behaviour is not a JSON object');
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const FIELDS: Readonly<Record<string, readonly [check: Check, what: string]>> = {
  allow: [(value) => typeof value === 'boolean', 'true or false'],
  message: [isText, 'text'],
  reason: [isText, 'text'],
  code: [(value) => Number.isInteger(value), 'a whole number'],
  warnings: [(value) => Array.isArray(value) && value.every(isText), 'a list of texts'],
  delaySeconds: [(value) => typeof value === 'number' && value >= 0, 'a number of seconds'],
  patch: [(value) => readOperations(value).ok, 'a list of JSON patch operations'],
  when: [isText, 'an expression'],
};

function checked(value: Readonly<Record<string, unknown>>): Result<Behaviour, string> {
  for (const name of Object.keys(value)) {
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    if (field === undefined) return err(`the behaviour has no field ${JSON.stringify(name)}`);
    if (!field[0](value[name])) return err(`${name} of the behaviour must be ${field[1]}`);
  }
  const given = value as Partial<Behaviour>;
  const when = given.when === undefined ? undefined : compile(given.when, { params: false, authorizer: true });
  if (when?.ok === false) return err(`when of the behaviour does not compile: ${when.error}`);
  return ok({
    ...given,
    allow: given.allow ?? true,
    code: given.code ?? FORBIDDEN,
    patch: given.patch ?? [],
    warnings: given.warnings ?? [],
    delaySeconds: given.delaySeconds ?? 0,
  });
}
