import { describe, expect, it } from 'vitest';
import { podProgram, tell } from '../testing/podStory.ts';

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
    name: 'OnFailure: a liveness probe restarts what ends well; in its back-off it counts as done',
    spec: { restartPolicy: 'OnFailure', containers: [{ ...app, livenessProbe: { ...probe, failureThreshold: 1 } }] },
    annotations: { 'stowage.dev/liveness': 'fail@4s', 'stowage.dev/termination-exit-code': '0' },
    forMs: 30_000,
    lines: [
      '0 Pending app=ContainerCreating',
      '1 Running app=on',
      '2 Running! app=on+',
      '8 Running app=on#1',
      '9 Running! app=on+#1',
      '15 Succeeded app=Completed(0)#1',
    ],
  },
  {
    name: 'Never: a liveness probe ends it',
    spec: { restartPolicy: 'Never', containers: [{ ...app, livenessProbe: { ...probe, failureThreshold: 1 } }] },
    annotations: { 'stowage.dev/liveness': 'fail@4s' },
    forMs: 30_000,
    lines: ['0 Pending app=ContainerCreating', '1 Running app=on', '2 Running! app=on+', '8 Failed app=Error(143)'],
    events: ['Normal Killing Container app failed liveness probe'],
  },
  {
    name: 'root where none may be; a pull secret that is not there',
    spec: {
      imagePullSecrets: [{ name: 'pull' }],
      securityContext: { runAsNonRoot: true },
      containers: [{ ...app, securityContext: { runAsUser: 0 } }],
    },
    forMs: 5000,
    lines: ['0 Pending app=ContainerCreating', '1 Pending app=CreateContainerConfigError'],
    events: [
      'Warning FailedToRetrieveImagePullSecret Unable to retrieve some image pull secrets (pull); attempting to pull the image may not succeed.',
      `Warning Failed Error: container's runAsUser breaks non-root policy (pod: "a_default(uid)", container: app)`,
    ],
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
    name: 'a preStop hook that fails',
    spec: {
      activeDeadlineSeconds: 5,
      containers: [{ ...app, lifecycle: { preStop: { httpGet: { port: 80 } } } }],
    },
    annotations: { 'stowage.dev/pre-stop': 'fail@2s' },
    forMs: 10_000,
    lines: [
      '0 Pending app=ContainerCreating',
      '1 Running app=on',
      '2 Running! app=on+',
      '5 Running app=on+',
      '8 Failed (DeadlineExceeded) app=Error(143)',
    ],
    events: ['Normal Killing Stopping container app', 'Warning FailedPreStopHook PreStopHook failed'],
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

describe('the life of a pod', () => {
  it.each(programs)('$name', (program) => {
    const story = tell(podProgram(program));
    story.runFor(program.forMs);
    expect(story.lines).toEqual(program.lines);
    expect(story.events()).toEqual(expect.arrayContaining(program.events ?? []));
  });
});
