import { deepEqual } from '#shared/core/json.ts';
import type { Toleration } from '#shared/kube/types.ts';

/** Whether `wide` tolerates all that `narrow` does. Models pkg/util/tolerations isSuperset. */
export function isSuperset(wide: Toleration, narrow: Toleration): boolean {
  if (deepEqual(wide, narrow)) return true;
  const [wideKey, narrowKey] = [wide.key ?? '', narrow.key ?? ''];
  if (wideKey !== narrowKey && (wideKey !== '' || wide.operator !== 'Exists')) return false;
  if ((wide.effect ?? '') !== (narrow.effect ?? '') && (wide.effect ?? '') !== '') return false;
  if (wide.effect === 'NoExecute' && wide.tolerationSeconds !== undefined) {
    if (narrow.tolerationSeconds === undefined || narrow.tolerationSeconds > wide.tolerationSeconds) return false;
  }
  if (wide.operator === 'Exists') return true;
  return (wide.operator ?? 'Equal') === 'Equal' && narrow.operator === 'Equal' && (wide.value ?? '') === (narrow.value ?? '');
}

/** Both lists in order, without those that another one covers; of equal ones the first stays. Models MergeTolerations. */
export function mergeTolerations(first: readonly Toleration[], second: readonly Toleration[]): Toleration[] {
  const all = [...first, ...second];
  const merged: Toleration[] = [];
  for (const [i, one] of all.entries()) {
    const covered =
      merged.some((kept) => isSuperset(kept, one)) ||
      all.slice(i + 1).some((later) => !deepEqual(one, later) && isSuperset(later, one));
    if (!covered) merged.push(one);
  }
  return merged;
}

/** Whether each toleration is covered by the list; an empty list allows everything. Models VerifyAgainstWhitelist. */
export function areListed(tolerations: readonly Toleration[], whitelist: readonly Toleration[]): boolean {
  return whitelist.length === 0 || tolerations.every((one) => whitelist.some((listed) => isSuperset(listed, one)));
}
