import type * as apps from 'kubernetes-types/apps/v1';
import type * as coordination from 'kubernetes-types/coordination/v1';
import type * as core from 'kubernetes-types/core/v1';
import type * as meta from 'kubernetes-types/meta/v1';
import type * as policy from 'kubernetes-types/policy/v1';
import type * as storage from 'kubernetes-types/storage/v1';
import type { MoreKinds } from './kinds.ts';

export type * from './kinds.ts';

/** Kubernetes metadata as stored: a name is always there; times are RFC 3339 strings in UTC with second resolution. */
export type ObjectMeta = Omit<meta.ObjectMeta, 'name'> & { name: string };

/** Any stored Kubernetes object. `kind` names are unique in this program (see registry.ts). */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** An object whose shape is not known statically. */
export type AnyObject = KubeObject & { [field: string]: unknown };

export type Container = core.Container;
export type Toleration = core.Toleration;
export type Taint = core.Taint;
export type LabelSelector = meta.LabelSelector;
export type OwnerReference = meta.OwnerReference;
export type NodeSelector = core.NodeSelector;
export type NodeSelectorTerm = core.NodeSelectorTerm;
export type NodeSelectorRequirement = core.NodeSelectorRequirement;
export type PodCondition = core.PodCondition;
export type ContainerStatus = core.ContainerStatus;
export type NodeCondition = core.NodeCondition;
export type ResourceList = { [resource: string]: string | number };
/** Kubernetes 1.36 pod spec: kubernetes-types plus pod-level resources. */
export type PodSpec = core.PodSpec & { resources?: core.ResourceRequirements };
export type PodStatus = core.PodStatus;
export type PodTemplateSpec = Omit<core.PodTemplateSpec, 'spec'> & { spec?: PodSpec };

export interface Pod extends KubeObject {
  kind: 'Pod';
  spec: PodSpec;
  status: PodStatus;
}
export interface Node extends KubeObject {
  kind: 'Node';
  spec: core.NodeSpec;
  status: core.NodeStatus;
}
export interface Namespace extends KubeObject {
  kind: 'Namespace';
  spec: core.NamespaceSpec;
  status: core.NamespaceStatus;
}
export interface Lease extends KubeObject {
  kind: 'Lease';
  spec: coordination.LeaseSpec;
}
export interface ReplicaSet extends KubeObject {
  kind: 'ReplicaSet';
  spec: Omit<apps.ReplicaSetSpec, 'template'> & { template: PodTemplateSpec };
  status: apps.ReplicaSetStatus & { terminatingReplicas?: number };
}
export interface Deployment extends KubeObject {
  kind: 'Deployment';
  spec: Omit<apps.DeploymentSpec, 'template'> & { template: PodTemplateSpec };
  status: apps.DeploymentStatus & { terminatingReplicas?: number };
}
export interface PriorityClass extends KubeObject {
  kind: 'PriorityClass';
  value: number;
  globalDefault?: boolean;
  description?: string;
  preemptionPolicy?: string;
}
export interface PodDisruptionBudget extends KubeObject {
  kind: 'PodDisruptionBudget';
  spec: policy.PodDisruptionBudgetSpec;
  status: policy.PodDisruptionBudgetStatus;
}
export interface KubeEvent extends KubeObject, Omit<core.Event, 'metadata' | 'kind' | 'apiVersion'> {
  kind: 'Event';
}
/** A volume of the cluster. The status is missing until the binder controller has seen it. */
export interface PersistentVolume extends KubeObject {
  kind: 'PersistentVolume';
  spec: core.PersistentVolumeSpec & { volumeAttributesClassName?: string };
  status?: core.PersistentVolumeStatus;
}
/** Somebody's wish for a volume. */
export interface PersistentVolumeClaim extends KubeObject {
  kind: 'PersistentVolumeClaim';
  spec: core.PersistentVolumeClaimSpec & { volumeAttributesClassName?: string };
  status?: core.PersistentVolumeClaimStatus;
}
/** How volumes of a class come to be. */
export interface StorageClass extends KubeObject, Omit<storage.StorageClass, 'metadata' | 'kind' | 'apiVersion'> {
  kind: 'StorageClass';
}
/** Drivers of a node with the number of volumes each can attach. */
export interface CsiNode extends KubeObject {
  kind: 'CSINode';
  spec: storage.CSINodeSpec;
}
export type ObjectReference = core.ObjectReference;

/** Static type of each simulated kind. */
export interface KindMap extends MoreKinds {
  Pod: Pod;
  Node: Node;
  Namespace: Namespace;
  Lease: Lease;
  ReplicaSet: ReplicaSet;
  Deployment: Deployment;
  PriorityClass: PriorityClass;
  PodDisruptionBudget: PodDisruptionBudget;
  Event: KubeEvent;
  PersistentVolume: PersistentVolume;
  PersistentVolumeClaim: PersistentVolumeClaim;
  StorageClass: StorageClass;
  CSINode: CsiNode;
}
export type KindName = keyof KindMap;

/** Names one object. `namespace` is '' for cluster-scoped kinds. */
export interface ObjectRef {
  kind: string;
  namespace: string;
  name: string;
}

/** Store and frame key of an object: `Kind/namespace/name` (`Kind//name` when cluster-scoped). */
export type ObjectKey = string;

/** Key of a reference. */
export function keyOf(ref: ObjectRef): ObjectKey {
  return `${ref.kind}/${ref.namespace}/${ref.name}`;
}

/** Reference to a stored object. */
export function refOf(object: KubeObject): ObjectRef {
  return { kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name };
}

/** Key of a stored object. */
export function objectKey(object: KubeObject): ObjectKey {
  return `${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

/** One cause inside a 422 answer. */
export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

/** Kubernetes `Status` object: every API error in this program has this shape. Models apimachinery/pkg/apis/meta/v1 Status. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, never>;
  status: 'Failure' | 'Success';
  message: string;
  reason: string;
  code: number;
  details?: { name?: string; group?: string; kind?: string; uid?: string; causes?: StatusCause[]; retryAfterSeconds?: number };
}
