/** Playgrounds made for specs: small, nothing timed, so that each step is the spec's own. */

function node(name: string, cpu: string, zone = 'zone-a'): string {
  return `apiVersion: v1
kind: Node
metadata:
  name: ${name}
  labels: { kubernetes.io/hostname: ${name}, topology.kubernetes.io/zone: ${zone} }
status:
  capacity: { cpu: "${cpu}", memory: 8Gi, pods: "20" }
`;
}

function pod(name: string, cpu: string, priorityClassName: string, nodeName: string): string {
  return `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: default }
spec:
  nodeName: ${nodeName}
  priorityClassName: ${priorityClassName}
  terminationGracePeriodSeconds: 5
  containers:
    - name: app
      image: nginx:1.29
      resources: { requests: { cpu: ${cpu}, memory: 512Mi } }
`;
}

function priorityClass(name: string, value: number): string {
  return `apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: { name: ${name} }
value: ${value}
`;
}

function scenario(title: string, positions: string): string {
  return `apiVersion: stowage/v1alpha1
kind: Scenario
metadata: { name: spec }
spec:
  title: ${title}
  seed: 7
  positions: ${positions}
`;
}

function join(...documents: string[]): string {
  return documents.join('---\n');
}

/** Two full nodes: on one the least important pod holds just what a 500m pod needs. */
export const FULL = join(
  scenario('Two full nodes', '{ node-a: { x: 0, y: 0 }, node-b: { x: 320, y: 0 } }'),
  priorityClass('critical', 10_000),
  priorityClass('standard', 1000),
  priorityClass('batch', 10),
  node('node-a', '2'),
  node('node-b', '2', 'zone-b'),
  pod('batch-1', '500m', 'batch', 'node-a'),
  pod('web-1', '1500m', 'standard', 'node-a'),
  pod('web-2', '2', 'standard', 'node-b'),
);

/** A Deployment of four on three nodes. */
export const ROLLOUT = join(
  scenario('A shop', '{ node-a: { x: 0, y: 0 }, node-b: { x: 320, y: 0 }, node-c: { x: 640, y: 0 } }'),
  node('node-a', '4'),
  node('node-b', '4', 'zone-b'),
  node('node-c', '4', 'zone-c'),
  `apiVersion: apps/v1
kind: Deployment
metadata: { name: shop, namespace: default }
spec:
  replicas: 4
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      terminationGracePeriodSeconds: 5
      containers:
        - name: app
          image: shop:1.0
          resources: { requests: { cpu: 500m, memory: 256Mi } }
`,
);

/** Three mistakes, each on a line of its own. */
export const BAD = `apiVersion: v1
kind: Node
metadata:
  name: node-a
spec:
  taints:
    - { key: gpu, effect: NoShedule }
---
apiVersion: v1
kind: Pod
metadat:
  name: lost
spec:
  containers:
    - name: app
      image: nginx
      resources: { requests: { cpu: 1x } }
---
apiVersion: v1
king: Pod
metadata: { name: what }
spec: { containers: [{ name: app, image: nginx }] }
`;

function deployment(name: string, replicas: number, cpu: string, extra: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: default }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      ${extra}
      containers:
        - name: app
          image: ${name}:1.0
          resources: { requests: { cpu: ${cpu}, memory: 512Mi } }
`;
}

/** For pictures: a busy shop on four machines into which an important pod comes at eight seconds. */
export const SHOWCASE = join(
  `apiVersion: stowage/v1alpha1
kind: Scenario
metadata: { name: black-friday }
spec:
  title: Black Friday
  description: >-
    Every machine is full when the checkout has to grow. Its priority is higher than that of the nightly reports, so the scheduler
    looks for the machine where the least has to leave.
  seed: 3
  positions: { worker-1: { x: 0, y: 0 }, worker-2: { x: 310, y: 0 }, gpu-1: { x: 0, y: 230 }, spot-1: { x: 310, y: 230 } }
  steps:
    - at: 12s
      do:
        type: create
        objects:
          - apiVersion: v1
            kind: Pod
            metadata: { name: checkout-peak, namespace: default }
            spec:
              priorityClassName: checkout
              containers:
                - name: app
                  image: checkout:2.4
                  resources: { requests: { cpu: 1500m, memory: 1Gi } }
`,
  priorityClass('checkout', 100_000),
  priorityClass('shop', 1000),
  priorityClass('reports', 10),
  node('worker-1', '4'),
  node('worker-2', '4', 'zone-b'),
  node('gpu-1', '8').replace('metadata:', 'spec: { taints: [{ key: gpu, value: "true", effect: NoSchedule }] }\nmetadata:'),
  node('spot-1', '4', 'zone-b').replace(
    'metadata:',
    'spec: { taints: [{ key: lifecycle, value: spot, effect: PreferNoSchedule }] }\nmetadata:',
  ),
  deployment('shop', 6, '500m', 'priorityClassName: shop'),
  deployment('catalog', 4, '500m', 'priorityClassName: checkout'),
  deployment('reports', 8, '750m', 'priorityClassName: reports\n      terminationGracePeriodSeconds: 10'),
  deployment(
    'trainer',
    2,
    '2',
    'tolerations: [{ key: gpu, operator: Exists }]\n      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [{ key: metadata.name, operator: In, values: [gpu-1] }] }] } } }',
  ),
);

/** Two machines with nothing on them. */
export const EMPTY = join(
  scenario('Two empty nodes', '{ node-a: { x: 0, y: 0 }, node-b: { x: 320, y: 0 } }'),
  node('node-a', '4'),
  node('node-b', '4', 'zone-b'),
);

/** A StatefulSet of three. */
export const STATEFUL = join(
  EMPTY,
  `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: default }
