/** Fields of network kinds of Kubernetes 1.36 and of their parts, in the form of SHAPE_TABLE. */
export const NETWORK_SHAPES: Readonly<Record<string, string>> = {
  ClientIPConfig: 'timeoutSeconds:int',
  Endpoint:
    'addresses:[string] conditions:EndpointConditions deprecatedTopology:{string} hints:EndpointHints hostname:string ' +
    'nodeName:string targetRef:ObjectReference zone:string',
  EndpointAddress: 'hostname:string ip:string nodeName:string targetRef:ObjectReference',
  EndpointConditions: 'ready:bool serving:bool terminating:bool',
  EndpointHints: 'forNodes:[ForNode] forZones:[ForZone]',
  EndpointPort: 'appProtocol:string name:string port:int protocol:string',
  EndpointSlice: 'addressType:string apiVersion:string endpoints:[Endpoint] kind:string metadata:ObjectMeta ports:[EndpointPort]',
  EndpointSubset: 'addresses:[EndpointAddress] notReadyAddresses:[EndpointAddress] ports:[EndpointPort]',
  Endpoints: 'apiVersion:string kind:string metadata:ObjectMeta subsets:[EndpointSubset]',
  ForNode: 'name:string',
  ForZone: 'name:string',
  HTTPIngressPath: 'backend:IngressBackend path:string pathType:string',
  HTTPIngressRuleValue: 'paths:[HTTPIngressPath]',
  IPBlock: 'cidr:string except:[string]',
  Ingress: 'apiVersion:string kind:string metadata:ObjectMeta spec:IngressSpec status:IngressStatus',
  IngressBackend: 'resource:TypedLocalObjectReference service:IngressServiceBackend',
  IngressClass: 'apiVersion:string kind:string metadata:ObjectMeta spec:IngressClassSpec',
  IngressClassParametersReference: 'apiGroup:string kind:string name:string namespace:string scope:string',
  IngressClassSpec: 'controller:string parameters:IngressClassParametersReference',
  IngressLoadBalancerIngress: 'hostname:string ip:string ports:[IngressPortStatus]',
  IngressLoadBalancerStatus: 'ingress:[IngressLoadBalancerIngress]',
  IngressPortStatus: 'error:string port:int protocol:string',
  IngressRule: 'host:string http:HTTPIngressRuleValue',
  IngressServiceBackend: 'name:string port:ServiceBackendPort',
  IngressSpec: 'defaultBackend:IngressBackend ingressClassName:string rules:[IngressRule] tls:[IngressTLS]',
  IngressStatus: 'loadBalancer:IngressLoadBalancerStatus',
  IngressTLS: 'hosts:[string] secretName:string',
  LoadBalancerIngress: 'hostname:string ip:string ipMode:string ports:[PortStatus]',
  LoadBalancerStatus: 'ingress:[LoadBalancerIngress]',
  NetworkPolicy: 'apiVersion:string kind:string metadata:ObjectMeta spec:NetworkPolicySpec',
  NetworkPolicyEgressRule: 'ports:[NetworkPolicyPort] to:[NetworkPolicyPeer]',
  NetworkPolicyIngressRule: 'from:[NetworkPolicyPeer] ports:[NetworkPolicyPort]',
  NetworkPolicyPeer: 'ipBlock:IPBlock namespaceSelector:LabelSelector podSelector:LabelSelector',
  NetworkPolicyPort: 'endPort:int port:intOrString protocol:string',
  NetworkPolicySpec:
    'egress:[NetworkPolicyEgressRule] ingress:[NetworkPolicyIngressRule] podSelector:LabelSelector policyTypes:[string]',
  PortStatus: 'error:string port:int protocol:string',
  Service: 'apiVersion:string kind:string metadata:ObjectMeta spec:ServiceSpec status:ServiceStatus',
  ServiceBackendPort: 'name:string number:int',
  ServicePort: 'appProtocol:string name:string nodePort:int port:int protocol:string targetPort:intOrString',
  ServiceSpec:
    'allocateLoadBalancerNodePorts:bool clusterIP:string clusterIPs:[string] externalIPs:[string] externalName:string ' +
    'externalTrafficPolicy:string healthCheckNodePort:int internalTrafficPolicy:string ipFamilies:[string] ' +
    'ipFamilyPolicy:string loadBalancerClass:string loadBalancerIP:string loadBalancerSourceRanges:[string] ' +
    'ports:[ServicePort] publishNotReadyAddresses:bool selector:{string} sessionAffinity:string ' +
    'sessionAffinityConfig:SessionAffinityConfig trafficDistribution:string type:string',
  ServiceStatus: 'conditions:[Condition] loadBalancer:LoadBalancerStatus',
  SessionAffinityConfig: 'clientIP:ClientIPConfig',
};
