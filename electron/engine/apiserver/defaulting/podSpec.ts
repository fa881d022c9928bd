import { podRequestQuantities } from '#shared/kube/pod.ts';
import { canonicalQuantity, printQuantity } from '#shared/kube/quantity.ts';
import type { Container, PodSpec, PodTemplateSpec } from '#shared/kube/types.ts';
import { canonicalResources, defaultContainer, defaultResourceList } from './container.ts';

type Volume = NonNullable<PodSpec['volumes']>[number];
type Projection = NonNullable<NonNullable<Volume['projected']>['sources']>[number];

const FILE_MODE = 0o644;
const TOKEN_LIFETIME_SECONDS = 3600;

function defaultProjection(source: Projection): Projection {
  const token = source.serviceAccountToken;
  if (token !== undefined) {
    return { ...source, serviceAccountToken: { ...token, expirationSeconds: token.expirationSeconds ?? TOKEN_LIFETIME_SECONDS } };
  }
  return source.downwardAPI === undefined ? source : { ...source, downwardAPI: withFieldVersions(source.downwardAPI) };
}

type DownwardItem = NonNullable<NonNullable<Volume['downwardAPI']>['items']>[number];

function withFieldVersions<D extends { items?: DownwardItem[] }>(downward: D): D {
  if (downward.items === undefined) return downward;
  const items = downward.items.map((item) =>
    item.fieldRef ? { ...item, fieldRef: { ...item.fieldRef, apiVersion: item.fieldRef.apiVersion || 'v1' } } : item,
  );
  return { ...downward, items };
}

/** A volume with default modes and types; one without any source is an emptyDir. Models SetDefaults_Volume and its parts. */
function defaultVolume(volume: Volume): Volume {
  if (Object.keys(volume).every((field) => field === 'name')) return { ...volume, emptyDir: {} };
  const { configMap, secret, projected, downwardAPI, hostPath, emptyDir, iscsi, rbd, azureDisk } = volume;
  return {
    ...volume,
    ...(emptyDir?.sizeLimit !== undefined ? { emptyDir: { ...emptyDir, sizeLimit: canonicalQuantity(emptyDir.sizeLimit) } } : {}),
    ...(configMap ? { configMap: { ...configMap, defaultMode: configMap.defaultMode ?? FILE_MODE } } : {}),
    ...(secret ? { secret: { ...secret, defaultMode: secret.defaultMode ?? FILE_MODE } } : {}),
    ...(downwardAPI
      ? { downwardAPI: { ...withFieldVersions(downwardAPI), defaultMode: downwardAPI.defaultMode ?? FILE_MODE } }
      : {}),
    ...(projected
      ? {
          projected: {
            ...projected,
            ...(projected.sources ? { sources: projected.sources.map(defaultProjection) } : {}),
            defaultMode: projected.defaultMode ?? FILE_MODE,
          },
        }
      : {}),
    ...(hostPath ? { hostPath: { ...hostPath, type: hostPath.type ?? '' } } : {}),
    ...(iscsi ? { iscsi: { ...iscsi, iscsiInterface: iscsi.iscsiInterface || 'default' } } : {}),
    ...(rbd
      ? { rbd: { ...rbd, pool: rbd.pool || 'rbd', user: rbd.user || 'admin', keyring: rbd.keyring || '/etc/ceph/keyring' } }
      : {}),
    ...(azureDisk
      ? {
          azureDisk: {
            ...azureDisk,
            cachingMode: azureDisk.cachingMode ?? 'ReadWrite',
            kind: azureDisk.kind ?? 'Shared',
            fsType: azureDisk.fsType ?? 'ext4',
            readOnly: azureDisk.readOnly ?? false,
          },
        }
      : {}),
  };
}

/** A port of the host's own network that is not named takes the container's. Models SetDefaults_HostNetworkPorts. */
function withHostPorts(container: Container): Container {
  if (container.ports === undefined) return container;
  const ports = container.ports.map((port) => (port.hostPort ? port : { ...port, hostPort: port.containerPort }));
  return { ...container, ports };
}

/** Defaults of any pod spec, in a template or a pod. Models pkg/apis/core/v1 SetDefaults_PodSpec. */
export function defaultPodSpec(spec: PodSpec, inPod: boolean): PodSpec {
  const finish = (container: Container): Container => {
    const done = defaultContainer(container, inPod);
    return spec.hostNetwork === true ? withHostPorts(done) : done;
  };
  const overhead = defaultResourceList(spec.overhead) as PodSpec['overhead'];
  const serviceAccount = spec.serviceAccountName || spec.serviceAccount;
  return {
    ...spec,
    ...(spec.volumes ? { volumes: spec.volumes.map(defaultVolume) } : {}),
    ...(spec.initContainers ? { initContainers: spec.initContainers.map(finish) } : {}),
    ...(Array.isArray(spec.containers) ? { containers: spec.containers.map(finish) } : {}),
    ...(overhead ? { overhead } : {}),
    ...(spec.resources ? { resources: canonicalResources(spec.resources) } : {}),
    restartPolicy: spec.restartPolicy || 'Always',
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
    dnsPolicy: spec.dnsPolicy || 'ClusterFirst',
    ...(serviceAccount ? { serviceAccountName: serviceAccount, serviceAccount } : {}),
    securityContext: spec.securityContext ?? {},
    schedulerName: spec.schedulerName || 'default-scheduler',
  };
}

/** Template with defaults; the API server fills no requests from limits there. */
export function defaultTemplate(template: PodTemplateSpec): PodTemplateSpec {
  return template.spec === undefined ? template : { ...template, spec: defaultPodSpec(template.spec, false) };
}

/** Pod-level requests: from pod-level limits, or from what the containers ask together. Models SetDefaults_Pod defaultPodRequests. */
export function defaultPodLevelRequests(spec: PodSpec): PodSpec {
  const resources = spec.resources;
  if (resources === undefined) return spec;
  const { resources: _own, ...withoutOwn } = spec;
  const fromContainers: Record<string, string> = {};
  for (const [name, quantity] of podRequestQuantities({ spec: withoutOwn })) {
    if (name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')) fromContainers[name] = printQuantity(quantity);
  }
  const limits = resources.limits ?? {};
  const requests: Record<string, string | number> = { ...resources.requests };
  for (const name in limits) requests[name] ??= fromContainers[name] ?? limits[name] ?? '0';
  for (const name in fromContainers)
    if (resources.requests !== undefined || name in limits) requests[name] ??= fromContainers[name] ?? '0';
  return Object.keys(requests).length === 0
    ? spec
    : { ...spec, resources: { ...resources, requests } as NonNullable<PodSpec['resources']> };
}
