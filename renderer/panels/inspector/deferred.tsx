import { lazy, Suspense } from 'react';
import type { AnyObject, HorizontalPodAutoscaler, ObjectKey, VerticalPodAutoscaler } from '#shared/kube/types.ts';
import { useT } from '../../i18n/index.ts';
import type { Workload } from '../../store/workloads.ts';
import { Section } from './parts.tsx';

/** What has to do with load and autoscaling is read when first looked at, so that the first picture does not wait for it. */
const LazyLoad = lazy(async () => ({ default: (await import('./LoadSection.tsx')).LoadSection }));
const LazyCharts = lazy(async () => ({ default: (await import('../charts/UsageCharts.tsx')).UsageCharts }));
const LazyHpa = lazy(async () => ({ default: (await import('./AutoscalerDetails.tsx')).HpaDetails }));
const LazyVpa = lazy(async () => ({ default: (await import('./AutoscalerDetails.tsx')).VpaDetails }));

/** The load on a workload, and what its pods use. */
export function LoadPart({ workload }: { workload: Workload }) {
  return (
    <Suspense fallback={null}>
      <LazyLoad workload={workload} />
    </Suspense>
  );
}

/** What a node's pods use, over time. */
export function NodeUsePart({ name }: { name: string }) {
  const t = useT();
  const id: ObjectKey = `Node//${name}`;
  return (
    <Section title={t('autoscaling:use')}>
      <Suspense fallback={null}>
        <LazyCharts key={id} id={id} />
      </Suspense>
    </Section>
  );
}

/** Details of an autoscaler of either kind; null for other objects. */
export function AutoscalerPart({ object }: { object: AnyObject }) {
  return (
    <Suspense fallback={null}>
      {object.kind === 'VerticalPodAutoscaler' ? (
        <LazyVpa vpa={object as unknown as VerticalPodAutoscaler} />
      ) : (
        <LazyHpa hpa={object as unknown as HorizontalPodAutoscaler} />
      )}
    </Suspense>
  );
}
