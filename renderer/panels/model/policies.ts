import { printLabelSelector } from '#shared/kube/labels.ts';
import type { LabelSelector, MatchResources, PolicyRule } from '#shared/kube/types.ts';

/** A rule in one line: `CREATE, UPDATE · deployments.apps/v1`. Models how people write resources, `*` for all. */
export function ruleText(rule: PolicyRule): string {
  const operations = (rule.operations ?? ['*']).join(', ');
  const groups = rule.apiGroups ?? ['*'];
  const versions = (rule.apiVersions ?? ['*']).join('|');
  const of =
    groups.length === 1 && groups[0] === '' ? versions : `${groups.map((group) => group || 'core').join('|')}/${versions}`;
  const names = (rule as { resourceNames?: string[] }).resourceNames ?? [];
  const scope = rule.scope && rule.scope !== '*' ? ` · ${rule.scope}` : '';
  return `${operations} · ${(rule.resources ?? ['*']).join(', ')} (${of})${names.length > 0 ? ` · ${names.join(', ')}` : ''}${scope}`;
}

/** What a policy, a binding or a webhook is about, in lines. */
export interface MatchView {
  rules: readonly string[];
  exclude: readonly string[];
  /** Selector texts; null means all. */
  namespaces: string | null;
  objects: string | null;
}

function selectorText(selector: LabelSelector | undefined): string | null {
  const isAll =
    selector === undefined ||
    (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0);
  return isAll ? null : printLabelSelector(selector);
}

/** Reads the match of any of the six kinds; a webhook has its rules and selectors beside each other. */
export function matchView(
  match: (MatchResources & { rules?: PolicyRule[] }) | { rules?: PolicyRule[]; namespaceSelector?: LabelSelector } | undefined,
): MatchView {
  const all = (match ?? {}) as MatchResources & { rules?: PolicyRule[] };
  return {
    rules: (all.resourceRules ?? all.rules ?? []).map(ruleText),
    exclude: (all.excludeResourceRules ?? []).map(ruleText),
    namespaces: selectorText(all.namespaceSelector),
    objects: selectorText(all.objectSelector),
  };
}

/** Text of a base64 value as a Secret holds it; undefined when it is no UTF-8 text. */
export function secretText(base64: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Number of bytes that a base64 text stands for. */
export function base64Size(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.max(0, (base64.length / 4) * 3 - padding);
}
