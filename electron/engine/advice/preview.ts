import { err, ok, type Result } from '#shared/core/result.ts';
import { evictionSeconds } from '#shared/kube/taints.ts';
import type { Node, Pod, Status, Taint } from '#shared/kube/types.ts';
import type { Command, CommandPreview, DrainPreview } from '#shared/protocol/index.ts';
import type { ComponentContext } from '../client/types.ts';
import { without } from './edits.ts';
import { labelled, uncordoned } from './nodeSide.ts';
import { isReplaced, keyOfPod, pendingPods, soleSet, successor } from './owner.ts';
import { adviseBudgets } from './remedies.ts';
import type { AdviceDeps, Change, TryOut, Workload } from './types.ts';

/** Waiting pods that are asked about. */
const MOST_PENDING = 30;
/** Pods that are followed through evictions and preemptions. */
const MOST_FOLLOWED = 500;

/** A pod on its way out. */
interface Leaving {
  readonly pod: Pod;
  readonly afterSeconds: number;
  readonly replaced: boolean;
  readonly budget?: DrainPreview['evict'][number];
}

/** What a command changes, before anybody has acted on it. */
interface Plan {
  change: Change;
  leaving: Leaving[];
  arriving: { owner: string; pod: Pod }[];
  stay: CommandPreview['stay'];
  errors: string[];
  warnings: string[];
}

const nothing: Plan = { change: {}, leaving: [], arriving: [], stay: [], errors: [], warnings: [] };

function refused(code: number, reason: string, message: string): Result<never, Status> {
  return err({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, code, message });
}

/** What would follow from a command: who leaves, where each would go next, who stays pending. Nothing is written. */
export function preview(ctx: ComponentContext, deps: AdviceDeps, command: Command): Result<CommandPreview, Status> {
  const plan = planOf(ctx, deps, command);
  if (!plan.ok) return plan;
  return ok(new Forecast(ctx, deps, plan.value).run());
}

function planOf(ctx: ComponentContext, deps: AdviceDeps, command: Command): Result<Plan, Status> {
  if ('node' in command) {
    const node = ctx.informer('Node').lister.get('', command.node);
    if (node === undefined) return refused(404, 'NotFound', `nodes "${command.node}" not found`);
    const changed = changedNode(ctx, deps, node, command);
    if (changed !== undefined) return changed;
  }
  switch (command.type) {
    case 'label': {
      const node = command.ref.kind === 'Node' ? ctx.informer('Node').lister.get('', command.ref.name) : undefined;
      if (node === undefined) break;
      const removed = command.remove.map((key) => [key, null] as const);
      return ok({ ...nothing, change: { nodes: [labelled(node, { ...command.set, ...Object.fromEntries(removed) })] } });
    }
    case 'evict':
    case 'delete': {
      const refs = command.type === 'evict' ? [command.ref] : command.refs;
      if (refs.some(({ kind }) => kind !== 'Pod')) break;
      const pods = refs.flatMap(({ namespace, name }) => ctx.informer('Pod').lister.get(namespace, name) ?? []);
      const leaving = pods.map((pod) => ({
        pod,
        afterSeconds: 0,
        replaced: isReplaced(pod),
        ...(command.type === 'evict' ? { budget: deps.evictionPreview(pod) } : {}),
      }));
      return ok({ ...nothing, leaving });
    }
    case 'scale': {
      const { kind, namespace, name } = command.ref;
      if (kind !== 'Deployment' && kind !== 'ReplicaSet') break;
      const workload = ctx.informer(kind).lister.get(namespace, name);
      if (workload === undefined) return refused(404, 'NotFound', `${kind} "${name}" not found`);
      return ok(scaled(ctx, deps, workload, command.replicas));
    }
  }
  return refused(400, 'BadRequest', `there is no preview of "${command.type}"`);
}

function changedNode(
  ctx: ComponentContext,
  deps: AdviceDeps,
  node: Node,
  command: Extract<Command, { node: string }>,
): Result<Plan, Status> | undefined {
  const cordoned: Node = { ...node, spec: { ...node.spec, unschedulable: true } };
  switch (command.type) {
    case 'cordon':
      return ok({ ...nothing, change: { nodes: [cordoned] } });
    case 'uncordon':
      return ok({ ...nothing, change: { nodes: [uncordoned(node)] } });
    case 'taint':
      return ok(tainted(ctx, node, command));
    case 'drain': {
      const answer = deps.drainPreview(command.node, command.options);
      if (!answer.ok) return answer;
      const { evict, skipped, errors, warnings } = answer.value;
      // kubectl cordons first; refusing to evict comes after that.
      const leaving = errors.length > 0 ? [] : evict.flatMap((budget) => evicted(ctx, budget, command.options.disableEviction));
      return ok({ change: { nodes: [cordoned] }, leaving, arriving: [], stay: skipped, errors, warnings });
    }
    default:
      return undefined;
  }
}

