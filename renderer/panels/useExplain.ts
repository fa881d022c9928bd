import { useEffect, useState } from 'react';
import type { ObjectKey } from '#shared/kube/types.ts';
import type { Attempt } from '#shared/protocol/index.ts';
import { ask } from '../store/actions.ts';
import { useCluster } from '../store/cluster.ts';
import { refOfKey } from '../store/view.ts';

/** What is known of a pod's scheduling. `attempts` newest first; `preview` is a dry run, made when there is no attempt yet. */
export interface Explanation {
  attempts: readonly Attempt[];
  preview: Attempt | null;
  loading: boolean;
}

const NOTHING: Explanation = { attempts: [], preview: null, loading: false };

/** Asks for a pod's attempts, again whenever the pod or its place in the queue changes. `null` = no pod. */
export function useExplain(key: ObjectKey | null): Explanation {
  const version = useCluster((state) => (key ? state.pods.get(key)?.metadata.resourceVersion : undefined));
  const epoch = useCluster((state) => state.epoch);
  const pending = useCluster((state) => (key ? state.pods.get(key)?.spec.nodeName === undefined : false));
  const [explanation, setExplanation] = useState<Explanation & { of: ObjectKey | null }>({ ...NOTHING, of: null });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version and the epoch say when the answer is out of date
  useEffect(() => {
    if (key === null) return setExplanation({ ...NOTHING, of: null });
    let current = true;
    setExplanation((before) => (before.of === key ? { ...before, loading: true } : { ...NOTHING, loading: true, of: key }));
    void (async () => {
      const ref = refOfKey(key);
      const answer = await ask({ type: 'explain', namespace: ref.namespace, name: ref.name });
      const attempts = answer.ok ? answer.value.attempts : [];
      const dry = attempts.length === 0 && pending ? await ask({ type: 'fit', pod: ref }) : null;
      if (current) setExplanation({ attempts, preview: dry?.ok ? dry.value.attempt : null, loading: false, of: key });
    })();
    return () => {
      current = false;
    };
  }, [key, version, epoch, pending]);
  return explanation.of === key ? explanation : NOTHING;
}
