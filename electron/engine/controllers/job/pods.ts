import { compareStrings } from '#shared/core/compare.ts';
import { isPodReady, podCondition } from '#shared/kube/conditions.ts';
import type { Job } from '#shared/kube/kinds.ts';
import { controllerReference } from '#shared/kube/pod.ts';
import type { Container, Pod, PodSpec } from '#shared/kube/types.ts';
import { completionIndex, INDEX, isIndexed } from './indexes.ts';
import { judgeFailure } from './policies.ts';

/** Keeps a pod until the Job has counted it. */
export const TRACKING = 'batch.kubernetes.io/job-tracking';
export const FAILURES = 'batch.kubernetes.io/job-index-failure-count';
export const IGNORED_FAILURES = 'batch.kubernetes.io/job-index-ignored-failure-count';
const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';
const MAX_PREFIX = 58;
const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** Whether the Job has not counted the pod yet. */
export function isTracked(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(TRACKING) ?? false;
}

/** Copy of the pod that the Job no longer holds. */
export function untracked(pod: Pod): Pod {
  const finalizers = (pod.metadata.finalizers ?? []).filter((one) => one !== TRACKING);
  const { finalizers: _old, ...metadata } = pod.metadata;
  return { ...pod, metadata: finalizers.length === 0 ? metadata : { ...metadata, finalizers } };
}

/** Copy of the pod that the Job holds until it is counted. */
export function tracked(pod: Pod): Pod {
  if (isTracked(pod)) return pod;
  return { ...pod, metadata: { ...pod.metadata, finalizers: [...(pod.metadata.finalizers ?? []), TRACKING] } };
}

/** Whether a Job waits for its pods to have ended before it replaces them. Models onlyReplaceFailedPods. */
export function waitsForEnd(job: Job): boolean {
  return job.spec.podReplacementPolicy === 'Failed' || job.spec.podFailurePolicy !== undefined;
}

export function hasEnded(pod: Pod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
}

/** Neither ended nor being deleted. Models controller.IsPodActive. */
export function isPodActive(pod: Pod): boolean {
  return !hasEnded(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** Being deleted, but still there. */
export function isTerminating(pod: Pod): boolean {
  return !hasEnded(pod) && pod.metadata.deletionTimestamp !== undefined;
}

/** Failed, or as good as failed because it is being deleted. Models isPodFailed. */
export function isFailed(pod: Pod, job: Job): boolean {
  if (pod.status.phase === 'Failed') return true;
  return !waitsForEnd(job) && pod.metadata.deletionTimestamp !== undefined && pod.status.phase !== 'Succeeded';
}

function countIn(pod: Pod, annotation: string): number {
  const text = pod.metadata.annotations?.[annotation];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : 0;
}

/** Counted failures of the pod's index before this pod. */
export function indexFailures(pod: Pod): number {
  return countIn(pod, FAILURES);
}

/** All failures of the pod's index before this pod. */
export function allIndexFailures(pod: Pod): number {
  return countIn(pod, FAILURES) + countIn(pod, IGNORED_FAILURES);
}

/** The counts a replacement carries on. Models getNewIndexFailureCounts. */
function failureAnnotations(job: Job, replaced: Pod | undefined): Record<string, string> {
  if (replaced === undefined) return { [FAILURES]: '0' };
  const { counted } = judgeFailure(job, replaced);
  const ignored = countIn(replaced, IGNORED_FAILURES) + (counted ? 0 : 1);
  return {
    [FAILURES]: String(countIn(replaced, FAILURES) + (counted ? 1 : 0)),
    ...(ignored > 0 ? { [IGNORED_FAILURES]: String(ignored) } : {}),
  };
}

function withIndexVariable(container: Container): Container {
  if (container.env?.some(({ name }) => name === INDEX_VARIABLE)) return container;
  const fieldRef = { fieldPath: `metadata.labels['${INDEX}']` };
  return { ...container, env: [...(container.env ?? []), { name: INDEX_VARIABLE, valueFrom: { fieldRef } }] };
}

/** Prefix of the names of pods of an index; a long Job name is cut. Models podGenerateNameWithIndex. */
function namePrefix(job: Job, index: number | undefined): string {
  if (index === undefined) return `${job.metadata.name}-`;
  const end = `-${index}-`;
  return job.metadata.name.slice(0, MAX_PREFIX - end.length) + end;
}

/** The pod a Job asks for; `replaced`: the failed pod of the same index whose counts it carries on. */
export function podOf(job: Job, index: number | undefined, replaced: Pod | undefined): Pod {
  const { metadata = {}, spec = { containers: [] } } = job.spec.template;
  const perIndex = index !== undefined && job.spec.backoffLimitPerIndex !== undefined;
  const annotations = {
    ...metadata.annotations,
    ...(index === undefined ? {} : { [INDEX]: String(index) }),
    ...(perIndex ? failureAnnotations(job, replaced) : {}),
  };
  const labels = { ...metadata.labels, ...(index === undefined ? {} : { [INDEX]: String(index) }) };
  return tracked({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      generateName: namePrefix(job, index),
      namespace: job.metadata.namespace ?? '',
      labels,
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ...(metadata.finalizers === undefined ? {} : { finalizers: metadata.finalizers }),
      ownerReferences: [controllerReference(job)],
    },
    spec: index === undefined ? spec : indexedSpec(job, spec, index),
    status: {},
  });
}

function indexedSpec(job: Job, spec: PodSpec, index: number): PodSpec {
  return {
    ...spec,
    hostname: `${job.metadata.name}-${index}`,
    containers: spec.containers.map(withIndexVariable),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(withIndexVariable) }),
  };
}

