import { NODE_GROUP_LABEL, type NodeGroup } from '#shared/kube/nodeGroups.ts';
import type { ConfigMap, Node } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { LEDGER, readLedger, writeLedger } from './ledger.ts';

const NAME = 'node-provider';
const DELIVER = 'deliver';
const HOSTNAME = 'kubernetes.io/hostname';
/** Time from order to node of a group that does not say. */
export const DEFAULT_PROVISION_MS = 60_000;

/** A machine of a group before its kubelet has registered it. */
export function nodeOf({ name: group, template }: NodeGroup, name: string): Node {
  const { labels, annotations, taints = [], capacity, allocatable } = template;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { ...labels, [HOSTNAME]: name, [NODE_GROUP_LABEL]: group },
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
    },
    spec: taints.length === 0 ? {} : { taints: [...taints] },
    status: { capacity, allocatable: allocatable ?? capacity } as Node['status'],
  };
}

/**
 * The cloud of the cluster autoscaler: machines on order appear as nodes when their time has come, whether the autoscaler runs or not. The books
 * are a ConfigMap, so that a restart forgets nothing.
 */
export function createNodeProvider(ctx: ComponentContext): Component {
  const client = ctx.client(NAME);
  const maps = ctx.informer('ConfigMap');
  const { nodeGroups } = ctx.config.clusterAutoscaler;
  const book = () => maps.lister.get(LEDGER.namespace, LEDGER.name);
  const queue = controllerQueue(ctx, NAME, () => {
    const before = book();
    const ledger = readLedger(before);
    const due = ledger.machines.filter(({ readyMs }) => readyMs <= ctx.clock.nowMs);
    for (const { group, name } of due) {
      const known = nodeGroups.find((one) => one.name === group);
      // A machine of a group that is no longer configured is not delivered.
      if (known !== undefined) client.create(nodeOf(known, name));
    }
    const machines = ledger.machines.filter((machine) => !due.includes(machine));
    if (due.length > 0) writeLedger(client, before, { ...ledger, machines });
    plan(book());
  });
  const plan = (map: ConfigMap | undefined) => {
    for (const { readyMs } of readLedger(map).machines) queue.addAfter(DELIVER, readyMs - ctx.clock.nowMs);
  };
  const look = (map: ConfigMap) => {
    if (map.metadata.name === LEDGER.name && map.metadata.namespace === LEDGER.namespace) plan(map);
  };
  return lifecycle(NAME, queue, () => [
    maps.subscribe({ onAdd: look, onUpdate: (_before, after) => look(after) }, { replay: true }),
  ]);
}
