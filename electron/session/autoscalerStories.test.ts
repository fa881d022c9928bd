import { describe, expect, test } from 'vitest';
import type { AnyObject, KubeEvent, Node, VerticalPodAutoscaler } from '#shared/kube/types.ts';
import { isLeaving, isReady, Story } from './testing/story.ts';

const nodes = (story: Story) => story.all<Node & AnyObject>('Node').map(({ metadata }) => metadata.name);
const messages = (story: Story, reason: string) =>
  story
    .all<KubeEvent & AnyObject>('Event')
    .filter((event) => event.reason === reason)
    .map(({ message }) => message);

describe('stories of the autoscalers of machines and of requests', () => {
  test('24: machines of the group that wastes least come, and go when they are not needed', () => {
    const story = new Story('24').until(35);
    expect(new Set(messages(story, 'TriggeredScaleUp'))).toEqual(new Set(['pod triggered scale-up: [{small 1->3 (max: 4)}]']));
    expect(nodes(story)).toEqual(['small-first']);
    story.until(60);
    expect(nodes(story)).toHaveLength(3);
    expect(story.pods('shop').filter(isReady)).toHaveLength(10);
    story.until(85);
    expect(messages(story, 'NotTriggerScaleUp')).toEqual(["pod didn't trigger scale-up: 2 Insufficient cpu"]);
    let fewest = Infinity;
    story.until(95).until(480, () => {
      fewest = Math.min(fewest, story.pods('shop').filter((pod) => isReady(pod) && !isLeaving(pod)).length);
    });
    expect([nodes(story).length, fewest]).toEqual([1, 3]);
    expect(messages(story, 'ScaleDown')).toContain('deleting pod for node scale down');
    expect(story.pods('shop').filter(isReady)).toHaveLength(4);
    expect(nodes(story).every((name) => name.startsWith('small-'))).toBe(true);
  });

  test('25: pods of the api come back with what they use, one at a time; the report only after it is told to', () => {
    const story = new Story('25').until(59);
    const cpu = (app: string) =>
      story
        .pods(app)
        .filter((pod) => !isLeaving(pod))
        .map(({ spec }) => spec.containers[0]?.resources?.requests?.cpu);
    const target = (name: string) =>
      story.all<VerticalPodAutoscaler & AnyObject>('VerticalPodAutoscaler').find(({ metadata }) => metadata.name === name)?.status
        ?.recommendation?.containerRecommendations?.[0]?.target.cpu;
    expect([cpu('api'), target('api')]).toEqual([Array(3).fill('100m'), undefined]);
    let fewest = Infinity;
    story.until(595, () => {
      fewest = Math.min(fewest, story.pods('api').filter((pod) => isReady(pod) && !isLeaving(pod)).length);
    });
    expect(fewest).toBeGreaterThanOrEqual(2);
    expect([cpu('api'), target('api')]).toEqual([Array(3).fill('587m'), '587m']);
    expect(messages(story, 'EvictedByVPA')).toHaveLength(3);
    expect(cpu('report')).toEqual(['1', '1']);
    story.until(700);
    expect(cpu('report')).toEqual(Array(2).fill(target('report')));
    expect(target('report')).toBe('63m');
  });
});
