import { goDuration } from '#shared/kube/goDuration.ts';
import type { KubeletTimings } from '../client/types.ts';
import type { ContainerRun } from './containers.ts';
import { imageSizeBytes, isMissingImage, pullError, pullPolicy } from './images.ts';
import { MIN_BACKOFF_MS, nextBackoff, type StageName } from './stages.ts';

/** What image handling needs of its pod and machine. */
export interface PullHost {
  readonly nowMs: number;
  readonly timings: KubeletTimings;
  hasImage(image: string): boolean;
  /** Milliseconds until the image is there; a pull of the same image that is under way is shared. */
  pullMs(image: string): number;
  addImage(image: string): void;
  get(container: string): ContainerRun | undefined;
  set(run: ContainerRun): void;
  step(stage: StageName, container: string, askedMs?: number): void;
  event(type: 'Normal' | 'Warning', reason: string, message: string): void;
  report(): void;
}

/** Images of one pod's containers: present, pulled, not to be had. Models kubelet imageManager. */
export class ImagePulls {
  readonly #host: PullHost;
  /** When each container's pull began. */
  readonly #begunMs = new Map<string, number>();

  constructor(host: PullHost) {
    this.#host = host;
  }

  /** Makes sure of the image, then creates the container. Models EnsureImageExists. */
  prepare(container: string): void {
    const host = this.#host;
    const run = host.get(container);
    if (run === undefined) return;
    const present = host.hasImage(run.image);
    const policy = pullPolicy(run.image, run.spec.imagePullPolicy);
    if (policy === 'Never' && !present) {
      this.#failed(run, 'ErrImageNeverPull', `Container image "${run.image}" is not present with pull policy of Never`);
    } else if (present && policy !== 'Always') {
      host.event('Normal', 'Pulled', `Container image "${run.image}" already present on machine and can be accessed by the pod`);
      host.step('start', container);
    } else {
      host.event('Normal', 'Pulling', `Pulling image "${run.image}"`);
      this.#begunMs.set(container, host.nowMs);
      host.step('pull', container, present ? 0 : host.pullMs(run.image));
    }
  }

  /** End of a pull. */
  pulled(container: string): void {
    const host = this.#host;
    const run = host.get(container);
    if (run === undefined) return;
    if (isMissingImage(run.image)) {
      const error = pullError(run.image);
      host.event('Warning', 'Failed', `Failed to pull image "${run.image}": ${error}`);
      this.#failed(run, 'ErrImagePull', error);
      return;
    }
    const took = goDuration(host.nowMs - (this.#begunMs.get(container) ?? host.nowMs));
    const size = imageSizeBytes(run.image);
    const message = `Successfully pulled image "${run.image}" in ${took} (${took} including waiting). Image size: ${size} bytes.`;
    host.event('Normal', 'Pulled', message);
    host.addImage(run.image);
    host.set({ ...run, pullFailures: 0 });
    host.step('start', container);
  }

  /** A failed pull is reported as backed off, and tried again after a delay that doubles. */
  backedOff(container: string): void {
    const host = this.#host;
    const run = host.get(container);
    if (run?.state.kind !== 'waiting') return;
    const { crashLoopBackoffMs, syncMs } = host.timings;
    const backoffMs = nextBackoff(crashLoopBackoffMs * 2 ** Math.min(10, run.pullFailures - 2), crashLoopBackoffMs);
    if (run.state.reason === 'ErrImagePull') {
      host.event('Normal', 'BackOff', `Back-off pulling image "${run.image}"`);
      host.event('Warning', 'Failed', 'Error: ImagePullBackOff');
      const message = `Back-off pulling image "${run.image}": ErrImagePull: ${run.state.message ?? ''}`;
      host.set({ ...run, state: { kind: 'waiting', reason: 'ImagePullBackOff', message } });
      host.report();
    }
    host.step('pullRetry', container, Math.max(MIN_BACKOFF_MS, backoffMs - syncMs));
  }

  #failed(run: ContainerRun, reason: string, message: string): void {
    const host = this.#host;
    host.event('Warning', 'Failed', `Error: ${reason}`);
    const last = run.state.kind === 'terminated' ? run.state : run.last;
    host.set({ ...run, last, pullFailures: run.pullFailures + 1, state: { kind: 'waiting', reason, message } });
    host.report();
    host.step('pullBackoff', run.name);
  }
}
