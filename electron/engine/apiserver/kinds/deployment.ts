import { deepEqual } from '#shared/core/json.ts';
import { specChanged } from './common.ts';
import type { KindStrategy } from './strategy.ts';

/** Models registry/apps/deployment deploymentStrategy: annotations count as a change, and status updates keep the labels. */
export const deploymentStrategy: KindStrategy = {
  generation(next, old) {
    return specChanged(next, old) || !deepEqual(next.metadata.annotations ?? {}, old.metadata.annotations ?? {});
  },
  prepareForStatusUpdate(next, old) {
    const { labels: _sent, ...metadata } = next.metadata;
    const labels = old.metadata.labels;
    return { ...next, metadata: labels === undefined ? metadata : { ...metadata, labels } };
  },
};
