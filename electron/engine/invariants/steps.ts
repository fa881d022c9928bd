import { isPodAvailable, isPodReady } from '#shared/kube/conditions.ts';
import { scaleIntOrPercent } from '#shared/kube/intOrPercent.ts';
import type { CronJob, DaemonSet, Job, StatefulSet } from '#shared/kube/kinds.ts';
import { controllerOf } from '#shared/kube/pod.ts';
import { addQuantity, compareQuantity, parseQuantity, printQuantity, quantityFromValue } from '#shared/kube/quantity.ts';
import { evaluatorOf, type QuotaClock, quotaMatches, scopesOf } from '#shared/kube/quota/index.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, Pod } from '#shared/kube/types.ts';
import { shouldRun } from '../controllers/daemonset/nodes.ts';
import { targetNode } from '../controllers/daemonset/template.ts';
import type { StoredChange } from '../types.ts';
import { nameOf } from './state.ts';
import { isActive, isFinished, jobIndexOf, REVISION } from './workloads.ts';
import type { World } from './world.ts';

const ZERO = quantityFromValue(0);

/** What a write may not do, given the objects just before it. `given`: a person's own command wrote it. */
export function forbiddenWrites(world: World, change: StoredChange, given: boolean, clock: QuotaClock): string[] {
  const { before, object } = change;
  const faults = [];
  if (before === null && object !== null) faults.push(...creationFaults(world, object, clock));
  if (change.key.startsWith('Pod/') && before !== null && object !== null)
    faults.push(...podChangeFaults(world, before as unknown as Pod, object as unknown as Pod, given ? undefined : clock));
  return faults.map((fault) => `revision ${change.revision}, ${change.key}: ${fault}`);
}

function creationFaults(world: World, object: AnyObject, clock: QuotaClock): string[] {
  const faults = beyondQuota(world, object, clock);
  const reference = controllerOf(object);
  const namespace = object.metadata.namespace ?? '';
  if (object.kind === 'Job' && reference?.kind === 'CronJob') {
    const owner = world.get('CronJob', namespace, reference.name);
    if (owner?.metadata.uid === reference.uid) faults.push(...secondJob(world, owner));
  }
  if (object.kind !== 'Pod') return faults;
  const pod = object as unknown as Pod;
  faults.push(...beyondLimits(world, pod));
  if (reference?.kind === 'StatefulSet') {
    const owner = world.get('StatefulSet', namespace, reference.name);
    if (owner?.metadata.uid === reference.uid) faults.push(...outOfOrder(world, owner, pod));
  }
  if (reference?.kind === 'Job') {
    const owner = world.get('Job', namespace, reference.name);
    if (owner?.metadata.uid === reference.uid) faults.push(...tooManyActive(world, owner, pod));
  }
  return faults;
}

/** A pod of a StatefulSet before its turn, or of the updated revision below the partition. */
function outOfOrder(world: World, set: StatefulSet, pod: Pod): string[] {
  const faults: string[] = [];
  const ordinal = Number(/-(\d+)$/.exec(pod.metadata.name)?.[1]);
  const start = set.spec.ordinals?.start ?? 0;
  if (ordinal < start || ordinal >= start + (set.spec.replicas ?? 1)) faults.push(`ordinal ${ordinal} is not of the set`);
  const current = set.status?.currentRevision;
  const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const made = pod.metadata.labels?.[REVISION];
  if (
    current &&
    ordinal < start + partition &&
    made !== current &&
    world.get('ControllerRevision', set.metadata.namespace ?? '', current)
  )
    faults.push(`made of revision ${made} below partition ${partition}, ${current} is the current one`);
  if (set.spec.podManagementPolicy === 'Parallel') return faults;
  for (let lower = start; lower < ordinal; lower++) {
    const other = world.get('Pod', set.metadata.namespace ?? '', `${set.metadata.name}-${lower}`);
    if (other === undefined || !isActive(other) || !isPodReady(other)) faults.push(`created while ordinal ${lower} is not ready`);
  }
  return faults;
}

/** A pod of a Job beyond its parallelism, or with an index that is taken or done. */
function tooManyActive(world: World, job: Job, pod: Pod): string[] {
  const faults: string[] = [];
  const active = world.owned('Pod', job.metadata.uid).filter(isActive);
  const { parallelism = 1, completions } = job.spec;
  if (active.length + 1 > parallelism) faults.push(`pod ${active.length + 1} of job ${nameOf(job)}, ${parallelism} allowed`);
  if (job.spec.suspend === true || isFinished(job)) faults.push(`created for job ${nameOf(job)}, which does not run`);
  const index = jobIndexOf(pod);
  if (index === undefined) return faults;
  if (active.some((other) => jobIndexOf(other) === index)) faults.push(`a second active pod of index ${index}`);
  if (Number(index) >= (completions ?? 0)) faults.push(`index ${index} of ${completions}`);
  return faults;
}

/** A Job of a CronJob that allows one at a time, while another one runs. */
function secondJob(world: World, owner: CronJob): string[] {
  if (owner.spec.concurrencyPolicy !== 'Forbid') return [];
  const running = world.owned('Job', owner.metadata.uid).filter((job) => !isFinished(job));
  return running.length === 0 ? [] : [`cron job ${nameOf(owner)} already runs ${running[0]?.metadata.name}`];
}

