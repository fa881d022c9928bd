import type { Plugin } from '../../framework/plugin.ts';

/** Higher priority first, then who has waited longer. Models pkg/scheduler/framework/plugins/queuesort. */
export function createPrioritySort(): Plugin {
  return {
    name: 'PrioritySort',
    compare: (a, b) => b.priority - a.priority || a.enqueuedMs - b.enqueuedMs,
  };
}
