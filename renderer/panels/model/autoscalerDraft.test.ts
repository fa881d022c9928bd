import { describe, expect, it } from 'vitest';
import type { HorizontalPodAutoscaler } from '#shared/kube/types.ts';
import { autoscaleLine, autoscalerOfDraft, draftOfAutoscaler, emptyAutoscaler, patchOfDraft } from './autoscalerDraft.ts';

const target = { kind: 'Deployment', namespace: 'default', name: 'web' };

describe('autoscaler form', () => {
  it('makes what kubectl autoscale makes', () => {
    const draft = { ...emptyAutoscaler('web'), min: '2' };
    expect(autoscalerOfDraft(draft, target)).toEqual({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        minReplicas: 2,
        maxReplicas: 10,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }],
      },
    });
    expect(autoscaleLine(draft, target)).toBe('kubectl autoscale deployment web --min=2 --max=10 --cpu=60%');
  });
  it('says behaviour only where something is said', () => {
    const { spec } = autoscalerOfDraft({ ...emptyAutoscaler('web'), downWindow: '60', upPods: '4' }, target) as {
      spec?: unknown;
    };
    expect(spec).toMatchObject({
      behavior: {
        scaleUp: { policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }] },
        scaleDown: { stabilizationWindowSeconds: 60 },
      },
    });
  });
  it('keeps metrics it does not show', () => {
    const own = { type: 'Pods', pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '10' } } };
    const hpa = autoscalerOfDraft(emptyAutoscaler('web'), target) as unknown as HorizontalPodAutoscaler;
    const stored = { ...hpa, spec: { ...hpa.spec, metrics: [...(hpa.spec.metrics ?? []), own] } } as HorizontalPodAutoscaler;
    const before = draftOfAutoscaler(stored);
    expect(before).toEqual(emptyAutoscaler('web'));
    expect(patchOfDraft(stored, before, { ...before, cpu: '80', max: '20', downWindow: '0' })).toEqual({
      spec: {
        maxReplicas: 20,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }, own],
        behavior: { scaleDown: { stabilizationWindowSeconds: 0 } },
      },
    });
  });
});
