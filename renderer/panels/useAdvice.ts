import { useEffect, useRef, useState } from 'react';
import type { ObjectKey } from '#shared/kube/types.ts';
import type { Command, CommandPreview, Suggestion } from '#shared/protocol/index.ts';
import { ask } from '../store/actions.ts';
import { useCluster } from '../store/cluster.ts';
import { refOfKey } from '../store/view.ts';

/** Shortest time between two searches for the same pod, in wall milliseconds: each is some hundred dry runs. */
const PAUSE_MS = 1000;
/** In a large cluster a search takes long: so many times as long is waited before the next. */
const PAUSE_SHARE = 8;

/** What would help a pending pod; null while it is not known. Asked again, at most once a second, while nodes and pods change. */
export function useSuggestions(key: ObjectKey | null): readonly Suggestion[] | null {
  const [answer, setAnswer] = useState<{ of: ObjectKey | null; list: readonly Suggestion[] | null }>({ of: null, list: null });
  useEffect(() => {
    if (key === null) return;
    const ref = refOfKey(key);
    let current = true;
    let asking = false;
    let stale = false;
    let timer: ReturnType<typeof setTimeout> | null = null;
    let pauseMs = PAUSE_MS;
    const refresh = async (): Promise<void> => {
      timer = null;
      asking = true;
      stale = false;
      const askedAt = performance.now();
      const result = await ask({ type: 'suggest', namespace: ref.namespace, name: ref.name });
      pauseMs = Math.max(PAUSE_MS, PAUSE_SHARE * (performance.now() - askedAt));
      asking = false;
      if (!current) return;
      setAnswer({ of: key, list: result.ok ? result.value.suggestions : [] });
      if (stale) later();
    };
    const later = (): void => {
      if (asking) stale = true;
      else timer ??= setTimeout(() => void refresh(), pauseMs);
    };
    void refresh();
    const stop = useCluster.subscribe((state, before) => {
      if (state.pods !== before.pods || state.nodes !== before.nodes || state.components !== before.components) later();
    });
    return () => {
      current = false;
      stop();
      if (timer) clearTimeout(timer);
    };
  }, [key]);
  return answer.of === key ? answer.list : null;
}

/** What would follow from a command; null while it is not known or refused. Asked again with every change of the cluster. */
export function useCommandPreview(command: Command | null): CommandPreview | null {
  const revision = useCluster((state) => state.revision);
  const wanted = command === null ? null : JSON.stringify(command);
  const [answer, setAnswer] = useState<{ of: string | null; preview: CommandPreview | null }>({ of: null, preview: null });
  const asking = useRef(false);
  const latest = useRef('');
  latest.current = `${revision} ${wanted}`;
  const [again, setAgain] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new revision makes the preview out of date
  useEffect(() => {
    if (wanted === null || asking.current) return;
    asking.current = true;
    const asked = latest.current;
    void ask({ type: 'preview', command: JSON.parse(wanted) as Command }).then((result) => {
      asking.current = false;
      setAnswer({ of: wanted, preview: result.ok ? result.value : null });
      // What came while the answer was under way is asked for now.
      if (latest.current !== asked) setAgain((count) => count + 1);
    });
  }, [wanted, revision, again]);
  return answer.of === wanted ? answer.preview : null;
}
