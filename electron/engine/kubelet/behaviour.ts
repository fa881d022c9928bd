import type { Pod } from '#shared/kube/types.ts';
import type { ContainerRun } from './containers.ts';
import { imageTag } from './images.ts';
import { parseTimeline, type Timeline } from './timeline.ts';

/** Scenarios script the programs in a pod by annotations of this prefix; see scenarios/README.md. */
const PREFIX = 'stowage.dev/';
const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';
/** `"false"`: the pod is not ready from now on; `"true"`: it is. Acts at once, without thresholds, whatever the probes say. */
export const READY_ANNOTATION = `${PREFIX}ready`;

/** The three probes of a container. */
export type ProbeKind = 'startup' | 'liveness' | 'readiness';

/** Annotation that scripts a probe of a pod's main containers, or of one container. */
export function probeAnnotation(kind: ProbeKind, container?: string): string {
  return `${PREFIX}${kind}${container === undefined ? '' : `.${container}`}`;
}

/** How a hook goes: after so many milliseconds, well or not. */
export interface HookOutcome {
  afterMs: number;
  pass: boolean;
}

/**
 * What a scenario says of a program. Looked up for one container: `key-<index>.<container>`, `key.<container>`, `key-<index>`, `key`, where the
 * index is the pod's of an indexed Job; the two without a container's name count for main containers only.
 */
export class Behaviour {
  readonly #annotations: Readonly<Record<string, string>>;
  readonly #container: string;
  readonly #role: ContainerRun['role'];
  readonly #index: string | undefined;

  constructor(annotations: Readonly<Record<string, string>>, container: string, role: ContainerRun['role']) {
    this.#annotations = annotations;
    this.#container = container;
    this.#role = role;
    this.#index = annotations[COMPLETION_INDEX];
  }

  /** Milliseconds until the program ends by itself, undefined = it runs for ever. A run time alone means success, an exit code alone at once. */
  get runMs(): number | undefined {
    return this.#milliseconds('run-seconds') ?? (this.#exitCodes() === undefined ? undefined : 0);
  }

  /** Code of the end by itself. A list `1,1,0` is one code for each attempt; the last stays. */
  exitCode(attempt: number): number {
    const codes = this.#exitCodes() ?? [0];
    return codes[Math.min(attempt, codes.length - 1)] ?? 0;
  }

  /** Milliseconds from start until the program has used up its memory limit; undefined = never. */
  get oomMs(): number | undefined {
    return this.#milliseconds('oom-seconds');
  }

  /** Milliseconds from SIGTERM to its end; undefined = the cluster's setting. */
  get terminationMs(): number | undefined {
    return this.#milliseconds('termination-seconds');
  }

  /** Code after SIGTERM: 128 + 15 of a program without a handler unless told otherwise. */
  get stopExitCode(): number {
    return parseCode(this.#read('termination-exit-code')) ?? 143;
  }

  /** Words of a runtime that cannot create the container. */
  get createError(): string | undefined {
    return this.#read('create-error');
  }

  /** Words of a runtime that cannot start the container. */
  get startError(): string | undefined {
    return this.#read('start-error');
  }

  /** What the program leaves in its termination message file. */
  get terminationMessage(): string | undefined {
    return this.#read('termination-message');
  }

  /** Script of a hook: `pass`, `fail`, `pass@5s`, `fail@5s`. */
  hook(key: 'post-start' | 'pre-stop'): HookOutcome | undefined {
    const timeline = parseTimeline(this.#read(key));
    if (timeline === undefined) return undefined;
    const last = timeline[timeline.length - 1];
    return last === undefined ? undefined : { afterMs: last.fromMs, pass: last.outcome === 'pass' };
  }

  /** Script of a probe; undefined = it passes. */
  probe(kind: ProbeKind): Timeline | undefined {
    return parseTimeline(this.#read(kind));
  }

  #exitCodes(): number[] | undefined {
    const parts = this.#read('exit-code')?.split(',').map(parseCode);
    return parts === undefined || parts.length === 0 || parts.includes(undefined) ? undefined : (parts as number[]);
  }

  #milliseconds(key: string): number | undefined {
    const text = this.#read(key);
    return text === undefined || !/^\d+(\.\d+)?$/.test(text) ? undefined : Math.round(Number(text) * 1000);
  }

  #read(key: string): string | undefined {
    const all = this.#annotations;
    const name = this.#container;
    const own =
      (this.#index === undefined ? undefined : all[`${PREFIX}${key}-${this.#index}.${name}`]) ?? all[`${PREFIX}${key}.${name}`];
    if (own !== undefined || this.#role !== 'main') return own;
    return (this.#index === undefined ? undefined : all[`${PREFIX}${key}-${this.#index}`]) ?? all[`${PREFIX}${key}`];
  }
}

const NO_ANNOTATIONS: Readonly<Record<string, string>> = {};

/** Behaviour of a container of the pod. */
export function behaviourOf(pod: Pod, run: Pick<ContainerRun, 'name' | 'role'>): Behaviour {
  return new Behaviour(pod.metadata.annotations ?? NO_ANNOTATIONS, run.name, run.role);
}

/** What overrides the readiness of a container: the annotation, else an image tag that begins with `slow`, which never gets ready. */
export function forcedReadiness(pod: Pod, image: string): boolean | undefined {
  const told = pod.metadata.annotations?.[READY_ANNOTATION];
  if (told !== undefined) return told !== 'false';
  return imageTag(image).startsWith('slow') ? false : undefined;
}

function parseCode(text: string | undefined): number | undefined {
  const trimmed = text?.trim();
  return trimmed === undefined || !/^\d{1,3}$/.test(trimmed) ? undefined : Number(trimmed);
}
