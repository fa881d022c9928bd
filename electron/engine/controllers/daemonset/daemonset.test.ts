import { describe, expect, it } from 'vitest';
import type { DaemonSet } from '#shared/kube/kinds.ts';
import type { Node, Pod, PodSpec, Taint, Toleration } from '#shared/kube/types.ts';
import { createWorkloadLab, type WorkloadLab } from '../../conformance/workloads/lab.ts';
import { node, pod } from '../../testing/builders.ts';
import { unwrap } from '../../testing/harness.ts';
import { failureBackoff } from './backoff.ts';
import { shouldRun } from './nodes.ts';
import { planRolling } from './rolling.ts';
import { daemonPod, daemonTolerations, targetNode } from './template.ts';

function daemonSet(spec: Partial<PodSpec> = {}, workload: Partial<DaemonSet['spec']> = {}): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default', uid: 'u' },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: {
        metadata: { labels: { app: 'agent' } },
        spec: { containers: [{ name: 'app', image: 'registry.example/app:v1' }], ...spec },
      },
      ...workload,
    },
  } as unknown as DaemonSet;
}

const taint = (key: string, effect: string): Taint => ({ key, effect }) as Taint;
const term = (key: string, values: string[]) => ({ matchFields: [{ key, operator: 'In', values }] });
const affinity = (...nodeSelectorTerms: unknown[]): Partial<PodSpec> =>
  ({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } }) as Partial<PodSpec>;

describe('which nodes run a daemon pod', () => {
  it.each<[string, Partial<PodSpec>, Node, [boolean, boolean]]>([
    ['a free node', {}, node('a'), [true, true]],
    ['another node by name', { nodeName: 'b' }, node('a'), [false, false]],
    ['its own node by name', { nodeName: 'a' }, node('a'), [true, true]],
    ['a node without the label', { nodeSelector: { pool: 'x' } }, node('a'), [false, false]],
    ['a node with the label', { nodeSelector: { pool: 'x' } }, node('a', { labels: { pool: 'x' } }), [true, true]],
    ['one of two affinity terms', affinity(term('metadata.name', ['b']), term('metadata.name', ['a'])), node('a'), [true, true]],
    ['an empty affinity term', affinity({}), node('a'), [false, false]],
    ['NoSchedule', {}, node('a', { taints: [taint('x', 'NoSchedule')] }), [false, true]],
    ['NoExecute', {}, node('a', { taints: [taint('x', 'NoExecute')] }), [false, false]],
    ['PreferNoSchedule', {}, node('a', { taints: [taint('x', 'PreferNoSchedule')] }), [true, true]],
    ['cordoned', {}, node('a', { taints: [taint('node.kubernetes.io/unschedulable', 'NoSchedule')] }), [true, true]],
    ['not ready', {}, node('a', { taints: [taint('node.kubernetes.io/not-ready', 'NoExecute')] }), [true, true]],
    ['no network', {}, node('a', { taints: [taint('node.kubernetes.io/network-unavailable', 'NoSchedule')] }), [false, true]],
    [
      'no network, on the host network',
      { hostNetwork: true },
      node('a', { taints: [taint('node.kubernetes.io/network-unavailable', 'NoSchedule')] }),
      [true, true],
    ],
  ])('%s', (_name, spec, target, [run, stay]) => {
    expect(shouldRun(target, daemonSet(spec))).toEqual({ run, stay });
  });
});

describe('the pod of a node', () => {
  it('adds tolerations behind its own and replaces those about the same taints', () => {
    const own: Toleration[] = [
      { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 },
      { key: 'x' },
    ];
    expect(daemonTolerations({ tolerations: own }).map(({ key, tolerationSeconds }) => [key, tolerationSeconds])).toEqual(
      ['unreachable', 'x', 'not-ready', 'disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map((key) => [
        key === 'x' ? key : `node.kubernetes.io/${key}`,
        undefined,
      ]),
    );
    expect(daemonTolerations({ hostNetwork: true })).toHaveLength(7);
  });

  it('is bound to its node by affinity, which takes the place of the required terms only', () => {
    const preferred = { weight: 1, preference: { matchExpressions: [] } };
    const set = daemonSet({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }],
          },
          preferredDuringSchedulingIgnoredDuringExecution: [preferred],
        },
      },
    } as Partial<PodSpec>);
    const made = daemonPod(
      { ...set, metadata: { ...set.metadata, annotations: { 'deprecated.daemonset.template.generation': '3' } } },
      'n1',
      'hash',
    );
    expect(targetNode(made)).toBe('n1');
    expect(made.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution).toEqual([preferred]);
    expect(made.metadata).toMatchObject({
      generateName: 'agent-',
      labels: { app: 'agent', 'controller-revision-hash': 'hash', 'pod-template-generation': '3' },
    });
    expect(targetNode(pod('bare'))).toBeUndefined();
  });
});

