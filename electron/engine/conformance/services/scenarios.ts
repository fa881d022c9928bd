import { compareStrings } from '#shared/core/compare.ts';
import { isRecord } from '#shared/core/json.ts';
import type { AnyObject, EndpointSlice, Endpoints, Pod } from '#shared/kube/types.ts';
import { createEndpointsController } from '../../controllers/endpoints/index.ts';
import { createEndpointSliceController } from '../../controllers/endpointslice/index.ts';
import { createEndpointSliceMirroring } from '../../controllers/endpointslicemirroring/index.ts';
import { createGarbageCollector } from '../../controllers/garbagecollector/index.ts';
import { node } from '../../testing/builders.ts';
import { createTestCluster, type TestCluster, unwrap } from '../../testing/harness.ts';
import type { ConformanceFamily, Disagreement } from '../types.ts';
import {
  type Change,
  changesOf,
  type EndpointScenario,
  eventsOf,
  relabelling,
  type Step,
  servicePatch,
  serviceTraits,
  traitsOf,
} from './script.ts';
import { CapturedState, endpointsText, sliceTexts } from './state.ts';

const ZONE = 'topology.kubernetes.io/zone';
const ZONES = ['zone-a', 'zone-b', 'zone-a', 'zone-b'];
/** Longer than any batching, so that a step has ended when the next begins. */
const STEP_MS = 5_000;
/** A look at what somebody has just deleted, before a controller mends it. */
const GLANCE_MS = 400;

/** One cluster that a captured scenario is played in: what people and kubelets did is done, what controllers did is compared. */
class Stage {
  readonly cluster: TestCluster;
  readonly namespace: string;
  readonly scenario: EndpointScenario;
  readonly captured = new CapturedState();
  #pods = 0;
  readonly #told = new Map<string, number>();

