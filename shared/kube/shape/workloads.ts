/** Fields of workload kinds and of the autoscaler of Kubernetes 1.36 and of their parts, in the form of SHAPE_TABLE. */
export const WORKLOAD_SHAPES: Readonly<Record<string, string>> = {
  ContainerResourceMetricSource: 'container:string name:string target:MetricTarget',
  ContainerResourceMetricStatus: 'container:string current:MetricValueStatus name:string',
  ControllerRevision: 'apiVersion:string data:any kind:string metadata:ObjectMeta revision:int',
  CronJob: 'apiVersion:string kind:string metadata:ObjectMeta spec:CronJobSpec status:CronJobStatus',
  CronJobSpec:
    'concurrencyPolicy:string failedJobsHistoryLimit:int jobTemplate:JobTemplateSpec schedule:string ' +
    'startingDeadlineSeconds:int successfulJobsHistoryLimit:int suspend:bool timeZone:string',
  CronJobStatus: 'active:[ObjectReference] lastScheduleTime:time lastSuccessfulTime:time',
  CrossVersionObjectReference: 'apiVersion:string kind:string name:string',
  DaemonSet: 'apiVersion:string kind:string metadata:ObjectMeta spec:DaemonSetSpec status:DaemonSetStatus',
  DaemonSetCondition: 'lastTransitionTime:time message:string reason:string status:string type:string',
  DaemonSetSpec:
    'minReadySeconds:int revisionHistoryLimit:int selector:LabelSelector template:PodTemplateSpec ' +
    'updateStrategy:DaemonSetUpdateStrategy',
  DaemonSetStatus:
    'collisionCount:int conditions:[DaemonSetCondition] currentNumberScheduled:int desiredNumberScheduled:int ' +
    'numberAvailable:int numberMisscheduled:int numberReady:int numberUnavailable:int observedGeneration:int ' +
    'updatedNumberScheduled:int',
  DaemonSetUpdateStrategy: 'rollingUpdate:RollingUpdateDaemonSet type:string',
  ExternalMetricSource: 'metric:MetricIdentifier target:MetricTarget',
  ExternalMetricStatus: 'current:MetricValueStatus metric:MetricIdentifier',
  HPAScalingPolicy: 'periodSeconds:int type:string value:int',
  HPAScalingRules: 'policies:[HPAScalingPolicy] selectPolicy:string stabilizationWindowSeconds:int tolerance:quantity',
  HorizontalPodAutoscaler:
    'apiVersion:string kind:string metadata:ObjectMeta spec:HorizontalPodAutoscalerSpec ' +
    'status:HorizontalPodAutoscalerStatus',
  HorizontalPodAutoscalerBehavior: 'scaleDown:HPAScalingRules scaleUp:HPAScalingRules',
  HorizontalPodAutoscalerCondition: 'lastTransitionTime:time message:string reason:string status:string type:string',
  HorizontalPodAutoscalerSpec:
    'behavior:HorizontalPodAutoscalerBehavior maxReplicas:int metrics:[MetricSpec] minReplicas:int ' +
    'scaleTargetRef:CrossVersionObjectReference',
  /** The kind in version autoscaling/v1, which is served beside the stored one. */
  HorizontalPodAutoscalerV1:
    'apiVersion:string kind:string metadata:ObjectMeta spec:HorizontalPodAutoscalerSpecV1 status:HorizontalPodAutoscalerStatusV1',
  HorizontalPodAutoscalerSpecV1:
    'maxReplicas:int minReplicas:int scaleTargetRef:CrossVersionObjectReference targetCPUUtilizationPercentage:int',
  HorizontalPodAutoscalerStatusV1:
    'currentCPUUtilizationPercentage:int currentReplicas:int desiredReplicas:int lastScaleTime:time observedGeneration:int',
  HorizontalPodAutoscalerStatus:
    'conditions:[HorizontalPodAutoscalerCondition] currentMetrics:[MetricStatus] currentReplicas:int desiredReplicas:int ' +
    'lastScaleTime:time observedGeneration:int',
  Job: 'apiVersion:string kind:string metadata:ObjectMeta spec:JobSpec status:JobStatus',
  JobCondition: 'lastProbeTime:time lastTransitionTime:time message:string reason:string status:string type:string',
  JobSpec:
    'activeDeadlineSeconds:int backoffLimit:int backoffLimitPerIndex:int completionMode:string completions:int ' +
    'managedBy:string manualSelector:bool maxFailedIndexes:int parallelism:int podFailurePolicy:PodFailurePolicy ' +
    'podReplacementPolicy:string selector:LabelSelector successPolicy:SuccessPolicy suspend:bool template:PodTemplateSpec ' +
    'ttlSecondsAfterFinished:int',
  JobStatus:
    'active:int completedIndexes:string completionTime:time conditions:[JobCondition] failed:int failedIndexes:string ' +
    'ready:int startTime:time succeeded:int terminating:int uncountedTerminatedPods:UncountedTerminatedPods',
  JobTemplateSpec: 'metadata:ObjectMeta spec:JobSpec',
  MetricIdentifier: 'name:string selector:LabelSelector',
  MetricSpec:
    'containerResource:ContainerResourceMetricSource external:ExternalMetricSource object:ObjectMetricSource ' +
    'pods:PodsMetricSource resource:ResourceMetricSource type:string',
  MetricStatus:
    'containerResource:ContainerResourceMetricStatus external:ExternalMetricStatus object:ObjectMetricStatus ' +
    'pods:PodsMetricStatus resource:ResourceMetricStatus type:string',
  MetricTarget: 'averageUtilization:int averageValue:quantity type:string value:quantity',
  MetricValueStatus: 'averageUtilization:int averageValue:quantity value:quantity',
  ObjectMetricSource: 'describedObject:CrossVersionObjectReference metric:MetricIdentifier target:MetricTarget',
  ObjectMetricStatus: 'current:MetricValueStatus describedObject:CrossVersionObjectReference metric:MetricIdentifier',
  PodFailurePolicy: 'rules:[PodFailurePolicyRule]',
  PodFailurePolicyOnExitCodesRequirement: 'containerName:string operator:string values:[int]',
  PodFailurePolicyOnPodConditionsPattern: 'status:string type:string',
  PodFailurePolicyRule:
    'action:string onExitCodes:PodFailurePolicyOnExitCodesRequirement ' +
    'onPodConditions:[PodFailurePolicyOnPodConditionsPattern]',
  PodTemplate: 'apiVersion:string kind:string metadata:ObjectMeta template:PodTemplateSpec',
  PodsMetricSource: 'metric:MetricIdentifier target:MetricTarget',
  PodsMetricStatus: 'current:MetricValueStatus metric:MetricIdentifier',
  ReplicationController:
    'apiVersion:string kind:string metadata:ObjectMeta spec:ReplicationControllerSpec status:ReplicationControllerStatus',
  ReplicationControllerCondition: 'lastTransitionTime:time message:string reason:string status:string type:string',
  ReplicationControllerSpec: 'minReadySeconds:int replicas:int selector:{string} template:PodTemplateSpec',
  ReplicationControllerStatus:
    'availableReplicas:int conditions:[ReplicationControllerCondition] fullyLabeledReplicas:int observedGeneration:int ' +
    'readyReplicas:int replicas:int',
  ResourceMetricSource: 'name:string target:MetricTarget',
  ResourceMetricStatus: 'current:MetricValueStatus name:string',
  RollingUpdateDaemonSet: 'maxSurge:intOrString maxUnavailable:intOrString',
  RollingUpdateStatefulSetStrategy: 'maxUnavailable:intOrString partition:int',
  StatefulSet: 'apiVersion:string kind:string metadata:ObjectMeta spec:StatefulSetSpec status:StatefulSetStatus',
  StatefulSetCondition: 'lastTransitionTime:time message:string reason:string status:string type:string',
  StatefulSetOrdinals: 'start:int',
  StatefulSetPersistentVolumeClaimRetentionPolicy: 'whenDeleted:string whenScaled:string',
  StatefulSetSpec:
    'minReadySeconds:int ordinals:StatefulSetOrdinals ' +
    'persistentVolumeClaimRetentionPolicy:StatefulSetPersistentVolumeClaimRetentionPolicy podManagementPolicy:string ' +
    'replicas:int revisionHistoryLimit:int selector:LabelSelector serviceName:string template:PodTemplateSpec ' +
    'updateStrategy:StatefulSetUpdateStrategy volumeClaimTemplates:[PersistentVolumeClaim]',
  StatefulSetStatus:
    'availableReplicas:int collisionCount:int conditions:[StatefulSetCondition] currentReplicas:int currentRevision:string ' +
    'observedGeneration:int readyReplicas:int replicas:int updateRevision:string updatedReplicas:int',
  StatefulSetUpdateStrategy: 'rollingUpdate:RollingUpdateStatefulSetStrategy type:string',
  SuccessPolicy: 'rules:[SuccessPolicyRule]',
  SuccessPolicyRule: 'succeededCount:int succeededIndexes:string',
  UncountedTerminatedPods: 'failed:[string] succeeded:[string]',
};
