import { describe, expect, it } from 'vitest';
import type { AnyObject, ObjectKey } from '#shared/kube/types.ts';
import type { Attempt } from '#shared/protocol/index.ts';
import { en } from '../i18n/en.ts';
import { ko } from '../i18n/ko.ts';
import { applyFrame, EMPTY_MIRROR, type Mirror } from '../store/mirror.ts';
import { type Parts, said, translator } from '../testing/captions.ts';
import { frame, node, pod, replicaSet } from '../testing/frames.ts';
import { withAttempt } from './attempt.ts';
import { type Happening, happening } from './happening.ts';
import { NO_PAST, observe } from './observe.ts';
import { advance, type Captions, MOST_WAITING, NO_CAPTIONS, take } from './queue.ts';
import { spotlightCss } from './spotlight.ts';
import { reasonsText, wordsOf } from './words.ts';

const t = translator(en, true);

const NODES = [node('node-a'), node('node-b')];
const refusal = (message: string): object => ({
  status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] },
});
const FULL =
  '0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.';
const deleting = (reason?: string): object => ({
  meta: { deletionTimestamp: '2026-01-01T00:00:30Z' },
  status: { phase: 'Running', conditions: reason ? [{ type: 'DisruptionTarget', status: 'True', reason }] : [] },
});

describe('what is told of a change', () => {
  const rows: [string, Parts[], string[]][] = [
    ['nothing of the first snapshot', [{ put: [...NODES, pod('x')] }], []],
    [
      'a pod arrives',
      [{ put: NODES }, { put: [pod('x', { spec: { priority: 7 } })] }],
      ['x arrives and waits for a node | Priority 7.'],
    ],
    [
      'a pod with gates',
      [{ put: NODES }, { put: [pod('x', { spec: { schedulingGates: [{ name: 'a' }] } })] }],
      ['x is held back | Waiting for: a.'],
    ],
    [
      'a pod is placed',
      [{ put: [...NODES, pod('x')] }, { put: [pod('x', { on: 'node-a', ready: false })] }],
      ['x goes to node-a'],
    ],
    [
      'a pod of a workload, without its hash',
      [{ put: NODES }, { put: [pod('web-6c8d-x7k', { set: 'web-6c8d' })] }],
      ['web-x7k arrives and waits for a node'],
    ],
    [
      'a pod cannot be placed',
      [
        { put: [...NODES, pod('x')] },
        { put: [pod('x', refusal('0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 Insufficient cpu.'))] },
      ],
      ['x could not be placed | 3 nodes lack CPU, 1 node is tainted.'],
    ],
    [
      'the same refusal again',
      [{ put: [...NODES, pod('x', refusal(FULL))] }, { put: [pod('x', { ...refusal(FULL), meta: { resourceVersion: '9' } })] }],
      [],
    ],
    [
      'a pod placed once others had gone',
      [
        { put: [...NODES, pod('x', refusal(FULL)), pod('old', { on: 'node-a' })] },
        { remove: ['Pod/default/old'] },
        { put: [pod('x', { on: 'node-a', ready: false })] },
      ],
      ['x goes to node-a | Room came free there after old had gone.'],
    ],
    [
      'one that lacked something else than room',
      [
        {
          put: [
            ...NODES,
            pod('x', refusal('0/2 nodes are available: 2 node(s) had untolerated taint(s).')),
            pod('old', { on: 'node-a' }),
          ],
        },
        { remove: ['Pod/default/old'] },
        { put: [pod('x', { on: 'node-a', ready: false })] },
      ],
      ['x goes to node-a'],
    ],
    [
      'preemption names who needs the room',
      [
        {
          put: [
            ...NODES,
            pod('low', { on: 'node-a' }),
            pod('big', { spec: { priority: 1000 }, status: { phase: 'Pending', nominatedNodeName: 'node-a' } }),
          ],
        },
        { put: [pod('low', { on: 'node-a', ...deleting('PreemptionByScheduler') })] },
      ],
      ['low has to leave node-a | big needs the room and is more important: priority 1000 against 0.'],
    ],
    [
      'eviction by a taint',
      [
        { put: [node('node-a', { spec: { taints: [{ key: 'fire', effect: 'NoExecute' }] } }), pod('x', { on: 'node-a' })] },
        { put: [pod('x', { on: 'node-a', ...deleting('DeletionByTaintManager') })] },
      ],
      ['x is evicted from node-a | node-a has the taint fire, which is not tolerated.'],
    ],
    [
      'eviction by a drain',
      [
        { put: [...NODES, pod('x', { on: 'node-a' })], draining: ['node-a'] },
        { put: [pod('x', { on: 'node-a', ...deleting('EvictionByEvictionAPI') })], draining: ['node-a'] },
      ],
      ['x is evicted from node-a | node-a is being drained, and the disruption budgets allow it.'],
    ],
    [
      'a pod becomes ready',
      [{ put: [...NODES, pod('x', { on: 'node-a', ready: false })] }, { put: [pod('x', { on: 'node-a' })] }],
      ['x runs on node-a'],
    ],
    [
      'a machine fails',
      [{ put: NODES }, { faults: { 'node-a': 'crashed' } }],
      ['node-a has failed | The cluster does not know yet; it only misses the heartbeats.'],
    ],
    [
      'a node is cordoned',
      [
        { put: NODES },
        {
          put: [
            node('node-a', {
              spec: { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] },
            }),
          ],
        },
      ],
      ['node-a is closed to new pods | Cordoned: what runs there stays.'],
    ],
    ['a node joins', [{ put: NODES }, { put: [node('node-c')] }], ['node-c joins the cluster']],
  ];
  for (const [name, frames, expected] of rows) it(name, () => expect(said(...frames)).toEqual(expected));

  it('tells nothing across histories', () => {
    const before = applyFrame(EMPTY_MIRROR, frame({ snapshot: true, put: NODES })) as Mirror;
    const after = applyFrame(before, frame({ snapshot: true, epoch: 2, put: [...NODES, pod('x')] })) as Mirror;
    expect(observe(NO_PAST, before, after, [{ key: 'Pod/default/x', object: pod('x') }]).told).toEqual([]);
  });
});

