import type { AnyObject } from '#shared/kube/types.ts';
import type { FormKind } from '../../store/view.ts';
import { type PodDraft, specOfDraft, toRecord } from './drafts.ts';

/** What the form of a workload holds; each kind uses its part. Numbers as typed; '' leaves the API server's default. */
export interface WorkloadDraft {
  kind: FormKind;
  pod: PodDraft;
  replicas: string;
  podManagementPolicy: 'OrderedReady' | 'Parallel';
  partition: string;
  /** Size of a claim for each pod (`1Gi`); '' for none. */
  claim: string;
  /** Number or percentage; for a DaemonSet. */
  maxUnavailable: string;
  maxSurge: string;
  updateStrategy: 'RollingUpdate' | 'OnDelete';
  completions: string;
  parallelism: string;
  completionMode: 'NonIndexed' | 'Indexed';
  backoffLimit: string;
  ttl: string;
  /** How long the simulated program of a Job runs, in seconds, and how it ends. */
  runSeconds: string;
  exitCode: string;
  schedule: string;
  timeZone: string;
  concurrencyPolicy: 'Allow' | 'Forbid' | 'Replace';
}

/** A draft with values that show what the kind does. */
export function emptyWorkloadDraft(kind: FormKind, pod: PodDraft): WorkloadDraft {
  return {
    kind,
    pod,
    replicas: '3',
    podManagementPolicy: 'OrderedReady',
    partition: '',
    claim: '',
    maxUnavailable: '',
    maxSurge: '',
    updateStrategy: 'RollingUpdate',
    completions: kind === 'Job' ? '4' : '',
    parallelism: kind === 'Job' ? '2' : '',
    completionMode: 'NonIndexed',
    backoffLimit: '',
    ttl: '',
    runSeconds: '20',
    exitCode: '0',
    schedule: '*/5 * * * *',
    timeZone: '',
    concurrencyPolicy: 'Allow',
  };
}

function number(text: string): number | undefined {
  return /^-?\d+$/.test(text.trim()) ? Number(text) : undefined;
}

function intOrPercent(text: string): number | string | undefined {
  const trimmed = text.trim();
  return trimmed === '' ? undefined : (number(trimmed) ?? trimmed);
}

/** The object without the fields that are undefined or empty objects. */
function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function template(draft: WorkloadDraft, labels: Record<string, string>, extra: Record<string, unknown> = {}): object {
  return { metadata: { labels }, spec: { ...specOfDraft(draft.pod), ...extra } };
}

function statefulSpec(draft: WorkloadDraft, name: string, labels: Record<string, string>): Record<string, unknown> {
  const partition = number(draft.partition);
  const claim = draft.claim.trim();
  const volume = { name: 'data', mountPath: '/data' };
  const spec = specOfDraft(draft.pod);
  const [container] = spec.containers as object[];
  return {
    replicas: number(draft.replicas),
    serviceName: name,
    selector: { matchLabels: { app: name } },
    podManagementPolicy: draft.podManagementPolicy,
    updateStrategy:
      draft.updateStrategy === 'OnDelete'
        ? { type: 'OnDelete' }
        : partition === undefined
          ? undefined
          : { type: 'RollingUpdate', rollingUpdate: { partition } },
    template:
      claim === ''
        ? template(draft, labels)
        : template(draft, labels, { containers: [{ ...container, volumeMounts: [volume] }] }),
    volumeClaimTemplates:
      claim === ''
        ? undefined
        : [
            {
              metadata: { name: 'data' },
              spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: claim } } },
            },
          ],
  };
}

function daemonSpec(draft: WorkloadDraft, name: string, labels: Record<string, string>): Record<string, unknown> {
  const rolling = given({ maxSurge: intOrPercent(draft.maxSurge), maxUnavailable: intOrPercent(draft.maxUnavailable) });
  return {
    selector: { matchLabels: { app: name } },
    updateStrategy:
      draft.updateStrategy === 'OnDelete'
        ? { type: 'OnDelete' }
        : rolling === undefined
          ? undefined
          : { type: 'RollingUpdate', rollingUpdate: rolling },
    template: template(draft, labels),
  };
}

/** Annotations that make the simulated program of a Job's pod end. */
function program(draft: WorkloadDraft): Record<string, string> {
  const annotations: Record<string, string> = { 'stowage.dev/run-seconds': draft.runSeconds.trim() || '0' };
  if (draft.exitCode.trim() !== '' && draft.exitCode.trim() !== '0') annotations['stowage.dev/exit-code'] = draft.exitCode.trim();
  return annotations;
}

function jobSpec(draft: WorkloadDraft, labels: Record<string, string>): Record<string, unknown> {
  return {
    completions: number(draft.completions),
    parallelism: number(draft.parallelism),
    completionMode: draft.completionMode === 'Indexed' ? 'Indexed' : undefined,
    backoffLimit: number(draft.backoffLimit),
    ttlSecondsAfterFinished: number(draft.ttl),
    template: {
      metadata: { labels, annotations: program(draft) },
      spec: { ...specOfDraft(draft.pod), restartPolicy: 'Never' },
    },
  };
}

function specOf(draft: WorkloadDraft, name: string, labels: Record<string, string>): Record<string, unknown> {
  switch (draft.kind) {
    case 'StatefulSet':
      return statefulSpec(draft, name, labels);
    case 'DaemonSet':
      return daemonSpec(draft, name, labels);
    case 'Job':
      return jobSpec(draft, labels);
    case 'CronJob':
      return {
        schedule: draft.schedule.trim(),
        timeZone: draft.timeZone.trim() || undefined,
        concurrencyPolicy: draft.concurrencyPolicy,
        jobTemplate: { spec: given(jobSpec(draft, labels)) },
      };
  }
}

/** The object a draft describes; its pods carry `app: NAME` beside their own labels. */
export function workloadOfDraft(draft: WorkloadDraft): AnyObject {
  const name = draft.pod.name.trim();
  const labels = { app: name, ...toRecord(draft.pod.labels) };
  return {
    apiVersion: draft.kind === 'Job' || draft.kind === 'CronJob' ? 'batch/v1' : 'apps/v1',
    kind: draft.kind,
    metadata: { name, namespace: draft.pod.namespace, labels: { app: name } },
    spec: given(specOf(draft, name, labels)),
  };
}