  constructor(scenario: EndpointScenario) {
    this.scenario = scenario;
    this.namespace = `ep-${scenario.scenario}`;
    this.cluster = createTestCluster({
      seed: 1,
      components: (ctx) => [
        createEndpointSliceController(ctx),
        createEndpointsController(ctx),
        createEndpointSliceMirroring(ctx),
        createGarbageCollector(ctx),
      ],
    });
    this.cluster.create<AnyObject[]>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.namespace } });
    for (const [i, zone] of ZONES.entries()) this.cluster.create(node(`node-${i + 1}`, { labels: { [ZONE]: zone }, cpu: '64' }));
  }

  perform(step: Step): void {
    const label = relabelling(step.step);
    if (label !== undefined) {
      const { pod, labels } = label;
      this.patch(pod === undefined ? 'Service' : 'Pod', pod ?? 'web', { metadata: { labels } });
    }
    if (step.sliceSizes !== undefined) this.many(step.step);
    if (/somebody deletes the EndpointSlices/.test(step.step)) {
      for (const { metadata } of this.slices()) this.remove('EndpointSlice', metadata.name);
    }
    if (/empties endpoints/.test(step.step) && step.output?.length !== 0) {
      for (const { metadata } of this.slices()) this.patch('EndpointSlice', metadata.name, { endpoints: [] });
    }
    const patch = servicePatch(step.step);
    if (patch !== undefined) this.patch('Service', 'web', patch);
    for (const change of changesOf(step)) {
      this.apply(change, step);
      this.captured.apply(change);
    }
    this.cluster.runFor(/^somebody deletes/.test(step.step) ? GLANCE_MS : STEP_MS);
  }

  /** Events about services that were not there, or not as often, at the last call. */
  newEvents(): ReadonlySet<string> {
    const texts = new Set<string>();
    for (const event of this.cluster.list('Event', this.namespace)) {
      const { type, reason, message, count = 1 } = event;
      const known = this.#told.get(event.metadata.name) ?? 0;
      if (count > known && event.involvedObject.kind === 'Service') texts.add(`${type} ${reason} ${message}`);
      this.#told.set(event.metadata.name, count);
    }
    return texts;
  }

  slices(): readonly EndpointSlice[] {
    return this.cluster.list('EndpointSlice', this.namespace);
  }

  endpoints(): readonly Endpoints[] {
    return this.cluster.list('Endpoints', this.namespace);
  }

  pods(): readonly Pod[] {
    return this.cluster.list('Pod', this.namespace);
  }

  patch(kind: string, name: string, patch: unknown): void {
    unwrap(this.cluster.client.patch({ kind, namespace: this.namespace, name }, 'merge', patch));
  }

  remove(kind: string, name: string): void {
    this.cluster.client.delete({ kind, namespace: this.namespace, name }, { gracePeriodSeconds: 0 });
  }

  /** `105 pods`, `50 pods deleted`. */
  many(words: string): void {
    const found = /^(\d+) pods( deleted)?$/.exec(words);
    const count = Number(found?.[1] ?? 0);
    if (found?.[2] !== undefined) {
      for (const { metadata } of this.pods().slice(0, count)) this.remove('Pod', metadata.name);
      return;
    }
    this.service({ selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] });
    for (let i = 0; i < count; i++) {
      const name = `p${String(i).padStart(3, '0')}`;
      this.pod(name, { nodeName: `node-${(i % ZONES.length) + 1}` }, '');
      this.status(name, { phase: 'Running', podIP: '', ready: true });
    }
  }

  service(spec: Readonly<Record<string, unknown>>): void {
    unwrap(
      this.cluster.client.create<AnyObject>({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web', namespace: this.namespace },
        spec,
      }),
    );
  }

  apply(change: Change, step: Step): void {
    const [plural, name = ''] = change.object.split('/');
    if (plural === 'pods') this.applyPod(change, name, step);
    else if (plural === 'services') this.applyService(change, name, step);
    else if (plural === 'endpoints') this.applyEndpoints(change, name);
    else if (change.op === 'ADDED' && !Array.isArray(change.set?.generateName) && isByHand(change)) {
      this.create('discovery.k8s.io/v1', 'EndpointSlice', name, change.set ?? {}, ['addressType', 'ports', 'endpoints']);
    }
  }

  applyService({ op, set = {} }: Change, name: string, step: Step) {
    if (op === 'DELETED') return this.remove('Service', name);
    const { type, selector, ports } = set;
    const spec = Object.fromEntries(Object.entries({ type, selector, ports }).filter(([, value]) => value !== undefined));
    if (op === 'ADDED') return this.service({ ...withoutNulls(spec), ...serviceTraits(this.scenario, step) });
    this.patch('Service', name, { spec: type === 'ExternalName' ? { ...spec, externalName: 'example.com' } : spec });
  }

  /** Endpoints of a service that chooses no pods are somebody's own, as are those without any service. */
  applyEndpoints({ op, set = {} }: Change, name: string) {
    const service = this.cluster.client.get('Service', this.namespace, name);
    const mine = !service.ok || service.value.spec.selector === undefined;
    if (!mine || (!service.ok && op !== 'ADDED')) return;
    if (op === 'DELETED') return this.remove('Endpoints', name);
    if (op === 'ADDED') return this.create('v1', 'Endpoints', name, set, ['subsets']);
    const current = this.cluster.get('Endpoints', this.namespace, name);
    const labels = set.labels === undefined ? current.metadata.labels : (set.labels as Record<string, string>);
    const { subsets = current.subsets } = set as { subsets?: Endpoints['subsets'] };
    const metadata = { ...current.metadata, ...(labels === undefined ? {} : { labels }) };
    unwrap(this.cluster.client.update({ ...current, metadata, subsets } as Endpoints));
  }

  create(
    apiVersion: string,
    kind: string,
    name: string,
    set: Readonly<Record<string, unknown>>,
    fields: readonly string[],
  ): void {
    const labels = isRecord(set.labels) ? { labels: set.labels as Record<string, string> } : {};
    const rest = Object.fromEntries(fields.map((field) => [field, set[field]]));
    unwrap(
      this.cluster.client.create<AnyObject>({
        apiVersion,
        kind,
        metadata: { name, namespace: this.namespace, ...labels },
        ...rest,
      }),
    );
  }

  applyPod({ op, set = {} }: Change, name: string, step: Step) {
    if (op === 'DELETED') return this.remove('Pod', name);
    if (op === 'ADDED') this.pod(name, set, step.step);
    if (set.deleting === true) this.cluster.client.delete({ kind: 'Pod', namespace: this.namespace, name });
    if ('phase' in set || 'ready' in set || 'podIP' in set) this.status(name, set);
  }

  pod(name: string, set: Readonly<Record<string, unknown>>, words: string): void {
    const { labels, hostname, subdomain, port } = traitsOf(name, words);
    const ports = port === undefined ? {} : { ports: [{ name: port.name, containerPort: port.number }] };
    const spec = {
      containers: [{ name: 'app', image: 'registry.example/app:v1', ...ports }],
      ...(typeof set.nodeName === 'string' ? { nodeName: set.nodeName } : {}),
      ...(hostname === undefined ? {} : { hostname }),
      ...(subdomain === undefined ? {} : { subdomain }),
    };
    const metadata = { name, namespace: this.namespace, labels };
    unwrap(this.cluster.client.create<AnyObject>({ apiVersion: 'v1', kind: 'Pod', metadata, spec }));
  }

  /** What a kubelet writes. */
  status(name: string, set: Readonly<Record<string, unknown>>): void {
    const pod = this.cluster.get('Pod', this.namespace, name);
    const phase = typeof set.phase === 'string' ? set.phase : pod.status.phase;
    const before = pod.status.conditions?.find(({ type }) => type === 'Ready');
    const status = typeof set.ready === 'boolean' ? (set.ready ? 'True' : 'False') : (before?.status ?? 'False');
    const time = before?.status === status ? before.lastTransitionTime : this.cluster.ctx.clock.timestamp();
    const podIP = set.podIP === undefined ? pod.status.podIP : `10.0.${this.#pods >> 8}.${++this.#pods & 255}`;
    const next = {
      ...pod.status,
      phase,
      conditions: [{ type: 'Ready', status, lastTransitionTime: time }],
      ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
    };
    unwrap(this.cluster.client.updateStatus({ ...pod, status: next } as Pod));
  }
}

