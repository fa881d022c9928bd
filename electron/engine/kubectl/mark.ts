import { compareStrings } from '#shared/core/compare.ts';
import { deepEqual } from '#shared/core/json.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import { matchRequirements, parseSelector } from '#shared/kube/labels.ts';
import { checkLabelValue, checkQualifiedName } from '#shared/kube/names.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import { TAINT_EFFECTS } from '#shared/kube/taints.ts';
import type { KubeObject, ObjectRef, Status, Taint } from '#shared/kube/types.ts';
import type { Client, ComponentContext } from '../client/types.ts';
import { aggregate, clientError, line, printError } from './words.ts';

type Lines = Result<string[], Status>;
type Texts = Readonly<Record<string, string>>;

/** Annotation that `kubectl annotate` overwrites without being told to. */
const CHANGE_CAUSE = 'kubernetes.io/change-cause';

/** What `kubectl label` or `kubectl annotate` is told. */
export interface MarkChange {
  set: Texts;
  remove: readonly string[];
  overwrite: boolean;
}

/** `kubectl label`. Models kubectl/pkg/cmd/label. */
export function label(client: Client, ref: ObjectRef, change: MarkChange): Lines {
  const fault = labelFault(change);
  if (fault !== undefined) return err(clientError(fault));
  const found = client.get(ref.kind, ref.namespace, ref.name);
  if (!found.ok) return found;
  const before = found.value.metadata.labels;
  const clashes = change.overwrite ? [] : clashing(before ?? {}, change.set);
  if (clashes.length > 0)
    return err(clientError(aggregate(clashes.map((key) => `${takenText(key, before)}, and --overwrite is false`))));
  const missing = change.remove.filter((key) => !Object.hasOwn(before ?? {}, key)).map((key) => `label "${key}" not found.`);
  const after = changed(before ?? {}, change);
  const message = labelMessage(before, after, change.overwrite);
  if (deepEqual(before ?? {}, after)) return ok([...missing, line(ref, message)]);
  const patched = client.patch(ref, 'merge', { metadata: { labels: patchOf(change) } });
  return patched.ok ? ok([...missing, line(ref, message)]) : patched;
}

function labelFault({ set, remove }: MarkChange): string | undefined {
  for (const [key, value] of Object.entries(set)) {
    const complaints = checkLabelValue(value);
    if (complaints.length > 0) return `invalid label value: "${key}=${value}": ${complaints.join(';')}`;
  }
  if (remove.some((key) => Object.hasOwn(set, key))) return 'can not both modify and remove a label in the same command';
  return Object.keys(set).length + remove.length === 0 ? 'at least one label update is required' : undefined;
}

/**
 * What happened, by the object's text before and after: a shorter one was unlabeled, unless --overwrite was given. An object without any labels gets
 * an empty list of them, which counts as a change. Models updateDataChangeMsg.
 */
function labelMessage(before: Texts | undefined, after: Texts, overwrite: boolean): string {
  if (before !== undefined && deepEqual(before, after)) return 'not labeled';
  const shorter = before !== undefined && bytes(after) < bytes(before);
  return shorter && !overwrite ? 'unlabeled' : 'labeled';
}

function bytes(texts: Texts): number {
  return JSON.stringify(texts).length;
}

/** `kubectl annotate`. Models kubectl/pkg/cmd/annotate. */
export function annotate(client: Client, ref: ObjectRef, change: MarkChange): Lines {
  const { set, remove } = change;
  if (Object.keys(set).length + remove.length === 0) return err(clientError('at least one annotation update is required'));
  const both = remove.filter((key) => Object.hasOwn(set, key));
  if (both.length > 0) {
    const list = both.join(', ');
    return err(clientError(`can not both modify and remove the following annotation(s) in the same command: ${list}`));
  }
  const found = client.get(ref.kind, ref.namespace, ref.name);
  if (!found.ok) return found;
  const before = found.value.metadata.annotations;
  const clashes = change.overwrite ? [] : clashing(before ?? {}, set).filter((key) => key !== CHANGE_CAUSE);
  if (clashes.length > 0) {
    const list = clashes.map((key) => takenText(key, before)).join('; ');
    return err(clientError(`--overwrite is false but found the following declared annotation(s): ${list}`));
  }
  if (deepEqual(before ?? {}, changed(before ?? {}, change))) return ok([line(ref, 'annotated')]);
  const patched = client.patch(ref, 'merge', { metadata: { annotations: patchOf(change) } });
  return patched.ok ? ok([line(ref, 'annotated')]) : patched;
}

/** Keys that have another value already. Upstream goes through them in any order. */
function clashing(before: Texts, set: Texts): string[] {
  return Object.keys(set)
    .filter((key) => Object.hasOwn(before, key) && before[key] !== set[key])
    .sort(compareStrings);
}

function takenText(key: string, before: Texts | undefined): string {
  return `'${key}' already has a value (${before?.[key] ?? ''})`;
}