/** The pods to delete when there are `surplus` too many: double and impossible indexes first, then the least advanced. Models activePodsForRemoval. */
export function podsToRemove(job: Job, active: readonly Pod[], surplus: number): Pod[] {
  const removed: Pod[] = [];
  let left: Pod[] = [...active];
  if (isIndexed(job)) {
    const groups = new Map<number | undefined, Pod[]>();
    for (const pod of active) {
      const index = completionIndex(pod);
      const valid = index !== undefined && index < (job.spec.completions ?? 0) ? index : undefined;
      groups.set(valid, [...(groups.get(valid) ?? []), pod]);
    }
    left = [];
    const byIndex = [...groups].sort(([a], [b]) => (a ?? -1) - (b ?? -1));
    for (const [index, pods] of byIndex) {
      if (index === undefined) removed.push(...pods);
      else {
        const sorted = [...pods].sort(leastAdvanced);
        removed.push(...sorted.slice(0, -1));
        left.push(...sorted.slice(-1));
      }
    }
  }
  const more = Math.max(0, surplus - removed.length);
  return more === 0 ? removed : [...removed, ...left.sort(leastAdvanced).slice(0, more)];
}

/** Unplaced before placed, pending before running, unready before ready, younger before older. Models controller.ActivePods. */
function leastAdvanced(a: Pod, b: Pod): number {
  const [readyA, readyB] = [isPodReady(a), isPodReady(b)];
  const since = (pod: Pod): string => `${podCondition(pod, 'Ready')?.lastTransitionTime ?? ''}`;
  const restarts = (pod: Pod): number => Math.max(0, ...(pod.status.containerStatuses ?? []).map((one) => one.restartCount));
  return (
    Number(Boolean(a.spec.nodeName)) - Number(Boolean(b.spec.nodeName)) ||
    (PHASES[a.status.phase ?? ''] ?? 0) - (PHASES[b.status.phase ?? ''] ?? 0) ||
    Number(readyA) - Number(readyB) ||
    (readyA && readyB ? compareStrings(since(b), since(a)) : 0) ||
    restarts(b) - restarts(a) ||
    compareStrings(`${b.metadata.creationTimestamp ?? ''}`, `${a.metadata.creationTimestamp ?? ''}`) ||
    compareStrings(a.metadata.name, b.metadata.name)
  );
}
