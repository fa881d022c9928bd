import { compareStrings } from '#shared/core/compare.ts';
import { isPodReady } from '#shared/kube/conditions.ts';
import { resolveResource } from '#shared/kube/registry.ts';
import type { AnyObject, Pod } from '#shared/kube/types.ts';
import type { ApiResult } from '../../client/types.ts';
import { ROOT_CA } from '../../controllers/common/rootCa.ts';
import { createNamespaceController } from '../../controllers/namespace/index.ts';
import { createPersistentVolumeController } from '../../controllers/persistentvolume/index.ts';
import { createResourceQuotaController } from '../../controllers/resourcequota/index.ts';
import { createRootCaPublisher } from '../../controllers/rootca/index.ts';
import { createServiceAccountController } from '../../controllers/serviceaccount/index.ts';
import { createTokensController } from '../../controllers/serviceaccount/tokens.ts';
import { createVolumeProtection } from '../../controllers/volumeprotection/index.ts';
import { createLab, type Lab } from '../deployments/lab.ts';
import type { ConformanceFamily, Disagreement } from '../types.ts';
import { type GovernanceScenario, type GovernanceStep, Replay, refusalText } from './timeline.ts';

/** What a step does in the scenario's namespace. */
export type Step = (lab: Lab, namespace: string) => ApiResult<unknown> | undefined;

/** How long a captured state is waited for: longer than any controller's next look. */
const PATIENCE_MS = 60_000;
const ROOT_CA_MAP = 'kube-root-ca.crt';

/** A cluster with everything that governs namespaces. */
export function createGovernanceLab(namespace: string): Lab {
  const lab = createLab(1, (ctx) => [
    createNamespaceController(ctx),
    createServiceAccountController(ctx),
    createTokensController(ctx),
    createRootCaPublisher(ctx),
    createResourceQuotaController(ctx),
    createPersistentVolumeController(ctx),
    createVolumeProtection(ctx),
  ]);
  lab.cluster.client.create<AnyObject>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  lab.settle();
  return lab;
}

/** Generated parts of names taken out. */
function plain(text: string): string {
  return text
    .replace(/\bweb-(?:<hash>|[0-9a-z]{6,10})(?:-(?:pod\d+|[a-z0-9]{5}(?![a-z0-9])))/g, 'web-<hash>-<pod>')
    .replace(/\bweb-[0-9a-z]{6,10}(?=[^0-9a-z]|$)/g, 'web-<hash>');
}

