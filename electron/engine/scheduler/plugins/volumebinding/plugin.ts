import { stateKey } from '../../framework/cyclestate.ts';
import type { Handle, Plugin } from '../../framework/plugin.ts';
import { errorStatus, type PluginStatus, skip, unresolvable } from '../../framework/status.ts';
import { AssumedStorage } from './assumed.ts';
import { assumeVolumes, checkBindings, type PendingBinding, revertVolumes, writeBindings } from './bind.ts';
import { type PodClaims, podClaims } from './claims.ts';
import { bindingEvents } from './events.ts';
import { findVolumes, type NodeVolumes } from './find.ts';

/** VolumeBindingArgs. */
interface VolumeBindingArgs {
  readonly bindTimeoutSeconds?: number;
}

const defaultTimeoutSeconds = 600;

/** What one cycle knows of the pod's volumes. Clones share it, as upstream's do: what a node offers does not depend on other pods. */
interface BindingState {
  readonly claims: PodClaims;
  readonly byNode: Map<string, NodeVolumes>;
  pending: PendingBinding | undefined;
}

const key = stateKey<BindingState>('VolumeBinding');
const waiting: PluginStatus = Object.freeze({ code: 'Wait', reasons: Object.freeze([]) });

/**
 * Finds volumes for the claims of a pod, reserves them with the node, and holds the binding back until the claims are bound.
 *
 *     PreFilter: sort claims -> Filter: match per node -> Reserve: assume -> PreBind: write, then Wait until bound (or an error: begin anew)
 *
 * Models pkg/scheduler/framework/plugins/volumebinding.
 */
export function createVolumeBinding(rawArgs: unknown, handle: Handle): Plugin {
  const timeoutMs = ((rawArgs as VolumeBindingArgs | undefined)?.bindTimeoutSeconds ?? defaultTimeoutSeconds) * 1000;
  const storage = new AssumedStorage(handle.objects);
  return {
    name: 'VolumeBinding',
    preFilter(state, { pod }) {
      if (pod.spec.volumes === undefined || pod.spec.volumes.length === 0) return skip;
      const claims = podClaims(storage, pod);
      if (claims === undefined) return skip;
      if ('code' in claims) return claims;
      state.write(key, { claims, byNode: new Map(), pending: undefined });
      return null;
    },
    filter(state, _pod, { node, name }) {
      const data = state.read(key);
      if (data === undefined) return null;
      const found = findVolumes(storage, data.claims, node);
      if ('error' in found) return errorStatus(found.error);
      if ('reasons' in found) return unresolvable(...found.reasons);
      data.byNode.set(name, found);
      return null;
    },
    // Scoring by capacity is off by default (StorageCapacityScoring).
    preScore: () => skip,
    score: () => 0,
    reserve(state, _pod, nodeName) {
      const data = state.read(key);
      const found = data?.byNode.get(nodeName);
      if (data === undefined || found === undefined || data.claims.delayed.length === 0) return null;
      data.pending = assumeVolumes(storage, found, nodeName);
      return null;
    },
    unreserve(state) {
      const data = state.read(key);
      if (data?.pending !== undefined) revertVolumes(storage, data.pending);
    },
    preBind(state, { pod }) {
      const pending = state.read(key)?.pending;
      if (pending === undefined) return null;
      if (pending.writtenMs === undefined) {
        const fault = writeBindings(handle, pending);
        return fault === undefined ? waiting : errorStatus(fault);
      }
      const bound = checkBindings(handle, pod, pending);
      if (bound === true) return null;
      if (bound !== false) return errorStatus(`binding volumes: ${bound.error}`);
      if (handle.clock.nowMs - pending.writtenMs < timeoutMs) return waiting;
      return errorStatus('binding volumes: context deadline exceeded');
    },
    events: () => bindingEvents,
  };
}
