import { create } from 'zustand';
import { ask, sendControl } from '../store/actions.ts';
import { type FrameStep, onFrameStep, useCluster } from '../store/cluster.ts';
import { refOfKey } from '../store/view.ts';
import { withAttempt } from './attempt.ts';
import { type Happening, happening } from './happening.ts';
import { NO_PAST, observe } from './observe.ts';
import { advance, type Captions, NO_CAPTIONS, restMs, take } from './queue.ts';

/** What the presenter view says. */
export const useCaptions = create<Captions>()(() => NO_CAPTIONS);

function say(told: readonly Happening[]): void {
  useCaptions.setState((captions) => take(captions, told, performance.now()), true);
}

/** Puts the scheduler's own reason to a single placing that is on the screen; it is asked for once a caption. */
async function askWhy(asked: Set<number>): Promise<void> {
  const { shown } = useCaptions.getState();
  const pod = shown?.told.pods[0];
  if (!shown || !pod || shown.told.kind !== 'placed' || shown.told.pods.length !== 1 || asked.has(shown.id)) return;
  asked.add(shown.id);
  const { namespace, name } = refOfKey(pod);
  const answer = await ask({ type: 'explain', namespace, name });
  if (!answer.ok) return;
  const attempt = answer.value.attempts.find((one) => one.result === 'scheduled');
  useCaptions.setState((captions) => {
    const now = captions.shown;
    return now?.id === shown.id ? { ...captions, shown: { ...now, told: withAttempt(now.told, attempt) } } : captions;
  }, true);
}

/** Makes captions of what happens until the returned function is called. While time stands still, the next one waits for the person. */
export function followHappenings(): () => void {
  let past = NO_PAST;
  let timer = 0;
  const asked = new Set<number>();
  const onStep = ({ before, after, frame }: FrameStep): void => {
    if (before.epoch !== after.epoch || frame.snapshot) {
      past = NO_PAST;
      useCaptions.setState(NO_CAPTIONS, true);
      return;
    }
    const seen = observe(past, before, after, frame.changes, frame.signals);
    past = seen.past;
    if (seen.told.length > 0) say(seen.told);
    if (before.session?.playing !== after.session?.playing) wind();
  };
  const wind = (): void => {
    window.clearTimeout(timer);
    const captions = useCaptions.getState();
    if (captions.waiting.length === 0) return;
    timer = window.setTimeout(
      () => {
        if (useCluster.getState().session?.playing) useCaptions.setState((now) => advance(now, performance.now()), true);
        else wind();
      },
      Math.max(100, restMs(captions, performance.now())),
    );
  };
  const stopSteps = onFrameStep(onStep);
  const stopCaptions = useCaptions.subscribe((state, before) => {
    if (state.shown !== before.shown) void askWhy(asked);
    wind();
  });
  return () => {
    stopSteps();
    stopCaptions();
    window.clearTimeout(timer);
    useCaptions.setState(NO_CAPTIONS, true);
  };
}

const MOST_STEPS = 80;
const AT_ONCE_MS = 400;
const FRAME_MS = 250;

/** Resolves when the next frame has been applied, or when none comes. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      window.clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = window.setTimeout(end, FRAME_MS);
    const stop = useCluster.subscribe((state, before) => {
      if (state.seq !== before.seq) end();
    });
  });
}

let stepping = false;

/** The presenter's key: pauses a running playground; else shows the next caption, or steps until there is something to say. */
export async function nextStep(): Promise<void> {
  const session = useCluster.getState().session;
  if (session?.playing) return void sendControl({ type: 'pause' });
  const { waiting, lastId } = useCaptions.getState();
  if (waiting.length > 0) return useCaptions.setState((now) => advance(now, performance.now()), true);
  if (stepping) return;
  stepping = true;
  try {
    for (let done = 0; done < MOST_STEPS; done++) {
      const frame = nextFrame();
      const answer = await sendControl({ type: 'step' });
      if (!answer.ok) return;
      await frame;
      const now = useCluster.getState().session;
      const told = useCaptions.getState().lastId !== lastId;
      if (told && !goesOn(lastId)) return useCaptions.setState(beyond(lastId), true);
      if (now?.playing) return;
      if (!told && now?.quiet && now.pendingSteps === 0) break;
    }
    say([happening('quiet', '', '')]);
    useCaptions.setState(beyond(lastId), true);
  } finally {
    stepping = false;
  }
}

/** Several pods that become ready one right after the other make one step: while only that is new and more is due at once. */
function goesOn(lastId: number): boolean {
  const { shown, waiting } = useCaptions.getState();
  const { session, nowMs } = useCluster.getState();
  const fresh = [...(shown ? [shown] : []), ...waiting].filter(({ id }) => id > lastId);
  const soon = session?.nextDueMs != null && session.nextDueMs - nowMs < AT_ONCE_MS;
  return soon && !session.quiet && fresh.every(({ told }) => told.kind === 'running' || told.kind === 'joined');
}

/** What a step of one's own brings is shown at once, in place of a caption from before it. */
function beyond(lastId: number): (captions: Captions) => Captions {
  return (captions) => ((captions.shown?.id ?? 0) <= lastId ? advance(captions, performance.now()) : captions);
}
