import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLError } from 'yaml';
import { err, ok, type Result } from '../core/result.ts';
import { kubernetesYaml } from './yaml.ts';

/** What a YAML body holds; the last of fields given twice counts. */
export interface GoYaml {
  readonly value: unknown;
  /** Complaint about fields given twice, as Go's strict reader words it; undefined when there are none. */
  readonly duplicates: string | undefined;
}

/** How the Go library words the library's faults. `back`: lines that it counts too few, because it is its parser that complains, not its scanner. */
const WORDS: Readonly<Record<string, { text: string; back: number }>> = {
  TAB_AS_INDENT: { text: 'found character that cannot start any token', back: 0 },
  BLOCK_AS_IMPLICIT_KEY: { text: 'mapping values are not allowed in this context', back: 0 },
  MULTILINE_IMPLICIT_KEY: { text: "could not find expected ':'", back: -1 },
  BAD_INDENT: { text: 'did not find expected key', back: 1 },
  BAD_ALIAS: { text: 'did not find expected alphabetic or numeric character', back: 0 },
  BAD_SCALAR_START: { text: 'found character that cannot start any token', back: 0 },
  UNEXPECTED_TOKEN: { text: 'did not find expected node content', back: 1 },
  BAD_DQ_ESCAPE: { text: 'found unknown escape character', back: 0 },
  MISSING_CHAR: { text: 'did not find expected key', back: 1 },
};

/** Reads the first document of a text as Go's YAML library does: the value, or its error with the line (`yaml: line 5: ...`). */
export function readGoYaml(text: string): Result<GoYaml, string> {
  const lines = new LineCounter();
  const document = parseDocument(text, { ...kubernetesYaml, lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const fault = [...document.errors].sort((a, b) => a.pos[0] - b.pos[0]).find(({ code }) => code !== 'MULTIPLE_DOCS');
  if (fault !== undefined) return err(faultText(fault, lines.linePos(faultPlace(text, fault)).line));
  const twice: string[] = [];
  collectDuplicates(document.contents, lines, twice);
  try {
    const value: unknown = document.toJS();
    return ok({
      value: value ?? null,
      duplicates: twice.length === 0 ? undefined : `yaml: unmarshal errors:\n${twice.join('\n')}`,
    });
  } catch {
    return err('yaml: document contains excessive aliasing');
  }
}

function collectDuplicates(node: unknown, lines: LineCounter, found: string[]): void {
  if (isSeq(node)) for (const item of node.items) collectDuplicates(item, lines, found);
  if (!isMap(node)) return;
  const seen = new Set<string>();
  for (const pair of node.items) {
    const key = pair.key as Node;
    const text = isScalar(key) ? String(key.value) : '';
    if (isScalar(key) && seen.has(text))
      found.push(`  line ${lines.linePos(key.range?.[0] ?? 0).line}: key "${text}" already set in map`);
    seen.add(text);
    collectDuplicates(pair.value, lines, found);
  }
}

/** Where Go's reader stops: for a map inside of a value at the colon, not where the value began. */
function faultPlace(text: string, fault: YAMLError): number {
  if (fault.code !== 'BLOCK_AS_IMPLICIT_KEY') return fault.pos[0];
  const colon = text.slice(fault.pos[0]).search(/:(?:\s|$)/);
  return fault.pos[0] + Math.max(0, colon);
}

function faultText(fault: YAMLError, line: number): string {
  if (fault.code === 'MISSING_CHAR' && /quote/.test(fault.message)) return `yaml: line ${line}: found unexpected end of stream`;
  if (fault.code === 'BAD_INDENT' && /sequence|collection items/.test(fault.message))
    return `yaml: line ${Math.max(1, line - 1)}: did not find expected '-' indicator`;
  const words = WORDS[fault.code];
  if (words === undefined) return `yaml: line ${line}: ${fault.message}`;
  return `yaml: line ${Math.max(1, line - words.back)}: ${words.text}`;
}
