import { compareStrings } from '#shared/core/compare.ts';
import type { KubeObject, Node, Pod, PodSpec } from '#shared/kube/types.ts';
import { createScheduler } from '../scheduler/index.ts';
import { budget, node, pod } from '../testing/builders.ts';
import { createTestCluster, type TestCluster, unwrap } from '../testing/harness.ts';

/** The capture's ground: three nodes of 4 CPU in zones a, b, a, its priority classes, and only the scheduler running. */
export interface PreemptionLab {
  readonly test: TestCluster;
  /** Creates a pod; `low`, `mid`, `high` and `high-never` are priority classes. */
  pod(name: string, cpu: string, priorityClassName?: string, spec?: Partial<PodSpec>, labels?: Record<string, string>): void;
  /** Four running pods of 1 CPU on each of the nodes given (all three when left out), named after their class. */
  fill(priority: string, nodes?: readonly number[], labels?: Record<string, string>): void;
  /** Changes a node. */
  node(number: number, change: (before: Node) => Partial<Node>): void;
  /** A budget that allows no disruption. */
  guard(labels: Record<string, string>): void;
  /** Ends the pods that are terminating, in the order in which they were told to: all at once, or each followed by what it sets off. */
  reap(pace?: 'slowly'): void;
  wait(ms: number): void;
  remove(name: string): void;
  patch(name: string, change: (before: Pod) => Partial<Pod>): void;
  settle(): void;
}

/** Namespace of every case. */
const namespace = 'default';

/** Builds the ground. */
export function createPreemptionLab(seed: number): PreemptionLab {
  const test = createTestCluster({ seed, components: (ctx) => [createScheduler(ctx)], config: { scheduler: { cycleMs: 0 } } });
  for (const [name, value] of [
    ['low', 100],
    ['mid', 500],
    ['high', 1000],
    ['high-never', 1000],
  ] as const) {
    const preemptionPolicy = name === 'high-never' ? 'Never' : 'PreemptLowerPriority';
    const priorityClass: KubeObject = {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      ...{ value, preemptionPolicy },
    };
    test.create(priorityClass);
  }
  for (const [i, zone] of ['a', 'b', 'a'].entries())
    test.create(node(`node-${i + 1}`, { labels: { 'topology.kubernetes.io/zone': zone } }));
  const settle = () => {
    test.settle();
  };
  const end = (name: string) => {
    test.client.delete({ kind: 'Pod', namespace, name }, { gracePeriodSeconds: 0 });
    settle();
  };
  const lab: PreemptionLab = {
    test,
    settle,
    pod(name, cpu, priorityClassName, spec, labels) {
      const settings = { cpu, ...(labels === undefined ? {} : { labels }), ...(spec === undefined ? {} : { spec }) };
      test.create(pod(name, priorityClassName === undefined ? settings : { ...settings, priorityClassName }));
      settle();
    },
    fill(priority, nodes = [1, 2, 3], labels = {}) {
      for (const n of nodes)
        for (const i of [0, 1, 2, 3]) lab.pod(`${priority}-${n}-${i}`, '1', priority, { nodeName: `node-${n}` }, labels);
    },
    node(number, change) {
      const before = test.get('Node', '', `node-${number}`);
      unwrap(test.client.update({ ...before, ...change(before) }));
    },
    guard(labels) {
      const made = unwrap(test.client.create(budget('guard', labels, { maxUnavailable: 0 })));
      const status = { disruptionsAllowed: 0, currentHealthy: 4, desiredHealthy: 4, expectedPods: 4 };
      unwrap(test.client.updateStatus({ ...made, status }));
    },
    reap(pace) {
      const since = (one: Pod) => one.metadata.deletionTimestamp ?? '';
      const leaving = test.list('Pod').filter((one) => since(one) !== '');
      for (const { metadata } of leaving.toSorted((a, b) => compareStrings(since(a), since(b)))) {
        test.client.delete({ kind: 'Pod', namespace, name: metadata.name }, { gracePeriodSeconds: 0 });
        if (pace === 'slowly') settle();
      }
      settle();
    },
    wait(ms) {
      test.runFor(ms);
    },
    remove: end,
    patch(name, change) {
      const before = test.get('Pod', namespace, name);
      unwrap(test.client.update({ ...before, ...change(before) }));
      settle();
    },
  };
  return lab;
}
