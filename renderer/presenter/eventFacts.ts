import { matchLabelSelector } from '#shared/kube/labels.ts';
import type { HorizontalPodAutoscaler, KubeEvent, ObjectKey } from '#shared/kube/types.ts';
import { ownerKeyOf } from '../store/lineage.ts';
import type { Mirror } from '../store/mirror.ts';
import { type Happening, happening } from './happening.ts';
import { about, nameOfKey } from './podFacts.ts';
import { because } from './reason.ts';

function timesOf(event: KubeEvent | undefined): number {
  return event === undefined ? 0 : (event.series?.count ?? event.count ?? 1);
}

function objectOf(event: KubeEvent): ObjectKey {
  const { kind = '', namespace = '', name = '' } = event.involvedObject;
  return `${kind}/${namespace}/${name}`;
}

/** What an Event says that no object's state does: a probe that restarts, an autoscaler's reason, a creation that was refused. */
export function eventHappenings(key: ObjectKey, before: Mirror, after: Mirror): Happening[] {
  const event = after.events.get(key);
  if (!event || timesOf(before.events.get(key)) >= timesOf(event)) return [];
  switch (event.reason) {
    case 'Killing':
      return restartedByProbe(event, after);
    case 'SuccessfulRescale':
      return autoscaled(event, after);
    case 'FailedCreate':
      return refused(event, after);
    default:
      return [];
  }
}

function restartedByProbe(event: KubeEvent, after: Mirror): Happening[] {
  const match = /^Container (\S+) failed (liveness|startup) probe/.exec(event.message ?? '');
  const key = objectOf(event);
  const pod = after.pods.get(key);
  if (!match || !pod) return [];
  const container = match[1] ?? '';
  const sidecar = pod.spec.initContainers?.find((one) => one.name === container);
  const spec = sidecar ?? pod.spec.containers.find((one) => one.name === container);
  // Of a sidecar the kubelet does not say that it comes back; another container that it does not say it of stays down.
  if (!sidecar && !event.message?.endsWith('will be restarted')) return [];
  const probe = match[2] === 'startup' ? spec?.startupProbe : spec?.livenessProbe;
  const values = { container, times: probe?.failureThreshold ?? 3 };
  return [about('restarted', key, pod, because(match[2] === 'startup' ? 'startupProbe' : 'livenessProbe', values))];
}

const RESCALES: readonly [RegExp, 'aboveTarget' | 'belowTarget' | 'overMost' | 'underLeast'][] = [
  [/^(.+) above target$/, 'aboveTarget'],
  [/^All metrics below target$/, 'belowTarget'],
  [/above Spec\.MaxReplicas$/, 'overMost'],
  [/below Spec\.MinReplicas$/, 'underLeast'],
];

/** Short name of a metric as the autoscaler writes it in its reason. */
function metricName(text: string): string {
  return /^(\S+) (?:container )?resource/.exec(text)?.[1] ?? text;
}

function autoscaled(event: KubeEvent, after: Mirror): Happening[] {
  const match = /^New size: (\d+); reason: (.*)$/.exec(event.message ?? '');
  if (!match) return [];
  const key = objectOf(event);
  const target = (after.others.get(key) as unknown as HorizontalPodAutoscaler | undefined)?.spec.scaleTargetRef;
  const owner = target ? `${target.kind}/${event.involvedObject.namespace ?? ''}/${target.name}` : key;
  const found = RESCALES.find(([pattern]) => pattern.test(match[2] ?? ''));
  const metric = metricName(found?.[0].exec(match[2] ?? '')?.[1] ?? '');
  const values = { to: Number(match[1]), ...(metric === '' ? {} : { metric }) };
  return [happening('autoscaled', owner, nameOfKey(owner), { others: [owner], why: found?.[1] ?? null, values })];
}

const QUOTA = /exceeded quota: ([^,]+), requested: (.+), used: (.+), limited: (.+)$/;

/** Deployment of a ReplicaSet, else the object itself: the one that people know by name. */
function familyOf(key: ObjectKey, after: Mirror): ObjectKey {
  return after.lineage.get(key)?.deployment ?? key;
}

function refused(event: KubeEvent, after: Mirror): Happening[] {
  const message = event.message ?? '';
  // What an old revision may not create does not matter any more.
  if (after.lineage.get(objectOf(event))?.current === false) return [];
  const owner = familyOf(objectOf(event), after);
  const name = nameOfKey(owner);
  const quota = QUOTA.exec(message);
  const others = [owner];
  if (quota) {
    const [, which = '', requested = '', used = '', limited = ''] = quota;
    return [happening('refused', owner, name, { others, why: 'quota', values: { quota: which, requested, used, limited } })];
  }
  const text = /is forbidden: (.+)$/s.exec(message)?.[1] ?? /denied the request: (.+)$/s.exec(message)?.[1];
  return text === undefined
    ? []
    : [happening('refused', owner, name, { others, why: 'refusal', values: { message: text.replace(/\.$/, '') } })];
}

const BLOCKED =
  /^error when evicting pods\/"([^"]+)" -n "([^"]+)" \(will retry after 5s\): Cannot evict pod as it would violate the pod's disruption budget/;

/** A line of a drain that tells of a pod whose budget does not let it go; null for any other. */
export function blockedBy(line: string, after: Mirror): { pod: ObjectKey; told: Happening } | null {
  const [, name = '', namespace = ''] = BLOCKED.exec(line) ?? [];
  const key = `Pod/${namespace}/${name}`;
  const pod = after.pods.get(key);
  if (!pod) return null;
  const budget = [...after.budgets.values()].find(
    (one) =>
      one.metadata.namespace === namespace &&
      one.status.disruptionsAllowed <= 0 &&
      matchLabelSelector(one.spec.selector, pod.metadata.labels),
  );
  const values = budget
    ? { budget: budget.metadata.name, healthy: budget.status.currentHealthy, desired: budget.status.desiredHealthy }
    : {};
  return { pod: key, told: about('blocked', key, pod, budget ? because('budget', values) : because('someBudget')) };
}

/** Family under which a refusal or a pod is known: to forget the refusal once a pod comes. */
export function refusalKey(told: Happening): string {
  return `${told.others[0] ?? ''}|${told.values.quota ?? ''}`;
}

/** Family of a pod, in the same words. */
export function familyKeyOfPod(key: ObjectKey, after: Mirror): string {
  const pod = after.pods.get(key);
  return pod ? `${ownerKeyOf(pod)}|` : '';
}
