import { goDuration } from '#shared/kube/goDuration.ts';
import type { Pod, Status } from '#shared/kube/types.ts';
import type { DrainOptions } from '#shared/protocol/index.ts';
import type { Client, ComponentContext, DeleteOptions } from '../client/types.ts';
import { cordonNode } from './cordon.ts';
import { type PodsForDeletion, podsForDeletion } from './drainFilters.ts';
import { aggregate, printError } from './words.ts';

const RETRY_MS = 5_000;
const POLL_MS = 1_000;

/** Where a drain writes, and what it tells at its end. */
export interface DrainOutput {
  out(line: string): void;
  err(line: string): void;
  done(exitCode: number): void;
}

/** Pods of a node as drain sees them. */
export function podsOfNode(ctx: ComponentContext, node: string, options: DrainOptions): PodsForDeletion {
  const daemonSets = ctx.informer('DaemonSet').lister;
  return podsForDeletion(ctx.informer('Pod').lister.byIndex('nodeName', node), options, (namespace, name) =>
    daemonSets.get(namespace, name) === undefined ? `daemonsets.apps "${name}" not found` : undefined,
  );
}

/** `kubectl drain` over one or more nodes as a process on virtual time. Models kubectl/pkg/cmd/drain RunDrain and kubectl/pkg/drain. */
export class Drain {
  readonly nodes: readonly string[];
  readonly #ctx: ComponentContext;
  readonly #client: Client;
  readonly #options: DrainOptions;
  readonly #output: DrainOutput;
  readonly #timers = new Set<number>();
  readonly #failures: string[][] = [];
  readonly #undrained: string[] = [];
  #position = 0;
  #finished = false;

  constructor(ctx: ComponentContext, client: Client, nodes: readonly string[], options: DrainOptions, output: DrainOutput) {
    this.#ctx = ctx;
    this.#client = client;
    this.nodes = nodes;
    this.#options = options;
    this.#output = output;
  }

  get finished(): boolean {
    return this.#finished;
  }

  /** Cordons all nodes, then begins with the first. An unknown name stops the command before anything is done. */
  start(): void {
    for (const node of this.nodes) {
      const found = this.#client.get('Node', '', node);
      if (!found.ok) {
        this.#refused(found.error);
        return;
      }
    }
    for (const node of this.nodes) {
      const line = cordonNode(this.#client, node, true);
      if (!line.ok) {
        this.#refused(line.error);
        return;
      }
      this.#output.out(line.value);
    }
    this.#nextNode();
  }

  #refused(status: Status): void {
    this.#output.err(printError(status));
    this.#finish(1);
  }

