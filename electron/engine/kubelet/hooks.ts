import type { Container } from '#shared/kube/types.ts';
import type { ComponentContext } from '../client/types.ts';
import type { HookOutcome } from './behaviour.ts';
import type { ContainerRun } from './containers.ts';
import type { ConfigSource } from './environment.ts';
import type { PodRun } from './podRun.ts';
import type { StopBehaviour } from './termination.ts';

type Handler = NonNullable<NonNullable<Container['lifecycle']>['postStart']>;

/** A postStart hook and, when it fails, the message the container waits with. */
export interface StartHook extends HookOutcome {
  error: string;
}

/** How the container's postStart hook goes; undefined = it has none. Models kubelet lifecycle handlerRunner. */
export function startHookOf(run: PodRun, container: ContainerRun): StartHook | undefined {
  const handler = container.spec.lifecycle?.postStart;
  if (handler === undefined) return undefined;
  const outcome = outcomeOf(handler, run.behaviour(container).hook('post-start'));
  return { ...outcome, error: hookError(run, container, handler) };
}

/** How its preStop hook goes; undefined = it has none. */
export function preStopOf(run: PodRun, container: ContainerRun): HookOutcome | undefined {
  const handler = container.spec.lifecycle?.preStop;
  return handler === undefined ? undefined : outcomeOf(handler, run.behaviour(container).hook('pre-stop'));
}

/** A sleep takes the time it says; other handlers take what the scenario says, or no time. */
function outcomeOf(handler: Handler, scripted: HookOutcome | undefined): HookOutcome {
  if (scripted !== undefined) return scripted;
  return { afterMs: (handler.sleep?.seconds ?? 0) * 1000, pass: true };
}

function hookError(run: PodRun, container: ContainerRun, handler: Handler): string {
  const about = `for Container "${container.name}" in Pod "${run.fullName}" failed - error: `;
  if (handler.httpGet !== undefined)
    return `HTTP lifecycle hook (${handler.httpGet.path ?? ''}) ${about}HTTP hook returned status 500, message: ""`;
  const command = handler.exec?.command ?? [];
  return `Exec lifecycle hook (${`[${command.join(' ')}]`}) ${about}command '${command.join(' ')}' exited with 1: , message: ""`;
}

/** How a container takes being stopped. */
export function stopBehaviour(run: PodRun, container: ContainerRun): StopBehaviour {
  const behaviour = run.behaviour(container);
  return {
    preStopMs: preStopOf(run, container)?.afterMs ?? 0,
    terminationMs: behaviour.terminationMs ?? run.timings.terminationMs,
    exitCode: behaviour.stopExitCode,
  };
}

/** ConfigMaps and Secrets as the kubelet sees them. */
export function configSource(ctx: ComponentContext): ConfigSource {
  return {
    configMap: (namespace, name) => ctx.informer('ConfigMap').lister.get(namespace, name),
    secret: (namespace, name) => ctx.informer('Secret').lister.get(namespace, name),
  };
}
