import type { Pod } from '#shared/kube/types.ts';
import { imageTag } from './images.ts';

/** What scenarios can say about the programs in a pod, as annotations. */
const RUN_SECONDS = 'stowage.dev/run-seconds';
const EXIT_CODE = 'stowage.dev/exit-code';
const TERMINATION_SECONDS = 'stowage.dev/termination-seconds';
/** `"false"`: the readiness probe fails; `"true"`: it passes. */
export const READY_ANNOTATION = 'stowage.dev/ready';

/** How the program in a container behaves. */
export interface Behaviour {
  /** Milliseconds until it ends by itself; undefined = it runs for ever. */
  runMs: number | undefined;
  exitCode: number;
  /** Milliseconds from SIGTERM to its end; undefined = the cluster's setting. */
  terminationMs: number | undefined;
}

/** Behaviour of a pod's main containers. A run time alone means success; an exit code alone means at once. */
export function behaviourOf(pod: Pod): Behaviour {
  const runMs = milliseconds(pod, RUN_SECONDS);
  const code = pod.metadata.annotations?.[EXIT_CODE];
  const exitCode = code === undefined || !/^\d{1,3}$/.test(code) ? undefined : Number(code);
  return {
    runMs: runMs ?? (exitCode === undefined ? undefined : 0),
    exitCode: exitCode ?? 0,
    terminationMs: milliseconds(pod, TERMINATION_SECONDS),
  };
}

/** Whether the readiness probe of a running container passes: the annotation decides, else an image tag that begins with `slow` never does. */
export function probePasses(pod: Pod, image: string): boolean {
  const told = pod.metadata.annotations?.[READY_ANNOTATION];
  return told === undefined ? !imageTag(image).startsWith('slow') : told !== 'false';
}

function milliseconds(pod: Pod, annotation: string): number | undefined {
  const text = pod.metadata.annotations?.[annotation];
  return text === undefined || !/^\d+(\.\d+)?$/.test(text) ? undefined : Math.round(Number(text) * 1000);
}
