import { controllerOf } from '#shared/kube/pod.ts';
import type { Node, Pod } from '#shared/kube/types.ts';
import { refOf } from '#shared/kube/types.ts';
import { type MessageKey, type MessageValues, translate } from '../i18n/index.ts';
import { sendCommand } from './actions.ts';
import { useCluster } from './cluster.ts';
import { containerRows } from './containers.ts';
import { showToast } from './toasts.ts';
import { openDialog, openDock, openInspector, select, useView } from './view.ts';

/** Something that can be done with an object; menus, inspector and command palette offer the same list. `icon` names a lucide icon. */
export interface ObjectAction {
  id: string;
  label: MessageKey;
  /** What the label is filled with. */
  values?: MessageValues;
  icon: string;
  shortcut?: string;
  danger?: boolean;
  disabled?: boolean;
  /** Starts a new group in a menu. */
  group?: boolean;
  run: () => void;
}

function copyText(text: string): void {
  void navigator.clipboard
    ?.writeText(text)
    .then(() => showToast({ tone: 'info', title: translate('shell:copied', { what: text }) }));
}

/** What can be done with a node. */
export function nodeActions(node: Node): ObjectAction[] {
  const name = node.metadata.name;
  const faulty = useCluster.getState().faults[name] !== undefined;
  const ref = refOf(node);
  const cordoned = node.spec.unschedulable === true;
  return [
    cordoned
      ? {
          id: 'uncordon',
          label: 'canvas:uncordon',
          icon: 'circle-check',
          shortcut: 'u',
          run: () => void sendCommand({ type: 'uncordon', node: name }),
        }
      : {
          id: 'cordon',
          label: 'canvas:cordon',
          icon: 'ban',
          shortcut: 'c',
          run: () => void sendCommand({ type: 'cordon', node: name }),
        },
    { id: 'drain', label: 'canvas:drain', icon: 'log-out', shortcut: 'd', run: () => openDialog({ type: 'drain', node: name }) },
    { id: 'taint', label: 'canvas:taint', icon: 'shield-ban', group: true, run: () => openDialog({ type: 'taint', node: name }) },
    { id: 'label', label: 'canvas:label', icon: 'tag', run: () => openDialog({ type: 'label', target: ref }) },
    ...(faulty
      ? [
          {
            id: 'recover',
            label: 'canvas:recover' as const,
            icon: 'heart-pulse',
            shortcut: 'r',
            group: true,
            run: () => void sendCommand({ type: 'recoverNode', node: name }),
          },
        ]
      : [
          {
            id: 'crash',
            label: 'canvas:crash' as const,
            icon: 'zap-off',
            shortcut: 'x',
            group: true,
            danger: true,
            run: () => void sendCommand({ type: 'crashNode', node: name }),
          },
          {
            id: 'partition',
            label: 'canvas:partition' as const,
            icon: 'unplug',
            danger: true,
            run: () => void sendCommand({ type: 'partitionNode', node: name }),
          },
        ]),
    {
      id: 'pressure',
      label: 'objects:pressure',
      icon: 'gauge',
      disabled: faulty,
      run: () => openDialog({ type: 'pressure', node: name }),
    },
    {
      id: 'shutdown',
      label: 'objects:shutdown',
      icon: 'power',
      disabled: faulty,
      run: () => void sendCommand({ type: 'shutdownNode', node: name }),
    },
    { id: 'yaml', label: 'canvas:showYaml', icon: 'file-code', group: true, run: () => showIn(`Node//${name}`, 'yaml') },
    { id: 'copyName', label: 'canvas:copyName', icon: 'copy', run: () => copyText(name) },
    {
      id: 'delete',
      label: 'canvas:deleteNode',
      icon: 'trash-2',
      shortcut: 'delete',
      danger: true,
      group: true,
      run: () => openDialog({ type: 'delete', targets: [ref] }),
    },
  ];
}

function showIn(key: string, tab: 'why' | 'details' | 'yaml' | 'events'): void {
  select(key);
  openInspector(tab);
}

