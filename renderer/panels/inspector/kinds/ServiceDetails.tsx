import { useMemo } from 'react';
import type { Service } from '#shared/kube/types.ts';
import { useT } from '../../../i18n/index.ts';
import { useCluster } from '../../../store/cluster.ts';
import { select } from '../../../store/view.ts';
import { type EndpointRow, endpointRows, portTexts, selectedPods } from '../../model/network.ts';
import { PodList } from '../PodList.tsx';
import { Chips, KeyValues, Section } from '../parts.tsx';

const STATE_WORDS = {
  ready: 'objects:endpointReady',
  notReady: 'objects:endpointNotReady',
  terminating: 'objects:endpointTerminating',
} as const;

function Endpoint({ row }: { row: EndpointRow }) {
  const t = useT();
  const { target } = row;
  return (
    <li className="endpoint">
      <span className="mono">{row.address}</span>
      {target === null ? null : (
        <button type="button" className="link ellipsis" onClick={() => select(target)}>
          {row.name}
        </button>
      )}
      <span className={`tag ${row.state === 'ready' ? 'ok' : row.state === 'notReady' ? 'bad' : 'warn'}`}>
        {t(STATE_WORDS[row.state])}
      </span>
    </li>
  );
}

/** A service: its address and ports, what answers behind it, and whom its selector means. */
export function ServiceDetails({ service }: { service: Service }) {
  const t = useT();
  const others = useCluster((state) => state.others);
  const pods = useCluster((state) => state.pods);
  const endpoints = useMemo(() => endpointRows(service, others.values()), [service, others]);
  const meant = useMemo(() => selectedPods(service, pods.values()), [service, pods]);
  const { spec } = service;
  const selector = Object.entries(spec.selector ?? {}).map(([key, value]) => ({ id: key, text: `${key}=${value}` }));
  const mono = (text: string) => <span className="mono">{text}</span>;
  return (
    <>
      <KeyValues
        rows={[
          [t('panels:namespace'), service.metadata.namespace ?? ''],
          [t('objects:type'), spec.type ?? 'ClusterIP'],
          ...(spec.type === 'ExternalName'
            ? [[t('objects:externalName'), mono(spec.externalName ?? '')] as const]
            : [
                [t('objects:clusterIP'), spec.clusterIP === 'None' ? t('objects:headless') : mono(spec.clusterIP ?? '')] as const,
              ]),
          [t('objects:ports'), mono(portTexts(service).join(', ') || '–')],
          ...(spec.sessionAffinity && spec.sessionAffinity !== 'None'
            ? [[t('objects:affinity'), spec.sessionAffinity] as const]
            : []),
        ]}
      />
      <Section title={t('objects:selector')}>
        {selector.length > 0 ? <Chips items={selector} /> : <p className="note">{t('objects:noSelector')}</p>}
      </Section>
      <Section
        title={t('objects:endpoints')}
        action={
          <span className="muted small">
            {t('objects:endpointsReady', {
              ready: endpoints.filter((row) => row.state === 'ready').length,
              total: endpoints.length,
            })}
          </span>
        }
      >
        {meant.length === 0 && selector.length > 0 ? <p className="note">{t('objects:endpointsNone')}</p> : null}
        <ul className="object-list">
          {endpoints.map((row) => (
            <Endpoint key={`${row.address} ${row.name}`} row={row} />
          ))}
        </ul>
      </Section>
      {meant.length > 0 ? (
        <Section title={`${t('objects:matching')} · ${meant.length}`}>
          <PodList pods={meant} />
        </Section>
      ) : null}
    </>
  );
}
