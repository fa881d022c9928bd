/** Field names and types of a scheduler's configuration, as rows of the shape table. `args` of a plugin are checked by the row of its own type. */
export const SCHEDULER_SHAPES: Readonly<Record<string, string>> = {
  KubeSchedulerConfiguration:
    'apiVersion:string kind:string parallelism:int leaderElection:SchedulerLeaderElection clientConnection:SchedulerClientConnection ' +
    'enableProfiling:bool enableContentionProfiling:bool percentageOfNodesToScore:int podInitialBackoffSeconds:int ' +
    'podMaxBackoffSeconds:int profiles:[KubeSchedulerProfile] extenders:[any] delayCacheUntilActive:bool',
  SchedulerLeaderElection:
    'leaderElect:bool leaseDuration:string renewDeadline:string retryPeriod:string resourceLock:string resourceName:string ' +
    'resourceNamespace:string',
  SchedulerClientConnection: 'kubeconfig:string acceptContentTypes:string contentType:string qps:any burst:int',
  KubeSchedulerProfile:
    'schedulerName:string percentageOfNodesToScore:int plugins:SchedulerPlugins pluginConfig:[SchedulerPluginConfig]',
  SchedulerPlugins:
    'preEnqueue:SchedulerPluginSet queueSort:SchedulerPluginSet preFilter:SchedulerPluginSet filter:SchedulerPluginSet ' +
    'postFilter:SchedulerPluginSet preScore:SchedulerPluginSet score:SchedulerPluginSet reserve:SchedulerPluginSet ' +
    'permit:SchedulerPluginSet preBind:SchedulerPluginSet bind:SchedulerPluginSet postBind:SchedulerPluginSet ' +
    'multiPoint:SchedulerPluginSet',
  SchedulerPluginSet: 'enabled:[SchedulerPlugin] disabled:[SchedulerPlugin]',
  SchedulerPlugin: 'name:string weight:int',
  SchedulerPluginConfig: 'name:string args:any',
  SchedulerResource: 'name:string weight:int',
  SchedulerShapePoint: 'utilization:int score:int',
  SchedulerRatio: 'shape:[SchedulerShapePoint]',
  SchedulerScoringStrategy: 'type:string resources:[SchedulerResource] requestedToCapacityRatio:SchedulerRatio',
  DefaultPreemptionArgs: 'apiVersion:string kind:string minCandidateNodesPercentage:int minCandidateNodesAbsolute:int',
  DynamicResourcesArgs: 'apiVersion:string kind:string filterTimeout:string bindingTimeout:string',
  InterPodAffinityArgs: 'apiVersion:string kind:string hardPodAffinityWeight:int ignorePreferredTermsOfExistingPods:bool',
  NodeAffinityArgs: 'apiVersion:string kind:string addedAffinity:NodeAffinity',
  NodeResourcesBalancedAllocationArgs: 'apiVersion:string kind:string resources:[SchedulerResource]',
  NodeResourcesFitArgs:
    'apiVersion:string kind:string ignoredResources:[string] ignoredResourceGroups:[string] scoringStrategy:SchedulerScoringStrategy',
  PodTopologySpreadArgs: 'apiVersion:string kind:string defaultConstraints:[TopologySpreadConstraint] defaultingType:string',
  VolumeBindingArgs: 'apiVersion:string kind:string bindTimeoutSeconds:int shape:[SchedulerShapePoint]',
};