/** What can be done with a pod itself. */
export function podActions(pod: Pod): ObjectAction[] {
  const ref = refOf(pod);
  const key = `Pod/${ref.namespace}/${ref.name}`;
  const bound = Boolean(pod.spec.nodeName);
  const ready = pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;
  const running = pod.status?.phase === 'Running';
  const container = pod.spec.containers[0]?.name ?? '';
  return [
    {
      id: 'why',
      label: bound ? 'canvas:whyHere' : 'canvas:whyPending',
      icon: 'circle-help',
      run: () => {
        showIn(key, 'why');
        openDock('explain');
      },
    },
    {
      id: 'evict',
      label: 'canvas:evict',
      icon: 'log-out',
      group: true,
      disabled: !bound,
      run: () => void sendCommand({ type: 'evict', ref }),
    },
    {
      id: 'setReadiness',
      label: ready ? 'canvas:makeUnready' : 'canvas:makeReady',
      icon: 'activity',
      disabled: !running,
      run: () => void sendCommand({ type: 'setReadiness', ref, ready: !ready }),
    },
    {
      id: 'failContainer',
      label: 'canvas:failContainer',
      icon: 'bug',
      disabled: !running,
      danger: true,
      run: () => void sendCommand({ type: 'failContainer', ref, container, exitCode: 1 }),
    },
    { id: 'yaml', label: 'canvas:showYaml', icon: 'file-code', group: true, run: () => showIn(key, 'yaml') },
    { id: 'copyName', label: 'canvas:copyName', icon: 'copy', run: () => copyText(ref.name) },
    {
      id: 'delete',
      label: controllerOf(pod) ? 'canvas:deleteOwnedPod' : 'canvas:deletePod',
      icon: 'trash-2',
      shortcut: 'delete',
      danger: true,
      group: true,
      run: () => void sendCommand({ type: 'delete', refs: [ref] }),
    },
    {
      id: 'deleteNow',
      label: 'objects:deleteNow',
      icon: 'zap-off',
      danger: true,
      run: () => void sendCommand({ type: 'delete', refs: [ref], gracePeriodSeconds: 0, force: true }),
    },
  ];
}

/** The probes that the pod's containers have, each with the switch to its other outcome. */
export function probeActions(pod: Pod): ObjectAction[] {
  const rows = containerRows(pod);
  const probed = rows.filter((row) => row.probes.length > 0);
  return probed.flatMap((row) =>
    row.probes.map(({ kind, told }): ObjectAction => {
      const outcome = told === 'fail' ? 'pass' : 'fail';
      const many = probed.length > 1;
      const says = outcome === 'fail' ? (many ? 'probeFailsIn' : 'probeFails') : many ? 'probePassesIn' : 'probePasses';
      return {
        id: `${kind}-${row.name}`,
        label: `objects:${says}`,
        values: { probe: translate(`objects:probe_${kind}`), container: row.name },
        icon: outcome === 'fail' ? 'heart-crack' : 'heart-pulse',
        run: () => void sendCommand({ type: 'setProbe', ref: refOf(pod), container: row.name, probe: kind, outcome }),
      };
    }),
  );
}

/** A running container ends: by itself with code 1, or killed. */
export function failActions(pod: Pod): ObjectAction[] {
  const running = containerRows(pod).filter((row) => row.state.kind === 'running');
  const end = (container: string, exitCode: number) => (): void =>
    void sendCommand({ type: 'failContainer', ref: refOf(pod), container, exitCode });
  return running.flatMap(({ name }, index): ObjectAction[] => [
    {
      id: `fail-${name}-1`,
      label: 'objects:exitWith',
      values: { container: name, code: 1 },
      icon: 'bug',
      group: index > 0,
      run: end(name, 1),
    },
    { id: `fail-${name}-137`, label: 'objects:exitKilled', values: { container: name }, icon: 'zap-off', run: end(name, 137) },
  ]);
}

/** Runs a key's action on every selected node. */
export function runOnSelectedNodes(id: 'cordon' | 'uncordon' | 'drain' | 'crash' | 'recover'): void {
  const { nodes } = useCluster.getState();
  for (const key of useView.getState().selection) {
    const node = key.startsWith('Node//') ? nodes.get(key.slice('Node//'.length)) : undefined;
    if (node)
      nodeActions(node)
        .find((action) => action.id === id)
        ?.run();
  }
}
