import { compareStrings } from '#shared/core/compare.ts';
import type { KubeObject, OwnerReference, Status } from '#shared/kube/types.ts';
import type { HttpResponse } from '../../apiserver/request/index.ts';
import type { DeleteOptions } from '../../client/types.ts';
import { deployment, statefulSet } from '../../testing/builders.ts';
import { unwrap } from '../../testing/harness.ts';
import { sendRequest } from '../admission.ts';
import { createLab, type Lab } from '../deployments/lab.ts';
import type { ConformanceFamily, Disagreement } from '../types.ts';
import { type GovernanceScenario, Replay, refusalText } from './timeline.ts';

/** Kinds of the scenarios by the names of their resources. */
const KINDS: Readonly<Record<string, string>> = {
  deployments: 'Deployment',
  replicasets: 'ReplicaSet',
  statefulsets: 'StatefulSet',
  pods: 'Pod',
  configmaps: 'ConfigMap',
};

interface OwnerText {
  kind: string;
  name: string;
  blockOwnerDeletion?: boolean;
}

/** Random parts of generated names taken out. */
function plain(name: string): string {
  return name
    .replace(/-pod\d+$/, '-pod')
    .replace(/^web-[0-9a-z]{6,10}(-[a-z0-9]{5})?$/, (_all, suffix) => (suffix ? 'web-<hash>-pod' : 'web-<hash>'));
}

function line(
  resource: string,
  name: string,
  deleting: boolean,
  finalizers: readonly string[],
  owners: readonly OwnerText[],
): string {
  const from = owners.map((one) => `${one.kind}/${plain(one.name)}${one.blockOwnerDeletion ? '!' : ''}`).join(',');
  return `${resource}/${plain(name)}${deleting ? ' deleting' : ''} [${finalizers.join(',')}] <- ${from}`;
}

function expectedState(replay: Replay): string {
  const lines = Object.keys(KINDS).flatMap((resource) =>
    replay.of(resource).map((key) => {
      const fields = replay.get(key) ?? {};
      const owners = (fields.ownerReferences ?? []) as OwnerText[];
      return line(
        resource,
        key.slice(key.indexOf('/') + 1),
        fields.deleting === true,
        (fields.finalizers ?? []) as string[],
        owners,
      );
    }),
  );
  return lines.sort(compareStrings).join('\n');
}

function actualState(lab: Lab): string {
  const lines = Object.entries(KINDS).flatMap(([resource, kind]) =>
    (lab.cluster.list(kind, 'default') as readonly KubeObject[]).map(({ metadata }) =>
      line(
        resource,
        metadata.name,
        metadata.deletionTimestamp !== undefined,
        metadata.finalizers ?? [],
        metadata.ownerReferences ?? [],
      ),
    ),
  );
  return lines.sort(compareStrings).join('\n');
}

function configMap(name: string, owners: OwnerReference[] = [], finalizers: string[] = []): KubeObject {
  const metadata = { name, namespace: 'default', ...(owners.length > 0 ? { ownerReferences: owners } : {}) };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: finalizers.length > 0 ? { ...metadata, finalizers } : metadata };
}

function reference(lab: Lab, name: string, fields: Partial<OwnerReference> = {}): OwnerReference {
  const found = lab.cluster.client.get('ConfigMap', 'default', name);
  return { apiVersion: 'v1', kind: 'ConfigMap', name, uid: found.ok ? (found.value.metadata.uid ?? '') : 'none', ...fields };
}

function remove(lab: Lab, kind: string, name: string, policy: DeleteOptions['propagationPolicy']): void {
  const options = policy === undefined ? {} : { propagationPolicy: policy };
  unwrap(lab.cluster.client.delete({ kind, namespace: 'default', name }, options));
}

function dropFinalizers(lab: Lab, name: string): void {
  const before = lab.cluster.get('ConfigMap', 'default', name);
  const { finalizers: _gone, ...metadata } = before.metadata;
  unwrap(lab.cluster.client.update({ ...before, metadata }));
}

function endOnePod(lab: Lab): void {
  const [pod] = lab.cluster.list('Pod', 'default');
  if (pod === undefined) return;
  unwrap(lab.cluster.client.delete({ kind: 'Pod', namespace: 'default', name: pod.metadata.name }, { gracePeriodSeconds: 0 }));
}

function slowDeployment(): KubeObject {
  const built = deployment('web', { replicas: 2 });
  const { template } = built.spec;
  const metadata = { ...template.metadata, annotations: { 'lab/term': 'manual' } };
  const whole: KubeObject & { spec: object } = { ...built, spec: { ...built.spec, template: { ...template, metadata } } };
  return whole;
}

const controller = { controller: true, blockOwnerDeletion: true };
/** Deletes the scenario's workload, whichever it has. */
const deleteWeb = (policy: DeleteOptions['propagationPolicy']) => (lab: Lab) =>
  remove(lab, lab.cluster.list('StatefulSet').length > 0 ? 'StatefulSet' : 'Deployment', 'web', policy);
const createSet = (lab: Lab) =>
  lab.cluster.create(statefulSet('web', { replicas: 2, workload: { podManagementPolicy: 'Parallel' } }));

