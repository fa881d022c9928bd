import { isRecord } from '#shared/core/json.ts';
import type { Job, JobSpec } from '#shared/kube/kinds.ts';
import type { PodTemplateSpec } from '#shared/kube/types.ts';
import type { WorkloadScenario } from './scenario.ts';
import type { TimelineEntry } from './timeline.ts';

type Spec = Partial<JobSpec>;

/** A number that follows a word in a step's description. */
function numberAfter(text: string, word: string): number | undefined {
  const found = new RegExp(`\\b${word} (\\d+)`).exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** What a description says of the back-off, deadlines and limits. */
function limitsIn(text: string): Spec {
  const spec: Record<string, unknown> = {};
  const names = ['backoffLimit', 'backoffLimitPerIndex', 'maxFailedIndexes', 'activeDeadlineSeconds', 'ttlSecondsAfterFinished'];
  for (const name of names) {
    const value = numberAfter(text, name);
    if (value !== undefined) spec[name] = value;
  }
  const replacement = /podReplacementPolicy (\w+)/.exec(text)?.[1];
  if (replacement !== undefined) spec.podReplacementPolicy = replacement;
  return spec as Spec;
}

/** What a description says of the failure and success policies. */
function policiesIn(text: string): Spec {
  const failure = /\b(FailJob|Count|Ignore|FailIndex) on (?:exit code (\d+)|(?:condition )?([A-Z]\w+))/.exec(text);
  const spec: Record<string, unknown> = {};
  if (failure !== null) {
    const [, action, code, type] = failure;
    const rule =
      code === undefined
        ? { action, onPodConditions: [{ type, status: 'True' }] }
        : { action, onExitCodes: { operator: 'In', values: [Number(code)] } };
    spec.podFailurePolicy = { rules: [rule] };
    if (action === 'FailIndex') spec.backoffLimitPerIndex = numberAfter(text, 'backoffLimitPerIndex') ?? 1;
  }
  if (text.includes('successPolicy')) {
    const succeededIndexes = /succeededIndexes ([\d,-]+)/.exec(text)?.[1];
    const succeededCount = numberAfter(text, 'succeededCount');
    const rule = {
      ...(succeededIndexes === undefined ? {} : { succeededIndexes }),
      ...(succeededCount === undefined ? {} : { succeededCount }),
    };
    spec.successPolicy = { rules: [rule] };
  }
  return spec as Spec;
}

/** Annotations for the fake kubelet: those of the example pod, else as the first pod's life tells. */
function annotationsOf(scenario: WorkloadScenario, first: readonly TimelineEntry[], text: string): Record<string, string> {
  const stored = scenario.examplePod?.metadata.annotations;
  if (stored !== undefined) {
    return Object.fromEntries(Object.entries(stored).filter(([name]) => name.startsWith('lab/')));
  }
  const started = first.find(({ phase }) => phase === 'Running');
  const ended = first.find(({ obj, phase, restarts }) => obj === started?.obj && (restarts === 1 || isOver(phase)));
  if (started === undefined || ended === undefined) {
    const seconds = /pods run (\d+) s/.exec(text)?.[1];
    return seconds === undefined ? {} : { 'lab/run': seconds };
  }
  const run = Math.round(((ended.t ?? 0) - (started.t ?? 0)) * 2) / 2;
  const failed = ended.phase !== 'Succeeded';
  return { 'lab/run': String(run), ...(failed ? { 'lab/exit': /exits (\d+)/.exec(text)?.[1] ?? '1' } : {}) };
}

function isOver(phase: unknown): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** The Job of a captured scenario, put together from what its first step says and shows. */
export function jobOf(scenario: WorkloadScenario): Job {
  const { step: text = '', timeline = [] } = scenario.steps[0] ?? {};
  const created = timeline.find(({ obj, op }) => obj.startsWith('jobs/') && op === 'ADDED');
  const indexed = timeline.some((entry) => entry['job-completion-index'] !== undefined) || text.includes('Indexed');
  const template: PodTemplateSpec = {
    metadata: { annotations: annotationsOf(scenario, timeline, text) },
    spec: {
      restartPolicy: text.includes('OnFailure') ? 'OnFailure' : 'Never',
      containers: [{ name: 'app', image: 'registry.example/app:v1' }],
    },
  };
  const spec: JobSpec = {
    ...(isRecord(created?.spec) ? created.spec : {}),
    ...(indexed ? { completionMode: 'Indexed' } : {}),
    ...limitsIn(text),
    ...policiesIn(text),
    template,
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: created?.obj.slice('jobs/'.length) ?? 'work' },
    spec,
    status: {},
  };
}
