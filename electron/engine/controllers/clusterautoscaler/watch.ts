import { deepEqual } from '#shared/core/json.ts';
import type { Node, Pod } from '#shared/kube/types.ts';
import type { ComponentContext } from '../../client/types.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { isNodeReady } from './groups.ts';
import { isUnschedulable } from './pending.ts';
import { CANDIDATE, withoutTaints } from './taints.ts';

/** What the autoscaler hears of the cluster between two looks: which pods wait, and whether anything that counts has changed. */
export class ClusterWatch {
  readonly #ctx: ComponentContext;
  readonly #pending = new Set<string>();
  #changed = true;

  constructor(ctx: ComponentContext) {
    this.#ctx = ctx;
  }

  /** Whether anything has changed since the last call. */
  takeChange(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** The next look has to be a thorough one. */
  touch(): void {
    this.#changed = true;
  }

  /** Pods for which no node was found. */
  pending(): Pod[] {
    const { lister } = this.#ctx.informer('Pod');
    return [...this.#pending].flatMap((key) => {
      const { namespace, name } = splitKey(key);
      return lister.get(namespace, name) ?? [];
    });
  }

  subscribe(): (() => void)[] {
    this.#pending.clear();
    this.#changed = true;
    const touch = () => this.touch();
    const any = { onAdd: touch, onUpdate: touch, onDelete: touch };
    return [
      this.#ctx.informer('Pod').subscribe(
        {
          onAdd: (pod) => this.#seen(pod),
          onUpdate: (before, after) => this.#podChanged(before, after),
          onDelete: (pod) => {
            this.#pending.delete(queueKey(pod));
            this.touch();
          },
        },
        { replay: true },
      ),
      this.#ctx.informer('Node').subscribe({
        onAdd: touch,
        onUpdate: (before, after) => {
          if (nodeDiffers(before, after)) this.touch();
        },
        onDelete: touch,
      }),
      this.#ctx.informer('PodDisruptionBudget').subscribe(any),
      this.#ctx.informer('DaemonSet').subscribe(any),
    ];
  }

  #seen(pod: Pod): void {
    if (isUnschedulable(pod)) this.#pending.add(queueKey(pod));
    else this.#pending.delete(queueKey(pod));
    this.touch();
  }

  #podChanged(before: Pod, after: Pod): void {
    const same =
      before.spec === after.spec &&
      before.metadata.labels === after.metadata.labels &&
      before.metadata.annotations === after.metadata.annotations &&
      before.metadata.deletionTimestamp === after.metadata.deletionTimestamp &&
      before.status.phase === after.status.phase &&
      before.status.nominatedNodeName === after.status.nominatedNodeName &&
      isUnschedulable(before) === isUnschedulable(after);
    if (!same) this.#seen(after);
  }
}

function nodeDiffers(before: Node, after: Node): boolean {
  return (
    (before.spec !== after.spec && !deepEqual(withoutTaints(before, [CANDIDATE]).spec, withoutTaints(after, [CANDIDATE]).spec)) ||
    before.metadata.labels !== after.metadata.labels ||
    before.metadata.annotations !== after.metadata.annotations ||
    before.status.allocatable !== after.status.allocatable ||
    isNodeReady(before) !== isNodeReady(after)
  );
}
