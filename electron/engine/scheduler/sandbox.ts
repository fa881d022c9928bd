import { err, ok, type Result } from '#shared/core/result.ts';
import { isTerminal } from '#shared/kube/pod.ts';
import type { KubeObject, Node, Pod, Status } from '#shared/kube/types.ts';
import type { Attempt } from '#shared/protocol/explain.ts';
import type { ComponentContext } from '../client/types.ts';
import { SchedulerCache } from './cache/cache.ts';
import { CycleState } from './framework/cyclestate.ts';
import { decide } from './framework/decide.ts';
import { Framework } from './framework/framework.ts';
import { PodInfos } from './framework/podinfo.ts';
import { ResourceTable } from './framework/resources.ts';
import { pluginRegistry } from './plugins/registry.ts';
import { defaultProfile, type ProfileConfig } from './profiles.ts';
import { Nominator } from './queue/nominator.ts';
import { noProfile } from './status.ts';
import { gatedAttempt, recordOf, toAttempt } from './trace.ts';

/** What is to be different from the present state. Pods are named `namespace/name`. */
export interface SandboxChange {
  /** Nodes in place of those of the same name, or further ones. */
  readonly nodes?: readonly Node[];
  readonly withoutNodes?: readonly string[];
  readonly withoutPods?: readonly string[];
  /** Pods that run on their spec.nodeName. */
  readonly pods?: readonly Pod[];
}

/** A copy of the scheduler's view on which anything can be tried: the same plugins, no queue, no API, no draws. */
export interface Sandbox {
  /** Changes the copy for good. */
  change(change: SandboxChange): void;
  /**
   * One decision about a pod under a change that is taken back afterwards. `preempt` false: victims are not looked for. `promised`: another pod that
   * has been promised room on the node of its status.
   */
  fit(
    pod: Pod,
    options?: { readonly change?: SandboxChange; readonly preempt?: boolean; readonly promised?: Pod },
  ): Result<Attempt, Status>;
  /**
   * First of the named nodes (of all, by name) whose filters let the pod in as the copy stands, and the reasons of each one before it. Cheaper than
   * a decision: nothing is scored, nobody preempted.
   */
  place(
    pod: Pod,
    nodes?: readonly string[],
  ): { readonly node: string | undefined; readonly reasons: ReadonlyMap<string, readonly string[]> };
  /** Decisions so far: what the work is measured by. */
  readonly runs: number;
}

/** Builds a copy of the present state. It writes nothing and stays as it is when the cluster goes on. */
export function createSandbox(ctx: ComponentContext, profiles: readonly ProfileConfig[]): Sandbox {
  return new SchedulerSandbox(ctx, profiles);
}

