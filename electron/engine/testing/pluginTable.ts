import type { KubeObject, Pod } from '#shared/kube/types.ts';
import type { CycleState } from '../scheduler/framework/cyclestate.ts';
import { newCycleState } from '../scheduler/framework/framework.ts';
import type { Plugin } from '../scheduler/framework/plugin.ts';
import { createOfflineScheduler, type OfflineCluster } from '../scheduler/offline.ts';
import type { ProfileConfig } from '../scheduler/profiles.ts';

/** One plugin alone, for its table test: the profile's own instance over fixed objects. */
export interface PluginTable {
  readonly plugin: Plugin;
  /** PreFilter and then Filter on one node: `ok`, `Skip`, or `code: reasons`. */
  filter(pod: Pod, node: string): string;
  /** PreScore, Score and NormalizeScore over all nodes: raw and normalised by node; undefined when PreScore skips. */
  score(pod: Pod): Record<string, [number, number]> | undefined;
  /** Whether some registered event with its hint would requeue the pod. */
  wakes(pod: Pod, resource: string, action: number, before: KubeObject | undefined, after: KubeObject | undefined): boolean;
}

/** Sets up the table of a plugin. `args` are its pluginConfig. */
export function pluginTable(name: string, cluster: OfflineCluster, args?: unknown): PluginTable {
  const profile: ProfileConfig = { schedulerName: 'default-scheduler', pluginConfig: [{ name, args }] };
  const scheduler = createOfflineScheduler({ ...cluster, profile });
  const plugin = scheduler.framework.plugin(name);
  if (plugin === undefined) throw new Error(`no plugin ${name}`);
  const snapshot = () => cluster.nodes.map((node) => scheduler.node(node.metadata.name));
  const preFilter = (state: CycleState, pod: Pod): string | undefined => {
    const answer = plugin.preFilter?.(state, scheduler.podInfo(pod), scheduler.snapshot());
    if (answer === undefined || answer === null || !('code' in answer)) return undefined;
    return answer.code === 'Skip' ? 'Skip' : `${answer.code}: ${answer.reasons.join(', ')}`;
  };
  return {
    plugin,
    filter(pod, node) {
      const state = newCycleState();
      const early = preFilter(state, pod);
      if (early !== undefined) return early;
      const status = plugin.filter?.(state, scheduler.podInfo(pod), scheduler.node(node)) ?? null;
      return status === null ? 'ok' : `${status.code}: ${status.reasons.join(', ')}`;
    },
    score(pod) {
      const state = newCycleState();
      const info = scheduler.podInfo(pod);
      const nodes = snapshot();
      const positions = Int32Array.from(nodes, ({ position }) => position);
      if (plugin.preScore?.(state, info, nodes, positions)?.code === 'Skip') return undefined;
      const raw = nodes.map((node) => plugin.score?.(state, info, node) ?? 0);
      const normalized = raw.slice();
      plugin.normalize?.(state, info, normalized, nodes);
      return Object.fromEntries(nodes.map((node, i) => [node.name, [raw[i] ?? 0, normalized[i] ?? 0]]));
    },
    wakes: (pod, resource, action, before, after) =>
      (plugin.events?.() ?? []).some(
        ({ event, hint }) =>
          event.resource === resource && (event.action & action) !== 0 && (hint === undefined || hint(pod, before, after)),
      ),
  };
}
