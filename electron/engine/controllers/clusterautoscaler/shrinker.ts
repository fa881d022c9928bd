import type { Pod } from '#shared/kube/types.ts';
import type { Client, ComponentContext } from '../../client/types.ts';
import type { Drainer } from './drainer.ts';
import type { Ledger } from './ledger.ts';
import type { Plan, Removable } from './planner.ts';
import { addTaint, CANDIDATE, isToBeDeleted, removeTaints, taintedSince, unixSeconds } from './taints.ts';
import type { GroupState } from './types.ts';

/** Nodes that go at the same time, and those among them that have to be emptied first. Models --max-scale-down-parallelism and --max-drain-parallelism. */
const PARALLEL = 10;
const PARALLEL_DRAINS = 1;
/** Taints put on candidates in one look. Models --max-bulk-soft-taint-count. */
const SOFT_TAINTS = 10;

/** What the shrinker works with. */
export interface ShrinkerDeps {
  readonly client: Client;
  readonly drainer: Drainer;
  log(type: 'Normal' | 'Warning', reason: string, message: string): void;
  podsOn(node: string): readonly Pod[];
}

/** Time in which a node whose pods have no other place is not tried again. Models --unremovable-node-recheck-timeout. */
const RECHECK_MS = 300_000;
const NO_PLAN: Plan = { removable: [], unremovable: [], more: false };

/** Gives back nodes that have not been needed for long enough. Models core/scaledown/planner and unneeded. */
export class Shrinker {
  readonly #ctx: ComponentContext;
  readonly #deps: ShrinkerDeps;
  /** Since when each node is not needed. */
  readonly #since = new Map<string, number>();
  /** Until when each node is taken as one that has to stay. */
  readonly #settled = new Map<string, number>();
  #plan: Plan = NO_PLAN;
  #draining = 0;
  #lastDeleteMs: number | undefined;
  #lastFailureMs: number | undefined;

  constructor(ctx: ComponentContext, deps: ShrinkerDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
  }

  reset(): void {
    this.#since.clear();
    this.#settled.clear();
    this.#plan = NO_PLAN;
    this.#draining = 0;
    this.#lastDeleteMs = undefined;
    this.#lastFailureMs = undefined;
  }

  /** A node that was to go has gone, or could not. */
  ended(failed: boolean): void {
    this.#draining = Math.max(0, this.#deps.drainer.active);
    if (failed) this.#lastFailureMs = this.#ctx.clock.nowMs;
    else this.#lastDeleteMs = this.#ctx.clock.nowMs;
  }

  /** Whether a node was not needed at the last look. */
  isUnneeded(node: string): boolean {
    return this.#since.has(node);
  }

