import { stateKey } from '../../framework/cyclestate.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { errorStatus, skip, unschedulable } from '../../framework/status.ts';

export const reasonNoClaims = 'no new claims to deallocate';
const key = stateKey<{ readonly claims: number }>('PreFilterDynamicResources');

/**
 * Resource claims are not simulated; the plugin is here because its part shows in every score table and in every failure text. Its PostFilter
 * needs what its PreFilter left behind and says "not found" when another plugin's PreFilter failed first.
 * Models pkg/scheduler/framework/plugins/dynamicresources for pods without claims.
 */
export function createDynamicResources(): Plugin {
  return {
    name: 'DynamicResources',
    nodeLocal: true,
    preEnqueue: () => null,
    preFilter(state) {
      state.write(key, { claims: 0 });
      return skip;
    },
    filter: () => null,
    postFilter: (state) => ({ status: state.read(key) === undefined ? errorStatus('not found') : unschedulable(reasonNoClaims) }),
    score: () => 0,
    scoreAll: () => 0,
    reserve: () => null,
    preBind: () => null,
  };
}