function changed(before: Texts, { set, remove }: MarkChange): Texts {
  return Object.fromEntries(Object.entries({ ...before, ...set }).filter(([key]) => !remove.includes(key)));
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

type Removal = TaintCommand['remove'][number];

function same(a: Removal, b: Taint): boolean {
  return a.key === b.key && (!a.effect || a.effect === b.effect);
}

/** `kubectl taint`: new taints come first in the list. Models kubectl/pkg/cmd/taint. */
export function taint(client: Client, node: string, command: TaintCommand): Lines {
  const fault = taintFault(command);
  if (fault !== undefined) return err(clientError(fault));
  const found = client.get('Node', '', node);
  if (!found.ok) return found;
  const before = found.value.spec.taints ?? [];
  const taken = command.add.filter((added) => before.some((old) => same(added, old)));
  if (!command.overwrite && taken.length > 0) {
    const keys = taken.map(({ key }) => key).join(',');
    return err(clientError(`node ${node} already has ${keys} taint(s) with same effect(s) and --overwrite is false`));
  }
  const joined = [...command.add, ...before.filter((old) => !command.add.some((added) => same(added, old)))];
  let taints: readonly Taint[] = joined;
  const absent: string[] = [];
  for (const removed of command.remove) {
    const kept = taints.filter((old) => !same(removed, old));
    if (kept.length === taints.length)
      absent.push(`taint "${removed.effect ? `${removed.key}:${removed.effect}` : removed.key}" not found`);
    taints = kept;
  }
  if (absent.length > 0) return err(clientError(aggregate(absent)));
  const added = joined.length !== before.length;
  const operation = command.overwrite || (added && command.remove.length > 0) ? 'modified' : added ? 'tainted' : 'untainted';
  const { taints: _, ...spec } = found.value.spec;
  const updated = client.update({ ...found.value, spec: taints.length === 0 ? spec : { ...spec, taints: [...taints] } });
  return updated.ok ? ok([line({ kind: 'Node', namespace: '', name: node }, operation)]) : updated;
}

/** What kubectl says of the taints themselves, before it asks for the node. Models parseTaints and TaintOptions.Validate. */
function taintFault({ add, remove }: TaintCommand): string | undefined {
  if (add.length + remove.length === 0) return 'at least one taint update is required';
  const specs = [
    ...add.map(({ key, value, effect }) => ({ key, value, effect })),
    ...remove.map((one) => ({ ...one, value: undefined })),
  ];
  for (const { key, value = '', effect } of specs) {
    if (effect && !TAINT_EFFECTS.includes(effect)) return `invalid taint effect: ${effect}, unsupported taint effect`;
    const spec = `${key}${value === '' ? '' : `=${value}`}${effect ? `:${effect}` : ''}`;
    const complaints = [...(value === '' ? [] : checkLabelValue(value)), ...checkQualifiedName(key)];
    if (complaints.length > 0) return `invalid taint spec: ${spec}, ${complaints.join('; ')}`;
  }
  const seen = add.map(({ key, effect }) => `${key}:${effect}`);
  const twice = add.find((_, index) => seen.indexOf(seen[index] ?? '') !== index);
  if (twice !== undefined)
    return `duplicated taints with the same key and effect: {Key:${twice.key} Value:${twice.value ?? ''} Effect:${twice.effect} TimeAdded:<nil>}`;
  const both = add.flatMap((added) => remove.filter((removed) => same(removed, added)));
  if (both.length === 0) return undefined;
  const list = both.map(({ key, effect = '' }) => `{"${key}":"${effect}"}`).join(', ');
  return `can not both modify and remove the following taint(s) in the same command: ${list}`;
}

/** Which objects a command is about, instead of the one it names. */
export interface Choice {
  all?: boolean | undefined;
  selector?: string | undefined;
}

/**
 * Carries a command out for every object chosen, in the order of their names: a refused one does not stop the others, and its error stands among the lines.
 * The answer is an error when all were refused. Models the resource builder with ContinueOnError.
 */
export function forEachChosen(ctx: ComponentContext, ref: ObjectRef, choice: Choice, run: (ref: ObjectRef) => Lines): Lines {
  if (choice.all !== true && choice.selector === undefined) return run(ref);
  if (choice.all === true && choice.selector !== undefined)
    return err(clientError('cannot set --all and --selector at the same time'));
  const selector = parseSelector(choice.selector ?? '');
  if (!selector.ok) return err(clientError(selector.error));
  const namespaced = kindInfo(ref.kind)?.namespaced === true;
  const objects = ctx.informer<string>(ref.kind).lister.list(namespaced ? ref.namespace : undefined) as readonly KubeObject[];
  const chosen = objects.filter(({ metadata }) => matchRequirements(selector.value, metadata.labels));
  const answers = chosen.map(({ metadata }) => run({ ...ref, name: metadata.name }));
  const refused = answers.filter((answer) => !answer.ok);
  const [first] = refused;
  if (first !== undefined && refused.length === answers.length) return first;
  const lines = answers.flatMap((answer) => (answer.ok ? answer.value : []));
  return ok([...lines, ...refused.map((answer) => printError(answer.error))]);
}