/** `n` new, `o` old, upper case: available; one word a node, `-` for a node without pods. */
function nodesAndPods(words: string): { nodes: Node[]; byNode: Map<string, Pod[]> } {
  const nodes: Node[] = [];
  const byNode = new Map<string, Pod[]>();
  words.split(' ').forEach((word, at) => {
    const name = `n${at}`;
    nodes.push(node(name));
    if (word === '-') return;
    const pods = [...word].map((letter, index): Pod => {
      const hash = letter.toLowerCase() === 'n' ? 'new' : 'old';
      const built = pod(`${name}-${letter}${index}`, { nodeName: name, labels: { 'controller-revision-hash': hash } });
      const status = letter === letter.toUpperCase() ? 'True' : 'False';
      return { ...built, status: { conditions: [{ type: 'Ready', status }] } } as Pod;
    });
    byNode.set(name, pods);
  });
  return { nodes, byNode };
}

const clock = createWorkloadLab('default').cluster.core.clock;

describe('rolling update', () => {
  it.each<[string, Record<string, unknown>, string, string[], string[]]>([
    ['one by default', { maxUnavailable: 1 }, 'O O O', [], ['n0-O0']],
    ['waits for the new one', { maxUnavailable: 1 }, 'n O O', [], []],
    ['waits for an empty node', { maxUnavailable: 1 }, '- O O', [], []],
    ['goes on', { maxUnavailable: 1 }, 'N O O', [], ['n1-O0']],
    ['rounds percentages up', { maxUnavailable: '34%' }, 'O O O O', [], ['n0-O0', 'n1-O0']],
    ['unavailable old pods go first and count', { maxUnavailable: 1 }, 'O o O', [], ['n1-o0']],
    ['all unavailable old pods go', { maxUnavailable: 1 }, 'o o O', [], ['n0-o0', 'n1-o0']],
    ['both limits at nothing count as one', { maxUnavailable: 0, maxSurge: 0 }, 'O O', [], ['n0-O0']],
    ['surges', { maxUnavailable: 0, maxSurge: 2 }, 'O O O', ['n0', 'n1'], []],
    ['waits for the surge', { maxUnavailable: 0, maxSurge: 1 }, 'nO O O', [], []],
    ['an available successor replaces', { maxUnavailable: 0, maxSurge: 1 }, 'NO O O', ['n1'], ['n0-O1']],
    ['an unavailable old pod is replaced at once', { maxUnavailable: 0, maxSurge: 1 }, 'nO o O', ['n1'], []],
    ['too many pods count as surge', { maxUnavailable: 0, maxSurge: 1 }, 'NNO O', [], []],
  ])('%s', (_name, rollingUpdate, words, create, remove) => {
    const { nodes, byNode } = nodesAndPods(words);
    const set = daemonSet({}, { updateStrategy: { type: 'RollingUpdate', rollingUpdate } });
    const plan = planRolling(set, nodes, byNode, 'new', clock);
    expect(plan.create).toEqual(create);
    expect(plan.remove.map(({ metadata }) => metadata.name)).toEqual(remove);
  });

  it('a surging set leaves nodes it no longer means when enough others are available', () => {
    const { nodes, byNode } = nodesAndPods('O N');
    const set = daemonSet({ nodeName: 'n1' }, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } });
    expect(planRolling(set, nodes, byNode, 'new', clock).remove.map(({ metadata }) => metadata.name)).toEqual(['n0-O0']);
  });
});

describe('back-off of failing pods', () => {
  it('doubles and is forgotten', () => {
    const now = { nowMs: 0 };
    const backoff = failureBackoff(now as never);
    expect(backoff.next('a')).toBe(0);
    expect(backoff.next('a')).toBe(1_000);
    now.nowMs = 1_000;
    expect(backoff.next('a')).toBe(0);
    now.nowMs = 2_500;
    expect(backoff.next('a')).toBe(2_000);
    expect(backoff.next('b')).toBe(0);
    now.nowMs = 4_000_000;
    expect(backoff.next('a')).toBe(0);
    expect(backoff.next('a')).toBe(1_000);
  });
});

