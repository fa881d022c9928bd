import { describe, expect, test } from 'vitest';
import { createSimulation } from '#engine/index.ts';
import type { Simulation } from '#engine/types.ts';
import type { AnyObject, Pod, ReplicaSet } from '#shared/kube/types.ts';
import { inspectScenario, printManifests, printObjects, printScenario } from '#shared/scenario/index.ts';
import { files, imageOf, isLeaving, isReady, read, Story, whyPending } from './testing/story.ts';

describe('shipped scenarios', () => {
  test('there are at least twelve', () => expect(files.length).toBeGreaterThanOrEqual(12));

  test.each(files)('%s is sound, told in both languages, laid out without overlap, and survives saving', (file) => {
    const { scenario, problems } = read(file);
    expect(problems).toEqual([]);
    expect(scenario.description.length).toBeGreaterThan(80);
    expect(scenario.translations.ko?.title).toMatch(/[가-힣]/);
    expect(scenario.translations.ko?.description).toMatch(/[가-힣]/);
    expect(scenario.steps[0]!.atMs).toBeGreaterThanOrEqual(3_000);
    const created = scenario.steps.flatMap((step) => (step.command.type === 'create' ? step.command.objects : []));
    const nodes = [...scenario.objects, ...created]
      .filter((object) => object.kind === 'Node')
      .map((object) => object.metadata.name);
    expect(Object.keys(scenario.positions).sort()).toEqual([...nodes].sort());
    const places = Object.values(scenario.positions);
    for (const [i, a] of places.entries()) {
      for (const b of places.slice(i + 1)) expect(Math.abs(a.x - b.x) >= 300 || Math.abs(a.y - b.y) >= 240).toBe(true);
    }
    const again = inspectScenario(printScenario(scenario), file);
    expect(again.problems).toEqual([]);
    expect({ ...again.scenario, sources: [] }).toEqual({ ...scenario, sources: [] });
  });
});

