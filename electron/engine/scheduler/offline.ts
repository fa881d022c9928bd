import { ok } from '#shared/core/result.ts';
import type { KubeObject, Node, Pod } from '#shared/kube/types.ts';
import { VirtualClock } from '../sim/clock.ts';
import { SchedulerCache } from './cache/cache.ts';
import { type Decision, decide } from './framework/decide.ts';
import { Framework } from './framework/framework.ts';
import type { NodeInfo } from './framework/nodeinfo.ts';
import { type PodInfo, PodInfos } from './framework/podinfo.ts';
import { ResourceTable } from './framework/resources.ts';
import type { Snapshot } from './framework/snapshot.ts';
import { pluginRegistry } from './plugins/registry.ts';
import { defaultProfile, type ProfileConfig } from './profiles.ts';
import { Nominator } from './queue/nominator.ts';

/** Objects for one decision. `others` holds every kind but nodes and pods. */
export interface OfflineCluster {
  readonly nodes: readonly Node[];
  /** Pods with a node run there; those without but with a nominated node count as nominated. */
  readonly pods?: readonly Pod[];
  readonly others?: readonly KubeObject[];
  readonly profile?: ProfileConfig;
  /** Present of the decision, RFC 3339. */
  readonly now?: string;
}

/** The real cache, framework and plugins over a fixed set of objects, without queue and API: for recorded cases and plugin tables. */
export interface OfflineScheduler {
  readonly framework: Framework;
  readonly pods: PodInfos;
  snapshot(): Snapshot;
  node(name: string): NodeInfo;
  podInfo(pod: Pod): PodInfo;
  /** One whole decision: all nodes, all preemption candidates, scores even for a single node, first of equals. */
  decide(pod: Pod): Decision;
}

/** Builds an offline scheduler. Throws nothing; finished pods are left out as the informers do. */
export function createOfflineScheduler(cluster: OfflineCluster): OfflineScheduler {
  const pods = new PodInfos(new ResourceTable());
  const cache = new SchedulerCache(pods);
  const nominator = new Nominator(pods);
  for (const node of cluster.nodes) cache.addNode(node);
  for (const pod of cluster.pods ?? []) {
    const phase = pod.status?.phase;
    if (phase === 'Succeeded' || phase === 'Failed') continue;
    if (pod.spec.nodeName) cache.setPod(pod);
    else nominator.set(pod);
  }
  const of = (kind: string) => (cluster.others ?? []).filter((object) => object.kind === kind);
  const namespaceOf = (object: KubeObject) => object.metadata.namespace ?? '';
  const framework = new Framework(cluster.profile ?? defaultProfile, pluginRegistry, {
    clock: new VirtualClock(cluster.now ?? '2026-02-01T00:00:00Z'),
    pods,
    snapshot: () => cache.updateSnapshot(),
    objects: {
      list: (kind, namespace) => of(kind).filter((object) => namespace === undefined || namespaceOf(object) === namespace),
      get: (kind, namespace, name) =>
        of(kind).find((object) => object.metadata.name === name && namespaceOf(object) === namespace),
    },
    nominatedPods: (node) => nominator.onNode(node),
    update: (object) => ok(object),
    bind: () => null,
    draw: () => 0,
    preemptionTriesAllNodes: () => true,
  });
  const options = { startIndex: 0, percentageOfNodesToScore: 100, scoreAlways: true, draw: () => 0, postFilter: true };
  return {
    framework,
    pods,
    snapshot: () => cache.updateSnapshot(),
    node(name) {
      const found = cache.updateSnapshot().get(name);
      if (found === undefined) throw new Error(`no node ${name}`);
      return found;
    },
    podInfo: (pod) => pods.of(pod),
    decide(pod) {
      nominator.set(pod);
      return decide(framework, pods.of(pod), cache.updateSnapshot(), options);
    },
  };
}
