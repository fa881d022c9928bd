import { describe, expect, it } from 'vitest';
import type { PodSpec } from '#shared/kube/types.ts';
import { pod } from '../testing/builders.ts';
import { type Story, tell } from './story.ts';

const image = 'registry.example/app:v1';
const app = { name: 'app', image };
const sidecar = { name: 'side', image, restartPolicy: 'Always' };
const probe = { httpGet: { path: '/healthz', port: 80 }, periodSeconds: 5 };

interface Program {
  name: string;
  spec?: object;
  annotations?: Record<string, string>;
  forMs: number;
  lines: string[];
  /** Events that must be there, among others. */
  events?: string[];
}

/** Pods and what becomes of them; 1 s to pull, 1 s until a program answers its probes, 1 s from SIGTERM to its end. */
const programs: Program[] = [
  {
    name: 'a plain pod',
    forMs: 5000,
    lines: ['0 Pending app=ContainerCreating', '1 Running app=on', '2 Running! app=on+'],
    events: ['Normal Created Container created', 'Normal Started Container started'],
  },
  {
    name: 'init containers in order, a sidecar that holds up what follows until it has started, and is stopped last',
    spec: {
      restartPolicy: 'Never',
      initContainers: [
        { name: 'one', image },
        { ...sidecar, startupProbe: { ...probe, periodSeconds: 2 } },
        { name: 'two', image },
      ],
      containers: [app],
    },
    annotations: { 'stowage.dev/run-seconds': '5', 'stowage.dev/startup.side': 'pass@4s' },
    forMs: 40_000,
    lines: [
      '0 Pending one=PodInitializing side=PodInitializing two=PodInitializing app=PodInitializing',
      '1 Pending one=on side=PodInitializing two=PodInitializing app=PodInitializing',
      '2 Pending one=Completed(0)+ side=PodInitializing two=PodInitializing app=PodInitializing',
      '2 Pending one=Completed(0)+ side=starting two=PodInitializing app=PodInitializing',
      '7 Pending one=Completed(0)+ side=on+ two=PodInitializing app=PodInitializing',
      '7 Pending one=Completed(0)+ side=on+ two=on app=PodInitializing',
      '8 Pending one=Completed(0)+ side=on+ two=Completed(0)+ app=PodInitializing',
      '8 Running one=Completed(0)+ side=on+ two=Completed(0)+ app=on',
      '9 Running! one=Completed(0)+ side=on+ two=Completed(0)+ app=on+',
      '13 Running one=Completed(0)+ side=on+ two=Completed(0)+ app=Completed(0)',
      '14 Succeeded one=Completed(0)+ side=Error(143) two=Completed(0)+ app=Completed(0)',
    ],
    events: [
      'Warning Unhealthy Startup probe failed: HTTP probe failed with statuscode: 500',
      'Normal Killing Stopping container side',
    ],
  },
  {
    name: 'a crash loop',
    annotations: { 'stowage.dev/exit-code': '1' },
    forMs: 30_999,
    lines: [
      '0 Pending app=ContainerCreating',
      '1 Running app=on',
      '1 Running app=Error(1)',
      '1 Running app=on#1',
      '1 Running app=Error(1)#1',
      '1 Running app=CrashLoopBackOff#1',
      '11 Running app=on#2',
      '11 Running app=Error(1)#2',
      '11 Running app=CrashLoopBackOff#2',
    ],
    events: ['Warning BackOff Back-off restarting failed container app in pod a_default(uid)'],
  },
  {
    name: 'OnFailure tries again until it succeeds',
    spec: { restartPolicy: 'OnFailure' },
    annotations: { 'stowage.dev/exit-code': '2,0' },
    forMs: 60_000,
    lines: [
      '0 Pending app=ContainerCreating',
      '1 Running app=on',
      '1 Running app=Error(2)',
      '1 Running app=on#1',
      '1 Succeeded app=Completed(0)#1',
    ],
  },
  {
    name: 'two containers, each with a program of its own; Never',
    spec: { restartPolicy: 'Never', containers: [app, { name: 'web', image }] },
    annotations: { 'stowage.dev/exit-code.web': '3', 'stowage.dev/run-seconds.web': '2', 'stowage.dev/run-seconds.app': '4' },
    forMs: 60_000,
    lines: [
      '0 Pending app=ContainerCreating web=ContainerCreating',
      '1 Pending app=on web=ContainerCreating',
      '1 Running app=on web=on',
      '2 Running app=on+ web=on',
      '2 Running! app=on+ web=on+',
      '3 Running app=on+ web=Error(3)',
      '5 Failed app=Completed(0) web=Error(3)',
    ],
  },
  {
    name: 'out of memory',
    spec: { restartPolicy: 'Never' },
    annotations: { 'stowage.dev/oom-seconds': '3' },
    forMs: 10_000,
    lines: ['0 Pending app=ContainerCreating', '1 Running app=on', '2 Running! app=on+', '4 Failed app=OOMKilled(137)'],
  },
  {
    name: 'a liveness probe that fails three times',
    spec: { containers: [{ ...app, livenessProbe: probe }] },
    annotations: { 'stowage.dev/liveness': 'fail@10s' },
    forMs: 30_000,
    lines: [
      '0 Pending app=ContainerCreating',
      '1 Running app=on',
      '2 Running! app=on+',
      '23 Running app=Error(143)',
      '23 Running app=on#1',
      '24 Running! app=on+#1',
    ],
    events: [
      'Warning Unhealthy Liveness probe failed: HTTP probe failed with statuscode: 500',
      'Normal Killing Container app failed liveness probe, will be restarted',
    ],
  },
  {
    name: "a startup probe that never passes; the probe's own grace period ends in SIGKILL",
    spec: { containers: [{ ...app, startupProbe: { ...probe, failureThreshold: 2, terminationGracePeriodSeconds: 2 } }] },
    annotations: { 'stowage.dev/startup': 'timeout', 'stowage.dev/termination-seconds': '60' },
    forMs: 10_000,
    lines: ['0 Pending app=ContainerCreating', '1 Running app=starting', '9 Running app=Error(137)', '9 Running app=starting#1'],
    events: [
      'Warning Unhealthy Startup probe failed: Get "http://10.244.0.2:80/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
      'Normal Killing Container app failed startup probe, will be restarted',
    ],
  },
  {
    name: 'readiness that comes and goes, by thresholds',
    spec: { containers: [{ ...app, readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 5, successThreshold: 2 } }] },
    annotations: { 'stowage.dev/readiness': 'pass@12s,fail@30s,pass@60s' },
    forMs: 90_000,
    lines: [
      '0 Pending app=ContainerCreating',
      '1 Running app=on',
      '22 Running! app=on+',
      '42 Running app=on',
      '67 Running! app=on+',
    ],
    events: ['Warning Unhealthy Readiness probe failed: dial tcp 10.244.0.2:80: connect: connection refused'],
  },
  {
    name: 'a postStart hook that fails',
    spec: { containers: [{ ...app, lifecycle: { postStart: { exec: { command: ['x'] } } } }] },
    annotations: { 'stowage.dev/post-start': 'fail@2s' },
    forMs: 6000,
    lines: ['0 Pending app=ContainerCreating', '4 Running app=PostStartHookError'],
    events: ['Warning FailedPostStartHook PostStartHook failed', 'Normal Killing FailedPostStartHook'],
  },
  {
    name: 'a postStart hook that takes its time',
    spec: { containers: [{ ...app, lifecycle: { postStart: { sleep: { seconds: 3 } } } }] },
    forMs: 6000,
    lines: ['0 Pending app=ContainerCreating', '4 Running! app=on+'],
  },
  {
    name: 'a runtime that cannot start the program',
    annotations: { 'stowage.dev/start-error': 'no such file' },
    forMs: 5000,
    lines: [
      '0 Pending app=ContainerCreating',
      '1 Running app=RunContainerError',
      '1 Running app=RunContainerError#1',
      '1 Running app=CrashLoopBackOff#1',
    ],
    events: ['Normal Created Container created', 'Warning Failed Error: no such file'],
  },
  {
    name: 'a runtime that cannot create the container',
    annotations: { 'stowage.dev/create-error': 'no room' },
    forMs: 5000,
    lines: ['0 Pending app=ContainerCreating', '1 Pending app=CreateContainerError'],
    events: ['Warning Failed Error: no room'],
  },
  {
    name: 'a deadline',
    spec: { activeDeadlineSeconds: 5 },
    forMs: 20_000,
    lines: [
      '0 Pending app=ContainerCreating',
      '1 Running app=on',
      '2 Running! app=on+',
      '5 Running app=on+',
      '6 Failed (DeadlineExceeded) app=Error(143)',
    ],
    events: ['Normal DeadlineExceeded Pod was active on the node longer than the specified deadline'],
  },
  {
    name: 'a rule that restarts one exit code although the policy is Never',
    spec: {
      restartPolicy: 'Never',
      containers: [
        {
          ...app,
          restartPolicy: 'Never',
          restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }],
        },
      ],
    },
    annotations: { 'stowage.dev/exit-code': '42,1' },
    forMs: 60_000,
    lines: [
      '0 Pending app=ContainerCreating',
      '1 Running app=on',
      '1 Running app=Error(42)',
      '1 Running app=on#1',
      '1 Failed app=Error(1)#1',
    ],
  },
  {
    name: 'a rule that begins all containers anew',
    spec: {
      restartPolicy: 'Never',
      initContainers: [{ name: 'i', image }],
      containers: [
        { ...app },
        {
          name: 'w',
          image,
          restartPolicy: 'Never',
          restartPolicyRules: [{ action: 'RestartAllContainers', exitCodes: { operator: 'NotIn', values: [0] } }],
        },
      ],
    },
    annotations: { 'stowage.dev/exit-code.w': '42,0', 'stowage.dev/run-seconds.w': '3', 'stowage.dev/run-seconds.app': '4' },
    forMs: 60_000,
    lines: [
      '0 Pending i=PodInitializing app=PodInitializing w=PodInitializing',
      '1 Pending i=on app=PodInitializing w=PodInitializing',
      '2 Pending i=Completed(0)+ app=PodInitializing w=PodInitializing',
      '2 Pending i=Completed(0)+ app=on w=PodInitializing',
      '2 Running i=Completed(0)+ app=on w=on',
      '3 Running i=Completed(0)+ app=on+ w=on',
      '3 Running! i=Completed(0)+ app=on+ w=on+',
      '5 Running i=RestartingAllContainers app=RestartingAllContainers w=RestartingAllContainers',
      '5 Pending i=on#1 app=RestartingAllContainers w=RestartingAllContainers',
      '6 Running i=Completed(0)+#1 app=RestartingAllContainers w=RestartingAllContainers',
      '6 Running i=Completed(0)+#1 app=on#1 w=RestartingAllContainers',
      '6 Running i=Completed(0)+#1 app=on#1 w=on#1',
      '7 Running i=Completed(0)+#1 app=on+#1 w=on#1',
      '7 Running! i=Completed(0)+#1 app=on+#1 w=on+#1',
      '9 Running i=Completed(0)+#1 app=on+#1 w=Completed(0)#1',
      '10 Succeeded i=Completed(0)+#1 app=Completed(0)#1 w=Completed(0)#1',
    ],
  },
  {
    name: 'an init container that fails for good',
    spec: { restartPolicy: 'Never', initContainers: [sidecar, { name: 'i', image }] },
    annotations: { 'stowage.dev/exit-code.i': '3' },
    forMs: 20_000,
    lines: [
      '0 Pending side=PodInitializing i=PodInitializing app=PodInitializing',
      '1 Pending side=on i=PodInitializing app=PodInitializing',
      '1 Pending side=on i=on app=PodInitializing',
      '1 Pending side=on i=Error(3) app=PodInitializing',
      '2 Failed side=Error(143) i=Error(3) app=PodInitializing',
    ],
  },
  {
    name: 'the code of one index of an indexed Job',
    spec: { restartPolicy: 'Never' },
    annotations: {
      'batch.kubernetes.io/job-completion-index': '2',
      'stowage.dev/exit-code-2': '7',
      'stowage.dev/exit-code': '0',
    },
    forMs: 5000,
    lines: ['0 Pending app=ContainerCreating', '1 Running app=on', '1 Failed app=Error(7)'],
  },
  {
    name: 'a name that cannot be an image',
    spec: { containers: [{ name: 'app', image: 'Shop:1' }] },
    forMs: 5000,
    lines: ['0 Pending app=ContainerCreating', '0 Pending app=InvalidImageName'],
    events: [
      `Warning InspectFailed Failed to apply default image tag "Shop:1": couldn't parse image name "Shop:1": invalid reference format: repository name (library/Shop) must be lowercase`,
      'Warning Failed Error: InvalidImageName',
    ],
  },
  {
    name: 'an image that may not be pulled',
    spec: { containers: [{ ...app, imagePullPolicy: 'Never' }] },
    forMs: 5000,
    lines: ['0 Pending app=ContainerCreating', '0 Pending app=ErrImageNeverPull'],
    events: [
      'Warning ErrImageNeverPull Container image "registry.example/app:v1" is not present with pull policy of Never',
      'Warning Failed Error: ErrImageNeverPull',
    ],
  },
];

