/** Fields of admission policies and webhooks of Kubernetes 1.36 and of their parts, in the form of SHAPE_TABLE. */
export const POLICY_SHAPES: Readonly<Record<string, string>> = {
  ApplyConfiguration: 'expression:string',
  AuditAnnotation: 'key:string valueExpression:string',
  ExpressionWarning: 'fieldRef:string warning:string',
  JsonPatchMutation: 'expression:string',
  MatchCondition: 'expression:string name:string',
  MatchResources:
    'excludeResourceRules:[NamedRuleWithOperations] matchPolicy:string namespaceSelector:LabelSelector ' +
    'objectSelector:LabelSelector resourceRules:[NamedRuleWithOperations]',
  MutatingAdmissionPolicy: 'apiVersion:string kind:string metadata:ObjectMeta spec:MutatingAdmissionPolicySpec',
  MutatingAdmissionPolicyBinding: 'apiVersion:string kind:string metadata:ObjectMeta spec:MutatingAdmissionPolicyBindingSpec',
  MutatingAdmissionPolicyBindingSpec: 'matchResources:MatchResources paramRef:ParamRef policyName:string',
  MutatingAdmissionPolicySpec:
    'failurePolicy:string matchConditions:[MatchCondition] matchConstraints:MatchResources mutations:[Mutation] ' +
    'paramKind:ParamKind reinvocationPolicy:string variables:[Variable]',
  MutatingWebhook:
    'admissionReviewVersions:[string] clientConfig:WebhookClientConfig failurePolicy:string ' +
    'matchConditions:[MatchCondition] matchPolicy:string name:string namespaceSelector:LabelSelector ' +
    'objectSelector:LabelSelector reinvocationPolicy:string rules:[RuleWithOperations] sideEffects:string ' +
    'timeoutSeconds:int',
  MutatingWebhookConfiguration: 'apiVersion:string kind:string metadata:ObjectMeta webhooks:[MutatingWebhook]',
  Mutation: 'applyConfiguration:ApplyConfiguration jsonPatch:JsonPatchMutation patchType:string',
  NamedRuleWithOperations:
    'apiGroups:[string] apiVersions:[string] operations:[string] resourceNames:[string] resources:[string] scope:string',
  ParamKind: 'apiVersion:string kind:string',
  ParamRef: 'name:string namespace:string parameterNotFoundAction:string selector:LabelSelector',
  RuleWithOperations: 'apiGroups:[string] apiVersions:[string] operations:[string] resources:[string] scope:string',
  ServiceReference: 'name:string namespace:string path:string port:int',
  TypeChecking: 'expressionWarnings:[ExpressionWarning]',
  ValidatingAdmissionPolicy:
    'apiVersion:string kind:string metadata:ObjectMeta spec:ValidatingAdmissionPolicySpec ' +
    'status:ValidatingAdmissionPolicyStatus',
  ValidatingAdmissionPolicyBinding: 'apiVersion:string kind:string metadata:ObjectMeta spec:ValidatingAdmissionPolicyBindingSpec',
  ValidatingAdmissionPolicyBindingSpec:
    'matchResources:MatchResources paramRef:ParamRef policyName:string validationActions:[string]',
  ValidatingAdmissionPolicySpec:
    'auditAnnotations:[AuditAnnotation] failurePolicy:string matchConditions:[MatchCondition] ' +
    'matchConstraints:MatchResources paramKind:ParamKind validations:[Validation] variables:[Variable]',
  ValidatingAdmissionPolicyStatus: 'conditions:[Condition] observedGeneration:int typeChecking:TypeChecking',
  ValidatingWebhook:
    'admissionReviewVersions:[string] clientConfig:WebhookClientConfig failurePolicy:string ' +
    'matchConditions:[MatchCondition] matchPolicy:string name:string namespaceSelector:LabelSelector ' +
    'objectSelector:LabelSelector rules:[RuleWithOperations] sideEffects:string timeoutSeconds:int',
  ValidatingWebhookConfiguration: 'apiVersion:string kind:string metadata:ObjectMeta webhooks:[ValidatingWebhook]',
  Validation: 'expression:string message:string messageExpression:string reason:string',
  Variable: 'expression:string name:string',
  WebhookClientConfig: 'caBundle:string service:ServiceReference url:string',
};
