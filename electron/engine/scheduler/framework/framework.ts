import type { Pod } from '#shared/kube/types.ts';
import { type ExtensionPoint, implementsPoint, type ProfileConfig, type ResolvedProfile, resolveProfile } from '../profiles.ts';
import { type Column, ColumnPages } from './columns.ts';
import { CycleState } from './cyclestate.ts';
import { AnswersByTemplate } from './nodeanswers.ts';
import type { NodeInfo } from './nodeinfo.ts';
import type { NodeStatuses } from './nodestatuses.ts';
import {
  type Handle,
  maxNodeScore,
  type PermitResult,
  type Plugin,
  type PluginFactory,
  type PostFilterResult,
  type PreFilterResult,
} from './plugin.ts';
import type { PodInfo } from './podinfo.ts';
import type { Snapshot } from './snapshot.ts';
import { errorStatus, isRejected, type PluginStatus, unresolvable, unschedulable, withPlugin } from './status.ts';

/** Scores of one plugin, in the order of the feasible nodes. */
export interface PluginScores {
  readonly plugin: string;
  readonly weight: number;
  readonly raw: Column;
  readonly normalized: Column;
}

/** Outcome of all PreFilter plugins. `narrowedBy`: plugins that named nodes, sorted. */
export interface PreFilterOutcome {
  readonly status: PluginStatus | null;
  readonly nodeNames: ReadonlySet<string> | null;
  readonly narrowedBy: readonly string[];
}

/** What the framework needs from its surroundings; the handle given to plugins adds the framework's own part. */
export type Surroundings = Omit<Handle, 'profileName' | 'filterWithNominated' | 'filtersAreLocal' | 'addPod' | 'removePod'>;

/** One profile with its plugins, ready to run each extension point. Models pkg/scheduler/framework/runtime frameworkImpl. */
export class Framework {
  readonly profile: ProfileConfig;
  readonly resolved: ResolvedProfile;
  readonly #plugins = new Map<string, Plugin>();
  readonly #points = new Map<ExtensionPoint, readonly Plugin[]>();
  readonly #handle: Handle;
  /** Filter plugins up to the first whose answer is not the node's alone, and the others; those skipped in the running cycle left out. */
  #localFilters: readonly Plugin[] = [];
  #otherFilters: readonly Plugin[] = [];
  #filtersFor: ReadonlySet<string> | undefined;
  #firstOther = 0;
  readonly #answers = new AnswersByTemplate();
  readonly #columns = new ColumnPages();

  constructor(profile: ProfileConfig, registry: ReadonlyMap<string, PluginFactory>, surroundings: Surroundings) {
    this.profile = profile;
    const handle: Handle = {
      ...surroundings,
      profileName: profile.schedulerName,
      filterWithNominated: (state, pod, node) => this.filterWithNominated(state, pod, node),
      filtersAreLocal: (state) => {
        if (this.#filtersFor !== state.skipFilter) this.#chooseFilters(state.skipFilter);
        return this.#otherFilters.every(({ nodeLocal }) => nodeLocal === true);
      },
      addPod: (state, pod, added, node) => this.#movePod('addPod', state, pod, added, node),
      removePod: (state, pod, removed, node) => this.#movePod('removePod', state, pod, removed, node),
    };
    this.#handle = handle;
    const args = new Map((profile.pluginConfig ?? []).map((config) => [config.name, config.args]));
    const built = new Map<string, Plugin>();
    for (const [name, factory] of registry) built.set(name, factory(args.get(name), handle));
    this.resolved = resolveProfile(profile, (name, point) => {
      const plugin = built.get(name);
      return plugin !== undefined && implementsPoint(plugin, point);
    });
    for (const name of this.resolved.names) this.#plugins.set(name, built.get(name)!);
    for (const [point, names] of Object.entries(this.resolved.points)) {
      this.#points.set(
        point as ExtensionPoint,
        names.map((name) => built.get(name)!),
      );
    }
    const other = this.at('filter').findIndex(({ nodeLocal }) => nodeLocal !== true);
    this.#firstOther = other < 0 ? this.at('filter').length : other;
  }

  get name(): string {
    return this.profile.schedulerName;
  }

