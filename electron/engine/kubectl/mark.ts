import { compareStrings } from '#shared/core/compare.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { checkLabelValue } from '#shared/kube/names.ts';
import { printTaint } from '#shared/kube/taints.ts';
import type { ObjectRef, Status, Taint } from '#shared/kube/types.ts';
import type { Client } from '../client/types.ts';
import { aggregate, clientError, line } from './words.ts';

type Lines = Result<string[], Status>;

/** What `kubectl label` or `kubectl annotate` is told. */
export interface MarkChange {
  set: Readonly<Record<string, string>>;
  remove: readonly string[];
  overwrite: boolean;
}

/** `kubectl label`. Models kubectl/pkg/cmd/label. */
export function label(client: Client, ref: ObjectRef, change: MarkChange): Lines {
  for (const [key, value] of Object.entries(change.set)) {
    const complaints = checkLabelValue(value);
    if (complaints.length > 0) return err(clientError(`invalid label value: "${key}=${value}": ${complaints.join(';')}`));
  }
  const both = change.remove.find((key) => Object.hasOwn(change.set, key));
  if (both !== undefined) return err(clientError(`can not both modify and remove a label in the same command`));
  const found = client.get(ref.kind, ref.namespace, ref.name);
  if (!found.ok) return found;
  const before = found.value.metadata.labels ?? {};
  const clashes = declared(before, change);
  if (clashes.length > 0) return err(clientError(aggregate(clashes)));
  const missing = change.remove.filter((key) => !Object.hasOwn(before, key)).map((key) => `label "${key}" not found.`);
  const changes = differs(before, change);
  if (!changes) return ok([...missing, line(ref, 'not labeled')]);
  const patched = client.patch(ref, 'merge', { metadata: { labels: patchOf(change) } });
  if (!patched.ok) return patched;
  return ok([...missing, line(ref, Object.keys(change.set).length === 0 ? 'unlabeled' : 'labeled')]);
}

/** `kubectl annotate`. Models kubectl/pkg/cmd/annotate. */
export function annotate(client: Client, ref: ObjectRef, change: MarkChange): Lines {
  const both = change.remove.find((key) => Object.hasOwn(change.set, key));
  if (both !== undefined) return err(clientError(`can not both modify and remove an annotation in the same command`));
  const found = client.get(ref.kind, ref.namespace, ref.name);
  if (!found.ok) return found;
  const clashes = declared(found.value.metadata.annotations ?? {}, change);
  if (clashes.length > 0)
    return err(
      clientError(
        `--overwrite is false but found the following declared annotation(s): ${clashes.map((text) => text.replace(', and --overwrite is false', '')).join('; ')}`,
      ),
    );
  const patched = client.patch(ref, 'merge', { metadata: { annotations: patchOf(change) } });
  return patched.ok ? ok([line(ref, 'annotated')]) : patched;
}

function declared(before: Readonly<Record<string, string>>, change: MarkChange): string[] {
  if (change.overwrite) return [];
  const clashing = Object.keys(change.set).filter((key) => before[key] !== undefined && before[key] !== change.set[key]);
  return clashing.sort(compareStrings).map((key) => `'${key}' already has a value (${before[key]}), and --overwrite is false`);
}

function differs(before: Readonly<Record<string, string>>, change: MarkChange): boolean {
  return (
    Object.entries(change.set).some(([key, value]) => before[key] !== value) ||
    change.remove.some((key) => Object.hasOwn(before, key))
  );
}

function patchOf(change: MarkChange): Record<string, string | null> {
  return { ...change.set, ...Object.fromEntries(change.remove.map((key) => [key, null])) };
}

/** What `kubectl taint` is told; an absent effect removes the key with every effect. */
export interface TaintCommand {
  add: readonly Taint[];
  remove: readonly { key: string; effect?: string | undefined }[];
  overwrite: boolean;
}

/** `kubectl taint`: new taints come first in the list. Models kubectl/pkg/cmd/taint. */
export function taint(client: Client, node: string, command: TaintCommand): Lines {
  if (command.add.length + command.remove.length === 0) return err(clientError('at least one taint update is required'));
  const same = (taintA: { key: string; effect?: string | undefined }, taintB: Taint): boolean =>
    taintA.key === taintB.key && (!taintA.effect || taintA.effect === taintB.effect);
  const both = command.add.filter((added) => command.remove.some((removed) => same(removed, added)));
  if (both.length > 0) {
    return err(
      clientError(
        `can not both modify and remove the following taint(s) in the same command: ${both.map(printTaint).join(', ')}`,
      ),
    );
  }
  const found = client.get('Node', '', node);
  if (!found.ok) return found;
  const before = found.value.spec.taints ?? [];
  const taken = command.add.filter((added) => before.some((old) => same(added, old)));
  if (!command.overwrite && taken.length > 0) {
    const keys = taken.map(({ key }) => key).join(',');
    return err(clientError(`node ${node} already has ${keys} taint(s) with same effect(s) and --overwrite is false`));
  }
  const joined = [...command.add, ...before.filter((old) => !command.add.some((added) => same(added, old)))];
  const absent = command.remove.filter((removed) => !joined.some((old) => same(removed, old)));
  if (absent.length > 0)
    return err(clientError(aggregate(absent.map(({ key, effect }) => `taint "${effect ? `${key}:${effect}` : key}" not found`))));
  const taints = joined.filter((old) => !command.remove.some((removed) => same(removed, old)));
  const added = joined.length !== before.length;
  const operation = command.overwrite || (added && command.remove.length > 0) ? 'modified' : added ? 'tainted' : 'untainted';
  const { taints: _, ...spec } = found.value.spec;
  const updated = client.update({ ...found.value, spec: taints.length === 0 ? spec : { ...spec, taints } });
  return updated.ok ? ok([line({ kind: 'Node', namespace: '', name: node }, operation)]) : updated;
}
