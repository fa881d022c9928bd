import type { ReasonCount } from '../explain/pending.ts';
import { findReason, plainReason } from '../explain/reasons.ts';
import type { MessageKey, Translate } from '../i18n/index.ts';
import { countOf, type Happening, type Kind } from './happening.ts';

/** A caption: what happened, and why as far as it is known. */
export interface Words {
  what: string;
  why: string;
}

const COUNTED = [
  'cordoned',
  'taint',
  'taintNamed',
  'affinity',
  'ports',
  'cpu',
  'memory',
  'tooManyPods',
  'device',
  'podAffinity',
  'podAntiAffinity',
  'existingAntiAffinity',
  'spread',
  'otherNodeName',
] as const;
type Counted = (typeof COUNTED)[number];

const PLUGINS: Readonly<Record<string, MessageKey>> = {
  NodeResourcesFit: 'presenter:for_NodeResourcesFit',
  NodeResourcesBalancedAllocation: 'presenter:for_NodeResourcesBalancedAllocation',
  ImageLocality: 'presenter:for_ImageLocality',
  TaintToleration: 'presenter:for_TaintToleration',
  NodeAffinity: 'presenter:for_NodeAffinity',
  InterPodAffinity: 'presenter:for_InterPodAffinity',
  PodTopologySpread: 'presenter:for_PodTopologySpread',
};

/** Kinds that are about one thing at a time. */
const SINGLE = [
  'draining',
  'scaled',
  'rollout',
  'shift',
  'rolledOut',
  'stuck',
  'stopped',
  'started',
  'jobDone',
  'jobFailed',
  'fired',
  'autoscaled',
  'refused',
  'quiet',
] as const;
type Single = (typeof SINGLE)[number];

function isPlural(kind: Kind): kind is Exclude<Kind, Single> {
  return !SINGLE.some((one) => one === kind);
}

const SHORT: Readonly<Record<string, MessageKey>> = {
  memory: 'presenter:short_memory',
  disk: 'presenter:short_disk',
  pid: 'presenter:short_pid',
};

const MOST_REASONS = 3;

/** `3 nodes lack CPU, 1 node is tainted`. Reasons that come down to the same words are counted together; at most three are named. */
export function reasonsText(t: Translate, reasons: readonly ReasonCount[]): string {
  const counts = new Map<string, { count: number; say: (count: number) => string }>();
  for (const { count, reason } of reasons) {
    const { key, values } = findReason(reason);
    const counted = COUNTED.find((one): one is Counted => one === key);
    const id = counted ? `${counted}|${JSON.stringify(values)}` : reason;
    const say = (sum: number): string =>
      counted
        ? t(`presenter:n_${counted}`, { ...values, count: sum })
        : t('presenter:n_reason', { count: sum, reason: plainReason(t, '', reason) });
    counts.set(id, { count: (counts.get(id)?.count ?? 0) + count, say });
  }
  const parts = [...counts.values()].sort((a, b) => b.count - a.count).map(({ count, say }) => say(count));
  return parts.slice(0, MOST_REASONS).join(', ');
}

/** What is said of a happening, in the person's language. Pure. */
export function wordsOf(t: Translate, told: Happening): Words {
  const { kind, name, family, nodes, values } = told;
  const count = countOf(told);
  const node = nodes[0] ?? '';
  const places = nodes.length > 1 ? t('presenter:places', { count: nodes.length }) : t('presenter:place', { node });
  const short = SHORT[String(values.short)];
  const said = { ...values, ...(short ? { short: t(short) } : {}), name, family, count, node, places };
  const what = count > 1 && isPlural(kind) ? t(`presenter:many_${kind}`, said) : t(`presenter:one_${kind}`, said);
  return { what, why: whyText(t, told) };
}

function whyText(t: Translate, told: Happening): string {
  if (told.why === null) return '';
  const reasons = reasonsText(t, told.reasons);
  if (told.why === 'reasons' || told.why === 'onlyFit') {
    if (reasons === '') return '';
  }
  const plugin = told.values.plugin;
  const words = PLUGINS[String(plugin)];
  const cause = words ? t(words) : String(plugin ?? '');
  return t(`presenter:why_${told.why}`, { name: told.name, node: told.nodes[0] ?? '', ...told.values, reasons, cause });
}
