import type { Result } from '#shared/core/result.ts';
import type { KubeObject, Node, Status } from '#shared/kube/types.ts';
import type { EngineContext } from '../client/context.ts';
import type { Client, Component, ComponentContext, EngineConfig, ObjectOf } from '../client/types.ts';
import { createCore, type EngineCore } from '../core.ts';
import { type LoopOutcome, type RunLimits, runLoop } from '../sim/loop.ts';
import type { DeepPartial } from '../types.ts';

/** Ten virtual minutes: what `settle` waits at most. */
const SETTLE_LIMIT_MS = 600_000;

/** What a test cluster is made of. `components` are started in order. */
export interface TestClusterOptions {
  seed?: number;
  components?: (context: ComponentContext) => readonly Component[];
  config?: DeepPartial<EngineConfig>;
  startTime?: string;
  historyBytes?: number;
}

/** A small cluster in a test: the real store, API server and clock with the components given. */
export interface TestCluster {
  readonly core: EngineCore;
  readonly ctx: EngineContext;
  readonly components: readonly Component[];
  /** Client of a cluster administrator. */
  readonly client: Client;
  readonly nowMs: number;
  /** Runs everything due within `ms` from now. */
  runFor(ms: number): LoopOutcome;
  /** Runs until only background work is left, for ten virtual minutes at most. */
  settle(): LoopOutcome;
  run(limits: RunLimits): LoopOutcome;
  /**
   * Creates objects in order; throws with the API's message when one is refused. Returns them as stored. A node that is Ready loses the
   * not-ready taint that admission gives it, as the node lifecycle controller would see to; a namespace has its default account at once.
   */
  create<T extends KubeObject[]>(...objects: T): T;
  /** The object; throws when it is not there. */
  get<K extends string>(kind: K, namespace: string, name: string): ObjectOf<K>;
  /** All objects of a kind, by namespace and name. */
  list<K extends string>(kind: K, namespace?: string): readonly ObjectOf<K>[];
  /** `type reason message` of the events about an object, oldest first. */
  events(name: string): string[];
}

/** The value of an answer; throws the API's message otherwise. */
export function unwrap<T>(result: Result<T, Status>): T {
  if (!result.ok) throw new Error(`${result.error.code} ${result.error.reason}: ${result.error.message}`);
  return result.value;
}

/** The account that pods of a namespace need, without which a test would have to wait for its controller. */
function settleNamespace(client: Client, object: KubeObject): void {
  if (object.kind !== 'Namespace') return;
  const metadata = { name: 'default', namespace: object.metadata.name };
  client.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
}

function settleNode<T extends KubeObject>(client: Client, object: T): T {
  settleNamespace(client, object);
  if (object.kind !== 'Node') return object;
  const node = object as unknown as Node;
  const ready = node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
  const taints = node.spec.taints?.filter(({ key }) => key !== 'node.kubernetes.io/not-ready') ?? [];
  if (!ready || taints.length === node.spec.taints?.length) return object;
  const { taints: _old, ...spec } = node.spec;
  return unwrap(client.update({ ...node, spec: taints.length === 0 ? spec : { ...spec, taints } })) as unknown as T;
}

/** Builds a cluster and starts its components. */
export function createTestCluster(options: TestClusterOptions = {}): TestCluster {
  const core = createCore({ ...options, seed: options.seed ?? 1 });
  const { clock, context, store } = core;
  const components = options.components?.(context) ?? [];
  for (const component of components) component.start();
  const client = context.client('kubernetes-admin');
  const run = (limits: RunLimits): LoopOutcome => runLoop(clock, () => store.revision, limits);
  return {
    core,
    ctx: context,
    components,
    client,
    get nowMs() {
      return clock.nowMs;
    },
    run,
    runFor: (ms) => run({ untilMs: clock.nowMs + ms }),
    settle: () => run({ untilMs: clock.nowMs + SETTLE_LIMIT_MS, untilQuiet: true }),
    create: <T extends KubeObject[]>(...objects: T) =>
      objects.map((object) => settleNode(client, unwrap(client.create(object)))) as T,
    get: (kind, namespace, name) => unwrap(client.get(kind, namespace, name)),
    list: (kind, namespace) => context.informer(kind).lister.list(namespace),
    events(name) {
      const all = context.informer('Event').lister.list();
      const about = all.filter((event) => event.involvedObject.name === name);
      const age = (text: string | undefined): number => Number(text ?? 0);
      about.sort((a, b) => age(a.metadata.resourceVersion) - age(b.metadata.resourceVersion));
      return about.map((event) => `${event.type} ${event.reason} ${event.message}`);
    },
  };
}
