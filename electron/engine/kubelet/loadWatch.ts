import { compareStrings } from '#shared/core/compare.ts';
import type { KubeObject, Pod } from '#shared/kube/types.ts';
import type { ComponentContext } from '../client/types.ts';
import { LOAD_ANNOTATION, USAGE_ANNOTATION } from '../metrics/load.ts';
import { OWNER_KINDS, type Owners, ownersOf } from '../metrics/view.ts';
import { DISK_ANNOTATION, INODES_ANNOTATION, PIDS_ANNOTATION } from './pressure.ts';

const OF_PODS: readonly string[] = [USAGE_ANNOTATION, DISK_ANNOTATION, INODES_ANNOTATION, PIDS_ANNOTATION];

/**
 * Tells, every few seconds while there is load at all, on which nodes programs use more than idle ones do. Nodes without any are never named, so that
 * an idle cluster costs nothing.
 */
export class LoadWatch {
  readonly #ctx: ComponentContext;
  readonly #owners: Owners;
  readonly #tell: (nodes: readonly string[]) => void;
  /** Uids of workloads that bear load, and namespace/name of pods that say what they use. */
  readonly #workloads = new Set<string>();
  readonly #pods = new Set<string>();
  #timer: number | undefined;
  #subscriptions: (() => void)[] = [];

  constructor(ctx: ComponentContext, tell: (nodes: readonly string[]) => void) {
    this.#ctx = ctx;
    this.#owners = ownersOf(ctx);
    this.#tell = tell;
  }

  start(): void {
    const workload = (object: KubeObject): void =>
      this.#note(this.#workloads, object.metadata.uid ?? '', object.metadata.annotations?.[LOAD_ANNOTATION] !== undefined);
    const forget = (object: KubeObject): void => this.#note(this.#workloads, object.metadata.uid ?? '', false);
    const pod = (object: Pod): void =>
      this.#note(
        this.#pods,
        podKey(object),
        OF_PODS.some((key) => object.metadata.annotations?.[key] !== undefined),
      );
    this.#subscriptions = [
      ...OWNER_KINDS.map((kind) =>
        this.#ctx
          .informer<string>(kind)
          .subscribe({ onAdd: workload, onUpdate: (_, after) => workload(after), onDelete: forget }, { replay: true }),
      ),
      this.#ctx
        .informer('Pod')
        .subscribe(
          { onAdd: pod, onUpdate: (_, after) => pod(after), onDelete: (last) => this.#note(this.#pods, podKey(last), false) },
          { replay: true },
        ),
    ];
  }

  stop(): void {
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    this.#subscriptions = [];
    if (this.#timer !== undefined) this.#ctx.clock.cancel(this.#timer);
    this.#timer = undefined;
    this.#workloads.clear();
    this.#pods.clear();
  }

  #note(set: Set<string>, key: string, loaded: boolean): void {
    if (!loaded) {
      set.delete(key);
      return;
    }
    set.add(key);
    this.#timer ??= this.#ctx.clock.schedule(this.#ctx.config.kubelet.eviction.monitorMs, 'kubelet/load', () => this.#tick(), {
      background: true,
    });
  }

  #tick(): void {
    this.#timer = undefined;
    if (this.#workloads.size + this.#pods.size === 0) return;
    this.#timer = this.#ctx.clock.schedule(this.#ctx.config.kubelet.eviction.monitorMs, 'kubelet/load', () => this.#tick(), {
      background: true,
    });
    const nodes = new Set<string>();
    const add = (pod: Pod | undefined): void => {
      if (pod?.spec.nodeName) nodes.add(pod.spec.nodeName);
    };
    for (const uid of this.#workloads) {
      for (const owner of [uid, ...this.#owners.between(uid).map(({ metadata }) => metadata.uid ?? '')])
        for (const pod of this.#owners.pods.byIndex('ownerUid', owner)) add(pod);
    }
    for (const key of this.#pods) {
      const [namespace = '', name = ''] = key.split('/');
      add(this.#owners.pods.get(namespace, name));
    }
    this.#tell([...nodes].sort(compareStrings));
  }
}

function podKey(pod: Pod): string {
  return `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
}
