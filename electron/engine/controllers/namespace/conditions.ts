import { compareStrings } from '#shared/core/compare.ts';
import { setCondition } from '#shared/kube/conditions.ts';
import type { Namespace } from '#shared/kube/types.ts';

type NamespaceCondition = NonNullable<Namespace['status']['conditions']>[number];

/** What still holds a namespace: object counts by `plural.group`, and how many objects carry each finalizer. */
export interface Remaining {
  resources: ReadonlyMap<string, number>;
  finalizers: ReadonlyMap<string, number>;
}

export const NOTHING_LEFT: Remaining = { resources: new Map(), finalizers: new Map() };

/** What could not be asked: `group/version` of APIs whose servers do not answer. Models ErrGroupDiscoveryFailed. */
function discoveryText(silent: readonly string[]): string {
  const groups = silent.map((one) => `${one}: stale GroupVersion discovery: ${one}`).sort(compareStrings);
  const list = `unable to retrieve the complete list of server APIs: ${groups.join(', ')}`;
  return `Discovery failed for some groups, ${silent.length} failing: ${list}`;
}

function counted(counts: ReadonlyMap<string, number>, join: string): string {
  return [...counts]
    .sort(([a], [b]) => compareStrings(a, b))
    .map(([name, count]) => `${name} ${join} ${count} resource instances`)
    .join(', ');
}

/** Conditions of a terminating namespace after a pass; `silent` are the APIs that did not answer. Models namespaceConditionUpdater. */
export function deletionConditions(
  before: readonly NamespaceCondition[] | undefined,
  remaining: Remaining,
  silent: readonly string[],
  now: string,
): NamespaceCondition[] {
  const { resources, finalizers } = remaining;
  const wanted: [string, boolean, string, string][] = [
    silent.length > 0
      ? ['NamespaceDeletionDiscoveryFailure', true, 'DiscoveryFailed', discoveryText(silent)]
      : ['NamespaceDeletionDiscoveryFailure', false, 'ResourcesDiscovered', 'All resources successfully discovered'],
    ['NamespaceDeletionGroupVersionParsingFailure', false, 'ParsedGroupVersions', 'All legacy kube types successfully parsed'],
    [
      'NamespaceDeletionContentFailure',
      false,
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ],
    resources.size > 0
      ? ['NamespaceContentRemaining', true, 'SomeResourcesRemain', `Some resources are remaining: ${counted(resources, 'has')}`]
      : ['NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed'],
    finalizers.size > 0
      ? [
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${counted(finalizers, 'in')}`,
        ]
      : ['NamespaceFinalizersRemaining', false, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
  ];
  let conditions: readonly NamespaceCondition[] = before ?? [];
  for (const [type, bad, reason, message] of wanted) {
    conditions = setCondition(conditions, { type, status: bad ? 'True' : 'False', reason, message }, now);
  }
  return [...conditions];
}