describe('workloads', () => {
  const web = (image: string, replicas: number, status: object): AnyObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', generation: 2 },
    spec: {
      replicas,
      template: { spec: { containers: [{ name: 'app', image }] } },
      strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    },
    status: { observedGeneration: 2, ...status },
  });
  const sets = [replicaSet('web-1', 'web', 1), replicaSet('web-2', 'web', 2)];
  const whole = { replicas: 3, updatedReplicas: 3, availableReplicas: 3 };
  const rows: [string, Parts[], string[]][] = [
    [
      'a new image',
      [{ put: [web('a:1', 3, whole)] }, { put: [web('a:2', 3, whole)] }],
      ['web starts a rollout | a:2 replaces a:1.'],
    ],
    ['scaled', [{ put: [web('a:1', 3, whole)] }, { put: [web('a:1', 5, whole)] }], ['web is scaled from 3 to 5']],
    [
      'a step of a rollout',
      [
        { put: [web('a:2', 3, { replicas: 3, updatedReplicas: 0, availableReplicas: 3 }), ...sets] },
        { put: [web('a:2', 3, { replicas: 4, updatedReplicas: 1, availableReplicas: 3 })] },
      ],
      ['web: 1 new, 3 old | At most 1 more and 0 fewer pods than wanted at any time.'],
    ],
    [
      'its end',
      [
        { put: [web('a:2', 3, { replicas: 4, updatedReplicas: 3, availableReplicas: 4 }), ...sets] },
        { put: [web('a:2', 3, whole)] },
      ],
      ['web is rolled out | All 3 pods are of revision 2 and available.'],
    ],
  ];
  for (const [name, frames, expected] of rows) it(name, () => expect(said(...frames)).toEqual(expected));
});

describe('words', () => {
  it('counts reasons that mean the same together, three at most', () => {
    const reasons = [
      { count: 1, reason: 'Insufficient memory' },
      { count: 2, reason: 'Insufficient cpu' },
      { count: 2, reason: 'Insufficient cpu' },
      { count: 1, reason: 'node(s) were unschedulable' },
      { count: 1, reason: 'something new' },
    ];
    expect(reasonsText(t, reasons)).toBe('4 nodes lack CPU, 1 node lacks memory, 1 node is cordoned');
  });
  it('speaks Korean', () => {
    const one = happening('unplaced', 'x', 'web-3', {
      pods: ['Pod/default/web-3'],
      why: 'reasons',
      reasons: [{ count: 3, reason: 'Insufficient cpu' }],
    });
    expect(wordsOf(translator(ko, false), { ...one, pods: ['Pod/default/web-3'] }).why).toBe('CPU가 부족한 노드 3개.');
  });
});

const placed = (name: string, on: string): Happening =>
  happening('placed', 'web', name, { family: 'web', pods: [`Pod/default/${name}` as ObjectKey], nodes: [on] });

