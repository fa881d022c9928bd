import { describe, expect, it } from 'vitest';
import { err, ok } from '#shared/core/result.ts';
import type { AnyObject } from '#shared/kube/types.ts';
import type { Command } from '#shared/protocol/index.ts';
import { createControllers } from '../controllers/index.ts';
import { createFaults } from '../faults/index.ts';
import { createKubelets } from '../kubelet/index.ts';
import { budget, deployment, node, pod } from '../testing/builders.ts';
import { createTestCluster } from '../testing/harness.ts';
import { createKubectl, type Kubectl, type KubectlDeps } from './index.ts';
import { clientError, printError } from './words.ts';

function setUp() {
  const faults = createFaults();
  let deps: KubectlDeps | undefined;
  const cluster = createTestCluster({
    components: (ctx) => {
      const kubelet = createKubelets(ctx, faults);
      const refuse = () => err(clientError('no schedulers here'));
      const schedulers = { configure: (name: string) => ok([`${name} configured`]), add: refuse, remove: refuse };
      deps = { faults, kubelet, schedulers, stopComponent: (name) => name === 'kubelet', startComponent: () => false };
      return [...createControllers(ctx), kubelet];
    },
  });
  if (deps === undefined) throw new Error('no parts');
  const kubectl: Kubectl = createKubectl(cluster.ctx, deps);
  /** Lines of the command, or what kubectl would print to stderr. */
  const run = (command: Command): string[] => {
    const reply = kubectl.execute(command);
    return reply.ok ? reply.value.lines : printError(reply.error).split('\n');
  };
  /** Output of processes since the last call, `!` before stderr, the exit code last. */
  const output = (): string[] =>
    cluster.ctx.drainSignals().flatMap((signal) => {
      if (signal.type === 'output') return [`${signal.stream === 'stderr' ? '!' : ''}${signal.line}`];
      return signal.type === 'done' ? [`exit ${signal.exitCode}`] : [];
    });
  return { cluster, kubectl, run, output };
}

const any = (object: object): AnyObject => object as AnyObject;
const deploy = { kind: 'Deployment', namespace: 'default', name: 'x' };
const full = { kind: 'Pod', namespace: 'default', name: 'full' };

