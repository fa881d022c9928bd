import { deepEqual } from '#shared/core/json.ts';
import type { DaemonSet } from '#shared/kube/kinds.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import { specChanged } from './common.ts';
import type { KindStrategy } from './strategy.ts';

/** Annotation that carries the number of changes of the template, a field of the unversioned DaemonSet. */
export const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/** The object's template generation; undefined when it has none that is a whole number. */
function templateGeneration(object: AnyObject | DaemonSet): number | undefined {
  const text = object.metadata.annotations?.[TEMPLATE_GENERATION];
  return text !== undefined && /^[+-]?[0-9]+$/.test(text) ? Number(text) : undefined;
}

function withTemplateGeneration<T extends AnyObject | DaemonSet>(object: T, generation: number): T {
  const annotations = { ...object.metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function template(object: AnyObject): unknown {
  return (object.spec as DaemonSet['spec'] | undefined)?.template;
}

/** Clients can't set the template generation; it counts changes of the template. Models registry/apps/daemonset daemonSetStrategy. */
export const daemonSetStrategy: KindStrategy = {
  generation: specChanged,
  prepareForUpdate(next, old) {
    const changed = !deepEqual(template(next), template(old));
    return withTemplateGeneration(next, (templateGeneration(old) ?? 0) + (changed ? 1 : 0));
  },
  prepareForStatusUpdate: (next, old) => withTemplateGeneration(next, templateGeneration(old) ?? 0),
};

/** A new DaemonSet: status at its beginning, template generation at least 1. Models PrepareForCreate. */
export function prepareDaemonSet(set: DaemonSet): DaemonSet {
  const status = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
  return withTemplateGeneration({ ...set, status }, Math.max(1, templateGeneration(set) ?? 1));
}
