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

const IMAGE_PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const IMAGE_HOST =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::\d+)?$/;
const IMAGE_TAG = /^\w[\w.-]{0,127}$/;
const IMAGE_DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/** Why a text cannot name an image, in the words of the reference library; undefined when it can. Models distribution/reference ParseNormalizedNamed. */
export function imageNameError(image: string): string | undefined {
  const error = `couldn't parse image name "${image}": `;
  const [named = '', digest] = image.split('@');
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  const name = tagged ? named.slice(0, colon) : named;
  const parts = name.split('/');
  const first = parts[0] ?? '';
  const hosted = parts.length > 1 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  const path = hosted ? parts.slice(1) : parts;
  const full = hosted || parts.length > 1 ? path.join('/') : `library/${path.join('/')}`;
  if (full !== full.toLowerCase() && path.every((part) => IMAGE_PATH.test(part.toLowerCase())))
    return `${error}invalid reference format: repository name (${full}) must be lowercase`;
  const wellFormed =
    path.every((part) => IMAGE_PATH.test(part)) &&
    (!hosted || IMAGE_HOST.test(first)) &&
    (!tagged || IMAGE_TAG.test(named.slice(colon + 1))) &&
    (digest === undefined || IMAGE_DIGEST.test(digest)) &&
    image.split('@').length <= 2;
  return wellFormed ? undefined : `${error}invalid reference format`;
}
