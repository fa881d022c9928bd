import '../autoscaling.css';
import { ArrowRight } from 'lucide-react';
import { useMemo } from 'react';
import type { HorizontalPodAutoscaler, ObjectKey, VerticalPodAutoscaler } from '#shared/kube/types.ts';
import { objectKey } from '#shared/kube/types.ts';
import { updateModeOf } from '#shared/kube/vpa.ts';
import { Button, KindIcon } from '../../components/index.ts';
import { bytesText } from '../../graph/units.ts';
import { useT } from '../../i18n/index.ts';
import { useCluster } from '../../store/cluster.ts';
import { openDialog, openInspector, select } from '../../store/view.ts';
import { HpaCharts } from '../charts/HpaCharts.tsx';
import { UsageCharts } from '../charts/UsageCharts.tsx';
import { ObjectLink, Recommendations } from '../inspector/AutoscalerDetails.tsx';
import { AutoscalerReasons, useSyncs } from '../inspector/AutoscalerWhy.tsx';
import { decisionOf, ofKind, recommendationsOf, targetKeyOf } from '../model/autoscalerState.ts';
import { metricRows, metricText } from '../model/autoscaling.ts';
import { CLUSTER_AUTOSCALER_STATUS, type NodeGroupRow, nodeGroupRows } from '../model/nodeGroups.ts';
import { rollingKeyOf, useSelectedKey } from '../selection.ts';
import { printAge } from '../time.ts';
import { useEventRowsAbout } from './EventsTab.tsx';

function LastChange({ id }: { id: ObjectKey }) {
  const t = useT();
  const rows = useEventRowsAbout(id);
  const nowSeconds = useCluster((state) => Math.floor(state.nowMs / 1000));
  const last = rows.find((row) => row.reason === 'SuccessfulRescale');
  const said = /^New size: (\d+); reason: (.*)$/.exec(last?.message ?? '');
  if (!last || !said) return null;
  return (
    <div className="muted last-change" title={last.message}>
      {t('autoscaling:lastChange', {
        count: Number(said[1]),
        ago: printAge(nowSeconds * 1000 - last.lastMs),
        reason: said[2] ?? '',
      })}
    </div>
  );
}

/** Name of an autoscaler and what it is about, each a way to it. */
function ScalerHead({ scaler }: { scaler: HorizontalPodAutoscaler | VerticalPodAutoscaler }) {
  const target = targetKeyOf(scaler);
  return (
    <th scope="row">
      <button type="button" className="link" onClick={() => select(objectKey(scaler))}>
        <KindIcon kind={scaler.kind} size={13} /> {scaler.metadata.name}
      </button>
      {target ? (
        <div className="scaler-target">
          <ArrowRight size={11} aria-hidden /> <ObjectLink id={target} />
        </div>
      ) : null}
    </th>
  );
}

function HpaRow({ hpa, chosen }: { hpa: HorizontalPodAutoscaler; chosen: boolean }) {
  const t = useT();
  const decision = decisionOf(hpa);
  const { currentReplicas = 0, desiredReplicas = 0 } = hpa.status ?? {};
  // Before the first look that came to an end the wanted number is 0, which nobody wants.
  const settled = desiredReplicas === 0 || currentReplicas === desiredReplicas;
  return (
    <tr className={chosen ? 'chosen' : ''} aria-selected={chosen}>
      <ScalerHead scaler={hpa} />
      <td className="mono">
        {metricRows(hpa).map((row) => (
          <div key={row.id} className="metric-line">
            <span className="ellipsis" title={row.of ? `${row.name} (${row.of})` : row.name}>
              {row.name}
            </span>
            <span>
              {row.value === undefined ? t('autoscaling:unknown') : metricText(row.unit, row.value)} /{' '}
              {metricText(row.unit, row.target)}
            </span>
          </div>
        ))}
      </td>
      <td className="num">
        {hpa.spec.minReplicas ?? 1} – {hpa.spec.maxReplicas}
      </td>
      <td className="num">{settled ? currentReplicas : `${currentReplicas} → ${desiredReplicas}`}</td>
      <td>
        <span className={`decision ${decision.tone}`}>
          {t(`autoscaling:decision_${decision.id}`, { count: decision.replicas })}
        </span>
        <LastChange id={objectKey(hpa)} />
      </td>
    </tr>
  );
}

function VpaRow({ vpa, chosen }: { vpa: VerticalPodAutoscaler; chosen: boolean }) {
  const t = useT();
  const [first] = recommendationsOf(vpa);
  return (
    <tr className={chosen ? 'chosen' : ''} aria-selected={chosen}>
      <ScalerHead scaler={vpa} />
      <td className="mono" colSpan={3}>
        {first
          ? `${first.container}: cpu ${first.cpu ? metricText('cpu', first.cpu.target) : '–'} · memory ${first.memory ? bytesText(first.memory.target) : '–'}`
          : t('autoscaling:unknown')}
      </td>
      <td>
        {t('autoscaling:mode')}: {updateModeOf(vpa)}
      </td>
    </tr>
  );
}

