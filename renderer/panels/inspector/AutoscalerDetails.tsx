import '../autoscaling.css';
import { controllerOf } from '#shared/kube/pod.ts';
import type { HorizontalPodAutoscaler, HpaScalingRules, ObjectKey, VerticalPodAutoscaler } from '#shared/kube/types.ts';
import { objectKey, refOf } from '#shared/kube/types.ts';
import { updateModeOf } from '#shared/kube/vpa.ts';
import type { AutoscalerSettings } from '#shared/protocol/index.ts';
import { Button, KindIcon } from '../../components/index.ts';
import { bytesText } from '../../graph/units.ts';
import { type Translate, useT } from '../../i18n/index.ts';
import { useCluster } from '../../store/cluster.ts';
import { useSettings } from '../../store/settings.ts';
import { openDialog, openDock, select } from '../../store/view.ts';
import { ownerOf } from '../../store/workloadActions.ts';
import { HpaCharts } from '../charts/HpaCharts.tsx';
import { type Bounds, decisionOf, type Recommendation, recommendationsOf, targetKeyOf } from '../model/autoscalerState.ts';
import { metricRows, metricText, windowSecondsOf } from '../model/autoscaling.ts';
import { AutoscalerReasons, useSyncs } from './AutoscalerWhy.tsx';
import { ConditionsSection, KeyValues, Section } from './parts.tsx';

/** A button that goes to an object. */
export function ObjectLink({ id }: { id: ObjectKey }) {
  const [kind = '', , name = ''] = id.split('/');
  return (
    <button type="button" className="link target-link" onClick={() => select(id)}>
      <KindIcon kind={kind} size={13} /> {name}
    </button>
  );
}

function rulesText(rules: HpaScalingRules | undefined, up: boolean, settings: AutoscalerSettings, t: Translate): string {
  const policies = (rules?.policies ?? []).map(
    ({ type, value, periodSeconds }) => `${up ? '+' : '−'}${value}${type === 'Percent' ? '%' : ''} / ${periodSeconds} s`,
  );
  const parts = [
    t('autoscaling:window', { seconds: windowSecondsOf(rules, up, settings) }),
    ...(rules?.selectPolicy === 'Disabled' ? [t('autoscaling:disabled')] : policies),
    t('autoscaling:toleranceIs', { value: rules?.tolerance ?? settings.tolerance }),
  ];
  return parts.join(' · ');
}

/** A HorizontalPodAutoscaler: what it measures and aims at, what it did, why, and over time. */
export function HpaDetails({ hpa }: { hpa: HorizontalPodAutoscaler }) {
  const t = useT();
  const points = useSyncs(hpa);
  const settings = useSettings()?.hpa;
  const target = targetKeyOf(hpa);
  const { behavior, minReplicas = 1, maxReplicas } = hpa.spec;
  const { currentReplicas = 0, desiredReplicas = 0, conditions = [] } = hpa.status ?? {};
  const decision = decisionOf(hpa);
  return (
    <>
      <KeyValues
        rows={[
          [t('panels:namespace'), hpa.metadata.namespace ?? ''],
          [t('autoscaling:scales'), target ? <ObjectLink key={target} id={target} /> : ''],
          [t('autoscaling:range'), `${minReplicas} – ${maxReplicas}`],
          [
            t('autoscaling:replicas'),
            currentReplicas === desiredReplicas ? String(currentReplicas) : `${currentReplicas} → ${desiredReplicas}`,
          ],
          [
            t('autoscaling:metric'),
            metricRows(hpa).map((row) => (
              <div key={row.id} className="mono">
                {row.of ? `${row.name} (${row.of})` : row.name}{' '}
                {row.value === undefined ? t('autoscaling:unknown') : metricText(row.unit, row.value)} /{' '}
                {metricText(row.unit, row.target)}
              </div>
            )),
          ],
          [t('panels:status'), t(`autoscaling:decision_${decision.id}`, { count: decision.replicas })],
        ]}
      />
      <div className="button-row">
        <Button onClick={() => openDialog({ type: 'autoscale', target: refOf(hpa) })}>{t('autoscaling:edit')}</Button>
        <Button onClick={() => openDock('autoscaling')}>{t('autoscaling:showTab')}</Button>
      </div>
      <Section title={t('autoscaling:why')}>
        <AutoscalerReasons hpa={hpa} />
      </Section>
      <Section title={t('autoscaling:overTime')}>
        <HpaCharts hpa={hpa} points={points} />
      </Section>
      <Section title={t('autoscaling:behaviour')}>
        {!settings ? null : behavior ? (
          <KeyValues
            rows={[
              [t('autoscaling:up'), rulesText(behavior.scaleUp, true, settings, t)],
              [t('autoscaling:down'), rulesText(behavior.scaleDown, false, settings, t)],
            ]}
          />
        ) : (
          <p className="note">{t('autoscaling:behaviourDefault', { seconds: windowSecondsOf(undefined, false, settings) })}</p>
        )}
      </Section>
      <ConditionsSection conditions={conditions} />
    </>
  );
}