  /** Plugins of one extension point, in order. */
  at(point: ExtensionPoint): readonly Plugin[] {
    return this.#points.get(point) ?? [];
  }

  plugin(name: string): Plugin | undefined {
    return this.#plugins.get(name);
  }

  /** First plugin that keeps the pod out of the active queue. */
  preEnqueue(pod: Pod): PluginStatus | null {
    for (const plugin of this.at('preEnqueue')) {
      const status = plugin.preEnqueue!(pod);
      if (status !== null) return withPlugin(status, plugin.name);
    }
    return null;
  }

  /** Models runtime RunPreFilterPlugins. */
  preFilter(state: CycleState, pod: PodInfo, snapshot: Snapshot): PreFilterOutcome {
    const skipped = new Set<string>();
    const narrowedBy: string[] = [];
    let nodeNames: ReadonlySet<string> | null = null;
    let rejection: PluginStatus | null = null;
    const outcome = (status: PluginStatus | null): PreFilterOutcome => {
      state.skipFilter = skipped;
      state.oneNode = nodeNames?.size === 1;
      return { status, nodeNames, narrowedBy: narrowedBy.toSorted() };
    };
    for (const plugin of this.at('preFilter')) {
      const answer = plugin.preFilter!(state, pod, snapshot);
      if (answer === null) continue;
      if ('code' in answer) {
        if (answer.code === 'Skip') skipped.add(plugin.name);
        else if (answer.code === 'Unschedulable') rejection = withPlugin(answer, plugin.name);
        else return outcome(failedIn(`running PreFilter plugin "${plugin.name}"`, answer, plugin.name));
        continue;
      }
      if (answer.nodeNames === null) continue;
      narrowedBy.push(plugin.name);
      nodeNames = intersect(nodeNames, answer);
      if (nodeNames.size === 0) return outcome(unresolvable(emptyIntersection(narrowedBy.toSorted())));
    }
    return outcome(rejection);
  }

