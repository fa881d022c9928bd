import type { KeyboardEvent, MouseEvent } from 'react';
import { CARD } from '../graph/card.ts';
import { canvasPort } from '../store/canvasPort.ts';
import type { Position } from '../store/mirror.ts';
import { pinPositions } from '../store/place.ts';
import { openDock, openInspector, select, toggleSelected, useView } from '../store/view.ts';

const NUDGE = 20;

/** Keys of what has roll-outs; a Job has none to show. */
const ROLLING = /^(Deployment|StatefulSet|DaemonSet)\//;

/** Tables that tell of the workloads themselves: who watches one of them keeps it. */
const ABOUT_WORKLOADS: ReadonlySet<string> = new Set(['autoscaling', 'refusals']);

function keyUnder(target: EventTarget): { key: string; element: HTMLElement } | null {
  const element = target instanceof Element ? target.closest<HTMLElement>('[data-key]') : null;
  const key = element?.dataset.key;
  return element && key ? { key, element } : null;
}

/** A click on a pod, a queue entry or a workload selects it; React Flow does that for the cards themselves. */
export function onCanvasClick(event: MouseEvent): void {
  const hit = keyUnder(event.target);
  if (!hit || hit.key.startsWith('Node//')) return;
  if (hit.key.startsWith('Component/')) {
    // A control-plane part has nothing to select; its menu opens instead.
    const box = hit.element.getBoundingClientRect();
    hit.element.dispatchEvent(
      new window.MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: box.left + 8, clientY: box.bottom }),
    );
    return;
  }
  event.stopPropagation();
  if (event.shiftKey || event.metaKey || event.ctrlKey) toggleSelected(hit.key);
  else select(hit.key);
  if (hit.key.startsWith('Pod/')) {
    openInspector('why');
    openDock('explain');
  } else if (ROLLING.test(hit.key) && !ABOUT_WORKLOADS.has(useView.getState().dockTab)) openDock('rollout');
}

const STEP: Record<string, { x: number; y: number }> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** Nearest card from `from` in a direction, straight ahead preferred. */
export function nearestCard(from: string, direction: Position, positions: Readonly<Record<string, Position>>): string | null {
  const start = positions[from];
  if (!start) return null;
  let best: string | null = null;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const [name, at] of Object.entries(positions)) {
    if (name === from) continue;
    const ahead = (at.x - start.x) * direction.x + (at.y - start.y) * direction.y;
    const aside = Math.abs((at.x - start.x) * direction.y) + Math.abs((at.y - start.y) * direction.x);
    const cost = ahead + aside * 2.5;
    if (ahead > 1 && cost < bestCost) {
      best = name;
      bestCost = cost;
    }
  }
  return best;
}

function onCardKey(event: KeyboardEvent, name: string, card: HTMLElement): boolean {
  const port = canvasPort();
  const step = STEP[event.key];
  if (step && event.altKey && port) {
    const at = port.positions()[name];
    if (at) void pinPositions({ [name]: { x: at.x + step.x * NUDGE, y: at.y + step.y * NUDGE } });
    return true;
  }
  if (step && port) {
    const next = nearestCard(name, step, port.positions());
    if (next) focusCard(next);
    return true;
  }
  if (event.key !== 'Enter' && event.key !== ' ') return false;
  const key = `Node//${name}`;
  if (event.shiftKey) toggleSelected(key);
  else if (useView.getState().selection.at(-1) !== key) select(key);
  else card.querySelector<HTMLElement>('.pod')?.focus();
  return true;
}

function focusCard(name: string): void {
  const find = (): HTMLElement | null => document.querySelector(`.react-flow__node[data-id="${CSS.escape(name)}"]`);
  const card = find();
  if (card) card.focus();
  else canvasPort()?.reveal(name);
}

function onPodKey(event: KeyboardEvent, pod: HTMLElement): boolean {
  const pods = [...(pod.parentElement?.querySelectorAll<HTMLElement>('.pod') ?? [])];
  const index = pods.indexOf(pod);
  const moves: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -CARD.perRow, ArrowDown: CARD.perRow };
  const move = moves[event.key];
  if (move !== undefined) {
    pods[Math.min(pods.length - 1, Math.max(0, index + move))]?.focus();
    return true;
  }
  if (event.key !== 'Escape') return false;
  pod.closest<HTMLElement>('.react-flow__node')?.focus();
  return true;
}

/**
 * Keys on the canvas. On a card: arrows go to the next card, Alt+arrows move it, Enter selects and then goes into its pods.
 * On a pod: arrows walk through the pods, Enter selects (a click), Escape returns to the card.
 */
export function onCanvasKeyDown(event: KeyboardEvent): void {
  if (!(event.target instanceof HTMLElement)) return;
  const node = event.target.closest<HTMLElement>('.react-flow__node');
  if (!node) return;
  const name = node.dataset.id ?? '';
  const handled = event.target.classList.contains('pod')
    ? onPodKey(event, event.target)
    : event.target === node && onCardKey(event, name, node);
  if (!handled) return;
  event.preventDefault();
  event.stopPropagation();
}
