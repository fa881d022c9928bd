import { isRecord } from '#shared/core/json.ts';
import { checkDnsLabel } from '#shared/kube/names.ts';
import { canonicalQuantity, milliValue } from '#shared/kube/quantity.ts';
import type { AnyObject, Container, Pod, PodSpec, PodTemplateSpec } from '#shared/kube/types.ts';
import { jobWarnings } from './kinds/job.ts';
import { accountWarnings } from './kinds/serviceAccount.ts';
import { isNetworkKind, networkUpdateWarnings, networkWarnings } from './serviceWarnings.ts';
import { storageWarnings } from './storageWarnings.ts';

/** Node labels that have been replaced. Models pkg/api/node deprecatedNodeLabels. */
const OLD_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

/** Volumes whose drivers are gone or going, in the order in which they are told. */
const OLD_VOLUMES: readonly (readonly [type: string, text: string])[] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
/** Kinds whose names become parts of hostnames by way of their pods' names. */
const NAME_GIVERS: readonly string[] = ['Deployment', 'ReplicaSet', 'ReplicationController', 'Job', 'CronJob'];

const NULL_SELECTOR = 'a null labelSelector results in matching no pod';

type Annotations = Readonly<Record<string, string>>;

/** Where a kind keeps the template of its pods. */
function templateOf(object: AnyObject): { template: PodTemplateSpec; field: string } | undefined {
  const spec = isRecord(object.spec) ? object.spec : {};
  const at = (template: unknown, field: string) =>
    isRecord(template) && isRecord(template.spec) ? { template: template as unknown as PodTemplateSpec, field } : undefined;
  switch (object.kind) {
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'Job':
    case 'ReplicationController':
      return at(spec.template, 'spec.template');
    case 'CronJob': {
      const job = isRecord(spec.jobTemplate) && isRecord(spec.jobTemplate.spec) ? spec.jobTemplate.spec : {};
      return at(job.template, 'spec.jobTemplate.spec.template');
    }
    case 'PodTemplate':
      return at(object.template, 'template');
    default:
      return undefined;
  }
}

/**
 * What the API server says about a new object besides taking it: things that work, but hardly as meant. In the order in which it says them.
 * Models the strategies' WarningsOnCreate with pkg/api/pod GetWarningsForPod.
 */
export function warningsOf(object: AnyObject): string[] {
  const problems = checkDnsLabel(object.metadata.name);
  const hostname = (what: string): string[] =>
    problems.length === 0
      ? []
      : [
          `metadata.name: this is used in ${what}, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`,
        ];
  if (object.kind === 'Pod') {
    const pod = object as unknown as Pod;
    return [...hostname("the Pod's hostname"), ...podWarnings(pod.spec, pod.metadata.annotations ?? {}, '')];
  }
  if (object.kind === 'ServiceAccount') return accountWarnings(object);
  if (isNetworkKind(object.kind)) return networkWarnings(object);
  const aboutStorage = storageWarnings(object, oldLabel);
  if (aboutStorage !== undefined) return aboutStorage;
  const named = NAME_GIVERS.includes(object.kind) ? hostname('Pod names and hostnames') : [];
  return [...named, ...jobWarnings(object), ...templateWarnings(object)];
}

/** What is said of a changed object: only templates that may make new pods are looked at. Models WarningsOnUpdate. */
export function warningsOfUpdate(object: AnyObject, old: AnyObject): string[] {
  if (object.kind === 'ServiceAccount') return accountWarnings(object, old);
  if (isNetworkKind(object.kind)) return networkUpdateWarnings(object);
  const aboutStorage = storageWarnings(object, oldLabel);
  if (aboutStorage !== undefined) return aboutStorage;
  return object.metadata.generation === old.metadata.generation ? [] : [...jobWarnings(object), ...templateWarnings(object)];
}

function templateWarnings(object: AnyObject): string[] {
  const found = templateOf(object);
  if (found?.template.spec === undefined) return [];
  return podWarnings(found.template.spec, found.template.metadata?.annotations ?? {}, `${found.field}.`);
}