  /** First plugin that rejects the node. */
  filter(state: CycleState, pod: PodInfo, node: NodeInfo): PluginStatus | null {
    if (this.#filtersFor !== state.skipFilter) this.#chooseFilters(state.skipFilter);
    const status = this.#localVerdict(state, pod, node);
    if (status !== null || this.#otherFilters.length === 0) return status;
    return firstRejection(this.#otherFilters, state, pod, node);
  }

  #chooseFilters(skipped: ReadonlySet<string>): void {
    this.#filtersFor = skipped;
    const all = this.at('filter');
    const asked = (plugin: Plugin) => !skipped.has(plugin.name);
    this.#localFilters = all.slice(0, this.#firstOther).filter(asked);
    this.#otherFilters = all.slice(this.#firstOther).filter(asked);
  }

  /** Asked once for each template and state of a node; a pod that is meant for one node (a DaemonSet's) is nobody's like. */
  #localVerdict(state: CycleState, pod: PodInfo, node: NodeInfo): PluginStatus | null {
    if (node.generation === 0 || state.oneNode || pod.pod.spec.nodeName)
      return firstRejection(this.#localFilters, state, pod, node);
    const answers = this.#answers.of(pod.template);
    if (answers.generations[node.position] === node.generation) return answers.verdicts[node.position] ?? null;
    const status = firstRejection(this.#localFilters, state, pod, node);
    return answers.learn(node, status);
  }

  /** Filter with nominated pods for nodes of the snapshot by position, made ready for the many calls of one search. */
  probe(state: CycleState, pod: PodInfo, snapshot: Snapshot): (position: number) => PluginStatus | null {
    if (this.#filtersFor !== state.skipFilter) this.#chooseFilters(state.skipFilter);
    const { nodes, listed, generations } = snapshot;
    if (state.oneNode) return (position) => this.filterWithNominated(state, pod, nodes[position]!);
    const answers = this.#answers.of(pod.template);
    answers.grow(nodes.length);
    const known = pod.pod.spec.nodeName ? new Int32Array(nodes.length) : answers.generations;
    const { verdicts } = answers;
    const others = this.#otherFilters.map((plugin) => probeOf(plugin, state, pod, nodes));
    const promised = this.#promisedNodes(snapshot);
    return (position) => {
      if (promised?.[position] === 1 && this.#handle.nominatedPods(listed[position]!).length > 0)
        return this.filterWithNominated(state, pod, nodes[position]!);
      let status =
        known[position] === generations[position] ? verdicts[position]! : this.#localVerdict(state, pod, nodes[position]!);
      for (let i = 0; status === null && i < others.length; i++) status = others[i]!(position);
      return status;
    };
  }

  /** 1 for each node that may have nominated pods, by position; undefined when there is none. */
  #promisedNodes(snapshot: Snapshot): Uint8Array | undefined {
    const names = this.#handle.nominatedNodes?.();
    if (names === undefined) return new Uint8Array(snapshot.nodes.length).fill(1);
    let promised: Uint8Array | undefined;
    for (const name of names) {
      const position = snapshot.get(name)?.position;
      if (position === undefined) continue;
      promised ??= new Uint8Array(snapshot.nodes.length);
      promised[position] = 1;
    }
    return promised;
  }

  /** Models runtime RunFilterPluginsWithNominatedPods: the node must do with and without the pods that were promised room there. */
  filterWithNominated(state: CycleState, pod: PodInfo, node: NodeInfo): PluginStatus | null {
    const promised = this.#handle.nominatedPods(node.name);
    if (promised.length === 0) return this.filter(state, pod, node);
    const nominated = promised.filter((one) => one.priority >= pod.priority && one.uid !== pod.uid);
    if (nominated.length > 0) {
      const crowded = node.clone();
      const crowdedState = state.clone();
      for (const one of nominated) {
        crowded.addPod(one);
        this.#movePod('addPod', crowdedState, pod, one, crowded);
      }
      const status = this.filter(crowdedState, pod, crowded);
      if (status !== null) return status;
    }
    return this.filter(state, pod, node);
  }

  #movePod(method: 'addPod' | 'removePod', state: CycleState, pod: PodInfo, moved: PodInfo, node: NodeInfo): void {
    for (const plugin of this.at('preFilter')) {
      if (plugin[method] !== undefined && !state.skipFilter.has(plugin.name)) plugin[method](state, pod, moved, node);
    }
  }

  /** Runs PostFilter plugins until one makes the pod schedulable. Models runtime RunPostFilterPlugins. */
  postFilter(state: CycleState, pod: PodInfo, statuses: NodeStatuses): PostFilterResult {
    const reasons: string[] = [];
    let rejector: string | undefined;
    let nominatedNode: string | undefined;
    let preemption: PostFilterResult['preemption'];
    const result = (status: PluginStatus | null, node = nominatedNode): PostFilterResult => ({
      status,
      ...(node === undefined ? {} : { nominatedNode: node }),
      ...(preemption === undefined ? {} : { preemption }),
    });
    for (const plugin of this.at('postFilter')) {
      const answer = plugin.postFilter!(state, pod, statuses);
      preemption ??= answer.preemption;
      if (answer.status === null) return result(null, answer.nominatedNode);
      if (answer.status.code === 'UnschedulableAndUnresolvable')
        return result(withPlugin(answer.status, plugin.name), answer.nominatedNode);
      if (!isRejected(answer.status))
        return result(withPlugin(errorStatus(answer.status.reasons.join(', ')), plugin.name), undefined);
      if (answer.nominatedNode !== undefined) nominatedNode = answer.nominatedNode;
      reasons.push(...answer.status.reasons);
      rejector ??= plugin.name;
    }
    return result(rejector === undefined ? unschedulable(...reasons) : withPlugin(unschedulable(...reasons), rejector));
  }

  /** PreScore, Score, NormalizeScore: one entry per plugin that did not skip itself. An error stops the cycle. */
  score(
    state: CycleState,
    pod: PodInfo,
    nodes: readonly NodeInfo[],
    positions: Int32Array = Int32Array.from(nodes, ({ position }) => position),
  ): { scores: PluginScores[]; error: PluginStatus | null } {
    const skipped = new Set<string>();
    for (const plugin of this.at('preScore')) {
      const status = plugin.preScore!(state, pod, nodes, positions);
      if (status === null) continue;
      if (status.code !== 'Skip') return { scores: [], error: withPlugin(status, plugin.name) };
      skipped.add(plugin.name);
    }
    state.skipScore = skipped;
    const scores: PluginScores[] = [];
    for (const plugin of this.at('score')) {
      if (skipped.has(plugin.name)) continue;
      const raw = this.#rawScores(plugin, state, pod, nodes, positions);
      const normalized = this.#normalized(plugin, state, pod, nodes, raw);
      const wrong = outOfRange(normalized);
      if (wrong !== undefined) {
        const text = `plugin "${plugin.name}" returns an invalid score ${wrong}, it should in the range of [0, ${maxNodeScore}] after normalizing`;
        return { scores: [], error: withPlugin(errorStatus(text), plugin.name) };
      }
      scores.push({ plugin: plugin.name, weight: this.resolved.weights.get(plugin.name) ?? 1, raw, normalized });
    }
    return { scores, error: null };
  }

  /** Sum of the weighted scores of each node. */
  totals(scores: readonly PluginScores[], count: number): Float64Array {
    const totals = this.#columns.take(count);
    let base = 0;
    for (const { weight, normalized } of scores) if (typeof normalized === 'number') base += weight * normalized;
    totals.fill(base);
    for (const { weight, normalized } of scores) {
      if (typeof normalized === 'number') continue;
      for (let i = 0; i < count; i++) totals[i]! += weight * normalized[i]!;
    }
    return totals;
  }

  #rawScores(plugin: Plugin, state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[], positions: Int32Array): Column {
    const raw = this.#columns.take(nodes.length);
    if (plugin.scoreAll !== undefined) {
      const same = plugin.scoreAll(state, pod, positions, raw, nodes);
      if (same !== undefined) raw.fill(same);
    } else if (plugin.nodeLocal === true) this.#localScores(plugin, state, pod, nodes, positions, raw);
    else for (let i = 0; i < raw.length; i++) raw[i] = plugin.score!(state, pod, nodes[i]!);
    return this.#columns.settle(raw);
  }

  #normalized(plugin: Plugin, state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[], raw: Column): Column {
    if (plugin.normalize === undefined || nodes.length === 0) return raw;
    if (typeof raw === 'number' && plugin.normalizesAlike === true) {
      const one = Float64Array.of(raw);
      plugin.normalize(state, pod, one, nodes);
      return one[0]!;
    }
    const own = this.#columns.take(nodes.length);
    if (typeof raw === 'number') own.fill(raw);
    else own.set(raw);
    plugin.normalize(state, pod, own, nodes);
    return this.#columns.settle(own);
  }

  /** Asked once for each template and state of a node. */
  #localScores(
    plugin: Plugin,
    state: CycleState,
    pod: PodInfo,
    nodes: readonly NodeInfo[],
    positions: Int32Array,
    raw: Float64Array,
  ): void {
    if (state.oneNode) {
      for (let i = 0; i < raw.length; i++) raw[i] = plugin.score!(state, pod, nodes[i]!);
      return;
    }
    const current = this.#handle.snapshot().generations;
    const known = this.#answers.of(pod.template).scores(plugin.name);
    known.grow(current.length);
    const { generations, values } = known;
    for (let i = 0; i < raw.length; i++) {
      const position = positions[i]!;
      const generation = current[position]!;
      if (generations[position] !== generation) {
        generations[position] = generation;
        values[position] = plugin.score!(state, pod, nodes[i]!);
      }
      raw[i] = values[position]!;
    }
  }

