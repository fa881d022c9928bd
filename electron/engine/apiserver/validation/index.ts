import { kindInfo, qualifiedKind } from '#shared/kube/registry.ts';
import type { AnyObject, Status, StatusCause } from '#shared/kube/types.ts';
import {
  validateEvent,
  validateLease,
  validateNamespace,
  validateNode,
  validateNodeUpdate,
  validatePriorityClass,
  validatePriorityClassUpdate,
} from './cluster.ts';
import {
  validateConfigMap,
  validateConfigMapUpdate,
  validatePodTemplate,
  validatePodTemplateUpdate,
  validateRuntimeClass,
  validateRuntimeClassUpdate,
  validateSecret,
  validateSecretUpdate,
} from './config.ts';
import { validateCronJob, validateCronJobUpdate } from './cronJob.ts';
import {
  validateControllerRevision,
  validateControllerRevisionUpdate,
  validateDaemonSet,
  validateDaemonSetStatus,
  validateDaemonSetUpdate,
} from './daemonSet.ts';
import { validateEndpointSlice, validateEndpointSliceUpdate, validateEndpoints, validateEndpointsUpdate } from './endpoints.ts';
import type { FieldError } from './errors.ts';
import { validateAutoscaler, validateAutoscalerStatus, validateAutoscalerUpdate } from './hpa.ts';
import {
  validateIngress,
  validateIngressClass,
  validateIngressClassUpdate,
  validateIngressStatus,
  validateIngressUpdate,
} from './ingress.ts';
import { validateJob, validateJobUpdate } from './job.ts';
import { validateJobStatus } from './jobStatus.ts';
import { validateLimitRange } from './limitRange.ts';
import { checkPathSegment, validateMetadata, validateMetadataUpdate } from './metadata.ts';
import { validateNetworkPolicy, validateNetworkPolicyUpdate } from './networkPolicy.ts';
import { validatePod, validatePodUpdate } from './pod.ts';
import {
  validateMutatingBinding,
  validateMutatingPolicy,
  validateValidatingBinding,
  validateValidatingPolicy,
} from './policies.ts';
import { validateReplicationController, validateReplicationControllerUpdate } from './replicationController.ts';
import { validateResourceQuota, validateResourceQuotaStatus, validateResourceQuotaUpdate } from './resourceQuota.ts';
import { validateService, validateServiceStatus, validateServiceUpdate } from './service.ts';
import { validateServiceAccount } from './serviceAccount.ts';
import { validateStatefulSet, validateStatefulSetStatus, validateStatefulSetUpdate } from './statefulSet.ts';
import {
  validateClaim,
  validateClaimUpdate,
  validateCsiNode,
  validateStorageClass,
  validateStorageClassUpdate,
  validateVolumeObject,
  validateVolumeObjectUpdate,
} from './storage.ts';
import {
  validateCsiDriver,
  validateCsiDriverUpdate,
  validateStorageCapacity,
  validateStorageCapacityUpdate,
  validateVolumeAttachment,
  validateVolumeAttachmentUpdate,
  validateVolumeAttributesClass,
  validateVolumeAttributesClassUpdate,
} from './storageDrivers.ts';
import { validateVerticalAutoscaler } from './vpa.ts';
import { validateWebhooks } from './webhooks.ts';
import {
  validateBudget,
  validateBudgetStatus,
  validateDeployment,
  validateDeploymentStatus,
  validateDeploymentUpdate,
  validateReplicaSet,
  validateReplicaSetStatus,
  validateReplicaSetUpdate,
} from './workloads.ts';

export type { FieldError, FieldErrorType } from './errors.ts';

/** The rules of one kind; what is missing has none beyond the common ones. */
interface Rules {
  create?(object: never): FieldError[];
  update?(now: never, before: never): FieldError[];
  status?(now: never, before: never): FieldError[];
}

