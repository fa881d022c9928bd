import type { ReactNode } from 'react';
import type { AnyObject, KindMap } from '#shared/kube/types.ts';
import { useT } from '../../i18n/index.ts';
import { BudgetDetails } from './kinds/BudgetDetails.tsx';
import { DataDetails } from './kinds/DataDetails.tsx';
import { LimitDetails, QuotaDetails } from './kinds/LimitDetails.tsx';
import { BindingDetails, PolicyDetails, WebhookDetails } from './kinds/PolicyDetails.tsx';
import { ServiceDetails } from './kinds/ServiceDetails.tsx';
import { ClaimDetails, VolumeDetails } from './kinds/StorageDetails.tsx';
import { KeyValues } from './parts.tsx';

type Draw = (object: AnyObject) => ReactNode;

/** An entry of the table below; the kind decides the type of the object it gets. */
function draw<K extends keyof KindMap>(of: (object: KindMap[K]) => ReactNode): Draw {
  return (object) => of(object as unknown as KindMap[K]);
}

const BY_KIND: Readonly<Record<string, Draw>> = {
  ResourceQuota: draw<'ResourceQuota'>((quota) => <QuotaDetails quota={quota} />),
  LimitRange: draw<'LimitRange'>((range) => <LimitDetails range={range} />),
  Service: draw<'Service'>((service) => <ServiceDetails service={service} />),
  ConfigMap: draw<'ConfigMap'>((object) => <DataDetails key={object.metadata.name} object={object} />),
  Secret: draw<'Secret'>((object) => <DataDetails key={object.metadata.name} object={object} />),
  PodDisruptionBudget: draw<'PodDisruptionBudget'>((budget) => <BudgetDetails budget={budget} />),
  PersistentVolumeClaim: draw<'PersistentVolumeClaim'>((claim) => <ClaimDetails claim={claim} />),
  PersistentVolume: draw<'PersistentVolume'>((volume) => <VolumeDetails volume={volume} />),
  ValidatingAdmissionPolicy: draw<'ValidatingAdmissionPolicy'>((policy) => <PolicyDetails policy={policy} />),
  MutatingAdmissionPolicy: draw<'MutatingAdmissionPolicy'>((policy) => <PolicyDetails policy={policy} />),
  ValidatingAdmissionPolicyBinding: draw<'ValidatingAdmissionPolicyBinding'>((one) => <BindingDetails binding={one} />),
  MutatingAdmissionPolicyBinding: draw<'MutatingAdmissionPolicyBinding'>((one) => <BindingDetails binding={one} />),
  ValidatingWebhookConfiguration: draw<'ValidatingWebhookConfiguration'>((one) => <WebhookDetails object={one} />),
  MutatingWebhookConfiguration: draw<'MutatingWebhookConfiguration'>((one) => <WebhookDetails object={one} />),
};

/** Plain fields of any object. */
function Fields({ object }: { object: AnyObject }) {
  const t = useT();
  return (
    <KeyValues
      rows={[
        [t('panels:kind'), object.kind],
        ...(object.metadata.namespace ? [[t('panels:namespace'), object.metadata.namespace] as const] : []),
        ...Object.entries(object)
          .filter(([, value]) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
          .filter(([field]) => field !== 'kind')
          .map(([field, value]) => [field, String(value)] as const),
      ]}
    />
  );
}

/** Details of an object that is neither a pod, a node nor a workload; what has no view of its own shows its plain fields. */
export function ObjectDetails({ object }: { object: AnyObject }) {
  return BY_KIND[object.kind]?.(object) ?? <Fields object={object} />;
}