/** Commands and words as in kubectl/commands.txt and deployments/scenarios of the captured facts. */
describe('kubectl', () => {
  it('creates and applies all or nothing', () => {
    const { cluster, run } = setUp();
    const objects = [any(deployment('x', { replicas: 2, cpu: '100m' })), any(pod('p', { cpu: '100m' }))];
    expect(run({ type: 'apply', objects })).toEqual(['deployment.apps/x created', 'pod/p created']);
    expect(run({ type: 'apply', objects })).toEqual(['deployment.apps/x unchanged', 'pod/p unchanged']);
    const more = any(deployment('x', { replicas: 3, cpu: '100m' }));
    const bad = any({ ...pod('q'), spec: { containers: [] } });
    expect(run({ type: 'apply', objects: [more, bad] })[0]).toContain('The Pod "q" is invalid');
    expect(cluster.get('Deployment', 'default', 'x').spec.replicas).toBe(2);
    expect(run({ type: 'apply', objects: [more] })).toEqual(['deployment.apps/x configured']);
    expect(run({ type: 'create', objects: [more] })).toEqual([
      'Error from server (AlreadyExists): deployments.apps "x" already exists',
    ]);
    const inNew = any({ ...pod('n'), metadata: { name: 'n', namespace: 'shop' } });
    expect(run({ type: 'create', objects: [inNew] })).toEqual(['Error from server (NotFound): namespaces "shop" not found']);
    expect(
      run({ type: 'create', objects: [any({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }), inNew] }),
    ).toEqual(['namespace/shop created', 'pod/n created']);
  });

  it('apply removes what left the file and keeps what others wrote', () => {
    const { cluster, run } = setUp();
    const file = (labels: Record<string, string>, replicas?: number) => {
      const object = deployment('x', { workload: replicas === undefined ? {} : { replicas } });
      return any({ ...object, metadata: { ...object.metadata, labels } });
    };
    run({ type: 'apply', objects: [file({ a: '1', b: '2' }, 2)] });
    run({ type: 'label', ref: deploy, set: { c: '3' }, remove: [] });
    run({ type: 'apply', objects: [file({ a: '1' }, 2)] });
    expect(cluster.get('Deployment', 'default', 'x').metadata.labels).toEqual({ a: '1', c: '3' });
  });

  it('labels and annotates', () => {
    const { cluster, run } = setUp();
    cluster.create(pod('full', { labels: { a: 'b' } }));
    const label = (set: Record<string, string>, remove: string[] = [], overwrite = false) =>
      run({ type: 'label', ref: full, set, remove, overwrite });
    expect(label({ color: 'red' })).toEqual(['pod/full labeled']);
    expect(label({ color: 'blue' })).toEqual(["error: 'color' already has a value (red), and --overwrite is false"]);
    expect(label({ color: 'blue' }, [], true)).toEqual(['pod/full labeled']);
    expect(label({}, ['color'])).toEqual(['pod/full unlabeled']);
    expect(label({}, ['color'])).toEqual(['label "color" not found.', 'pod/full not labeled']);
    expect(label({ 'bad key': '1' }).join('|')).toMatch(
      /^The Pod "full" is invalid: metadata.labels: Invalid value: "bad key": name part must consist/,
    );
    expect(label({ k: 'bad value' })[0]).toMatch(
      /^error: invalid label value: "k=bad value": a valid label must be an empty string/,
    );
    expect(run({ type: 'annotate', ref: full, set: { x: 'y' }, remove: [] })).toEqual(['pod/full annotated']);
  });

  it('taints', () => {
    const { cluster, run } = setUp();
    cluster.create(node('node-1'));
    const taint = (value: string, overwrite = false) =>
      run({ type: 'taint', node: 'node-1', add: [{ key: 'a', value, effect: 'NoSchedule' }], remove: [], overwrite });
    const taken = ['error: node node-1 already has a taint(s) with same effect(s) and --overwrite is false'];
    expect(taint('b')).toEqual(['node/node-1 tainted']);
    expect(taint('b')).toEqual(taken);
    expect(taint('c')).toEqual(taken);
    expect(taint('c', true)).toEqual(['node/node-1 modified']);
    expect(cluster.get('Node', '', 'node-1').spec.taints).toEqual([{ key: 'a', value: 'c', effect: 'NoSchedule' }]);
    const remove = (key: string, effect?: string) => run({ type: 'taint', node: 'node-1', add: [], remove: [{ key, effect }] });
    expect(remove('nope')).toEqual(['error: taint "nope" not found']);
    expect(remove('a', 'NoSchedule')).toEqual(['node/node-1 untainted']);
    expect(run({ type: 'taint', node: 'node-1', add: [], remove: [] })).toEqual(['error: at least one taint update is required']);
  });

  it('scales, sets images, patches and deletes', () => {
    const { cluster, run } = setUp();
    cluster.create(deployment('x'), pod('full'));
    expect(run({ type: 'scale', ref: deploy, replicas: 2 })).toEqual(['deployment.apps/x scaled']);
    expect(run({ type: 'scale', ref: { ...deploy, name: 'nope' }, replicas: 1 })).toEqual([
      'Error from server (NotFound): deployments.apps "nope" not found',
    ]);
    expect(run({ type: 'scale', ref: deploy, replicas: -1 })).toEqual([
      'error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0',
    ]);
    expect(run({ type: 'scale', ref: full, replicas: 2 })).toEqual([
      'Error from server (NotFound): the server could not find the requested resource',
    ]);
    const image = (container: string) => run({ type: 'setImage', ref: deploy, container, image: 'nginx:1.28' });
    expect([image('app'), image('app'), image('wrong')]).toEqual([
      ['deployment.apps/x image updated'],
      [],
      ['error: unable to find container named "wrong"'],
    ]);
    const patch = () => run({ type: 'patch', ref: deploy, patchType: 'merge', patch: { spec: { replicas: 3 } } });
    expect([patch(), patch()]).toEqual([['deployment.apps/x patched'], ['deployment.apps/x patched (no change)']]);
    expect(run({ type: 'delete', refs: [{ ...full, name: 'nope' }] })).toEqual([
      'Error from server (NotFound): pods "nope" not found',
    ]);
    expect(run({ type: 'delete', refs: [deploy] })).toEqual(['deployment.apps "x" deleted from default namespace']);
    expect(run({ type: 'delete', refs: [full], force: true, gracePeriodSeconds: 0 }).at(-1)).toBe(
      'pod "full" force deleted from default namespace',
    );
  });

  it('rolls back, restarts and pauses', () => {
    const { cluster, run } = setUp();
    cluster.create(node('n1'));
    run({ type: 'apply', objects: [any(deployment('x', { workload: {} }))] });
    cluster.settle();
    const undo = (toRevision?: number) =>
      run({ type: 'rolloutUndo', ref: deploy, ...(toRevision === undefined ? {} : { toRevision }) });
    expect(undo()).toEqual(['error: no rollout history found for deployment "x"']);
    run({ type: 'setImage', ref: deploy, container: 'app', image: 'app:v2' });
    cluster.settle();
    expect(undo(9)).toEqual(['error: unable to find specified revision 9 in history']);
    expect(undo(2)).toEqual(['deployment.apps/x skipped rollback (current template already matches revision 2)']);
    expect(undo()).toEqual(['deployment.apps/x rolled back']);
    cluster.settle();
    expect(cluster.get('Deployment', 'default', 'x').spec.template.spec?.containers[0]?.image).toBe('registry.example/app:v1');
    expect(run({ type: 'rolloutRestart', ref: deploy })).toEqual(['deployment.apps/x restarted']);
    const pause = () => run({ type: 'rolloutPause', ref: deploy });
    const resume = () => run({ type: 'rolloutResume', ref: deploy });
    expect([pause(), pause()]).toEqual([['deployment.apps/x paused'], ['error: deployments.apps "x" is already paused']]);
    expect(run({ type: 'rolloutRestart', ref: deploy })).toEqual([
      'error: deployments.apps "x" can\'t restart paused deployment (run rollout resume first)',
    ]);
    expect([resume(), resume()]).toEqual([['deployment.apps/x resumed'], ['error: deployments.apps "x" is not paused']]);
    cluster.create(pod('full'));
    expect(run({ type: 'rolloutRestart', ref: full })).toEqual(['error: pods "full" restarting is not supported']);
    expect(run({ type: 'rolloutUndo', ref: { ...deploy, kind: 'ReplicaSet' } })).toEqual([
      'Error from server (NotFound): replicasets.apps "x" not found',
    ]);
  });

  it('acts on machines, containers and components', () => {
    const { cluster, run } = setUp();
    cluster.create(node('n1'));
    cluster.create(pod('full', { nodeName: 'n1' }));
    cluster.settle();
    expect(run({ type: 'failContainer', ref: full, container: 'app', exitCode: 3 })).toEqual([
      'pod/full container app exited with code 3',
    ]);
    expect(run({ type: 'failContainer', ref: full, container: 'app', exitCode: 3 })[0]).toContain('container is not running');
    cluster.settle();
    expect(run({ type: 'setReadiness', ref: full, ready: false })).toEqual(['pod/full set not ready']);
    cluster.settle();
    expect(cluster.get('Pod', 'default', 'full').status.containerStatuses?.[0]).toMatchObject({
      ready: false,
      restartCount: 1,
      lastState: { terminated: { exitCode: 3 } },
    });
    expect([
      run({ type: 'setProbe', ref: full, probe: 'readiness', outcome: 'pass' }),
      run({ type: 'setProbe', ref: full, container: 'app', probe: 'liveness', outcome: 'fail' }),
      run({ type: 'setProbe', ref: full, container: 'web', probe: 'readiness', outcome: 'fail' }),
    ]).toEqual([
      ['pod/full readiness probe passes'],
      ['error: container "app" has no liveness probe'],
      ['error: container web not found in pod full'],
    ]);
    cluster.settle();
    expect(cluster.get('Pod', 'default', 'full').status.containerStatuses?.[0]?.ready).toBe(true);
    expect([
      run({ type: 'crashNode', node: 'n1' }),
      run({ type: 'crashNode', node: 'n1' }),
      run({ type: 'recoverNode', node: 'n1' }),
    ]).toEqual([['node/n1 crashed'], ['node/n1 not crashed'], ['node/n1 recovered']]);
    expect(run({ type: 'crashNode', node: 'n9' })).toEqual(['Error from server (NotFound): nodes "n9" not found']);
    expect(run({ type: 'stopComponent', component: 'kubelet' })).toEqual(['component/kubelet stopped']);
    expect(run({ type: 'startComponent', component: 'nobody' })[0]).toContain('error: component "nobody"');
  });
});

