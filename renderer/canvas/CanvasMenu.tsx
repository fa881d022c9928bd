import {
  Activity,
  Ban,
  Bug,
  CircleCheck,
  CircleHelp,
  ClipboardPaste,
  Columns2,
  Copy,
  CopyPlus,
  FileCode,
  Gauge,
  HeartCrack,
  HeartPulse,
  ImageUp,
  Layers,
  LayoutGrid,
  LogOut,
  Maximize,
  Pause,
  Play,
  Power,
  RotateCw,
  Scaling,
  Server,
  Settings2,
  Shield,
  ShieldBan,
  Tag,
  Trash2,
  Undo2,
  Unplug,
  ZapOff,
} from 'lucide-react';
import type { ComponentType, MouseEvent, ReactNode } from 'react';
import type { Pod } from '#shared/kube/types.ts';
import { KindIcon, type MenuEntry } from '../components/index.ts';
import { type Translate, useT } from '../i18n/index.ts';
import { sendCommand } from '../store/actions.ts';
import { type AppActionId, appActions } from '../store/appActions.ts';
import { canvasPort } from '../store/canvasPort.ts';
import { useCluster } from '../store/cluster.ts';
import type { Position } from '../store/mirror.ts';
import { failActions, nodeActions, type ObjectAction, podActions, probeActions } from '../store/objectActions.ts';
import { addMachine, addPod } from '../store/place.ts';
import { openDialog, select, useView } from '../store/view.ts';
import { ownerOf, workloadActions } from '../store/workloadActions.ts';
import { workloadOf } from '../store/workloads.ts';
import { isController } from './ControlPlane.tsx';

const ICONS: Record<string, ComponentType<{ size?: number }>> = {
  activity: Activity,
  ban: Ban,
  bug: Bug,
  'circle-check': CircleCheck,
  'circle-help': CircleHelp,
  copy: Copy,
  'file-code': FileCode,
  gauge: Gauge,
  'heart-crack': HeartCrack,
  'heart-pulse': HeartPulse,
  'image-up': ImageUp,
  layers: Layers,
  'log-out': LogOut,
  pause: Pause,
  play: Play,
  power: Power,
  'rotate-cw': RotateCw,
  scaling: Scaling,
  shield: Shield,
  'shield-ban': ShieldBan,
  tag: Tag,
  'trash-2': Trash2,
  'undo-2': Undo2,
  unplug: Unplug,
  'zap-off': ZapOff,
};

let target: string | null = null;
let targetPosition: Position | undefined;

/** Remembers what the menu is about to open on. An object outside the selection becomes the selection. */
export function rememberTarget(event: MouseEvent): void {
  const at = event.target instanceof Element ? event.target : null;
  // The menu key comes from what has the focus: React Flow's wrapper around a card.
  const hit =
    at?.closest<HTMLElement>('[data-key]') ??
    (at?.matches('.react-flow__node') ? at.querySelector<HTMLElement>('[data-key]') : null);
  target = hit?.dataset.key ?? null;
  targetPosition = event.clientX || event.clientY ? canvasPort()?.toFlow({ x: event.clientX, y: event.clientY }) : undefined;
  if (target && !target.startsWith('Component/') && !useView.getState().selection.includes(target)) select(target);
}

function entriesOf(actions: readonly ObjectAction[], t: Translate, prefix: string): MenuEntry[] {
  return actions.flatMap((action): MenuEntry[] => {
    const Icon = ICONS[action.icon];
    const entry: MenuEntry = {
      id: `${prefix}${action.id}`,
      label: t(action.label, action.values),
      icon: Icon ? <Icon size={14} /> : null,
      ...(action.shortcut ? { shortcut: action.shortcut } : {}),
      ...(action.danger ? { danger: true } : {}),
      ...(action.disabled ? { disabled: true } : {}),
      run: action.run,
    };
    return action.group ? [{ type: 'separator', id: `${prefix}${action.id}-line` }, entry] : [entry];
  });
}

function appEntry(id: AppActionId, t: Translate, icon: ReactNode): MenuEntry {
  const action = appActions[id];
  return { id, label: t(action.label), icon, ...(action.shortcut ? { shortcut: action.shortcut } : {}), run: action.run };
}

