import { describe, expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { node, pod } from '../testing/builders.ts';
import { boundClaim, volume } from '../testing/storage.ts';
import type { Simulation, StoredChange } from '../types.ts';
import { doubleAddresses, doubleBindings, orphanedDependents, strayMirrors, strayObjects, wrongEndpoints } from './cluster.ts';
import { JobLedger } from './jobLedger.ts';
import { forbiddenWrites } from './steps.ts';
import { crowdedNodes, impossibleCounts, restlessWorkloads } from './workloads.ts';
import { World } from './world.ts';

/** The checkers must speak up: each case is something that the engine must never do. */
function object(kind: string, name: string, fields: object, metadata: object = {}): AnyObject {
  const own = { name, namespace: 'default', uid: `${kind}-${name}`, generation: 1, ...metadata };
  return { apiVersion: 'v1', kind, metadata: own, status: {}, ...fields } as unknown as AnyObject;
}

const READY = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] };

function podOf(owner: AnyObject, name: string, fields: { node?: string; status?: object; metadata?: object } = {}): AnyObject {
  const made = pod(name, fields.node === undefined ? {} : { nodeName: fields.node });
  const reference = { apiVersion: 'v1', kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid, controller: true };
  const metadata = { ...made.metadata, uid: name, ownerReferences: [reference], ...fields.metadata };
  return { ...made, metadata, status: fields.status ?? READY } as unknown as AnyObject;
}

function worldOf(...objects: AnyObject[]): World {
  const partial: Pick<Simulation, 'objects'> = { objects: () => objects };
  return new World(partial as Simulation);
}

const clock = { nowMs: 60_000, parseMs: () => 0 };

/** What the checkers say of a write. */
function written(world: World, before: AnyObject | null, after: AnyObject): string[] {
  const change: StoredChange = {
    revision: 9,
    atMs: 0,
    key: `${after.kind}/default/${after.metadata.name}`,
    before,
    object: after,
  };
  return forbiddenWrites(world, change, false, clock).map((fault) => fault.replace(/^revision 9, [^:]*: /, ''));
}

const going = { deletionTimestamp: '2026-01-01T00:00:00Z' };

