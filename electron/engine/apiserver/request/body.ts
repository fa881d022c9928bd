import { utf8Bytes } from '#shared/core/base64.ts';
import { readJson } from '#shared/core/goJson.ts';
import { isRecord } from '#shared/core/json.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { checkShape } from '#shared/kube/shape/index.ts';
import type { AnyObject, Status } from '#shared/kube/types.ts';
import { readGoYaml } from '#shared/scenario/goYaml.ts';
import { badRequest } from '../status.ts';
import { shapeOf } from '../validation/decode.ts';
import { NO_MEDIA_TYPE, notSimulated, TOO_LARGE } from './answers.ts';
import { type Expected, groupVersion, isRegistered, notRegistered, unknownConversion } from './scheme.ts';

/** What becomes of unknown and duplicate fields. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

const MAX_BODY = 3_145_728;
/** Bytes of a body that an error shows. */
const SHOWN_BYTES = 30;

/** Format of a body by its Content-Type; JSON when there is none. */
export function formatOf(contentType: string | undefined): Result<'json' | 'yaml', Status> {
  const type = mediaType(contentType);
  if (type === '' || type === 'application/json') return ok('json');
  if (type === 'application/yaml') return ok('yaml');
  if (type === 'application/vnd.kubernetes.protobuf') return err(notSimulated('protobuf'));
  return err(NO_MEDIA_TYPE);
}

/** `application/json` of `application/json; charset=utf-8`. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** The beginning of a body for an error: as text when it looks like JSON, else in hexadecimal. Models summarizeData. */
function summary(text: string): string {
  if (text === '') return '<empty>';
  const bytes = utf8Bytes(text.slice(0, SHOWN_BYTES + 1));
  const more = bytes.length > SHOWN_BYTES ? ' ...' : '';
  if (text.startsWith('{')) return text.slice(0, SHOWN_BYTES) + (text.length > SHOWN_BYTES ? ' ...' : '');
  const hex = bytes.slice(0, SHOWN_BYTES).map((byte) => byte.toString(16).padStart(2, '0'));
  return hex.join('') + more;
}

interface ReadBody {
  value: unknown;
  /** Complaints about fields given twice, with the place of each. */
  duplicates: readonly { path: string; message: string }[];
  place(path: string): number;
}

function readText(text: string, format: 'json' | 'yaml'): Result<ReadBody, string> {
  if (format === 'json') {
    const read = readJson(text);
    if (!read.ok) return err(`couldn't get version/kind; json parse error: ${read.error}`);
    const { value, places } = read.value;
    const duplicates = read.value.duplicates.map((path) => ({ path, message: `duplicate field "${path}"` }));
    return ok({ value, duplicates, place: (path) => places.get(path) ?? 0 });
  }
  const read = readGoYaml(text);
  if (!read.ok) return err(read.error);
  const { value, duplicates } = read.value;
  return ok({ value, duplicates: duplicates === undefined ? [] : [{ path: '', message: duplicates }], place: () => 0 });
}

/** A decoded body. */
export interface Decoded {
  readonly object: AnyObject;
  /** Complaints that are no refusal. */
  readonly warnings: readonly string[];
}

/**
 * Reads the body of a request as an object of the expected kind; kind and version default to those of the path. 400 in the API server's words for
 * what is no object, another kind, another version, values of a wrong type and, with Strict, unknown and duplicate fields.
 * Models apiserver/pkg/endpoints/handlers createHandler and transformDecodeError.
 */
export function decodeBody(
  text: string,
  format: 'json' | 'yaml',
  expected: Expected,
  validation: FieldValidation,
): Result<Decoded, Status> {
  if (text.length > MAX_BODY) return err(TOO_LARGE);
  const unrecognized = (why: string): Result<never, Status> =>
    err(badRequest(`the object provided is unrecognized (must be of type ${expected.kind}): ${why} (${summary(text)})`));
  const read = readText(text, format);
  if (!read.ok) return unrecognized(read.error);
  const { value } = read.value;
  if (!isRecord(value)) return unrecognized(`couldn't get version/kind; json parse error: ${noStruct(value)}`);
  for (const field of ['apiVersion', 'kind'] as const) {
    const given = value[field] ?? '';
    if (typeof given !== 'string') {
      const why = `json: cannot unmarshal ${jsonType(given)} into Go struct field .${field} of type string`;
      return unrecognized(`couldn't get version/kind; json parse error: ${why}`);
    }
  }
  const kind = (value.kind as string | undefined) || expected.kind;
  const apiVersion = (value.apiVersion as string | undefined) || expected.apiVersion;
  if (apiVersion.split('/').length > 2) return unrecognized(`unexpected GroupVersion string: ${apiVersion}`);
  const { version } = groupVersion(apiVersion);
  const unfit = (why: string): Result<never, Status> =>
    err(badRequest(`${kind} in version "${version}" cannot be handled as a ${expected.kind}: ${why}`));
  if (!isRegistered(apiVersion, kind)) return unfit(notRegistered(apiVersion, kind));
  const problems = checkShape(value, shapeOf(apiVersion, kind));
  const wrong = problems.filter((problem) => problem.kind === 'type');
  if (wrong.length > 0) {
    const first = wrong[0]?.message ?? '';
    return unfit(
      /^(?:quantities must|illegal base64)/.test(first) ? first : wrong.map((one) => `${one.path}: ${one.message}`).join(', '),
    );
  }
  if (value.metadata !== undefined && value.metadata !== null && !isRecord(value.metadata))
    return unfit(
      `json: cannot unmarshal ${jsonType(value.metadata)} into Go struct field ${kind}.metadata of type v1.ObjectMeta`,
    );
  if (kind !== expected.kind) return unfit(unknownConversion(apiVersion, kind, expected));
  const complaints =
    validation === 'Ignore'
      ? []
      : inOrder(
          problems.map(({ path, message }) => ({ path, message })),
          read.value,
        );
  if (validation === 'Strict' && complaints.length > 0) return unfit(`strict decoding error: ${complaints.join(', ')}`);
  if (apiVersion !== expected.apiVersion && expected.alsoAccepted?.includes(apiVersion) !== true) {
    const versions = `the API version in the data (${apiVersion}) does not match the expected API version (${expected.apiVersion})`;
    return err(badRequest(versions));
  }
  return ok({ object: objectOf(value, kind, apiVersion), warnings: complaints });
}

function objectOf(value: Readonly<Record<string, unknown>>, kind: string, apiVersion: string): AnyObject {
  return { ...value, apiVersion, kind, metadata: (value.metadata ?? {}) as AnyObject['metadata'] };
}

function inOrder(unknown: { path: string; message: string }[], body: ReadBody): string[] {
  const all = [...unknown, ...body.duplicates].map((one, index) => ({ ...one, index, place: body.place(one.path) }));
  return all.sort((a, b) => a.place - b.place || a.index - b.index).map(({ message }) => message);
}

function noStruct(value: unknown): string {
  const into = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
  return `json: cannot unmarshal ${jsonType(value)} into Go value of type ${into}`;
}

/** What Go's JSON reader calls a value. */
export function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null) return 'null';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
