import { type CSSProperties, memo } from 'react';
import type { PodDot } from '../graph/model.ts';
import { type Translate, useT } from '../i18n/index.ts';
import { useView } from '../store/view.ts';

/** Name of a pod's picture for those who cannot see it. */
export function podLabel(t: Translate, pod: PodDot): string {
  const base = t('canvas:podName', { name: pod.name, state: t(`canvas:state_${pod.look.state}`), priority: pod.look.priority });
  return pod.look.old ? `${base}, ${t('canvas:podOld', { revision: pod.look.revision })}` : base;
}

const Dot = memo(function Dot({
  podKey,
  className,
  color,
  label,
}: {
  podKey: string;
  className: string;
  color: string;
  label: string;
}) {
  return (
    <button
      type="button"
      tabIndex={-1}
      className={className}
      data-key={podKey}
      aria-label={label}
      title={label}
      style={{ '--c': color } as CSSProperties}
    />
  );
});

/** The pods of a node. Clicks and keys are handled by the canvas (delegation); dots redraw only when their own look changes. */
export const PodGrid = memo(function PodGrid({ node, pods }: { node: string; pods: readonly PodDot[] }) {
  const t = useT();
  const selection = useView((state) => state.selection);
  return (
    <div className="card-pods nodrag nopan" role="group" aria-label={t('canvas:podsOf', { node })}>
      {pods.map((pod) => (
        <Dot
          key={pod.key}
          podKey={pod.key}
          className={selection.includes(pod.key) ? `${pod.look.className} is-selected` : pod.look.className}
          color={pod.look.color}
          label={podLabel(t, pod)}
        />
      ))}
    </div>
  );
});