function HpaView({ hpa }: { hpa: HorizontalPodAutoscaler }) {
  const t = useT();
  const points = useSyncs(hpa);
  return (
    <div className="scaler-detail">
      <div className="scaler-why">
        <div className="scaler-head">
          <b>{hpa.metadata.name}</b>
          <Button
            tone="quiet"
            onClick={() =>
              openDialog({
                type: 'autoscale',
                target: { kind: hpa.kind, namespace: hpa.metadata.namespace ?? '', name: hpa.metadata.name },
              })
            }
          >
            {t('autoscaling:edit')}
          </Button>
        </div>
        <AutoscalerReasons hpa={hpa} />
      </div>
      <HpaCharts hpa={hpa} points={points} />
    </div>
  );
}

function VpaPane({ vpa }: { vpa: VerticalPodAutoscaler }) {
  const target = targetKeyOf(vpa);
  return (
    <div className="scaler-detail">
      <div className="scaler-why">
        <div className="scaler-head">
          <b>{vpa.metadata.name}</b>
        </div>
        <Recommendations vpa={vpa} />
      </div>
      {target ? <UsageCharts key={target} id={target} /> : null}
    </div>
  );
}

/** A group of machines, as the cluster autoscaler sees it. */
function GroupRow({ group }: { group: NodeGroupRow }) {
  const t = useT();
  const { name, min, max, total, ready, target, ordered, candidates, backedOff } = group;
  const words = [
    ...(ordered > 0 ? [t('autoscaling:ordered', { count: ordered })] : []),
    ...(candidates > 0 ? [t('autoscaling:candidates', { count: candidates })] : []),
    ...(backedOff ? [t('autoscaling:backedOff')] : []),
  ];
  const tone = backedOff ? 'bad' : ordered > 0 ? 'move' : candidates > 0 ? 'warn' : 'ok';
  return (
    <tr>
      <th scope="row">
        <span className="scaler-group">
          <KindIcon kind="Node" size={13} /> {name}
        </span>
      </th>
      <td>{t('autoscaling:groupReady', { ready, total })}</td>
      <td className="num">
        {min} – {max}
      </td>
      <td className="num">{total === target ? total : `${total} → ${target}`}</td>
      <td>
        <span className={`decision ${tone}`}>{words.length > 0 ? words.join(' · ') : t('autoscaling:groupSteady')}</span>
      </td>
    </tr>
  );
}

/** The autoscaler that the selection is, or that scales it; else the first there is. */
function useChosen(
  hpas: readonly HorizontalPodAutoscaler[],
  vpas: readonly VerticalPodAutoscaler[],
): HorizontalPodAutoscaler | VerticalPodAutoscaler | null {
  const key = useSelectedKey();
  const owner = useCluster((state) => rollingKeyOf(state, key));
  const all = [...hpas, ...vpas];
  return (
    all.find((one) => objectKey(one) === key) ??
    all.find((one) => targetKeyOf(one as VerticalPodAutoscaler) === (owner ?? key)) ??
    all[0] ??
    null
  );
}

/** Every autoscaler with what it measures and decided; of the chosen one also why, and its past. */
export function AutoscalingTab() {
  const t = useT();
  const others = useCluster((state) => state.others);
  const hpas = useMemo(() => ofKind<HorizontalPodAutoscaler>(others, 'HorizontalPodAutoscaler'), [others]);
  const vpas = useMemo(() => ofKind<VerticalPodAutoscaler>(others, 'VerticalPodAutoscaler'), [others]);
  const status = others.get(CLUSTER_AUTOSCALER_STATUS);
  const groups = useMemo(() => nodeGroupRows(status), [status]);
  const chosen = useChosen(hpas, vpas);
  const selected = useSelectedKey();
  const scalable = selected !== null && /^(Deployment|StatefulSet|ReplicaSet|ReplicationController)\//.test(selected);
  if (!chosen && groups.length === 0) {
    const [kind = '', namespace = '', name = ''] = selected?.split('/') ?? [];
    return (
      <div className="empty">
        <p>{t('autoscaling:none')}</p>
        {scalable ? (
          <Button
            onClick={() => {
              openInspector('details');
              openDialog({ type: 'autoscale', target: { kind, namespace, name } });
            }}
          >
            {t('canvas:autoscale')}
          </Button>
        ) : null}
      </div>
    );
  }
  return (
    <div className="autoscaling-tab">
      <div className="scaler-list">
        <table className="grid">
          <thead>
            <tr>
              <th>{t('autoscaling:autoscaler')}</th>
              <th>{t('autoscaling:metric')}</th>
              <th className="num">{t('autoscaling:range')}</th>
              <th className="num">{t('autoscaling:replicas')}</th>
              <th>{t('autoscaling:lastDecision')}</th>
            </tr>
          </thead>
          <tbody>
            {hpas.map((hpa) => (
              <HpaRow key={objectKey(hpa)} hpa={hpa} chosen={chosen === hpa} />
            ))}
            {vpas.map((vpa) => (
              <VpaRow key={objectKey(vpa)} vpa={vpa} chosen={chosen === vpa} />
            ))}
            {groups.map((group) => (
              <GroupRow key={group.name} group={group} />
            ))}
          </tbody>
        </table>
      </div>
      {!chosen ? (
        <p className="empty">{t('autoscaling:groupsHint')}</p>
      ) : chosen.kind === 'HorizontalPodAutoscaler' ? (
        <HpaView key={objectKey(chosen)} hpa={chosen as HorizontalPodAutoscaler} />
      ) : (
        <VpaPane key={objectKey(chosen)} vpa={chosen as VerticalPodAutoscaler} />
      )}
    </div>
  );
}
