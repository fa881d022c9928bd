import type { ConfigMap } from '#shared/kube/kinds.ts';
import type { Client, ComponentContext, Lister } from '../../client/types.ts';
import { isNodeReady } from './groups.ts';
import type { GroupState } from './types.ts';

/** The object in which the autoscaler tells how it is. */
export const STATUS = { namespace: 'kube-system', name: 'cluster-autoscaler-status' };
const LAST_UPDATED = 'cluster-autoscaler.kubernetes.io/last-updated';

/** What the status says of one group. `candidates`: nodes that could go. */
export interface GroupStatus {
  readonly state: GroupState;
  readonly candidates: number;
  readonly backedOff: boolean;
}

const counts = ({ nodes, ordered }: GroupState) => {
  const ready = nodes.filter(isNodeReady).length;
  return { total: nodes.length, ready, notStarted: nodes.length - ready, unregistered: ordered };
};

function section(indent: string, ordered: number, candidates: number, backedOff: boolean): string[] {
  const up = backedOff ? 'Backoff' : ordered > 0 ? 'InProgress' : 'NoActivity';
  return [
    'scaleUp:',
    `  status: ${up}`,
    'scaleDown:',
    `  status: ${candidates > 0 ? 'CandidatesPresent' : 'NoCandidates'}`,
    ...(candidates > 0 ? [`  candidates: ${candidates}`] : []),
  ].map((line) => indent + line);
}

function health(indent: string, all: readonly GroupState[], extra: readonly string[]): string[] {
  const sum = (name: keyof ReturnType<typeof counts>) => all.reduce((total, state) => total + counts(state)[name], 0);
  return [
    'health:',
    '  status: Healthy',
    '  nodeCounts:',
    '    registered:',
    `      total: ${sum('total')}`,
    `      ready: ${sum('ready')}`,
    `      notStarted: ${sum('notStarted')}`,
    `    unregistered: ${sum('unregistered')}`,
    ...extra,
  ].map((line) => indent + line);
}

/** The status as YAML without its time. Models clusterstate/api ClusterAutoscalerStatus. */
export function statusText(groups: readonly GroupStatus[]): string {
  const states = groups.map(({ state }) => state);
  const ordered = (all: readonly GroupState[]) => all.reduce((total, state) => total + state.ordered, 0);
  const candidates = groups.reduce((total, group) => total + group.candidates, 0);
  return [
    'autoscalerStatus: Running',
    'clusterWide:',
    ...health('  ', states, []),
    ...section('  ', ordered(states), candidates, false),
    'nodeGroups:',
    ...groups.flatMap(({ state, candidates: own, backedOff }) => [
      `- name: ${state.group.name}`,
      ...health(
        '  ',
        [state],
        [`  cloudProviderTarget: ${state.size}`, `  minSize: ${state.group.min}`, `  maxSize: ${state.group.max}`],
      ),
      ...section('  ', ordered([state]), own, backedOff),
    ]),
    '',
  ].join('\n');
}

/** Writes the status when it says something new. Upstream writes its probe times at every look. */
export function writeStatus(ctx: ComponentContext, client: Client, maps: Lister<ConfigMap>, text: string): void {
  const before = maps.get(STATUS.namespace, STATUS.name);
  if (before?.data?.status?.replace(/^time: .*\n/, '') === text) return;
  const now = ctx.clock.timestamp();
  const data = { ...before?.data, status: `time: ${now}\n${text}` };
  const annotations = { ...before?.metadata.annotations, [LAST_UPDATED]: now };
  if (before === undefined) {
    client.create<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...STATUS, annotations }, data });
    return;
  }
  client.update({ ...before, metadata: { ...before.metadata, annotations }, data });
}
