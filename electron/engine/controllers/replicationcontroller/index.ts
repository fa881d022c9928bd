import type { ReplicationController } from '#shared/kube/kinds.ts';
import type { ReplicaSet } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { createReplicaController } from '../common/replicas/controller.ts';

/**
 * The ReplicationController controller: the ReplicaSet controller on another kind, which selects by plain labels and does not count
 * terminating pods. Models pkg/controller/replication.
 */
export function createReplicationController(ctx: ComponentContext): Component {
  return createReplicaController<ReplicationController>(ctx, {
    kind: 'ReplicationController',
    component: 'replication-controller',
    view: viewOf,
    status: ({ terminatingReplicas: _none, ...status }) => status,
  });
}

/** The API server never stores an empty selector, which would mean every pod. */
function viewOf({ spec, ...rest }: ReplicationController): ReplicaSet {
  const { selector, template, ...counts } = spec;
  return {
    ...rest,
    spec: { ...counts, selector: { matchLabels: selector ?? {} }, template: template ?? {} },
  } as unknown as ReplicaSet;
}
