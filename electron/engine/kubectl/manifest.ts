import { readJson } from '#shared/core/goJson.ts';
import { deepEqual, isRecord } from '#shared/core/json.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { allKinds, type KindInfo, printName } from '#shared/kube/registry.ts';
import type { AnyObject, Status } from '#shared/kube/types.ts';
import { readGoYaml } from '#shared/scenario/goYaml.ts';
import type { Client } from '../client/types.ts';
import { LAST_APPLIED, readLastApplied, sorted, withLastApplied } from './lastApplied.ts';
import { threeWayMerge } from './threeWay.ts';
import { aggregate, printError } from './words.ts';

/** `kubectl create` or `apply` of a text given as its standard input. */
export interface ManifestRun {
  readonly verb: 'create' | 'apply';
  readonly text: string;
  /** The namespace given with -n. */
  readonly namespace: string;
  /** --validate=false switches it off. */
  readonly validate: boolean;
  /** --dry-run=client: nothing is sent but what must be read. */
  readonly dryRun: boolean;
}

/** What kubectl prints and how it ends. */
export interface Printed {
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly exit: 0 | 1;
}

const SOURCE = 'STDIN';

/** Documents of the text as data, without empty ones; an error in the words of kubectl's reader. Models util/yaml YAMLOrJSONDecoder. */
function documentsOf(text: string): Result<unknown[], string> {
  if (text.trimStart().startsWith('{')) {
    const read = readJson(text);
    if (read.ok) return ok([read.value.value]);
    return err(read.error === 'unexpected end of JSON input' ? 'unexpected EOF' : read.error);
  }
  const documents: unknown[] = [];
  for (const part of text.split(/^---(?:[ \t].*)?$/m)) {
    const read = readGoYaml(part);
    if (!read.ok) return err(`error converting YAML to JSON: ${read.error}`);
    if (read.value.value !== null) documents.push(read.value.value);
  }
  return ok(documents);
}

/** A kind by its name in any case, in the version given; without a version any will do. Models the REST mapper. */
function mapping(apiVersion: string, kind: string): KindInfo | undefined {
  const named = allKinds.filter((info) => info.kind === kind || info.singular === kind);
  return apiVersion === '' ? named[0] : named.find((info) => info.apiVersions.includes(apiVersion));
}

interface Found {
  readonly info: KindInfo;
  readonly object: AnyObject;
}

/** One document as objects that can be sent, or kubectl's own complaint. */
function objectsOf(document: unknown, run: ManifestRun): Result<Found[], string> {
  const value = isRecord(document) ? document : {};
  const missing = (['apiVersion', 'kind'] as const)
    .filter((field) => (value[field] ?? '') === '')
    .map((field) => `${field} not set`);
  if (run.validate && missing.length > 0) {
    const advice = 'if you choose to ignore these errors, turn validation off with --validate=false';
    return err(`error validating "${SOURCE}": error validating data: ${aggregate(missing)}; ${advice}`);
  }
  const kind = String(value.kind ?? '');
  if (kind === '') return err(`unable to decode "${SOURCE}": Object 'Kind' is missing in '${JSON.stringify(sorted(value))}'`);
  if (kind === 'List' && Array.isArray(value.items)) {
    const all: Found[] = [];
    for (const item of value.items) {
      const objects = objectsOf(item, run);
      if (!objects.ok) return objects;
      all.push(...objects.value);
    }
    return ok(all);
  }
  return oneObject(value, kind, run);
}

function oneObject(value: Readonly<Record<string, unknown>>, kind: string, run: ManifestRun): Result<Found[], string> {
  const metadata = isRecord(value.metadata) ? value.metadata : {};
  for (const field of ['labels', 'annotations'] as const) {
    const odd = Object.values(isRecord(metadata[field]) ? metadata[field] : {}).find((one) => typeof one !== 'string');
    if (odd === undefined) continue;
    const type = odd === null ? 'null' : typeof odd === 'boolean' ? 'bool' : Array.isArray(odd) ? 'array' : typeof odd;
    const where = `Go struct field ObjectMeta.metadata.${field} of type string`;
    return err(`unable to decode "${SOURCE}": json: cannot unmarshal ${type} into ${where}`);
  }
  const apiVersion = String(value.apiVersion ?? '');
  const info = mapping(apiVersion, kind);
  const namespace = String(metadata.namespace ?? '');
  if (info === undefined) {
    const which = `resource mapping not found for name: "${String(metadata.name ?? '')}" namespace: "${namespace}" from "${SOURCE}"`;
    return err(`${which}: no matches for kind "${kind}" in version "${apiVersion}"\nensure CRDs are installed first`);
  }
  if (info.namespaced && namespace !== '' && namespace !== run.namespace) {
    const mismatch = `the namespace from the provided object "${namespace}" does not match the namespace "${run.namespace}"`;
    return err(`${mismatch}. You must pass '--namespace=${namespace}' to perform this operation.`);
  }
  const placed = info.namespaced ? { ...metadata, namespace: run.namespace } : metadata;
  return ok([{ info, object: { ...value, metadata: placed } as unknown as AnyObject }]);
}