  /** Ctrl-C. What was asked of the API server stands. */
  cancel(): void {
    if (!this.#finished) this.#finish(130);
  }

  #nextNode(): void {
    const node = this.nodes[this.#position];
    this.#position += 1;
    if (node === undefined) {
      this.#conclude();
      return;
    }
    const list = podsOfNode(this.#ctx, node, this.#options);
    if (list.errors.length > 0) {
      this.#nodeFailed(node, list.errors);
      return;
    }
    if (list.warnings !== '') this.#output.err(`Warning: ${list.warnings}`);
    const finished = (errors: readonly string[]): void => {
      if (errors.length === 0) this.#nodeDrained(node);
      else this.#podsFailed(node, errors);
    };
    const timeoutMs = Math.round((this.#options.timeoutSeconds ?? 0) * 1000);
    const deadlineMs = timeoutMs === 0 ? Number.POSITIVE_INFINITY : this.#ctx.clock.nowMs + timeoutMs;
    if (list.pods.length === 0) finished([]);
    else if (this.#options.disableEviction === true) this.#deletePods(list.pods, deadlineMs, finished);
    else this.#evictPods(list.pods, deadlineMs, finished);
  }

  #nodeDrained(node: string): void {
    this.#output.out(`node/${node} drained`);
    this.#nextNode();
  }

  #podsFailed(node: string, errors: readonly string[]): void {
    const pending = podsOfNode(this.#ctx, node, this.#options);
    if (pending.pods.length > 0) {
      this.#output.err(`There are pending pods in node "${node}" when an error occurred: ${aggregate(errors)}`);
      for (const pod of pending.pods) this.#output.err(`pod/${pod.metadata.name}`);
    }
    this.#nodeFailed(node, errors);
  }

  #nodeFailed(node: string, errors: readonly string[]): void {
    this.#failures.push([...errors]);
    this.#undrained.push(node);
    this.#output.err(`error: unable to drain node "${node}" due to error: ${aggregate(errors)}, continuing command...`);
    this.#output.err('There are pending nodes to be drained:');
    for (const name of this.#undrained) this.#output.err(` ${name}`);
    this.#nextNode();
  }

  /** A single node's errors are listed one by one, those of several nodes node by node. */
  #conclude(): void {
    const [first = [], ...more] = this.#failures;
    for (const text of more.length === 0 ? first : this.#failures.map(aggregate)) this.#output.err(text);
    this.#finish(this.#failures.length === 0 ? 0 : 1);
  }

  #finish(exitCode: number): void {
    this.#finished = true;
    for (const timer of this.#timers) this.#ctx.clock.cancel(timer);
    this.#timers.clear();
    this.#output.done(exitCode);
  }

  /** Each pod goes its own way: evicted, refused and tried again, then waited for. Models drain evictPods. */
  #evictPods(pods: readonly Pod[], deadlineMs: number, finished: (errors: readonly string[]) => void): void {
    const outcomes = pods.map((): string | null | undefined => undefined);
    pods.forEach((pod, index) => {
      const done = (error: string | null): void => {
        outcomes[index] = error;
        if (outcomes.every((outcome) => outcome !== undefined))
          finished(outcomes.filter((outcome) => typeof outcome === 'string'));
      };
      this.#after(0, pod, () => this.#evict(pod, deadlineMs, false, done));
    });
  }

  #evict(pod: Pod, deadlineMs: number, refresh: boolean, done: (error: string | null) => void): void {
    const { namespace = '', name } = pod.metadata;
    const what = `error when evicting pods/"${name}" -n "${namespace}"`;
    this.#output.out(`evicting pod ${namespace}/${name}`);
    if (this.#ctx.clock.nowMs >= deadlineMs) {
      done(`${what}: ${this.#timedOut()}`);
      return;
    }
    const active = (refresh ? this.#ctx.informer('Pod').lister.get(namespace, name) : undefined) ?? pod;
    const answer = this.#client.evict(namespace, name, this.#deleteOptions());
    if (answer.ok) {
      this.#wait([pod], true, deadlineMs, (error) =>
        done(error === null ? null : `error when waiting for pod "${name}" in namespace "${namespace}" to terminate: ${error}`),
      );
      return;
    }
    const status = answer.error;
    const terminating = isNamespaceTerminating(status);
    if (status.code === 404) done(null);
    else if (status.code === 429) {
      this.#output.err(`${what} (will retry after 5s): ${status.message}`);
      this.#after(RETRY_MS, pod, () => this.#evict(pod, deadlineMs, false, done));
    } else if (terminating && active.metadata.deletionTimestamp !== undefined) {
      this.#wait([pod], true, deadlineMs, done);
    } else if (terminating) {
      this.#output.err(
        `error when evicting pod "${name}" from terminating namespace "${namespace}" (will retry after 5s): ${status.message}`,
      );
      this.#after(RETRY_MS, pod, () => this.#evict(pod, deadlineMs, true, done));
    } else done(`${what}: ${status.message}`);
  }

  /** Models drain deletePods: plain deletions, which no budget can refuse. */
  #deletePods(pods: readonly Pod[], deadlineMs: number, finished: (errors: readonly string[]) => void): void {
    for (const pod of pods) {
      const { namespace = '', name } = pod.metadata;
      const answer = this.#client.delete({ kind: 'Pod', namespace, name }, this.#deleteOptions());
      if (!answer.ok && answer.error.code !== 404) {
        finished([answer.error.message]);
        return;
      }
    }
    this.#wait(pods, false, deadlineMs, (error) => finished(error === null ? [] : [error]));
  }

  /** Looks at once and then each second until the pods (by uid) are gone. Models drain waitForDelete. */
  #wait(pods: readonly Pod[], evicted: boolean, deadlineMs: number, done: (error: string | null) => void): void {
    const lister = this.#ctx.informer('Pod').lister;
    const pending = pods.filter((pod) => {
      const gone = lister.get(pod.metadata.namespace ?? '', pod.metadata.name)?.metadata.uid !== pod.metadata.uid;
      if (gone) this.#output.out(`pod/${pod.metadata.name} ${evicted ? 'evicted' : 'deleted'}`);
      return !gone;
    });
    const first = pending[0];
    if (first === undefined) done(null);
    else if (this.#ctx.clock.nowMs >= deadlineMs) done(this.#timedOut());
    else this.#after(POLL_MS, first, () => this.#wait(pending, evicted, deadlineMs, done));
  }

  #timedOut(): string {
    return `global timeout reached: ${goDuration((this.#options.timeoutSeconds ?? 0) * 1000)}`;
  }

  #after(delayMs: number, pod: Pod, task: () => void): void {
    const timer = this.#ctx.clock.schedule(delayMs, `kubectl-drain/${pod.metadata.namespace ?? ''}/${pod.metadata.name}`, () => {
      this.#timers.delete(timer);
      task();
    });
    this.#timers.add(timer);
  }

  #deleteOptions(): DeleteOptions {
    const seconds = this.#options.gracePeriodSeconds ?? -1;
    return seconds < 0 ? {} : { gracePeriodSeconds: seconds };
  }
}

function isNamespaceTerminating(status: Status): boolean {
  return status.code === 403 && (status.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') ?? false);
}
