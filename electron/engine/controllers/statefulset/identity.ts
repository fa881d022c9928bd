import type { StatefulSet } from '#shared/kube/kinds.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import { controllerReference } from '#shared/kube/pod.ts';
import type { PersistentVolumeClaim } from '#shared/kube/storage.ts';
import type { Pod, PodTemplateSpec } from '#shared/kube/types.ts';
import { REVISION_HASH_LABEL } from '../common/history.ts';

/** Label with the pod's own name. */
export const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
/** Label with the pod's ordinal. */
export const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index';

const MAX_INT32 = 2_147_483_647;

/** Set and ordinal that a pod's name speaks of; ordinal -1 when it has no such form. Models getParentNameAndOrdinal. */
export function parentAndOrdinal(podName: string): { parent: string; ordinal: number } {
  const dash = podName.lastIndexOf('-');
  const digits = podName.slice(dash + 1);
  if (dash < 0 || !/^[0-9]+$/.test(digits)) return { parent: '', ordinal: -1 };
  const ordinal = Number(digits);
  return { parent: podName.slice(0, dash), ordinal: ordinal <= MAX_INT32 ? ordinal : -1 };
}

/** The pod's ordinal, -1 when its name has none. */
export function ordinalOf(pod: Pod): number {
  return parentAndOrdinal(pod.metadata.name).ordinal;
}

/** First ordinal of the set. */
export function startOrdinal(set: StatefulSet): number {
  return set.spec.ordinals?.start ?? 0;
}

/** Number of pods the set is to have. */
export function replicaCount(set: StatefulSet): number {
  return set.spec.replicas ?? 1;
}

/** Whether the set, as it is specified now, has a pod of that ordinal. */
export function inOrdinalRange(set: StatefulSet, ordinal: number): boolean {
  const start = startOrdinal(set);
  return ordinal >= start && ordinal < start + replicaCount(set);
}

/** Revision that a pod was made of, by the revision's name; empty when it says none. */
export function podRevision(pod: Pod): string {
  return pod.metadata.labels?.[REVISION_HASH_LABEL] ?? '';
}

/** The set's claim templates. */
export function claimTemplates(set: StatefulSet): readonly PersistentVolumeClaim[] {
  return (set.spec.volumeClaimTemplates ?? []) as unknown as readonly PersistentVolumeClaim[];
}

/** Name of the claim that a template makes for an ordinal. */
export function claimName(set: StatefulSet, template: PersistentVolumeClaim, ordinal: number): string {
  return `${template.metadata.name}-${set.metadata.name}-${ordinal}`;
}

/** What is known of one version of a pod as a set sees it; stored objects never change, so it holds as long as that version lives. */
export interface Membership {
  readonly ordinal: number;
  /** Whether the pod is one of the set's by name and labels. */
  readonly member: boolean;
  /** Whether it has the identity and the volumes that the set gives. */
  readonly complete: boolean;
}

interface Known extends Membership {
  readonly name: string;
  readonly selector: unknown;
  readonly templates: unknown;
}

const memberships = new WeakMap<Pod, Known>();

/** Looks at a pod once for each of its versions: sets of thousands of pods are looked at after every change of one. */
export function membershipOf(set: StatefulSet, pod: Pod): Membership {
  const { selector, volumeClaimTemplates: templates } = set.spec;
  const { name } = set.metadata;
  const known = memberships.get(pod);
  if (known?.selector === selector && known.templates === templates && known.name === name) return known;
  const { parent, ordinal } = parentAndOrdinal(pod.metadata.name);
  const member = parent === name && matchLabelSelector(selector, pod.metadata.labels);
  const complete = identityMatches(set, pod) && storageMatches(set, pod);
  const fresh: Known = { name, selector, templates, ordinal, member, complete };
  memberships.set(pod, fresh);
  return fresh;
}

/** Whether name and labels are those of a member. Models identityMatches. */
export function identityMatches(set: StatefulSet, pod: Pod): boolean {
  const { parent, ordinal } = parentAndOrdinal(pod.metadata.name);
  return (
    ordinal >= 0 &&
    parent === set.metadata.name &&
    pod.metadata.name === `${parent}-${ordinal}` &&
    pod.metadata.labels?.[POD_NAME_LABEL] === pod.metadata.name
  );
}

/** Whether the pod mounts the claims of its ordinal. Models storageMatches. */
export function storageMatches(set: StatefulSet, pod: Pod): boolean {
  const ordinal = ordinalOf(pod);
  if (ordinal < 0) return false;
  const volumes = new Map((pod.spec.volumes ?? []).map((volume) => [volume.name, volume]));
  return claimTemplates(set).every(
    (template) => volumes.get(template.metadata.name)?.persistentVolumeClaim?.claimName === claimName(set, template, ordinal),
  );
}

/** Copy of the pod with the labels of its identity. Models updateIdentity. */
export function withIdentity(set: StatefulSet, pod: Pod): Pod {
  const ordinal = ordinalOf(pod);
  const name = `${set.metadata.name}-${ordinal}`;
  const labels = { ...pod.metadata.labels, [POD_NAME_LABEL]: name, [POD_INDEX_LABEL]: String(ordinal) };
  return { ...pod, metadata: { ...pod.metadata, name, labels } };
}

/** Copy of the pod that mounts the claims of its ordinal; they take the place of volumes of the same names. Models updateStorage. */
export function withStorage(set: StatefulSet, pod: Pod): Pod {
  const templates = claimTemplates(set);
  if (templates.length === 0) return pod;
  const ordinal = ordinalOf(pod);
  const claims = new Map(templates.map((one) => [one.metadata.name, claimName(set, one, ordinal)]));
  const volumes = [
    ...[...claims].map(([name, claim]) => ({ name, persistentVolumeClaim: { claimName: claim } })),
    ...(pod.spec.volumes ?? []).filter(({ name }) => !claims.has(name)),
  ];
  return { ...pod, spec: { ...pod.spec, volumes } };
}

/** The pod of an ordinal as a template asks for it, labelled with the revision the template is of. Models newStatefulSetPod. */
export function newPod(set: StatefulSet, template: PodTemplateSpec, revision: string, ordinal: number): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  const name = `${set.metadata.name}-${ordinal}`;
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      generateName: `${set.metadata.name}-`,
      namespace: set.metadata.namespace ?? '',
      labels: { ...labels, [REVISION_HASH_LABEL]: revision },
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(set)],
    },
    spec: {
      ...(template.spec ?? { containers: [] }),
      hostname: name,
      ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}),
    },
    status: {},
  };
  return withStorage(set, withIdentity(set, pod));
}

/**
 * Whether a missing pod is made of the current revision rather than the updated one: below the partition, or (where nothing says a
 * partition) among the first pods that the roll-out has not reached. Models newVersionedStatefulSetPod.
 */
export function takesCurrentRevision(set: StatefulSet, ordinal: number): boolean {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  if (rollingUpdate !== undefined) return ordinal < startOrdinal(set) + (rollingUpdate.partition ?? 0);
  return type === 'RollingUpdate' && ordinal < startOrdinal(set) + (set.status?.currentReplicas ?? 0);
}
