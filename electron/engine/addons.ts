import type { Component, ComponentContext } from './client/types.ts';
import { createClusterAutoscaler, createNodeProvider, type TryOut } from './controllers/clusterautoscaler/index.ts';
import { createVpaRecommender, createVpaUpdater } from './controllers/verticalpodautoscaler/index.ts';
import type { MetricsSource } from './metrics/types.ts';

/** What the add-ons ask of the engine. */
export interface AddonParts {
  readonly metrics: MetricsSource;
  /** A copy of the schedulers' view on which anything can be tried. */
  tryOut(): TryOut;
}

/** Components that a cluster has beside its control plane, as far as the configuration has them; they start after it. */
export function createAddons(ctx: ComponentContext, parts: AddonParts): Component[] {
  const vertical = [createVpaRecommender(ctx, parts.metrics), createVpaUpdater(ctx)];
  if (!ctx.config.clusterAutoscaler.enabled) return vertical;
  return [...vertical, createNodeProvider(ctx), createClusterAutoscaler(ctx, parts)];
}
