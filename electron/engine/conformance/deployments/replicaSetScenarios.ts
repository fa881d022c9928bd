import { compareStrings } from '#shared/core/compare.ts';
import type { Pod } from '#shared/kube/types.ts';
import { DELETION_COST } from '../../controllers/common/replicas/ranking.ts';
import { type PodSettings, pod, replicaSet } from '../../testing/builders.ts';
import { unwrap } from '../../testing/harness.ts';
import { withReady } from '../labKubelet.ts';
import type { Disagreement } from '../types.ts';
import { createLab, type Lab } from './lab.ts';

/** One scenario about a bare ReplicaSet: each step with the pods' changes. */
export interface ReplicaSetScenario {
  id: string;
  steps: { step: string; timeline: { obj: string; op: string; deleting?: boolean; status?: Record<string, unknown> }[] }[];
  finalPods: { name: string; owner: string; ready: boolean }[];
}

interface PodStart extends PodSettings {
  name: string;
}

/** How a scenario is set up and driven; `sort` says which pods the real cluster chooses among by chance. */
interface ReplicaSetScript {
  pods: readonly PodStart[];
  replicas: number;
  prepare?: (lab: Lab) => void;
  /** Sizes in the order of the last steps. */
  sizes: readonly number[];
  sort: (name: string) => string;
}

const labels = { app: 'rs' };
const same = (names: readonly string[], nodes: readonly string[] = []): PodStart[] =>
  names.map((name, at) => ({ name, nodeName: nodes[at] ?? `node-${at + 1}` }));

const changePod = (lab: Lab, name: string, change: (before: Pod, now: string) => Pod): void => {
  unwrap(lab.cluster.client.updateStatus(change(lab.cluster.get('Pod', 'default', name), lab.cluster.core.clock.timestamp())));
};

const SCRIPTS: Readonly<Record<string, ReplicaSetScript>> = {
  'replicaset-scale-down-doubled-node': {
    pods: same(['p0', 'p1', 'p2', 'p3'], ['node-1', 'node-1', 'node-1', 'node-2']),
    replicas: 4,
    sizes: [3, 2],
    sort: (name) => (name === 'p3' ? 'node-2' : 'node-1'),
  },
  'replicaset-scale-down-age': {
    pods: [{ name: 'old', nodeName: 'node-1' }],
    replicas: 2,
    prepare: (lab) => {
      lab.cluster.runFor(8500);
      lab.cluster.create(pod('young', { labels, nodeName: 'node-2' }));
      lab.settle();
    },
    sizes: [1],
    sort: (name) => name,
  },
  'replicaset-scale-down-deletion-cost': {
    pods: [
      { name: 'rs-bjbkb', nodeName: 'node-1', annotations: { [DELETION_COST]: '-5' } },
      { name: 'rs-hz4mm', nodeName: 'node-2', annotations: { [DELETION_COST]: '10' } },
      { name: 'rs-wx5h4', nodeName: 'node-3', annotations: { [DELETION_COST]: '3' } },
      { name: 'rs-v9q85', nodeName: 'node-4' },
    ],
    replicas: 4,
    sizes: [3, 2, 1],
    sort: (name) => name,
  },
  'replicaset-scale-down-not-ready': {
    pods: same(['rs-t794k', 'rs-8v62x', 'rs-vtf2m']),
    replicas: 3,
    prepare: (lab) => changePod(lab, 'rs-t794k', (before, now) => withReady(before, false, now)),
    sizes: [2, 1],
    sort: (name) => (name === 'rs-t794k' ? 'unready' : 'ready'),
  },
  'replicaset-scale-down-pending': {
    pods: [...same(['rs-htskq', 'rs-pq4gd']), { name: 'rs-t7t5f', spec: { nodeSelector: { no: 'where' } } }],
    replicas: 3,
    sizes: [2, 1],
    sort: (name) => (name === 'rs-t7t5f' ? 'pending' : 'running'),
  },
  'replicaset-scale-down-restarts': {
    pods: same(['p0', 'p1', 'p2']),
    replicas: 3,
    prepare: (lab) =>
      changePod(lab, 'p1', (before) => {
        const status = { name: 'app', image: '', imageID: '', ready: true, restartCount: 7 };
        return { ...before, status: { ...before.status, containerStatuses: [status] } };
      }),
    sizes: [2, 1],
    sort: (name) => (name === 'p1' ? 'restarted' : 'calm'),
  },
};

