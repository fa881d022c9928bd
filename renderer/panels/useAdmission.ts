import { useEffect, useState } from 'react';
import type { ObjectKey } from '#shared/kube/types.ts';
import type { AdmissionDecision } from '#shared/protocol/index.ts';
import { ask } from '../store/actions.ts';
import { useCluster } from '../store/cluster.ts';
import { refOfKey } from '../store/view.ts';

const NONE: readonly AdmissionDecision[] = [];

/**
 * What admission decided, newest first: about one object, or with `null` the last refusals of all. Asked again when the cluster has changed
 * or a second of virtual time has gone by (a refused request changes nothing).
 */
export function useAdmission(key: ObjectKey | null): readonly AdmissionDecision[] {
  const revision = useCluster((state) => state.revision);
  const epoch = useCluster((state) => state.epoch);
  const second = useCluster((state) => Math.floor(state.nowMs / 1000));
  const [answer, setAnswer] = useState<{ of: ObjectKey | null; decisions: readonly AdmissionDecision[] }>({
    of: null,
    decisions: NONE,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: revision, epoch and second say when the answer is out of date
  useEffect(() => {
    let current = true;
    void ask(key === null ? { type: 'admission' } : { type: 'admission', ref: refOfKey(key) }).then((reply) => {
      if (current && reply.ok) setAnswer({ of: key, decisions: reply.value.decisions });
    });
    return () => {
      current = false;
    };
  }, [key, revision, epoch, second]);
  return answer.of === key ? answer.decisions : NONE;
}
