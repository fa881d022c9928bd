import type { Pod } from '#shared/kube/types.ts';
import type { NodeInfo } from '../../framework/nodeinfo.ts';
import { type Handle, maxNodeScore, type Plugin } from '../../framework/plugin.ts';
import { memo, type PodInfo, type PodTemplate } from '../../framework/podinfo.ts';

const megabyte = 1024 * 1024;
/** Images below this total are not worth a preference. */
const minBytes = 23 * megabyte;
/** Total per container beyond which more makes no difference. */
const maxContainerBytes = 1000 * megabyte;

/** The name under which nodes report an image: a tag is added where there is none. Models imagelocality normalizedImageName. */
export function normalizedImageName(name: string): string {
  return name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name;
}

/** Images of init containers, containers and image volumes. */
function imagesOf(pod: Pod): string[] {
  const volumes = (pod.spec.volumes ?? []) as readonly { image?: { reference?: string } }[];
  return [
    ...(pod.spec.initContainers ?? []).map(({ image }) => image),
    ...pod.spec.containers.map(({ image }) => image),
    ...volumes.map(({ image }) => image?.reference),
  ].flatMap((image) => (image === undefined ? [] : [normalizedImageName(image)]));
}

/** Prefers nodes that have big images already, damped by how many nodes have them. Models pkg/scheduler/framework/plugins/imagelocality. */
export function createImageLocality(_args: unknown, handle: Handle): Plugin {
  const known = new WeakMap<PodTemplate, { readonly images: readonly string[]; readonly max: number }>();
  const wanted = ({ pod, template }: PodInfo) =>
    memo(known, template, () => {
      const containers = pod.spec.containers.length + (pod.spec.initContainers?.length ?? 0);
      return { images: imagesOf(pod), max: maxContainerBytes * containers };
    });
  const scoreOf = ({ images, max }: ReturnType<typeof wanted>, node: NodeInfo, total: number): number => {
    if (node.images.size === 0) return 0;
    let sum = 0;
    for (const image of images) {
      const state = node.images.get(image);
      if (state !== undefined) sum += Math.trunc(state.sizeBytes * (state.nodes.size / total));
    }
    const clamped = Math.min(Math.max(sum, minBytes), max);
    return Math.floor((maxNodeScore * (clamped - minBytes)) / (max - minBytes));
  };
  return {
    name: 'ImageLocality',
    score: (_state, pod, node) => scoreOf(wanted(pod), node, handle.snapshot().nodes.length),
    scoreAll(_state, pod, _positions, raw, nodes) {
      const snapshot = handle.snapshot();
      if (snapshot.imageless) return 0;
      const images = wanted(pod);
      for (let i = 0; i < raw.length; i++) raw[i] = scoreOf(images, nodes[i]!, snapshot.nodes.length);
      return undefined;
    },
  };
}