describe('queue', () => {
  it('tells a burst as one', () => {
    const captions = take(
      NO_CAPTIONS,
      [placed('web-1', 'node-a'), placed('web-2', 'node-b'), placed('web-3', 'node-c'), placed('web-4', 'node-a')],
      0,
    );
    expect(captions.waiting).toEqual([]);
    expect(wordsOf(t, captions.shown?.told as Happening)).toEqual({ what: '4 pods of web were placed on 3 nodes', why: '' });
  });
  it('does not change a caption that has been read', () => {
    const first = take(NO_CAPTIONS, [placed('web-1', 'node-a')], 0);
    const later = take(first, [placed('web-2', 'node-b')], 5000);
    expect(later.shown).toBe(first.shown);
    expect(advance(later, 6000).shown?.told.name).toBe('web-2');
  });
  it('leaves out what has been overtaken and what only repeats', () => {
    const arrived = happening('arrived', 'web', 'web-1', { pods: ['Pod/default/web-1'] });
    const running = happening('running', 'web', 'web-1', { pods: ['Pod/default/web-1'] });
    const node = happening('cordoned', 'nodes', 'node-a', { nodes: ['node-a'] });
    const captions = take(NO_CAPTIONS, [node, arrived, placed('web-1', 'node-a'), running], 0);
    expect(captions.waiting.map((caption) => caption.told.kind)).toEqual(['placed']);
  });
  it('lets the steps of a rollout speak for the pods that come and go in it', () => {
    const family = { family: 'web', pods: ['Pod/default/web-1'] };
    const shift = happening('shift', 'Deployment/default/web', 'web', { others: ['Deployment/default/web'] });
    const arrived = happening('arrived', 'Deployment/default/web', 'web-1', family);
    const done = happening('rolledOut', 'Deployment/default/web', 'web', { others: ['Deployment/default/web'] });
    const node = happening('cordoned', 'nodes', 'node-a', { nodes: ['node-a'] });
    const place = happening('placed', 'Deployment/default/web', 'web-1', family);
    const captions = take(NO_CAPTIONS, [node, arrived, shift, arrived, place], 0);
    expect(captions.waiting.map((caption) => caption.told.kind)).toEqual(['shift', 'placed']);
    expect(take(captions, [done], 0).waiting.map((caption) => caption.told.kind)).toEqual(['rolledOut']);
  });
  it('stays short: the least important goes', () => {
    const many = Array.from({ length: 7 }, (_, index) =>
      happening(index === 3 ? 'preempted' : 'joined', `${index}`, `n${index}`),
    );
    const captions: Captions = take(NO_CAPTIONS, many, 0);
    expect(captions.waiting.length).toBe(MOST_WAITING);
    expect(captions.waiting.some((caption) => caption.told.kind === 'preempted')).toBe(true);
  });
  it('names the preemptor once its Event tells it', () => {
    const victim = (why: 'outranked' | 'outrankedBy', values: Happening['values']): Happening =>
      happening('preempted', 'batch', 'batch-1', { pods: ['Pod/default/batch-1'], nodes: ['node-a'], why, values });
    const captions = take(
      take(NO_CAPTIONS, [victim('outranked', {})], 0),
      [victim('outrankedBy', { by: 'big', priority: 9, own: 0 })],
      4000,
    );
    expect(captions.shown?.told.why).toBe('outrankedBy');
  });
});

describe('the scheduler’s reason', () => {
  const verdict = (name: string, weighted: number | null): Attempt['nodes'][number] =>
    weighted === null
      ? { node: name, code: 'Unschedulable', plugin: 'NodeResourcesFit', reasons: ['Insufficient cpu'], scores: [] }
      : {
          node: name,
          code: 'Success',
          reasons: [],
          scores: [{ plugin: 'ImageLocality', raw: weighted, normalized: weighted, weight: 1, weighted }],
          total: weighted,
        };
  const attempt = (parts: Partial<Attempt>): Attempt => ({
    pod: 'default/web-1',
    attempt: 1,
    atMs: 0,
    cycle: 1,
    profile: 'default-scheduler',
    nodes: [verdict('node-a', 10), verdict('node-b', null)],
    nodesTotal: 2,
    best: ['node-a'],
    selected: 'node-a',
    tieBreak: false,
    victims: [],
    result: 'scheduled',
    ...parts,
  });
  const three = [verdict('node-a', 10), verdict('node-b', 0), verdict('node-c', null)];
  const freed: Happening = { ...placed('web-1', 'node-a'), why: 'madeWay', values: { pods: 'batch-1' } };
  const rows: [string, Happening, Partial<Attempt>, string][] = [
    ['the only one', placed('web-1', 'node-a'), {}, 'The only node of 2 it fits on: 1 node lacks CPU.'],
    ['the only one, after others had gone', freed, {}, 'It was the only node with room, after batch-1 had gone.'],
    [
      'the best',
      placed('web-1', 'node-a'),
      { nodes: three, nodesTotal: 3 },
      'It fits on 2 of 3 nodes; this one scored highest: the image is already there.',
    ],
    [
      'drawn',
      placed('web-1', 'node-a'),
      { nodes: three, nodesTotal: 3, tieBreak: true, best: ['node-a', 'node-b'] },
      'It fits on 2 of 3 nodes; 2 are equally good, so one was drawn.',
    ],
    ['an attempt for another node says nothing', placed('web-1', 'node-z'), {}, ''],
    ['not all nodes were looked at', placed('web-1', 'node-a'), { nodesTotal: 9 }, ''],
  ];
  for (const [name, one, parts, why] of rows) it(name, () => expect(wordsOf(t, withAttempt(one, attempt(parts))).why).toBe(why));
});

describe('spotlight', () => {
  it('points at pods and cards and dims the other cards', () => {
    const css = spotlightCss(placed('web-1', 'node-a'));
    expect(css).toContain('.card:not([data-key="Node//node-a"]){opacity');
    expect(css).toContain('.react-flow__node[data-id="node-a"]{box-shadow');
    expect(css).toContain('[data-key="Pod/default/web-1"]');
  });
  it('dims nothing when no card is meant', () => {
    expect(spotlightCss(happening('unplaced', 'x', 'x', { pods: ['Pod/default/x'] }))).not.toContain('opacity:.38');
    expect(spotlightCss(null)).toBe('');
  });
});