  /** Reserve in order; the first refusal rolls all of them back. */
  reserve(state: CycleState, pod: PodInfo, node: string): PluginStatus | null {
    for (const plugin of this.at('reserve')) {
      const status = plugin.reserve!(state, pod, node);
      if (status !== null) return failedIn(`running Reserve plugin "${plugin.name}"`, status, plugin.name);
    }
    return null;
  }

  /** Undoes Reserve, in reverse order. */
  unreserve(state: CycleState, pod: PodInfo, node: string): void {
    for (const plugin of this.at('reserve').toReversed()) plugin.unreserve?.(state, pod, node);
  }

  /** All Permit plugins; the shortest waiting time counts when one asks to wait. Models runtime RunPermitPlugins. */
  permit(state: CycleState, pod: PodInfo, node: string): PermitResult & { readonly waitingFor: readonly string[] } {
    const waitingFor: string[] = [];
    let timeoutMs: number | undefined;
    for (const plugin of this.at('permit')) {
      const answer = plugin.permit!(state, pod, node);
      if (answer.status === null) continue;
      if (answer.status.code !== 'Wait') return { status: withPlugin(answer.status, plugin.name), waitingFor: [] };
      waitingFor.push(plugin.name);
      timeoutMs = Math.min(timeoutMs ?? Number.MAX_SAFE_INTEGER, answer.timeoutMs ?? 0);
    }
    if (timeoutMs === undefined) return { status: null, waitingFor };
    return { status: { code: 'Wait', reasons: [] }, timeoutMs, waitingFor };
  }