const get = (lab: WorkloadLab): DaemonSet => lab.cluster.get('DaemonSet', 'default', 'agent');
const nodesOf = (lab: WorkloadLab) =>
  lab
    .pods()
    .map(({ spec }) => spec.nodeName)
    .sort();

describe('the controller', () => {
  it('adopts a matching pod of a node and fills the others', () => {
    const lab = createWorkloadLab('default');
    lab.cluster.create(pod('stray', { labels: { app: 'agent' }, nodeName: 'node-2' }), daemonSet());
    lab.settle();
    expect(lab.pods()).toHaveLength(4);
    expect(nodesOf(lab)).toEqual(['node-1', 'node-2', 'node-3', 'node-4']);
  });

  it('deletes all but the oldest of a node, and pods that have ended', () => {
    const lab = createWorkloadLab('default');
    lab.cluster.create(daemonSet({}, { updateStrategy: { type: 'OnDelete' } }));
    lab.settle();
    lab.cluster.runFor(2000);
    lab.cluster.create(pod('younger', { labels: { app: 'agent' }, nodeName: 'node-2' }));
    lab.settle();
    expect(lab.pods().map(({ metadata }) => metadata.name)).not.toContain('younger');
    const [first] = lab.pods();
    if (first === undefined) throw new Error('no pod');
    unwrap(lab.cluster.client.updateStatus({ ...first, status: { ...first.status, phase: 'Succeeded' } }));
    lab.settle();
    const { name } = first.metadata;
    expect(lab.cluster.events('agent')).toContain(
      `Normal SucceededDaemonPod Found succeeded daemon pod default/${name} on node ${first.spec.nodeName}, will try to delete it`,
    );
    expect(lab.pods()).toHaveLength(4);
  });

  it('waits longer with each failure on a node', () => {
    const lab = createWorkloadLab('default');
    lab.cluster.create(daemonSet({ nodeName: 'node-1' }));
    lab.settle();
    const fail = () => {
      const [one] = lab.pods();
      if (one !== undefined) unwrap(lab.cluster.client.updateStatus({ ...one, status: { ...one.status, phase: 'Failed' } }));
    };
    fail();
    lab.settle();
    fail();
    lab.settle();
    expect(lab.pods()[0]?.status.phase).toBe('Failed');
    lab.cluster.runFor(1000);
    expect(lab.pods()[0]?.status.phase).toBe('Running');
  });

  it('counts pods as available after minReadySeconds', () => {
    const lab = createWorkloadLab('default');
    lab.cluster.create(daemonSet({}, { minReadySeconds: 5 }));
    lab.settle();
    expect(get(lab).status).toMatchObject({ numberReady: 4, numberUnavailable: 4 });
    lab.cluster.runFor(6000);
    expect(get(lab).status).toMatchObject({ numberReady: 4, numberAvailable: 4 });
  });

  it('keeps revisionHistoryLimit revisions that no pod has', () => {
    const lab = createWorkloadLab('default');
    lab.cluster.create(daemonSet({}, { revisionHistoryLimit: 1 }));
    for (const tag of ['v2', 'v3', 'v4']) {
      lab.settle();
      lab.edit<DaemonSet>('DaemonSet', 'agent', (before) => ({
        ...before,
        spec: { ...before.spec, template: daemonSet({ containers: [{ name: 'app', image: `x:${tag}` }] }).spec.template },
      }));
    }
    lab.settle();
    expect(
      lab.cluster
        .list('ControllerRevision')
        .map(({ revision }) => revision)
        .sort(),
    ).toEqual([3, 4]);
  });

  it('finishes what it has begun with the template it began with', () => {
    const lab = createWorkloadLab('default');
    lab.cluster.create(daemonSet());
    // Stops after the first pod, in the middle of the instant.
    const { clock: time } = lab.cluster.core;
    while (lab.pods().length === 0) lab.cluster.run({ untilMs: time.nowMs, stop: () => lab.pods().length > 0 });
    expect(lab.pods()).toHaveLength(1);
    lab.edit<DaemonSet>('DaemonSet', 'agent', (before) => ({
      ...before,
      spec: { ...before.spec, template: daemonSet({ containers: [{ name: 'app', image: 'x:v2' }] }).spec.template },
    }));
    lab.cluster.run({ untilMs: time.nowMs, stop: () => lab.pods().length === 4 });
    const images = (hash: string) => [
      ...new Set(
        lab
          .pods()
          .filter(({ metadata }) => metadata.labels?.['controller-revision-hash'] === hash)
          .map(({ spec }) => spec.containers[0]?.image),
      ),
    ];
    const hashes = [...new Set(lab.pods().map(({ metadata }) => metadata.labels?.['controller-revision-hash'] ?? ''))];
    expect(hashes.every((hash) => images(hash).length === 1)).toBe(true);
    lab.settle();
    expect(lab.pods().map(({ spec }) => spec.containers[0]?.image)).toEqual(Array(4).fill('x:v2'));
  });

  it('goes around a revision name that is taken', () => {
    const lab = createWorkloadLab('default');
    lab.cluster.create(daemonSet());
    lab.settle();
    const [taken] = lab.cluster.list('ControllerRevision');
    if (taken === undefined) throw new Error('no revision');
    const other = createWorkloadLab('default');
    const { ownerReferences: _owners, labels: _labels, ...metadata } = taken.metadata;
    const { resourceVersion: _version, uid: _uid, ...fresh } = metadata;
    other.cluster.create({ ...taken, metadata: fresh, data: { other: true } }, daemonSet());
    other.cluster.runFor(5000);
    expect(get(other).status.collisionCount).toBe(1);
    expect(other.pods()).toHaveLength(4);
  });

  it('follows nodes that come and labels that go', () => {
    const lab = createWorkloadLab('default');
    lab.cluster.create(daemonSet({ nodeSelector: { disk: 'ssd' } }));
    lab.settle();
    expect(lab.pods()).toHaveLength(0);
    lab.cluster.create(node('fast', { labels: { disk: 'ssd' } }));
    lab.settle();
    expect(nodesOf(lab)).toEqual(['fast']);
    unwrap(
      lab.cluster.client.patch({ kind: 'Node', namespace: '', name: 'fast' }, 'merge', { metadata: { labels: { disk: null } } }),
    );
    lab.settle();
    expect(lab.pods()).toHaveLength(0);
  });

  it('reports refused pods and tries again', () => {
    const lab = createWorkloadLab('default');
    lab.cluster.create(daemonSet({ priorityClassName: 'none' }));
    lab.settle();
    expect(lab.cluster.events('agent')[0]).toContain('Warning FailedCreate Error creating: pods "agent-');
    expect(get(lab).status).toMatchObject({ desiredNumberScheduled: 4, currentNumberScheduled: 0 });
  });

  it('orphaned pods stay, and a restart loses nothing', () => {
    const lab = createWorkloadLab('default');
    lab.cluster.create(daemonSet());
    lab.settle();
    const controller = lab.cluster.components.find(({ name }) => name === 'daemonset-controller');
    controller?.stop();
    lab.cluster.client.delete({ kind: 'Pod', namespace: 'default', name: lab.pods()[0]?.metadata.name ?? '' });
    lab.settle();
    expect(lab.pods()).toHaveLength(3);
    controller?.start();
    lab.settle();
    expect(lab.pods()).toHaveLength(4);
    lab.cluster.client.delete({ kind: 'DaemonSet', namespace: 'default', name: 'agent' }, { propagationPolicy: 'Orphan' });
    lab.settle();
    expect(lab.pods()).toHaveLength(4);
    expect(lab.pods().every(({ metadata }) => metadata.ownerReferences === undefined)).toBe(true);
    const names = () => lab.pods().map(({ metadata }) => metadata.name);
    const before = names();
    // The next one of that name takes over pods and history, and has nothing to replace.
    lab.cluster.create(daemonSet());
    lab.settle();
    expect(names()).toEqual(before);
    expect(get(lab).status).toMatchObject({ updatedNumberScheduled: 4, numberAvailable: 4 });
    expect(lab.cluster.list('ControllerRevision')).toHaveLength(1);
    expect(lab.cluster.list('ControllerRevision')[0]?.metadata.ownerReferences?.[0]?.uid).toBe(get(lab).metadata.uid);
  });

  it('looks once at a namespace that takes no pods any more', () => {
    const lab = createWorkloadLab('gone');
    lab.cluster.components.find(({ name }) => name === 'namespace-controller')?.stop();
    const set = daemonSet();
    lab.cluster.create({ ...set, metadata: { ...set.metadata, namespace: 'gone' } });
    lab.settle();
    lab.cluster.client.delete({ kind: 'Namespace', namespace: '', name: 'gone' });
    lab.cluster.create(node('late'));
    expect(lab.cluster.run({ untilMs: lab.cluster.nowMs, maxTasks: 1000 }).tasks).toBeLessThan(100);
  });
});
