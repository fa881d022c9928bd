import { useMemo } from 'react';
import type { PersistentVolume, PersistentVolumeClaim } from '#shared/kube/types.ts';
import { useT } from '../../../i18n/index.ts';
import { useCluster } from '../../../store/cluster.ts';
import { select } from '../../../store/view.ts';
import { PodList } from '../PodList.tsx';
import { ConditionsSection, KeyValues, Section } from '../parts.tsx';

function Phase({ phase }: { phase: string }) {
  const tone = phase === 'Bound' || phase === 'Available' ? 'ok' : phase === 'Pending' ? 'warn' : 'bad';
  return <span className={`tag flat ${tone}`}>{phase}</span>;
}

function Link({ id, name }: { id: string; name: string }) {
  const t = useT();
  if (name === '') return <span className="muted">{t('panels:none')}</span>;
  return (
    <button type="button" className="link" onClick={() => select(id)}>
      {name}
    </button>
  );
}

/** A claim: whether it is bound and to what, and who uses it. */
export function ClaimDetails({ claim }: { claim: PersistentVolumeClaim }) {
  const t = useT();
  const pods = useCluster((state) => state.pods);
  const users = useMemo(
    () =>
      [...pods.values()].filter(
        (pod) =>
          pod.metadata.namespace === claim.metadata.namespace &&
          (pod.spec.volumes ?? []).some((one) => one.persistentVolumeClaim?.claimName === claim.metadata.name),
      ),
    [claim, pods],
  );
  const { spec, status } = claim;
  const asked = String(spec.resources?.requests?.storage ?? '–');
  const size = status?.capacity?.storage;
  const conditions = status?.conditions ?? [];
  return (
    <>
      <KeyValues
        rows={[
          [t('panels:namespace'), claim.metadata.namespace ?? ''],
          [t('objects:phase'), <Phase key="phase" phase={status?.phase ?? 'Pending'} />],
          [
            t('objects:volume'),
            <Link key="volume" id={`PersistentVolume//${spec.volumeName ?? ''}`} name={spec.volumeName ?? ''} />,
          ],
          [
            t('objects:storageClass'),
            <Link key="class" id={`StorageClass//${spec.storageClassName ?? ''}`} name={spec.storageClassName ?? ''} />,
          ],
          [t('objects:size'), `${size === undefined ? '' : `${size} · `}${t('objects:askedSize', { size: asked })}`],
          [t('objects:accessModes'), (spec.accessModes ?? []).join(', ')],
        ]}
      />
      <Section title={`${t('objects:usedBy')} · ${users.length}`}>
        <PodList pods={users} />
      </Section>
      <ConditionsSection conditions={conditions} />
    </>
  );
}

/** A volume: its phase, the claim that has it, and what becomes of it afterwards. */
export function VolumeDetails({ volume }: { volume: PersistentVolume }) {
  const t = useT();
  const { spec, status } = volume;
  const claim = spec.claimRef;
  return (
    <KeyValues
      rows={[
        [t('objects:phase'), <Phase key="phase" phase={status?.phase ?? 'Pending'} />],
        [
          t('objects:claim'),
          <Link
            key="claim"
            id={`PersistentVolumeClaim/${claim?.namespace ?? ''}/${claim?.name ?? ''}`}
            name={claim?.name ? `${claim.namespace}/${claim.name}` : ''}
          />,
        ],
        [
          t('objects:storageClass'),
          <Link key="class" id={`StorageClass//${spec.storageClassName ?? ''}`} name={spec.storageClassName ?? ''} />,
        ],
        [t('objects:size'), String(spec.capacity?.storage ?? '–')],
        [t('objects:accessModes'), (spec.accessModes ?? []).join(', ')],
        [t('objects:reclaim'), spec.persistentVolumeReclaimPolicy ?? 'Retain'],
        ...(status?.message ? [[t('panels:eventMessage'), status.message] as const] : []),
      ]}
    />
  );
}
