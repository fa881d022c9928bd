import type { ExtensionPoint } from '#shared/kube/schedulerConfig/index.ts';
import type { Plugin } from './framework/plugin.ts';

export {
  defaultMultiPoint,
  defaultProfile,
  type EnabledPlugin,
  type ExtensionPoint,
  extensionPoints,
  type PluginSet,
  type ProfileConfig,
  type ResolvedProfile,
  resolveProfile,
} from '#shared/kube/schedulerConfig/index.ts';

/** Whether a plugin object takes part in an extension point. */
export function implementsPoint(plugin: Plugin, point: ExtensionPoint): boolean {
  return point === 'queueSort' ? plugin.compare !== undefined : plugin[point] !== undefined;
}
