import { type AppActionId, appActions, editingText } from './appActions.ts';
import { useView } from './view.ts';

const IS_MAC = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform);

/** The part of a keyboard event that decides. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

/** Combination of a key press in the words of `AppAction.shortcut`; null for keys that never are one. */
export function comboOf(event: KeyPress, mac: boolean): string | null {
  if (event.altKey) return null;
  const mod = mac ? event.metaKey : event.ctrlKey;
  if ((mac && event.ctrlKey) || (!mac && event.metaKey)) return null;
  const key =
    event.key === ' '
      ? 'space'
      : event.key === 'Backspace'
        ? 'delete'
        : event.key.length === 1
          ? event.key.toLowerCase()
          : event.key;
  const named = key === 'Delete' ? 'delete' : key;
  const shift = event.shiftKey && (mod || named.length > 1) ? 'shift+' : '';
  return `${mod ? 'mod+' : ''}${shift}${named}`;
}

const BY_COMBO = new Map<string, AppActionId>();
for (const [id, action] of Object.entries(appActions)) if (action.shortcut) BY_COMBO.set(action.shortcut, id as AppActionId);
BY_COMBO.set('mod+y', 'redo');
BY_COMBO.set('=', 'zoomIn');

/** Keys that belong to a focused button or menu rather than to the application. */
function takenByControl(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('[role="menu"], [role="dialog"], [role="listbox"]')) return true;
  return event.key === ' ' && target.closest('button, [role="tab"], [role="slider"], summary, a') !== null;
}

/** Listens for the application's keys. Returns the function that stops it. */
export function followKeys(): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || takenByControl(event)) return;
    const combo = comboOf(event, IS_MAC);
    const id = combo === null ? undefined : BY_COMBO.get(combo);
    if (id === undefined) return;
    const global = combo === 'mod+k' || combo === 'mod+s' || combo === 'mod+o';
    if (!global && (editingText() || useView.getState().dialog !== null)) return;
    if (id === 'copy' && (window.getSelection()?.toString() ?? '') !== '') return;
    event.preventDefault();
    appActions[id].run();
  };
  window.addEventListener('keydown', onKey);
  return () => window.removeEventListener('keydown', onKey);
}
