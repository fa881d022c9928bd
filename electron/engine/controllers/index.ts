import type { Component, ComponentContext } from '../client/types.ts';
import { createDeploymentController } from './deployment/index.ts';
import { createDisruptionController } from './disruption/index.ts';
import { createGarbageCollector } from './garbagecollector/index.ts';
import { createNamespaceController } from './namespace/index.ts';
import { createPodGarbageCollector } from './podgc/index.ts';
import { createReplicaSetController } from './replicaset/index.ts';

/** Every controller, in the order of their work within one instant. */
export function createControllers(ctx: ComponentContext): Component[] {
  return [
    createDeploymentController(ctx),
    createReplicaSetController(ctx),
    createDisruptionController(ctx),
    // Node life cycle and taint eviction are added here.
    createPodGarbageCollector(ctx),
    createGarbageCollector(ctx),
    createNamespaceController(ctx),
  ];
}
