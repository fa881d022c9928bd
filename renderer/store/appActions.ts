import type { MenuAction } from '#shared/protocol/menu.ts';
import { type MessageKey, translate } from '../i18n/index.ts';
import { ask, report, sendControl } from './actions.ts';
import { canvasPort } from './canvasPort.ts';
import { copySelection, deleteSelection, duplicateSelection, paste } from './clipboard.ts';
import { onSignal, useCluster } from './cluster.ts';
import { newFile, openFile, openPath, saveFile } from './files.ts';
import { runOnSelectedNodes } from './objectActions.ts';
import { recordQuestion } from './output.ts';
import { openPaletteForm } from './place.ts';
import { type Language, openDialog, openDock, setLanguage, setTheme, useView } from './view.ts';

/** Speeds the menu offers. */
export const SPEEDS = [0.25, 0.5, 1, 2, 5, 10, 25, 100] as const;

export type AppActionId =
  | Exclude<MenuAction, 'language:en' | 'language:ko' | 'find'>
  | 'theme'
  | 'language'
  | 'copy'
  | 'paste'
  | 'tidy'
  | 'topPods'
  | 'topNodes'
  | 'clearSelection';

/** One thing the application can do, as menus, keys and the command palette offer it. `shortcut` as in components/Keys. */
export interface AppAction {
  label: MessageKey;
  shortcut?: string;
  run: () => void;
}

function changeSpeed(direction: 1 | -1): void {
  const speed = useCluster.getState().session?.speed ?? 1;
  const next = direction > 0 ? SPEEDS.find((one) => one > speed) : SPEEDS.findLast((one) => one < speed);
  if (next) void sendControl({ type: 'setSpeed', speed: next });
}

/** Switches the language here and in the host's menus. */
export function chooseLanguage(language: Language): void {
  setLanguage(language);
  void sendControl({ type: 'setLanguage', language }, { quiet: true });
}

function darkNow(): boolean {
  return document.documentElement.dataset.theme !== 'light';
}

function selectAllNodes(): void {
  useView.setState({ selection: [...useCluster.getState().nodes.keys()].map((name) => `Node//${name}`) });
}

/** Prints what `kubectl top` prints: of all namespaces when pods are in several. */
async function top(what: 'pods' | 'nodes'): Promise<void> {
  const pods = [...useCluster.getState().pods.values()];
  const [first] = pods;
  const namespace = first?.metadata.namespace ?? 'default';
  const several = what === 'pods' && pods.some((pod) => (pod.metadata.namespace ?? 'default') !== namespace);
  const one = what === 'pods' && !several && namespace !== 'default';
  const answer = await ask({
    type: 'top',
    what,
    options: { ...(several ? { allNamespaces: true } : {}), ...(one ? { namespace } : {}) },
  });
  openDock('output');
  if (answer.ok) recordQuestion(`kubectl top ${what}${several ? ' -A' : one ? ` -n ${namespace}` : ''}`, answer.value.lines);
  else report(answer.error, translate('shell:refused'));
}

