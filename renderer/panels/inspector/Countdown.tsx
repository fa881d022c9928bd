import { useCluster } from '../../store/cluster.ts';
import { printAge } from '../time.ts';

/** Time left until a moment of the cluster's clock (epoch milliseconds), second by second; nothing when it is over. */
export function Countdown({ untilMs, say }: { untilMs: number; say: (left: string) => string }) {
  const seconds = useCluster((state) => Math.ceil((untilMs - startMs(state.session?.startTime) - state.nowMs) / 1000));
  if (seconds <= 0) return null;
  return <span className="countdown">{say(printAge(seconds * 1000).replace(/\.0s$/, 's'))}</span>;
}

/** The cluster's start as epoch milliseconds; 0 before a first frame. */
export function startMs(startTime: string | undefined): number {
  return Date.parse(startTime ?? '') || 0;
}
