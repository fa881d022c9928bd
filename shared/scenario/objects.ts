import { allKinds, type KindInfo, kindInfo, resolveResource } from '../kube/registry.ts';
import type { AnyObject } from '../kube/types.ts';
import { parsePath, printPath, type Segment } from './places.ts';
import type { ProblemDetails, ProblemList } from './problems.ts';
import { removedIn } from './removed.ts';
import { nearest } from './suggest.ts';
import type { ObjectSource, Position } from './types.ts';
import type { YamlDocument } from './yaml.ts';

/** Field names of every Kubernetes object. */
const envelopeFields = ['apiVersion', 'kind', 'metadata'] as const;
/** String maps in which Kubernetes reads an empty value (`key:`) as an empty string; elsewhere it means "not set". */
const stringMaps = new Set(['labels', 'annotations', 'matchLabels', 'nodeSelector', 'data', 'stringData']);

/** One object of a file before its fields are checked; `sound` turns false with the first error about it. */
export interface FoundObject {
  object: AnyObject;
  source: ObjectSource;
  info: KindInfo;
  /** The text of a single value as the file writes it. */
  written(path: string): string | undefined;
  sound: boolean;
}

/** Place of one value in a document. Understands fields whose misspelt name was put right while reading. */
class Spot {
  readonly document: YamlDocument;
  readonly path: readonly Segment[];
  readonly renamed = new Map<string, string>();

  constructor(document: YamlDocument, path: readonly Segment[]) {
    this.document = document;
    this.path = path;
  }

  /** Path in the document of a path in the object. */
  private own(path: readonly Segment[]): Segment[] {
    const [first, ...rest] = path;
    if (first === undefined) return [...this.path];
    return [...this.path, typeof first === 'string' ? (this.renamed.get(first) ?? first) : first, ...rest];
  }

  text(path: readonly Segment[]): string | undefined {
    return this.document.places.text(this.document.root, this.own(path));
  }

