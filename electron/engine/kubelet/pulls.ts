import { goDuration } from '#shared/kube/goDuration.ts';
import type { ContainerRun } from './containers.ts';
import { imageNameError, imageSizeBytes, isMissingImage, pullError, pullPolicy } from './images.ts';
import type { PodRun } from './podRun.ts';
import { MIN_BACKOFF_MS, nextBackoff } from './stages.ts';

/** Images of one pod's containers: present, pulled, not to be had. Models kubelet imageManager. */
export class ImagePulls {
  readonly #run: PodRun;
  /** Goes on with a container whose image is there. */
  readonly #create: (container: string) => void;
  /** When each container's pull began. */
  #begunMs: Map<string, number> | undefined;

  constructor(run: PodRun, create: (container: string) => void) {
    this.#run = run;
    this.#create = create;
  }

  /** Makes sure of the image, then creates the container. Models EnsureImageExists. */
  prepare(container: string): void {
    const run = this.#run.get(container);
    if (run === undefined) return;
    const { host } = this.#run;
    const invalid = imageNameError(run.image);
    if (invalid !== undefined) {
      const message = `Failed to apply default image tag "${run.image}": ${invalid}`;
      this.#run.containerEvent(run, 'Warning', 'InspectFailed', message);
      this.#failed(run, 'InvalidImageName', message);
      return;
    }
    const present = host.hasImage(run.image);
    const policy = pullPolicy(run.image, run.spec.imagePullPolicy);
    if (policy === 'Never' && !present) {
      const message = `Container image "${run.image}" is not present with pull policy of Never`;
      this.#run.containerEvent(run, 'Warning', 'ErrImageNeverPull', message);
      this.#failed(run, 'ErrImageNeverPull', message);
    } else if (present && policy !== 'Always') {
      const message = `Container image "${run.image}" already present on machine and can be accessed by the pod`;
      this.#run.containerEvent(run, 'Normal', 'Pulled', message);
      this.#create(container);
    } else {
      this.#run.containerEvent(run, 'Normal', 'Pulling', `Pulling image "${run.image}"`);
      this.#begunMs ??= new Map();
      this.#begunMs.set(container, this.#run.nowMs);
      this.#run.step('pull', container, present ? 0 : host.pullMs(run.image));
    }
  }

  /** End of a pull. */
  pulled(container: string): void {
    const run = this.#run.get(container);
    if (run === undefined) return;
    const begunMs = this.#begunMs?.get(container) ?? this.#run.nowMs;
    this.#begunMs?.delete(container);
    if (isMissingImage(run.image)) {
      const error = pullError(run.image);
      this.#run.containerEvent(run, 'Warning', 'Failed', `Failed to pull image "${run.image}": ${error}`);
      this.#failed(run, 'ErrImagePull', error);
      return;
    }
    const took = goDuration(this.#run.nowMs - begunMs);
    const size = imageSizeBytes(run.image);
    const message = `Successfully pulled image "${run.image}" in ${took} (${took} including waiting). Image size: ${size} bytes.`;
    this.#run.containerEvent(run, 'Normal', 'Pulled', message);
    this.#run.host.addImage(run.image);
    if (run.pullFailures > 0) this.#run.set({ ...run, pullFailures: 0 });
    this.#create(container);
  }

  /** A failed pull is reported as backed off, and tried again after a delay that doubles. */
  backedOff(container: string): void {
    const run = this.#run.get(container);
    if (run?.state.kind !== 'waiting') return;
    const { crashLoopBackoffMs, syncMs } = this.#run.timings;
    const backoffMs = nextBackoff(crashLoopBackoffMs * 2 ** Math.min(10, run.pullFailures - 2), crashLoopBackoffMs);
    if (run.state.reason === 'ErrImagePull') {
      this.#run.containerEvent(run, 'Normal', 'BackOff', `Back-off pulling image "${run.image}"`);
      this.#run.containerEvent(run, 'Warning', 'Failed', 'Error: ImagePullBackOff');
      const message = `Back-off pulling image "${run.image}": ErrImagePull: ${run.state.message ?? ''}`;
      this.#run.set({ ...run, state: { kind: 'waiting', reason: 'ImagePullBackOff', message } });
      this.#run.report();
    }
    this.#run.step('pullRetry', container, Math.max(MIN_BACKOFF_MS, backoffMs - syncMs));
  }

  #failed(run: ContainerRun, reason: string, message: string): void {
    this.#run.containerEvent(run, 'Warning', 'Failed', `Error: ${reason}`);
    const last = run.state.kind === 'terminated' ? run.state : run.last;
    this.#run.set({ ...run, last, pullFailures: run.pullFailures + 1, state: { kind: 'waiting', reason, message } });
    this.#run.report();
    // Only pulls back off; the rest is looked at again with each sync.
    this.#run.step(reason === 'ErrImagePull' ? 'pullBackoff' : 'retry', run.name);
  }
}