describe('drain', () => {
  const workload = () => {
    const parts = setUp();
    parts.cluster.create(node('n1'), node('n2'));
    parts.cluster.create(deployment('web', { replicas: 2, spec: { nodeName: 'n1' } }));
    parts.cluster.settle();
    return { ...parts, names: parts.cluster.list('Pod').map((p) => p.metadata.name) };
  };

  it('evicts, waits and ends', () => {
    const { cluster, kubectl, output, names } = workload();
    expect(kubectl.execute({ type: 'drain', node: 'n1', options: {} })).toMatchObject({
      ok: true,
      value: { lines: [], running: true },
    });
    expect(kubectl.running()).toEqual(['n1']);
    cluster.runFor(2500);
    expect(output()).toEqual([
      'node/n1 cordoned',
      ...names.map((name) => `evicting pod default/${name}`),
      ...names.map((name) => `pod/${name} evicted`),
      'node/n1 drained',
      'exit 0',
    ]);
    expect(kubectl.running()).toEqual([]);
  });

  it('tries again every 5 s while a budget says no, until the time is up', () => {
    const { cluster, kubectl, output } = workload();
    cluster.create(budget('b', { app: 'web' }, { maxUnavailable: 0 }));
    cluster.runFor(1000);
    const preview = kubectl.drainPreview('n1', {});
    expect(preview).toMatchObject({
      ok: true,
      value: { evict: [{ budget: 'b', allowed: 0, blocked: true }, { blocked: true }], errors: [] },
    });
    kubectl.execute({ type: 'drain', node: 'n1', options: { timeoutSeconds: 12 } });
    cluster.runFor(14_000);
    expect(output().filter((text) => text.startsWith('evicting')).length).toBe(6);
    cluster.runFor(1_000);
    const lines = output();
    expect(lines.at(-1)).toBe('exit 1');
    expect(lines.at(-2)).toMatch(/^!error when evicting pods\/"web-\w+-\w+" -n "default": global timeout reached: 12s$/);
  });

  it('stops on Ctrl-C', () => {
    const { cluster, kubectl, output, run } = workload();
    cluster.create(budget('b', { app: 'web' }, { maxUnavailable: 0 }));
    cluster.runFor(1000);
    kubectl.execute({ type: 'drain', node: 'n1', options: {} });
    cluster.runFor(100);
    output();
    expect(run({ type: 'cancelDrain', node: 'n1' })).toEqual([]);
    cluster.runFor(60_000);
    expect(output()).toEqual(['exit 130']);
    expect(run({ type: 'cancelDrain', node: 'n1' })[0]).toContain('is not being drained');
  });
});
