import type { Simulation } from '#engine/types.ts';
import type { Node, Pod } from '#shared/kube/types.ts';
import { clockText } from './eventTable.ts';

/** What a run came to. */
export interface Summary {
  nowMs: number;
  revision: number;
  tasks: number;
  /** Pods per phase; pods being deleted count as Terminating. */
  pods: Record<string, number>;
  nodes: { total: number; ready: number; notReady: number; cordoned: number };
  pendingSteps: number;
  digest: string;
}

/** Counts what there is now. */
export function summarize(simulation: Simulation, pendingSteps: number): Summary {
  const pods: Record<string, number> = {};
  const nodes = { total: 0, ready: 0, notReady: 0, cordoned: 0 };
  for (const object of simulation.objects()) {
    if (object.kind === 'Pod') {
      const pod = object as unknown as Pod;
      const phase = pod.metadata.deletionTimestamp ? 'Terminating' : (pod.status?.phase ?? 'Unknown');
      pods[phase] = (pods[phase] ?? 0) + 1;
    } else if (object.kind === 'Node') {
      const node = object as unknown as Node;
      nodes.total++;
      if (node.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True')) nodes.ready++;
      else nodes.notReady++;
      if (node.spec?.unschedulable) nodes.cordoned++;
    }
  }
  const { nowMs, revision, tasks } = simulation;
  return { nowMs, revision, tasks, pods, nodes, pendingSteps, digest: simulation.digest() };
}

const phaseOrder = ['Running', 'Pending', 'Succeeded', 'Failed', 'Terminating', 'Unknown'];

/** The closing lines of a run. */
export function printSummary(summary: Summary): string {
  const { pods, nodes } = summary;
  const total = Object.values(pods).reduce((sum, count) => sum + count, 0);
  const phases = phaseOrder.filter((phase) => pods[phase] !== undefined).map((phase) => `${pods[phase]} ${phase}`);
  const states = [`${nodes.ready} Ready`, `${nodes.notReady} NotReady`, `${nodes.cordoned} cordoned`].filter(
    (text) => !text.startsWith('0 '),
  );
  const list = (count: number, parts: string[]): string => (count === 0 ? '0' : `${count} (${parts.join(', ')})`);
  return [
    `time     ${clockText(summary.nowMs)}, revision ${summary.revision}, ${summary.tasks} tasks`,
    `pods     ${list(total, phases)}`,
    `nodes    ${list(nodes.total, states)}`,
    ...(summary.pendingSteps > 0 ? [`steps    ${summary.pendingSteps} still to come`] : []),
    `digest   ${summary.digest}`,
  ].join('\n');
}