const rules: Readonly<Record<string, Rules>> = {
  Pod: { create: validatePod, update: validatePodUpdate },
  Node: { create: validateNode, update: validateNodeUpdate, status: validateNodeUpdate },
  Namespace: { create: validateNamespace, update: validateNamespace },
  Lease: { create: validateLease, update: validateLease },
  ReplicaSet: { create: validateReplicaSet, update: validateReplicaSetUpdate, status: validateReplicaSetStatus },
  Deployment: { create: validateDeployment, update: validateDeploymentUpdate, status: validateDeploymentStatus },
  DaemonSet: { create: validateDaemonSet, update: validateDaemonSetUpdate, status: validateDaemonSetStatus },
  ControllerRevision: { create: validateControllerRevision, update: validateControllerRevisionUpdate },
  ReplicationController: {
    create: validateReplicationController,
    update: validateReplicationControllerUpdate,
    // The same counts under the same rules.
    status: validateReplicaSetStatus,
  },
  StatefulSet: { create: validateStatefulSet, update: validateStatefulSetUpdate, status: validateStatefulSetStatus },
  VerticalPodAutoscaler: { create: validateVerticalAutoscaler, update: validateVerticalAutoscaler },
  HorizontalPodAutoscaler: { create: validateAutoscaler, update: validateAutoscalerUpdate, status: validateAutoscalerStatus },
  Job: { create: validateJob, update: validateJobUpdate, status: validateJobStatus },
  CronJob: { create: validateCronJob, update: validateCronJobUpdate },
  PriorityClass: { create: validatePriorityClass, update: validatePriorityClassUpdate },
  PodDisruptionBudget: { create: validateBudget, update: validateBudget, status: validateBudgetStatus },
  LimitRange: { create: validateLimitRange, update: validateLimitRange },
  ResourceQuota: { create: validateResourceQuota, update: validateResourceQuotaUpdate, status: validateResourceQuotaStatus },
  ServiceAccount: { create: validateServiceAccount, update: validateServiceAccount },
  Event: { create: validateEvent },
  PersistentVolume: { create: validateVolumeObject, update: validateVolumeObjectUpdate },
  PersistentVolumeClaim: { create: validateClaim, update: validateClaimUpdate },
  StorageClass: { create: validateStorageClass, update: validateStorageClassUpdate },
  ConfigMap: { create: validateConfigMap, update: validateConfigMapUpdate },
  Secret: { create: validateSecret, update: validateSecretUpdate },
  RuntimeClass: { create: validateRuntimeClass, update: validateRuntimeClassUpdate },
  PodTemplate: { create: validatePodTemplate, update: validatePodTemplateUpdate },
  Service: { create: validateService, update: validateServiceUpdate, status: validateServiceStatus },
  Endpoints: { create: validateEndpoints, update: validateEndpointsUpdate },
  EndpointSlice: { create: validateEndpointSlice, update: validateEndpointSliceUpdate },
  Ingress: { create: validateIngress, update: validateIngressUpdate, status: validateIngressStatus },
  IngressClass: { create: validateIngressClass, update: validateIngressClassUpdate },
  NetworkPolicy: { create: validateNetworkPolicy, update: validateNetworkPolicyUpdate },
  CSINode: { create: validateCsiNode, update: validateCsiNode },
  CSIDriver: { create: validateCsiDriver, update: validateCsiDriverUpdate },
  CSIStorageCapacity: { create: validateStorageCapacity, update: validateStorageCapacityUpdate },
  VolumeAttachment: { create: validateVolumeAttachment, update: validateVolumeAttachmentUpdate },
  VolumeAttributesClass: { create: validateVolumeAttributesClass, update: validateVolumeAttributesClassUpdate },
  ValidatingAdmissionPolicy: { create: validateValidatingPolicy, update: validateValidatingPolicy },
  MutatingAdmissionPolicy: { create: validateMutatingPolicy, update: validateMutatingPolicy },
  ValidatingAdmissionPolicyBinding: { create: validateValidatingBinding, update: validateValidatingBinding },
  MutatingAdmissionPolicyBinding: { create: validateMutatingBinding, update: validateMutatingBinding },
  ValidatingWebhookConfiguration: { create: validateWebhooks, update: validateWebhooks },
  MutatingWebhookConfiguration: { create: validateWebhooks, update: validateWebhooks },
};

/** Whether a kind has rules of its own here. */
export function hasRules(kind: string): boolean {
  return Object.hasOwn(rules, kind);
}

/** Complaints about an object that is to be created. Types must be sound (decodeRefusal) and defaults applied. Models rest.BeforeCreate. */
export function validateCreate(object: AnyObject): FieldError[] {
  const errors = rules[object.kind]?.create?.(withSpec(object) as never) ?? [];
  // The common rules come last and only speak when the kind's own have nothing to say.
  return errors.length > 0 ? errors : validateMetadata(object.metadata, isNamespaced(object), checkPathSegment);
}

/** Complaints about a new version of a stored object. Repeats are upstream's own: common rules first, then the kind's. Models rest.BeforeUpdate. */
export function validateUpdate(object: AnyObject, old: AnyObject): FieldError[] {
  return [
    ...validateCommonUpdate(object, old),
    ...(rules[object.kind]?.update?.(withSpec(object) as never, withSpec(old) as never) ?? []),
  ];
}

/** Complaints about a new status; the rest of the object is the stored one's. */
export function validateStatusUpdate(object: AnyObject, old: AnyObject): FieldError[] {
  return [
    ...validateCommonUpdate(object, old),
    ...(rules[object.kind]?.status?.(withSpec(object) as never, withSpec(old) as never) ?? []),
  ];
}

function validateCommonUpdate(object: AnyObject, old: AnyObject): FieldError[] {
  return [
    ...validateMetadata(object.metadata, isNamespaced(object), checkPathSegment),
    ...validateMetadataUpdate(object.metadata, old.metadata),
  ];
}

/** Rules may rely on a spec being there, if empty. */
function withSpec(object: AnyObject): AnyObject {
  const hasSpec = !['PriorityClass', 'Event', 'StorageClass'].includes(object.kind);
  return hasSpec && object.spec === undefined ? { ...object, spec: {} } : object;
}

/** A kind the registry does not know is taken as it comes. */
function isNamespaced(object: AnyObject): boolean {
  return kindInfo(object.kind)?.namespaced ?? object.metadata.namespace !== undefined;
}

/** 422 for an object of a known kind. Causes keep their order and repeats; the message says each only once. Models apierrors.NewInvalid. */
export function invalidStatus(object: AnyObject, errors: readonly FieldError[]): Status {
  const info = kindInfo(object.kind);
  const kind = info === undefined ? object.kind : qualifiedKind(info);
  return invalidKindStatus(kind, object.metadata.name ?? '', errors);
}

/** 422 for what is no stored object, such as `Scale.autoscaling`. `qualified` is `Kind` or `Kind.group`. */
export function invalidKindStatus(qualified: string, name: string, errors: readonly FieldError[]): Status {
  const dot = qualified.indexOf('.');
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const causes = errors.map((error): StatusCause => ({ reason: error.type, message: error.message, field: error.field }));
  const details: NonNullable<Status['details']> = name === '' ? {} : { name };
  if (dot >= 0) details.group = qualified.slice(dot + 1);
  details.kind = dot < 0 ? qualified : qualified.slice(0, dot);
  details.causes = causes;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `${qualified} "${name}" is invalid: ${list}`,
    reason: 'Invalid',
    details,
    code: 422,
  };
}