/** Steps by their captured names. */
const STEPS: Readonly<Record<string, (lab: Lab) => unknown>> = {
  'Deployment of 2': (lab) => lab.cluster.create(deployment('web', { replicas: 2 })),
  'Deployment of 2, pods need a finalizing kubelet': (lab) => lab.cluster.create(slowDeployment()),
  'delete with propagationPolicy Background': deleteWeb('Background'),
  'delete with propagationPolicy None': deleteWeb(undefined),
  'delete with propagationPolicy Foreground': deleteWeb('Foreground'),
  'delete with propagationPolicy Orphan': deleteWeb('Orphan'),
  'StatefulSet of 2': createSet,
  'same StatefulSet again: adopts': createSet,
  'delete Orphan': deleteWeb('Orphan'),
  'delete with propagationPolicy Sideways': (lab) =>
    sendRequest(lab.cluster, {
      method: 'DELETE',
      path: '/apis/apps/v1/namespaces/default/deployments/web',
      query: { propagationPolicy: 'Sideways' },
    }),
  'delete Foreground': deleteWeb('Foreground'),
  'one pod is gone': endOnePod,
  'last pod is gone': endOnePod,
  'delete its ReplicaSet with Orphan': (lab) =>
    remove(lab, 'ReplicaSet', lab.cluster.list('ReplicaSet')[0]?.metadata.name ?? '', 'Orphan'),
  owner: (lab) => lab.cluster.create(configMap('a')),
  'd1 blocking with a finalizer, d2 not blocking with a finalizer': (lab) =>
    lab.cluster.create(
      configMap('d1', [reference(lab, 'a', controller)], ['example.com/hold']),
      configMap('d2', [reference(lab, 'a', { controller: true })], ['example.com/hold']),
    ),
  'delete a Foreground': (lab) => remove(lab, 'ConfigMap', 'a', 'Foreground'),
  'delete b Background': (lab) => remove(lab, 'ConfigMap', 'b', 'Background'),
  'd1 finalizer removed': (lab) => dropFinalizers(lab, 'd1'),
  'd2 finalizer removed': (lab) => dropFinalizers(lab, 'd2'),
  'owner a, owner b': (lab) => lab.cluster.create(configMap('a'), configMap('b')),
  'd1 owned by a; d2 by a and b; d3 by a (blocking false); d4 by a with wrong uid; d5 by a missing owner; d6 owner of a cluster-scoped kind that does not exist':
    (lab) =>
      lab.cluster.create(
        configMap('d1', [reference(lab, 'a', controller)]),
        configMap('d2', [reference(lab, 'a', { blockOwnerDeletion: true }), reference(lab, 'b', { blockOwnerDeletion: true })]),
        configMap('d3', [reference(lab, 'a', { controller: true })]),
        configMap('d4', [reference(lab, 'a', { ...controller, uid: '00000000-0000-0000-0000-000000000001' })]),
        configMap('d5', [reference(lab, 'nope')]),
        configMap('d6', [
          { apiVersion: 'example.com/v1', kind: 'Gizmo', name: 'nope', uid: '00000000-0000-0000-0000-000000000003' },
        ]),
      ),
  'dependent names an owner that lives in another namespace': (lab) => {
    const far: KubeObject = { ...configMap('a'), metadata: { name: 'a', namespace: 'kube-public' } };
    const [owner] = lab.cluster.create(far);
    lab.cluster.create(
      configMap('d', [{ ...controller, apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: owner?.metadata.uid ?? '' }]),
    );
  },
};

function isResponse(answer: unknown): answer is HttpResponse {
  return typeof answer === 'object' && answer !== null && 'code' in answer && 'warnings' in answer;
}

function refusalOf({ code, body }: HttpResponse): string {
  if (code < 300) return 'accepted';
  const { message = '', details } = body as Status;
  const causes = details?.causes?.map((cause) => ({ message: cause.message ?? '' }));
  return refusalText({ error: code, message, ...(causes === undefined ? {} : { details: { causes } }) });
}

function play(scenario: GovernanceScenario): Disagreement[] {
  const lab = createLab();
  const replay = new Replay();
  const found: Disagreement[] = [];
  for (const step of scenario.steps) {
    const action = STEPS[step.step];
    if (action === undefined) return [{ id: scenario.scenario, what: step.step, expected: 'a known step', got: 'unknown' }];
    const answer = action(lab);
    lab.settle();
    const refusal = isResponse(answer) ? refusalOf(answer) : 'accepted';
    if (refusal !== refusalText(step.refused))
      found.push({ id: scenario.scenario, what: `${step.step}: answer`, expected: refusalText(step.refused), got: refusal });
    replay.apply(step);
    const expected = expectedState(replay);
    const got = actualState(lab);
    if (expected !== got) found.push({ id: scenario.scenario, what: step.step, expected, got });
  }
  return found;
}

/** Plays the scenarios of governance/gc: which objects exist after each step, with deletion marks, finalizers and owners. */
export function runGarbageCollection(scenarios: readonly GovernanceScenario[]): ConformanceFamily {
  const family: ConformanceFamily = { name: 'garbage collection', agree: 0, total: 0, disagree: [], later: [] };
  for (const scenario of scenarios) {
    const found = play(scenario);
    family.total += 1;
    if (found.length === 0) family.agree += 1;
    family.disagree.push(...found);
  }
  return family;
}