function build(program: Pick<Program, 'spec' | 'annotations'>) {
  return pod('a', { annotations: program.annotations ?? {}, spec: { containers: [app], ...program.spec } as Partial<PodSpec> });
}

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

describe('the life of a pod', () => {
  it.each(programs)('$name', (program) => {
    const story = tell(build(program));
    story.runFor(program.forMs);
    expect(story.lines).toEqual(program.lines);
    expect(story.events()).toEqual(expect.arrayContaining(program.events ?? []));
  });

  it('waits for the environment of its containers', () => {
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'x', key: 'k' } } }];
    const story = tell(build({ spec: { containers: [{ ...app, env }] } }));
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
    const story = tell(build({ spec: { volumes } }));
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
    const story = tell(build({ spec: { readinessGates: [{ conditionType: 'x.y/z' }] } }));
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
      build({
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
    const story = tell(build({}));
    story.runFor(500);
    remove(story);
    story.runFor(1000);
    expect(story.lines.at(-1)).toBe('0.5 Failed app=ContainerStatusUnknown(137)');
  });

  it('the machine can end a pod for good', () => {
    const story = tell(build({}));
    story.runFor(5000);
    expect(story.kubelets.terminatePod('default', 'a', { reason: 'Evicted', message: 'no memory', graceMs: 0 })).toBe(true);
    expect(story.kubelets.terminatePod('default', 'a', { reason: 'Evicted', message: 'again' })).toBe(false);
    story.runFor(5000);
    expect(story.lines.slice(-2)).toEqual(['5 Running app=on+', '6 Failed (Evicted) app=Error(143)']);
    remove(story, false);
    story.runFor(0);
    expect(story.lines.at(-1)).toBe('10 gone');
  });

  it('goes on with its probes, sidecars and back-offs after a restart of the kubelet', () => {
    const story = tell(
      build({
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
    const story = tell(build({ spec: { containers: [{ ...app, readinessProbe: probe }] } }));
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
