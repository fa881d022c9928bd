import { create } from 'zustand';
import type { Mark } from '#shared/protocol/index.ts';
import { onFrameStep, onSignal } from './cluster.ts';

/** Marks on the timeline, in order of time; what lies ahead after going back included. */
export const useMarks = create<{ marks: readonly Mark[] }>()(() => ({ marks: [] }));

const KEPT = 5000;

/** Starts collecting marks. Returns the function that stops it. */
export function collectMarks(): () => void {
  let pending: Mark[] = [];
  const stopSteps = onFrameStep(({ frame }) => {
    if (frame.snapshot) useMarks.setState({ marks: [] }); // a snapshot tells the whole timeline
  });
  const stopSignals = onSignal((signal) => {
    if (signal.type !== 'mark') return;
    if (pending.length === 0) queueMicrotask(flush);
    pending.push(signal.mark);
  });
  const flush = (): void => {
    const added = pending;
    pending = [];
    useMarks.setState(({ marks }) => {
      const seen = new Set(marks.map(identity));
      const fresh = added.filter((mark) => !seen.has(identity(mark)));
      return fresh.length === 0 ? { marks } : { marks: [...marks, ...fresh].sort((a, b) => a.atMs - b.atMs).slice(-KEPT) };
    });
  };
  return () => {
    stopSteps();
    stopSignals();
  };
}

function identity(mark: Mark): string {
  return `${mark.atMs}|${mark.revision}|${mark.kind}|${mark.text}`;
}