  preBind(state: CycleState, pod: PodInfo, node: string): PluginStatus | null {
    for (const plugin of this.at('preBind')) {
      const status = plugin.preBind!(state, pod, node);
      if (status !== null) return failedIn(`running PreBind plugin "${plugin.name}"`, status, plugin.name);
    }
    return null;
  }

  /** First Bind plugin that takes the pod. */
  bind(state: CycleState, pod: PodInfo, node: string): PluginStatus | null {
    for (const plugin of this.at('bind')) {
      const status = plugin.bind!(state, pod, node);
      if (status === null) return null;
      if (status.code !== 'Skip') return withPlugin(status, plugin.name);
    }
    return errorStatus('no bind plugin took the pod');
  }

  postBind(state: CycleState, pod: PodInfo, node: string): void {
    for (const plugin of this.at('postBind')) plugin.postBind!(state, pod, node);
  }
}

function firstRejection(plugins: readonly Plugin[], state: CycleState, pod: PodInfo, node: NodeInfo): PluginStatus | null {
  for (const plugin of plugins) {
    const status = plugin.filter!(state, pod, node);
    if (status !== null) return failedIn(`running "${plugin.name}" filter plugin`, status, plugin.name);
  }
  return null;
}

/** One plugin's Filter by position. A plugin's own status is given its name once, not for every node. */
function probeOf(
  plugin: Plugin,
  state: CycleState,
  pod: PodInfo,
  nodes: readonly NodeInfo[],
): (position: number) => PluginStatus | null {
  const where = `running "${plugin.name}" filter plugin`;
  const direct = plugin.filterAt?.(state) ?? ((position: number) => plugin.filter!(state, pod, nodes[position]!));
  let last: PluginStatus | undefined;
  let named: PluginStatus | null = null;
  return (position) => {
    const status = direct(position);
    if (status === null) return null;
    if (status !== last) {
      last = status;
      named = failedIn(where, status, plugin.name);
    }
    return named;
  };
}

function outOfRange(scores: Column): number | undefined {
  if (typeof scores === 'number') return scores >= 0 && scores <= maxNodeScore ? undefined : scores;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!;
    if (!(score >= 0 && score <= maxNodeScore)) return score;
  }
  return undefined;
}

/** A status with its plugin; the text of an error says where it happened, as upstream wraps it. */
function failedIn(where: string, status: PluginStatus, plugin: string): PluginStatus {
  if (status.code !== 'Error') return withPlugin(status, plugin);
  return withPlugin(errorStatus(`${where}: ${status.reasons.join(', ')}`), plugin);
}

/** A fresh cycle state. */
export function newCycleState(): CycleState {
  return new CycleState();
}

function intersect(known: ReadonlySet<string> | null, added: PreFilterResult): ReadonlySet<string> {
  const names = added.nodeNames ?? new Set<string>();
  if (known === null) return names;
  return new Set([...known].filter((name) => names.has(name)));
}

function emptyIntersection(plugins: readonly string[]): string {
  return plugins.length === 1
    ? `node(s) didn't satisfy plugin ${plugins[0]}`
    : `node(s) didn't satisfy plugin(s) [${plugins.join(' ')}] simultaneously`;
}
