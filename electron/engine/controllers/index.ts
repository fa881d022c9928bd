import type { Component, ComponentContext } from '../client/types.ts';
import { createLoadChecker } from '../metrics/check.ts';
import type { AutoscalerHistory } from '../metrics/history.ts';
import { createLoadModel } from '../metrics/loadModel.ts';
import type { MetricsSource } from '../metrics/types.ts';
import { createCronJobController } from './cronjob/index.ts';
import { createDaemonSetController } from './daemonset/index.ts';
import { createDeploymentController } from './deployment/index.ts';
import { createDisruptionController } from './disruption/index.ts';
import { createEndpointsController } from './endpoints/index.ts';
import { createEndpointSliceController } from './endpointslice/index.ts';
import { createEndpointSliceMirroring } from './endpointslicemirroring/index.ts';
import { createEphemeralVolumeController } from './ephemeral/index.ts';
import { createGarbageCollector } from './garbagecollector/index.ts';
import { createHorizontalPodAutoscaler } from './horizontalpodautoscaler/index.ts';
import { createJobController } from './job/index.ts';
import { createNamespaceController } from './namespace/index.ts';
import { createNodeLifecycle } from './nodelifecycle/index.ts';
import { createPersistentVolumeController } from './persistentvolume/index.ts';
import { createProvisioner } from './persistentvolume/provisioner.ts';
import { createPodGarbageCollector } from './podgc/index.ts';
import { createPolicyStatusController } from './policystatus/index.ts';
import { createReplicaSetController } from './replicaset/index.ts';
import { createReplicationController } from './replicationcontroller/index.ts';
import { createResourceQuotaController } from './resourcequota/index.ts';
import { createRootCaPublisher } from './rootca/index.ts';
import { createServiceAccountController } from './serviceaccount/index.ts';
import { createTokensController } from './serviceaccount/tokens.ts';
import { createStatefulSetController } from './statefulset/index.ts';
import { createTaintEviction } from './tainteviction/index.ts';
import { createTtlAfterFinished } from './ttlafterfinished/index.ts';
import { createVolumeExpandController } from './volumeexpand/index.ts';
import { createResizer } from './volumeexpand/resizer.ts';
import { createVolumeProtection } from './volumeprotection/index.ts';

/** Every controller, in the order of their work within one instant. `metrics`: what the autoscalers read; `history`: where they note what they did. */
export function createControllers(
  ctx: ComponentContext,
  metrics: MetricsSource = createLoadModel(ctx),
  history?: AutoscalerHistory,
): Component[] {
  return [
    // Before the Deployment controller: a size somebody sets by hand is acted on before it is taken back, as in a real cluster.
    createReplicaSetController(ctx),
    createReplicationController(ctx),
    createDeploymentController(ctx),
    createDaemonSetController(ctx),
    createStatefulSetController(ctx),
    createJobController(ctx),
    createCronJobController(ctx),
    createTtlAfterFinished(ctx),
    createHorizontalPodAutoscaler(ctx, metrics, history),
    createLoadChecker(ctx),
    createEndpointSliceController(ctx),
    createEndpointsController(ctx),
    createEndpointSliceMirroring(ctx),
    createDisruptionController(ctx),
    createNodeLifecycle(ctx),
    createTaintEviction(ctx),
    createEphemeralVolumeController(ctx),
    createPersistentVolumeController(ctx),
    createProvisioner(ctx),
    createVolumeExpandController(ctx),
    createResizer(ctx),
    createVolumeProtection(ctx),
    createPodGarbageCollector(ctx),
    createGarbageCollector(ctx),
    createNamespaceController(ctx),
    createServiceAccountController(ctx),
    createTokensController(ctx),
    createRootCaPublisher(ctx),
    createResourceQuotaController(ctx),
    createPolicyStatusController(ctx),
  ];
}
