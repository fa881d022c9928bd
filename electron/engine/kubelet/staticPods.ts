import { compareStrings } from '#shared/core/compare.ts';
import { hashText } from '#shared/core/hash.ts';
import { isRecord } from '#shared/core/json.ts';
import { err, ok, type Result } from '#shared/core/result.ts';
import type { Container, Node, Pod } from '#shared/kube/types.ts';

/**
 * Annotation of a node: the pods whose manifests lie on its machine, as a JSON list of Pods (or one Pod). They run without the API server's help,
 * which only sees a mirror of each, named `<name>-<node>`.
 */
export const STATIC_PODS_ANNOTATION = 'stowage.dev/static-pods';
export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';
const HASH = 'kubernetes.io/config.hash';
const SEEN = 'kubernetes.io/config.seen';
const SOURCE = 'kubernetes.io/config.source';
/** Label of the nodes that run the control plane. */
export const CONTROL_PLANE_LABEL = 'node-role.kubernetes.io/control-plane';
const VERSION = 'v1.36.2';

/** Parts of the control plane as static pods, in kubeadm's order. `component`: what is stopped and started under that name. */
const CONTROL_PLANE = [
  { name: 'etcd', image: 'registry.k8s.io/etcd:3.6.6-0', cpu: '100m', memory: '100Mi' },
  { name: 'kube-apiserver', image: `registry.k8s.io/kube-apiserver:${VERSION}`, cpu: '250m' },
  { name: 'kube-controller-manager', image: `registry.k8s.io/kube-controller-manager:${VERSION}`, cpu: '200m' },
  { name: 'kube-scheduler', image: `registry.k8s.io/kube-scheduler:${VERSION}`, cpu: '100m' },
] as const;

/** The static pods of the control plane whose components run. Models the manifests kubeadm writes. */
export function controlPlanePods(runs: (component: string) => boolean): Pod[] {
  return CONTROL_PLANE.filter(({ name }) => runs(name)).map((part) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: part.name, namespace: 'kube-system', labels: { component: part.name, tier: 'control-plane' } },
    spec: {
      hostNetwork: true,
      priority: 2_000_001_000,
      priorityClassName: 'system-node-critical',
      containers: [
        {
          name: part.name,
          image: part.image,
          imagePullPolicy: 'IfNotPresent',
          resources: { requests: { cpu: part.cpu, ...('memory' in part ? { memory: part.memory } : {}) } },
        },
      ],
    },
    status: {},
  }));
}

/** Reads the annotation: a list of Pods or one. The error is for people. */
export function parseStaticPods(text: string): Result<Pod[], string> {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return err('it is no JSON: write a list of Pods');
  }
  const list = Array.isArray(given) ? (given as unknown[]) : [given];
  const pods: Pod[] = [];
  for (const [index, one] of list.entries()) {
    const fault = faultOf(one);
    if (fault !== undefined) return err(list.length === 1 ? fault : `[${index}]: ${fault}`);
    pods.push(one as Pod);
  }
  const names = pods.map(({ metadata }) => `${metadata.namespace ?? 'default'}/${metadata.name}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? ok(pods) : err(`two pods are named ${twice}`);
}

function faultOf(value: unknown): string | undefined {
  if (!isRecord(value) || value.kind !== 'Pod') return 'expected an object of kind Pod';
  const { metadata, spec } = value;
  if (!isRecord(metadata) || typeof metadata.name !== 'string' || metadata.name === '') return 'metadata.name is missing';
  const containers = isRecord(spec) ? spec.containers : undefined;
  if (!Array.isArray(containers) || containers.length === 0) return 'spec.containers must be a list of containers';
  const nameless = (containers as unknown[]).some(
    (one) => !isRecord(one) || typeof one.name !== 'string' || typeof one.image !== 'string',
  );
  return nameless ? 'each container needs a name and an image' : undefined;
}

/** Text by which two manifests are the same; it becomes the pod's uid on its machine. Models config applyDefaults. */
function hashOf(pod: Pod, node: string): string {
  const text = `${node}/${JSON.stringify({ metadata: pod.metadata, spec: pod.spec })}`;
  return `${hashText(text)}${hashText(`${text}#`)}`;
}

/** A pod as its kubelet runs it: named after the node, bound to it, tolerating every NoExecute taint. Models config applyDefaults. */
export function staticPod(manifest: Pod, node: string): Pod {
  const hash = hashOf(manifest, node);
  const { uid: _uid, resourceVersion: _version, ...metadata } = manifest.metadata;
  const spec = manifest.spec;
  const defaulted = spec.containers.map((container): Container => ({ ...container }));
  return {
    ...manifest,
    apiVersion: 'v1',
    metadata: {
      ...metadata,
      name: `${metadata.name}-${node}`,
      namespace: metadata.namespace ?? 'default',
      uid: hash,
      annotations: { ...metadata.annotations, [HASH]: hash, [SOURCE]: 'file' },
    },
    spec: {
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      ...spec,
      containers: defaulted,
      nodeName: node,
      tolerations: [...(spec.tolerations ?? []), { operator: 'Exists', effect: 'NoExecute' }],
    },
    status: { phase: 'Pending' },
  };
}

/** The object that shows a static pod in the API. Models mirrorClient.CreateMirrorPod. */
export function mirrorOf(pod: Pod, node: Node, nowText: string): Pod {
  const { uid, ...metadata } = pod.metadata;
  return {
    ...pod,
    metadata: {
      ...metadata,
      annotations: { ...metadata.annotations, [MIRROR_ANNOTATION]: uid ?? '', [SEEN]: nowText },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Node', name: node.metadata.name, uid: node.metadata.uid ?? '', controller: true },
      ],
    },
  };
}

/** Whether a pod of the API shows a static one. Models IsMirrorPod. */
export function isMirror(pod: Pod): boolean {
  return pod.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined;
}

/** Whether the mirror shows this version of the pod. Models IsMirrorPodOf. */
export function mirrors(mirror: Pod, pod: Pod): boolean {
  return mirror.metadata.annotations?.[MIRROR_ANNOTATION] === pod.metadata.uid;
}

/** Static pods a node is to run, by name. An unreadable annotation is answered with what is wrong with it. */
export function wantedStaticPods(node: Node, controlPlane: readonly Pod[]): Result<Pod[], string> {
  const text = node.metadata.annotations?.[STATIC_PODS_ANNOTATION];
  const read = text === undefined ? ok([]) : parseStaticPods(text);
  if (!read.ok) return read;
  const pods = [...controlPlane, ...read.value].map((manifest) => staticPod(manifest, node.metadata.name));
  return ok(
    pods.sort((a, b) =>
      compareStrings(`${a.metadata.namespace}/${a.metadata.name}`, `${b.metadata.namespace}/${b.metadata.name}`),
    ),
  );
}
