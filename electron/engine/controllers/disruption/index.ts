import { ok } from '#shared/core/result.ts';
import { podCondition, setCondition } from '#shared/kube/conditions.ts';
import { matchLabelSelector } from '#shared/kube/labels.ts';
import { isTerminal } from '#shared/kube/pod.ts';
import type { Pod, PodDisruptionBudget } from '#shared/kube/types.ts';
import type { ApiResult, Component, ComponentContext } from '../../client/types.ts';
import { goSelector } from '../common/goSelector.ts';
import { queueKey, splitKey } from '../common/keys.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { countsDiffer } from '../common/podChange.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';
import { sameStatus } from '../common/same.ts';
import { expectationOf, type Find } from './expected.ts';
import { type BudgetStatus, budgetStatus, countHealthy, disruptedPods, failedStatus } from './status.ts';

const NAME = 'disruption-controller';
/** Event source of upstream's disruption controller. */
const SOURCE = 'controllermanager';
/** How long a pod may be marked as about to be disrupted without being deleted. Models stalePodDisruptionTimeout. */
const STALE_MS = 120_000;
const STALE_PREFIX = 'stale:';

/** Keeps the status of PodDisruptionBudgets and takes back stale DisruptionTarget conditions. Models pkg/controller/disruption. */
export function createDisruptionController(ctx: ComponentContext): Component {
  const client = ctx.client(NAME);
  const recorder = ctx.recorder(SOURCE);
  const budgets = ctx.informer('PodDisruptionBudget');
  const pods = ctx.informer('Pod');
  const find: Find = (kind, namespace, name) => ctx.informer(kind).lister.get(namespace, name);

  const write = (budget: PodDisruptionBudget, status: BudgetStatus): ApiResult<null> => {
    if (sameStatus(budget.status, status)) return ok(null);
    const written = client.updateStatus({ ...budget, status });
    return written.ok ? ok(null) : written;
  };

  const sync = (key: string, budget: PodDisruptionBudget): boolean => {
    const { namespace = '' } = budget.metadata;
    const { selector } = budget.spec;
    const own = pods.lister.select(namespace, selector);
    if (own.length === 0) recorder.event(budget, 'Normal', 'NoPods', 'No matching pods found');
    const expectation = expectationOf(budget, own, find);
    if (!expectation.ok) {
      const message = `Failed to calculate the number of expected pods: ${expectation.error}`;
      recorder.event(budget, 'Warning', 'CalculateExpectedPodCountFailed', message);
      write(budget, failedStatus(budget, expectation.error, ctx.clock.timestamp()));
      return false;
    }
    if (expectation.value.unmanaged.length > 0) recorder.event(budget, 'Warning', 'UnmanagedPods', unmanagedText(budget));
    const disrupted = disruptedPods(budget, own, ctx.clock);
    for (const pod of disrupted.overdue) {
      const message = `Pod was expected by PDB ${namespace}/${budget.metadata.name} to be deleted but it wasn't`;
      recorder.event(pod, 'Warning', 'NotDeleted', message);
    }
    const healthy = countHealthy(own, disrupted.pods);
    const status = budgetStatus(budget, expectation.value, healthy, disrupted.pods, ctx.clock.timestamp());
    if (!write(budget, status).ok) return false;
    // One millisecond later the pod is overdue, not just due.
    if (disrupted.recheckMs !== undefined) queue.addAfter(key, disrupted.recheckMs + 1, { background: true });
    return true;
  };

  /** Takes the mark off a pod that nobody deleted after all. Models syncStalePodDisruption. */
  const clearStale = (pod: Pod): boolean => {
    const left = staleInMs(pod);
    if (left === undefined) return true;
    if (left > 0) {
      queue.addAfter(STALE_PREFIX + queueKey(pod), left, { background: true });
      return true;
    }
    const now = ctx.clock.timestamp();
    const conditions = [
      ...setCondition(pod.status.conditions, { type: 'DisruptionTarget', status: 'False', lastTransitionTime: now }, now),
    ];
    const written = client.updateStatus({ ...pod, status: { ...pod.status, conditions } });
    return written.ok || written.error.reason === 'NotFound';
  };

  const staleInMs = (pod: Pod): number | undefined => {
    if (pod.metadata.deletionTimestamp !== undefined || isTerminal(pod)) return undefined;
    const mark = podCondition(pod, 'DisruptionTarget');
    // What the kubelet marks may take any time before the pod is deleted.
    if (mark?.status !== 'True' || mark.reason === 'TerminationByKubelet') return undefined;
    return ctx.clock.parseMs(mark.lastTransitionTime ?? '') + STALE_MS - ctx.clock.nowMs;
  };

  const queue = controllerQueue(ctx, NAME, (key) => {
    const stale = key.startsWith(STALE_PREFIX);
    const { namespace, name } = splitKey(stale ? key.slice(STALE_PREFIX.length) : key);
    const done = stale ? processStale(namespace, name) : processBudget(key, namespace, name);
    if (done) retries.forget(key);
    else retries.failed(key);
  });
  const processStale = (namespace: string, name: string): boolean => {
    const pod = pods.lister.get(namespace, name);
    return pod === undefined || clearStale(pod);
  };
  const processBudget = (key: string, namespace: string, name: string): boolean => {
    const budget = budgets.lister.get(namespace, name);
    return budget === undefined || sync(key, budget);
  };
  const retries = retrying(queue);

  const enqueueBudgetsOf = (pod: Pod) => {
    for (const budget of budgets.lister.list(pod.metadata.namespace)) {
      if (matchLabelSelector(budget.spec.selector, pod.metadata.labels)) queue.add(queueKey(budget));
    }
  };
  const watchMark = (pod: Pod) => {
    const left = staleInMs(pod);
    if (left !== undefined) queue.addAfter(STALE_PREFIX + queueKey(pod), left, { background: true });
  };
  return lifecycle(NAME, queue, () => [
    budgets.subscribe(
      { onAdd: (budget) => queue.add(queueKey(budget)), onUpdate: (_before, after) => queue.add(queueKey(after)) },
      { replay: true },
    ),
    pods.subscribe(
      {
        onAdd: (pod) => {
          enqueueBudgetsOf(pod);
          watchMark(pod);
        },
        onUpdate: (before, after) => {
          watchMark(after);
          if (!countsDiffer(before, after)) return;
          if (before.metadata.labels !== after.metadata.labels) enqueueBudgetsOf(before);
          enqueueBudgetsOf(after);
        },
        onDelete: enqueueBudgetsOf,
      },
      { replay: true },
    ),
  ]);
}

function unmanagedText(budget: PodDisruptionBudget): string {
  const pods = `Pods selected by this PodDisruptionBudget (selector: ${goSelector(budget.spec.selector)}) were found to be unmanaged.`;
  const result = 'As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior.';
  return `${pods} ${result} To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
}