  at(path: readonly Segment[], what: 'key' | 'value' = 'value'): Position {
    return this.document.places.find(this.document.root, this.own(path), what);
  }
}

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** How a wrong value is called in a message. */
export function nameOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)}`;
  return `the ${typeof value} ${String(value)}`;
}

/** Advice for a value that YAML reads as a number or a boolean where a string was meant. */
export function quoteHint(field: string, value: unknown, written: string | undefined): { hint?: string } {
  if (typeof value !== 'number' && typeof value !== 'boolean') return {};
  return { hint: `write it in quotes to make it a string: ${field}: "${written ?? String(value)}"` };
}

/** Reads objects out of documents: opens lists, checks apiVersion, kind and name, finds duplicates. */
export class ObjectReader {
  readonly found: FoundObject[] = [];
  private readonly problems: ProblemList;
  private readonly names = new Map<string, Position>();

  constructor(problems: ProblemList) {
    this.problems = problems;
  }

  /** Adds the object or list in one document, or the one at a path inside it. */
  read(document: YamlDocument, path: readonly Segment[] = [], value: unknown = document.value): void {
    this.value(value, new Spot(document, path));
  }

  private report(
    spot: Spot,
    path: readonly Segment[],
    message: string,
    details: ProblemDetails & { at?: 'key' | 'value' } = {},
  ): void {
    const { at, ...rest } = details;
    this.problems.add(spot.at(path, at), message, { path: printPath([...spot.path, ...path]), ...rest });
  }

  private value(value: unknown, spot: Spot, defaults?: { apiVersion: string; kind: string }): void {
    if (!isFields(value)) {
      this.report(spot, [], `expected a Kubernetes object (a map with apiVersion, kind, metadata), not ${nameOf(value)}`);
      return;
    }
    const fields = defaults ? { ...defaults, ...value } : this.repaired(value, spot);
    const { apiVersion, kind } = fields;
    if (typeof kind !== 'string' || kind === '') {
      if (kind !== undefined && kind !== null)
        this.report(spot, ['kind'], `kind: expected a string such as Pod, not ${nameOf(kind)}`);
      else this.report(spot, [], 'required field "kind" is missing: what is this object? (for example: kind: Pod)');
      return;
    }
    if (this.isList(kind, fields)) {
      this.list(kind, fields, spot);
      return;
    }
    const info = this.kind(kind, spot);
    if (!info) return;
    const before = this.problems.errorCount;
    this.apiVersion(apiVersion, info, spot);
    this.object(fields, info, spot, before);
  }

  /** The fields with misspelt names of the envelope put right, each reported, so that the rest can be checked as well. */
  private repaired(value: Fields, spot: Spot): Fields {
    const result: Fields = { ...value };
    for (const wanted of envelopeFields) {
      if (Object.hasOwn(result, wanted)) continue;
      const known = new Set<string>([
        ...envelopeFields,
        'spec',
        'status',
        'data',
        'items',
        'value',
        'type',
        'rules',
        'subsets',
        'webhooks',
      ]);
      const candidates = Object.keys(result).filter((name) => !known.has(name));
      const written = candidates.find((name) => nearest(name, envelopeFields) === wanted);
      if (written === undefined) continue;
      this.report(spot, [written], `unknown field "${written}": did you mean "${wanted}"?`, { at: 'key' });
      spot.renamed.set(wanted, written);
      result[wanted] = result[written];
      delete result[written];
    }
    return result;
  }

  private isList(kind: string, fields: Fields): boolean {
    if (kind === 'List') return true;
    return kind.endsWith('List') && kindInfo(kind.slice(0, -4)) !== undefined && !kindInfo(kind) && 'items' in fields;
  }

  private list(kind: string, fields: Fields, spot: Spot): void {
    const items = fields.items ?? [];
    if (!Array.isArray(items)) {
      this.report(spot, ['items'], `items: expected a list of objects, not ${nameOf(items)}`);
      return;
    }
    const itemKind = kind === 'List' ? undefined : kind.slice(0, -4);
    const apiVersion = typeof fields.apiVersion === 'string' ? fields.apiVersion : undefined;
    for (const [i, item] of items.entries()) {
      // The API leaves kind and apiVersion out inside typed lists.
      const defaults = itemKind !== undefined && apiVersion !== undefined ? { apiVersion, kind: itemKind } : undefined;
      this.value(item, new Spot(spot.document, [...spot.path, 'items', i]), defaults);
    }
  }

  private kind(kind: string, spot: Spot): KindInfo | undefined {
    const info = kindInfo(kind);
    if (kind === 'Scenario') {
      this.report(spot, ['kind'], 'a Scenario document cannot stand inside a list or a manifest');
      return undefined;
    }
    if (!info) {
      const names = allKinds.map((one) => one.kind);
      // `deploy` and `pdb` are how kubectl's users think of kinds.
      const meant = resolveResource(kind)?.kind ?? nearest(kind, names);
      this.report(
        spot,
        ['kind'],
        `unknown kind "${kind}"${meant ? `: did you mean "${meant}"?` : ': Kubernetes 1.36 has no such built-in kind'}`,
        {
          ...(meant ? {} : { hint: 'objects of custom resource definitions cannot be loaded' }),
        },
      );
      return undefined;
    }
    if (!info.storable) {
      this.report(spot, ['kind'], `${kind} objects are not stored by Kubernetes, so they cannot be part of a file`);
      return undefined;
    }
    return info;
  }

  private apiVersion(value: unknown, info: KindInfo, spot: Spot): void {
    const expected = info.apiVersions.map((one) => `"${one}"`).join(' or ');
    if (value === undefined || value === null || value === '') {
      this.report(spot, [], `required field "apiVersion" is missing: ${info.kind} has apiVersion ${expected}`, {
        object: info.kind,
      });
      return;
    }
    if (typeof value !== 'string') {
      this.report(spot, ['apiVersion'], `apiVersion: expected the string ${expected}, not ${nameOf(value)}`);
      return;
    }
    if (info.apiVersions.includes(value)) return;
    const removed = removedIn(value, info.kind);
    const why = removed
      ? `${value} of ${info.kind} was removed in Kubernetes ${removed}`
      : `${info.kind} has no apiVersion "${value}"`;
    this.report(spot, ['apiVersion'], `${why}: expected ${expected}`, { object: info.kind });
  }

  private object(fields: Fields, info: KindInfo, spot: Spot, before: number): void {
    const metadata = fields.metadata;
    if (!isFields(metadata)) {
      if (metadata === undefined || metadata === null) {
        this.report(spot, [], `required field "metadata" is missing: ${info.kind} needs at least metadata.name`, {
          object: info.kind,
        });
      } else
        this.report(spot, ['metadata'], `metadata: expected a map of fields, not ${nameOf(metadata)}`, { object: info.kind });
      return;
    }
    const name = metadata.name;
    if (typeof name !== 'string' || name === '') {
      this.nameProblem(metadata, info, spot);
      return;
    }
    const namespace = this.namespace(metadata, info, spot);
    if (namespace === undefined) return;
    this.duplicate(info, namespace, name, spot);
    const object = {
      ...(withoutNulls(fields) as Fields),
      apiVersion: typeof fields.apiVersion === 'string' && fields.apiVersion !== '' ? fields.apiVersion : info.apiVersion,
      kind: info.kind,
      metadata: cleanMetadata(metadata, namespace),
    } as AnyObject;
    const position = spot.at([]);
    const source: ObjectSource = {
      file: this.problems.file,
      ...position,
      locate: (path, at) => spot.at(parsePath(path), at),
    };
    this.found.push({
      object,
      source,
      info,
      written: (path) => spot.text(parsePath(path)),
      sound: this.problems.errorCount === before,
    });
  }

  private nameProblem(metadata: Fields, info: KindInfo, spot: Spot): void {
    const object = info.kind;
    if (metadata.name !== undefined && metadata.name !== null) {
      const found = metadata.name === '' ? 'an empty one' : nameOf(metadata.name);
      const hint = quoteHint('name', metadata.name, spot.text(['metadata', 'name']));
      this.report(spot, ['metadata', 'name'], `metadata.name: expected a name (a string), not ${found}`, { object, ...hint });
      return;
    }
    const misspelt = Object.keys(metadata).find(
      (key) => !['name', 'namespace'].includes(key) && nearest(key, ['name']) !== undefined,
    );
    if (misspelt !== undefined) {
      this.report(spot, ['metadata', misspelt], `unknown field "${misspelt}": did you mean "name"?`, { object, at: 'key' });
    } else {
      const hint =
        'generateName' in metadata ? { hint: 'metadata.generateName works only with kubectl create, not in files' } : {};
      this.report(spot, ['metadata', 'name'], `required field "metadata.name" is missing in this ${info.kind}`, {
        object,
        ...hint,
      });
    }
  }

  /** The namespace the object will be stored in ('' for cluster-wide kinds), or undefined after reporting a wrong value. */
  private namespace(metadata: Fields, info: KindInfo, spot: Spot): string | undefined {
    if (!info.namespaced) return '';
    const value = metadata.namespace;
    if (value === undefined || value === null || value === '') return 'default';
    if (typeof value === 'string') return value;
    this.report(spot, ['metadata', 'namespace'], `metadata.namespace: expected a string, not ${nameOf(value)}`, {
      object: info.kind,
    });
    return undefined;
  }

  private duplicate(info: KindInfo, namespace: string, name: string, spot: Spot): void {
    const key = `${info.kind}/${namespace}/${name}`;
    const position = spot.at(['metadata', 'name']);
    const first = this.names.get(key);
    if (!first) {
      this.names.set(key, position);
      return;
    }
    const where = namespace === '' ? '' : ` in namespace "${namespace}"`;
    this.report(
      spot,
      ['metadata', 'name'],
      `duplicate object: ${info.kind} "${name}"${where} stands on line ${first.line} already`,
      {
        object: `${info.kind} ${name}`,
      },
    );
  }
}

/** Metadata as it is loaded: with its namespace, without the field managers' bookkeeping. */
function cleanMetadata(metadata: Fields, namespace: string): Fields {
  const { managedFields: _managed, namespace: _namespace, name, ...rest } = withoutNulls(metadata) as Fields;
  return { name, ...(namespace === '' ? {} : { namespace }), ...rest };
}

/** The value without fields that are null: to Kubernetes a null field is a field that is not there. */
function withoutNulls(value: unknown, parent = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item));
  if (!isFields(value)) return value;
  const result: Fields = {};
  for (const [name, field] of Object.entries(value)) {
    const kept = field === null && stringMaps.has(parent) ? '' : field;
    if (kept === null) continue;
    Object.defineProperty(result, name, {
      value: withoutNulls(kept, name),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return result;
}
