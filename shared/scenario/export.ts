import { kindInfo } from '../kube/registry.ts';
import type { AnyObject, ObjectMeta } from '../kube/types.ts';
import { printObjects } from './print.ts';

/** Metadata that the API server writes and a manifest must not carry. */
const serverMetadata = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'generation',
  'managedFields',
  'selfLink',
  'ownerReferences',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generateName',
]);
const serverAnnotations = new Set(['kubectl.kubernetes.io/last-applied-configuration', 'deployment.kubernetes.io/revision']);
/** What the volume controllers note on claims and volumes, and what protects both from deletion. */
const volumeAnnotation =
  /^(?:pv\.kubernetes\.io\/(?:bind-completed|bound-by-controller)|volume\.(?:beta\.)?kubernetes\.io\/(?:storage-provisioner|selected-node))$/;
const serverFinalizers = new Set(['kubernetes.io/pvc-protection', 'kubernetes.io/pv-protection']);
const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
/** Taints that controllers set from conditions and from spec.unschedulable; the target cluster sets its own. */
const controllerTaints =
  /^node\.kubernetes\.io\/(?:not-ready|unreachable|unschedulable|memory-pressure|disk-pressure|pid-pressure|network-unavailable)$/;
/** What every cluster makes by itself. */
const madeByCluster = new Set([
  'Namespace//default',
  'Namespace//kube-system',
  'Namespace//kube-public',
  'Namespace//kube-node-lease',
  'PriorityClass//system-cluster-critical',
  'PriorityClass//system-node-critical',
  'ConfigMap/kube-system/cluster-autoscaler-status',
  'ConfigMap/kube-system/stowage-node-groups',
]);
const runtimeKinds = new Set([
  'Event',
  'Lease',
  'Endpoints',
  'EndpointSlice',
  'ControllerRevision',
  'VerticalPodAutoscalerCheckpoint',
]);
/** Kinds that others name: applied first. */
const firstKinds = ['Namespace', 'PriorityClass', 'ServiceAccount', 'Node'];

type Fields = Record<string, unknown>;

/** A service account that nobody has given anything. */
function isPlainAccount({ secrets, imagePullSecrets, automountServiceAccountToken }: AnyObject): boolean {
  return secrets === undefined && imagePullSecrets === undefined && automountServiceAccountToken === undefined;
}

function isLeftOut(object: AnyObject): boolean {
  const { metadata, kind } = object;
  if (runtimeKinds.has(kind) || !(kindInfo(kind)?.storable ?? false)) return true;
  if (madeByCluster.has(`${kind}/${metadata.namespace ?? ''}/${metadata.name}`)) return true;
  if (kind === 'ConfigMap' && metadata.name === 'kube-root-ca.crt') return true;
  if (kind === 'ServiceAccount' && metadata.name === 'default' && isPlainAccount(object)) return true;
  if (metadata.ownerReferences?.some((owner) => owner.controller === true)) return true;
  if (kind === 'PersistentVolume' && metadata.annotations?.['pv.kubernetes.io/provisioned-by'] !== undefined) return true;
  return metadata.deletionTimestamp !== undefined || metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;
}

function manifestMetadata(metadata: ObjectMeta): Fields {
  const result: Fields = {};
  for (const [name, value] of Object.entries(metadata)) {
    if (serverMetadata.has(name)) continue;
    if (name === 'annotations') {
      const isOwn = (key: string) => !serverAnnotations.has(key) && !volumeAnnotation.test(key);
      const annotations = Object.entries(value as Record<string, string>).filter(([key]) => isOwn(key));
      if (annotations.length > 0) result.annotations = Object.fromEntries(annotations);
    } else if (name === 'finalizers') {
      const finalizers = (value as string[]).filter((finalizer) => !serverFinalizers.has(finalizer));
      if (finalizers.length > 0) result.finalizers = finalizers;
    } else result[name] = value;
  }
  return result;
}

/** Volumes that admission gives pods for the token of their account. */
const TOKEN_VOLUME = /^kube-api-access-[a-z0-9]{5}$/;

type Named = { readonly name?: string };

/** The entries without those of token volumes; undefined when nothing is left of what was not empty to begin with. */
function withoutToken(entries: unknown): unknown {
  if (!Array.isArray(entries)) return entries;
  const own = (entries as Named[]).filter(({ name }) => !TOKEN_VOLUME.test(name ?? ''));
  return own.length === 0 && entries.length > 0 ? undefined : own;
}

function setOrDrop(fields: Fields, name: string, value: unknown): void {
  if (value === undefined) delete fields[name];
  else fields[name] = value;
}

/** Takes away what the ServiceAccount plugin has put into a pod's spec; the target cluster does it anew. */
function dropAccount(spec: Fields): void {
  delete spec.serviceAccount;
  if (spec.serviceAccountName === 'default') delete spec.serviceAccountName;
  setOrDrop(spec, 'volumes', withoutToken(spec.volumes));
  for (const list of ['containers', 'initContainers']) {
    const containers = spec[list];
    if (!Array.isArray(containers)) continue;
    spec[list] = (containers as Fields[]).map((container) => {
      const copy = { ...container };
      setOrDrop(copy, 'volumeMounts', withoutToken(container.volumeMounts));
      return copy;
    });
  }
}

