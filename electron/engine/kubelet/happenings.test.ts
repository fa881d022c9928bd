import { describe, expect, it } from 'vitest';
import { podProgram, type Story, tell } from '../testing/podStory.ts';

const image = 'registry.example/app:v1';
const app = { name: 'app', image };
const sidecar = { name: 'side', image, restartPolicy: 'Always' };
const probe = { httpGet: { path: '/healthz', port: 80 }, periodSeconds: 5 };

function remove(story: Story, finalizer = true): void {
  const ref = { kind: 'Pod', namespace: 'default', name: 'a' };
  if (finalizer) story.cluster.client.patch(ref, 'merge', { metadata: { finalizers: ['a.b/c'] } });
  story.cluster.client.delete(ref);
}

const finishedAt = (story: Story) => {
  const { status } = story.cluster.get('Pod', 'default', 'a');
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].map((one) => [
    one.name,
    one.state?.terminated?.exitCode,
    one.state?.terminated?.finishedAt?.slice(14, 19),
  ]);
};

describe('what happens to a pod', () => {
  it('waits for the environment of its containers', () => {
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'x', key: 'k' } } }];
    const story = tell(podProgram({ spec: { containers: [{ ...app, env }] } }));
    story.runFor(5000);
    story.cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'default' } });
    story.runFor(10_000);
    const waiting = () => story.cluster.get('Pod', 'default', 'a').status.containerStatuses?.[0]?.state?.waiting?.message;
    expect(waiting()).toBe("couldn't find key k in ConfigMap default/x");
    story.cluster.client.patch({ kind: 'ConfigMap', namespace: 'default', name: 'x' }, 'merge', { data: { k: 'v' } });
    story.runFor(10_000);
    expect(story.lines).toEqual([
      '0 Pending app=ContainerCreating',
      '1 Pending app=CreateContainerConfigError',
      '21 Running app=on',
      '22 Running! app=on+',
    ]);
    expect(story.events().filter((line) => line.includes('Failed'))).toEqual([
      'Warning Failed Error: configmap "x" not found',
      "Warning Failed Error: couldn't find key k in ConfigMap default/x",
    ]);
  });

  it('waits for its volumes', () => {
    const volumes = [{ name: 'v', secret: { secretName: 'x', items: [{ key: 'k', path: 'p' }] } }];
    const story = tell(podProgram({ spec: { volumes } }));
    story.runFor(130_000);
    expect(story.lines).toEqual(['0 Pending app=ContainerCreating']);
    expect(story.events().sort()).toEqual([
      'Warning FailedMount MountVolume.SetUp failed for volume "v" : secret "x" not found',
      'Warning FailedMount Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[]: context deadline exceeded',
    ]);
    story.cluster.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'x', namespace: 'default' },
      data: { k: 'dg==' },
    });
    story.runFor(122_000);
    expect(story.lines.at(-1)).toMatch(/Running! app=on\+$/);
  });

  it('minds readiness gates', () => {
    const story = tell(podProgram({ spec: { readinessGates: [{ conditionType: 'x.y/z' }] } }));
    story.runFor(5000);
    const ready = () => {
      const found = story.cluster.get('Pod', 'default', 'a').status.conditions?.find(({ type }) => type === 'Ready');
      return [found?.status, found?.reason, found?.message];
    };
    const message = 'corresponding condition of pod readiness gate "x.y/z" does not exist.';
    expect(ready()).toEqual(['False', 'ReadinessGatesNotReady', message]);
    const now = story.cluster.get('Pod', 'default', 'a');
    const conditions = [...(now.status.conditions ?? []), { type: 'x.y/z', status: 'True' }];
    story.cluster.client.updateStatus({ ...now, status: { ...now.status, conditions } });
    story.runFor(0);
    expect(ready()[0]).toBe('True');
  });

  it('stops main containers after their preStop hooks, then sidecars in reverse order', () => {
    const story = tell(
      podProgram({
        spec: {
          initContainers: [sidecar, { ...sidecar, name: 'other' }],
          containers: [{ ...app, lifecycle: { preStop: { sleep: { seconds: 5 } } } }],
        },
        annotations: { 'stowage.dev/termination-exit-code.side': '0' },
      }),
    );
    story.runFor(5000);
    remove(story);
    story.runFor(20_000);
    expect(finishedAt(story)).toEqual([
      ['side', 0, '00:13'],
      ['other', 143, '00:12'],
      ['app', 143, '00:11'],
    ]);
    expect(story.lines.at(-1)).toBe('13 Failed side=Completed(0) other=Error(143) app=Error(143)');
  });

  it('a pod that is deleted before it ran has failed', () => {
    const story = tell(podProgram({}));
    story.runFor(500);
    remove(story);
    story.runFor(1000);
    expect(story.lines.at(-1)).toBe('0.5 Failed app=ContainerStatusUnknown(137)');
  });

  it('the machine can end a pod for good', () => {
    const story = tell(podProgram({}));
    story.runFor(5000);
    expect(story.kubelets.terminatePod('default', 'a', { reason: 'Evicted', message: 'no memory', graceMs: 0 })).toBe(true);
    expect(story.kubelets.terminatePod('default', 'a', { reason: 'Evicted', message: 'again' })).toBe(false);
    story.runFor(5000);
    expect(story.lines.slice(-2)).toEqual(['5 Running app=on+', '6 Failed (Evicted) app=Error(143)']);
    remove(story, false);
    story.runFor(0);
    expect(story.lines.at(-1)).toBe('10 gone');
  });

  it('an image set while it runs takes its place, whatever the policy', () => {
    const story = tell(podProgram({ spec: { restartPolicy: 'Never' } }));
    story.runFor(5000);
    const now = story.cluster.get('Pod', 'default', 'a');
    story.cluster.client.update({
      ...now,
      spec: { ...now.spec, containers: [{ ...now.spec.containers[0], name: 'app', image: 'x:2' }] },
    });
    story.runFor(5000);
    expect(story.lines.slice(3)).toEqual(['7 Running app=on#1', '8 Running! app=on+#1']);
    expect(story.events()).toContain('Normal Killing Container app definition changed, will be restarted');
  });

  it('an ephemeral container joins a running pod and is never restarted', () => {
    const story = tell(podProgram({ annotations: { 'stowage.dev/exit-code.debug': '1', 'stowage.dev/run-seconds.debug': '2' } }));
    story.runFor(5000);
    const now = story.cluster.get('Pod', 'default', 'a');
    const spec = { ...now.spec, ephemeralContainers: [{ name: 'debug', image: 'busybox:1' }] };
    story.cluster.core.store.put({ ...now, spec });
    story.runFor(60_000);
    expect(story.lines.slice(3)).toEqual(['6 Running! app=on+ debug=on', '8 Running! app=on+ debug=Error(1)']);
  });

  it('goes on with its probes, sidecars and back-offs after a restart of the kubelet', () => {
    const story = tell(
      podProgram({
        spec: { containers: [{ ...app, livenessProbe: probe, readinessProbe: probe }] },
        annotations: { 'stowage.dev/liveness': 'fail@20s' },
      }),
    );
    story.runFor(10_000);
    story.kubelets.stop();
    story.runFor(1000);
    story.kubelets.start();
    story.runFor(30_000);
    expect(story.lines.slice(2)).toEqual([
      '2 Running! app=on+',
      '33 Running app=Error(143)',
      '33 Running app=on#1',
      '34 Running! app=on+#1',
    ]);
  });

  it('scripts can change while a pod runs', () => {
    const story = tell(podProgram({ spec: { containers: [{ ...app, readinessProbe: probe }] } }));
    story.runFor(4000);
    const script = (readiness: string) =>
      story.cluster.client.patch({ kind: 'Pod', namespace: 'default', name: 'a' }, 'merge', {
        metadata: { annotations: { 'stowage.dev/readiness': readiness } },
      });
    script('fail');
    story.runFor(26_000);
    script('pass');
    story.runFor(10_000);
    expect(story.lines.slice(2)).toEqual(['2 Running! app=on+', '17 Running app=on', '32 Running! app=on+']);
  });
});
