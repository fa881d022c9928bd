import { create } from 'zustand';
import type { Amounts } from '#shared/kube/pod.ts';
import type { NamedScheduler } from '#shared/kube/schedulerConfig/index.ts';
import type { AnyObject, ObjectKey, ObjectRef } from '#shared/kube/types.ts';
import type { Attempt, NodeVerdict, Problem } from '#shared/protocol/index.ts';

export type ThemeChoice = 'system' | 'dark' | 'light';
export type Language = 'en' | 'ko';
export type DockTab = 'explain' | 'events' | 'output' | 'rollout' | 'autoscaling' | 'refusals';
export type InspectorTab = 'why' | 'details' | 'yaml' | 'events' | 'admission';

/** Which dialog is open, with what it is about. Drawn by renderer/panels/Dialogs.tsx. */
export type DialogSpec =
  | { type: 'pod'; nodeName?: string; draft?: AnyObject }
  | { type: 'deployment'; draft?: AnyObject }
  | { type: 'workload'; kind: FormKind }
  | { type: 'manifest'; template?: string }
  | { type: 'taint'; node: string | null; at?: Point }
  | { type: 'label'; target: ObjectRef | null; at?: Point }
  | { type: 'pdb'; deployment?: ObjectRef }
  | { type: 'priorityClass' }
  | { type: 'drain'; node: string }
  | { type: 'pressure'; node: string }
  | { type: 'scale'; target: ObjectRef }
  | { type: 'setImage'; target: ObjectRef }
  | { type: 'autoscale'; target: ObjectRef }
  | { type: 'undoRollout'; target: ObjectRef }
  | { type: 'delete'; targets: readonly ObjectRef[] }
  | { type: 'problems'; problems: readonly Problem[]; title: string }
  | { type: 'unsaved'; proceed: () => void }
  | { type: 'restore' }
  | { type: 'library' }
  | { type: 'schedulers'; name?: string }
  | { type: 'compare'; edited?: NamedScheduler }
  | { type: 'commands' }
  | { type: 'shortcuts' }
  | { type: 'about' };

/** Workload kinds with a form beside Deployment. */
export type FormKind = 'StatefulSet' | 'DaemonSet' | 'Job' | 'CronJob';

/** A point in client pixels. */
export interface Point {
  x: number;
  y: number;
}

/** What is being dragged out of the palette. */
export type PaletteItem =
  | { type: 'machine'; preset: 'small' | 'medium' | 'large' | 'gpu' | 'spot' }
  | { type: 'pod' }
  | { type: 'deployment' }
  | { type: 'workload'; kind: FormKind }
  | { type: 'manifest' }
  | { type: 'taint' }
  | { type: 'label' }
  | { type: 'pdb' }
  | { type: 'priorityClass' };

/** Outcome of the `fit` query for the pod that is selected or dragged. */
export interface FitView {
  /** ObjectKey of the pod, or `draft` for one that is being dragged in. */
  subject: string;
  attempt: Attempt;
  byNode: ReadonlyMap<string, NodeVerdict>;
  best: ReadonlySet<string>;
  /** What the pod asks for, as podRequests counts. */
  requests: Amounts;
}

/** Size and priority the next dropped pod gets. */
export interface PodPreset {
  cpu: string;
  memory: string;
  priorityClassName: string | null;
}

export interface ViewState {
  /** Selected objects, newest last; the last one is what the inspector shows. */
  selection: readonly ObjectKey[];
  drag: PaletteItem | null;
  /** Node under the pointer while dragging. */
  dropNode: string | null;
  /** Node that what the pointer is on elsewhere is about. */
  pointedNode: string | null;
  theme: ThemeChoice;
  language: Language;
  dockTab: DockTab;
  dockOpen: boolean;
  inspectorOpen: boolean;
  /** Large type, no chrome: for the last row of a class. */
  presenter: boolean;
  inspectorTab: InspectorTab;
  dialog: DialogSpec | null;
  fit: FitView | null;
  podPreset: PodPreset;
  connection: 'connecting' | 'live' | 'lost';
  /** Zoomed out far enough for tiles. */
  tiles: boolean;
  /** Zoomed out so far that names have to be written larger. */
  far: boolean;
}

const THEME_KEY = 'stowage.theme';
const LANGUAGE_KEY = 'stowage.language';

function recall(key: string): string | null {
  try {
    return globalThis.localStorage?.getItem(key) ?? null;
  } catch {
    return null; // storage may be denied; the choice then lasts as long as the window
  }
}

function remember(key: string, value: string): void {
  try {
    globalThis.localStorage?.setItem(key, value);
  } catch {
    // see recall
  }
}

function firstTheme(): ThemeChoice {
  const stored = recall(THEME_KEY);
  return stored === 'dark' || stored === 'light' ? stored : 'system';
}

function firstLanguage(): Language {
  const stored = recall(LANGUAGE_KEY);
  if (stored === 'en' || stored === 'ko') return stored;
  return globalThis.navigator?.language?.startsWith('ko') ? 'ko' : 'en';
}

/** What this window shows and how; nothing of it is part of the cluster. */
export const useView = create<ViewState>()(() => ({
  selection: [],
  drag: null,
  dropNode: null,
  pointedNode: null,
  theme: firstTheme(),
  language: firstLanguage(),
  dockTab: 'events',
  dockOpen: true,
  inspectorOpen: true,
  presenter: false,
  inspectorTab: 'why',
  dialog: null,
  fit: null,
  podPreset: { cpu: '500m', memory: '512Mi', priorityClassName: null },
  connection: 'connecting',
  tiles: false,
  far: false,
}));

/** Selects exactly these objects (keys as in the mirror; nodes as `Node//name`). */
export function select(...keys: ObjectKey[]): void {
  useView.setState({ selection: keys });
}

/** Adds to or takes from the selection. */
export function toggleSelected(key: ObjectKey): void {
  const { selection } = useView.getState();
  useView.setState({ selection: selection.includes(key) ? selection.filter((other) => other !== key) : [...selection, key] });
}

/** Opens a dialog; closes any other. */
export function openDialog(dialog: DialogSpec): void {
  useView.setState({ dialog });
}

export function closeDialog(): void {
  useView.setState({ dialog: null });
}

/** Opens a tab of the bottom dock. */
export function openDock(dockTab: DockTab): void {
  useView.setState({ dockTab, dockOpen: true });
}

export function openInspector(inspectorTab: InspectorTab): void {
  useView.setState({ inspectorTab });
}

export function setTheme(theme: ThemeChoice): void {
  remember(THEME_KEY, theme);
  useView.setState({ theme });
}

export function setLanguage(language: Language): void {
  remember(LANGUAGE_KEY, language);
  useView.setState({ language });
}

/** Reference of an ObjectKey. */
export function refOfKey(key: ObjectKey): ObjectRef {
  const [kind = '', namespace = '', ...rest] = key.split('/');
  return { kind, namespace, name: rest.join('/') };
}
