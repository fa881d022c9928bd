import { describe, expect, test } from 'vitest';
import type { EndpointSlice } from '#shared/kube/kinds.ts';
import type { AnyObject, Pod } from '#shared/kube/types.ts';
import { isReady, Story } from './testing/story.ts';

type ContainerStatus = NonNullable<Pod['status']['containerStatuses']>[number];

const statusOf = (pod: Pod | undefined, container?: string): ContainerStatus | undefined => {
  const all = [...(pod?.status.initContainerStatuses ?? []), ...(pod?.status.containerStatuses ?? [])];
  return container === undefined ? pod?.status.containerStatuses?.[0] : all.find((one) => one.name === container);
};
const restarts = (pod: Pod | undefined) => statusOf(pod)?.restartCount;
const secondOf = (time: string | undefined) => Date.parse(time ?? '') / 1000;

describe('every story of containers makes its point', () => {
  test('26: readiness takes traffic away, liveness restarts, startup protects', () => {
    const story = new Story('26').until(11);
    /** Pods that the Service's slices call ready. */
    const served = () =>
      story
        .all<EndpointSlice & AnyObject>('EndpointSlice')
        .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === 'web')
        .flatMap((slice) => slice.endpoints)
        .filter((endpoint) => endpoint.conditions?.ready === true)
        .map((endpoint) => endpoint.targetRef?.name)
        .sort();
    expect(story.pods('web').map(isReady)).toEqual([true, true, true]);
    expect(served()).toEqual(['web-1', 'web-2', 'web-3']);
    story.until(29.5);
    expect(story.pods('web').map(isReady)).toEqual([false, true, true]);
    expect(served()).toEqual(['web-2', 'web-3']);
    expect(restarts(story.pod('worker'))).toBe(1);
    story.until(50);
    expect(story.pods('web').map(isReady)).toEqual([true, true, true]);
    expect(story.pods('web').map(restarts)).toEqual([0, 0, 0]);
    expect(served()).toEqual(['web-1', 'web-2', 'web-3']);
    expect([restarts(story.pod('legacy-patient')), isReady(story.pod('legacy-patient')!)]).toEqual([0, true]);
    expect(restarts(story.pod('legacy-hasty'))).toBeGreaterThanOrEqual(2);
    expect(isReady(story.pod('worker')!)).toBe(true);
    expect(story.told('Killing', 'legacy-hasty')[0]).toBe('Container app failed liveness probe, will be restarted');
    story.until(80);
    expect(restarts(story.pod('worker'))).toBe(1);
    expect(restarts(story.pod('legacy-hasty'))).toBeGreaterThanOrEqual(3);
  });

  test('27: init containers in order, a sidecar that stays, and goes last', () => {
    const story = new Story('27').until(28);
    const shop = () => story.pod('shop');
    const begun = (name: string) => {
      const { running, terminated } = statusOf(shop(), name)?.state ?? {};
      return secondOf(running?.startedAt ?? terminated?.startedAt);
    };
    expect(isReady(shop()!)).toBe(true);
    const order = ['migrate', 'proxy', 'warm-up', 'shop'];
    expect([...order].sort((a, b) => begun(a) - begun(b))).toEqual(order);
    expect(statusOf(shop(), 'migrate')?.restartCount).toBe(1);
    expect(statusOf(shop(), 'warm-up')?.state?.terminated?.reason).toBe('Completed');
    expect(statusOf(shop(), 'proxy')?.state?.running).toBeDefined();
    const report = story.pods('report')[0];
    expect(report?.status.phase).toBe('Succeeded');
    expect(statusOf(report, 'log-shipper')?.state?.terminated).toBeDefined();
    expect(story.told('Completed', 'report')).toEqual(['Job completed']);
    story.until(70);
    expect(shop()).toBeUndefined();
    const last = story.versions<Pod & AnyObject>('Pod/default/shop').at(-1);
    const ended = (name: string) => secondOf(statusOf(last, name)?.state?.terminated?.finishedAt);
    expect(ended('proxy')).toBeGreaterThan(ended('shop'));
  });

  test('28: three reasons why a program does not run, and what helps each', () => {
    const story = new Story('28').until(29);
    const first = (app: string) => statusOf(story.pods(app)[0]);
    expect(first('cache')?.lastState?.terminated).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
    expect(first('parser')?.lastState?.terminated).toMatchObject({ reason: 'Error', exitCode: 1 });
    expect(first('parser')?.state?.waiting?.reason).toBe('CrashLoopBackOff');
    expect(first('shop')?.state?.waiting).toMatchObject({
      reason: 'CreateContainerConfigError',
      message: 'configmap "shop-settings" not found',
    });
    const waiting = story.pods('shop').map((pod) => pod.metadata.uid);
    story.until(44);
    expect(story.pods('shop').map((pod) => [pod.metadata.uid, isReady(pod)])).toEqual(waiting.map((uid) => [uid, true]));
    story.until(90);
    for (const app of ['cache', 'parser']) {
      const pods = story.pods(app);
      expect([pods.length, isReady(pods[0]!), restarts(pods[0])]).toEqual([1, true, 0]);
    }
  });
});