function withoutNulls(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/** Nobody owns it and nobody has generated its name. */
function isByHand({ set = {} }: Change): boolean {
  return (set.generateName ?? null) === null && (!Array.isArray(set.ownerReferences) || set.ownerReferences.length === 0);
}

function compareStep(stage: Stage, step: Step, before: ReadonlySet<string>): [what: string, expected: string, got: string][] {
  const sizes = (slices: readonly EndpointSlice[]): string =>
    JSON.stringify(slices.map(({ endpoints }) => (endpoints ?? []).length).sort((a, b) => a - b));
  if (step.sliceSizes !== undefined) {
    const expected = JSON.stringify([...step.sliceSizes].sort((a, b) => a - b));
    const compared: [string, string, string][] = [['slice sizes', expected, sizes(stage.slices())]];
    if (step.endpointsObjectAddresses !== undefined) {
      const count = stage.endpoints().flatMap(({ subsets = [] }) => subsets.flatMap(({ addresses = [] }) => addresses)).length;
      compared.push(['addresses', String(step.endpointsObjectAddresses), String(count)]);
    }
    return compared;
  }
  const names = new Map(stage.pods().flatMap(({ metadata, status }) => [[status.podIP ?? '-', metadata.name] as const]));
  const now = new Set(stage.slices().map(({ metadata }) => metadata.name));
  const moved = `${[...now].filter((name) => !before.has(name)).length} new, ${[...before].filter((name) => !now.has(name)).length} gone`;
  // How often an event comes is chance, as each sync tells it: the words are compared.
  const wanted = [...new Set(eventsOf(step).map(({ event }) => `${event.type} ${event.reason} ${event.message}`))].sort(
    compareStrings,
  );
  return [
    ['events', wanted.join('\n'), [...stage.newEvents()].sort(compareStrings).join('\n')],
    ['slices', stage.captured.slices(), sliceTexts(stage.slices(), names)],
    ['slices made', stage.captured.moved(changesOf(step)), moved],
    ['endpoints', stage.captured.endpoints(), endpointsText(stage.endpoints(), names)],
  ];
}

/** Plays one scenario; compares slices and Endpoints at the end of each step. */
export function playScenario(scenario: EndpointScenario): Disagreement[] {
  const stage = new Stage(scenario);
  const found: Disagreement[] = [];
  for (const step of scenario.steps) {
    const before = new Set(stage.slices().map(({ metadata }) => metadata.name));
    stage.perform(step);
    for (const [what, expected, got] of compareStep(stage, step, before)) {
      if (expected !== got) found.push({ id: scenario.scenario, what: `${step.step}: ${what}`, expected, got });
    }
  }
  return found;
}

/** Plays every scenario of `services/endpoints`. */
export function runEndpointScenarios(scenarios: readonly EndpointScenario[]): ConformanceFamily {
  const family: ConformanceFamily = { name: 'endpoints', agree: 0, total: 0, disagree: [], later: [] };
  for (const scenario of scenarios) {
    const disagree = playScenario(scenario);
    family.total++;
    if (disagree.length === 0) family.agree++;
    family.disagree.push(...disagree);
  }
  return family;
}
