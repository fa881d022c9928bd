/** A manifest to start from. `id` is also the key of its name in the catalogue (`templates:ID`). */
export interface Template {
  readonly id: string;
  readonly kind: string;
  readonly group: 'autoscaling' | 'network' | 'config' | 'limits' | 'storage' | 'policy';
  readonly text: string;
}

/** Templates of the kinds that have no form, by what they are for. Each is accepted as it stands in an empty cluster. */
export const TEMPLATES: readonly Template[] = [
  {
    id: 'hpa',
    kind: 'HorizontalPodAutoscaler',
    group: 'autoscaling',
    text: `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: web
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: web-1
  minReplicas: 1
  maxReplicas: 10
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: 60
`,
  },
  {
    id: 'service',
    kind: 'Service',
    group: 'network',
    text: `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web-1
  ports:
    - port: 80
      targetPort: 8080
`,
  },
  {
    id: 'configMap',
    kind: 'ConfigMap',
    group: 'config',
    text: `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  mode: production
`,
  },
  {
    id: 'secret',
    kind: 'Secret',
    group: 'config',
    text: `apiVersion: v1
kind: Secret
metadata:
  name: credentials
stringData:
  password: change-me
`,
  },
  {
    id: 'namespace',
    kind: 'Namespace',
    group: 'config',
    text: `apiVersion: v1
kind: Namespace
metadata:
  name: team-a
  labels:
    pod-security.kubernetes.io/enforce: baseline
`,
  },
  {
    id: 'quota',
    kind: 'ResourceQuota',
    group: 'limits',
    text: `apiVersion: v1
kind: ResourceQuota
metadata:
  name: team
spec:
  hard:
    pods: "10"
    requests.cpu: "4"
    requests.memory: 8Gi
`,
  },
  {
    id: 'limitRange',
    kind: 'LimitRange',
    group: 'limits',
    text: `apiVersion: v1
kind: LimitRange
metadata:
  name: defaults
spec:
  limits:
    - type: Container
      defaultRequest:
        cpu: 100m
        memory: 128Mi
      default:
        cpu: 500m
        memory: 512Mi
      max:
        cpu: "2"
`,
  },
  {
    id: 'claim',
    kind: 'PersistentVolumeClaim',
    group: 'storage',
    text: `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 1Gi
`,
  },
  {
    id: 'volume',
    kind: 'PersistentVolume',
    group: 'storage',
    text: `apiVersion: v1
kind: PersistentVolume
metadata:
  name: disk-1
spec:
  capacity:
    storage: 5Gi
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  hostPath:
    path: /tmp/disk-1
`,
  },
  {
    id: 'storageClass',
    kind: 'StorageClass',
    group: 'storage',
    text: `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: fast
provisioner: csi.example.com
volumeBindingMode: WaitForFirstConsumer
`,
  },
  {
    id: 'validatingPolicy',
    kind: 'ValidatingAdmissionPolicy',
    group: 'policy',
    text: `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: few-replicas
spec:
  matchConstraints:
    resourceRules:
      - apiGroups: [apps]
        apiVersions: [v1]
        operations: [CREATE, UPDATE]
        resources: [deployments]
  validations:
    - expression: object.spec.replicas <= 5
      messageExpression: "'replicas ' + string(object.spec.replicas) + ' is above 5'"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: few-replicas
spec:
  policyName: few-replicas
  validationActions: [Deny]
`,
  },
  {
    id: 'mutatingPolicy',
    kind: 'MutatingAdmissionPolicy',
    group: 'policy',
    text: `apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata:
  name: add-team
spec:
  matchConstraints:
    resourceRules:
      - apiGroups: [""]
        apiVersions: [v1]
        operations: [CREATE]
        resources: [pods]
  reinvocationPolicy: Never
  mutations:
    - patchType: ApplyConfiguration
      applyConfiguration:
        expression: 'Object{metadata: Object.metadata{labels: {"team": "unassigned"}}}'
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata:
  name: add-team
spec:
  policyName: add-team
`,
  },
];
