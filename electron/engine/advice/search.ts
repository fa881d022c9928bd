import type { Node, Pod } from '#shared/kube/types.ts';
import { refOf } from '#shared/kube/types.ts';
import type { Attempt, SingleCommand, Suggestion } from '#shared/protocol/index.ts';
import type { ComponentContext } from '../client/types.ts';
import { type Edit, ungated } from './edits.ts';
import { editCommands, inOrder, isReplaced, successor } from './owner.ts';
import type { AdviceDeps, Change, TryOut } from './types.ts';

/** Decisions tried for one question at most. */
const MOST_RUNS = 240;
/** Nodes looked at by all decisions of one question together; keeps large clusters responsive. */
const MOST_NODE_LOOKS = 400_000;

/** What came of a try: where the pod would go. */
export interface Trial {
  readonly node: string;
  readonly ties: number;
  /** Nodes that would take the pod. */
  readonly fitting: readonly string[];
  /** Pods preempted for it. */
  readonly victims: readonly string[];
}

/** Suggestion as a rule finds it, before it is ranked. */
export type Found = Omit<Suggestion, 'command' | 'node' | 'ties'> & { trial: Trial; commands: SingleCommand[] };

/** The search for advice about one pod: the copy of the state to try on, the bounded number of tries, what has been found. */
export class Search {
  readonly ctx: ComponentContext;
  readonly deps: AdviceDeps;
  /** As stored. */
  readonly pod: Pod;
  /** Without scheduling gates: with them no node is looked at. */
  readonly free: Pod;
  readonly gated: boolean;
  readonly sandbox: TryOut;
  readonly found: Found[] = [];
  readonly #most: number;
  #runs = 0;

  constructor(ctx: ComponentContext, deps: AdviceDeps, pod: Pod) {
    this.ctx = ctx;
    this.deps = deps;
    this.pod = pod;
    this.free = { ...pod, spec: ungated(pod.spec) };
    this.gated = this.free.spec !== pod.spec && (pod.spec.schedulingGates?.length ?? 0) > 0;
    this.sandbox = deps.tryOut();
    const nodes = Math.max(1, ctx.informer('Node').lister.size);
    this.#most = Math.max(40, Math.min(MOST_RUNS, Math.floor(MOST_NODE_LOOKS / nodes)));
  }

  /** Whether nothing more is tried. */
  get exhausted(): boolean {
    return this.#runs >= this.#most;
  }

  get nodes(): readonly Node[] {
    return this.ctx.informer('Node').lister.list();
  }

  /** A whole decision; undefined when the tries are used up or no scheduler answers. */
  decide(pod: Pod, change?: Change, preempt = false, promised?: Pod): Attempt | undefined {
    if (this.exhausted) return undefined;
    this.#runs++;
    const answer = this.sandbox.fit(pod, {
      preempt,
      ...(change === undefined ? {} : { change }),
      ...(promised === undefined ? {} : { promised }),
    });
    return answer.ok ? answer.value : undefined;
  }

  /** Would the pod get a node? With `preempt` also after preemption. */
  try(pod: Pod, change?: Change, preempt = false): Trial | undefined {
    const attempt = this.decide(pod, change, preempt);
    if (attempt === undefined) return undefined;
    const fitting = attempt.nodes.filter(({ code }) => code === 'Success').map(({ node }) => node);
    if (attempt.selected !== undefined)
      return { node: attempt.selected, ties: Math.max(1, attempt.best.length), fitting, victims: [] };
    if (preempt && attempt.nominatedNode !== undefined)
      return { node: attempt.nominatedNode, ties: 1, fitting, victims: attempt.victims };
    return undefined;
  }

  /** Tries an edit of the pod and notes it when it helps. */
  tryEdit(edit: Edit, preempt = false): Trial | undefined {
    const pod = { ...this.free, spec: edit.apply(this.free.spec) };
    const trial = this.try(pod, undefined, preempt);
    if (trial === undefined || !this.#lasts(pod, trial)) return undefined;
    this.noteEdit(edit, trial);
    return trial;
  }

  /** Whether the pod still fits once its victims have been made anew elsewhere: they count for spreading and for distance. */
  #lasts(pod: Pod, { node, victims }: Trial): boolean {
    const gone = victims.flatMap((key) => {
      const [namespace = '', name = ''] = key.split('/');
      return this.ctx.informer('Pod').lister.get(namespace, name) ?? [];
    });
    const withNode = (one: Pod, nodeName: string): Pod => ({ ...one, spec: { ...one.spec, nodeName } });
    const anew: Pod[] = [];
    for (const [index, victim] of gone.entries()) {
      if (!isReplaced(victim)) continue;
      const next = successor(victim, index);
      const promised = { ...pod, status: { ...pod.status, nominatedNodeName: node } };
      const place = this.decide(next, { withoutPods: victims, pods: anew }, false, promised)?.selected;
      if (place !== undefined) anew.push(withNode(next, place));
    }
    return anew.length === 0 || this.try(pod, { withoutPods: victims, pods: anew }) !== undefined;
  }

  /** Notes an edit that has been tried. Making the pod anew, or from another template, leaves its gates behind. */
  noteEdit(edit: Edit, trial: Trial): void {
    const { kind, values, changes } = edit;
    const apply = (spec: Parameters<Edit['apply']>[0]) => edit.apply(ungated(spec));
    const { commands, restarts } = editCommands(this.ctx, this.pod, { apply });
    const total = changes + (this.gated ? 1 : 0);
    this.found.push({ kind, values, changes: total, victims: [...trial.victims], restarts, trial, commands });
  }

  /** Notes a change beside the pod. */
  note(found: Pick<Found, 'kind' | 'values' | 'trial' | 'commands'> & Partial<Found>): void {
    const commands = this.gated ? [this.ungate(), ...found.commands] : found.commands;
    const changes = (found.changes ?? 1) + (this.gated ? 1 : 0);
    this.found.push({ victims: [], restarts: 0, ...found, changes, commands });
  }

  /** The command that removes the pod's gates. */
  ungate(): SingleCommand {
    return { type: 'patch', ref: refOf(this.pod), patchType: 'merge', patch: { spec: { schedulingGates: null } } };
  }

  /** The suggestion as it is told. */
  static tell({ trial, commands, ...rest }: Found): Suggestion {
    return { ...rest, node: trial.node, ties: trial.ties, command: inOrder(commands) };
  }
}
