import { useEffect, useRef, useState } from 'react';
import { refOf } from '#shared/kube/types.ts';
import { sendCommand } from '../../store/actions.ts';
import type { Workload } from '../../store/workloads.ts';
import { LOAD_ANNOTATION, type LoadDraft, NO_LOAD, readLoad, writeLoad } from '../model/load.ts';

/** Keys that move a slider commit each step; one command is given when they have rested so long, in wall milliseconds. */
const REST_MS = 350;

/** The draft that is shown: what is stored, or what the hand is just making of it; and the way to give it. */
export function useLoadDraft(workload: Workload) {
  const text = workload.metadata.annotations?.[LOAD_ANNOTATION];
  const stored = readLoad(text);
  const [moving, setMoving] = useState<LoadDraft | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const waiting = useRef<LoadDraft | null>(null);
  const ref = refOf(workload);
  const give = useRef((_: LoadDraft) => {});
  give.current = (draft) => {
    waiting.current = null;
    void sendCommand({ type: 'setLoad', ref, load: writeLoad(draft) }).then((answer) => {
      if (!answer.ok) setMoving(null);
    });
  };
  useEffect(() => {
    return () => {
      if (timer.current) clearTimeout(timer.current);
      if (waiting.current) give.current(waiting.current);
    };
  }, []);
  // What was given stays on the screen until the object has it: the answer comes before the object does.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text is the object's answer
  useEffect(() => {
    if (waiting.current === null) setMoving(null);
  }, [text]);
  const rest = (draft: LoadDraft, ms: number): void => {
    setMoving(draft);
    waiting.current = draft;
    if (timer.current) clearTimeout(timer.current);
    timer.current = setTimeout(() => give.current(draft), ms);
  };
  const remove = (): void => {
    if (timer.current) clearTimeout(timer.current);
    waiting.current = null;
    setMoving(null);
    void sendCommand({ type: 'setLoad', ref, load: null });
  };
  return {
    text,
    stored,
    draft: moving ?? stored ?? NO_LOAD,
    move: setMoving,
    commit: (draft: LoadDraft) => rest(draft, REST_MS),
    remove,
  };
}
