import { describe, expect, test } from 'vitest';
import type { CronJob, DaemonSet, HorizontalPodAutoscaler, Job, StatefulSet } from '#shared/kube/kinds.ts';
import type { AnyObject, Pod } from '#shared/kube/types.ts';
import { imageOf, isLeaving, isReady, Story } from './testing/story.ts';

const names = (objects: readonly { metadata: { name: string } }[]) => objects.map((one) => one.metadata.name).sort();
const jobs = (story: Story, owner: string) =>
  story.all<Job & AnyObject>('Job').filter((job) => job.metadata.name.startsWith(owner));
const conditionOf = (job: Job | undefined, type: string) =>
  job?.status.conditions?.find((one) => one.type === type && one.status === 'True');

describe('every story of workloads makes its point', () => {
  test('17: one after the other, the partition holds three back, and the highest number goes first', () => {
    const story = new Story('17');
    const born: string[] = [];
    story.until(18, () => {
      const pods = story.pods('db');
      for (const pod of pods) if (!born.includes(pod.metadata.name)) born.push(pod.metadata.name);
      // Only the last one may be unready: each waits for the one before it.
      expect(pods.filter((pod) => !isReady(pod)).length).toBeLessThanOrEqual(1);
    });
    expect(born).toEqual(['db-0', 'db-1', 'db-2', 'db-3']);
    const images = () => ['db-0', 'db-1', 'db-2', 'db-3'].map((name) => imageOf(story.pod(name)!));
    story.until(38);
    expect(images()).toEqual(['postgres:17', 'postgres:17', 'postgres:17', 'postgres:18']);
    const renewed: string[] = [];
    story.until(70, () => {
      for (const pod of story.pods('db')) {
        if (imageOf(pod) === 'postgres:18' && !renewed.includes(pod.metadata.name)) renewed.push(pod.metadata.name);
      }
      expect(story.pods('db').filter(isReady).length).toBeGreaterThanOrEqual(3);
    });
    expect(renewed).toEqual(['db-3', 'db-2', 'db-1', 'db-0']);
    story.until(76);
    expect(
      story
        .pods('db')
        .filter(isLeaving)
        .map((pod) => pod.metadata.name),
    ).toEqual(['db-3']);
    expect(names(story.until(90).pods('db'))).toEqual(['db-0', 'db-1']);
    expect(story.one<StatefulSet & AnyObject>('StatefulSet', 'db')!.status.readyReplicas).toBe(2);
  });

  test('18: an agent on each machine that it tolerates, replaced one machine at a time', () => {
    const story = new Story('18').until(8);
    const machines = () =>
      story
        .pods('agent')
        .filter(isReady)
        .map((pod) => pod.spec.nodeName)
        .sort();
    expect(machines()).toEqual(['node-a', 'node-b']);
    story.until(28);
    expect(machines()).toEqual(['node-a', 'node-b', 'node-c']);
    expect(story.node('node-c').spec.unschedulable).toBe(true);
    expect(story.pods('web').filter(isReady)).toHaveLength(6);
    expect(story.pods('web').filter((pod) => pod.spec.nodeName === 'node-c')).toEqual([]);
    const old = new Set(story.pods('agent').map((pod) => pod.metadata.uid));
    let fewest = Infinity;
    story.until(60, () => {
      const serving = story.pods('agent').filter((pod) => isReady(pod) && !isLeaving(pod) && pod.spec.nodeName !== 'gpu-1');
      fewest = Math.min(fewest, serving.length);
    });
    expect(fewest).toBe(2);
    expect(machines()).toEqual(['gpu-1', 'node-a', 'node-b', 'node-c']);
    expect(story.pods('agent').filter((pod) => old.has(pod.metadata.uid))).toEqual([]);
    expect(story.one<DaemonSet & AnyObject>('DaemonSet', 'agent')!.status.updatedNumberScheduled).toBe(4);
  });

  test('19: two at a time, growing pauses, and shards that fail alone', () => {
    const story = new Story('19');
    let together = 0;
    story.until(25, () => {
      const running = story.pods('convert').filter((pod) => pod.status.phase === 'Running' || pod.status.phase === 'Pending');
      together = Math.max(together, running.length);
    });
    expect(together).toBe(2);
    const job = (name: string) => story.one<Job & AnyObject>('Job', name);
    expect([job('convert')!.status.succeeded, conditionOf(job('convert'), 'Complete')?.reason]).toEqual([
      6,
      'CompletionsReached',
    ]);
    story.until(60);
    const begun = (pods: Pod[]) => pods.map((pod) => Date.parse(pod.metadata.creationTimestamp!) / 1000).sort((a, b) => a - b);
    const [first, second, third, ...more] = begun(story.pods('upload'));
    expect(more).toEqual([]);
    // The pause counts from the failure on, so the time between two pods is the pause and one run.
    expect(second! - first!).toBeGreaterThanOrEqual(10);
    expect(third! - second!).toBeGreaterThanOrEqual(20);
    expect(conditionOf(job('upload'), 'Failed')?.reason).toBe('BackoffLimitExceeded');
    const shards = job('shards')!;
    expect([shards.status.completedIndexes, shards.status.failedIndexes]).toEqual(['0,3', '1,2']);
    expect(conditionOf(shards, 'Failed')?.reason).toBe('FailedIndexes');
    const tries = (index: number) =>
      story.pods('shards').filter((pod) => pod.metadata.name.startsWith(`shards-${index}-`)).length;
    expect([0, 1, 2, 3].map(tries)).toEqual([1, 2, 1, 1]);
  });

  test('20: Forbid waits, Replace begins anew, the history keeps one', () => {
    const story = new Story('20').until(69);
    const active = (owner: string) => jobs(story, owner).filter((job) => (job.status.active ?? 0) > 0);
    const [report, sync, ping] = ['report', 'sync', 'ping'].map((owner) => names(jobs(story, owner))[0]);
    let together = 0;
    story.until(80, () => {
      together = Math.max(together, active('report').length);
    });
    expect([names(active('report')), together]).toEqual([[report], 1]);
    expect(story.told('JobAlreadyActive', 'report')).toHaveLength(1);
    expect(names(jobs(story, 'sync'))).not.toContain(sync);
    expect(jobs(story, 'sync')).toHaveLength(1);
    expect(jobs(story, 'ping')).toHaveLength(1);
    expect(names(jobs(story, 'ping'))).not.toContain(ping);
    // The turn that was held back comes as soon as the first run has ended.
    story.until(100);
    expect(
      conditionOf(
        jobs(story, 'report').find((job) => job.metadata.name === report),
        'Complete',
      ),
    ).toBeDefined();
    expect(active('report')).toHaveLength(1);
    story.until(180);
    expect(jobs(story, 'sync').filter((job) => conditionOf(job, 'Complete'))).toEqual([]);
    expect(story.one<CronJob & AnyObject>('CronJob', 'report')!.spec.suspend).toBe(true);
    expect(active('report')).toEqual([]);
  });

  test('21: up at once, down after the window and in small strides', () => {
    const story = new Story('21').until(24);
    const autoscaler = () => story.one<HorizontalPodAutoscaler & AnyObject>('HorizontalPodAutoscaler', 'web')!;
    const replicas = () => story.deployment('web').spec.replicas!;
    expect(replicas()).toBe(2);
    const sizes: number[] = [2];
    const note = () => {
      if (replicas() !== sizes[sizes.length - 1]) sizes.push(replicas());
    };
    story.until(89, note);
    expect(sizes[1]).toBeGreaterThanOrEqual(5);
    // 1700m shared by seven pods of 500m is half of what they request.
    expect([replicas(), story.pods('web').filter(isReady).length]).toEqual([7, 7]);
    sizes.length = 0;
    sizes.push(7);
    story.until(129, note);
    expect(sizes).toEqual([7]);
    expect(autoscaler().status.conditions?.find((one) => one.type === 'AbleToScale')?.reason).toBe('ScaleDownStabilized');
    story.until(180, note);
    expect(sizes).toEqual([7, 5, 3, 2]);
  });
});
