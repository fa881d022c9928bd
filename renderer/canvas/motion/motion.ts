import type { ObjectKey } from '#shared/kube/types.ts';
import { graceProgress, motionMs, type Transition, transitions } from '../../graph/diff.ts';
import { podLook } from '../../graph/podLook.ts';
import { type FrameStep, onFrameStep, useCluster } from '../../store/cluster.ts';
import type { Mirror } from '../../store/mirror.ts';
import { useView } from '../../store/view.ts';

/** Most pictures in the air at once; a roll-out of hundreds is told by the cards themselves. */
const MOST = 20;
/** And that many when time runs fast or cards are tiles: each costs a measurement, and the eye could not follow more. */
const FEW = 6;

function most(): number {
  const { session } = useCluster.getState();
  return useView.getState().tiles || (session?.playing && session.speed > 3) ? FEW : MOST;
}

interface Flight {
  ghost: HTMLElement;
  animation: Animation;
  /** Still true? Asked with each frame; the flight ends when it is not. */
  holds: (mirror: Mirror) => boolean;
}

interface Wish {
  pod: ObjectKey;
  from: DOMRect;
  className: string;
  color: string;
  holds: (mirror: Mirror) => boolean;
}

const reduced = typeof matchMedia === 'function' ? matchMedia('(prefers-reduced-motion: reduce)') : null;

function boxOf(root: HTMLElement, key: ObjectKey): DOMRect | null {
  const element = root.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  if (!element) return null;
  const picture = element.classList.contains('pod') ? element : (element.querySelector<HTMLElement>('.pod') ?? element);
  return picture.getBoundingClientRect();
}

/** The slot of a pod, or its card's middle when cards are tiles; null when it is not on the screen. */
function destination(root: HTMLElement, key: ObjectKey): { box: DOMRect; slot: HTMLElement | null } | null {
  const slot = root.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  if (slot) {
    const picture = slot.classList.contains('pod') ? slot : (slot.querySelector<HTMLElement>('.pod') ?? slot);
    return { box: picture.getBoundingClientRect(), slot: picture };
  }
  const node = useCluster.getState().pods.get(key)?.spec.nodeName;
  const card = node ? root.querySelector<HTMLElement>(`[data-node-name="${CSS.escape(node)}"]`) : null;
  if (!card) return null;
  const box = card.getBoundingClientRect();
  return { box: new DOMRect(box.left + box.width / 2 - 4, box.top + box.height / 2 - 4, 8, 8), slot: null };
}

/**
 * Follows the frames and lets pods fly: from the queue to their slot when they are bound, from the slot of an evicted or preempted pod to its
 * successor in the queue, and out when they are gone. Movements are read from the difference of two states; each is dropped as soon as the
 * state has moved on. Pods in their grace period shrink with virtual time, so they stand still while time does.
 */
