import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParseOptions,
  parseAllDocuments,
  type SchemaOptions,
  type Tags,
  type YAMLError,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { keyText, Places, printPath, type Segment } from './places.ts';
import type { ProblemList } from './problems.ts';

/** Largest text that is read, in UTF-16 units (a file of plain YAML: bytes). */
export const MAX_TEXT_LENGTH = 16 * 1024 * 1024;
/** Deepest nesting of maps and lists. */
const maxDepth = 200;
const tooDeep = `the text is nested too deeply (more than ${maxDepth} levels)`;
/** Values that aliases may add to what is written out. Deployments share snippets; "billion laughs" files share themselves. */
const maxAliasNodes = 100_000;

/** Tags that only YAML 1.1 libraries other than Kubernetes' own give a meaning of their own: there these are plain strings. */
const unusedTags = new Set([
  'tag:yaml.org,2002:timestamp',
  'tag:yaml.org,2002:binary',
  'tag:yaml.org,2002:omap',
  'tag:yaml.org,2002:pairs',
  'tag:yaml.org,2002:set',
  // Merge keys are resolved here, with their anchors, so that aliases stay counted.
  'tag:yaml.org,2002:merge',
]);

/** The flavour of YAML that kubectl reads: 1.1 (`0644` is octal, `yes` is true) without times and base 60. */
export const kubernetesYaml: SchemaOptions & { version: '1.1' } = {
  version: '1.1',
  schema: 'yaml-1.1',
  merge: false,
  customTags: (tags: Tags): Tags =>
    tags.filter((tag) => typeof tag === 'string' || (!unusedTags.has(tag.tag) && tag.format !== 'TIME')),
};

/** One document of a file, as plain data with the places of its fields. */
export interface YamlDocument {
  value: unknown;
  root: Node;
  places: Places;
}

/** Why a text cannot be YAML at all, or undefined. */
function unreadable(text: string): string | undefined {
  if (text.length > MAX_TEXT_LENGTH) {
    const size = Math.ceil(text.length / (1024 * 1024));
    return `the file is too large: ${size} MiB, and at most ${MAX_TEXT_LENGTH / (1024 * 1024)} MiB can be read`;
  }
  if (text.includes('\0')) return 'this is a binary file, not YAML text (it contains NUL bytes)';
  if (text.includes('\ufffd')) return 'this is not UTF-8 text (some bytes could not be read as characters)';
  if (text.trim() === '') return 'the file is empty: expected at least one Kubernetes object or a Scenario document';
  return undefined;
}

/**
 * Reads all documents of a YAML (or JSON) text. Problems go to `problems`; documents with syntax errors are left out of the answer, and so are
 * empty ones. Accepts a byte order mark and any line ends.
 */
export function readYaml(source: string, problems: ProblemList): YamlDocument[] {
  const refusal = unreadable(source);
  if (refusal) {
    const at = refusal.includes('UTF-8') ? source.indexOf('\ufffd') : undefined;
    problems.add(at === undefined ? undefined : positionIn(source, at), refusal);
    return [];
  }
  const text = source.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  const lines = new LineCounter();
  const options: ParseOptions & SchemaOptions = { ...kubernetesYaml, lineCounter: lines, prettyErrors: false, uniqueKeys: false };
  try {
    const parsed = parseAllDocuments(text, { ...options, logLevel: 'silent' });
    if ('empty' in parsed) {
      problems.add(
        { line: 1, column: 1 },
        'the file holds only comments: expected at least one Kubernetes object or a Scenario document',
      );
      return [];
    }
    const documents: YamlDocument[] = [];
    for (const doc of parsed) {
      const faults = faultsOf([...doc.errors, ...doc.warnings]);
      const noPlaces = new Places(lines, new Map());
      for (const fault of faults) problems.add(noPlaces.offset(fault.pos[0]), syntaxMessage(fault.code, fault.message));
      if (faults.length > 0 || doc.contents === null) continue;
      const document = convert(doc.contents, lines, problems);
      if (document.value !== null) documents.push(document);
    }
    return documents;
  } catch (error) {
    // The YAML library recurses; a text of nothing but opening brackets exhausts the stack.
    if (!(error instanceof RangeError)) throw error;
    problems.add(undefined, tooDeep);
    return [];
  }
}

/** The faults worth telling: one for each place, and only the end where the parser gave up. */
function faultsOf(all: readonly YAMLError[]): readonly YAMLError[] {
  const exhausted = all.find((fault) => fault.code === 'RESOURCE_EXHAUSTION');
  if (exhausted) return [exhausted];
  // What follows at the same place is an echo of the first message.
  const seen = new Set<number>();
  return all.filter((fault) => !seen.has(fault.pos[0]) && seen.add(fault.pos[0]));
}

function positionIn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before[before.length - 1]!.length + 1 };
}