function backgroundEntries(t: Translate): MenuEntry[] {
  const at = targetPosition;
  return [
    { id: 'addNode', label: t('shell:addNode'), icon: <Server size={14} />, run: () => void addMachine('medium', at) },
    { id: 'addPodNow', label: t('palette:pod'), icon: <CopyPlus size={14} />, run: () => void addPod() },
    appEntry('addDeployment', t, <Layers size={14} />),
    { type: 'separator', id: 'l1' },
    appEntry('paste', t, <ClipboardPaste size={14} />),
    appEntry('selectAll', t, null),
    { type: 'separator', id: 'l2' },
    appEntry('zoomFit', t, <Maximize size={14} />),
    appEntry('tidy', t, <LayoutGrid size={14} />),
  ];
}

function componentEntries(key: string, t: Translate): MenuEntry[] {
  const name = key.slice('Component/'.length);
  const known = useCluster
    .getState()
    .components.filter((component) => (name === '*' ? isController(component) : component.name === name));
  const switches = known.map(
    (component): MenuEntry => ({
      id: `${component.running ? 'stop' : 'start'}-${component.name}`,
      label: t(component.running ? 'canvas:stop' : 'canvas:start', { name: component.name }),
      icon: component.running ? <Pause size={14} /> : <Play size={14} />,
      run: () => void sendCommand({ type: component.running ? 'stopComponent' : 'startComponent', component: component.name }),
    }),
  );
  if (known[0]?.profiles === undefined) return switches;
  return [
    {
      id: 'configure',
      label: t('shell:schedulers'),
      icon: <Settings2 size={14} />,
      run: () => openDialog({ type: 'schedulers', name }),
    },
    appEntry('compare', t, <Columns2 size={14} />),
    { type: 'separator', id: 'switches' },
    ...switches,
  ];
}

function heading(key: string): MenuEntry {
  return { type: 'heading', id: 'heading', label: key.slice(key.lastIndexOf('/') + 1) };
}

/** A pod's own entries; what makes its containers fail opens to the side. */
function podEntries(pod: Pod, t: Translate): MenuEntry[] {
  const fails = entriesOf(failActions(pod), t, '');
  const probes = entriesOf(probeActions(pod), t, '');
  const sub = (id: string, label: string, icon: ReactNode, entries: MenuEntry[]): MenuEntry[] =>
    entries.length > 0 ? [{ type: 'sub', id, label, icon, entries }] : [];
  return entriesOf(podActions(pod), t, '').flatMap((entry) =>
    entry.id === 'failContainer' && fails.length > 0
      ? [
          ...sub('probes', t('objects:probes'), <HeartPulse size={14} />, probes),
          ...sub('fails', t('objects:failContainer'), <Bug size={14} />, fails),
        ]
      : [entry],
  );
}

/** Entries for the object the menu was opened on. */
function entriesFor(key: string | null, t: Translate): MenuEntry[] {
  const mirror = useCluster.getState();
  if (key?.startsWith('Component/')) return componentEntries(key, t);
  const node = key?.startsWith('Node//') ? mirror.nodes.get(key.slice('Node//'.length)) : undefined;
  if (key && node) {
    const own = entriesOf(nodeActions(node), t, '');
    // Before the last group, which deletes.
    return [heading(key), ...own.slice(0, -2), appEntry('duplicate', t, <CopyPlus size={14} />), ...own.slice(-2)];
  }
  const workload = key ? workloadOf(mirror, key) : undefined;
  if (key && workload) return [heading(key), ...entriesOf(workloadActions(workload), t, '')];
  const pod = key ? mirror.pods.get(key) : undefined;
  if (key && pod) {
    const owner = ownerOf(pod);
    const own: MenuEntry[] = [heading(key), ...podEntries(pod, t)];
    if (!owner) return own;
    const name = owner.metadata.name;
    return [
      ...own,
      { type: 'separator', id: 'owner-line' },
      {
        type: 'sub',
        id: 'owner',
        label: `${owner.kind} ${name}`,
        icon: <KindIcon kind={owner.kind} size={14} />,
        entries: entriesOf(workloadActions(owner), t, 'owner-'),
      },
    ];
  }
  return backgroundEntries(t);
}

/** Content of the canvas's menu; built when it opens. */
export function CanvasMenu({ render }: { render: (entries: readonly MenuEntry[]) => ReactNode }) {
  const t = useT();
  return render(entriesFor(target, t));
}
