import { matchRequirements, parseSelector } from '#shared/kube/labels.ts';
import { controllerOf, isTerminal } from '#shared/kube/pod.ts';
import type { Pod } from '#shared/kube/types.ts';
import type { DrainOptions } from '#shared/protocol/index.ts';

const MIRROR = 'kubernetes.io/config.mirror';

/** What drain does with one pod. `skip`: left alone without a word. */
export type PodVerdict =
  | { kind: 'delete'; warning?: string }
  | { kind: 'keep'; warning: string }
  | { kind: 'skip' }
  | { kind: 'refuse'; error: string };

/** Finds a DaemonSet by namespace and name; an error text when there is none. */
export type DaemonSetLookup = (namespace: string, name: string) => string | undefined;

/** Pods of a node, sorted into what goes, what stays and what stands in the way. */
export interface PodsForDeletion {
  pods: Pod[];
  kept: { pod: Pod; reason: string }[];
  /** One line, empty when there is nothing to warn of. */
  warnings: string;
  errors: string[];
}

/** Verdict on a pod; the first filter that keeps or refuses it ends the chain. Models kubectl/pkg/drain makeFilters. */
export function judge(pod: Pod, options: DrainOptions, missingDaemonSet: DaemonSetLookup): PodVerdict {
  const owner = controllerOf(pod);
  const finished = isTerminal(pod);
  if (owner?.kind === 'DaemonSet' && !finished) {
    const missing = missingDaemonSet(pod.metadata.namespace ?? '', owner.name);
    if (missing !== undefined && options.force !== true) return { kind: 'refuse', error: missing };
    if (missing === undefined && options.ignoreDaemonSets === true)
      return { kind: 'keep', warning: 'ignoring DaemonSet-managed Pods' };
    if (missing === undefined) return { kind: 'refuse', error: 'DaemonSet-managed Pods (use --ignore-daemonsets to ignore)' };
  }
  if (pod.metadata.annotations?.[MIRROR] !== undefined) return { kind: 'skip' };
  const localStorage = pod.spec.volumes?.some((volume) => volume.emptyDir !== undefined) ?? false;
  if (localStorage && !finished && options.deleteEmptyDirData !== true) {
    return { kind: 'refuse', error: 'Pods with local storage (use --delete-emptydir-data to override)' };
  }
  // Warnings of the filters before this one are lost, as with kubectl: its last filter's verdict replaces theirs.
  if (finished || owner !== undefined) return { kind: 'delete' };
  if (options.force === true) return { kind: 'delete', warning: 'deleting Pods that declare no controller' };
  return { kind: 'refuse', error: 'Pods that declare no controller (use --force to override)' };
}

/** Sorts a node's pods. Models kubectl/pkg/drain GetPodsForDeletion. */
export function podsForDeletion(all: readonly Pod[], options: DrainOptions, missingDaemonSet: DaemonSetLookup): PodsForDeletion {
  const selector = parseSelector(options.podSelector ?? '');
  const result: PodsForDeletion = { pods: [], kept: [], warnings: '', errors: [] };
  const warnings = new Map<string, string[]>();
  const errors = new Map<string, string[]>();
  const note = (groups: Map<string, string[]>, message: string, pod: Pod): void => {
    groups.set(message, [...(groups.get(message) ?? []), `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`]);
  };
  for (const pod of all) {
    if (selector.ok && !matchRequirements(selector.value, pod.metadata.labels)) continue;
    const verdict = judge(pod, options, missingDaemonSet);
    if (verdict.kind === 'delete') {
      result.pods.push(pod);
      if (verdict.warning !== undefined) note(warnings, verdict.warning, pod);
    } else if (verdict.kind === 'keep') {
      result.kept.push({ pod, reason: verdict.warning });
      note(warnings, verdict.warning, pod);
    } else if (verdict.kind === 'refuse') {
      note(errors, verdict.error, pod);
    } else {
      result.kept.push({ pod, reason: 'mirror pod' });
    }
  }
  result.warnings = [...warnings].map(([message, pods]) => `${message}: ${pods.join(', ')}`).join('; ');
  result.errors = [...errors].map(([message, pods]) => `cannot delete ${message}: ${pods.join(', ')}`);
  return result;
}
