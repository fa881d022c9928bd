import { compareQuantity, parseQuantity, type Quantity, quantityFromValue, quantityOf } from '../quantity.ts';
import { type KindInfo, qualifiedResource } from '../registry.ts';
import type { PersistentVolumeClaim } from '../storage.ts';
import type { AnyObject, Service } from '../types.ts';
import type { Amounts } from './amounts.ts';
import { matchesName } from './pods.ts';
import type { QuotaEvaluator, ScopeRequirement } from './types.ts';

const ONE = quantityFromValue(1);
const ZERO = quantityFromValue(0);
const CLASS_SUFFIX = '.storageclass.storage.k8s.io/';
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const CLAIM_RESOURCES = ['persistentvolumeclaims', 'requests.storage'] as const;
const CLAIM_COUNT = 'count/persistentvolumeclaims';
const SERVICE_RESOURCES: readonly string[] = ['count/services', 'services', 'services.nodeports', 'services.loadbalancers'];
/** Kinds that quotas know by a short name as well. Models legacyObjectCountAliases. */
const SHORT_NAMED: readonly string[] = ['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets'];

const written = (operation: string, subresource: string | undefined): boolean =>
  subresource === undefined && (operation === 'CREATE' || operation === 'UPDATE');

function serviceUsage(object: AnyObject): Amounts {
  const spec = (object as unknown as Service).spec;
  const ports = spec?.ports ?? [];
  const balanced = spec?.type === 'LoadBalancer';
  const chosen = ports.filter((port) => (port.nodePort ?? 0) !== 0).length;
  let nodePorts = 0;
  if (spec?.type === 'NodePort') nodePorts = ports.length;
  else if (balanced) nodePorts = spec?.allocateLoadBalancerNodePorts === false ? chosen : ports.length;
  return new Map([
    ['count/services', ONE],
    ['services', ONE],
    ['services.nodeports', nodePorts === 0 ? ZERO : quantityFromValue(nodePorts)],
    ['services.loadbalancers', balanced ? ONE : ZERO],
  ]);
}

/** Services: their number, node ports and load balancers. Models pkg/quota/v1/evaluator/core/services.go. */
export const serviceEvaluator: QuotaEvaluator = {
  kind: 'Service',
  handles: written,
  matching: (names) => [...names].filter((name) => SERVICE_RESOURCES.includes(name)),
  matchesScope: () => false,
  usage: serviceUsage,
  constraint: () => undefined,
  givesBack: (before, after) =>
    ((before as unknown as Service).spec?.type ?? '') !== ((after as unknown as Service).spec?.type ?? ''),
};

/** Whole bytes, rounded up. */
function wholeBytes(quantity: Quantity): Quantity {
  return quantityOf(BigInt(quantity.value) * 1_000_000_000n, quantity.format);
}

/** What a claim asks for, or what has been given to it when that is more. */
function storageOf(claim: PersistentVolumeClaim): Quantity | undefined {
  const asked = claim.spec.resources?.requests?.storage;
  if (asked === undefined) return undefined;
  const wanted = parseQuantity(asked);
  if (!wanted.ok) return undefined;
  const given = parseQuantity(claim.status?.allocatedResources?.storage ?? '0');
  const more = given.ok && compareQuantity(given.value, wanted.value) > 0 ? given.value : wanted.value;
  return wholeBytes(more);
}

function claimUsage(object: AnyObject): Amounts {
  const claim = object as unknown as PersistentVolumeClaim;
  const usage = new Map<string, Quantity>([
    ['persistentvolumeclaims', ONE],
    [CLAIM_COUNT, ONE],
  ]);
  const className = claim.metadata.annotations?.[CLASS_ANNOTATION] ?? claim.spec?.storageClassName ?? '';
  if (className !== '') usage.set(`${className}${CLASS_SUFFIX}persistentvolumeclaims`, ONE);
  const storage = claim.spec === undefined ? undefined : storageOf(claim);
  if (storage === undefined) return usage;
  usage.set('requests.storage', storage);
  if (className !== '') usage.set(`${className}${CLASS_SUFFIX}requests.storage`, storage);
  return usage;
}

function claimMatches(name: string): boolean {
  if (name === CLAIM_COUNT || (CLAIM_RESOURCES as readonly string[]).includes(name)) return true;
  return CLAIM_RESOURCES.some((resource) => name.endsWith(CLASS_SUFFIX + resource));
}

/** The attribute classes a claim has to do with: wanted, being changed to, in force. */
function attributeClasses(claim: PersistentVolumeClaim): string[] {
  const spec = claim.spec as { volumeAttributesClassName?: string };
  const status = (claim.status ?? {}) as {
    currentVolumeAttributesClassName?: string;
    modifyVolumeStatus?: { targetVolumeAttributesClassName?: string };
  };
  return [
    spec.volumeAttributesClassName,
    status.modifyVolumeStatus?.targetVolumeAttributesClassName,
    status.currentVolumeAttributesClassName,
  ].filter((name): name is string => name !== undefined && name !== '');
}

function claimScope(scope: ScopeRequirement, object: AnyObject): boolean {
  if (scope.scopeName !== 'VolumeAttributesClass') return false;
  const names = attributeClasses(object as unknown as PersistentVolumeClaim);
  return names.length === 0 ? matchesName(scope, undefined) : names.some((name) => matchesName(scope, name));
}

/** Claims: their number and storage, in all and by class. Models pkg/quota/v1/evaluator/core/persistent_volume_claims.go. */
export const claimEvaluator: QuotaEvaluator = {
  kind: 'PersistentVolumeClaim',
  handles: written,
  matching: (names) => [...names].filter(claimMatches),
  matchesScope: claimScope,
  usage: claimUsage,
  constraint: () => undefined,
  givesBack: (before, after) => {
    const [had, has] = [before, after].map((one) => storageOf(one as unknown as PersistentVolumeClaim));
    const classes = [before, after].map((one) => attributeClasses(one as unknown as PersistentVolumeClaim).join(','));
    return had?.nano !== has?.nano || classes[0] !== classes[1];
  },
};

/** Objects of a kind of which only the number counts. Models pkg/quota/v1/generic objectCountEvaluator. */
export function countEvaluator(info: KindInfo): QuotaEvaluator {
  const names = [`count/${qualifiedResource(info)}`];
  if (info.group === '' && SHORT_NAMED.includes(info.plural)) names.push(info.plural);
  const one: Amounts = new Map(names.map((name) => [name, ONE]));
  return {
    kind: info.kind,
    handles: (operation, subresource) => subresource === undefined && operation === 'CREATE',
    matching: (given) => [...given].filter((name) => names.includes(name)),
    matchesScope: () => false,
    usage: () => one,
    constraint: () => undefined,
    givesBack: () => false,
  };
}
