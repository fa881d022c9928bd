import type { ComponentContext, WorkQueue } from '../../client/types.ts';

/** Work queue of a controller that shows a pulse on the screen for each item it handles. */
export function controllerQueue(ctx: ComponentContext, name: string, process: (key: string) => void): WorkQueue {
  return ctx.workQueue(name, (key) => {
    ctx.emit({ type: 'pulse', component: name });
    process(key);
  });
}
