import type { Node, Pod } from '#shared/kube/types.ts';
import type { ImageGcSettings } from '../client/types.ts';
import { canonicalImage, normalizeImage } from './images.ts';
import type { Observation } from './thresholds.ts';

type Images = NonNullable<Node['status']['images']>;

/** Names under which the images of pods can be on a node. */
function usedNames(pods: readonly Pod[]): Set<string> {
  const names = new Set<string>();
  for (const { spec } of pods) {
    for (const { image } of [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])]) {
      if (image === undefined) continue;
      names.add(normalizeImage(image));
      names.add(canonicalImage(image));
    }
  }
  return names;
}

/** What a collection came to. */
export interface Collected {
  readonly kept: Images;
  readonly freedBytes: number;
}

/**
 * Removes images that no pod of the machine uses until so many bytes are free; Infinity removes all of them. Which one was used longest ago is not
 * known here, so the largest go first. Models imageGCManager freeSpace.
 */
export function collectImages(node: Node, pods: readonly Pod[], wantedBytes: number): Collected {
  const used = usedNames(pods);
  const kept: Images = [];
  let freedBytes = 0;
  for (const image of node.status.images ?? []) {
    if (freedBytes >= wantedBytes || image.names?.some((name) => used.has(name)) === true) kept.push(image);
    else freedBytes += image.sizeBytes ?? 0;
  }
  return { kept, freedBytes };
}

/** Bytes to free because the disk is fuller than the settings allow; 0 = none. Models imageGCManager GarbageCollect. */
export function bytesToFree({ available, capacity }: Observation, settings: ImageGcSettings): number {
  const usedPercent = 100 - Math.trunc((available * 100) / capacity);
  if (usedPercent < settings.highPercent) return 0;
  return Math.trunc((capacity * (100 - settings.lowPercent)) / 100) - available;
}

/** Words of a collection that found too little. */
export function tooLittle(wantedBytes: number, freedBytes: number): string {
  return `Failed to garbage collect required amount of images. Attempted to free ${wantedBytes} bytes, but only found ${freedBytes} bytes eligible to free.`;
}
