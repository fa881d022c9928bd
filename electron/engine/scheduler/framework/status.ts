import type { FrameworkCode } from '#shared/protocol/explain.ts';

/**
 * What a plugin answers when it does not simply agree. `null` stands for success everywhere in the framework, so that the common case costs nothing.
 * Models pkg/scheduler/framework Status.
 */
export interface PluginStatus {
  readonly code: FrameworkCode;
  readonly reasons: readonly string[];
  /** Set by the framework to the plugin that answered. */
  readonly plugin?: string;
}

/** The node cannot take the pod now, but preemption could help. */
export function unschedulable(...reasons: string[]): PluginStatus {
  return { code: 'Unschedulable', reasons };
}

/** The node cannot take the pod and preempting others would not change that. */
export function unresolvable(...reasons: string[]): PluginStatus {
  return { code: 'UnschedulableAndUnresolvable', reasons };
}

/** Something went wrong that is not the pod's or the node's fault. */
export function errorStatus(message: string): PluginStatus {
  return { code: 'Error', reasons: [message] };
}

/** The plugin has nothing to do for this pod; its later extension points are left out of this cycle. */
export const skip: PluginStatus = Object.freeze({ code: 'Skip', reasons: Object.freeze([]) });

/** The same status, naming the plugin that gave it. */
export function withPlugin(status: PluginStatus, plugin: string): PluginStatus {
  return { code: status.code, reasons: status.reasons, plugin };
}

/** True for the three codes that send a pod away without being errors. */
export function isRejected(status: PluginStatus | null): boolean {
  return (
    status !== null &&
    (status.code === 'Unschedulable' || status.code === 'UnschedulableAndUnresolvable' || status.code === 'Pending')
  );
}

/** The reasons as one text, as upstream's Status.Message joins them. */
export function statusMessage(status: PluginStatus | null): string {
  return status === null ? '' : status.reasons.join(', ');
}
