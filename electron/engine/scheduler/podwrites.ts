import { compareStrings } from '#shared/core/compare.ts';
import { setCondition } from '#shared/kube/conditions.ts';
import type { Pod, PodCondition } from '#shared/kube/types.ts';
import type { Client, ComponentContext, EventRecorder, Lister } from '../client/types.ts';
import type { PreemptionCandidate } from './framework/plugin.ts';
import type { PodInfo } from './framework/podinfo.ts';

/** Longest note of an event, in characters. */
const maxEventNote = 1024;

/** Cuts a text to what an event may hold. Models pkg/scheduler truncateMessage. */
export function truncateNote(text: string): string {
  return text.length <= maxEventNote ? text : `${text.slice(0, maxEventNote - 4)} ...`;
}

/** The scheduler's writes to pods: conditions, nominations, evictions. Each goes through the API; a refused one is dropped, since the pod is gone. */
export class PodWriter {
  readonly #ctx: ComponentContext;
  readonly #client: Client;
  /** Events come from the profile that had the pod, not from the process. */
  readonly #recorders = new Map<string, EventRecorder>();
  readonly #pods: Lister<Pod>;

  constructor(ctx: ComponentContext, client: Client) {
    this.#ctx = ctx;
    this.#client = client;
    this.#pods = ctx.informer('Pod').lister;
  }

  /** Latest version of a pod, if it is still the same one. */
  latest(pod: Pod): Pod | undefined {
    const found = this.#pods.get(pod.metadata.namespace ?? '', pod.metadata.name);
    return found?.metadata.uid === pod.metadata.uid ? found : undefined;
  }

  #events(pod: Pod): EventRecorder {
    const profile = pod.spec.schedulerName ?? 'default-scheduler';
    const known = this.#recorders.get(profile) ?? this.#ctx.recorder(profile, 'events');
    this.#recorders.set(profile, known);
    return known;
  }

  scheduled(pod: Pod, node: string): void {
    this.#events(pod).event(
      pod,
      'Normal',
      'Scheduled',
      `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${node}`,
      { action: 'Binding' },
    );
  }

  failed(pod: Pod, message: string): void {
    this.#events(pod).event(pod, 'Warning', 'FailedScheduling', truncateNote(message), { action: 'Scheduling' });
  }

  /** PodScheduled=False and, unless undefined, the nominated node ('' clears it). Writes only what differs. */
  reportFailure(pod: Pod, reason: string, message: string, nominatedNode: string | undefined): void {
    const condition: PodCondition = { type: 'PodScheduled', status: 'False', reason, message };
    this.#updateStatus(pod, condition, nominatedNode);
  }

  #updateStatus(pod: Pod, condition: PodCondition | undefined, nominatedNode: string | undefined): boolean {
    const current = this.latest(pod);
    if (current === undefined) return false;
    const status = current.status ?? {};
    const generation = current.metadata.generation;
    const full =
      condition === undefined
        ? undefined
        : { ...condition, ...(generation === undefined ? {} : { observedGeneration: generation }) };
    const conditions =
      full === undefined ? status.conditions : setCondition(status.conditions, full, this.#ctx.clock.timestamp());
    const nominated = nominatedNode === undefined ? status.nominatedNodeName : nominatedNode === '' ? undefined : nominatedNode;
    if (conditions === status.conditions && nominated === status.nominatedNodeName) return true;
    const { nominatedNodeName: _old, ...rest } = status;
    const next: Pod = {
      ...current,
      status: {
        ...rest,
        ...(conditions === undefined ? {} : { conditions: [...conditions] }),
        ...(nominated ? { nominatedNodeName: nominated } : {}),
      },
    };
    return this.#client.updateStatus(next).ok;
  }

  /** Takes back the nominations of pods that have to give way. */
  clearNominations(pods: readonly PodInfo[]): void {
    for (const { pod } of pods.toSorted((a, b) => compareStrings(a.key, b.key))) this.#updateStatus(pod, undefined, '');
  }

  /** Evicts the victims of a preemption: condition, delete, event. Pods that are leaving already are left alone. Models preemption prepareCandidate. */
  evict(preemptor: Pod, candidate: PreemptionCandidate): void {
    const scheduler = preemptor.spec.schedulerName ?? 'default-scheduler';
    for (const victim of candidate.victims) {
      const pod = this.latest(victim.pod);
      if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
      const message = `${scheduler}: preempting to accommodate a higher priority pod`;
      this.#updateStatus(pod, { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message }, undefined);
      const ref = { kind: 'Pod', namespace: pod.metadata.namespace ?? '', name: pod.metadata.name };
      const options = pod.metadata.uid === undefined ? {} : { preconditions: { uid: pod.metadata.uid } };
      if (!this.#client.delete(ref, options).ok) continue;
      const text = `Preempted by pod ${preemptor.metadata.uid} on node ${candidate.node}`;
      this.#events(preemptor).event(pod, 'Normal', 'Preempted', text, { action: 'Preempting', related: preemptor });
    }
  }
}
