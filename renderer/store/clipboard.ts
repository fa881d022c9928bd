import type { AnyObject, ObjectKey } from '#shared/kube/types.ts';
import { translate } from '../i18n/index.ts';
import { sendCommand } from './actions.ts';
import { canvasPort } from './canvasPort.ts';
import { useCluster } from './cluster.ts';
import { copyManifest } from './manifests.ts';
import type { Mirror, Position } from './mirror.ts';
import { copyName } from './naming.ts';
import { pinPositions } from './place.ts';
import { showToast } from './toasts.ts';
import { openDialog, refOfKey, select, useView } from './view.ts';
import { workloadOf } from './workloads.ts';

const SHIFT = 36;
let copied: readonly { object: AnyObject; position: Position | undefined }[] = [];

/** Object of a selected key, if it is there and can be copied. */
function objectOf(mirror: Mirror, key: ObjectKey): AnyObject | undefined {
  if (key.startsWith('Node//')) return mirror.nodes.get(key.slice('Node//'.length)) as AnyObject | undefined;
  return (mirror.pods.get(key) ?? workloadOf(mirror, key)) as AnyObject | undefined;
}

function collect(): typeof copied {
  const mirror = useCluster.getState();
  const positions = canvasPort()?.positions() ?? {};
  return useView
    .getState()
    .selection.map((key) => objectOf(mirror, key))
    .filter((object) => object !== undefined)
    .map((object) => ({ object, position: object.kind === 'Node' ? positions[object.metadata.name] : undefined }));
}

/** Remembers the selected objects for `paste`. */
export function copySelection(): void {
  const next = collect();
  if (next.length === 0) return;
  copied = next;
  showToast({
    tone: 'info',
    title: translate('shell:copied', { what: next.map(({ object }) => object.metadata.name).join(', ') }),
  });
}

async function addCopies(items: typeof copied): Promise<void> {
  const mirror = useCluster.getState();
  const used = new Set<string>();
  const placed: Record<string, Position> = {};
  const copies = items.map(({ object, position }) => {
    const { kind } = object;
    const namespace = object.metadata.namespace ?? '';
    const taken = (name: string): boolean =>
      used.has(`${kind}/${namespace}/${name}`) || objectOf(mirror, `${kind}/${namespace}/${name}`) !== undefined;
    const name = copyName(object.metadata.name, taken);
    used.add(`${kind}/${namespace}/${name}`);
    if (position) placed[name] = { x: position.x + SHIFT, y: position.y + SHIFT };
    return copyManifest(object, name);
  });
  if (Object.keys(placed).length > 0) await pinPositions(placed);
  const result = await sendCommand({ type: 'create', objects: copies });
  if (result.ok) select(...copies.map((copy) => `${copy.kind}/${copy.metadata.namespace ?? ''}/${copy.metadata.name}`));
}

/** Adds copies of what was copied, under new names, a little to the side. */
export function paste(): void {
  if (copied.length === 0) showToast({ tone: 'info', title: translate('shell:nothingToPaste') });
  else void addCopies(copied);
}

/** Copies and pastes the selection at once. */
export function duplicateSelection(): void {
  const items = collect();
  if (items.length > 0) void addCopies(items);
}

/** Asks before the selected objects are deleted. */
export function deleteSelection(): void {
  const targets = useView.getState().selection.map(refOfKey);
  if (targets.length > 0) openDialog({ type: 'delete', targets });
}
