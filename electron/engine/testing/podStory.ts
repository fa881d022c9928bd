import type { ContainerStatus, Pod } from '#shared/kube/types.ts';
import { createFaults } from '../faults/index.ts';
import { createKubelets, type Kubelets } from '../kubelet/index.ts';
import { node, pod } from './builders.ts';
import { createTestCluster, type TestCluster } from './harness.ts';

/** What happened to one pod of a test, line by line. */
export interface Story {
  cluster: TestCluster;
  kubelets: Kubelets;
  /** `<seconds> <phase> [!]<container>=<state>...`, one line for each change of the pod's status; `!` marks a pod that is Ready, `+` a ready container. */
  lines: string[];
  /** `type reason message` of its events, the image's size and the pod's uid left out. */
  events(): string[];
  runFor(ms: number): void;
}

function stateOf(status: ContainerStatus): string {
  const { waiting, running, terminated } = status.state ?? {};
  const ready = status.ready ? '+' : '';
  if (running !== undefined) return `${status.started ? 'on' : 'starting'}${ready}`;
  if (terminated !== undefined) return `${terminated.reason}(${terminated.exitCode})${ready}`;
  return waiting?.reason ?? '?';
}

function lineOf(pod: Pod, nowMs: number): string {
  const all = [
    ...(pod.status.initContainerStatuses ?? []),
    ...(pod.status.containerStatuses ?? []),
    ...(pod.status.ephemeralContainerStatuses ?? []),
  ];
  const ready = pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ? '!' : '';
  const restarts = (status: ContainerStatus) => (status.restartCount === 0 ? '' : `#${status.restartCount}`);
  const states = all.map((status) => `${status.name}=${stateOf(status)}${restarts(status)}`);
  const reason = pod.status.reason === undefined ? '' : ` (${pod.status.reason})`;
  return [`${nowMs / 1000}`, `${pod.status.phase}${ready}${reason}`, ...states].join(' ');
}

/** A cluster of one node with that pod on it, and the record of what becomes of it. */
export function tell(subject: Pod, before: (cluster: TestCluster) => void = () => {}): Story {
  const faults = createFaults();
  const made: Kubelets[] = [];
  const cluster = createTestCluster({
    config: { kubelet: { syncMs: 0, imagePullMs: 1000, containerStartMs: 0, readyMs: 1000, terminationMs: 1000 } },
    components: (ctx) => {
      const kubelets = createKubelets(ctx, faults);
      made.push(kubelets);
      return [kubelets];
    },
  });
  const kubelets = made[0];
  if (kubelets === undefined) throw new Error('no kubelets');
  const lines: string[] = [];
  cluster.ctx.informer('Pod').subscribe({
    onUpdate: (_, after) => {
      if (after.metadata.name !== subject.metadata.name) return;
      const line = lineOf(after, cluster.nowMs);
      if (lines.at(-1)?.replace(/^\S+/, '') !== line.replace(/^\S+/, '')) lines.push(line);
    },
    onDelete: () => lines.push(`${cluster.nowMs / 1000} gone`),
  });
  cluster.create(node('n1'));
  before(cluster);
  cluster.create({ ...subject, spec: { nodeName: 'n1', ...subject.spec } });
  return {
    cluster,
    kubelets,
    lines,
    events: () =>
      cluster
        .events(subject.metadata.name)
        .map((line) => line.replace(/ Image size: \d+ bytes\./, '').replace(/\([0-9a-f-]{36}\)/, '(uid)')),
    runFor: (ms) => void cluster.runFor(ms),
  };
}

/** A pod named `a` with one container `app`, unless the spec says otherwise. */
export function podProgram(program: { spec?: object; annotations?: Record<string, string> }): Pod {
  const containers = [{ name: 'app', image: 'registry.example/app:v1' }];
  return pod('a', { annotations: program.annotations ?? {}, spec: { containers, ...program.spec } });
}
