/** How a list merges: by the key of its elements, or (no key) as a set of plain values. */
export interface ListRule {
  readonly key?: string;
}

const POD_SPEC: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  volumes: 'name',
  imagePullSecrets: 'name',
  hostAliases: 'ip',
  topologySpreadConstraints: 'topologyKey',
  schedulingGates: 'name',
  resourceClaims: 'name',
};

const CONTAINER: Readonly<Record<string, string>> = {
  ports: 'containerPort',
  env: 'name',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
};

/** Merge keys of lists outside pod specs, by the end of their path. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'metadata.ownerReferences': 'uid',
  'metadata.finalizers': '',
  'status.conditions': 'type',
  'spec.podCIDRs': '',
  'status.addresses': 'type',
  'status.podIPs': 'ip',
  'status.hostIPs': 'ip',
  'spec.ports': 'port',
  secrets: 'name',
  webhooks: 'name',
};

function podListKey(path: string): string | undefined {
  const parts = path.split('.');
  const last = parts[parts.length - 1] ?? '';
  const parent = parts[parts.length - 2] ?? '';
  if (parent === 'spec' && Object.hasOwn(POD_SPEC, last)) return POD_SPEC[last];
  const inContainer = parent === 'containers' || parent === 'initContainers' || parent === 'ephemeralContainers';
  return inContainer && Object.hasOwn(CONTAINER, last) ? CONTAINER[last] : undefined;
}

/**
 * Rule of the list at a path (`spec.template.spec.containers`, lists themselves not counted); undefined for lists a patch replaces whole, such
 * as tolerations. Models the patchStrategy and patchMergeKey tags of the API types.
 */
export function listRule(path: string): ListRule | undefined {
  const podKey = podListKey(path);
  if (podKey !== undefined) return { key: podKey };
  for (const suffix of [path, path.split('.').slice(-2).join('.')]) {
    if (!Object.hasOwn(ELSEWHERE, suffix)) continue;
    const key = ELSEWHERE[suffix];
    return key === undefined || key === '' ? {} : { key };
  }
  return undefined;
}
