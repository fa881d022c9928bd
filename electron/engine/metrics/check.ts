import { compareStrings } from '#shared/core/compare.ts';
import type { KubeObject } from '#shared/kube/types.ts';
import type { Component, ComponentContext, WorkQueue } from '../client/types.ts';
import { LOAD_ANNOTATION, parseLoad, parseUsage, USAGE_ANNOTATION } from './load.ts';

const NAME = 'load-model';
const CHECKED = [
  'CronJob',
  'DaemonSet',
  'Deployment',
  'Job',
  'Pod',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
] as const;

/** What is wrong with the annotations of an object, in words for people; undefined when nothing is. */
export function loadFault(object: KubeObject): string | undefined {
  const annotations = object.metadata.annotations;
  const load = annotations?.[LOAD_ANNOTATION];
  const read = load === undefined || object.metadata.ownerReferences !== undefined ? undefined : parseLoad(load);
  if (read?.ok === false) return `annotation ${LOAD_ANNOTATION} is not understood and does nothing: ${read.error}`;
  const usage = object.kind === 'Pod' ? annotations?.[USAGE_ANNOTATION] : undefined;
  const own = usage === undefined ? undefined : parseUsage(usage);
  return own?.ok === false ? `annotation ${USAGE_ANNOTATION} is not understood and does nothing: ${own.error}` : undefined;
}

function keyOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

/** Tells of loads that cannot be read by a Warning event on their object; such a load counts as none. */
export function createLoadChecker(ctx: ComponentContext): Component {
  const recorder = ctx.recorder(NAME);
  const listers = new Map(CHECKED.map((kind) => [kind as string, ctx.informer<string>(kind)]));
  /** Faults that have been told, by object: a restart does not repeat them. */
  const told = new Map<string, string>();
  const queue: WorkQueue = ctx.workQueue(NAME, (key) => {
    const [kind = '', namespace = '', name = ''] = key.split('/');
    const object = listers.get(kind)?.lister.get(namespace, name) as unknown as KubeObject | undefined;
    const fault = object === undefined ? undefined : loadFault(object);
    if (object === undefined || fault === undefined) {
      told.delete(key);
      return;
    }
    if (told.get(key) === fault) return;
    told.set(key, fault);
    recorder.event(object, 'Warning', 'InvalidLoad', fault);
  });
  const look = (object: KubeObject, before?: KubeObject) => {
    if (object.metadata.annotations === before?.metadata.annotations) return;
    const key = keyOf(object);
    if (loadFault(object) !== undefined || told.has(key)) queue.add(key);
  };
  let off: (() => void)[] | undefined;
  return {
    name: NAME,
    start() {
      if (off !== undefined) return;
      queue.start();
      const kinds = [...listers.keys()].sort(compareStrings);
      off = kinds.flatMap((kind) => {
        const informer = listers.get(kind);
        if (informer === undefined) return [];
        const handler = {
          onAdd: (object: unknown) => look(object as KubeObject),
          onUpdate: (before: unknown, after: unknown) => look(after as KubeObject, before as KubeObject),
          onDelete: (last: unknown) => void told.delete(keyOf(last as KubeObject)),
        };
        return [informer.subscribe(handler, { replay: true })];
      });
    },
    stop() {
      for (const one of off ?? []) one();
      off = undefined;
      queue.stop();
    },
    queued: () => queue.length,
  };
}
