import { describe, expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { en } from '../i18n/en.ts';
import { ko } from '../i18n/ko.ts';
import { type Parts, said, told, translator } from '../testing/captions.ts';
import { node, pod, replicaSet } from '../testing/frames.ts';
import { happening } from './happening.ts';
import { NO_CAPTIONS, take } from './queue.ts';
import { wordsOf } from './words.ts';

const object = (kind: string, name: string, rest: object, meta: object = {}): AnyObject =>
  ({ apiVersion: 'v1', kind, metadata: { name, namespace: 'default', uid: `uid-${name}`, ...meta }, ...rest }) as AnyObject;
const ownedBy = (kind: string, name: string): object => ({
  ownerReferences: [{ apiVersion: 'v1', kind, name, uid: `uid-${name}`, controller: true }],
});
const event = (reason: string, kind: string, name: string, message: string, count = 1, id = 'e'): AnyObject =>
  object('Event', `${name}.${id}`, {
    reason,
    message,
    count,
    involvedObject: { kind, namespace: 'default', name, uid: `uid-${name}` },
  });
const ended = (parts: object): object => ({
  status: { phase: 'Running', conditions: [], containerStatuses: [{ name: 'app', restartCount: 1, ...parts }] },
});

function check(rows: [string, Parts[], string[]][]): void {
  for (const [name, frames, expected] of rows) it(name, () => expect(said(...frames)).toEqual(expected));
}

describe('jobs', () => {
  const job = (status: object, meta: object = {}, spec: object = {}): AnyObject =>
    object('Job', 'migrate', { spec: { completions: 3, backoffLimit: 2, template: {}, ...spec }, status }, meta);
  const ends = (type: string, reason = '', message = ''): object => ({ conditions: [{ type, status: 'True', reason, message }] });
  const cron = object('CronJob', 'report', { spec: { schedule: '*/5 * * * *', jobTemplate: { spec: {} } }, status: {} });
  const cronJob = (meta: object = {}): AnyObject =>
    object('Job', 'report-29380000', { spec: { template: {} }, status: {} }, { ...ownedBy('CronJob', 'report'), ...meta });
  check([
    [
      'complete',
      [{ put: [job({ succeeded: 2 })] }, { put: [job({ succeeded: 3, ...ends('Complete') })] }],
      ['migrate has completed | 3 of 3 succeeded.'],
    ],
    [
      'give up after too many failures',
      [{ put: [job({})] }, { put: [job(ends('Failed', 'BackoffLimitExceeded', 'm'))] }],
      ['migrate has given up | More of its pods failed than its back-off limit of 2 allows.'],
    ],
    [
      'give up at their deadline',
      [
        { put: [job({}, {}, { activeDeadlineSeconds: 60 })] },
        { put: [job(ends('Failed', 'DeadlineExceeded'), {}, { activeDeadlineSeconds: 60 })] },
      ],
      ['migrate has given up | It ran longer than its deadline of 60 s.'],
    ],
    ['are told once', [{ put: [job(ends('Complete'))] }, { put: [job({ ...ends('Complete'), ready: 0 })] }], []],
    ['a schedule fires', [{ put: [cron] }, { put: [cronJob()] }], ['report starts a Job | Its schedule is */5 * * * *.']],
    [
      'one asked for by hand',
      [{ put: [cron] }, { put: [cronJob({ annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' } })] }],
      ['report starts a Job | It was asked for by hand, beside the schedule.'],
    ],
    [
      'a pod of a Job',
      [{ put: [job({}, {}, { parallelism: 2 })] }, { put: [pod('migrate-x', { meta: ownedBy('Job', 'migrate') })] }],
      ['migrate-x arrives and waits for a node | The Job runs 2 at a time until 3 have succeeded.'],
    ],
  ]);
});

describe('StatefulSets and DaemonSets', () => {
  const set = (spec: object = {}): AnyObject =>
    object('StatefulSet', 'db', {
      spec: { replicas: 3, template: {}, podManagementPolicy: 'OrderedReady', ...spec },
      status: {},
    });
  const of = (ordinal: number, meta: object = {}): AnyObject =>
    pod(`db-${ordinal}`, { meta: { ...ownedBy('StatefulSet', 'db'), ...meta } });
  const going = { deletionTimestamp: '2026-01-01T00:00:30Z' };
  const revision = (name: string, number: number): AnyObject =>
    object('ControllerRevision', name, { revision: number }, ownedBy('StatefulSet', 'db'));
  const agent = object('DaemonSet', 'agent', { spec: { template: {} }, status: {} });
  const forNode = {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-c'] }] }],
        },
      },
    },
  };
  check([
    [
      'the first in order',
      [{ put: [set()] }, { put: [of(0)] }],
      ['db-0 arrives and waits for a node | db starts its pods one after the other, lowest number first.'],
    ],
    [
      'the next in order',
      [{ put: [set(), of(0)] }, { put: [of(1)] }],
      ['db-1 arrives and waits for a node | db-0 is ready, so the next in order may start.'],
    ],
    [
      'one that comes back',
      [{ put: [set(), of(1)] }, { put: [of(0)] }],
      ['db-0 arrives and waits for a node | db gives a replacement the same name.'],
    ],
    [
      'one that comes back to its storage',
      [{ put: [set({ volumeClaimTemplates: [{}] }), of(1)] }, { put: [of(0)] }],
      ['db-0 arrives and waits for a node | db gives a replacement the same name and the same storage.'],
    ],
    [
      'all at once',
      [{ put: [set({ podManagementPolicy: 'Parallel' })] }, { put: [of(1)] }],
      ['db-1 arrives and waits for a node | db starts its pods all at once.'],
    ],
    [
      'scaled down',
      [{ put: [set({ replicas: 1 }), of(2)] }, { put: [of(2, going)] }],
      ['db-2 is stopped | db needs only 1 now; the highest number goes first.'],
    ],
    [
      'replaced in order',
      [
        { put: [set(), revision('db-a', 1), revision('db-b', 2), of(2, { labels: { 'controller-revision-hash': 'db-a' } })] },
        { put: [of(2, { labels: { 'controller-revision-hash': 'db-a' }, ...going })] },
      ],
      ['db-2 is stopped | Revision 1 is replaced one pod at a time, highest number first.'],
    ],
    [
      'deleted by hand',
      [{ put: [set(), of(1)] }, { put: [of(1, going)] }],
      ['db-1 is stopped | Deleted, with the grace period left to finish.'],
    ],
    [
      'a pod for a node',
      [{ put: [agent] }, { put: [pod('agent-x', { meta: ownedBy('DaemonSet', 'agent'), spec: forNode })] }],
      ['agent-x arrives and waits for a node | agent wants a pod on every node; this one is for node-c.'],
    ],
  ]);
});

describe('containers', () => {
  const limited = (parts: object): AnyObject =>
    pod('web', {
      on: 'node-a',
      ready: false,
      spec: {
        containers: [
          { name: 'app', resources: { limits: { memory: '256Mi' } }, livenessProbe: { failureThreshold: 2 }, startupProbe: {} },
        ],
      },
      ...parts,
    });
  const oom = { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-01-01T00:00:10Z' } };
  check([
    [
      'out of memory',
      [{ put: [limited({})] }, { put: [limited(ended({ state: { running: {} }, lastState: oom }))] }],
      ['web was killed: out of memory | It used more memory than its limit of 256Mi.'],
    ],
    [
      'the same end again says nothing',
      [{ put: [limited(ended({ state: oom }))] }, { put: [limited(ended({ state: { running: {} }, lastState: oom }))] }],
      [],
    ],
    [
      'a loop of it',
      [
        { put: [limited(ended({ state: oom }))] },
        { put: [limited(ended({ state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: oom, restartCount: 3 }))] },
      ],
      ['web keeps crashing | Out of memory again and again; the kubelet waits longer before each restart (so far 3).'],
    ],
    [
      'restarted by a probe',
      [
        { put: [limited({})] },
        { put: [event('Killing', 'Pod', 'web', 'Container app failed liveness probe, will be restarted')] },
      ],
      ['web is restarted | The liveness probe of app failed 2 times in a row, so the kubelet stops and starts it again.'],
    ],
    [
      'the second time by the same Event',
      [
        { put: [limited({}), event('Killing', 'Pod', 'web', 'Container app failed startup probe, will be restarted', 1)] },
        { put: [event('Killing', 'Pod', 'web', 'Container app failed startup probe, will be restarted', 2)] },
      ],
      ['web is restarted | app did not get past its startup probe in 3 attempts, so the kubelet stops and starts it again.'],
    ],
    ['an ordinary stop', [{ put: [limited({})] }, { put: [event('Killing', 'Pod', 'web', 'Stopping container app')] }], []],
    [
      'no longer ready',
      [
        { put: [pod('x', { on: 'n', status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } })] },
        {
          put: [
            pod('x', {
              on: 'n',
              status: {
                phase: 'Running',
                conditions: [{ type: 'Ready', status: 'False' }],
                containerStatuses: [{ name: 'app', ready: false, restartCount: 0, state: { running: {} } }],
              },
            }),
          ],
        },
      ],
      ['x is no longer ready | Its readiness probe fails: it runs on, but services send it nothing.'],
    ],
  ]);
});

describe('machines', () => {
  it('a pod that its kubelet is ending is not said to fail its readiness probe', () => {
    const conditions = [
      { type: 'Ready', status: 'False' },
      { type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet' },
    ];
    const containerStatuses = [{ name: 'app', ready: false, restartCount: 0, state: { running: {} } }];
    const ending = pod('x', { on: 'node-a', status: { phase: 'Running', conditions, containerStatuses } });
    expect(said({ put: [pod('x', { on: 'node-a' })] }, { put: [ending] })).toEqual([]);
  });
  const short = (status: string): AnyObject => {
    const one = node('node-a') as AnyObject & { status: { conditions: object[] } };
    return { ...one, status: { ...one.status, conditions: [...one.status.conditions, { type: 'MemoryPressure', status }] } };
  };
  const failed = (reason: string, message: string): AnyObject =>
    pod('x', { on: 'node-a', status: { phase: 'Failed', reason, message, conditions: [] } });
  check([
    [
      'short of memory',
      [{ put: [short('False')] }, { put: [short('True')] }],
      [
        'node-a is short of memory | Its kubelet reports pressure: new pods keep away, and pods are evicted until there is enough again.',
      ],
    ],
    [
      'enough again',
      [{ put: [short('True')] }, { put: [short('False')] }],
      ['node-a has enough memory again | Its kubelet has taken the pressure back, so new pods may come.'],
    ],
    [
      'a pod evicted for it',
      [
        { put: [node('node-a'), pod('x', { on: 'node-a' })] },
        { put: [failed('Evicted', 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 8Mi. ')] },
      ],
      ['x is evicted from node-a | node-a ran low on memory, and the kubelet made room.'],
    ],
    [
      'a pod ended with its machine',
      [
        { put: [node('node-a'), pod('x', { on: 'node-a' })] },
        { put: [failed('Terminated', 'Pod was terminated in response to imminent node shutdown.')] },
      ],
      ['x is evicted from node-a | node-a is being shut down.'],
    ],
  ]);
});

describe('a machine that is shut down', () => {
  const leaving = (): AnyObject => ({
    ...node('node-a'),
    status: { conditions: [{ type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: 'node is shutting down' }] },
  });
  check([
    [
      'goes down in order',
      [{ put: [node('node-a')] }, { put: [leaving()] }],
      ['node-a is being shut down | Its kubelet ends the pods first, critical ones last.'],
    ],
    [
      'is off',
      [{ put: [leaving()] }, { faults: { 'node-a': 'crashed' } }],
      ['node-a is off | Its pods were ended in order before.'],
    ],
    [
      'a silent one no longer answers',
      [
        { put: [node('node-a')] },
        { put: [{ ...node('node-a'), status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } }] },
      ],
      ['node-a no longer answers | Heartbeats stopped, so the node controller adds a taint.'],
    ],
    [
      'its pods are not said to fail a probe when the node falls silent',
      [
        { put: [pod('x', { on: 'node-a' })] },
        {
          put: [
            pod('x', {
              on: 'node-a',
              ready: false,
              status: {
                phase: 'Running',
                conditions: [{ type: 'Ready', status: 'False' }],
                containerStatuses: [{ name: 'app', ready: true, restartCount: 0, state: { running: {} } }],
              },
            }),
          ],
        },
      ],
      [],
    ],
  ]);
});

describe('what is refused', () => {
  const full = (name: string): string =>
    `Error creating: pods "${name}" is forbidden: exceeded quota: team, requested: pods=1, used: pods=6, limited: pods=6`;
  const sets = [replicaSet('web-1', 'web', 1)];
  const text = 'web may not create a pod | Quota team allows pods=6 and pods=6 is used; it asked for pods=1.';
  check([
    ['by a quota', [{ put: sets }, { put: [event('FailedCreate', 'ReplicaSet', 'web-1', full('a'))] }], [text]],
    [
      'the next attempt is not told again',
      [
        { put: sets },
        { put: [event('FailedCreate', 'ReplicaSet', 'web-1', full('a'))] },
        { put: [event('FailedCreate', 'ReplicaSet', 'web-1', full('b'), 1, 'f')] },
      ],
      [],
    ],
    [
      'once a pod has come it is',
      [
        { put: sets },
        { put: [event('FailedCreate', 'ReplicaSet', 'web-1', full('a'))] },
        { put: [pod('web-1-x', { set: 'web-1' })] },
        { put: [event('FailedCreate', 'ReplicaSet', 'web-1', full('b'), 1, 'f')] },
      ],
      [text],
    ],
    [
      'by a limit',
      [
        { put: sets },
        {
          put: [
            event(
              'FailedCreate',
              'ReplicaSet',
              'web-1',
              'Error creating: pods "a" is forbidden: maximum cpu usage per Container is 2, but limit is 4',
            ),
          ],
        },
      ],
      ['web may not create a pod | maximum cpu usage per Container is 2, but limit is 4.'],
    ],
  ]);

  const line =
    'error when evicting pods/"web-1" -n "default" (will retry after 5s): Cannot evict pod as it would violate the pod\'s disruption budget.';
  const output = (text: string): Parts => ({
    signals: [{ type: 'output', commandId: 'c', stream: 'stderr', line: text }],
    draining: ['node-a'],
  });
  const labelled = (meta: object = {}): AnyObject => pod('web-1', { on: 'node-a', meta: { labels: { app: 'web' }, ...meta } });
  const budget = object('PodDisruptionBudget', 'keep', {
    spec: { selector: { matchLabels: { app: 'web' } } },
    status: { disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 2 },
  });
  const start: Parts = { put: [node('node-a'), labelled(), budget], draining: ['node-a'] };
  const blocked = 'web-1 cannot be evicted yet | The budget keep needs 2 healthy pods and has 2. The drain asks again every 5 s.';
  check([
    ['by a budget', [start, output(line)], [blocked]],
    ['by a budget, again', [start, output(line), output(line)], []],
    ['other lines say nothing', [start, output('evicting pod default/web-1')], []],
  ]);
});

describe('autoscaler', () => {
  const deployment = (replicas: number): AnyObject =>
    object('Deployment', 'web', { spec: { replicas, template: {} }, status: {} });
  const hpa = object('HorizontalPodAutoscaler', 'web-hpa', { spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' } } });
  const rescale = (message: string): AnyObject => event('SuccessfulRescale', 'HorizontalPodAutoscaler', 'web-hpa', message);
  check([
    [
      'scales up, and that is told once',
      [
        { put: [deployment(2), hpa] },
        {
          put: [deployment(5), rescale('New size: 5; reason: cpu resource utilization (percentage of request) above target')],
        },
      ],
      ['The autoscaler scales web to 5 | Its cpu is above the target.'],
    ],
    [
      'scales down',
      [{ put: [deployment(2), hpa] }, { put: [rescale('New size: 1; reason: All metrics below target')] }],
      ['The autoscaler scales web to 1 | All its metrics are below their targets.'],
    ],
    [
      'keeps within its bounds',
      [
        { put: [deployment(2), hpa] },
        { put: [rescale('New size: 3; reason: Current number of replicas below Spec.MinReplicas')] },
      ],
      ['The autoscaler scales web to 3 | There were fewer replicas than the autoscaler must keep.'],
    ],
  ]);
});

describe('captions', () => {
  it('a Job that has completed speaks for its pods', () => {
    const owner = 'Job/default/migrate';
    const wait = happening('cordoned', 'nodes', 'n', { nodes: ['n'] });
    const finished = happening('finished', owner, 'migrate-x', { pods: ['Pod/default/migrate-x'] });
    const done = happening('jobDone', owner, 'migrate', { others: [owner] });
    expect(take(NO_CAPTIONS, [wait, finished, done], 0).waiting.map((one) => one.told.kind)).toEqual(['jobDone']);
    expect(take(NO_CAPTIONS, [wait, done, finished], 0).waiting.map((one) => one.told.kind)).toEqual(['jobDone']);
  });
  it('several machines under pressure are one caption, in both languages', () => {
    const one = (name: string) =>
      happening('pressure', 'MemoryPressure', name, { nodes: [name], why: 'kubeletAlarm', values: { short: 'memory' } });
    const both = take(NO_CAPTIONS, [one('a'), one('b')], 0).shown?.told;
    expect(both && wordsOf(translator(en, true), both).what).toBe('2 nodes are short of memory');
    expect(both && wordsOf(translator(ko, false), both).what).toBe('노드 2개에 메모리 여유가 부족합니다');
  });
  it('nothing is told of what was there at the start', () => {
    expect(told({ put: [object('Job', 'migrate', { spec: { template: {} }, status: {} })] })).toEqual([]);
  });
});