/** Plain words for the YAML library's messages that are hard to act upon. */
function syntaxMessage(code: string, message: string): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'a tab is used for indentation: YAML allows only spaces there';
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'a map begins inside a value: check the indentation of the following line, or put the value in quotes if its ": " is text';
    case 'RESOURCE_EXHAUSTION':
      return tooDeep;
    case 'BAD_INDENT':
      return `wrong indentation: ${message}`;
    case 'MISSING_CHAR':
    case 'UNEXPECTED_TOKEN':
    case 'BAD_SCALAR_START':
      return `YAML syntax: ${message}`;
    default:
      return message;
  }
}

function convert(root: Node, lines: LineCounter, problems: ProblemList): YamlDocument {
  const converter = new Converter(lines, problems);
  const value = converter.value(root, [], false);
  return { value, root, places: converter.places };
}

/** Turns the library's tree into plain data, checking what Kubernetes' own reader would refuse. */
class Converter {
  readonly places: Places;
  private readonly problems: ProblemList;
  private readonly aliases = new Map<Alias, Node>();
  private readonly anchors = new Map<string, Node>();
  private readonly open = new Set<Node>();
  private aliasNodes = 0;
  private overflow = false;

  constructor(lines: LineCounter, problems: ProblemList) {
    this.places = new Places(lines, this.aliases);
    this.problems = problems;
  }

  /** `viaAlias`: the node is being read again for an alias: its problems are known already, and its size counts against the limit. */
  value(node: Node | null, path: Segment[], viaAlias: boolean): unknown {
    if (node === null || this.overflow) return null;
    if (viaAlias && ++this.aliasNodes > maxAliasNodes) {
      this.stop(node, path, `aliases expand to more than ${maxAliasNodes} values`);
      return null;
    }
    if (path.length > maxDepth) {
      this.stop(node, path.slice(0, 5), tooDeep);
      return null;
    }
    if (isAlias(node)) return this.alias(node, path);
    if ('anchor' in node && node.anchor && !viaAlias) this.anchors.set(node.anchor, node);
    if (isScalar(node)) return this.scalar(node, path);
    this.open.add(node);
    const value = isSeq(node) ? this.list(node, path, viaAlias) : isMap(node) ? this.map(node, path, viaAlias) : null;
    this.open.delete(node);
    return value;
  }

  private stop(node: Node, path: readonly Segment[], message: string): void {
    this.overflow = true;
    this.report(node, path, message);
  }

  private report(node: Node, path: readonly Segment[], message: string): void {
    this.problems.add(this.places.node(node), message, { path: printPath(path) });
  }

  private scalar(node: Node & { value: unknown }, path: readonly Segment[]): unknown {
    const { value } = node;
    if (typeof value === 'number' && !Number.isFinite(value)) {
      this.report(node, path, 'not a finite number');
      return null;
    }
    return typeof value === 'bigint' ? Number(value) : value === undefined ? null : value;
  }

  private alias(node: Alias, path: Segment[]): unknown {
    const target = this.aliases.get(node) ?? this.anchors.get(node.source);
    if (!target) {
      this.report(node, path, `alias *${node.source} stands for nothing: no &${node.source} before it`);
      return null;
    }
    if (this.open.has(target)) {
      this.report(node, path, `alias *${node.source} contains itself`);
      return null;
    }
    this.aliases.set(node, target);
    return this.value(target, path, true);
  }

  private list(node: YAMLSeq, path: Segment[], viaAlias: boolean): unknown[] {
    return node.items.map((item, i) => this.value(item as Node | null, [...path, i], viaAlias));
  }

  private map(node: YAMLMap, path: Segment[], viaAlias: boolean): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    const seen = new Map<string, Node>();
    const merges: Record<string, unknown>[] = [];
    for (const pair of node.items) {
      const keyNode = pair.key as Node;
      const key = keyText(isAlias(keyNode) ? this.anchors.get(keyNode.source) : keyNode);
      if (key === undefined) {
        if (!viaAlias) this.report(keyNode ?? node, path, 'a field name must be a string');
        continue;
      }
      const fieldPath = [...path, key];
      const first = seen.get(key);
      if (first && !viaAlias) {
        this.report(keyNode, fieldPath, `duplicate field "${key}": it was given before on line ${this.places.node(first).line}`);
        continue;
      }
      seen.set(key, keyNode);
      const value = this.value(pair.value as Node | null, fieldPath, viaAlias);
      if (key === '<<') merges.push(...mergeSources(value));
      // defineProperty: `__proto__:` is a field like any other.
      else Object.defineProperty(result, key, { value, enumerable: true, configurable: true, writable: true });
    }
    for (const source of merges) {
      for (const [key, value] of Object.entries(source)) if (!Object.hasOwn(result, key)) result[key] = value;
    }
    return result;
  }
}

function mergeSources(value: unknown): Record<string, unknown>[] {
  const sources = Array.isArray(value) ? value : [value];
  return sources.filter((source) => source !== null && typeof source === 'object' && !Array.isArray(source));
}
