import type { Pod } from '#shared/kube/types.ts';
import { objectKey } from '#shared/kube/types.ts';
import { PodGlyph } from '../../components/index.ts';
import { podLook } from '../../graph/podLook.ts';
import { useCluster } from '../../store/cluster.ts';
import { select } from '../../store/view.ts';

/** Pods as links, each with its picture; `note` says something about one at the right. */
export function PodList({ pods, note }: { pods: readonly Pod[]; note?: (pod: Pod) => string }) {
  const owners = useCluster((state) => state.owners);
  const lineage = useCluster((state) => state.lineage);
  return (
    <ul className="object-list">
      {pods.map((pod) => (
        <li key={objectKey(pod)}>
          <button type="button" className="object-link" onClick={() => select(objectKey(pod))}>
            <PodGlyph look={podLook(pod, owners, lineage)} />
            <span className="ellipsis">{pod.metadata.name}</span>
            {note ? <span className="muted">{note(pod)}</span> : null}
          </button>
        </li>
      ))}
    </ul>
  );
}