function deletedPods(step: ReplicaSetScenario['steps'][number]): string[] {
  return step.timeline
    .filter(({ obj, deleting }) => deleting === true && obj.startsWith('pods/'))
    .map(({ obj }) => obj.slice('pods/'.length));
}

/** Plays one scenario and compares which pods went at each step (or, for adoption, who owns what). */
export function playReplicaSetScenario(scenario: ReplicaSetScenario): Disagreement[] {
  if (scenario.id === 'replicaset-adoption') return playAdoption(scenario);
  const script = SCRIPTS[scenario.id];
  if (script === undefined) return [{ id: scenario.id, what: 'script', expected: 'a script', got: 'none' }];
  const lab = createLab();
  lab.cluster.create(...script.pods.map(({ name, ...settings }) => pod(name, { labels, ...settings })));
  lab.settle();
  script.prepare?.(lab);
  lab.cluster.create(replicaSet('rs', { replicas: script.replicas, labels }));
  lab.settle();
  const found: Disagreement[] = [];
  const before = () => lab.cluster.list('Pod', 'default').map(({ metadata }) => metadata.name);
  const captured = scenario.steps.filter(({ step }) => step.startsWith('scale to'));
  script.sizes.forEach((size, at) => {
    const present = before();
    unwrap(lab.cluster.client.scale({ kind: 'ReplicaSet', namespace: 'default', name: 'rs' }, size));
    lab.settle();
    const left = new Set(before());
    const got = present.filter((name) => !left.has(name)).map(script.sort);
    const expected = (captured[at] === undefined ? [] : deletedPods(captured[at])).map(script.sort);
    if (got.join(' ') !== expected.join(' ')) {
      found.push({ id: scenario.id, what: `deleted at size ${size}`, expected: expected.join(' '), got: got.join(' ') });
    }
  });
  return found;
}

/** Pods by owner; generated names are reduced to their prefix. */
function ownership(lab: Lab): string {
  return lab.cluster
    .list('Pod', 'default')
    .map((one) => {
      const owner = one.metadata.ownerReferences?.find(({ controller }) => controller);
      return `${one.metadata.name.replace(/^(rs\d*)-[a-z0-9]{5}$/, '$1-*')}=${owner?.name ?? 'none'}`;
    })
    .sort(compareStrings)
    .join(' ');
}

function playAdoption(scenario: ReplicaSetScenario): Disagreement[] {
  const lab = createLab();
  const found: Disagreement[] = [];
  const relabel = (name: string, app: string) => {
    const before = lab.cluster.get('Pod', 'default', name);
    unwrap(lab.cluster.client.update({ ...before, metadata: { ...before.metadata, labels: { app } } }));
  };
  const check = (what: string, expected: string) => {
    lab.settle();
    const got = ownership(lab);
    if (expected !== got) found.push({ id: scenario.id, what, expected, got });
  };
  lab.cluster.create(pod('a', { labels }), pod('b', { labels }));
  check('bare pods', 'a=none b=none');
  lab.cluster.create(replicaSet('rs', { replicas: 3, labels }));
  check('adoption', 'a=rs b=rs rs-*=rs');
  lab.cluster.runFor(5000);
  relabel('a', 'other');
  check('release', 'a=none b=rs rs-*=rs rs-*=rs');
  relabel('a', 'rs');
  check('adopted again, the youngest goes', 'a=rs b=rs rs-*=rs');
  lab.cluster.create(pod('late', { labels }));
  check('a surplus pod goes', 'a=rs b=rs rs-*=rs');
  unwrap(lab.cluster.client.delete({ kind: 'ReplicaSet', namespace: 'default', name: 'rs' }, { propagationPolicy: 'Orphan' }));
  check('orphaned', 'a=none b=none rs-*=none');
  lab.cluster.create(replicaSet('rs2', { replicas: 1, labels }));
  lab.settle();
  lab.cluster.create(replicaSet('rs3', { replicas: 1, labels }));
  lab.settle();
  const owners = (rows: readonly { owner: string }[]) =>
    rows
      .map(({ owner }) => owner)
      .sort(compareStrings)
      .join(' ');
  const got = lab.cluster
    .list('Pod', 'default')
    .map((one) => ({ owner: `ReplicaSet/${one.metadata.ownerReferences?.[0]?.name}` }));
  if (owners(scenario.finalPods) !== owners(got)) {
    found.push({ id: scenario.id, what: 'final owners', expected: owners(scenario.finalPods), got: owners(got) });
  }
  return found;
}
