import { addAmounts, readAmounts, sameAmounts, writeAmounts } from '#shared/kube/quota/amounts.ts';
import { countUsage, evaluatorOf, type QuotaClock } from '#shared/kube/quota/index.ts';
import { allKinds } from '#shared/kube/registry.ts';
import type { AnyObject, ResourceQuota } from '#shared/kube/types.ts';
import type { Component, ComponentContext } from '../../client/types.ts';
import { lifecycle } from '../common/lifecycle.ts';
import { controllerQueue } from '../common/queue.ts';
import { retrying } from '../common/retry.ts';

const NAME = 'resourcequota-controller';
/** Models --resource-quota-sync-period. */
const RESYNC_MS = 300_000;
const RESYNC = '*';
/** Speed of a count: what goes meanwhile is counted by the next one, so that a large namespace is not counted anew for each of many deletions. */
const OBJECTS_PER_MS = 100;

/**
 * Counts what quotas limit: when a quota is new or changed, when something that it counts is gone or over, and every five minutes.
 * Models pkg/controller/resourcequota with its quota monitor.
 */
export function createResourceQuotaController(ctx: ComponentContext): Component {
  const client = ctx.client(NAME);
  const quotas = ctx.informer('ResourceQuota');
  const counted = allKinds.flatMap((info) => {
    const evaluator = evaluatorOf(info);
    return evaluator === undefined ? [] : [{ evaluator, informer: ctx.informer(info.kind) }];
  });
  const listers = new Map(counted.map(({ evaluator, informer }) => [evaluator.kind, informer.lister]));
  const now = (): QuotaClock => ({ nowMs: ctx.clock.nowMs, parseMs: (text) => ctx.clock.parseMs(text) });

  const keyOf = (quota: ResourceQuota) => `${quota.metadata.namespace}/${quota.metadata.name}`;
  /** Until when the last count of a quota lasts, as it were. */
  const restUntil = new Map<string, number>();

  const sync = (quota: ResourceQuota): boolean => {
    const namespace = quota.metadata.namespace ?? '';
    let looked = 0;
    const list = (kind: string) => {
      const objects = (listers.get(kind)?.list(namespace) ?? []) as unknown as readonly AnyObject[];
      looked += objects.length;
      return objects;
    };
    const hard = readAmounts(quota.spec.hard);
    const before = readAmounts(quota.status?.used);
    const usage = countUsage(quota, list, now());
    restUntil.set(keyOf(quota), ctx.clock.nowMs + Math.floor(looked / OBJECTS_PER_MS));
    const kept = new Map([...before].filter(([name]) => hard.has(name) && !usage.has(name)));
    const used = addAmounts(kept, usage);
    const first = quota.status?.hard === undefined || quota.status.used === undefined;
    if (!first && sameAmounts(hard, readAmounts(quota.status.hard)) && sameAmounts(used, before)) return true;
    const status = { hard: writeAmounts(hard), used: writeAmounts(used) };
    const written = client.updateStatus({ ...quota, status });
    return written.ok || written.error.reason === 'NotFound';
  };

  const queue = controllerQueue(ctx, NAME, (key) => {
    if (key === RESYNC) {
      for (const quota of quotas.lister.list()) queue.add(keyOf(quota));
      queue.addAfter(RESYNC, RESYNC_MS, { background: true });
      return;
    }
    const [namespace = '', name = ''] = key.split('/');
    const quota = quotas.lister.get(namespace, name);
    if (quota === undefined) restUntil.delete(key);
    if (quota === undefined || sync(quota)) retries.forget(key);
    else retries.failed(key);
  });
  const retries = retrying(queue);

  /** Quotas of the namespace that count the kind. Models replenishQuota. */
  const replenish = (kind: string, namespace: string | undefined) => {
    const found = counted.find(({ evaluator }) => evaluator.kind === kind);
    for (const quota of found === undefined ? [] : quotas.lister.list(namespace ?? '')) {
      if (!found?.evaluator.matching(Object.keys(quota.status?.hard ?? {})).length) continue;
      const rest = (restUntil.get(keyOf(quota)) ?? 0) - ctx.clock.nowMs;
      if (rest > 0) queue.addAfter(keyOf(quota), rest);
      else queue.add(keyOf(quota));
    }
  };

  return lifecycle(NAME, queue, () => {
    queue.addAfter(RESYNC, RESYNC_MS, { background: true });
    return [
      quotas.subscribe(
        {
          onAdd: (quota) => queue.add(keyOf(quota)),
          onUpdate: (before, after) => {
            if (!sameAmounts(readAmounts(before.spec.hard), readAmounts(after.spec.hard))) queue.add(keyOf(after));
          },
        },
        { replay: true },
      ),
      ...counted.map(({ evaluator, informer }) =>
        informer.subscribe({
          onUpdate: (before, after) => {
            // Most clusters have no quota: nothing is looked at then.
            if (quotas.lister.size === 0) return;
            if (evaluator.givesBack(before as AnyObject, after as AnyObject, now()))
              replenish(evaluator.kind, after.metadata.namespace);
          },
          onDelete: (last) => {
            if (quotas.lister.size > 0) replenish(evaluator.kind, last.metadata.namespace);
          },
        }),
      ),
    ];
  });
}