describe('every story makes its point', () => {
  test('01: everything is placed but the pod that is too large', () => {
    const story = new Story('01').until(35);
    const pending = story.pods().filter((pod) => pod.spec.nodeName === undefined);
    expect(pending.map((pod) => pod.metadata.name)).toEqual(['giant']);
    expect(whyPending(pending[0])).toMatch(/^0\/3 nodes are available: 3 Insufficient cpu\./);
    expect(story.pods('web').filter(isReady)).toHaveLength(6);
  });

  test('02: each effect of a taint', () => {
    const story = new Story('02').until(15);
    expect(story.nodeOf('trainer')).toBe('gpu-1');
    for (const pod of story.pods('shop')) expect(pod.spec.nodeName).toMatch(/^worker-/);
    story.until(22);
    expect(story.pod('guest')).toBeUndefined();
    expect(story.pod('patient')?.metadata.deletionTimestamp).toBeUndefined();
    expect(story.nodeOf('patient')).toBe('worker-1');
    story.until(31);
    expect(story.pod('patient')).toBeUndefined();
    expect(story.nodeOf('guardian')).toBe('worker-1');
    expect(story.pods('shop').filter((pod) => pod.spec.nodeName === 'worker-1')).toEqual([]);
    expect(story.pods('shop').filter(isReady)).toHaveLength(4);
    story.until(44);
    expect(story.pods('shop').filter(isReady)).toHaveLength(6);
    expect(story.pods('shop').filter((pod) => pod.spec.nodeName === 'retiring-1')).toHaveLength(2);
    story.until(50);
    expect(story.node('worker-1').spec.taints ?? []).toEqual([]);
  });

  test('03: affinity is obeyed, and a label wakes the waiting pod', () => {
    const story = new Story('03').until(25);
    expect(story.nodeOf('database')).toMatch(/^ssd-/);
    expect(story.nodeOf('web')).toMatch(/-a$/);
    expect(story.nodeOf('report')).toMatch(/^hdd-/);
    expect(whyPending(story.pod('archive'))).toMatch(
      /^0\/4 nodes are available: 4 node\(s\) didn't match Pod's node affinity\/selector\./,
    );
    expect(story.until(40).nodeOf('archive')).toBe('hdd-b');
  });

  test('04: the batch job is the victim; the polite pod evicts nobody', () => {
    const story = new Story('04').until(17);
    expect(story.pod('batch-1')).toBeUndefined();
    expect(story.nodeOf('payment')).toBe('node-a');
    const preempted = story.all('Event').find((event) => event.reason === 'Preempted');
    expect((preempted?.involvedObject as { name?: string } | undefined)?.name).toBe('batch-1');
    story.until(31);
    expect(story.nodeOf('polite')).toBeUndefined();
    expect(['web-1', 'web-2', 'web-3'].map((name) => story.nodeOf(name))).toEqual(['node-a', 'node-b', 'node-b']);
    expect(story.until(50).nodeOf('polite')).toBe('node-b');
  });

  test('05: placeholders make room and come back', () => {
    const story = new Story('05').until(9);
    expect(story.pods('placeholder').filter(isReady)).toHaveLength(4);
    story.until(28);
    expect(story.pods('shop').filter(isReady)).toHaveLength(6);
    expect(story.pods('placeholder').filter((pod) => pod.spec.nodeName === undefined)).toHaveLength(2);
    story.until(45);
    expect(story.pods('placeholder').filter((pod) => pod.spec.nodeName === 'node-c')).toHaveLength(2);
  });

  test('06: drain keeps the budget, and nothing moves back', () => {
    const story = new Story('06').until(19);
    const before = story.pods('web').filter((pod) => pod.spec.nodeName === 'node-a');
    expect(before.length).toBeGreaterThanOrEqual(2);
    let fewest = Infinity;
    story.until(59, () => {
      fewest = Math.min(fewest, story.pods('web').filter((pod) => isReady(pod) && !isLeaving(pod)).length);
    });
    expect(fewest).toBe(7);
    expect(story.output.join('\n')).toContain("Cannot evict pod as it would violate the pod's disruption budget.");
    expect(story.output[story.output.length - 1]).toBe('node/node-a drained');
    story.until(65);
    expect(story.pods('web').filter((pod) => pod.spec.nodeName === 'node-a')).toEqual([]);
    story.until(80);
    expect(story.pods('web').filter((pod) => pod.spec.nodeName === 'node-a')).toHaveLength(2);
  });

  test('07: the drain is refused until a third replica is ready', () => {
    const story = new Story('07').until(29);
    const refusals = story.output.filter((line) => line.includes("would violate the pod's disruption budget"));
    expect(refusals.length).toBeGreaterThanOrEqual(3);
    expect(story.output).not.toContain('node/node-a drained');
    expect(story.pods('database').filter(isReady)).toHaveLength(2);
    story.until(60);
    expect(story.output).toContain('node/node-a drained');
    expect(story.pods('database').filter(isReady)).toHaveLength(3);
    expect(story.pods('database').filter((pod) => pod.spec.nodeName === 'node-a')).toEqual([]);
  });

  test('08: never more than eight pods, never fewer than five ready', () => {
    const story = new Story('08').until(7);
    expect(story.pods('web').filter(isReady)).toHaveLength(6);
    let most = 0;
    let fewest = Infinity;
    story.until(60, () => {
      const pods = story.pods('web').filter((pod) => !isLeaving(pod));
      most = Math.max(most, pods.length);
      fewest = Math.min(fewest, pods.filter(isReady).length);
    });
    expect([most, fewest]).toEqual([8, 5]);
    expect(story.pods('web').map(imageOf)).toEqual(Array(6).fill('nginx:1.29'));
    expect(
      story
        .all<ReplicaSet & AnyObject>('ReplicaSet')
        .map((set) => set.spec.replicas)
        .sort(),
    ).toEqual([0, 6]);
  });

  test('09: the bad image hangs, the old pods serve, undo makes revision 3', () => {
    const story = new Story('09').until(7);
    let fewest = Infinity;
    story.until(34, () => {
      fewest = Math.min(fewest, story.pods('shop').filter(isReady).length);
    });
    expect(fewest).toBe(4);
    const bad = story.pods('shop').filter((pod) => imageOf(pod)?.endsWith('bad-2.0'));
    expect(bad).toHaveLength(1);
    expect(bad[0]!.status.containerStatuses?.[0]?.state?.waiting?.reason).toMatch(/^(ErrImagePull|ImagePullBackOff)$/);
    story.until(60);
    expect(story.deployment('shop').metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
    expect(story.pods('shop').map(imageOf)).toEqual(Array(4).fill('registry.example/shop:1.0'));
  });

  test('10: unreachable after missing heartbeats, evicted after the toleration, back and empty', () => {
    const story = new Story('10').until(12);
    const ready = () => story.node('node-b').status.conditions?.find((one) => one.type === 'Ready')?.status;
    const there = () => story.pods('web').filter((pod) => pod.spec.nodeName === 'node-b');
    const count = there().length;
    expect(count).toBeGreaterThan(0);
    expect(ready()).toBe('True');
    story.until(40);
    expect(ready()).toBe('Unknown');
    expect(story.node('node-b').spec.taints?.map((taint) => `${taint.key}:${taint.effect}`)).toContain(
      'node.kubernetes.io/unreachable:NoExecute',
    );
    expect(there().filter(isLeaving)).toEqual([]);
    story.until(85);
    expect(there().filter((pod) => !isLeaving(pod))).toEqual([]);
    expect(story.pods('web').filter((pod) => isReady(pod) && !isLeaving(pod))).toHaveLength(6);
    story.until(120);
    expect(there()).toEqual([]);
    expect(ready()).toBe('True');
    expect(story.node('node-b').spec.taints ?? []).toEqual([]);
  });

  test('11: only when the last gate is gone is the pod placed', () => {
    const story = new Story('11').until(11);
    expect(story.nodeOf('ordinary')).toBeDefined();
    expect(story.simulation.queue().gated.map((entry) => entry.name)).toEqual(['render']);
    story.until(19);
    expect(story.nodeOf('render')).toBeUndefined();
    expect(story.until(28).nodeOf('render')).toBeDefined();
  });

  test('12: one port 443 a machine', () => {
    const story = new Story('12').until(17);
    const pending = story.pods('gateway').filter((pod) => pod.spec.nodeName === undefined);
    expect(pending).toHaveLength(1);
    expect(whyPending(pending[0])).toMatch(
      /^0\/2 nodes are available: 2 node\(s\) didn't have free ports for the requested pod ports\./,
    );
    expect(story.until(35).nodeOf(pending[0]!.metadata.name)).toBe('node-c');
  });

  test('13: three restarts on the same machine', () => {
    const story = new Story('13').until(7);
    const node = story.nodeOf('worker');
    story.until(90);
    expect(story.nodeOf('worker')).toBe(node);
    expect(story.pod('worker')!.status.containerStatuses?.[0]?.restartCount).toBe(3);
    expect(story.pod('neighbour')!.status.containerStatuses?.[0]?.restartCount).toBe(0);
  });

  test('14: old and new are never there together, and there is a gap', () => {
    const story = new Story('14').until(7);
    let together = false;
    let fewest = Infinity;
    story.until(40, () => {
      const images = new Set(
        story
          .pods('ledger')
          .filter((pod) => pod.status.phase === 'Running')
          .map(imageOf),
      );
      together ||= images.size > 1;
      fewest = Math.min(fewest, story.pods('ledger').filter(isReady).length);
    });
    expect(together).toBe(false);
    expect(fewest).toBe(0);
    expect(story.pods('ledger').filter(isReady).map(imageOf)).toEqual(Array(3).fill('ledger:2.0'));
  });

  test('15: packed small pods leave whole machines free; the defaults spread again', () => {
    const story = new Story('15').until(9);
    const used = () => new Set(story.pods('shop').map((pod) => pod.spec.nodeName));
    expect(story.pods('shop').filter(isReady)).toHaveLength(8);
    expect(used().size).toBe(2);
    story.until(22);
    const trainers = story.pods('trainer').map((pod) => pod.spec.nodeName);
    expect(new Set(trainers).size).toBe(2);
    expect(trainers.every((node) => node !== undefined && !used().has(node))).toBe(true);
    story.until(45);
    expect(story.pods('shop').filter(isReady)).toHaveLength(12);
    expect(used().size).toBe(4);
    for (const node of trainers) expect(story.pods('shop').filter((pod) => pod.spec.nodeName === node)).toHaveLength(2);
  });

  test('16: each pod waits for the scheduler it names', () => {
    const story = new Story('16').until(9);
    const nodes = (app: string) => new Set(story.pods(app).map((pod) => pod.spec.nodeName));
    expect([nodes('web').size, nodes('batch').size]).toEqual([3, 1]);
    story.until(19);
    expect([story.nodeOf('report'), whyPending(story.pod('report'))]).toEqual([undefined, '']);
    story.until(29);
    expect(story.nodeOf('report')).toBeDefined();
    story.until(43);
    expect([story.nodeOf('batch-late'), story.nodeOf('web-late') !== undefined]).toEqual([undefined, true]);
    story.until(50);
    expect(story.nodeOf('batch-late')).toBe([...nodes('batch')].find((node) => node !== undefined));
  });
});

describe('what a running cluster prints loads again', () => {
  const load = (text: string) => {
    const { scenario, problems } = inspectScenario(text, 'cluster.yaml');
    expect(problems).toEqual([]);
    const simulation = createSimulation({ seed: 5 });
    expect(simulation.load(scenario.objects)).toEqual({ ok: true, value: null });
    return simulation;
  };

  test.each(files)('%s in the midst of its story', (file) => {
    const story = new Story(file.slice(0, 2)).until(25);
    const objects = story.simulation.objects();
    // As kubectl get nodes,pods,deploy,rs,... -o yaml would print it: bound pods stay bound, with their status.
    const live = objects.filter(
      (object) => !['Event', 'Lease', 'Namespace'].includes(object.kind) && !object.metadata.name.startsWith('system-'),
    );
    const again = load(printObjects(live));
    for (const pod of story.pods()) {
      const copy = again.get(`Pod/${pod.metadata.namespace}/${pod.metadata.name}`) as Pod | undefined;
      expect([copy?.spec.nodeName, copy?.status.phase]).toEqual([pod.spec.nodeName, pod.status.phase]);
    }
    // Plain manifests: nothing of the server's in them, and the cluster builds itself up from them.
    const manifests = printManifests(objects);
    expect(manifests).not.toMatch(/resourceVersion|creationTimestamp|ownerReferences|uid:/);
    const fresh = load(manifests);
    fresh.run({ untilMs: 10_000 });
    const running = (simulation: Simulation) => simulation.objects().filter((object) => object.kind === 'Deployment').length;
    expect(running(fresh)).toBe(running(story.simulation));
  });
});