function evicted(ctx: ComponentContext, budget: DrainPreview['evict'][number], past: boolean | undefined): Leaving[] {
  const [namespace = '', name = ''] = budget.pod.split('/');
  const pod = ctx.informer('Pod').lister.get(namespace, name);
  if (pod === undefined) return [];
  return [{ pod, afterSeconds: 0, replaced: isReplaced(pod), ...(past === true ? {} : { budget }) }];
}

function tainted(ctx: ComponentContext, node: Node, command: Extract<Command, { type: 'taint' }>): Plan {
  const same = (a: { key: string; effect?: string | undefined }, b: Taint) =>
    a.key === b.key && (!a.effect || a.effect === b.effect);
  const added: Taint[] = command.add.map(({ key, value, effect }) => ({ key, effect, ...(value ? { value } : {}) }));
  const old = (node.spec.taints ?? []).filter((taint) => !added.some((one) => same(one, taint)));
  const taints = [...added, ...old].filter((taint) => !command.remove.some((one) => same(one, taint)));
  const spec = without(node.spec, 'taints');
  const changed: Node = { ...node, spec: taints.length === 0 ? spec : { ...spec, taints } };
  const hard = taints.filter(({ effect }) => effect === 'NoExecute');
  const leaving: Leaving[] = [];
  const stay: CommandPreview['stay'] = [];
  const pods = hard.length === 0 ? [] : ctx.informer('Pod').lister.byIndex('nodeName', node.metadata.name);
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    const afterSeconds = evictionSeconds(hard, pod.spec.tolerations ?? []);
    if (afterSeconds === undefined) stay.push({ pod: keyOfPod(pod), reason: 'tolerates the taint' });
    else leaving.push({ pod, afterSeconds, replaced: isReplaced(pod) });
  }
  leaving.sort((a, b) => a.afterSeconds - b.afterSeconds);
  return { ...nothing, change: { nodes: [changed] }, leaving, stay };
}

function scaled(ctx: ComponentContext, deps: AdviceDeps, workload: Workload, replicas: number): Plan {
  const before = workload.spec.replicas ?? 1;
  const set = soleSet(ctx, workload);
  if (replicas < before && set !== undefined) {
    const pods = deps.leaving(set, before - replicas);
    return { ...nothing, leaving: pods.map((pod) => ({ pod, afterSeconds: 0, replaced: false })) };
  }
  const { metadata, spec } = workload.spec.template;
  const owner = `${workload.kind}/${workload.metadata.name}`;
  const arriving = [];
  for (let count = 0; count < Math.min(replicas - before, MOST_FOLLOWED); count++) {
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name: `${workload.metadata.name}-new-${count}`, namespace: workload.metadata.namespace ?? '' },
      spec: spec ?? { containers: [] },
    };
    const pod = deps.completed(object);
    if (!pod.ok) return { ...nothing, errors: [pod.error.message] };
    arriving.push({ owner, pod: pod.value as unknown as Pod });
  }
  return { ...nothing, arriving };
}

/** Where somebody who looks for a node ends up. */
interface Seeker {
  readonly pod: Pod;
  /** Where it stands in line among equally urgent pods. */
  readonly rank: number;
  readonly tell: (outcome: Outcome) => void;
}
interface Outcome {
  to?: string;
  anyOf: string[];
  message?: string;
}

type Left = CommandPreview['leave'][number];

/** Plays the evictions and decisions that follow, one after another, on a copy of the state. */
class Forecast {
  readonly #ctx: ComponentContext;
  readonly #plan: Plan;
  readonly #sandbox: TryOut;
  readonly #leave: Left[] = [];
  readonly #waiting: Leaving[];
  #seekers: Seeker[] = [];
  /** Evictions that each budget still allows, by namespace/name. */
  readonly #allowed = new Map<string, number>();
  #followed = 0;

  constructor(ctx: ComponentContext, deps: AdviceDeps, plan: Plan) {
    this.#ctx = ctx;
    this.#plan = plan;
    this.#sandbox = deps.tryOut();
    this.#waiting = [...plan.leaving];
  }