/** Labels by which a Job finds its pods; the API server makes them, with the Job's uid. */
const JOB_LABELS = ['batch.kubernetes.io/controller-uid', 'controller-uid', 'batch.kubernetes.io/job-name', 'job-name'];

/** Metadata without the labels that the API server has given a Job or its template. */
function withoutJobLabels(metadata: unknown): unknown {
  if (metadata === null || typeof metadata !== 'object') return metadata;
  const { labels, ...rest } = metadata as { labels?: Record<string, string> };
  const own = Object.entries(labels ?? {}).filter(([key]) => !JOB_LABELS.includes(key));
  return own.length === 0 ? rest : { ...rest, labels: Object.fromEntries(own) };
}

const hasGeneratedSelector = ({ kind, spec }: AnyObject): boolean =>
  kind === 'Job' && (spec as { manualSelector?: boolean } | undefined)?.manualSelector !== true;

/** Takes away the selector that the API server has made for a Job; with it the manifest would be refused. */
function dropSelector(spec: Fields): void {
  delete spec.selector;
  const template = spec.template as Fields | undefined;
  if (template) spec.template = { ...template, metadata: withoutJobLabels(template.metadata) };
}

/** Takes away what binding has written into a claim or a volume; a binding that somebody asked for stays, without the uid of the claim. */
function dropBinding(object: AnyObject, spec: Fields): void {
  const bound = object.metadata.annotations?.[BOUND_BY_CONTROLLER] === 'yes';
  if (object.kind === 'PersistentVolumeClaim' && bound) delete spec.volumeName;
  if (object.kind !== 'PersistentVolume' || spec.claimRef === undefined) return;
  const { uid: _uid, resourceVersion: _version, ...claim } = spec.claimRef as Fields;
  if (bound) delete spec.claimRef;
  else spec.claimRef = claim;
}

function manifestSpec(object: AnyObject, placedByScheduler: ReadonlySet<string>): unknown {
  const { metadata, kind, spec } = object;
  if (spec === null || typeof spec !== 'object') return spec;
  const fields: Fields = { ...spec };
  if (kind === 'Pod') {
    dropAccount(fields);
    // Admission computes the number from the class; where the class differs a written number would be refused.
    delete fields.priority;
    if (placedByScheduler.has(`${metadata.namespace ?? ''}/${metadata.name}`)) delete fields.nodeName;
  }
  if (hasGeneratedSelector(object)) dropSelector(fields);
  dropBinding(object, fields);
  if (kind === 'Node' && Array.isArray(fields.taints)) {
    const taints = (fields.taints as { key: string }[]).filter((taint) => !controllerTaints.test(taint.key));
    if (taints.length > 0) fields.taints = taints;
    else delete fields.taints;
  }
  return fields;
}

function manifest(object: AnyObject, placedByScheduler: ReadonlySet<string>): AnyObject {
  const { apiVersion, kind, metadata, spec: _spec, status, ...rest } = object;
  const ownMetadata = manifestMetadata(metadata);
  const result: Fields = {
    apiVersion,
    kind,
    metadata: hasGeneratedSelector(object) ? withoutJobLabels(ownMetadata) : ownMetadata,
    ...rest,
  };
  if ('spec' in object) result.spec = manifestSpec(object, placedByScheduler);
  // The API takes a new node's size from its manifest; without it the node could hold nothing.
  if (kind === 'Node' && status !== null && typeof status === 'object') {
    const { capacity, allocatable } = status as Fields;
    result.status = { ...(capacity === undefined ? {} : { capacity }), ...(allocatable === undefined ? {} : { allocatable }) };
  }
  return result as AnyObject;
}

/** Pods (namespace/name) that an event says the scheduler has placed. */
function placedPods(objects: readonly AnyObject[]): Set<string> {
  const placed = new Set<string>();
  for (const object of objects) {
    if (object.kind !== 'Event' || object.reason !== 'Scheduled') continue;
    const about = (object.involvedObject ?? object.regarding) as { kind?: string; namespace?: string; name?: string } | undefined;
    if (about?.kind === 'Pod') placed.add(`${about.namespace ?? ''}/${about.name ?? ''}`);
  }
  return placed;
}

/**
 * The objects as manifests that `kubectl apply` takes: without status and server-set fields, without what controllers or the cluster itself make
 * (owned pods and replica sets, events, leases, system namespaces), and without spec.nodeName where the scheduler had chosen the node (known from
 * the Scheduled event). Nodes keep capacity and allocatable. Namespaces, priority classes and nodes come first.
 */
export function printManifests(objects: readonly AnyObject[]): string {
  const placed = placedPods(objects);
  const rank = (object: AnyObject): number =>
    firstKinds.includes(object.kind) ? firstKinds.indexOf(object.kind) : firstKinds.length;
  const kept = objects.filter((object) => !isLeftOut(object));
  return printObjects([...kept].sort((a, b) => rank(a) - rank(b)).map((object) => manifest(object, placed)));
}
