import type { ReplicaSet } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { createReplicaController } from '../common/replicas/controller.ts';

/** The ReplicaSet controller. Models pkg/controller/replicaset. */
export function createReplicaSetController(ctx: ComponentContext): Component {
  return createReplicaController<ReplicaSet>(ctx, {
    kind: 'ReplicaSet',
    component: 'replicaset-controller',
    view: (set) => set,
    status: (status) => status,
  });
}