const keyOfPod = (pod: Pod): string => `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;

class SchedulerSandbox implements Sandbox {
  readonly #ctx: ComponentContext;
  readonly #frameworks: ReadonlyMap<string, Framework>;
  readonly #infos = new PodInfos(new ResourceTable());
  readonly #cache = new SchedulerCache(this.#infos);
  readonly #nominator = new Nominator(this.#infos);
  readonly #nodes = new Map<string, Node>();
  readonly #pods = new Map<string, Pod>();
  runs = 0;

  constructor(ctx: ComponentContext, profiles: readonly ProfileConfig[]) {
    this.#ctx = ctx;
    this.#frameworks = new Map(profiles.map((profile) => [profile.schedulerName, this.#framework(profile)]));
    const pods = ctx
      .informer('Pod')
      .lister.list()
      .filter((pod) => !isTerminal(pod));
    this.change({ nodes: ctx.informer('Node').lister.list(), pods: pods.filter((pod) => pod.spec.nodeName) });
    for (const pod of pods) if (!pod.spec.nodeName) this.#nominator.set(pod);
  }

  #framework(profile: ProfileConfig): Framework {
    return new Framework(profile, pluginRegistry, {
      clock: this.#ctx.clock,
      pods: this.#infos,
      snapshot: () => this.#cache.updateSnapshot(),
      objects: {
        list: (kind, namespace) => this.#ctx.informer(kind).lister.list(namespace) as readonly KubeObject[],
        get: (kind, namespace, name) => this.#ctx.informer(kind).lister.get(namespace, name),
      },
      nominatedPods: (node) => this.#nominator.onNode(node),
      bind: () => null,
      update: (object) => ok(object),
      draw: () => 0,
      preemptionTriesAllNodes: () => true,
    });
  }

  change(change: SandboxChange): void {
    for (const key of change.withoutPods ?? []) this.#dropPod(key);
    for (const name of change.withoutNodes ?? []) this.#dropNode(name);
    for (const node of change.nodes ?? []) this.#setNode(node);
    for (const pod of change.pods ?? []) {
      this.#nominator.delete(keyOfPod(pod));
      this.#pods.set(keyOfPod(pod), pod);
      this.#cache.setPod(pod);
    }
  }

  #setNode(node: Node): void {
    const before = this.#nodes.get(node.metadata.name);
    this.#nodes.set(node.metadata.name, node);
    if (before === undefined) this.#cache.addNode(node);
    else this.#cache.updateNode(before, node);
  }

  #dropNode(name: string): void {
    const node = this.#nodes.get(name);
    if (node === undefined) return;
    this.#nodes.delete(name);
    this.#cache.removeNode(node);
  }

  #dropPod(key: string): void {
    const pod = this.#pods.get(key);
    if (pod === undefined) return;
    this.#pods.delete(key);
    this.#cache.removePod(pod);
  }

  /** The change that takes another one back. */
  #inverse(change: SandboxChange): SandboxChange {
    const nodes = (change.nodes ?? []).map(({ metadata }) => metadata.name);
    const names = [...nodes, ...(change.withoutNodes ?? [])];
    const keys = [...(change.withoutPods ?? []), ...(change.pods ?? []).map(keyOfPod)];
    return {
      withoutNodes: nodes.filter((name) => !this.#nodes.has(name)),
      nodes: names.flatMap((name) => this.#nodes.get(name) ?? []),
      withoutPods: (change.pods ?? []).map(keyOfPod),
      pods: keys.flatMap((key) => this.#pods.get(key) ?? []),
    };
  }

  fit(given: Pod, options: { change?: SandboxChange; preempt?: boolean; promised?: Pod } = {}): Result<Attempt, Status> {
    this.runs++;
    const profile = given.spec.schedulerName ?? defaultProfile.schedulerName;
    const framework = this.#frameworks.get(profile);
    if (framework === undefined) return err(noProfile(profile));
    const frame = {
      pod: keyOfPod(given),
      attempt: 0,
      atMs: this.#ctx.clock.nowMs,
      cycle: 0,
      profile,
      result: 'preview' as const,
    };
    const gate = framework.preEnqueue(given);
    if (gate !== null) return ok(gatedAttempt(frame, this.#cache.nodeCount, gate));
    const { change = {}, promised } = options;
    const promisedBefore = promised && this.#nominator.nodeOf(keyOfPod(promised));
    const back = this.#inverse(change);
    this.change(change);
    if (promised !== undefined) this.#nominator.set(promised);
    const decision = decide(framework, this.#infos.of(given), this.#cache.updateSnapshot(), {
      startIndex: 0,
      percentageOfNodesToScore: 100,
      scoreAlways: true,
      draw: () => 0,
      postFilter: options.preempt === true,
    });
    const attempt = toAttempt(frame, recordOf(decision));
    this.change(back);
    if (promised !== undefined) this.#nominator.set(promised, promisedBefore ?? '');
    return ok(attempt);
  }

  place(given: Pod, nodes?: readonly string[]): { node: string | undefined; reasons: ReadonlyMap<string, readonly string[]> } {
    this.runs++;
    const profile = given.spec.schedulerName ?? defaultProfile.schedulerName;
    const framework = this.#frameworks.get(profile);
    const snapshot = this.#cache.updateSnapshot();
    const asked = nodes ?? snapshot.names;
    const reasons = new Map<string, readonly string[]>();
    const all = (reason: readonly string[]) => new Map(asked.map((name) => [name, reason]));
    if (framework === undefined) return { node: undefined, reasons: all([noProfile(profile).message ?? '']) };
    const state = new CycleState();
    const info = this.#infos.of(given);
    const narrowed = framework.preFilter(state, info, snapshot);
    if (narrowed.status !== null) return { node: undefined, reasons: all(narrowed.status.reasons) };
    const probe = framework.probe(state, info, snapshot);
    for (const name of asked) {
      const position = snapshot.get(name)?.position;
      if (position === undefined) continue;
      const outside = narrowed.nodeNames?.has(name) === false;
      const status = outside ? null : probe(position);
      if (!outside && status === null) return { node: name, reasons };
      reasons.set(name, status?.reasons ?? [`node(s) didn't satisfy plugin(s) [${narrowed.narrowedBy.join(' ')}]`]);
    }
    return { node: undefined, reasons };
  }
}
