import { checkQualifiedName } from './names.ts';

/** Whether the name is of a resource in pages of a size, `hugepages-2Mi`. */
export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}

/** Whether Kubernetes itself defines the resource: no domain, or one of kubernetes.io. Models helper.IsNativeResource. */
export function isNativeResource(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** Whether a device plugin may offer the resource. Models helper.IsExtendedResourceName. */
export function isExtendedResource(name: string): boolean {
  if (isNativeResource(name) || name.startsWith('requests.')) return false;
  return checkQualifiedName(`requests.${name}`).length === 0;
}

/** Whether requests may stay below limits. Models helper.IsOvercommitAllowed. */
export function mayOvercommit(name: string): boolean {
  return isNativeResource(name) && !isHugePages(name);
}