/** `prefix`: the path of the template with a dot; empty for a pod itself. */
function podWarnings(spec: PodSpec, annotations: Annotations, prefix: string): string[] {
  const field = `${prefix}spec`;
  const warnings = [...nodeWarnings(spec, field), ...spreadWarnings(spec, field), ...volumeWarnings(spec, field)];
  warnings.push(...twice(spec.hostAliases, ({ ip }) => ip ?? '', 'ip', `${field}.hostAliases`));
  warnings.push(...twice(spec.imagePullSecrets, ({ name }) => name ?? '', 'name', `${field}.imagePullSecrets`));
  for (const [i, { name }] of (spec.imagePullSecrets ?? []).entries())
    if ((name ?? '') === '') warnings.push(`${field}.imagePullSecrets[${i}].name: invalid empty name ""`);
  warnings.push(...fractions(spec.overhead, `${field}.overhead`));
  const context = (spec.securityContext ?? {}) as { seccompProfile?: unknown; appArmorProfile?: unknown };
  const note = (key: string): string => `${prefix}metadata.annotations[${key}]`;
  if (context.seccompProfile === undefined && annotations[SECCOMP_POD] !== undefined)
    warnings.push(`${note(SECCOMP_POD)}: non-functional in v1.27+; use the "seccompProfile" field instead`);
  const ports: Port[] = [];
  const later: string[] = [];
  for (const { container, at } of containersOf(spec, field)) {
    warnings.push(...profileWarnings(container, context.appArmorProfile !== undefined, annotations, note));
    warnings.push(...containerWarnings(container, at));
    later.push(...portWarnings(container, at, ports));
  }
  return [...warnings, ...later, ...podAffinityWarnings(spec, field)];
}

function containersOf(spec: PodSpec, field: string): { container: Container; at: string }[] {
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) =>
    ((spec[list] ?? []) as Container[]).map((container, i) => ({ container, at: `${field}.${list}[${i}]` })),
  );
}

function twice<T>(list: readonly T[] | undefined, key: (entry: T) => string, word: string, field: string): string[] {
  const keys = (list ?? []).map(key);
  return keys.flatMap((one, i) =>
    keys.indexOf(one) < i ? [`${field}[${i}].${word}: duplicate ${word} ${JSON.stringify(one)}`] : [],
  );
}

function oldLabel(key: string): string | undefined {
  return Object.hasOwn(OLD_LABELS, key) ? OLD_LABELS[key] : undefined;
}

function nodeWarnings(spec: PodSpec, field: string): string[] {
  const selected = Object.keys(spec.nodeSelector ?? {})
    .sort()
    .flatMap((key) => (oldLabel(key) === undefined ? [] : [`${field}.nodeSelector[${key}]: ${oldLabel(key)}`]));
  const node = spec.affinity?.nodeAffinity;
  const base = `${field}.affinity.nodeAffinity`;
  const required = node?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const preferred = node?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const terms = [
    ...required.map((term, i) => ({
      term,
      at: `${base}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${i}]`,
    })),
    ...preferred.map(({ preference }, i) => ({
      term: preference,
      at: `${base}.preferredDuringSchedulingIgnoredDuringExecution[${i}].preference`,
    })),
  ];
  const asked = terms.flatMap(({ term, at }) =>
    (term?.matchExpressions ?? []).flatMap(({ key }, i) =>
      oldLabel(key) === undefined ? [] : [`${at}.matchExpressions[${i}].key: ${key} is ${oldLabel(key)}`],
    ),
  );
  return [...selected, ...asked];
}

function spreadWarnings(spec: PodSpec, field: string): string[] {
  return (spec.topologySpreadConstraints ?? []).flatMap(({ topologyKey, labelSelector }, i) => {
    const at = `${field}.topologySpreadConstraints[${i}]`;
    const old = oldLabel(topologyKey);
    return [
      ...(old === undefined ? [] : [`${at}.topologyKey: ${topologyKey} is ${old}`]),
      ...(labelSelector === undefined ? [`${at}.labelSelector: ${NULL_SELECTOR}`] : []),
    ];
  });
}