/** More than a quota of the namespace grants, counted over what is there: only what the quota's controller has taken note of binds. */
function beyondQuota(world: World, object: AnyObject, clock: QuotaClock): string[] {
  const info = kindInfo(object.kind);
  const evaluator = info === undefined ? undefined : evaluatorOf(info);
  if (evaluator === undefined) return [];
  const namespace = object.metadata.namespace ?? '';
  const faults: string[] = [];
  for (const quota of world.list('ResourceQuota', namespace)) {
    if (!quotaMatches(evaluator, quota, object)) continue;
    const scopes = scopesOf(quota);
    const others = world
      .listUntyped(object.kind, namespace)
      .filter((other) => scopes.every((scope) => evaluator.matchesScope(scope, other)));
    const own = evaluator.usage(object, clock);
    for (const name of evaluator.matching(Object.keys(quota.status?.hard ?? {}))) {
      const hard = parseQuantity(quota.status?.hard?.[name] ?? '0');
      const asked = own.get(name) ?? ZERO;
      const used = others.reduce((sum, other) => addQuantity(sum, evaluator.usage(other, clock).get(name) ?? ZERO), asked);
      if (compareQuantity(asked, ZERO) > 0 && hard.ok && compareQuantity(used, hard.value) > 0)
        faults.push(`${name} ${printQuantity(used)} used, ${printQuantity(hard.value)} granted by quota ${nameOf(quota)}`);
    }
  }
  return faults;
}

/** A new pod whose containers ask for less or more than the namespace's limit ranges allow. */
function beyondLimits(world: World, pod: Pod): string[] {
  const faults: string[] = [];
  for (const range of world.list('LimitRange', pod.metadata.namespace ?? '')) {
    for (const item of range.spec?.limits ?? []) {
      if (item.type !== 'Container') continue;
      for (const container of pod.spec.containers) {
        for (const [name, least] of Object.entries(item.min ?? {})) {
          const asked = container.resources?.requests?.[name];
          if (asked === undefined || isLess(asked, least))
            faults.push(`container ${container.name} asks for ${asked} ${name}, least is ${least}`);
        }
        for (const [name, most] of Object.entries(item.max ?? {})) {
          const limit = container.resources?.limits?.[name];
          if (limit === undefined || isLess(most, limit))
            faults.push(`container ${container.name} limits ${name} to ${limit}, most is ${most}`);
        }
      }
    }
  }
  return faults;
}

function isLess(a: string, b: string): boolean {
  const [left, right] = [parseQuantity(a), parseQuantity(b)];
  return left.ok && right.ok && compareQuantity(left.value, right.value) < 0;
}

/** `clock`: undefined for what a person's command wrote. */
function podChangeFaults(world: World, before: Pod, after: Pod, clock: QuotaClock | undefined): string[] {
  if (before.metadata.uid !== after.metadata.uid) return [];
  const faults: string[] = [];
  const counts = new Map(before.status.containerStatuses?.map((one) => [one.name, one.restartCount]));
  for (const { name, restartCount } of after.status.containerStatuses ?? []) {
    if (restartCount < (counts.get(name) ?? 0))
      faults.push(`container ${name} was restarted ${counts.get(name)} times, now ${restartCount}`);
  }
  const marked = before.metadata.deletionTimestamp === undefined && after.metadata.deletionTimestamp !== undefined;
  const reference = controllerOf(before);
  if (!marked || clock === undefined || reference?.kind !== 'DaemonSet' || isDisrupted(after)) return faults;
  const owner = world.get('DaemonSet', before.metadata.namespace ?? '', reference.name);
  if (owner?.metadata.uid === reference.uid) faults.push(...unavailableNodes(world, owner, before, clock));
  return faults;
}

function isDisrupted(pod: Pod): boolean {
  return pod.status.conditions?.some(({ type, status }) => type === 'DisruptionTarget' && status === 'True') === true;
}

/** A roll-out that takes an available pod away from one node while as many others as it may are without one. */
function unavailableNodes(world: World, set: DaemonSet, victim: Pod, clock: QuotaClock): string[] {
  const strategy = set.spec.updateStrategy?.rollingUpdate;
  const namespace = world.get('Namespace', '', set.metadata.namespace ?? '');
  if (set.metadata.deletionTimestamp !== undefined || namespace?.metadata.deletionTimestamp !== undefined) return [];
  if (set.spec.updateStrategy?.type !== 'RollingUpdate' || strategy?.maxSurge !== 0) return [];
  const isAvailable = (pod: Pod) => isActive(pod) && isPodAvailable(pod, set.spec.minReadySeconds ?? 0, clock);
  if (!isAvailable(victim)) return [];
  const available = new Map<string, number>();
  for (const pod of world.owned('Pod', set.metadata.uid)) {
    const node = targetNode(pod);
    if (node !== undefined && isAvailable(pod)) available.set(node, (available.get(node) ?? 0) + 1);
  }
  const meant = world.list('Node').filter((node) => shouldRun(node, set).run);
  const own = meant.find(({ metadata }) => metadata.name === targetNode(victim));
  // Elsewhere, or one of two: the node is put in order, which no limit holds back.
  if (own === undefined || (available.get(own.metadata.name) ?? 0) > 1) return [];
  const most = scaleIntOrPercent(strategy.maxUnavailable ?? 1, meant.length, true);
  const without = meant.filter(({ metadata }) => !available.has(metadata.name)).length;
  if (!most.ok || without + 1 <= Math.max(1, most.value)) return [];
  return [`taken away while ${without} of ${meant.length} nodes are without an available pod, ${most.value} may be`];
}