describe('writes', () => {
  const set = object('StatefulSet', 'db', { spec: { replicas: 3, podManagementPolicy: 'OrderedReady' } });
  it('of a StatefulSet before their turn, beyond its size or below the partition', () => {
    const first = podOf(set, 'db-0');
    expect(written(worldOf(set, first), null, podOf(set, 'db-1'))).toEqual([]);
    expect(written(worldOf(set), null, podOf(set, 'db-1'))).toEqual(['created while ordinal 0 is not ready']);
    expect(written(worldOf(set, podOf(set, 'db-0', { metadata: going })), null, podOf(set, 'db-1'))).toHaveLength(1);
    expect(written(worldOf(set), null, podOf(set, 'db-3'))[0]).toBe('ordinal 3 is not of the set');
    const held = object('StatefulSet', 'db', {
      spec: { replicas: 3, podManagementPolicy: 'Parallel', updateStrategy: { rollingUpdate: { partition: 2 } } },
      status: { currentRevision: 'db-old' },
    });
    const updated = podOf(held, 'db-1', { metadata: { labels: { 'controller-revision-hash': 'db-new' } } });
    const world = worldOf(held, object('ControllerRevision', 'db-old', {}));
    expect(written(world, null, updated)).toEqual(['made of revision db-new below partition 2, db-old is the current one']);
  });

  it('of a Job beyond its parallelism or for a taken index', () => {
    const job = object('Job', 'sum', { spec: { parallelism: 1, completions: 2, completionMode: 'Indexed' } });
    const index = { annotations: { 'batch.kubernetes.io/job-completion-index': '0' } };
    const first = podOf(job, 'sum-0-a', { metadata: index });
    expect(written(worldOf(job), null, first)).toEqual([]);
    const faults = ['pod 2 of job default/sum, 1 allowed', 'a second active pod of index 0'];
    expect(written(worldOf(job, first), null, podOf(job, 'sum-0-b', { metadata: index }))).toEqual(faults);
  });

  it('of a CronJob that forbids two at a time', () => {
    const cron = object('CronJob', 'nightly', { spec: { concurrencyPolicy: 'Forbid' } });
    const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'nightly', uid: 'CronJob-nightly', controller: true };
    const run = (name: string, status: object = {}) => object('Job', name, { spec: {}, status }, { ownerReferences: [owner] });
    expect(written(worldOf(cron, run('a')), null, run('b'))).toEqual(['cron job default/nightly already runs a']);
    const done = run('a', { conditions: [{ type: 'Complete', status: 'True' }] });
    expect(written(worldOf(cron, done), null, run('b'))).toEqual([]);
  });

  it('beyond a quota or a limit range', () => {
    const quota = object('ResourceQuota', 'q', { spec: { hard: { pods: '1' } }, status: { hard: { pods: '1' }, used: {} } });
    const bare = { ...pod('a'), status: { phase: 'Pending' } } as unknown as AnyObject;
    expect(written(worldOf(quota), null, bare)).toEqual([]);
    const other = { ...bare, metadata: { ...bare.metadata, name: 'b' } };
    expect(written(worldOf(quota, bare), null, other)).toEqual(['pods 2 used, 1 granted by quota default/q']);
    const range = object('LimitRange', 'l', { spec: { limits: [{ type: 'Container', min: { cpu: '200m' } }] } });
    const small = { ...pod('c', { cpu: '100m' }), status: {} } as unknown as AnyObject;
    expect(written(worldOf(range), null, small)).toEqual(['container app asks for 100m cpu, least is 200m']);
  });

  it('that take restarts back or too many daemon pods away', () => {
    const restarted = (restartCount: number) =>
      ({
        ...pod('a'),
        metadata: { name: 'a', namespace: 'default', uid: 'a' },
        status: { containerStatuses: [{ name: 'app', restartCount }] },
      }) as unknown as AnyObject;
    expect(written(worldOf(), restarted(2), restarted(1))).toEqual(['container app was restarted 2 times, now 1']);
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } };
    const daemons = object('DaemonSet', 'log', {
      status: { observedGeneration: 1 },
      spec: { updateStrategy: strategy, template: { spec: { containers: [] } } },
    });
    const nodes = ['m', 'n'].map((name) => ({ ...node(name), metadata: { name, uid: name } }) as unknown as AnyObject);
    const on = (name: string, metadata: object = {}) => podOf(daemons, `log-${name}`, { node: name, metadata });
    const fault = ['taken away while 1 of 2 nodes are without an available pod, 1 may be'];
    expect(written(worldOf(daemons, ...nodes, on('m', going), on('n')), on('n'), on('n', going))).toEqual(fault);
    expect(written(worldOf(daemons, ...nodes, on('m'), on('n')), on('n'), on('n', going))).toEqual([]);
    const crowd = crowdedNodes([daemons, ...nodes, on('m'), podOf(daemons, 'log-2', { node: 'm' })]);
    expect(crowd).toEqual(['daemon set default/log: 2 pods on node m, at most 1 allowed']);
    expect(restlessWorkloads([daemons, ...nodes, on('m')])[0]).toBe('daemon set default/log: no pod on node n');
  });
});

