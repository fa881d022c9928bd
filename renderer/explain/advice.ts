import type { CommandPreview, Suggestion } from '#shared/protocol/index.ts';
import type { Translate } from '../i18n/index.ts';

/** `default/name` without the namespace nobody has to be told. */
function short(pod: string): string {
  return pod.replace(/^default\//, '');
}

/** What a suggestion is, in one line. */
export function adviceTitle(t: Translate, { kind, values }: Suggestion): string {
  return t(`advice:${kind}`, values);
}

/** What would come of it: the node, who leaves, what is replaced. */
export function adviceEffect(t: Translate, suggestion: Suggestion): string {
  const { node, ties, victims, restarts, command } = suggestion;
  const words: string[] = [];
  if (node !== undefined) words.push(ties > 1 ? t('advice:goesToOneOf', { node, count: ties }) : t('advice:goesTo', { node }));
  if (victims.length > 0) words.push(t('advice:leave', { count: victims.length, pods: victims.map(short).join(', ') }));
  if (restarts > 0) words.push(t('advice:restarts', { count: restarts }));
  const remade =
    command.type === 'sequence' && command.commands.at(-2)?.type === 'delete' && command.commands.at(-1)?.type === 'create';
  if (remade) words.push(t('advice:remade'));
  return words.join(' ');
}

/** Where a pod that leaves would go next. */
export function nextPlace(t: Translate, left: CommandPreview['leave'][number]): string {
  if (left.to !== undefined)
    return left.anyOf.length > 1
      ? t('advice:movesToOneOf', { node: left.to, count: left.anyOf.length })
      : t('advice:moves', { node: left.to });
  if (!left.replaced) return t('advice:notReplaced');
  // The first sentence counts the nodes by reason; what follows is about preemption.
  const reason = left.message?.split('. ')[0];
  return reason === undefined ? t('advice:staysPending') : t('advice:staysPendingWhy', { reason });
}
