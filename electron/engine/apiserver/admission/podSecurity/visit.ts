import type { ObjectMeta, PodSpec } from '#shared/kube/types.ts';

/** A container of any of the three lists, as far as the checks look. */
export interface CheckedContainer {
  readonly name: string;
  readonly securityContext?: CheckedContext;
  readonly ports?: readonly { hostPort?: number }[];
  readonly livenessProbe?: CheckedHandler;
  readonly readinessProbe?: CheckedHandler;
  readonly startupProbe?: CheckedHandler;
  readonly lifecycle?: { postStart?: CheckedHandler; preStop?: CheckedHandler };
}

/** A probe or hook that may name another host. */
export interface CheckedHandler {
  readonly httpGet?: { host?: string };
  readonly tcpSocket?: { host?: string };
}

/** Fields of a pod's or container's security context. */
export interface CheckedContext {
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly procMount?: string;
  readonly capabilities?: { add?: readonly string[]; drop?: readonly string[] };
  readonly seccompProfile?: { type?: string };
  readonly appArmorProfile?: { type?: string };
  readonly seLinuxOptions?: { type?: string; user?: string; role?: string };
  readonly windowsOptions?: { hostProcess?: boolean };
  readonly sysctls?: readonly { name: string }[];
}

/** A pod or a pod template to check. */
export interface CheckedPod {
  readonly metadata: Partial<ObjectMeta>;
  readonly spec: PodSpec;
}

/** Why a check refuses: what for, and where. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** One rule set of a check. undefined when the pod is fine. */
export type Check = (pod: CheckedPod) => Violation | undefined;

/** All containers in the order of the checks: init, main, ephemeral. */
export function containersOf({ spec }: CheckedPod): CheckedContainer[] {
  const { initContainers, containers, ephemeralContainers } = spec as {
    initContainers?: unknown[];
    containers?: unknown[];
    ephemeralContainers?: unknown[];
  };
  return [...(initContainers ?? []), ...(containers ?? []), ...(ephemeralContainers ?? [])] as CheckedContainer[];
}

/** The pod's own security context. */
export function contextOf({ spec }: CheckedPod): CheckedContext {
  return (spec.securityContext ?? {}) as CheckedContext;
}

/** Names of the containers that a rule finds bad. */
export function bad(pod: CheckedPod, rule: (context: CheckedContext, container: CheckedContainer) => boolean): string[] {
  return containersOf(pod)
    .filter((container) => rule(container.securityContext ?? {}, container))
    .map(({ name }) => name);
}

export function plural(one: string, many: string, count: number): string {
  return count === 1 ? one : many;
}

/** `"a", "b"`. */
export function quote(texts: readonly string[]): string {
  return `"${texts.join('", "')}"`;
}

/** `container "a"`, `containers "a", "b"`. */
export function named(names: readonly string[]): string {
  return `${plural('container', 'containers', names.length)} ${quote(names)}`;
}

/** Distinct texts in byte order. */
export function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

/** `pod and containers "a", "b"`: who sets something. */
export function setters(inPod: boolean, containers: readonly string[]): string {
  return [...(inPod ? ['pod'] : []), ...(containers.length > 0 ? [named(containers)] : [])].join(' and ');
}

/** Pods on Windows need no Linux settings. */
export function isWindows({ spec }: CheckedPod): boolean {
  return (spec as { os?: { name?: string } }).os?.name === 'windows';
}

/** Pods in a user namespace of their own may do more. */
export function hasUserNamespace({ spec }: CheckedPod): boolean {
  return (spec as { hostUsers?: boolean }).hostUsers === false;
}
