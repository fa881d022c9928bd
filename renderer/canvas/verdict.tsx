import { CircleCheck, CircleSlash, Replace } from 'lucide-react';
import { useMemo } from 'react';
import type { Amounts } from '#shared/kube/pod.ts';
import { verdictReason } from '../explain/reasons.ts';
import { useT } from '../i18n/index.ts';
import { useCluster } from '../store/cluster.ts';
import { useView } from '../store/view.ts';

/** What a card says about the pod that is selected or dragged. */
export interface Verdict {
  /** `would`, `wouldNot`: of another node while the pod runs already; said, but not made much of. */
  kind: 'fit' | 'best' | 'no' | 'victims' | 'here' | 'would' | 'wouldNot';
  text: string;
  /** What the pod would add to the node's bars. */
  extra: Amounts | null;
}

/** Verdict of a node on the pod that is selected or dragged; null when none is. */
export function useVerdict(node: string): Verdict | null {
  const t = useT();
  const fit = useView((state) => state.fit);
  const host = useCluster((state) => (fit ? state.pods.get(fit.subject)?.spec.nodeName : undefined));
  return useMemo(() => {
    if (!fit) return null;
    if (host === node) return { kind: 'here', text: t('canvas:runsHere'), extra: null };
    const verdict = fit.byNode.get(node);
    if (!verdict) return host ? null : { kind: 'no', text: t('canvas:notLookedAt'), extra: null };
    if (verdict.code === 'Success' && host)
      return { kind: 'would', text: t('canvas:fits', { score: verdict.total ?? 0 }), extra: null };
    if (verdict.code === 'Success') {
      const best = fit.best.has(node);
      const score = verdict.total ?? 0;
      return { kind: best ? 'best' : 'fit', text: t(best ? 'canvas:fitsBest' : 'canvas:fits', { score }), extra: fit.requests };
    }
    if (verdict.victims && verdict.victims.length > 0) {
      return { kind: 'victims', text: t('canvas:fitsAfter', { count: verdict.victims.length }), extra: null };
    }
    return { kind: host ? 'wouldNot' : 'no', text: verdictReason(t, verdict), extra: null };
  }, [fit, host, node, t]);
}

const ICONS = {
  fit: CircleCheck,
  best: CircleCheck,
  here: CircleCheck,
  no: CircleSlash,
  would: CircleCheck,
  wouldNot: CircleSlash,
  victims: Replace,
} as const;

/** The line under a card. */
export function VerdictLine({ verdict }: { verdict: Verdict }) {
  const Icon = ICONS[verdict.kind];
  return (
    <div className={`verdict ${verdict.kind}`} title={verdict.text}>
      <Icon size={13} aria-hidden />
      <span>{verdict.text}</span>
    </div>
  );
}
