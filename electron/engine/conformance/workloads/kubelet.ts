import type { Pod } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { LAB_KUBELET, labKubeletOf, withReady } from '../labKubelet.ts';

/** Annotations by which the capture told its fake kubelet what to do. Times in seconds, as text. */
const RUN = 'lab/run';
const EXIT = 'lab/exit';
const EXIT_BY_INDEX = 'lab/exit-index';
const TERM = 'lab/term';
const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';

/** First container's image tag says what becomes of it: `bad*` never starts, `slow*` gets ready only when told. */
function image(pod: Pod): string {
  return pod.spec.containers[0]?.image ?? '';
}

/** Whether the lockstep driver has to mark the pod ready. */
export function isHeld(pod: Pod): boolean {
  return /:slow/.test(image(pod));
}

/** Exit code of a pod that ends by itself: its index' own, else the pod's, else 0. */
function exitCode(pod: Pod): number {
  const annotations = pod.metadata.annotations ?? {};
  const byIndex = JSON.parse(annotations[EXIT_BY_INDEX] ?? '{}') as Record<string, number>;
  return byIndex[annotations[COMPLETION_INDEX] ?? ''] ?? Number(annotations[EXIT] ?? '0');
}

function running(pod: Pod, now: string): Pod {
  const restarts = pod.status.containerStatuses?.[0]?.restartCount ?? 0;
  const ready = !isHeld(pod);
  const containerStatuses = pod.spec.containers.map(({ name, image: from = '' }) => ({
    name,
    state: { running: { startedAt: now as never } },
    lastState: {},
    ready,
    restartCount: restarts,
    image: from,
    imageID: 'sha256:0',
    started: true,
  }));
  const begun = pod.status.startTime === undefined ? { startTime: now as never } : {};
  return withReady({ ...pod, status: { ...pod.status, ...begun, phase: 'Running', containerStatuses } }, ready, now);
}

/** The pod after its containers have exited: over, or restarted where its policy says so and it is not going away. */
function exited(pod: Pod, code: number, now: string): Pod {
  const policy = pod.spec.restartPolicy ?? 'Always';
  const again = pod.metadata.deletionTimestamp === undefined && (policy === 'Always' || (policy === 'OnFailure' && code !== 0));
  const startedAt = pod.status.containerStatuses?.[0]?.state?.running?.startedAt ?? now;
  const terminated = { exitCode: code, reason: code === 0 ? 'Completed' : 'Error', startedAt, finishedAt: now };
  const containerStatuses = (pod.status.containerStatuses ?? []).map((one) => ({
    ...one,
    ...(again
      ? { state: { running: { startedAt: now } }, lastState: { terminated }, restartCount: one.restartCount + 1 }
      : { state: { terminated }, lastState: {}, ready: false, started: false }),
  })) as NonNullable<Pod['status']['containerStatuses']>;
  if (again) return { ...pod, status: { ...pod.status, containerStatuses } };
  const phase = code === 0 ? 'Succeeded' : 'Failed';
  return withReady({ ...pod, status: { ...pod.status, phase, containerStatuses } }, false, now);
}

/**
 * The fake kubelet of the capture: starts placed pods at once (but those tagged `bad*`), lets terminating ones go at once unless
 * `lab/term` gives them time (`manual`: until the scenario removes them), ends those with `lab/run` after that time with their exit code.
 */
export function labKubelet(ctx: ComponentContext): Component {
  const client = ctx.client(LAB_KUBELET);
  const pods = ctx.informer('Pod');
  const timers = new Set<string>();
  const find = (key: string): Pod | undefined => {
    const [namespace = '', name = ''] = key.split('/');
    return pods.lister.get(namespace, name);
  };
  const later = (key: string, uid: string | undefined, what: string, seconds: number, act: (pod: Pod) => void): void => {
    const timer = `${what} ${uid ?? ''}`;
    if (timers.has(timer)) return;
    timers.add(timer);
    ctx.clock.schedule(seconds * 1000, `lab-kubelet/${what}`, () => {
      timers.delete(timer);
      const pod = find(key);
      if (pod !== undefined && pod.metadata.uid === uid) act(pod);
    });
  };
  const remove = (pod: Pod): void => {
    client.delete({ kind: 'Pod', namespace: pod.metadata.namespace ?? '', name: pod.metadata.name }, { gracePeriodSeconds: 0 });
  };
  const end = (key: string, pod: Pod): void => {
    if (pod.status.phase !== 'Running') return;
    const written = client.updateStatus(exited(pod, exitCode(pod), ctx.clock.timestamp()));
    if (written.ok && written.value.status.phase === 'Running') schedule(key, written.value);
  };
  const schedule = (key: string, pod: Pod): void => {
    const run = pod.metadata.annotations?.[RUN];
    if (run !== undefined) later(key, pod.metadata.uid, 'exit', Number(run), (now) => end(key, now));
  };
  return labKubeletOf(ctx, (pod, key) => {
    if (pod.metadata.deletionTimestamp !== undefined) {
      const term = pod.metadata.annotations?.[TERM];
      if (term === undefined || !pod.spec.nodeName) remove(pod);
      else if (term !== 'manual') later(key, pod.metadata.uid, 'term', Number(term), remove);
    } else if (pod.spec.nodeName && pod.status.phase === 'Pending' && !/:bad/.test(image(pod))) {
      const started = client.updateStatus(running(pod, ctx.clock.timestamp()));
      if (started.ok) schedule(key, started.value);
    }
  });
}
