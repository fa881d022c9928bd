import { deepEqual } from '#shared/core/json.ts';
import { getCondition, setCondition } from '#shared/kube/conditions.ts';
import { shortestSeconds, usedTolerations } from '#shared/kube/taints.ts';
import type { Node, Pod, Taint } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';

const NAME = 'taint-eviction-controller';
const RETRIES = 5;
const RETRY_MS = 10;

/** A deletion that waits for its time, or one that has been carried out (`timer` undefined) and must not be repeated. */
interface Deletion {
  timer: number | undefined;
}

/**
 * Deletes pods from nodes with NoExecute taints when their tolerations run out.
 * Models pkg/controller/tainteviction Controller.
 */
export function createTaintEviction(ctx: ComponentContext): Component {
  const controller = new TaintEviction(ctx);
  return { name: NAME, start: () => controller.start(), stop: () => controller.stop(), queued: () => controller.queued() };
}

class TaintEviction {
  readonly #ctx: ComponentContext;
  readonly #client;
  readonly #recorder;
  readonly #nodes;
  readonly #pods;
  readonly #nodeQueue;
  readonly #podQueue;
  /** By namespace/name; a pod's entry lives as long as the pod. */
  #deletions = new Map<string, Deletion>();
  #subscriptions: (() => void)[] = [];

  constructor(ctx: ComponentContext) {
    this.#ctx = ctx;
    this.#client = ctx.client(NAME);
    this.#recorder = ctx.recorder(NAME);
    this.#nodes = ctx.informer('Node');
    this.#pods = ctx.informer('Pod');
    this.#nodeQueue = ctx.workQueue(`${NAME}/nodes`, (name) => this.#syncNode(name));
    this.#podQueue = ctx.workQueue(`${NAME}/pods`, (key) => this.#syncPod(key));
  }

  start(): void {
    this.#nodeQueue.start();
    this.#podQueue.start();
    this.#subscriptions = [
      this.#nodes.subscribe(
        {
          onAdd: (node) => this.#nodeQueue.add(node.metadata.name),
          onUpdate: (before, after) => {
            if (!deepEqual(before.spec.taints ?? [], after.spec.taints ?? [])) this.#nodeQueue.add(after.metadata.name);
          },
        },
        { replay: true },
      ),
      this.#pods.subscribe(
        {
          onAdd: (pod) => this.#podQueue.add(podKey(pod)),
          onUpdate: (before, after) => {
            if (before.spec.nodeName === after.spec.nodeName && deepEqual(before.spec.tolerations, after.spec.tolerations))
              return;
            this.#podQueue.add(podKey(after));
          },
          onDelete: (pod) => this.#drop(podKey(pod)),
        },
        { replay: true },
      ),
    ];
  }

  stop(): void {
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    this.#subscriptions = [];
    this.#nodeQueue.stop();
    this.#podQueue.stop();
    for (const key of [...this.#deletions.keys()]) this.#drop(key);
  }

  queued(): number {
    return this.#nodeQueue.length + this.#podQueue.length;
  }

  #syncNode(name: string): void {
    const node = this.#nodes.lister.get('', name);
    if (node === undefined) return;
    const taints = noExecute(node);
    for (const pod of this.#pods.lister.byIndex('nodeName', name)) {
      if (taints.length === 0) this.#cancel(pod);
      else this.#plan(pod, taints);
    }
  }

  #syncPod(key: string): void {
    const [namespace = '', name = ''] = key.split('/');
    const pod = this.#pods.lister.get(namespace, name);
    if (pod?.spec.nodeName === undefined) return;
    const taints = noExecute(this.#nodes.lister.get('', pod.spec.nodeName));
    if (taints.length > 0) this.#plan(pod, taints);
  }

  /** Sets, keeps or cancels the pod's time. A running time is not shortened by a further taint. Models tainteviction processPodOnNode. */
  #plan(pod: Pod, taints: readonly Taint[]): void {
    const used = usedTolerations(taints, pod.spec.tolerations ?? []);
    if (used === undefined) {
      this.#cancel(pod);
      this.#schedule(pod, 0);
      return;
    }
    const seconds = shortestSeconds(used);
    if (seconds === undefined) {
      this.#cancel(pod);
      return;
    }
    if (this.#deletions.get(podKey(pod))?.timer === undefined) this.#schedule(pod, seconds * 1000);
  }

  #schedule(pod: Pod, delayMs: number): void {
    const key = podKey(pod);
    if (this.#deletions.has(key)) return;
    const deletion: Deletion = { timer: undefined };
    this.#deletions.set(key, deletion);
    const run = (): void => {
      deletion.timer = undefined;
      this.#ctx.emit({ type: 'pulse', component: NAME });
      this.#recorder.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${key}`);
      this.#delete(key, pod.metadata.uid, RETRIES);
    };
    if (delayMs <= 0) run();
    else deletion.timer = this.#ctx.clock.schedule(delayMs, `${NAME}/${key}`, run);
  }

  /** Condition first, then the deletion: two writes, repeated a few times when refused. Models tainteviction addConditionAndDeletePod. */
  #delete(key: string, uid: string | undefined, retries: number): void {
    const [namespace = '', name = ''] = key.split('/');
    const pod = this.#pods.lister.get(namespace, name);
    if (pod === undefined || pod.metadata.uid !== uid) return;
    if (this.#markDisrupted(pod) && this.#client.delete({ kind: 'Pod', namespace, name }).ok) return;
    if (retries > 1) this.#ctx.clock.schedule(RETRY_MS, `${NAME}/${key}`, () => this.#delete(key, uid, retries - 1));
    else this.#deletions.delete(key);
  }

  #markDisrupted(pod: Pod): boolean {
    const condition = {
      type: 'DisruptionTarget',
      status: 'True' as const,
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
    };
    const before = getCondition(pod.status.conditions, 'DisruptionTarget');
    if (before?.status === 'True' && before.reason === condition.reason) return true;
    const conditions = [...setCondition(pod.status.conditions, condition, this.#ctx.clock.timestamp())];
    return this.#client.updateStatus({ ...pod, status: { ...pod.status, conditions } }).ok;
  }

  /** Calls a waiting deletion off, with the event that says so; forgets one already carried out. */
  #cancel(pod: Pod): void {
    const key = podKey(pod);
    const waiting = this.#deletions.get(key)?.timer !== undefined;
    this.#drop(key);
    if (waiting) this.#recorder.event(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`);
  }

  #drop(key: string): void {
    const timer = this.#deletions.get(key)?.timer;
    if (timer !== undefined) this.#ctx.clock.cancel(timer);
    this.#deletions.delete(key);
  }
}

function noExecute(node: Node | undefined): Taint[] {
  return (node?.spec.taints ?? []).filter((taint) => taint.effect === 'NoExecute');
}

function podKey(pod: Pod): string {
  return `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
}
