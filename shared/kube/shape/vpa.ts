/** Fields of the vertical pod autoscaler's custom resources (autoscaling.k8s.io/v1) and of their parts, in the form of SHAPE_TABLE. */
export const VPA_SHAPES: Readonly<Record<string, string>> = {
  VerticalPodAutoscaler:
    'apiVersion:string kind:string metadata:ObjectMeta spec:VerticalPodAutoscalerSpec status:VerticalPodAutoscalerStatus',
  VerticalPodAutoscalerSpec:
    'recommenders:[VpaRecommenderSelector] resourcePolicy:VpaPodResourcePolicy targetRef:CrossVersionObjectReference ' +
    'updatePolicy:VpaPodUpdatePolicy',
  VpaRecommenderSelector: 'name:string',
  VpaPodUpdatePolicy: 'evictionRequirements:[VpaEvictionRequirement] minReplicas:int updateMode:string',
  VpaEvictionRequirement: 'changeRequirement:string resources:[string]',
  VpaPodResourcePolicy: 'containerPolicies:[VpaContainerPolicy]',
  VpaContainerPolicy:
    'containerName:string controlledResources:[string] controlledValues:string maxAllowed:{quantity} minAllowed:{quantity} ' +
    'mode:string',
  VerticalPodAutoscalerStatus: 'conditions:[VpaCondition] recommendation:VpaRecommendation',
  VpaCondition: 'lastTransitionTime:time message:string reason:string status:string type:string',
  VpaRecommendation: 'containerRecommendations:[VpaContainerRecommendation]',
  VpaContainerRecommendation:
    'containerName:string lowerBound:{quantity} target:{quantity} uncappedTarget:{quantity} upperBound:{quantity}',
  VerticalPodAutoscalerCheckpoint:
    'apiVersion:string kind:string metadata:ObjectMeta spec:VpaCheckpointSpec status:VpaCheckpointStatus',
  VpaCheckpointSpec: 'containerName:string vpaObjectName:string',
  VpaCheckpointStatus:
    'cpuHistogram:VpaHistogram firstSampleStart:time lastSampleStart:time lastUpdateTime:time memoryHistogram:VpaHistogram ' +
    'totalSamplesCount:int version:string',
  VpaHistogram: 'bucketWeights:{int} referenceTimestamp:time totalWeight:any',
};