function BoundsRow({
  name,
  bounds,
  requested,
  text,
}: {
  name: string;
  bounds: Bounds;
  requested: number | undefined;
  text: (amount: number) => string;
}) {
  const t = useT();
  const top = Math.max(bounds.target, Math.min(bounds.upper ?? bounds.target, bounds.target * 4), requested ?? 0, 1) * 1.1;
  const at = (amount: number): string => `${Math.min(100, (100 * amount) / top)}%`;
  const [low, high] = [bounds.lower ?? bounds.target, bounds.upper ?? bounds.target];
  const words = t('autoscaling:boundsSummary', { name, low: text(low), target: text(bounds.target), high: text(high) });
  return (
    <div className="vpa-row">
      <span>{name}</span>
      <span className="vpa-bar" role="img" aria-label={words} title={words}>
        <i style={{ left: at(low), width: `calc(${at(high)} - ${at(low)})` }} />
        <b style={{ left: at(bounds.target) }} />
        {requested === undefined ? null : (
          <em style={{ left: at(requested) }} title={t('autoscaling:requestNow', { amount: text(requested) })} />
        )}
      </span>
      <span className="mono">{text(bounds.target)}</span>
      <span className="mono muted">
        {text(low)} – {text(high)}
      </span>
    </div>
  );
}

/** Recommended sizes of each container, between their bounds, against what the pods ask for now. */
export function Recommendations({ vpa }: { vpa: VerticalPodAutoscaler }) {
  const t = useT();
  const target = targetKeyOf(vpa);
  const pods = useCluster((state) => state.pods);
  const list = recommendationsOf(vpa);
  if (list.length === 0) return <p className="note">{t('autoscaling:noRecommendation')}</p>;
  const pod = [...pods.values()].find((one) => {
    const owner = ownerOf(one);
    return owner
      ? objectKey(owner) === target
      : `${controllerOf(one)?.kind}/${one.metadata.namespace}/${controllerOf(one)?.name}` === target;
  });
  const requested = (container: string, resource: 'cpu' | 'memory'): number | undefined => {
    const one = pod?.spec.containers.find(({ name }) => name === container);
    return recommendationsOf({
      ...vpa,
      status: {
        recommendation: { containerRecommendations: [{ containerName: container, target: { ...one?.resources?.requests } }] },
      },
    })[0]?.[resource]?.target;
  };
  const row = (one: Recommendation, resource: 'cpu' | 'memory') => {
    const bounds = one[resource];
    if (!bounds) return null;
    const name = t(resource === 'cpu' ? 'panels:cpu' : 'panels:memory');
    return (
      <BoundsRow
        name={name}
        bounds={bounds}
        requested={requested(one.container, resource)}
        text={resource === 'cpu' ? (milli) => metricText('cpu', milli) : bytesText}
      />
    );
  };
  return (
    <div className="vpa-list">
      {list.map((one) => (
        <div key={one.container}>
          <b className="mono">{one.container}</b>
          {row(one, 'cpu')}
          {row(one, 'memory')}
        </div>
      ))}
      <p className="note">{t('autoscaling:boundsHint')}</p>
    </div>
  );
}

/** A VerticalPodAutoscaler: what it recommends for whom, and whether it acts on it. */
export function VpaDetails({ vpa }: { vpa: VerticalPodAutoscaler }) {
  const t = useT();
  const target = targetKeyOf(vpa);
  const conditions = vpa.status?.conditions ?? [];
  const mode = updateModeOf(vpa);
  return (
    <>
      <KeyValues
        rows={[
          [t('panels:namespace'), vpa.metadata.namespace ?? ''],
          [t('autoscaling:sizes'), target ? <ObjectLink key={target} id={target} /> : ''],
          [t('autoscaling:mode'), mode],
        ]}
      />
      <p className="note">{t(`autoscaling:mode_${mode}`)}</p>
      <Section title={t('autoscaling:recommendation')}>
        <Recommendations vpa={vpa} />
      </Section>
      <ConditionsSection conditions={conditions} />
    </>
  );
}
