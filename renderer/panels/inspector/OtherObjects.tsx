import { useMemo } from 'react';
import { compareStrings } from '#shared/core/compare.ts';
import { kindInfo } from '#shared/kube/registry.ts';
import type { AnyObject, ObjectKey } from '#shared/kube/types.ts';
import { KindIcon } from '../../components/index.ts';
import { useT } from '../../i18n/index.ts';
import { useCluster } from '../../store/cluster.ts';
import { select } from '../../store/view.ts';
import { Section } from './parts.tsx';

/** What the cluster makes for itself in every namespace; listing it would hide what people put there. */
function isOwnMachinery(object: AnyObject): boolean {
  const { name, namespace = '' } = object.metadata;
  if (['Lease', 'EndpointSlice', 'Endpoints', 'CSINode'].includes(object.kind)) return true;
  if (object.kind === 'ConfigMap' && name === 'kube-root-ca.crt') return true;
  return (object.kind === 'ServiceAccount' && name === 'default') || namespace === 'kube-node-lease';
}

function Group({ kind, objects }: { kind: string; objects: readonly [ObjectKey, AnyObject][] }) {
  return (
    <>
      {objects.map(([key, object]) => {
        const namespace = object.metadata.namespace ?? '';
        return (
          <li key={key}>
            <button type="button" className="object-link" onClick={() => select(key)}>
              <KindIcon kind={kind} size={14} />
              <span className="ellipsis">{object.metadata.name}</span>
              <span className="muted">{namespace === '' || namespace === 'default' ? kind : `${kind} · ${namespace}`}</span>
            </button>
          </li>
        );
      })}
    </>
  );
}

/** All other objects by kind: those that something acts on, then those that are only kept. */
export function OtherObjects() {
  const t = useT();
  const others = useCluster((state) => state.others);
  const [acting, inert] = useMemo(() => {
    const groups = new Map<string, [ObjectKey, AnyObject][]>();
    for (const [key, object] of others) {
      if (isOwnMachinery(object)) continue;
      groups.set(object.kind, [...(groups.get(object.kind) ?? []), [key, object]]);
    }
    const sorted = [...groups].sort(([a], [b]) => compareStrings(a, b));
    const simulated = (kind: string): boolean => kindInfo(kind)?.simulated === true;
    return [sorted.filter(([kind]) => simulated(kind)), sorted.filter(([kind]) => !simulated(kind))];
  }, [others]);
  return (
    <>
      {acting.length > 0 ? (
        <Section title={t('panels:otherObjects')}>
          <ul className="object-list">
            {acting.map(([kind, objects]) => (
              <Group key={kind} kind={kind} objects={objects} />
            ))}
          </ul>
        </Section>
      ) : null}
      {inert.length > 0 ? (
        <Section title={t('panels:inert')}>
          <p className="note">{t('panels:inertHint')}</p>
          <ul className="object-list">
            {inert.map(([kind, objects]) => (
              <Group key={kind} kind={kind} objects={objects} />
            ))}
          </ul>
        </Section>
      ) : null}
    </>
  );
}
