import { err, ok, type Result } from '../core/result.ts';
import { checkLabelValue, checkQualifiedName } from './names.ts';
import type { Taint, Toleration } from './types.ts';

/** The three effects of a taint. */
export const TAINT_EFFECTS: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** Whether a toleration covers a taint. An empty key with Exists covers all; an empty effect covers every effect. Models v1.Toleration.ToleratesTaint. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator ?? '') {
    case '':
    case 'Equal':
      return (toleration.value ?? '') === (taint.value ?? '') && (toleration.key ?? '') === taint.key;
    case 'Exists':
      return true;
    default:
      return false;
  }
}

/** Whether any of the tolerations covers the taint. */
export function toleratesAny(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  return tolerations?.some((toleration) => tolerates(toleration, taint)) ?? false;
}

/** First taint with one of `effects` that no toleration covers. Models v1helper.FindMatchingUntoleratedTaint. */
export function findUntolerated(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly string[],
): Taint | undefined {
  return taints?.find((taint) => effects.includes(taint.effect) && !toleratesAny(tolerations, taint));
}

/** For each taint the first toleration that covers it; undefined when one is not covered. Models v1helper.GetMatchingTolerations. */
export function usedTolerations(taints: readonly Taint[], tolerations: readonly Toleration[]): Toleration[] | undefined {
  const used: Toleration[] = [];
  for (const taint of taints) {
    const toleration = tolerations.find((candidate) => tolerates(candidate, taint));
    if (toleration === undefined) return undefined;
    used.push(toleration);
  }
  return used;
}

/** Shortest time the tolerations grant, in seconds, never below 0; undefined = for ever. Models tainteviction getMinTolerationTime. */
export function shortestSeconds(tolerations: readonly Toleration[]): number | undefined {
  let shortest: number | undefined;
  for (const { tolerationSeconds } of tolerations) {
    if (tolerationSeconds === undefined) continue;
    const seconds = Math.max(0, tolerationSeconds);
    if (shortest === undefined || seconds < shortest) shortest = seconds;
  }
  return tolerations.length === 0 ? 0 : shortest;
}

/** Seconds a pod may stay on a node with these NoExecute taints; 0: it must leave at once, undefined: it may stay. */
export function evictionSeconds(taints: readonly Taint[], tolerations: readonly Toleration[]): number | undefined {
  const used = usedTolerations(taints, tolerations);
  return used === undefined ? 0 : shortestSeconds(used);
}

/** `key=value:Effect`, without what is empty. Models v1.Taint.ToString. */
export function printTaint(taint: Taint): string {
  if (!taint.effect) return taint.value ? `${taint.key}=${taint.value}:` : taint.key;
  return taint.value ? `${taint.key}=${taint.value}:${taint.effect}` : `${taint.key}:${taint.effect}`;
}

/** What a `kubectl taint` line asks for: taints to set, and taints to remove (an empty effect removes the key with all effects). */
export interface TaintChange {
  add: Taint[];
  remove: { key: string; effect: string }[];
}

/** Reads `key=value:Effect`, `key:Effect`, `key:Effect-` and `key-`. The error is kubectl's text. Models kubectl taint ParseTaints. */
export function parseTaintChange(specs: readonly string[]): Result<TaintChange, string> {
  const add: Taint[] = [];
  const remove: { key: string; effect: string }[] = [];
  const seen = new Set<string>();
  for (const spec of specs) {
    if (spec.endsWith('-')) {
      const parsed = parseTaint(spec.replace(/-+$/, ''), true);
      if (!parsed.ok) return parsed;
      remove.push({ key: parsed.value.key, effect: parsed.value.effect });
      continue;
    }
    const parsed = parseTaint(spec, false);
    if (!parsed.ok) return parsed;
    const taint = parsed.value;
    const identity = `${taint.key}:${taint.effect}`;
    if (seen.has(identity)) return err(`duplicated taints with the same key and effect: ${goTaint(taint)}`);
    seen.add(identity);
    add.push(taint);
  }
  return ok({ add, remove });
}

/** Reads one taint; only removal allows a missing effect. */
export function parseTaint(spec: string, forRemoval = false): Result<Taint, string> {
  const colon = spec.split(':');
  const keyValue = (colon[0] ?? '').split('=');
  const key = keyValue[0] ?? '';
  const effect = colon[1] ?? '';
  if (colon.length > 2) return err(`invalid taint spec: ${spec}`);
  if (keyValue.length > 2) return err(`invalid taint spec: ${spec}`);
  if (colon.length === 2 && !TAINT_EFFECTS.includes(effect))
    return err(`invalid taint effect: ${effect}, unsupported taint effect`);
  if (keyValue.length === 2) {
    const complaints = checkLabelValue(keyValue[1] ?? '');
    if (complaints.length > 0) return err(`invalid taint spec: ${spec}, ${complaints.join('; ')}`);
  }
  const complaints = checkQualifiedName(key);
  if (complaints.length > 0) return err(`invalid taint spec: ${spec}, ${complaints.join('; ')}`);
  if (effect === '' && !forRemoval) return err(`invalid taint spec: ${spec}`);
  return ok({ key, effect, ...(keyValue.length === 2 && keyValue[1] ? { value: keyValue[1] } : {}) });
}

/** A taint as Go prints the structure in kubectl's complaint about duplicates. */
function goTaint(taint: Taint): string {
  return `{Key:${taint.key} Value:${taint.value ?? ''} Effect:${taint.effect} TimeAdded:<nil>}`;
}
