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
`;
