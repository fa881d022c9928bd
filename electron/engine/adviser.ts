import { err, ok } from '#shared/core/result.ts';
import { controllerOf } from '#shared/kube/pod.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import { type Advice, createAdvice } from './advice/index.ts';
import { badRequest } from './apiserver/status.ts';
import type { ComponentSet } from './components.ts';
import { isPodActive, podsToDelete } from './controllers/common/replicas/ranking.ts';
import type { EngineCore } from './core.ts';
import type { Faults } from './faults/index.ts';
import type { Kubectl } from './kubectl/index.ts';
import type { SchedulerSet } from './schedulers.ts';

/** Parts of the engine that advice asks. */
export interface AdviserParts {
  readonly core: EngineCore;
  readonly scheduler: SchedulerSet;
  readonly components: ComponentSet;
  readonly kubectl: Kubectl;
  readonly faults: Faults;
}

/** Gives advice its narrow view of the other parts. */
export function connectAdvice({ core, scheduler, components, kubectl, faults }: AdviserParts): Advice {
  const { context, server, clock } = core;
  const pods = context.informer('Pod').lister;
  const sets = context.informer('ReplicaSet').lister;
  return createAdvice(context, {
    tryOut: () => scheduler.sandbox(),
    faults: () => faults.all(),
    stoppedScheduler(pod) {
      const own = scheduler.servedBy(pod);
      return components.list().find(({ name, running }) => name === own && !running)?.name;
    },
    leaving(set, count) {
      const podsOf = (uid: string | undefined) => pods.byIndex('ownerUid', uid ?? '');
      const owner = controllerOf(set);
      const family = owner === undefined ? [set] : sets.byIndex('ownerUid', owner.uid);
      const related = family.flatMap(({ metadata }) => [...podsOf(metadata.uid)]);
      return podsToDelete(podsOf(set.metadata.uid).filter(isPodActive), related, count, clock);
    },
    drainPreview: (node, options) => kubectl.drainPreview(node, options),
    evictionPreview: (pod) => kubectl.evictionPreview(pod),
    completed(object) {
      const info = kindInfo(object.kind);
      if (info === undefined) return err(badRequest(`no kind ${object.kind}`));
      const complete = server.completed(info, object);
      return complete.ok ? ok(complete.value) : complete;
    },
  });
}
