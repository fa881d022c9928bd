import { editingText } from '../store/appActions.ts';
import { useView } from '../store/view.ts';
import { nextStep } from './captions.ts';

/** Keys that belong to what is open in front of the canvas, or to a control the keyboard was brought to. */
function taken(event: KeyboardEvent, byTab: boolean): boolean {
  const target = event.target;
  if (useView.getState().dialog !== null || editingText()) return true;
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('[role="menu"], [role="dialog"], [role="listbox"]')) return true;
  return event.key === ' ' && byTab && target.closest('button, [role="slider"]') !== null;
}

/** Leaves the presenter view. */
export function leavePresenter(): void {
  useView.setState({ presenter: false });
}

/** Space = next step, Escape = leave, before any other key of the application. Returns the function that ends it. */
export function followPresenterKeys(): () => void {
  // Space stays a button's own only for those who walk with Tab; after a click it is the next step again.
  let byTab = false;
  const onPointer = (): void => {
    byTab = false;
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Tab') byTab = true;
    if (event.ctrlKey || event.metaKey || event.altKey || taken(event, byTab)) return;
    if (event.key !== ' ' && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') leavePresenter();
    else if (!event.repeat) void nextStep();
  };
  window.addEventListener('keydown', onKey, { capture: true });
  window.addEventListener('pointerdown', onPointer, { capture: true });
  return () => {
    window.removeEventListener('keydown', onKey, { capture: true });
    window.removeEventListener('pointerdown', onPointer, { capture: true });
  };
}