  run(): CommandPreview {
    const { change, arriving, stay, errors, warnings } = this.#plan;
    const gone = new Set(this.#plan.leaving.map(({ pod }) => keyOfPod(pod)));
    const waiting = pendingPods(this.#ctx)
      .filter((pod) => !gone.has(keyOfPod(pod)))
      .slice(0, MOST_PENDING);
    const before = waiting.map((pod) => this.#look(pod).to);
    this.#sandbox.change(change);
    const pending = waiting.map((pod, index) => {
      const told: { outcome: Outcome } = { outcome: { anyOf: [] } };
      this.#seekers.push({ pod, rank: index, tell: (outcome) => void Object.assign(told, { outcome }) });
      return { pod: keyOfPod(pod), was: before[index], told };
    });
    const arrive = arriving.map(({ owner, pod }) => {
      const told: { outcome: Outcome } = { outcome: { anyOf: [] } };
      this.#seekers.push({ pod, rank: MOST_PENDING, tell: (outcome) => void Object.assign(told, { outcome }) });
      return { owner, told };
    });
    let moved = true;
    while (moved) {
      moved = this.#evictAllowed();
      this.#seek();
    }
    for (const { pod, budget, afterSeconds, replaced } of this.#waiting)
      this.#leave.push(leftOf(pod, afterSeconds, replaced, budget, true));
    return {
      leave: this.#leave,
      arrive: arrive.map(({ owner, told }) => ({ owner, ...told.outcome })),
      pending: pending
        .filter(({ was, told }) => (was === undefined) !== (told.outcome.to === undefined))
        .map(({ pod, was, told }) => ({ pod, ...(was === undefined ? {} : { before: was }), ...told.outcome })),
      stay,
      errors,
      warnings,
      remedies: adviseBudgets(
        this.#ctx,
        this.#waiting.flatMap(({ pod, budget }) => (budget ? [{ pod, budget }] : [])),
      ),
    };
  }

  /** Tells those to leave who may; false when nobody could. */
  #evictAllowed(): boolean {
    let moved = false;
    for (const leaving of this.#waiting.splice(0)) {
      if (!this.#mayLeave(leaving)) {
        this.#waiting.push(leaving);
        continue;
      }
      moved = true;
      this.#letGo(leaving);
    }
    return moved;
  }

  #letGo({ pod, afterSeconds, replaced, budget }: Leaving): void {
    this.#sandbox.change({ withoutPods: [keyOfPod(pod)] });
    const left = leftOf(pod, afterSeconds, replaced, budget, false);
    const index = this.#leave.push(left) - 1;
    if (!replaced || this.#followed >= MOST_FOLLOWED) return;
    this.#followed++;
    this.#seekers.push({
      pod: successor(pod, this.#followed),
      rank: MOST_PENDING + this.#followed,
      tell: (outcome) => {
        this.#leave[index] = { ...left, ...outcome };
        // A pod that runs again counts for its budget.
        const name = budgetKey(pod, budget);
        if (name !== undefined && outcome.to !== undefined) this.#allowed.set(name, (this.#allowed.get(name) ?? 0) + 1);
      },
    });
  }

  #mayLeave({ pod, budget }: Leaving): boolean {
    const name = budgetKey(pod, budget);
    if (name === undefined) return budget?.blocked !== true;
    const allowed = this.#allowed.get(name) ?? budget?.allowed ?? 0;
    // A pod that is not healthy may go although nothing is allowed, when its budget says so.
    if (allowed <= 0) return budget?.blocked !== true && (budget?.allowed ?? 0) <= 0;
    this.#allowed.set(name, allowed - 1);
    return true;
  }

  /** Gives everybody who looks for a node one decision, most urgent first; who gets none stays to be asked again. */
  #seek(): void {
    const inTurn = this.#seekers.sort((a, b) => (b.pod.spec.priority ?? 0) - (a.pod.spec.priority ?? 0) || a.rank - b.rank);
    this.#seekers = [];
    const left: Seeker[] = [];
    for (const seeker of inTurn) {
      const { victims, ...outcome } = this.#look(seeker.pod);
      seeker.tell(outcome);
      if (outcome.to === undefined) {
        left.push(seeker);
        continue;
      }
      this.#preempt(victims);
      this.#sandbox.change({ pods: [{ ...seeker.pod, spec: { ...seeker.pod.spec, nodeName: outcome.to } }] });
    }
    const cascading = this.#seekers.length > 0;
    this.#seekers.push(...left);
    if (cascading) this.#seek();
  }

  #preempt(victims: readonly string[]): void {
    for (const key of victims) {
      const [namespace = '', name = ''] = key.split('/');
      const pod = this.#ctx.informer('Pod').lister.get(namespace, name);
      if (pod !== undefined) this.#letGo({ pod, afterSeconds: 0, replaced: isReplaced(pod) });
    }
  }

  #look(pod: Pod): Outcome & { victims: string[] } {
    const answer = this.#sandbox.fit(pod, { preempt: true });
    if (!answer.ok) return { anyOf: [], message: answer.error.message, victims: [] };
    const { selected, nominatedNode, best, victims, message, preEnqueue } = answer.value;
    const to = selected ?? nominatedNode;
    const told = message ?? preEnqueue?.reasons.join(', ');
    if (to !== undefined) return { to, anyOf: selected === undefined ? [to] : [...best], victims: [...victims] };
    return { anyOf: [], ...(told === undefined ? {} : { message: told }), victims: [] };
  }
}

function budgetKey(pod: Pod, budget: Leaving['budget']): string | undefined {
  return budget?.budget === undefined || budget.budget.includes(', ')
    ? undefined
    : `${pod.metadata.namespace ?? ''}/${budget.budget}`;
}

function leftOf(pod: Pod, afterSeconds: number, replaced: boolean, budget: Leaving['budget'], blocked: boolean): Left {
  const from = pod.spec.nodeName;
  return {
    pod: keyOfPod(pod),
    ...(from ? { from } : {}),
    afterSeconds,
    ...(budget?.budget === undefined ? {} : { budget: budget.budget }),
    ...(budget?.allowed === undefined ? {} : { allowed: budget.allowed }),
    blocked,
    replaced,
    anyOf: [],
  };
}
