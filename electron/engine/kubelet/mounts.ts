import { type ClaimSource, claimErrors } from './claims.ts';
import { type ConfigSource, missingPullSecrets, mountErrors } from './environment.ts';
import type { PodRun } from './podRun.ts';

/** Delays between two tries to mount a volume. Models pkg/util/goroutinemap/exponentialbackoff. */
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 122_000;
/** How long one sync waits for all volumes. Models volumemanager podAttachAndMountTimeout. */
const TIMEOUT_MS = 123_000;

/** Volumes of one pod: it gets no sandbox before all are mounted. Models volumemanager WaitForAttachAndMount. */
export class PodMounts {
  readonly #run: PodRun;
  readonly #source: ConfigSource;
  readonly #claims: ClaimSource;
  readonly #mounted: () => void;
  #retryMs = FIRST_RETRY_MS;

  /** `mounted` is called when the volumes are there after they were not. */
  constructor(run: PodRun, source: ConfigSource, claims: ClaimSource, mounted: () => void) {
    this.#run = run;
    this.#source = source;
    this.#claims = claims;
    this.#mounted = mounted;
  }

  /** Whether the sandbox may be made; otherwise the volumes are tried again. */
  ready(): boolean {
    if (this.#run.pod.spec.volumes === undefined) return true;
    if (!this.#claimsReady()) return false;
    const errors = mountErrors(this.#run.pod, this.#source);
    if (errors.length === 0) {
      this.#run.timers.cancel('mountTimeout', '');
      return true;
    }
    for (const { volume, message } of errors)
      this.#run.event('Warning', 'FailedMount', `MountVolume.SetUp failed for volume "${volume}" : ${message}`);
    this.#tryAgain();
    if (!this.#run.timers.has('mountTimeout', '')) this.#run.step('mountTimeout', '', TIMEOUT_MS);
    return false;
  }

  /** A claim without a volume ends the wait at once; the next one begins after the delay. */
  #claimsReady(): boolean {
    const errors = claimErrors(this.#run.pod, this.#claims);
    if (errors.length === 0) return true;
    const names = errors.map((error) => error.volume).join(' ');
    const why = errors.map((error) => error.message).join('; ');
    const message = `Unable to attach or mount volumes: unmounted volumes=[${names}], unattached volumes=[], failed to process volumes=[${names}]: ${why}`;
    this.#run.event('Warning', 'FailedMount', message);
    this.#tryAgain();
    return false;
  }

  #tryAgain(): void {
    this.#run.step('mount', '', this.#retryMs);
    this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2);
  }

  /** Says which pull secrets are not there; pulls are tried all the same. Models getPullSecretsForPod. */
  checkPullSecrets(): void {
    const missing = missingPullSecrets(this.#run.pod, this.#source);
    if (missing.length === 0) return;
    const message = `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`;
    this.#run.event('Warning', 'FailedToRetrieveImagePullSecret', message);
  }

  /** Another try is due. */
  retry(): void {
    this.#mounted();
  }

  /** One sync has waited for too long: said once for each such wait. */
  timedOut(): void {
    const errors = mountErrors(this.#run.pod, this.#source);
    if (errors.length === 0) return;
    const names = errors.map((error) => error.volume).join(' ');
    const message = `Unable to attach or mount volumes: unmounted volumes=[${names}], unattached volumes=[], failed to process volumes=[]: context deadline exceeded`;
    this.#run.event('Warning', 'FailedMount', message);
    this.#run.step('mountTimeout', '', TIMEOUT_MS);
  }
}