function podAffinityWarnings(spec: PodSpec, field: string): string[] {
  return (['podAffinity', 'podAntiAffinity'] as const).flatMap((side) => {
    const affinity = spec.affinity?.[side];
    const base = `${field}.affinity.${side}`;
    const required = (affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).flatMap(({ labelSelector }, i) =>
      labelSelector === undefined
        ? [`${base}.requiredDuringSchedulingIgnoredDuringExecution[${i}].labelSelector: ${NULL_SELECTOR}`]
        : [],
    );
    const preferred = (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).flatMap(({ podAffinityTerm }, i) =>
      podAffinityTerm?.labelSelector === undefined
        ? [`${base}.preferredDuringSchedulingIgnoredDuringExecution[${i}].podAffinityTerm.labelSelector: ${NULL_SELECTOR}`]
        : [],
    );
    return [...required, ...preferred];
  });
}

function volumeWarnings(spec: PodSpec, field: string): string[] {
  return (spec.volumes ?? []).flatMap((volume, i) =>
    OLD_VOLUMES.filter(([type]) => type in volume).map(([type, text]) => `${field}.volumes[${i}].${type}: ${text}`),
  );
}

function profileWarnings(
  container: Container,
  podHasProfile: boolean,
  annotations: Annotations,
  note: (key: string) => string,
): string[] {
  const context = (container.securityContext ?? {}) as { seccompProfile?: unknown; appArmorProfile?: unknown };
  const warnings: string[] = [];
  const [seccomp, armor] = [SECCOMP_CONTAINER + container.name, APP_ARMOR + container.name];
  if (context.seccompProfile === undefined && annotations[seccomp] !== undefined)
    warnings.push(`${note(seccomp)}: non-functional in v1.27+; use the "seccompProfile" field instead`);
  if (!podHasProfile && context.appArmorProfile === undefined && annotations[armor] !== undefined)
    warnings.push(`${note(armor)}: deprecated since v1.30; use the "appArmorProfile" field instead`);
  return warnings;
}

/** Bytes come whole. */
function fractions(
  list: Readonly<Record<string, string>> | undefined,
  field: string,
  names = ['memory', 'ephemeral-storage'],
): string[] {
  return names.flatMap((name) => {
    const text = list?.[name];
    if (text === undefined || milliValue(text) % 1000 === 0) return [];
    return [`${field}[${name}]: fractional byte value ${JSON.stringify(canonicalQuantity(text))} is invalid, must be an integer`];
  });
}

function containerWarnings({ resources, env }: Container, field: string): string[] {
  const warnings = ['memory', 'ephemeral-storage'].flatMap((name) => [
    ...fractions(resources?.limits as Annotations | undefined, `${field}.resources.limits`, [name]),
    ...fractions(resources?.requests as Annotations | undefined, `${field}.resources.requests`, [name]),
  ]);
  const seen = new Set<string>();
  for (const [i, { name, value, valueFrom }] of (env ?? []).entries()) {
    // A later variable may extend the one of the same name before it.
    const extended = valueFrom === undefined && value !== `$(${name})` && (value ?? '').includes(`$(${name})`);
    if (seen.has(name) && !extended)
      warnings.push(
        `${field}.env[${i}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`,
      );
    seen.add(name);
  }
  return warnings;
}

interface Port {
  readonly key: string;
  readonly at: string;
  readonly hostPort: number;
  readonly hostIP: string;
}

/** Ports given again, by this container or one before it; `seen` grows. */
function portWarnings(container: Container, field: string, seen: Port[]): string[] {
  return (container.ports ?? []).flatMap((port, i) => {
    const at = `${field}.ports[${i}]`;
    const own = {
      key: `${port.containerPort}/${port.protocol ?? 'TCP'}`,
      at,
      hostPort: port.hostPort ?? 0,
      hostIP: port.hostIP ?? '',
    };
    const others = seen.filter(({ key }) => key === own.key);
    seen.push(own);
    return others.flatMap((other) => {
      if (own.hostIP === other.hostIP && own.hostPort === other.hostPort)
        return [`${at}: duplicate port definition with ${other.at}`];
      if (own.hostPort === 0 || other.hostPort === 0) return [`${at}: overlapping port definition with ${other.at}`];
      const oneOpen = (own.hostIP === '') !== (other.hostIP === '');
      return own.hostPort === other.hostPort && oneOpen ? [`${at}: dangerously ambiguous port definition with ${other.at}`] : [];
    });
  });
}
