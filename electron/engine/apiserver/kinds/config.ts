import { deepEqual } from '#shared/core/json.ts';
import type { KindStrategy } from './strategy.ts';

/** Models registry/core/podtemplate strategy: the template is what is counted. */
export const podTemplateStrategy: KindStrategy = {
  generation: (next, old) => !deepEqual(next.template, old.template),
};
