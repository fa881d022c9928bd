import type { AnyObject } from '#shared/kube/types.ts';
import { translate } from '../i18n/index.ts';
import { sendCommand } from './actions.ts';
import { canvasPort } from './canvasPort.ts';
import { useCluster } from './cluster.ts';
import { deploymentManifest, machineManifest, machinePrefix, podManifest } from './manifests.ts';
import type { Position } from './mirror.ts';
import { freshName } from './naming.ts';
import { showToast } from './toasts.ts';
import { openDialog, type PaletteItem, type Point, select, useView } from './view.ts';

type Machine = Extract<PaletteItem, { type: 'machine' }>['preset'];
const DEFAULT_REPLICAS = 3;

/** Adds a machine; its card's upper left corner comes to `position` (the middle of the canvas when not given). */
export async function addMachine(preset: Machine, position?: Position): Promise<void> {
  const canvas = canvasPort();
  const at = position ?? canvas?.center() ?? { x: 0, y: 0 };
  const zone = canvas?.zoneAt(at) ?? 'zone-a';
  const name = freshName(machinePrefix(preset), (candidate) => useCluster.getState().nodes.has(candidate));
  // Pinning every card first keeps the others where they are when this one joins them.
  await pinPositions({ [name]: at });
  const result = await sendCommand({ type: 'create', objects: [machineManifest(preset, name, zone)] });
  if (!result.ok) return;
  select(`Node//${name}`);
  showToast({ tone: 'ok', title: translate('palette:nodeCreated', { name, zone }) });
}

/** Makes the positions of all cards, with these changes, part of the scenario. */
export async function pinPositions(changes: Readonly<Record<string, Position>>): Promise<void> {
  const positions = { ...canvasPort()?.positions(), ...changes };
  const rounded = Object.fromEntries(
    Object.entries(positions).map(([name, { x, y }]) => [name, { x: Math.round(x), y: Math.round(y) }]),
  );
  await sendCommand({ type: 'setPositions', positions: rounded });
}

function podTaken(name: string): boolean {
  return useCluster.getState().pods.has(`Pod/default/${name}`);
}

/** The pod the palette would create next. */
export function draftPod(nodeName?: string): AnyObject {
  return podManifest(freshName('pod', podTaken), useView.getState().podPreset, nodeName);
}

/** Creates a pod of the palette's preset; with `nodeName` it is bound past the scheduler. */
export async function addPod(nodeName?: string): Promise<void> {
  const pod = draftPod(nodeName);
  const result = await sendCommand({ type: 'create', objects: [pod] });
  if (!result.ok) return;
  const { name } = pod.metadata;
  select(`Pod/default/${name}`);
  showToast({
    tone: 'ok',
    title: nodeName ? translate('palette:podCreatedOn', { name, node: nodeName }) : translate('palette:podCreated', { name }),
  });
}

/** Creates a Deployment of the palette's preset. */
export async function addDeployment(): Promise<void> {
  const name = freshName('web', (candidate) => useCluster.getState().deployments.has(`Deployment/default/${candidate}`));
  const deployment = deploymentManifest(name, useView.getState().podPreset, DEFAULT_REPLICAS);
  const result = await sendCommand({ type: 'create', objects: [deployment] });
  if (!result.ok) return;
  select(`Deployment/default/${name}`);
  showToast({ tone: 'ok', title: translate('palette:deploymentCreated', { name, count: DEFAULT_REPLICAS }) });
}

/** Opens the form for a palette item, for those who came by keyboard or want to choose first. */
export function openPaletteForm(item: PaletteItem): void {
  const { selection } = useView.getState();
  const node = selection.at(-1)?.startsWith('Node//') ? (selection.at(-1) ?? '').slice('Node//'.length) : null;
  if (item.type === 'machine') void addMachine(item.preset);
  else if (item.type === 'pod') openDialog({ type: 'pod', draft: draftPod() });
  else if (item.type === 'taint') openDialog({ type: 'taint', node });
  else if (item.type === 'label')
    openDialog({ type: 'label', target: node ? { kind: 'Node', namespace: '', name: node } : null });
  else openDialog(item);
}

/** Carries out a drop on the canvas: `node` is the card under the pointer, `position` the point in flow units. */
export function dropItem(item: PaletteItem, node: string | null, position: Position, at: Point): void {
  switch (item.type) {
    case 'machine':
      void addMachine(item.preset, position);
      return;
    case 'pod':
      void addPod(node ?? undefined);
      return;
    case 'deployment':
      void addDeployment();
      return;
    case 'taint':
      if (node) openDialog({ type: 'taint', node, at });
      return;
    case 'label':
      if (node) openDialog({ type: 'label', target: { kind: 'Node', namespace: '', name: node }, at });
      return;
    default:
      openDialog(item);
  }
}
