import { isRecord } from '#shared/core/json.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, Status } from '#shared/kube/types.ts';
import { type HttpResponse, handleRequest } from '../../apiserver/request/index.ts';
import { createControllers } from '../../controllers/index.ts';
import { createTestCluster, type TestCluster } from '../../testing/harness.ts';
import { sortedValue, withoutSystemFields } from '../canonical.ts';
import type { ConformanceFamily, ConformanceReport, Disagreement } from '../types.ts';
import type { PolicyCommand, PolicyRequest, PolicyScenario } from './scenario.ts';

export type { PolicyScenario } from './scenario.ts';

/** Namespaces of the captured cluster. */
const NAMESPACES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  pol: { pol: 'yes' },
  'pol-prod': { pol: 'yes', env: 'prod' },
  'pol-off': {},
};
/** Who sent the captured requests. */
const USER = 'admin';
/** Cases that say nothing about a server: why. */
const LATER: Readonly<Record<string, string>> = {
  'kubectl apply -n pol -f - --dry-run=server': "kubectl's own reading of YAML (y is true) refuses the line before any request",
  'mutate-container-default x':
    'the answer is that of a cluster where the policy is not in force yet: neither changed nor refused, though the type name containers.item of its literal is one that upstream refuses',
};

/** Replays the scenarios of policies and webhooks, each on a cluster of its own. Pure: all data is given, parsed. */
export function runPolicies(scenarios: readonly PolicyScenario[]): ConformanceReport {
  const families = ['validating', 'mutating', 'webhooks', 'creation', 'type checking'].map(
    (name): ConformanceFamily => ({ name, agree: 0, total: 0, disagree: [], later: [] }),
  );
  for (const scenario of scenarios) {
    for (const one of runScenario(scenario)) {
      const family = families.find(({ name }) => name === one.family);
      if (family === undefined) continue;
      if (one.later !== undefined) {
        family.later.push({ id: one.id, why: one.later });
        continue;
      }
      family.total++;
      if (one.disagree.length === 0) family.agree++;
      family.disagree.push(...one.disagree);
    }
  }
  return { topic: 'policies', families };
}

interface Compared {
  readonly family: string;
  readonly id: string;
  readonly disagree: Disagreement[];
  readonly later?: string | undefined;
}

function familyOf({ objects }: PolicyScenario): string {
  if (objects.some(({ kind }) => kind.endsWith('WebhookConfiguration'))) return 'webhooks';
  return objects.some(({ kind }) => kind.startsWith('Mutating')) ? 'mutating' : 'validating';
}

function runScenario(scenario: PolicyScenario): Compared[] {
  const cluster = createCluster(scenario);
  const family = familyOf(scenario);
  const id = (part: string): string => `${scenario.scenario} ${part}`;
  const created = scenario.objects.flatMap((object): Compared[] => {
    const own = id(object.metadata.name);
    const response = send(cluster, { method: 'POST', path: pathOf(object), body: object });
    // Objects that only prepare a case have no captured answer.
    const expected = scenario.created.find((one) => one.kind === object.kind && nameOf(one.response) === object.metadata.name);
    return expected === undefined ? [] : [{ family: 'creation', id: own, disagree: compare(own, expected, response) }];
  });
  cluster.settle();
  const requests = scenario.requests.map((one): Compared => {
    const isCommand = 'command' in one;
    const own = id(isCommand ? one.command : one.id);
    const later = LATER[own] ?? (isCommand ? LATER[one.command] : undefined);
    if (later !== undefined) return { family, id: own, disagree: [], later };
    return {
      family,
      id: own,
      disagree: isCommand ? compareCommand(cluster, own, one) : compare(own, one, send(cluster, one.request)),
    };
  });
  const checked = scenario.policyStatusAfter.map(({ name, status }): Compared => {
    const own = id(`status of ${name}`);
    const got = cluster.client.get('ValidatingAdmissionPolicy', '', name);
    return {
      family: 'type checking',
      id: own,
      disagree: same(own, 'status', text(status), text(got.ok ? got.value.status : undefined)),
    };
  });
  return [...created, ...requests, ...checked];
}

/** Name of an answered object, or of the one a refusal is about. */
function nameOf(response: AnyObject | Status): string | undefined {
  return response.kind === 'Status' ? (response as Status).details?.name : (response as AnyObject).metadata.name;
}

