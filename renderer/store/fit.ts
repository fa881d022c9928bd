import { type Amounts, podRequests } from '#shared/kube/pod.ts';
import type { ObjectKey, Pod } from '#shared/kube/types.ts';
import type { Attempt, Query } from '#shared/protocol/index.ts';
import { ask } from './actions.ts';
import { useCluster } from './cluster.ts';
import { draftPod } from './place.ts';
import { type FitView, refOfKey, useView } from './view.ts';

/** Shortest time between two questions about the same pod, in wall milliseconds. */
const PAUSE_MS = 200;

type FitQuery = Extract<Query, { type: 'fit' }>;

function subjectOf(): { subject: string; query: FitQuery; requests: Amounts } | null {
  const { drag, selection } = useView.getState();
  if (drag?.type === 'pod') {
    const pod = draftPod();
    return { subject: 'draft', query: { type: 'fit', pod }, requests: podRequests(pod as unknown as Pod) };
  }
  if (drag !== null) return null;
  const key: ObjectKey | undefined = selection.at(-1);
  const pod = key ? useCluster.getState().pods.get(key) : undefined;
  if (!key || !pod) return null;
  return { subject: key, query: { type: 'fit', pod: refOfKey(key) }, requests: podRequests(pod) };
}

/** Turns an attempt into what the cards look up. */
export function fitView(subject: string, attempt: Attempt, requests: Amounts): FitView {
  return {
    subject,
    attempt,
    requests,
    byNode: new Map(attempt.nodes.map((verdict) => [verdict.node, verdict])),
    best: new Set(attempt.best),
  };
}

/**
 * Keeps `view.fit` in step with the selected or dragged pod and with the cluster: asks anew when nodes or pods changed, at most every
 * PAUSE_MS. An answer for a pod that is no longer the subject is dropped.
 */
export function followFit(): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let askedAt = 0;
  let asking = false;
  let stale = false;

  const refresh = async (): Promise<void> => {
    timer = null;
    const wanted = subjectOf();
    if (!wanted) {
      if (useView.getState().fit) useView.setState({ fit: null });
      return;
    }
    if (asking) {
      stale = true;
      return;
    }
    asking = true;
    stale = false;
    askedAt = performance.now();
    const result = await ask(wanted.query);
    asking = false;
    if (subjectOf()?.subject === wanted.subject) {
      useView.setState({ fit: result.ok ? fitView(wanted.subject, result.value.attempt, wanted.requests) : null });
    }
    if (stale) schedule();
  };
  const schedule = (): void => {
    timer ??= setTimeout(() => void refresh(), Math.max(0, PAUSE_MS - (performance.now() - askedAt)));
  };
  const stopView = useView.subscribe((state, before) => {
    if (state.selection === before.selection && state.drag === before.drag && state.podPreset === before.podPreset) return;
    askedAt = 0;
    if (timer) clearTimeout(timer);
    timer = null;
    if (subjectOf()?.subject !== state.fit?.subject && state.fit) useView.setState({ fit: null });
    void refresh();
  });
  const stopCluster = useCluster.subscribe((state, before) => {
    if ((state.pods !== before.pods || state.nodes !== before.nodes) && subjectOf()) schedule();
  });
  return () => {
    stopView();
    stopCluster();
    if (timer) clearTimeout(timer);
  };
}
