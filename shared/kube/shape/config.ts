/** Fields of configuration, quota and access kinds of Kubernetes 1.36 and of their parts, in the form of SHAPE_TABLE. */
export const CONFIG_SHAPES: Readonly<Record<string, string>> = {
  AggregationRule: 'clusterRoleSelectors:[LabelSelector]',
  BoundObjectReference: 'apiVersion:string kind:string name:string uid:string',
  ClusterRole: 'aggregationRule:AggregationRule apiVersion:string kind:string metadata:ObjectMeta rules:[PolicyRule]',
  ClusterRoleBinding: 'apiVersion:string kind:string metadata:ObjectMeta roleRef:RoleRef subjects:[Subject]',
  ConfigMap: 'apiVersion:string binaryData:{bytes} data:{string} immutable:bool kind:string metadata:ObjectMeta',
  LimitRange: 'apiVersion:string kind:string metadata:ObjectMeta spec:LimitRangeSpec',
  LimitRangeItem:
    'default:{quantity} defaultRequest:{quantity} max:{quantity} maxLimitRequestRatio:{quantity} min:{quantity} type:string',
  LimitRangeSpec: 'limits:[LimitRangeItem]',
  Overhead: 'podFixed:{quantity}',
  PolicyRule: 'apiGroups:[string] nonResourceURLs:[string] resourceNames:[string] resources:[string] verbs:[string]',
  ResourceQuota: 'apiVersion:string kind:string metadata:ObjectMeta spec:ResourceQuotaSpec status:ResourceQuotaStatus',
  ResourceQuotaSpec: 'hard:{quantity} scopeSelector:ScopeSelector scopes:[string]',
  ResourceQuotaStatus: 'hard:{quantity} used:{quantity}',
  Role: 'apiVersion:string kind:string metadata:ObjectMeta rules:[PolicyRule]',
  RoleBinding: 'apiVersion:string kind:string metadata:ObjectMeta roleRef:RoleRef subjects:[Subject]',
  RoleRef: 'apiGroup:string kind:string name:string',
  RuntimeClass: 'apiVersion:string handler:string kind:string metadata:ObjectMeta overhead:Overhead scheduling:Scheduling',
  Scheduling: 'nodeSelector:{string} tolerations:[Toleration]',
  ScopeSelector: 'matchExpressions:[ScopedResourceSelectorRequirement]',
  ScopedResourceSelectorRequirement: 'operator:string scopeName:string values:[string]',
  Secret: 'apiVersion:string data:{bytes} immutable:bool kind:string metadata:ObjectMeta stringData:{string} type:string',
  ServiceAccount:
    'apiVersion:string automountServiceAccountToken:bool imagePullSecrets:[LocalObjectReference] kind:string ' +
    'metadata:ObjectMeta secrets:[ObjectReference]',
  Subject: 'apiGroup:string kind:string name:string namespace:string',
  TokenRequest: 'apiVersion:string kind:string metadata:ObjectMeta spec:TokenRequestSpec status:TokenRequestStatus',
  TokenRequestSpec: 'audiences:[string] boundObjectRef:BoundObjectReference expirationSeconds:int',
  TokenRequestStatus: 'expirationTimestamp:string token:string',
};
