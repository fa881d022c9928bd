import { editingText } from '../store/appActions.ts';
import { useView } from '../store/view.ts';
import { nextStep } from './captions.ts';

/** Keys that belong to what is open in front of the canvas, or to a control the keyboard was brought to. */
function taken(event: KeyboardEvent): boolean {
  const target = event.target;
  if (useView.getState().dialog !== null || editingText()) return true;
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('[role="menu"], [role="dialog"], [role="listbox"]')) return true;
  return event.key === ' ' && target.closest('button:focus-visible, [role="slider"]:focus-visible') !== null;
}

/** Leaves the presenter view. */
export function leavePresenter(): void {
  useView.setState({ presenter: false });
}

/** Space = next step, Escape = leave, before any other key of the application. Returns the function that ends it. */
export function followPresenterKeys(): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || taken(event)) return;
    if (event.key !== ' ' && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') leavePresenter();
    else if (!event.repeat) void nextStep();
  };
  window.addEventListener('keydown', onKey, { capture: true });
  return () => window.removeEventListener('keydown', onKey, { capture: true });
}
