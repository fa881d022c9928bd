import { kindInfo } from '#shared/kube/registry.ts';
import type { ComponentContext } from '../client/types.ts';
import { action } from './framework/events.ts';
import type { Framework } from './framework/framework.ts';
import type { SchedulingQueue } from './queue/queue.ts';

/** Resources that cache and queue follow by themselves. */
const followed: readonly string[] = ['Node', 'Pod'];

/** Kinds beside nodes and pods that some plugin registered events of, by name. */
function registeredKinds(frameworks: Iterable<Framework>): string[] {
  const kinds = new Set<string>();
  for (const framework of frameworks) {
    for (const name of framework.resolved.names) {
      for (const { event } of framework.plugin(name)?.events?.() ?? []) kinds.add(event.resource);
    }
  }
  return [...kinds].filter((kind) => !followed.includes(kind) && kindInfo(kind)?.storable === true).sort();
}

/**
 * Tells the queue about changes of every other kind that plugins asked for (claims, volumes, classes...). What exists at the start is no event: no
 * pod has been tried yet. Returns the way to unsubscribe. Models the dynamic informers of pkg/scheduler addAllEventHandlers.
 */
export function watchOtherKinds(ctx: ComponentContext, queue: SchedulingQueue, frameworks: Iterable<Framework>): () => void {
  const unsubscribe = registeredKinds(frameworks).map((resource) =>
    ctx.informer(resource).subscribe({
      onAdd: (object) => queue.notify({ resource, action: action.add }, undefined, object),
      onUpdate: (before, after) => queue.notify({ resource, action: action.updateOther }, before, after),
      onDelete: (last) => queue.notify({ resource, action: action.delete }, last, undefined),
    }),
  );
  return () => {
    for (const off of unsubscribe) off();
  };
}
