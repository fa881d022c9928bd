import { describe, expect, test } from 'vitest';
import type { Pod } from '#shared/kube/types.ts';
import { isLeaving, isReady, Story, whyPending } from './testing/story.ts';

const UNREACHABLE = 'node.kubernetes.io/unreachable';
const EVICTING = `${UNREACHABLE}:NoExecute`;

const serving = (story: Story, node: string) => story.pods('web').filter((pod) => pod.spec.nodeName === node && isReady(pod));
const running = (pod: Pod) => pod.status.phase === 'Running';

describe('every story of nodes makes its point', () => {
  test('29: who exceeds its request most goes first, whatever its class; who keeps to it stays', () => {
    const story = new Story('29').until(13);
    const alive = (app: string) => story.pods(app).filter(running);
    const nodes = () => ['database', 'web', 'cache', 'script'].map((app) => alive(app)[0]?.spec.nodeName);
    expect(['database', 'web', 'cache', 'script'].map((app) => alive(app)[0]?.status.qosClass)).toEqual([
      'Guaranteed',
      'Burstable',
      'Burstable',
      'BestEffort',
    ]);
    expect(nodes()).toEqual(['node-a', 'node-a', 'node-a', 'node-a']);
    const pressed = () => story.node('node-a').status.conditions?.find((one) => one.type === 'MemoryPressure')?.status;
    story.until(30);
    expect(pressed()).toBe('True');
    expect(story.node('node-a').spec.taints).toMatchObject([{ key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' }]);
    expect(nodes()).toEqual(['node-a', 'node-a', 'node-b', 'node-a']);
    story.until(70);
    expect(nodes()).toEqual(['node-a', 'node-a', 'node-b', 'node-b']);
    const evicted = story.pods().filter((pod) => pod.status.reason === 'Evicted');
    expect(evicted.map((pod) => pod.metadata.labels?.app)).toEqual(['cache', 'script']);
    expect(story.told('Evicted', 'cache')[0]).toMatch(
      /^The node was low on resource: memory\. .*was using 2Gi, request is 256Mi/,
    );
    story.until(125);
    expect([pressed(), story.node('node-a').spec.taints ?? []]).toEqual(['False', []]);
  });
  test('30: a dead zone is evicted at its rate, a torn one not, and nobody when all are silent', () => {
    const story = new Story('30');
    const taints = (node: string) => (story.node(node).spec.taints ?? []).map((taint) => `${taint.key}:${taint.effect}`);
    const since = new Map<string, number>();
    const evicting = () => ['a-1', 'a-2', 'b-1', 'b-2', 'b-3', 'b-4'].filter((node) => taints(node).includes(EVICTING));
    story.until(64, () => {
      for (const node of evicting()) if (!since.has(node)) since.set(node, story.simulation.nowMs);
    });
    expect([...since.keys()]).toEqual(['a-1', 'a-2']);
    const pause = since.get('a-2')! - since.get('a-1')!;
    expect(pause).toBeGreaterThanOrEqual(9_900);
    expect(pause).toBeLessThanOrEqual(15_000);
    expect(story.pods('web').filter((pod) => isReady(pod) && pod.spec.nodeName?.startsWith('b-'))).toHaveLength(12);
    story.until(74);
    const placed = () => story.pods('web').map((pod) => `${pod.metadata.name} ${pod.spec.nodeName} ${isLeaving(pod)}`);
    const before = placed();
    story.until(114, () => expect(evicting()).toEqual([]));
    for (const node of ['b-1', 'b-2', 'b-3']) expect(taints(node)).toContain(`${UNREACHABLE}:NoSchedule`);
    story.until(154, () => expect(evicting()).toEqual([]));
    expect(taints('b-4')).toContain(`${UNREACHABLE}:NoSchedule`);
    story.until(180);
    expect(placed()).toEqual(before);
    expect(['a-1', 'b-1', 'b-4'].flatMap(taints)).toEqual([]);
  });

  test('31: a shutdown is told and replaced at once, a power cut has to be noticed first', () => {
    const story = new Story('31').until(9.5);
    expect(serving(story, 'node-a').length).toBeGreaterThanOrEqual(2);
    const ends = new Map<string, number>();
    story.until(20, () => {
      for (const pod of story.pods().filter((one) => one.spec.nodeName === 'node-a' && !running(one))) {
        if (!ends.has(pod.metadata.name)) ends.set(pod.metadata.name, story.simulation.nowMs);
      }
    });
    // All pods of node-a have ended, the critical one last; elsewhere there are eight again.
    expect(ends.size).toBeGreaterThanOrEqual(3);
    expect([...ends.keys()].at(-1)).toBe('network-agent');
    expect(story.pod('network-agent')?.status.message).toBe('Pod was terminated in response to imminent node shutdown.');
    expect(story.pods('web').filter((pod) => running(pod) && pod.spec.nodeName !== 'node-a')).toHaveLength(8);
    story.until(44.9);
    const lost = story.pods('web').filter((pod) => pod.spec.nodeName === 'node-b').length;
    expect(lost).toBeGreaterThanOrEqual(2);
    const working = () => ['node-c', 'node-d'].flatMap((node) => serving(story, node)).length;
    story.until(65);
    expect(working()).toBe(8 - lost);
    expect(story.node('node-b').status.conditions?.find((one) => one.type === 'Ready')?.status).toBe('True');
    story.until(90);
    expect(working()).toBe(8);
    story.until(110);
    for (const name of ['node-a', 'node-b']) expect(story.node(name).spec.taints ?? []).toEqual([]);
  });

  test('32: a mirror can be deleted, a file decides', () => {
    const story = new Story('32').until(9);
    const control = story.pods().filter((pod) => pod.spec.nodeName === 'control-plane');
    expect(control.map((pod) => [pod.metadata.name, isReady(pod)])).toEqual(
      ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((name) => [`${name}-control-plane`, true]),
    );
    const scheduler = () => story.pod('kube-scheduler-control-plane');
    const { uid } = scheduler()!.metadata;
    const started = scheduler()!.status.containerStatuses?.[0]?.containerID;
    story.until(19);
    expect(scheduler()?.metadata.uid).not.toBe(uid);
    expect(scheduler()?.status.containerStatuses?.[0]).toMatchObject({ containerID: started, restartCount: 0 });
    expect(story.pod('registry-mirror-node-a')).toBeDefined();
    story.until(29);
    expect(story.pod('registry-mirror-node-a')).toBeUndefined();
    story.until(50);
    expect(scheduler()).toBeUndefined();
    const waiting = story.pods('web').filter((pod) => pod.spec.nodeName === undefined);
    // Nobody has even looked at it.
    expect(waiting.map(whyPending)).toEqual(['']);
    story.until(70);
    expect(scheduler()).toBeDefined();
    expect(story.pods('web').filter(isReady)).toHaveLength(3);
  });
});