spec:
  serviceName: db
  replicas: 3
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec:
      terminationGracePeriodSeconds: 3
      containers:
        - name: app
          image: db:1.0
          resources: { requests: { cpu: 250m, memory: 128Mi } }
`,
);

/** A Job of one that runs for ten minutes, and a CronJob that is far from its time. */
export const BATCH = join(
  EMPTY,
  `apiVersion: batch/v1
kind: Job
metadata: { name: convert, namespace: default }
spec:
  template:
    metadata: { annotations: { stowage.dev/run-seconds: "600" } }
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 3
      containers:
        - name: app
          image: convert:1.0
          resources: { requests: { cpu: 250m, memory: 128Mi } }
`,
  `apiVersion: batch/v1
kind: CronJob
metadata: { name: report, namespace: default }
spec:
  schedule: "0 0 1 1 *"
  jobTemplate:
    spec:
      template:
        metadata: { annotations: { stowage.dev/run-seconds: "600" } }
        spec:
          restartPolicy: Never
          containers:
            - name: app
              image: report:1.0
              resources: { requests: { cpu: 250m, memory: 128Mi } }
`,
);

/** A namespace with room for two of the Deployment's four pods. */
export const QUOTA = join(
  EMPTY,
  `apiVersion: v1
kind: Namespace
metadata: { name: team-a }
`,
  `apiVersion: v1
kind: ResourceQuota
metadata: { name: team-a, namespace: team-a }
spec: { hard: { requests.cpu: "1" } }
`,
  deployment('web', 4, '500m', 'terminationGracePeriodSeconds: 3').replace('namespace: default', 'namespace: team-a'),
);

/** A Deployment of two that idles. */
export const CALM = join(EMPTY, deployment('web', 2, '500m', 'terminationGracePeriodSeconds: 3'));

/** A pod whose life is asked for every two seconds. */
export const PROBED = join(
  EMPTY,
  `apiVersion: v1
kind: Pod
metadata: { name: worker, namespace: default }
spec:
  containers:
    - name: app
      image: worker:1.0
      livenessProbe: { httpGet: { path: /healthz, port: 8080 }, periodSeconds: 2, failureThreshold: 2 }
      readinessProbe: { httpGet: { path: /ready, port: 8080 }, periodSeconds: 2, failureThreshold: 2 }
      resources: { requests: { cpu: 250m, memory: 128Mi } }
`,
);

const RESOURCES = '{ requests: { cpu: 250m, memory: 256Mi } }';

/** For pictures: every kind of workload on four machines, a minute or so into their lives. */
export const WORKLOADS = join(
  `apiVersion: stowage/v1alpha1
kind: Scenario
metadata: { name: night-shift }
spec:
  title: Night shift
  description: >-
    A web shop with its database, an agent on each machine, a nightly conversion and a report every minute.
  seed: 3
  startTime: 2026-01-01T00:00:50Z
  positions: { worker-1: { x: 0, y: 0 }, worker-2: { x: 310, y: 0 }, worker-3: { x: 0, y: 230 }, worker-4: { x: 310, y: 230 } }
`,
  node('worker-1', '4'),
  node('worker-2', '4', 'zone-b'),
  node('worker-3', '4', 'zone-c'),
  node('worker-4', '4', 'zone-b'),
  deployment('shop', 5, '500m', 'terminationGracePeriodSeconds: 5'),
  `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: database, namespace: default }
spec:
  serviceName: database
  replicas: 3
  selector: { matchLabels: { app: database } }
  template:
    metadata: { labels: { app: database } }
    spec: { containers: [{ name: postgres, image: "postgres:17", resources: ${RESOURCES} }] }
`,
  `apiVersion: apps/v1
kind: DaemonSet
metadata: { name: log-agent, namespace: default }
spec:
  selector: { matchLabels: { app: log-agent } }
  template:
    metadata: { labels: { app: log-agent } }
    spec: { containers: [{ name: agent, image: "log-agent:1.0", resources: ${RESOURCES} }] }
`,
  `apiVersion: batch/v1
kind: Job
metadata: { name: convert, namespace: default }
spec:
  completionMode: Indexed
  completions: 12
  parallelism: 3
  template:
    metadata: { labels: { app: convert }, annotations: { stowage.dev/run-seconds: "14" } }
    spec: { restartPolicy: Never, containers: [{ name: ffmpeg, image: "ffmpeg:7.1", resources: ${RESOURCES} }] }
`,
  `apiVersion: batch/v1
kind: CronJob
metadata: { name: report, namespace: default }
spec:
  schedule: "* * * * *"
  jobTemplate:
    spec:
      template:
        metadata: { labels: { app: report }, annotations: { stowage.dev/run-seconds: "30" } }
        spec: { restartPolicy: Never, containers: [{ name: report, image: "report:1.0", resources: ${RESOURCES} }] }
`,
);
