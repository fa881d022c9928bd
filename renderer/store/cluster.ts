import { create } from 'zustand';
import type { Frame, Signal } from '#shared/protocol/index.ts';
import { applyFrame, EMPTY_MIRROR, type Mirror } from './mirror.ts';

/** The cluster mirror. Select narrowly: `useCluster((s) => s.nodes.get(name))`. */
export const useCluster = create<Mirror>()(() => EMPTY_MIRROR);

/** What a frame listener is told. `before` and `after` differ by exactly this frame. */
export interface FrameStep {
  before: Mirror;
  after: Mirror;
  frame: Frame;
}

type StepListener = (step: FrameStep) => void;
type SignalListener = (signal: Signal) => void;
const stepListeners = new Set<StepListener>();
const signalListeners = new Set<SignalListener>();

/** Calls `listener` for each frame just BEFORE the screen changes, so that it can measure where things are. Returns the unsubscriber. */
export function onFrameStep(listener: StepListener): () => void {
  stepListeners.add(listener);
  return () => stepListeners.delete(listener);
}

/** Calls `listener` for each signal of each applied frame, after the mirror has changed. Returns the unsubscriber. */
export function onSignal(listener: SignalListener): () => void {
  signalListeners.add(listener);
  return () => signalListeners.delete(listener);
}

/** Takes a frame from the bridge into the mirror. Answers `resync` when it does not follow on the mirror. */
export function takeFrame(frame: Frame): 'applied' | 'resync' {
  const before = useCluster.getState();
  const after = applyFrame(before, frame);
  if (after === 'resync') return 'resync';
  for (const listener of stepListeners) listener({ before, after, frame });
  useCluster.setState(after, true);
  for (const signal of frame.signals) for (const listener of signalListeners) listener(signal);
  return 'applied';
}