function createCluster(scenario: PolicyScenario): TestCluster {
  const cluster = createTestCluster({ components: createControllers });
  const make = (object: object): void => {
    cluster.create(object as AnyObject);
  };
  for (const [name, labels] of Object.entries(NAMESPACES))
    make({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  cluster.settle();
  make({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'noeps', namespace: 'pol-off' },
    spec: { ports: [{ port: 443 }], selector: { app: 'nobody' } },
  });
  for (const { namespace, object } of scenario.otherObjects) make({ ...object, metadata: { ...object.metadata, namespace } });
  return cluster;
}

function pathOf({ apiVersion, kind }: AnyObject): string {
  return `/apis/${apiVersion}/${kindInfo(kind)?.plural ?? ''}`;
}

function send(cluster: TestCluster, request: PolicyRequest['request']): HttpResponse {
  return handleRequest(cluster.core.server, {
    method: request.method,
    path: request.path,
    query: request.query ?? {},
    contentType: request.contentType ?? 'application/json',
    body: request.body === null || request.body === undefined ? undefined : JSON.stringify(request.body),
    user: request.headers?.['Impersonate-User'] ?? USER,
  });
}

interface Expected {
  readonly code: number;
  readonly response?: unknown;
  readonly warnings?: readonly string[];
}

function same(id: string, what: string, expected: string, got: string): Disagreement[] {
  return expected === got ? [] : [{ id, what, expected, got }];
}

function compare(id: string, expected: Expected, got: HttpResponse): Disagreement[] {
  const status = got.body as Status;
  if (expected.code !== got.code) {
    return same(id, 'code', String(expected.code), `${got.code}${got.code < 300 ? '' : ` ${status.message}`}`);
  }
  const warnings = same(id, 'warnings', text(expected.warnings ?? []), text(got.warnings));
  if (expected.code >= 300) {
    const wanted = expected.response as Status;
    return [
      ...warnings,
      ...same(id, 'message', comparable(wanted.message ?? ''), comparable(status.message ?? '')),
      ...same(id, 'status', comparable(text({ ...wanted, message: '' })), comparable(text({ ...status, message: '' }))),
    ];
  }
  const wanted = expected.response;
  if (!isRecord(wanted) || wanted.kind === 'Status') return warnings;
  return [...warnings, ...same(id, 'object', text(plain(wanted)), text(plain(got.body)))];
}

/** Texts without what cel-go's parser says about a character it did not expect, which the README excludes. */
function comparable(words: string): string {
  return words.replace(/(Syntax error: )(?:[^\n\\]|\\(?!n))*/g, '$1...');
}

/** An object without what no two servers give alike: uids, times, versions and drawn names. */
function plain(object: unknown): unknown {
  return isRecord(object) && isRecord(object.metadata) ? withoutSystemFields(object) : object;
}

function text(value: unknown): string {
  return JSON.stringify(sortedValue(value ?? null)).replace(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-*****');
}

/** What the kubectl lines of the scenarios send, and how kubectl frames the answer. */
function compareCommand(cluster: TestCluster, id: string, one: PolicyCommand): Disagreement[] {
  const words = one.command.split(' ');
  const flag = (name: string): string => words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '';
  const [, verb, resource = '', name = ''] = words;
  if (verb !== 'create' || !['configmap', 'deployment'].includes(resource)) return same(id, 'command', one.command, 'not known');
  const namespace = words[words.indexOf('-n') + 1] ?? 'default';
  const labels = { app: name };
  const body =
    resource === 'configmap'
      ? { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }
      : {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name, labels },
          spec: {
            replicas: Number(flag('replicas')),
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: flag('image') }] } },
          },
        };
  const path = `/${resource === 'configmap' ? 'api/v1' : 'apis/apps/v1'}/namespaces/${namespace}/${resource}s`;
  const query = flag('dry-run') === 'server' ? { dryRun: 'All' } : {};
  const answer = send(cluster, { method: 'POST', path, query, body });
  const warnings = answer.warnings.map((warning) => `Warning: ${warning}\n`).join('');
  const failure = answer.code < 300 ? '' : `error: failed to create ${resource}: ${(answer.body as Status).message}\n`;
  return [
    ...same(id, 'exit', String(one.exit), answer.code < 300 ? '0' : '1'),
    ...same(id, 'stderr', one.stderr, warnings + failure),
  ];
}
