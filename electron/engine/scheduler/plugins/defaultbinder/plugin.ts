import type { Handle, Plugin } from '../../framework/plugin.ts';

/** Writes the binding through the API. Models pkg/scheduler/framework/plugins/defaultbinder. */
export function createDefaultBinder(_args: unknown, handle: Handle): Plugin {
  return { name: 'DefaultBinder', bind: (_state, pod, node) => handle.bind(pod, node) };
}
