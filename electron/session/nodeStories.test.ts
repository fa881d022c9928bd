import { describe, expect, test } from 'vitest';
import { isLeaving, isReady, Story } from './testing/story.ts';

const UNREACHABLE = 'node.kubernetes.io/unreachable';
const EVICTING = `${UNREACHABLE}:NoExecute`;

describe('every story of nodes makes its point', () => {
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
});