  /** Whether a node is taken as one that has to stay. */
  isSettled(node: string): boolean {
    return (this.#settled.get(node) ?? 0) > this.#ctx.clock.nowMs;
  }

  /** Whether the next look has something to try although nothing has changed. */
  get waits(): boolean {
    const { nowMs } = this.#ctx.clock;
    return this.#plan.more || [...this.#settled.values()].some((untilMs) => untilMs <= nowMs);
  }

  /** Nodes of a group that could go. */
  candidates(group: string): number {
    return this.#plan.removable.filter((one) => one.group === group).length;
  }

  /** One look. `plan` is asked when something has changed; without it the last plan holds. True when nodes were set off. */
  shrink(states: readonly GroupState[], ledger: Ledger, plan: (() => Plan) | undefined): boolean {
    if (plan !== undefined) this.#update(plan());
    if (this.#coolsDown(ledger)) return false;
    const going = this.#due(states);
    let set = 0;
    for (const one of going) if (this.#begin(one)) set++;
    if (set === 0) this.#softTaints();
    return set > 0;
  }

  #update(plan: Plan): void {
    const { clock } = this.#ctx;
    this.#plan = plan;
    for (const [name, untilMs] of this.#settled) if (untilMs <= clock.nowMs) this.#settled.delete(name);
    for (const { node, reason } of plan.unremovable)
      if (reason === 'NoPlaceToMovePods') this.#settled.set(node, clock.nowMs + RECHECK_MS);
    const names = new Set(plan.removable.map(({ node }) => node.metadata.name));
    for (const name of [...this.#since.keys()]) if (!names.has(name)) this.#since.delete(name);
    for (const { node } of plan.removable) {
      const { name } = node.metadata;
      if (this.#since.has(name)) continue;
      // The taint of an autoscaler before this one tells since when. Models unneeded.Nodes LoadFromExistingTaints.
      const seconds = taintedSince(node, CANDIDATE);
      this.#since.set(name, seconds === undefined ? clock.nowMs : clock.nowMs - (unixSeconds(clock) - seconds) * 1000);
    }
  }

  /** Models isScaleDownInCooldown. */
  #coolsDown({ lastScaleUpMs }: Ledger): boolean {
    const { scaleDownDelayAfterAddMs, scaleDownDelayAfterDeleteMs, scaleDownDelayAfterFailureMs } =
      this.#ctx.config.clusterAutoscaler;
    const { nowMs } = this.#ctx.clock;
    const within = (lastMs: number | undefined, delayMs: number) => lastMs !== undefined && lastMs + delayMs > nowMs;
    return (
      within(lastScaleUpMs, scaleDownDelayAfterAddMs) ||
      within(this.#lastDeleteMs, scaleDownDelayAfterDeleteMs) ||
      within(this.#lastFailureMs, scaleDownDelayAfterFailureMs)
    );
  }

  /** Nodes whose time has come, within the sizes of their groups. Models unneeded RemovableAt and budgets ScaleDownBudgetProcessor. */
  #due(states: readonly GroupState[]): Removable[] {
    const { clock, config } = this.#ctx;
    const sizes = new Map(states.map(({ group, size }) => [group.name, size]));
    const floors = new Map(states.map(({ group }) => [group.name, group.min]));
    let room = PARALLEL - this.#deps.drainer.active;
    let drains = PARALLEL_DRAINS - this.#draining;
    const due: Removable[] = [];
    for (const one of this.#plan.removable) {
      const since = this.#since.get(one.node.metadata.name) ?? clock.nowMs;
      const current = this.#ctx.informer('Node').lister.get('', one.node.metadata.name);
      if (current === undefined || isToBeDeleted(current)) continue;
      const size = sizes.get(one.group) ?? 0;
      const early = clock.nowMs - since < config.clusterAutoscaler.scaleDownUnneededMs;
      if (early || size <= (floors.get(one.group) ?? 0) || room < 1) continue;
      if (one.moving.length > 0 && drains < 1) continue;
      if (one.moving.length > 0) drains--;
      room--;
      sizes.set(one.group, size - 1);
      due.push(one);
    }
    return due;
  }

  #begin({ node, moving, utilization }: Removable): boolean {
    const { name } = node.metadata;
    if (!this.#deps.drainer.begin(node)) return false;
    if (moving.length === 0) this.#deps.log('Normal', 'ScaleDownEmpty', `Scale-down: removing empty node "${name}"`);
    else {
      this.#draining++;
      const pods = moving.map(({ metadata }) => metadata.name).join(',');
      const used = `{${utilization}}`;
      this.#deps.log(
        'Normal',
        'ScaleDown',
        `Scale-down: removing node ${name}, utilization: ${used}, pods to reschedule: ${pods}`,
      );
    }
    this.#since.delete(name);
    return true;
  }

  /** Lets the scheduler avoid nodes that may go, while others will do. Models actuation UpdateSoftDeletionTaints. */
  #softTaints(): void {
    const { client } = this.#deps;
    const { lister } = this.#ctx.informer('Node');
    let left = SOFT_TAINTS;
    for (const node of lister.list()) {
      if (isToBeDeleted(node)) continue;
      const since = this.#since.get(node.metadata.name);
      if (since === undefined) removeTaints(client, node, [CANDIDATE]);
      else if (taintedSince(node, CANDIDATE) === undefined && left > 0) {
        left--;
        const seconds = unixSeconds(this.#ctx.clock) - Math.floor((this.#ctx.clock.nowMs - since) / 1000);
        addTaint(client, node, CANDIDATE, 'PreferNoSchedule', seconds);
      }
    }
  }
}
