import { canonicalQuantity, parseQuantity, printQuantity, quantityOf } from '#shared/kube/quantity.ts';
import type { Container, ResourceList } from '#shared/kube/types.ts';

type Probe = NonNullable<Container['livenessProbe']>;
type Lifecycle = NonNullable<Container['lifecycle']>;
type Handler = NonNullable<Lifecycle['postStart']>;
type HttpGet = NonNullable<Handler['httpGet']>;

const NANO_PER_MILLI = 1_000_000n;

/** Canonical quantities, rounded up to thousandths: finer amounts are not kept. Models SetDefaults_ResourceList. */
export function defaultResourceList(list: ResourceList | undefined): ResourceList | undefined {
  if (list === undefined) return undefined;
  const rounded: ResourceList = {};
  for (const name in list) {
    const text = list[name] ?? '0';
    const parsed = parseQuantity(text);
    const { nano, format } = parsed.ok ? parsed.value : { nano: 0n, format: 'DecimalSI' as const };
    const rest = nano % NANO_PER_MILLI;
    const up = rest === 0n ? nano : nano - rest + (nano > 0n ? NANO_PER_MILLI : -NANO_PER_MILLI);
    rounded[name] = parsed.ok ? printQuantity(quantityOf(up, format)) : canonicalQuantity(text);
  }
  return rounded;
}

type Resources = NonNullable<Container['resources']>;

/** Canonical requests and limits. */
export function canonicalResources<R extends { requests?: ResourceList; limits?: ResourceList }>(resources: R): R {
  const requests = defaultResourceList(resources.requests);
  const limits = defaultResourceList(resources.limits);
  return { ...resources, ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) };
}

/** Requests that are missing take the value of the limit; only pods (not templates) get that. Models SetDefaults_Pod. */
export function requestsFromLimits(resources: Resources): Resources {
  if (resources.limits === undefined) return resources;
  const requests = { ...resources.limits, ...resources.requests };
  return Object.keys(requests).length === 0 ? resources : { ...resources, requests };
}

/** `Always` for images without a tag or with `latest`, otherwise `IfNotPresent`. Models SetDefaults_Container. */
export function defaultPullPolicy(image: string | undefined): string {
  if (image === undefined || image === '') return 'IfNotPresent';
  const withoutDigest = image.split('@')[0] ?? '';
  const tag = /:([^/:]+)$/.exec(withoutDigest)?.[1];
  if (image.includes('@') && tag === undefined) return 'IfNotPresent';
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultHttpGet(get: HttpGet): HttpGet {
  return { ...get, path: get.path || '/', scheme: get.scheme || 'HTTP' };
}

function defaultHandler(handler: Handler): Handler {
  return handler.httpGet === undefined ? handler : { ...handler, httpGet: defaultHttpGet(handler.httpGet) };
}

function defaultProbe(probe: Probe): Probe {
  return {
    ...probe,
    ...(probe.httpGet ? { httpGet: defaultHttpGet(probe.httpGet) } : {}),
    ...(probe.grpc ? { grpc: { ...probe.grpc, service: probe.grpc.service ?? '' } } : {}),
    timeoutSeconds: probe.timeoutSeconds || 1,
    periodSeconds: probe.periodSeconds || 10,
    successThreshold: probe.successThreshold || 1,
    failureThreshold: probe.failureThreshold || 3,
  };
}

function defaultLifecycle(lifecycle: Lifecycle): Lifecycle {
  return {
    ...lifecycle,
    ...(lifecycle.postStart ? { postStart: defaultHandler(lifecycle.postStart) } : {}),
    ...(lifecycle.preStop ? { preStop: defaultHandler(lifecycle.preStop) } : {}),
  };
}

function defaultEnv(env: NonNullable<Container['env']>): NonNullable<Container['env']> {
  return env.map((variable) => {
    const fieldRef = variable.valueFrom?.fieldRef;
    if (fieldRef === undefined) return variable;
    return {
      ...variable,
      valueFrom: { ...variable.valueFrom, fieldRef: { ...fieldRef, apiVersion: fieldRef.apiVersion || 'v1' } },
    };
  });
}

/** A container with everything the API server fills in. `inPod` also derives requests from limits. Models pkg/apis/core/v1 SetDefaults_Container. */
export function defaultContainer(container: Container, inPod: boolean): Container {
  const resources = canonicalResources(container.resources ?? {});
  return {
    ...container,
    ...(container.ports ? { ports: container.ports.map((port) => ({ ...port, protocol: port.protocol || 'TCP' })) } : {}),
    ...(container.env ? { env: defaultEnv(container.env) } : {}),
    resources: inPod ? requestsFromLimits(resources) : resources,
    ...(container.livenessProbe ? { livenessProbe: defaultProbe(container.livenessProbe) } : {}),
    ...(container.readinessProbe ? { readinessProbe: defaultProbe(container.readinessProbe) } : {}),
    ...(container.startupProbe ? { startupProbe: defaultProbe(container.startupProbe) } : {}),
    ...(container.lifecycle ? { lifecycle: defaultLifecycle(container.lifecycle) } : {}),
    terminationMessagePath: container.terminationMessagePath || '/dev/termination-log',
    terminationMessagePolicy: container.terminationMessagePolicy || 'File',
    imagePullPolicy: container.imagePullPolicy || defaultPullPolicy(container.image),
  };
}
