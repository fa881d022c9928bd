import { err, ok, type Result } from '#shared/core/result.ts';
import type { Status } from '#shared/kube/types.ts';
import type { Command, CommandPreview, Suggestion } from '#shared/protocol/index.ts';
import type { ComponentContext } from '../client/types.ts';
import { preview } from './preview.ts';
import { suggest } from './suggest.ts';
import type { AdviceDeps } from './types.ts';

export type { AdviceDeps } from './types.ts';

/** What people can ask before they act. Nothing here writes, draws or takes virtual time. */
export interface Advice {
  /** The smallest changes after which a pending pod would get a node, smallest first. 404 for an unknown pod. */
  suggest(namespace: string, name: string): Result<Suggestion[], Status>;
  /** What would follow from a command. 400 for a command that has no preview, 404 for what it names and is not there. */
  preview(command: Command): Result<CommandPreview, Status>;
}

/** Builds the adviser of a cluster. */
export function createAdvice(ctx: ComponentContext, deps: AdviceDeps): Advice {
  return {
    suggest(namespace, name) {
      const pod = ctx.informer('Pod').lister.get(namespace, name);
      if (pod !== undefined) return ok(suggest(ctx, deps, pod));
      const message = `pods "${name}" not found`;
      return err({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'NotFound', code: 404, message });
    },
    preview: (command) => preview(ctx, deps, command),
  };
}
