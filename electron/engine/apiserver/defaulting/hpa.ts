import type { HorizontalPodAutoscaler, HpaScalingRules } from '#shared/kube/types.ts';

type Spec = HorizontalPodAutoscaler['spec'];

const MIN_REPLICAS = 1;
/** Utilisation in per cent of the request that an autoscaler without metrics aims at. */
export const DEFAULT_CPU_UTILIZATION = 80;
const PERIOD_SECONDS = 15;
const EVERYTHING = { type: 'Percent', value: 100, periodSeconds: PERIOD_SECONDS };

/** The metric an autoscaler without metrics gets. */
export function defaultMetrics(percent = DEFAULT_CPU_UTILIZATION): NonNullable<Spec['metrics']> {
  return [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: percent } } }];
}

/** Rules with what is not said taken from the defaults; an empty list of policies stays empty and is refused later. Models copyHPAScalingRules. */
function completed(rules: HpaScalingRules | undefined, defaults: HpaScalingRules): HpaScalingRules {
  const given = Object.fromEntries(Object.entries(rules ?? {}).filter(([, value]) => value !== undefined && value !== null));
  return { ...defaults, ...given };
}

/** Behaviour is completed only when there is one at all. Models SetDefaults_HorizontalPodAutoscalerBehavior. */
function defaultBehavior(behavior: NonNullable<Spec['behavior']>): NonNullable<Spec['behavior']> {
  return {
    ...behavior,
    scaleUp: completed(behavior.scaleUp, {
      stabilizationWindowSeconds: 0,
      selectPolicy: 'Max',
      policies: [{ type: 'Pods', value: 4, periodSeconds: PERIOD_SECONDS }, EVERYTHING],
    }),
    // The window for scaling down stays open: the controller's own setting counts.
    scaleDown: completed(behavior.scaleDown, { selectPolicy: 'Max', policies: [EVERYTHING] }),
  };
}

/** Models SetDefaults_HorizontalPodAutoscaler of autoscaling/v2. */
export function defaultAutoscaler(hpa: HorizontalPodAutoscaler): HorizontalPodAutoscaler {
  const spec = hpa.spec as Spec | undefined;
  return {
    ...hpa,
    spec: {
      ...(spec ?? ({} as Spec)),
      minReplicas: spec?.minReplicas ?? MIN_REPLICAS,
      metrics: (spec?.metrics?.length ?? 0) > 0 ? (spec?.metrics ?? []) : defaultMetrics(),
      ...(spec?.behavior ? { behavior: defaultBehavior(spec.behavior) } : {}),
    },
  };
}

/** Status of a new autoscaler: both fields are required ones, so they are there from the beginning. */
export function initialAutoscalerStatus(): HorizontalPodAutoscaler['status'] {
  return { desiredReplicas: 0, currentMetrics: null } as unknown as HorizontalPodAutoscaler['status'];
}
