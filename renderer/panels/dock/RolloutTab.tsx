import { useMemo } from 'react';
import type { Deployment } from '#shared/kube/types.ts';
import { objectKey, refOf } from '#shared/kube/types.ts';
import { Button } from '../../components/index.ts';
import { ownerColor } from '../../graph/podLook.ts';
import { type MessageKey, useT } from '../../i18n/index.ts';
import { sendCommand } from '../../store/actions.ts';
import { useCluster } from '../../store/cluster.ts';
import { openDialog, select } from '../../store/view.ts';
import { type RolloutView, rolloutView } from '../model/rollout.ts';
import { useSelectedDeployment } from '../selection.ts';

const STATE_TEXT: Record<RolloutView['state'], MessageKey> = {
  complete: 'panels:rolloutComplete',
  progressing: 'panels:rolloutProgressing',
  stalled: 'panels:rolloutStalled',
  paused: 'panels:rolloutPaused',
};

/** A count drawn against its limit: the line marks `limit`, the bar fills to `value` of `scale` pods. */
function Gauge({
  label,
  hint,
  value,
  limit,
  scale,
  bad,
}: {
  label: string;
  hint: string;
  value: number;
  limit: number;
  scale: number;
  bad: boolean;
}) {
  const percent = (count: number): string => `${(100 * Math.min(count, scale)) / Math.max(1, scale)}%`;
  return (
    <div className="gauge">
      <span>{label}</span>
      <div className="gauge-bar">
        <i className={bad ? 'bad' : ''} style={{ width: percent(value) }} />
        <b style={{ left: percent(limit) }} />
      </div>
      <span className="mono">{value}</span>
      <span className="muted">{hint}</span>
    </div>
  );
}

function Revisions({ deployment, view }: { deployment: Deployment; view: RolloutView }) {
  const t = useT();
  const colour = useCluster((state) => state.owners.get(objectKey(deployment)) ?? 0);
  const ref = refOf(deployment);
  return (
    <table className="grid">
      <thead>
        <tr>
          <th>{t('panels:revision')}</th>
          <th>ReplicaSet</th>
          <th>{t('panels:image')}</th>
          <th className="num">{t('panels:pods')}</th>
          <th className="num">{t('panels:ready')}</th>
          <th>
            <span className="visually-hidden">{t('panels:revisionUndo')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {view.revisions.map((row) => (
          <tr key={row.name} className={row.current ? 'win' : ''}>
            <th scope="row">
              <span className="swatch" style={{ background: ownerColor(colour, row.revision) }} /> {row.revision}
              {row.current ? <span className="tag ok">{t('panels:revisionCurrent')}</span> : null}
            </th>
            <td>
              <button type="button" className="link mono" onClick={() => select(`ReplicaSet/${ref.namespace}/${row.name}`)}>
                {row.name}
              </button>
            </td>
            <td className="mono">{row.changeCause ?? row.images.join(', ')}</td>
            <td className="num">
              {row.present} / {row.desired}
            </td>
            <td className="num">{row.ready}</td>
            <td className="actions">
              {row.current ? null : (
                <Button tone="quiet" onClick={() => void sendCommand({ type: 'rolloutUndo', ref, toRevision: row.revision })}>
                  {t('panels:revisionUndo')}
                </Button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Actions on a Deployment, as buttons. */
export function DeploymentActions({ deployment }: { deployment: Deployment }) {
  const t = useT();
  const ref = refOf(deployment);
  const paused = deployment.spec.paused === true;
  return (
    <div className="button-row">
      <Button onClick={() => openDialog({ type: 'scale', target: ref })}>{t('panels:scale')}</Button>
      <Button onClick={() => openDialog({ type: 'setImage', target: ref })}>{t('panels:setImage')}</Button>
      <Button onClick={() => void sendCommand({ type: 'rolloutRestart', ref })}>{t('panels:restart')}</Button>
      <Button onClick={() => void sendCommand({ type: paused ? 'rolloutResume' : 'rolloutPause', ref })}>
        {paused ? t('panels:resumeRollout') : t('panels:pauseRollout')}
      </Button>
      <Button onClick={() => void sendCommand({ type: 'rolloutUndo', ref })}>{t('panels:undoRollout')}</Button>
    </div>
  );
}

/** A Deployment's roll-out against its surge and unavailable limits, and its revisions. */
export function RolloutTab() {
  const t = useT();
  const deployment = useSelectedDeployment();
  const deployments = useCluster((state) => state.deployments);
  const replicaSets = useCluster((state) => state.replicaSets);
  const view = useMemo(() => (deployment ? rolloutView(deployment, replicaSets.values()) : null), [deployment, replicaSets]);
  const chooser =
    deployments.size > 1 || (deployments.size > 0 && !deployment) ? (
      <select
        className="input small"
        aria-label={t('panels:rolloutChoose')}
        value={deployment ? objectKey(deployment) : ''}
        onChange={(event) => select(event.target.value)}
      >
        {deployment ? null : <option value="">{t('panels:rolloutChoose')}</option>}
        {[...deployments.keys()].sort().map((key) => (
          <option key={key} value={key}>
            {key.split('/').slice(1).join('/')}
          </option>
        ))}
      </select>
    ) : null;
  if (!deployment || !view) {
    return (
      <div className="empty">
        <p>{t('panels:rolloutNone')}</p>
        {chooser}
      </div>
    );
  }
  const scale = Math.max(view.ceiling, view.total);
  return (
    <div className="rollout-tab">
      <div className="rollout-head">
        {chooser ?? <b>{deployment.metadata.name}</b>}
        <span className={`tag ${view.state}`}>{t(STATE_TEXT[view.state])}</span>
        <span className="muted rollout-message">{view.message}</span>
        <DeploymentActions deployment={deployment} />
      </div>
      <div className="gauges">
        <Gauge
          label={t('panels:rolloutTotal')}
          hint={t('panels:rolloutTotalHint', { ceiling: view.ceiling, desired: view.desired })}
          value={view.total}
          limit={view.ceiling}
          scale={scale}
          bad={view.total > view.ceiling}
        />
        <Gauge
          label={t('panels:rolloutAvailable')}
          hint={t('panels:rolloutAvailableHint', { floor: view.floor, desired: view.desired })}
          value={view.available}
          limit={view.floor}
          scale={scale}
          bad={view.available < view.floor}
        />
        <Gauge
          label={t('panels:rolloutUpdated')}
          hint={`/ ${view.desired}`}
          value={view.updated}
          limit={view.desired}
          scale={scale}
          bad={false}
        />
      </div>
      <Revisions deployment={deployment} view={view} />
    </div>
  );
}
