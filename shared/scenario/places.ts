import { type Alias, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Position } from './types.ts';

/** One step of a field path: a field name or a list index. */
export type Segment = string | number;

/**
 * Splits an API field path: `spec.containers[0].resources.limits[nvidia.com/gpu]` gives spec, containers, 0, resources, limits, nvidia.com/gpu.
 * Text inside brackets is one segment whatever dots it has; digits inside brackets are an index.
 */
export function parsePath(path: string): Segment[] {
  const segments: Segment[] = [];
  for (const match of path.matchAll(/\[("?)(.*?)\1\]|([^.[\]]+)/g)) {
    const bracket = match[2];
    if (bracket === undefined) segments.push(match[3]!);
    else segments.push(match[1] === '' && /^\d+$/.test(bracket) ? Number(bracket) : bracket);
  }
  return segments;
}

/** Writes segments as Kubernetes does: indexes and names that are no plain field names stand in brackets. */
export function printPath(segments: readonly Segment[]): string {
  let text = '';
  for (const segment of segments) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else if (/^[A-Za-z_$][\w-]*$/.test(segment)) text += text === '' ? segment : `.${segment}`;
    else text += `[${segment}]`;
  }
  return text;
}

/** The text of a mapping key, as Kubernetes reads it (`1:` and `true:` are strings); undefined for keys that are lists or maps. */
export function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  if (typeof key.value === 'string') return key.value;
  return key.source ?? (key.value === null ? undefined : String(key.value));
}

/** A list or map written without brackets, or nothing at all. */
function isBlock(node: Node | null): boolean {
  return node === null || ((isMap(node) || isSeq(node)) && node.flow !== true);
}

/** Finds fields of one parsed document in its text. */
export class Places {
  private readonly lines: LineCounter;
  private readonly anchors: ReadonlyMap<Alias, Node>;

  /** `anchors`: what each alias stands for. */
  constructor(lines: LineCounter, anchors: ReadonlyMap<Alias, Node>) {
    this.lines = lines;
    this.anchors = anchors;
  }

  /** Place of a character offset. */
  offset(offset: number): Position {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  /** Place where a node begins. */
  node(node: Node | null | undefined): Position {
    return this.offset(node?.range?.[0] ?? 0);
  }

  /** Place of a field below `root`, or of the nearest parent that the text has. */
  find(root: Node, segments: readonly Segment[], at: 'key' | 'value' = 'value'): Position {
    let node = this.resolve(root);
    let place = root.range?.[0] ?? 0;
    for (const [i, segment] of segments.entries()) {
      const last = i === segments.length - 1;
      const step = this.step(node, segment);
      if (!step) return this.offset(place);
      const keyOffset = step.key?.range?.[0];
      const valueOffset = step.value?.range?.[0];
      place = (last && at === 'key' ? (keyOffset ?? valueOffset) : (valueOffset ?? keyOffset)) ?? place;
      // A block collection "begins" at its first entry: its own field name says better where it is.
      if (keyOffset !== undefined && isBlock(step.value)) place = keyOffset;
      if (!step.value) return this.offset(place);
      node = this.resolve(step.value);
    }
    return this.offset(place);
  }

  /** A field's value as it is written (`yes`, `0644`); undefined when it is not there or not a single value. */
  text(root: Node, segments: readonly Segment[]): string | undefined {
    let node: Node | undefined = this.resolve(root);
    for (const segment of segments) {
      const value: Node | null | undefined = node && this.step(node, segment)?.value;
      node = value ? this.resolve(value) : undefined;
    }
    return isScalar(node) ? node.source : undefined;
  }

  /** What an alias stands for; other nodes are answered as they are. */
  resolve(node: Node): Node {
    return isAlias(node) ? (this.anchors.get(node) ?? node) : node;
  }

  private step(node: Node, segment: Segment): { key: Node | null; value: Node | null } | undefined {
    if (isSeq(node)) {
      const item = node.items[Number(segment)] as Node | undefined;
      return item ? { key: null, value: item } : undefined;
    }
    if (!isMap(node)) return undefined;
    const pair = this.pairOf(node, String(segment));
    return pair && { key: pair.key as Node | null, value: pair.value as Node | null };
  }

  private pairOf(map: YAMLMap, name: string): Pair | undefined {
    for (const pair of map.items) if (keyText(pair.key) === name) return pair;
    for (const pair of map.items) {
      if (keyText(pair.key) !== '<<' || !pair.value) continue;
      const merged = this.resolve(pair.value as Node);
      for (const source of isSeq(merged) ? merged.items : [merged]) {
        const target = this.resolve(source as Node);
        const found = isMap(target) ? this.pairOf(target, name) : undefined;
        if (found) return found;
      }
    }
    return undefined;
  }
}
