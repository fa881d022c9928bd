import type { Pod } from '#shared/kube/types.ts';
import type { QueuedPod } from '../framework/plugin.ts';

/** A pod in the queue with its history. Owned and changed by the queue. Models framework.QueuedPodInfo. */
export interface QueuedPodInfo extends QueuedPod {
  readonly key: string;
  pod: Pod;
  priority: number;
  enqueuedMs: number;
  /** Order of arrival; settles ties. */
  readonly sequence: number;
  /** Cycles so far. */
  attempts: number;
  /** Attempts that ended with "does not fit", and consecutive errors: both lengthen the back-off. */
  failures: number;
  errors: number;
  /** Plugins that said no in the last attempt. */
  rejectors: ReadonlySet<string>;
  backoffUntilMs: number | undefined;
  /** When it last came out of a cycle (or in): back-off and flush count from here. */
  parkedMs: number;
  gate: { plugin: string; reasons: readonly string[] } | undefined;
  wokenBy: { event: string; plugin?: string } | undefined;
}
