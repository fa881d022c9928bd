import type { Webhook } from '#shared/kube/kinds.ts';
import { matchLabels } from '#shared/kube/labels.ts';
import type { AnyObject, Pod } from '#shared/kube/types.ts';
import type { AdmissionAccess } from '../types.ts';

const HTTPS_PORT = 443;

/** Address a webhook is called at. Models util/webhook HookClient. */
export function addressOf(hook: Webhook): string {
  const { url, service } = hook.clientConfig;
  const timeout = hook.timeoutSeconds === undefined ? '' : `?timeout=${hook.timeoutSeconds}s`;
  if (url !== undefined) return `${url}${timeout}`;
  const path = service?.path ?? '';
  const { name = '', namespace = '', port = HTTPS_PORT } = service ?? {};
  return `https://${name}.${namespace}.svc:${port}${path.startsWith('/') ? path : `/${path}`}${timeout}`;
}

/** Why nothing answers at a webhook's address; undefined when something does. `told`: its behaviour is written down. */
export function unreachable(hook: Webhook, told: boolean, access: AdmissionAccess): string | undefined {
  const { url, service } = hook.clientConfig;
  if (url !== undefined) return told ? undefined : refusedUrl(url);
  const { name = '', namespace = '', port = HTTPS_PORT } = service ?? {};
  const found = access.get('Service', namespace, name);
  if (found === undefined) return `service ${JSON.stringify(name)} not found`;
  return unreachableService(found, port, told, access);
}

interface ServiceSpec {
  readonly type?: string;
  readonly clusterIP?: string;
  readonly externalName?: string;
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports?: readonly { readonly port: number }[];
}

/** Models util/proxy ResolveCluster: the address of the service is called, whatever stands behind it. */
function unreachableService(service: AnyObject, port: number, told: boolean, access: AdmissionAccess): string | undefined {
  const { type = 'ClusterIP', clusterIP = '', externalName = '', selector, ports = [] } = (service.spec ?? {}) as ServiceSpec;
  if (type === 'ExternalName') return told ? undefined : `dial tcp: lookup ${externalName}: no such host`;
  const { name, namespace = '' } = service.metadata;
  if (!ports.some((one) => one.port === port)) return `no service port ${port} found for service ${JSON.stringify(name)}`;
  const selects = selector !== undefined && Object.keys(selector).length > 0;
  const served = selects ? hasReadyPod(namespace, selector, access) : told;
  if (served) return undefined;
  if (clusterIP === 'None') return 'dial tcp: lookup None: no such host';
  return `dial tcp ${clusterIP}:${port}: connect: connection refused`;
}

function hasReadyPod(namespace: string, selector: Readonly<Record<string, string>>, access: AdmissionAccess): boolean {
  return access.list('Pod', namespace).some((one) => {
    if (!matchLabels(selector, one.metadata.labels)) return false;
    const { status } = one as unknown as Pod;
    return status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true;
  });
}

/** What dialling an address outside of the cluster comes to: nothing listens there, or the name is not known. */
function refusedUrl(url: string): string {
  const host = /^https:\/\/([^/?#]*)/.exec(url)?.[1] ?? '';
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host);
  const name = match?.[1] ?? host;
  const isAddress = name.startsWith('[') || /^\d+(?:\.\d+){3}$/.test(name) || name === 'localhost';
  if (!isAddress) return `dial tcp: lookup ${name}: no such host`;
  const address = name === 'localhost' ? '127.0.0.1' : name;
  return `dial tcp ${address}:${match?.[2] ?? HTTPS_PORT}: connect: connection refused`;
}