/** Sends what a text holds and tells what kubectl would print, mistakes included. Models kubectl/pkg/cmd/create, apply and cli-runtime's builder. */
export function runManifest(client: Client, run: ManifestRun): Printed {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const end = (failed: boolean): Printed => ({ stdout, stderr, exit: failed ? 1 : 0 });
  const documents = documentsOf(run.text);
  if (!documents.ok) {
    stderr.push(`error: error parsing ${SOURCE}: ${documents.error}`);
    return end(true);
  }
  let count = 0;
  let failed = false;
  for (const document of documents.value) {
    const objects = objectsOf(document, run);
    if (!objects.ok) {
      stderr.push(`error: ${objects.error}`);
      return end(true);
    }
    for (const found of objects.value) {
      count++;
      const written = new Sending(client, run, found, (text) => stderr.push(text)).send();
      if (written.ok) stdout.push(written.value);
      else stderr.push(written.error);
      failed ||= !written.ok;
    }
  }
  if (count === 0) {
    stderr.push(`error: no objects passed to ${run.verb}`);
    failed = true;
  }
  return end(failed);
}

/** One object on its way to the API server. */
class Sending {
  readonly #client: Client;
  readonly #run: ManifestRun;
  readonly #info: KindInfo;
  readonly #object: AnyObject;
  readonly #tell: (text: string) => void;

  constructor(client: Client, run: ManifestRun, { info, object }: Found, tell: (text: string) => void) {
    this.#client = client;
    this.#run = run;
    this.#info = info;
    this.#object = object;
    this.#tell = tell;
  }

  /** The line of success, or all that is printed of a failure. */
  send(): Result<string, string> {
    if (this.#run.verb === 'create') return this.#create(this.#object);
    const name = this.#object.metadata.name ?? '';
    if (name === '') return err(this.#unreadable('resource name may not be empty'));
    const current = this.#client.get(this.#info.kind, this.#info.namespaced ? this.#run.namespace : '', name);
    return current.ok ? this.#merge(current.value as AnyObject) : this.#create(withLastApplied(this.#object));
  }

  #unreadable(why: string): string {
    const { group, version, plural, kind } = this.#info;
    const at = `Resource: "${group}/${version}, Resource=${plural}", GroupVersionKind: "${group}/${version}, Kind=${kind}"`;
    const { name = '' } = this.#object.metadata;
    const which = `Name: "${name}", Namespace: "${this.#info.namespaced ? this.#run.namespace : ''}"`;
    return `error: error when retrieving current configuration of:\n${at}\n${which}\nfrom server for: "${SOURCE}": ${why}`;
  }

  #line(name: string, word: string): Result<string, string> {
    return ok(`${printName(this.#info, name)} ${word}${this.#run.dryRun ? ' (dry run)' : ''}`);
  }

  #path(name?: string): string {
    // Without a version in the manifest kubectl asks for a path that does not exist.
    const version = String(this.#object.apiVersion ?? '');
    const root = version === '' || !version.includes('/') ? `/api/${version === '' ? 'none' : version}` : `/apis/${version}`;
    const inside = this.#info.namespaced ? `/namespaces/${this.#run.namespace}` : '';
    return `${root}${inside}/${this.#info.plural}${name === undefined ? '' : `/${name}`}`;
  }

  #create(object: AnyObject): Result<string, string> {
    if (this.#run.dryRun) return this.#line(object.metadata.name ?? '', 'created');
    return this.#write('POST', this.#path(), object, 'creating', 'created');
  }

  #merge(current: AnyObject): Result<string, string> {
    const { name } = current.metadata;
    if (current.metadata.annotations?.[LAST_APPLIED] === undefined) {
      this.#tell(
        `Warning: resource ${this.#info.plural}/${name} is missing the ${LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.`,
      );
    }
    const merged = threeWayMerge(current, withLastApplied(this.#object), readLastApplied(current)) as AnyObject;
    if (deepEqual(merged, current)) return this.#line(name, 'unchanged');
    if (this.#run.dryRun) return this.#line(name, 'configured');
    return this.#write('PUT', this.#path(name), merged, 'applying patch', 'configured');
  }

  #write(method: 'POST' | 'PUT', path: string, object: AnyObject, doing: string, done: string): Result<string, string> {
    const answer = this.#client.request({
      method,
      path,
      query: { fieldManager: `kubectl-${this.#run.verb}`, fieldValidation: this.#run.validate ? 'Strict' : 'Ignore' },
      body: JSON.stringify(object),
    });
    for (const warning of answer.warnings) this.#tell(`Warning: ${warning}`);
    if (answer.code < 300) return this.#line((answer.body as AnyObject).metadata.name, done);
    const status = answer.body as Status;
    return err(printError({ ...status, message: `error when ${doing} "${SOURCE}": ${status.message}` }));
  }
}