/** Every application action. */
export const appActions: Readonly<Record<AppActionId, AppAction>> = {
  commandPalette: { label: 'shell:commands', shortcut: 'mod+k', run: () => openDialog({ type: 'commands' }) },
  playPause: {
    label: 'shell:playPause',
    shortcut: 'space',
    run: () => void sendControl({ type: useCluster.getState().session?.playing ? 'pause' : 'play' }),
  },
  step: { label: 'shell:step', shortcut: '.', run: () => void sendControl({ type: 'step' }) },
  stepBack: { label: 'shell:stepBack', shortcut: ',', run: () => void sendControl({ type: 'stepBack' }) },
  settle: { label: 'shell:settle', shortcut: '/', run: () => void sendControl({ type: 'settle' }) },
  toStart: { label: 'shell:toStart', run: () => void sendControl({ type: 'seek', atMs: 0 }) },
  faster: { label: 'shell:faster', shortcut: ']', run: () => changeSpeed(1) },
  slower: { label: 'shell:slower', shortcut: '[', run: () => changeSpeed(-1) },
  new: { label: 'shell:new', shortcut: 'mod+n', run: newFile },
  open: { label: 'shell:open', shortcut: 'mod+o', run: openFile },
  library: { label: 'shell:library', shortcut: 'mod+l', run: () => openDialog({ type: 'library' }) },
  save: { label: 'shell:save', shortcut: 'mod+s', run: () => void saveFile('save') },
  saveAs: { label: 'shell:saveAs', shortcut: 'mod+shift+s', run: () => void saveFile('saveAs') },
  exportAs: { label: 'shell:export', run: () => void saveFile('exportAs') },
  undo: { label: 'shell:undo', shortcut: 'mod+z', run: () => void sendControl({ type: 'undo' }) },
  redo: { label: 'shell:redo', shortcut: 'mod+shift+z', run: () => void sendControl({ type: 'redo' }) },
  copy: { label: 'shell:copy', shortcut: 'mod+c', run: copySelection },
  paste: { label: 'shell:paste', shortcut: 'mod+v', run: paste },
  duplicate: { label: 'shell:duplicate', shortcut: 'mod+d', run: duplicateSelection },
  deleteSelection: { label: 'shell:delete', shortcut: 'delete', run: deleteSelection },
  selectAll: { label: 'shell:selectAll', shortcut: 'mod+a', run: selectAllNodes },
  clearSelection: { label: 'shell:clearSelection', shortcut: 'Escape', run: () => useView.setState({ selection: [] }) },
  zoomFit: { label: 'shell:fitView', shortcut: 'f', run: () => canvasPort()?.fitView() },
  zoomIn: { label: 'shell:zoomIn', shortcut: '+', run: () => canvasPort()?.zoomIn() },
  zoomOut: { label: 'shell:zoomOut', shortcut: '-', run: () => canvasPort()?.zoomOut() },
  tidy: { label: 'shell:tidy', run: () => canvasPort()?.tidy() },
  toggleInspector: {
    label: 'shell:toggleInspector',
    run: () => useView.setState(({ inspectorOpen }) => ({ inspectorOpen: !inspectorOpen })),
  },
  toggleBottom: { label: 'shell:toggleBottom', run: () => useView.setState(({ dockOpen }) => ({ dockOpen: !dockOpen })) },
  presenter: {
    label: 'shell:presenter',
    shortcut: 'p',
    run: () => useView.setState(({ presenter }) => ({ presenter: !presenter })),
  },
  theme: { label: 'shell:theme', shortcut: 't', run: () => setTheme(darkNow() ? 'light' : 'dark') },
  language: { label: 'shell:language', run: () => chooseLanguage(useView.getState().language === 'en' ? 'ko' : 'en') },
  addNode: { label: 'shell:addNode', shortcut: 'n', run: () => openPaletteForm({ type: 'machine', preset: 'medium' }) },
  addPod: { label: 'shell:addPod', run: () => openPaletteForm({ type: 'pod' }) },
  addDeployment: { label: 'shell:addDeployment', run: () => openPaletteForm({ type: 'deployment' }) },
  cordon: { label: 'canvas:cordon', shortcut: 'c', run: () => runOnSelectedNodes('cordon') },
  uncordon: { label: 'canvas:uncordon', shortcut: 'u', run: () => runOnSelectedNodes('uncordon') },
  drain: { label: 'canvas:drain', shortcut: 'd', run: () => runOnSelectedNodes('drain') },
  crash: { label: 'canvas:crash', shortcut: 'x', run: () => runOnSelectedNodes('crash') },
  recover: { label: 'canvas:recover', shortcut: 'r', run: () => runOnSelectedNodes('recover') },
  topPods: { label: 'shell:topPods', run: () => void top('pods') },
  topNodes: { label: 'shell:topNodes', run: () => void top('nodes') },
  schedulers: { label: 'shell:schedulers', run: () => openDialog({ type: 'schedulers' }) },
  compare: { label: 'shell:compare', run: () => openDialog({ type: 'compare' }) },
  shortcuts: { label: 'shell:shortcuts', shortcut: '?', run: () => openDialog({ type: 'shortcuts' }) },
  about: { label: 'shell:about', run: () => openDialog({ type: 'about' }) },
};

/** Runs an action by the name the host's menu uses. Names this build does not know are ignored. */
export function runMenuAction(action: string): void {
  if (action.startsWith('openPath:')) openPath(action.slice('openPath:'.length));
  else if (action === 'language:en' || action === 'language:ko') chooseLanguage(action === 'language:en' ? 'en' : 'ko');
  else if (action === 'find') appActions.commandPalette.run();
  else if (editingText() && (action === 'undo' || action === 'redo' || action === 'selectAll')) document.execCommand(action);
  else if (Object.hasOwn(appActions, action)) appActions[action as AppActionId].run();
}

/** Whether the keyboard is in a text field or an editor, which keep their own keys. */
export function editingText(): boolean {
  const focused = document.activeElement;
  return focused instanceof HTMLElement && (focused.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(focused.tagName));
}

/** Carries out the host's menu signals. Returns the unsubscriber. */
export function followMenu(): () => void {
  return onSignal((signal) => {
    if (signal.type === 'menu') runMenuAction(signal.action);
  });
}

/** Label of an action in the person's language, with what undo and redo are about. */
export function actionLabel(id: AppActionId): string {
  const session = useCluster.getState().session;
  if (id === 'undo' && session?.undoLabel) return translate('shell:undoNamed', { what: session.undoLabel });
  if (id === 'redo' && session?.redoLabel) return translate('shell:redoNamed', { what: session.redoLabel });
  return translate(appActions[id].label);
}