interface ConditionText {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

function conditionText(conditions: unknown): string {
  return ((conditions ?? []) as ConditionText[])
    .map(({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`)
    .sort(compareStrings)
    .join('; ');
}

function listText(list: unknown): string {
  const entries = Object.entries((list ?? {}) as Record<string, string>);
  return entries
    .map(([name, amount]) => `${name}=${amount}`)
    .sort(compareStrings)
    .join(',');
}

/** The compared fields of one object, from the names under which the time lines have them. */
function fieldsText(plural: string, fields: Readonly<Record<string, unknown>>): string {
  const parts: string[] = [];
  const add = (name: string, text: string): void => {
    if (text !== '') parts.push(`${name} ${text}`);
  };
  if (fields.deleting === true) parts.push('deleting');
  add('finalizers', ((fields.finalizers ?? fields['metadata.finalizers'] ?? []) as string[]).join(','));
  add('spec.finalizers', ((fields['spec.finalizers'] ?? []) as string[]).join(','));
  if (plural === 'resourcequotas') parts.push(`hard ${listText(fields.hard)} used ${listText(fields.used)}`);
  if (plural === 'pods') parts.push(`${String(fields.phase)}${fields.ready === true ? ' ready' : ''}`);
  if (plural === 'namespaces') parts.push(`${String(fields.phase)} ${conditionText(fields.conditions)}`);
  if (plural === 'deployments' || plural === 'replicasets') {
    parts.push(`replicas ${String(fields.replicas ?? 0)}`);
    // Of the older failures only one is kept: which one is a matter of time.
    add('conditions', plain(conditionText(fields.conditions)));
  }
  if (plural === 'secrets') {
    const annotations = listText(fields.annotations).replace(/\.uid=[^,]*/, '.uid=<uid>');
    parts.push(`${String(fields.type ?? '')} ${((fields.dataKeys ?? []) as string[]).join(',')} ${annotations}`);
  }
  return parts.join(' ');
}

/** The same fields of a stored object. */
function fieldsOf(object: AnyObject): Record<string, unknown> {
  const { metadata, spec, status, type, data } = object as AnyObject & {
    spec?: Record<string, unknown>;
    status?: Record<string, unknown>;
    data?: object;
  };
  const namespace = object.kind === 'Namespace';
  return {
    deleting: metadata.deletionTimestamp !== undefined,
    [namespace ? 'metadata.finalizers' : 'finalizers']: metadata.finalizers,
    ...(namespace ? { 'spec.finalizers': spec?.finalizers } : {}),
    hard: status?.hard,
    used: status?.used,
    phase: status?.phase,
    ready: object.kind === 'Pod' && isPodReady(object as unknown as Pod),
    conditions: status?.conditions,
    replicas: status?.replicas,
    type,
    dataKeys: Object.keys(data ?? {}).sort(compareStrings),
    annotations: metadata.annotations,
  };
}

/** Kinds whose objects the scenario follows. */
function pluralsOf(scenario: GovernanceScenario): string[] {
  const names = scenario.steps.flatMap(({ timeline }) => timeline.flatMap(({ object }) => object?.split('/')[0] ?? []));
  return [...new Set(names)].sort(compareStrings);
}

/** What every namespace has by itself; the time lines only name it once something happens to it. */
function isGiven(plural: string, name: string): boolean {
  return (plural === 'configmaps' && name === ROOT_CA_MAP) || (plural === 'serviceaccounts' && name === 'default');
}

class Watch {
  readonly #lab: Lab;
  readonly #scenario: GovernanceScenario;
  readonly #plurals: readonly string[];
  readonly #mentioned = new Set<string>();
  readonly replay = new Replay();

  constructor(lab: Lab, scenario: GovernanceScenario) {
    this.#lab = lab;
    this.#scenario = scenario;
    this.#plurals = pluralsOf(scenario);
  }

  apply(step: GovernanceStep): void {
    for (const { object } of step.timeline) if (object !== undefined) this.#mentioned.add(object);
    this.replay.apply(step);
  }

  expected(): string {
    const lines = this.#plurals.flatMap((plural) =>
      this.replay.of(plural).map((object) => {
        const published = object === `configmaps/${ROOT_CA_MAP}` ? ' published' : '';
        return `${plain(object)}${published} ${fieldsText(plural, this.replay.get(object) ?? {})}`.trim();
      }),
    );
    return lines.sort(compareStrings).join('\n');
  }

  got(): string {
    return this.#plurals
      .flatMap((plural) => this.#objects(plural).map((object) => this.#line(plural, object)))
      .sort(compareStrings)
      .join('\n');
  }

  #line(plural: string, object: AnyObject): string {
    const { name } = object.metadata;
    const isMap = object.kind === 'ConfigMap' && name === ROOT_CA_MAP;
    const own = isMap && (object as { data?: Record<string, string> }).data?.['ca.crt'] === ROOT_CA.text;
    const head = `${plain(`${plural}/${name}`)}${isMap ? (own ? ' published' : ' changed') : ''}`;
    return `${head} ${fieldsText(plural, fieldsOf(object))}`.trim();
  }

  #objects(plural: string): AnyObject[] {
    const info = resolveResource(plural);
    const kind = info?.kind ?? '';
    const { namespace = '' } = this.#scenario;
    const all = this.#lab.cluster.list(kind, info?.namespaced === true ? namespace : undefined) as readonly AnyObject[];
    return all.filter(({ metadata: { name } }) => {
      if (plural === 'namespaces') return name === namespace && this.#mentioned.has(`${plural}/${name}`);
      return !isGiven(plural, name) || this.#mentioned.has(`${plural}/${name}`);
    });
  }
}

/** `type reason about message` of the events of controllers this program has in the lab. */
function eventTexts(scenario: GovernanceScenario): Set<string> {
  const texts = new Set<string>();
  for (const { timeline } of scenario.steps) {
    for (const { event } of timeline as { event?: Record<string, string> }[]) {
      if (event === undefined || event.reason !== 'FailedCreate') continue;
      const message = (event.message ?? '').replace('(combined from similar events): ', '');
      texts.add(plain(`${event.type} ${event.reason} ${event.object} ${message}`));
    }
  }
  return texts;
}

function seenEvents(lab: Lab): Set<string> {
  const failures = lab.events.filter(({ reason }) => reason === 'FailedCreate');
  return new Set(
    failures.map(({ type, reason, object, message }) =>
      plain(`${type} ${reason} ${object} ${message.replace('(combined from similar events): ', '')}`),
    ),
  );
}

/** Runs instant by instant until the state is the captured one. */
function waitFor(lab: Lab, reached: () => boolean): void {
  const until = lab.cluster.nowMs + PATIENCE_MS;
  while (!reached()) {
    const due = lab.cluster.core.clock.nextDueMs();
    if (due === undefined || due > until) return;
    lab.cluster.run({ untilMs: due });
  }
}

function play(scenario: GovernanceScenario, steps: Readonly<Record<string, Step>>): Disagreement[] {
  const namespace = scenario.namespace ?? '';
  const lab = createGovernanceLab(namespace);
  const watch = new Watch(lab, scenario);
  const found: Disagreement[] = [];
  const check = (what: string, expected: string, got: string): void => {
    if (expected !== got) found.push({ id: scenario.scenario, what, expected, got });
  };
  for (const step of scenario.steps) {
    const action = steps[`${scenario.scenario}: ${step.step}`] ?? steps[step.step];
    if (action === undefined) return [{ id: scenario.scenario, what: step.step, expected: 'a known step', got: 'unknown' }];
    const answer = action(lab, namespace);
    if (answer !== undefined) {
      const refusal = answer.ok
        ? undefined
        : { ...answer.error, error: answer.error.code ?? 0, message: answer.error.message ?? '' };
      check(`${step.step}: answer`, refusalText(step.refused), refusalText(refusal as GovernanceStep['refused']));
    }
    watch.apply(step);
    waitFor(lab, () => watch.expected() === watch.got());
    check(step.step, watch.expected(), watch.got());
  }
  const text = (events: Set<string>) => [...events].sort(compareStrings).join('\n');
  check('failures told', text(eventTexts(scenario)), text(seenEvents(lab)));
  return found;
}

/** Plays scenarios of one family: the state after each step, what was refused, and which failures the events told. */
export function runLifecycles(
  name: string,
  scenarios: readonly GovernanceScenario[],
  steps: Readonly<Record<string, Step>>,
): ConformanceFamily {
  const family: ConformanceFamily = { name, agree: 0, total: 0, disagree: [], later: [] };
  for (const scenario of scenarios) {
    const found = play(scenario, steps);
    family.total += 1;
    if (found.length === 0) family.agree += 1;
    family.disagree.push(...found);
  }
  return family;
}
