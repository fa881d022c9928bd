import type { KubeObject, Pod } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { controllerQueue } from '../common/queue.ts';
import { GroupBackoff } from './backoff.ts';
import type { DrainRules } from './drainability.ts';
import { Drainer } from './drainer.ts';
import { groupStates } from './groups.ts';
import { Grower } from './grower.ts';
import { LEDGER, type Ledger, readLedger, writeLedger } from './ledger.ts';
import { planRemovals } from './planner.ts';
import { Shrinker } from './shrinker.ts';
import { STATUS, statusText, writeStatus } from './statusText.ts';
import { removeTaints, TO_BE_DELETED } from './taints.ts';
import type { GroupState, TryOut } from './types.ts';
import { ClusterWatch } from './watch.ts';

export { createNodeProvider } from './cloud.ts';
export type { TryOut } from './types.ts';

/** Name of the component. */
export const NAME = 'cluster-autoscaler';
const SCAN = 'scan';

/** What the autoscaler asks of the engine: a copy of the schedulers' view, made anew for each look. */
export interface ClusterAutoscalerDeps {
  tryOut(): TryOut;
}

/**
 * Orders machines for pods that find no node and gives back those that are not needed. It looks once a scan interval, in the background, and thinks
 * only when something has changed or a time has come. What is on order is in the cloud's books (ledger.ts), since when a node is unneeded in its
 * taint; backoffs and cooldowns after failures are lost on a restart, as upstream's. Models cluster-autoscaler/core StaticAutoscaler.
 */
export function createClusterAutoscaler(ctx: ComponentContext, deps: ClusterAutoscalerDeps): Component {
  const config = ctx.config.clusterAutoscaler;
  const client = ctx.client(NAME);
  const recorder = ctx.recorder(NAME);
  const nodes = ctx.informer('Node');
  const pods = ctx.informer('Pod');
  const maps = ctx.informer('ConfigMap');
  const watch = new ClusterWatch(ctx);
  const backoff = new GroupBackoff(ctx.clock);
  const podsOn = (node: string): readonly Pod[] => pods.lister.byIndex('nodeName', node);
  const rules = (): DrainRules => ({
    budgets: ctx.informer('PodDisruptionBudget').lister.list(),
    skipNodesWithLocalStorage: config.skipNodesWithLocalStorage,
    skipNodesWithSystemPods: config.skipNodesWithSystemPods,
    nowMs: ctx.clock.nowMs,
    parseMs: (timestamp) => ctx.clock.parseMs(timestamp),
  });
  const log = (type: 'Normal' | 'Warning', reason: string, message: string) => {
    const about: KubeObject = maps.lister.get(STATUS.namespace, STATUS.name) ?? {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: STATUS,
    };
    recorder.event(about, type, reason, message);
  };
  const book = () => maps.lister.get(LEDGER.namespace, LEDGER.name);

  const drainer = new Drainer(ctx, NAME, {
    rules,
    podsOn,
    nodeNamed: (name) => nodes.lister.get('', name),
    ended: (_node, failure) => {
      shrinker.ended(failure !== undefined);
      watch.touch();
    },
  });
  const grower = new Grower(ctx, { recorder, log, backoff, tryOut: deps.tryOut });
  const shrinker = new Shrinker(ctx, { client, log, drainer, podsOn });

  /** Gives up machines that have not come in time. Models removeOldUnregisteredNodes and clusterstate's expired scale-ups. */
  const expire = (ledger: Ledger): Ledger => {
    const { nowMs } = ctx.clock;
    const late = ledger.machines.filter(({ orderedMs }) => nowMs - orderedMs > config.maxNodeProvisionMs);
    if (late.length === 0) return ledger;
    const kept = { ...ledger, machines: ledger.machines.filter((machine) => !late.includes(machine)) };
    if (!writeLedger(client, book(), kept)) return ledger;
    const waited = `${Math.floor(config.maxNodeProvisionMs / 60_000)}m${Math.floor((config.maxNodeProvisionMs % 60_000) / 1000)}s`;
    for (const group of new Set(late.map((machine) => machine.group))) {
      backoff.fail(group);
      log('Warning', 'ScaleUpTimedOut', `Nodes added to group ${group} failed to register within ${waited}`);
    }
    watch.touch();
    return kept;
  };

  const scan = () => {
    const ledger = expire(readLedger(book()));
    const states = groupStates(config.nodeGroups, nodes.lister, ledger);
    const changed = watch.takeChange();
    const pending = watch.pending();
    const grown = pending.length > 0 && (changed || grower.waits) ? grower.grow(pending, states, ledger) : undefined;
    if (grown?.ledger !== undefined) {
      if (writeLedger(client, book(), grown.ledger)) {
        watch.touch();
        grown.tell();
      }
    } else if (config.scaleDownEnabled) {
      const plan = () => {
        const tryOut = grower.copy(states, ledger);
        const destinations = nodes.lister.list().map(({ metadata }) => metadata.name);
        return planRemovals({
          config,
          states,
          rules: rules(),
          tryOut,
          podsOn,
          destinations,
          isUnneeded: (node) => shrinker.isUnneeded(node),
          isSettled: (node) => shrinker.isSettled(node),
        });
      };
      if (shrinker.shrink(states, ledger, changed || shrinker.waits ? plan : undefined)) watch.touch();
    }
    report(groupStates(config.nodeGroups, nodes.lister, readLedger(book())));
  };

  const report = (states: readonly GroupState[]) => {
    const text = statusText(
      states.map((state) => ({
        state,
        candidates: shrinker.candidates(state.group.name),
        backedOff: backoff.isBackedOff(state.group.name),
      })),
    );
    writeStatus(ctx, client, maps.lister, text);
  };

  const queue = controllerQueue(ctx, NAME, () => {
    scan();
    later();
  });
  const later = () => queue.addAfter(SCAN, config.scanIntervalMs, { background: true });
  let off: (() => void)[] | undefined;
  return {
    name: NAME,
    start() {
      if (off !== undefined) return;
      queue.start();
      drainer.start();
      backoff.clear();
      grower.reset();
      shrinker.reset();
      off = watch.subscribe();
      // What was being emptied when the autoscaler stopped is decided on anew. Models cleanUpIfRequired.
      for (const node of nodes.lister.list()) removeTaints(client, node, [TO_BE_DELETED]);
      if (config.nodeGroups.length > 0) later();
    },
    stop() {
      for (const one of off ?? []) one();
      off = undefined;
      queue.stop();
      drainer.stop();
    },
    queued: () => queue.length + drainer.length,
  };
}