export function startMotion(root: HTMLElement, layer: HTMLElement): { clear: () => void; end: () => void } {
  const flights = new Map<ObjectKey, Flight>();
  const leaving = new Set<ObjectKey>();
  /** Slots that were given up, by the ReplicaSet whose successor is still to come. */
  const successions = new Map<ObjectKey, { box: DOMRect; className: string; color: string }[]>();
  let wishes: Wish[] = [];

  const land = (key: ObjectKey): void => {
    const flight = flights.get(key);
    if (!flight) return;
    flights.delete(key);
    flight.animation.cancel();
    flight.ghost.remove();
  };
  const clear = (): void => {
    wishes = [];
    for (const key of [...flights.keys()]) land(key);
  };

  const fly = (wish: Wish, durationMs: number): void => {
    const target = destination(root, wish.pod);
    if (!target || flights.size >= most() || !wish.holds(useCluster.getState())) return;
    land(wish.pod);
    const ghost = ghostAt(layer, wish);
    const animation = ghost.animate(pathKeyframes(wish.from, target.box), {
      duration: durationMs,
      easing: 'cubic-bezier(.35,.05,.2,1)',
      fill: 'both',
    });
    target.slot?.animate([{ opacity: 0 }, { opacity: 0, offset: 0.92 }, { opacity: 1 }], { duration: durationMs });
    flights.set(wish.pod, { ghost, animation, holds: wish.holds });
    animation.onfinish = () => land(wish.pod);
  };

  const onStep = (step: FrameStep): void => {
    const { before, after, frame } = step;
    if (before.epoch !== after.epoch || frame.snapshot) {
      clear();
      leaving.clear();
      successions.clear();
      return;
    }
    for (const [key, flight] of flights) if (!flight.holds(after)) land(key);
    const session = after.session;
    const durationMs = reduced?.matches ? 0 : motionMs(session?.playing ? session.speed : 1);
    for (const transition of transitions(before, after, frame.changes)) {
      if (transition.type === 'leaving') leaving.add(transition.pod);
      if (transition.type === 'gone') leaving.delete(transition.pod);
      if (durationMs > 0) note(transition, before, after);
    }
    if (wishes.length > 0) requestAnimationFrame(() => launch(durationMs));
    if (leaving.size > 0) requestAnimationFrame(() => shrink(root, leaving));
  };

  const note = (transition: Transition, before: Mirror, after: Mirror): void => {
    if (transition.type === 'bound') noteBound(transition, after);
    else if (transition.type === 'leaving' && transition.family && transition.how !== 'deleted')
      noteSuccession(transition, before);
    else if (transition.type === 'created' && transition.family) noteSuccessor(transition, after);
    else if (transition.type === 'gone') fadeOut(transition.pod, before);
  };
  const noteBound = ({ pod, node }: Extract<Transition, { type: 'bound' }>, after: Mirror): void => {
    const object = after.pods.get(pod);
    if (!object || wishes.length + flights.size >= most()) return;
    const from = boxOf(root, pod) ?? root.querySelector('.lane-active')?.getBoundingClientRect();
    if (!from) return;
    const look = podLook(object, after.owners, after.lineage);
    const holds = (mirror: Mirror): boolean => {
      const now = mirror.pods.get(pod);
      return now?.spec.nodeName === node && !now.metadata.deletionTimestamp;
    };
    wishes.push({ pod, from: small(from), className: look.className, color: look.color, holds });
  };
  const noteSuccession = ({ pod, family }: Extract<Transition, { type: 'leaving' }>, before: Mirror): void => {
    const object = before.pods.get(pod);
    if (!object || !family || (successions.get(family)?.length ?? 0) >= most()) return;
    const box = boxOf(root, pod);
    if (!box) return;
    const look = podLook(object, before.owners, before.lineage);
    successions.set(
      family,
      [...(successions.get(family) ?? []), { box, className: look.className, color: look.color }].slice(-MOST),
    );
  };
  const noteSuccessor = ({ pod, family }: Extract<Transition, { type: 'created' }>, after: Mirror): void => {
    const left = family ? successions.get(family) : undefined;
    const origin = left?.shift();
    if (!origin || after.pods.get(pod)?.spec.nodeName) return;
    const holds = (mirror: Mirror): boolean => mirror.pods.has(pod) && !mirror.pods.get(pod)?.spec.nodeName;
    wishes.push({ pod, from: origin.box, className: 'pod pending', color: origin.color, holds });
  };
  const fadeOut = (pod: ObjectKey, before: Mirror): void => {
    const object = before.pods.get(pod);
    if (!object?.spec.nodeName || flights.size >= most() || useView.getState().tiles) return;
    const box = boxOf(root, pod);
    if (!box || box.width === 0) return;
    const look = podLook(object, before.owners, before.lineage);
    const ghost = ghostAt(layer, { from: box, className: look.className, color: look.color });
    const at = `translate(${box.left}px, ${box.top}px)`;
    const scale = box.width / GHOST;
    const animation = ghost.animate(
      [
        { transform: `${at} scale(${scale})`, opacity: 0.8 },
        { transform: `${at} scale(${scale * 0.2})`, opacity: 0 },
      ],
      { duration: 260, easing: 'ease-in', fill: 'both' },
    );
    flights.set(`gone ${pod}`, { ghost, animation, holds: () => true });
    animation.onfinish = () => land(`gone ${pod}`);
  };
  const launch = (durationMs: number): void => {
    const ready = wishes;
    wishes = [];
    for (const wish of ready) fly(wish, durationMs);
  };

  const stop = onFrameStep(onStep);
  return {
    clear,
    end: () => {
      stop();
      clear();
    },
  };
}

const GHOST = 18;

function small(box: DOMRect): DOMRect {
  return box.width <= 40 ? box : new DOMRect(box.left + 14, box.top + box.height / 2 - GHOST / 2, GHOST, GHOST);
}

function ghostAt(layer: HTMLElement, look: { className: string; color: string; from: DOMRect }): HTMLElement {
  const ghost = document.createElement('span');
  ghost.className = `${look.className} ghost`;
  ghost.style.setProperty('--c', look.color);
  layer.append(ghost);
  return ghost;
}

/** A slight arc from one box to another. */
function pathKeyframes(from: DOMRect, to: DOMRect): Keyframe[] {
  const point = (part: number): string => {
    const lift = Math.sin(Math.PI * part) * Math.min(70, Math.hypot(to.left - from.left, to.top - from.top) * 0.14);
    const x = from.left + (to.left - from.left) * part;
    const y = from.top + (to.top - from.top) * part - lift;
    const size = (from.width + (to.width - from.width) * part) / GHOST;
    return `translate(${x}px, ${y}px) scale(${size * (1 + 0.25 * Math.sin(Math.PI * part))})`;
  };
  return [0, 0.25, 0.5, 0.75, 1].map((offset) => ({ transform: point(offset), offset }));
}

/** Pods in their grace period, as small as the time they have left. */
function shrink(root: HTMLElement, leaving: ReadonlySet<ObjectKey>): void {
  const { pods, session, nowMs } = useCluster.getState();
  const startMs = Date.parse(session?.startTime ?? '');
  let drawn = 0;
  for (const key of leaving) {
    const pod = pods.get(key);
    if (!pod) continue;
    if (++drawn > MOST * 4) return;
    const element = root.querySelector<HTMLElement>(`.card-pods [data-key="${CSS.escape(key)}"]`);
    if (element) element.style.scale = String(1 - 0.5 * graceProgress(pod, startMs, nowMs));
  }
}