describe('counts', () => {
  it('of Jobs, in their status and by the pods that were let go of', () => {
    const indexed = { completions: 3, completionMode: 'Indexed' };
    const job = object('Job', 'j', { spec: indexed, status: { succeeded: 3, completedIndexes: '0,2' } });
    expect(impossibleCounts([job])).toEqual(['job default/j: 3 succeeded, indexes say 0,2']);
    const plain = object('Job', 'j', { spec: { completions: 2 }, status: { succeeded: 2 } });
    const ledger = new JobLedger();
    const held = podOf(plain, 'j-1', {
      status: { phase: 'Succeeded' },
      metadata: { finalizers: ['batch.kubernetes.io/job-tracking'] },
    });
    const freed = { ...held, metadata: { ...held.metadata, finalizers: [] } };
    ledger.note({ revision: 1, atMs: 0, key: 'Pod/default/j-1', before: held, object: freed });
    expect(ledger.miscounted([plain])).toEqual(['job default/j: 2 succeeded, 1 pods were counted']);
    const less = object('Job', 'j', { spec: { completions: 2 }, status: { succeeded: 1 } });
    const change = { revision: 2, atMs: 0, key: 'Job/default/j', before: plain, object: less };
    expect(ledger.note(change)).toEqual(['revision 2: job default/j: succeeded went from 2 to 1']);
  });

  it('of autoscalers beyond their bounds and StatefulSets that stand still', () => {
    const scaler = object('HorizontalPodAutoscaler', 'h', {
      spec: { maxReplicas: 3 },
      status: { observedGeneration: 1, desiredReplicas: 4 },
    });
    expect(impossibleCounts([scaler])).toEqual(['autoscaler default/h: 4 desired, between 1 and 3 allowed']);
    const set = object('StatefulSet', 's', { spec: { replicas: 2 }, status: { replicas: 1 } });
    expect(restlessWorkloads([set, podOf(set, 's-0')])).toEqual(['stateful set default/s: pods 0, 2 from 0 wanted']);
    expect(restlessWorkloads([set, podOf(set, 's-0', { status: { phase: 'Pending' } })])).toEqual([]);
  });
});

describe('the cluster', () => {
  it('holds nothing in namespaces that are gone, and nothing of owners that are gone', () => {
    const stray = object('ConfigMap', 'c', {}, { namespace: 'gone' });
    expect(strayObjects([stray])).toEqual(['ConfigMap gone/c is in a namespace that is gone']);
    const owned = object('ConfigMap', 'c', {}, { ownerReferences: [{ kind: 'Job', uid: 'none', name: 'j' }] });
    expect(orphanedDependents([owned])).toEqual(['ConfigMap default/c outlives Job that owned it']);
  });

  it('binds claims and volumes one to one', () => {
    const bound = (name: string) => ({ ...boundClaim(name, 'v'), metadata: { name, namespace: 'default', uid: name } });
    const owned = volume('v', { spec: { claimRef: { namespace: 'default', name: 'a', uid: 'a' } } });
    const faults = doubleBindings([owned, bound('a'), bound('b')] as unknown as AnyObject[]);
    expect(faults).toEqual([
      'volume v is bound to claims default/a and default/b',
      'claim default/b is bound to volume v, which belongs to default/a',
    ]);
  });

  it('gives each address once, and mirrors static pods where they run', () => {
    const service = (name: string) =>
      object('Service', name, { spec: { clusterIPs: ['10.96.0.1'], ports: [{ nodePort: 30000 }] } });
    expect(doubleAddresses([service('a'), service('b')])).toHaveLength(2);
    const mirror = podOf(object('Node', 'n1', {}), 'etcd-n1', {
      node: 'n2',
      metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } },
    });
    expect(strayMirrors([mirror])).toEqual(['mirror pod default/etcd-n1 is not on the node that owns it']);
  });

  it('lists ready pods of services, and only them, as ready', () => {
    const service = object('Service', 'web', { spec: { selector: { app: 'web' } } });
    const labels = {
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      'kubernetes.io/service-name': 'web',
    };
    const slice = (endpoints: object[]) => object('EndpointSlice', 'web-1', { endpoints }, { labels });
    const one = podOf(service, 'a', { status: { ...READY, podIP: '10.0.0.1' }, metadata: { labels: { app: 'web' } } });
    const endpoint = (ready: boolean) => ({ targetRef: { kind: 'Pod', name: 'a', uid: 'a' }, conditions: { ready } });
    expect(wrongEndpoints([service, one, slice([endpoint(true)])])).toEqual([]);
    expect(wrongEndpoints([service, one, slice([endpoint(false)])])).toEqual(['slice default/web-1 says ready false of pod a']);
    expect(wrongEndpoints([service, one, slice([])])).toEqual(['no slice of service default/web lists pod a']);
    expect(wrongEndpoints([service, slice([endpoint(true)])])).toEqual(['slice default/web-1 lists pod a, which is gone']);
  });
});
