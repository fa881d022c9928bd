import { hashHalves } from '#shared/core/hash.ts';

const MEBIBYTE = 1024 * 1024;

/** Image name with its tag: `nginx` is `nginx:latest`, as a node lists it. */
export function normalizeImage(image: string): string {
  const digest = image.indexOf('@');
  if (digest >= 0) return image;
  return image.lastIndexOf(':') > image.lastIndexOf('/') ? image : `${image}:latest`;
}

/** Tag of an image; `latest` when none is written, '' for a digest. */
export function imageTag(image: string): string {
  if (image.includes('@')) return '';
  const name = normalizeImage(image);
  return name.slice(name.lastIndexOf(':') + 1);
}

/**
 * Whether a pull of the image fails. There are no registries here, so the tag tells: `broken`, or one that begins with `bad`, is not there.
 */
export function isMissingImage(image: string): boolean {
  const tag = imageTag(image);
  return tag === 'broken' || tag.startsWith('bad');
}

/** Size of an image in bytes, 20 to 400 MiB, always the same for the same name. */
export function imageSizeBytes(image: string): number {
  const [half] = hashHalves(normalizeImage(image));
  return (20 + (half % 381)) * MEBIBYTE;
}

/** Id of an image as a runtime reports it; made up, but always the same for the same name. */
export function imageId(image: string): string {
  const [a, b] = hashHalves(normalizeImage(image));
  const [c, d] = hashHalves(`${image}#`);
  const hex = [a, b, c, d].map((half) => half.toString(16).padStart(8, '0')).join('');
  return `sha256:${hex}${hex}`;
}

/** Full name as containerd words it in its errors. */
export function canonicalImage(image: string): string {
  const name = normalizeImage(image);
  const first = name.split('/')[0] ?? '';
  if (!name.includes('/')) return `docker.io/library/${name}`;
  return first.includes('.') || first.includes(':') || first === 'localhost' ? name : `docker.io/${name}`;
}

/** Error of a pull that finds nothing, in containerd's words. */
export function pullError(image: string): string {
  const name = canonicalImage(image);
  return `rpc error: code = NotFound desc = failed to pull and unpack image "${name}": failed to resolve reference "${name}": ${name}: not found`;
}

/** Policy that holds for a container: the one written, else Always for `latest`, else IfNotPresent. */
export function pullPolicy(image: string, policy: string | undefined): string {
  return policy ?? (imageTag(image) === 'latest' ? 'Always' : 'IfNotPresent');
}
