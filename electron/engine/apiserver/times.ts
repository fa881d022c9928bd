import type { VirtualClock } from '../sim/clock.ts';
import { formatTime, parseTime } from '../sim/time.ts';
import type { DeletionTime } from './deletion.ts';

/** Deletion's view of a clock. */
export function deletionTime(clock: VirtualClock): DeletionTime {
  return {
    at: (seconds) => formatTime(clock.startMs + clock.nowMs + seconds * 1000, 0),
    shift: (timestamp, seconds) => formatTime((parseTime(timestamp) ?? clock.startMs + clock.nowMs) + seconds * 1000, 0),
  };
}
